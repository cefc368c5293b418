package import MapReduceModel

/// What follows from an event: what is to be durable, and what is done when it is.
///
/// The journal must be durable before any command leaves and any action is taken. Commands come
/// before actions: what ends a job is the last that is heard of it.
package struct Effects: Hashable, Sendable {
    package var journal: [JournalEntry] = []
    /// What workers are to do, in the order in which each of them gets it.
    package var commands: [AddressedCommand] = []
    /// What the driver of the coordinator itself does, in order.
    package var actions: [CoordinatorAction] = []

    package init() {}

    mutating func send(_ command: WorkerCommand, to worker: WorkerID) {
        commands.append(AddressedCommand(worker: worker, command: command))
    }
}

/// A command, and the worker that it is for.
package struct AddressedCommand: Hashable, Sendable {
    package let worker: WorkerID
    package let command: WorkerCommand

    package init(worker: WorkerID, command: WorkerCommand) {
        self.worker = worker
        self.command = command
    }
}

/// What the coordinator's own process does.
package enum CoordinatorAction: Hashable, Sendable {
    /// These workers cannot fetch from this one, or it not from them: it gets no work for a while.
    case workerUnreachable(WorkerID, for: [WorkerID])
    /// Put these outputs in place, and answer with `outputPublished`. They are in the order of the
    /// tasks, one for each.
    case publishOutput(JobID, [TaskOutput])
    /// The job has ended; its scratch can go.
    case jobFinished(JobID, JobOutcome)
}
