package import MapReduceModel

/// The consequences of an event: what must become durable, and what to do after that.
///
/// The journal must be durable before any command is sent and any action is performed. Commands
/// come before actions: nothing follows the action that ends a job.
package struct Effects: Hashable, Sendable {
    package var journal: [JournalEntry] = []
    /// What workers are to do, in the order in which each of them receives it.
    package var commands: [AddressedCommand] = []
    /// What the coordinator's driver does, in order.
    package var actions: [CoordinatorAction] = []

    package init() {}

    mutating func send(_ command: WorkerCommand, to worker: WorkerID) {
        commands.append(AddressedCommand(worker: worker, command: command))
    }
}

/// A command and the worker that receives it.
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
    /// These workers cannot fetch from this one, or it cannot fetch from them: it gets no work for
    /// a while.
    case workerUnreachable(WorkerID, for: [WorkerID])
    /// Publish these outputs, one for each task and in the order of the tasks, and answer with
    /// `outputPublished`.
    case publishOutput(JobID, [TaskOutput])
    /// The job has ended; its scratch files can be removed.
    case jobFinished(JobID, JobOutcome)
}
