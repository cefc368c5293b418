package import MapReduceModel

/// The starts of coordinators on one journal, which distinguish a worker of this history from one
/// of a history that forked.
///
/// After an older copy of the data is restored, numbers of epochs, jobs, attempts and writes are
/// assigned again:
///
///     start 1 ───── start 2 ──┬────────────── start 3          what a worker may remember
///                             └ copy ─ put back ─ start 3'     what the journal says
///
/// A start is one process, which assigns no number twice. So a position belongs to this history if
/// its start does, and if it comes before the next start.
package struct History: Hashable, Sendable {
    /// One start of a coordinator.
    package struct Start: Hashable, Sendable {
        /// The number of times that a coordinator was started, including this start.
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

    /// The latest starts, in order.
    package let starts: [Start]

    package init(_ starts: [Start]) { self.starts = starts }

    /// Whether a position belongs to this history, whose last write has the number `lastWrite`.
    package func contains(_ position: JournalPosition, lastWrite: Int) -> Bool {
        guard let index = starts.firstIndex(where: { $0.id == position.start }),
            starts[index].epoch == position.epoch
        else { return false }
        let next = index + 1 < starts.count ? starts[index + 1].firstWrite - 1 : lastWrite
        return position.write <= next
    }

    /// Whether what a worker claims to know belongs to this history.
    ///
    /// `jobs`: the coordinator's jobs.
    package func contains(
        _ request: JoinRequest,
        cluster: String,
        lastWrite: Int,
        jobs: Jobs
    ) -> Bool {
        // The worker knows nothing yet.
        guard let known = request.cluster else { return true }
        guard known == cluster, let position = request.position else { return false }
        return contains(position, lastWrite: lastWrite)
            && request.jobs.allSatisfy { jobs.isSame($0) }
    }
}

extension Jobs {
    /// Whether a worker's job is the same job, and not another one with its number.
    fileprivate func isSame(_ held: HeldJob) -> Bool {
        guard let job = self[held.id], let uuid = held.uuid else { return true }
        return job.submission.uuid == uuid
    }
}
