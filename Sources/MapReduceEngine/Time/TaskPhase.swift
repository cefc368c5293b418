/// A phase of a task's time in its process; `TaskTimes` describes what each phase includes.
@usableFromInline
package enum TaskPhase: Int, CaseIterable, Sendable {
    case read
    case closure
    case sort
    case spill
    case merge
    case write
    case commit
}
