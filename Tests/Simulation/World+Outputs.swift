internal import MapReduceControl
internal import MapReduceModel

/// Where outputs go: what `OutputDirectory` does, with each step at once.
extension World {
    /// Whether what attempts of a job write is where they have written before.
    func owns(_ submission: JobSubmission) -> Bool {
        places[planned(submission)]?.owner == submission.uuid
    }

    /// Claims the place for a job that is submitted, whose output replaces what is there.
    func claimOutput(of submission: JobSubmission) {
        let number = planned(submission)
        places[number, default: OutputPlace()].owner = submission.uuid
        sweep(number)
    }

    func publish(_ job: JobID, _ outputs: [TaskOutput]) {
        publishing[job] = outputs
        let delay = dice.draw(5...500, Dice.Purpose("publish", job.number))
        queue.add(
            .coordinator(life: coordinatorLife, .published(job)),
            at: now + .milliseconds(delay)
        )
    }

    func finishPublishing(_ job: JobID) {
        guard let outputs = publishing.removeValue(forKey: job),
            let state = coordinator?.control.jobs[job]
        else { return }
        let failure = put(outputs, of: state)
        if failure == nil {
            places[planned(state.submission)]?.confirmed.insert(state.submission.uuid)
        }
        enqueue([.outputPublished(job, failure)], .nothing)
    }

    /// Puts an output in place, unless it is there already.
    /// - Returns: why it is not there; nil when it is.
    private func put(_ outputs: [TaskOutput], of job: JobState) -> Failure? {
        let uuid = job.submission.uuid
        let number = planned(job.submission)
        let place = places[number] ?? OutputPlace()
        let manifest = manifest(of: outputs, job)
        guard let owner = place.owner else {
            // What the job wrote is gone: a commit before the coordinator's restart has moved it.
            let last = place.published.last
            if last?.owner == uuid, last?.outputs != outputs {
                fail("\(job.id) is published twice, with different outputs")
            }
            if last?.manifest == manifest { return nil }
            return Failure(kind: .outOfResources, message: "what its tasks wrote is gone")
        }
        guard owner == uuid else {
            return Failure(kind: .outOfResources, message: "the output is that of another job")
        }
        guard !plan.faults.contains(.publishingFails(job: number)) else {
            return Failure(kind: .outOfResources, message: "the disk is full")
        }
        note("job \(number), as \(uuid), puts its output in place")
        let published = OutputPlace.Published(owner: uuid, outputs: outputs, manifest: manifest)
        places[number]?.published.append(published)
        places[number]?.owner = nil
        sweep(number)
        return nil
    }

    private func manifest(of outputs: [TaskOutput], _ job: JobState) -> Manifest {
        Manifest(
            job: job.submission.plan.name,
            files: outputs.flatMap(\.parts).enumerated().map { index, part in
                Manifest.File(
                    name: "\(index)",
                    bytes: part.byteCount,
                    records: part.recordCount,
                    crc32: Manifest.File.text(ofChecksum: part.checksum)
                )
            },
            counters: job.counters
        )
    }

    /// Removes what a job has written, if that is still its own.
    func discard(_ job: JobID) {
        guard let submission = coordinator?.control.jobs[job]?.submission, owns(submission) else {
            return
        }
        let number = planned(submission)
        places[number]?.owner = nil
        sweep(number)
    }

    /// Removes the parts that are not of the output in place.
    private func sweep(_ number: Int) {
        let kept = Set(places[number]?.published.last?.outputs.flatMap(\.parts).map(\.path) ?? [])
        for path in parts.keys where path.hasPrefix("out\(number)/") && !kept.contains(path) {
            parts[path] = nil
        }
    }
}
