package import MapReduceModel

/// The starts of coordinators on one journal, by which a worker of its history is told from one of
/// a history that forked.
///
/// When an older copy of the data is put back, numbers of epochs, jobs, attempts and writes are
/// given again:
///
///     start 1 ───── start 2 ──┬────────────── start 3          what a worker may remember
///                             └ copy ─ put back ─ start 3'     what the journal says
///
/// A start is one process, which gives no number twice. So a position is of this history if its
/// start is, and if it comes before the next one.
package struct History: Hashable, Sendable {
    /// One start of a coordinator.
    package struct Start: Hashable, Sendable {
        /// How often a coordinator was started, this start included.
        package let epoch: Int
        /// Drawn at random.
        package let id: String
        /// The number of its first write.
        package let firstWrite: Int

        package init(epoch: Int, id: String, firstWrite: Int) {
            self.epoch = epoch
            self.id = id
            self.firstWrite = firstWrite
        }
    }

    /// The latest ones, in their order.
    package let starts: [Start]

    package init(_ starts: [Start]) { self.starts = starts }

    /// Whether a position is of this history, whose last write has that number.
    package func contains(_ position: JournalPosition, lastWrite: Int) -> Bool {
        guard let index = starts.firstIndex(where: { $0.id == position.start }),
            starts[index].epoch == position.epoch
        else { return false }
        let next = index + 1 < starts.count ? starts[index + 1].firstWrite - 1 : lastWrite
        return position.write <= next
    }

    /// Whether what a worker says that it knows is of this history.
    ///
    /// `jobs`: those of the coordinator.
    package func contains(
        _ request: JoinRequest,
        cluster: String,
        lastWrite: Int,
        jobs: Jobs
    ) -> Bool {
        // It knows nothing yet.
        guard let known = request.cluster else { return true }
        guard known == cluster, let position = request.position else { return false }
        return contains(position, lastWrite: lastWrite)
            && request.jobs.allSatisfy { jobs.isSame($0) }
    }
}

extension Jobs {
    /// Whether a job of a worker is not another one of the same number.
    fileprivate func isSame(_ held: HeldJob) -> Bool {
        guard let job = self[held.id], let uuid = held.uuid else { return true }
        return job.submission.uuid == uuid
    }
}
