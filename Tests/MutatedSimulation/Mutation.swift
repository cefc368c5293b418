/// Switches on one mutant at a time, for the current task.
///
/// The cases, and the rest of this module, are made by the build: see `Tests/Mutants`.
extension Mutation {
    @TaskLocal package static var current: Mutation?

    var isOn: Bool { Mutation.current == self }
}
