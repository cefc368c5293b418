/// What the time of a task in its process goes into; `TaskTimes` says what belongs to which.
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
