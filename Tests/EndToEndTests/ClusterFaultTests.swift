import ClusterTestSupport
import Foundation
import MapReduceModel
import TestSupport
import Testing

/// Workers and coordinators that are killed or stopped, and runs that rot: each job ends with the
/// right output, and nothing is left.
@Suite(.serialized) struct ClusterFaultTests {
    /// A job that counts words, in several maps and two reducers, and hangs once where it is told.
    private func arguments(_ place: String, _ cluster: TestCluster) throws -> [String] {
        try FileManager.default.createDirectory(
            atPath: cluster.directory("tokens"),
            withIntermediateDirectories: true
        )
        try cluster.directory.write("tokens/0", "")
        return Self.common + [place, "lantern", "--fault", "hang"]
            + ["--tokens", cluster.directory("tokens")]
    }

    private static let common = [
        sampleTexts[1], sampleTexts[3], "--reducers", "2", "--split-size", "30000",
    ]

    /// Waits until the closure hangs, and nothing else of its stage is left to do.
    /// - Returns: the worker that runs the task that hangs.
    @discardableResult
    private func waitForHang(_ cluster: TestCluster, stage: Int = 0) throws -> WorkerID {
        var hanging: WorkerID?
        let hangs = try eventually {
            guard try cluster.directory.names(in: "tokens").isEmpty else { return false }
            let left = try cluster.tasks().filter { $0.stage == stage && $0.state != .done }
            let running = left.flatMap(\.attempts).filter { $0.state == .running }
            hanging = left.count == 1 && running.count == 1 ? running[0].worker : nil
            return hanging != nil
        }
        try #require(hangs)
        return try #require(hanging)
    }

    private func check(_ result: CommandResult, _ cluster: TestCluster) throws {
        #expect(result.code == 0, "\(result.errors)")
        #expect(try outputFiles(cluster.out) == localOutput("faultyjob", Self.common))
        #expect(try eventually { try cluster.jobFiles().isEmpty }, "scratch is removed")
        try cluster.stop()
        #expect(!cluster.hasFiles, "no scratch directory stays")
    }

    // MARK: Workers

    @Test(arguments: ["--map-at", "--reduce-at"])
    func aWorkerThatIsKilledWhileItRunsATaskIsReplaced(_ place: String) throws {
        let cluster = try TestCluster()
        let job = try cluster.submit("faultyjob", try arguments(place, cluster))
        let stage = place == "--map-at" ? 0 : 1
        let worker = try cluster.worker(try waitForHang(cluster, stage: stage))
        worker.send(SIGKILL)
        _ = try worker.wait()
        // The next worker that starts here removes what the killed one left.
        try cluster.startWorker()
        let result = try job.wait()
        #expect(try cluster.tasks().contains { $0.stage == stage && $0.attempts.count > 1 })
        try check(result, cluster)
    }

    /// The worker that is killed has finished maps, whose output is lost with it.
    @Test(arguments: [[], ["--fetch-over-network"]])
    func theMapsOfAWorkerThatIsKilledInTheShuffleRunAgain(_ worker: [String]) throws {
        let cluster = try TestCluster(worker: worker)
        let job = try cluster.submit("faultyjob", try arguments("--map-at", cluster))
        let busy = try waitForHang(cluster)
        let victim = try #require(try cluster.workersDone(stage: 0).first { $0 != busy })
        let process = try cluster.worker(victim)
        process.send(SIGKILL)
        _ = try process.wait()
        // The one that hangs goes as well, so that the job goes on.
        let hanging = try cluster.worker(busy)
        hanging.send(SIGKILL)
        _ = try hanging.wait()
        try cluster.startWorker()
        let result = try job.wait()
        #expect(result.errors.contains("is lost; it runs again"), "\(result.errors)")
        try check(result, cluster)
    }

    /// A worker that was given up comes back, and what it still says is not heard.
    @Test func aWorkerThatWasStoppedForLongIsTakenBack() throws {
        let cluster = try TestCluster()
        let job = try cluster.submit("faultyjob", try arguments("--map-at", cluster))
        let id = try waitForHang(cluster)
        let worker = try cluster.worker(id)
        worker.send(SIGSTOP)
        let isGone = try eventually {
            try !cluster.workerStatuses().contains { $0.id == id }
        }
        worker.send(SIGCONT)
        try #require(isGone)
        try cluster.waitForWorkers(3)
        try check(try job.wait(), cluster)
    }

    /// A task that hangs gets a backup, and the job waits for nothing else.
    @Test func aTaskThatHangsHasABackup() throws {
        let cluster = try TestCluster(speculates: true)
        let job = try cluster.submit("faultyjob", try arguments("--map-at", cluster))
        let result = try job.wait()
        #expect(try cluster.tasks().contains { $0.attempts.contains { $0.state == .stopped } })
        try check(result, cluster)
    }

    /// A coordinator that did not run has heard no one, and gives up no worker for that.
    @Test func aCoordinatorThatWasStoppedKeepsItsWorkers() throws {
        let cluster = try TestCluster()
        let job = try cluster.submit("faultyjob", try arguments("--map-at", cluster))
        let hanging = try waitForHang(cluster)
        let workers = try cluster.workerStatuses().map(\.id)
        cluster.coordinator.send(SIGSTOP)
        let end = ContinuousClock.now + .seconds(2 * TestCluster.deadAfter)
        #expect(eventually { ContinuousClock.now > end })
        cluster.coordinator.send(SIGCONT)
        #expect(
            try eventually { try cluster.workerStatuses().filter { $0.state == .ready }.count == 3 }
        )
        #expect(try cluster.workerStatuses().map(\.id) == workers)
        #expect(try cluster.workersRunning(stage: 0) == [hanging])
        let process = try cluster.worker(hanging)
        process.send(SIGKILL)
        _ = try process.wait()
        try cluster.startWorker()
        try check(try job.wait(), cluster)
    }

    /// On SIGTERM a worker finishes, serves what is needed, and goes.
    @Test func aWorkerThatDrainsLosesNothing() throws {
        let cluster = try TestCluster(workers: 2, worker: ["--fetch-over-network"])
        let job = try cluster.submit("faultyjob", try arguments("--map-at", cluster))
        let hanging = try waitForHang(cluster)
        let other = try #require(try cluster.workersDone(stage: 0).first { $0 != hanging })
        let drained = try cluster.worker(other)
        drained.send(SIGTERM)
        let isDraining = try eventually {
            try cluster.workerStatuses().contains { $0.state == .draining }
        }
        #expect(isDraining && drained.isRunning, "its runs are needed")
        let killed = try cluster.worker(hanging)
        killed.send(SIGKILL)
        _ = try killed.wait()
        try cluster.startWorker()
        let result = try job.wait()
        #expect(try drained.wait().code == 0)
        try check(result, cluster)
    }

    /// A map hangs, and what the others wrote is fetched all the same.
    @Test func segmentsAreFetchedWhileMapsRun() throws {
        let cluster = try TestCluster(workers: 2, worker: ["--fetch-over-network"])
        let job = try cluster.submit("faultyjob", try arguments("--map-at", cluster))
        try waitForHang(cluster)
        let isFetched = try eventually {
            try cluster.jobFiles().contains { $0.contains("/fetched/") && $0.hasSuffix(".run") }
        }
        #expect(isFetched)
        #expect(try !cluster.workersRunning(stage: 0).isEmpty, "the map still hangs")
        #expect(try cluster.workersRunning(stage: 1).isEmpty, "no slot waits")
        job.send(SIGTERM)
        #expect(try job.wait().code == 143)
        #expect(try eventually { try cluster.jobFiles().isEmpty }, "scratch is removed")
        try cluster.stop()
    }

    // MARK: The coordinator

    @Test(arguments: ["--map-at", "--reduce-at"])
    func aCoordinatorThatIsKilledLosesNothing(_ place: String) throws {
        let cluster = try TestCluster()
        let job = try cluster.submit("faultyjob", try arguments(place, cluster))
        let id = try waitForHang(cluster, stage: place == "--map-at" ? 0 : 1)
        let done = try cluster.tasks().filter { $0.state == .done }.count
        try cluster.killCoordinator()
        try cluster.restartCoordinator()
        try cluster.waitForWorkers(3)
        let after = try cluster.tasks()
        #expect(after.filter { $0.state == .done }.count >= done, "what was done stays done")
        let worker = try cluster.worker(id)
        worker.send(SIGKILL)
        _ = try worker.wait()
        try cluster.startWorker()
        try check(try job.wait(), cluster)
    }

    /// Wherever the job is when it happens.
    @Test func aCoordinatorMayBeKilledAgainAndAgain() throws {
        let cluster = try TestCluster()
        let arguments = Self.common + ["--split-size", "4000"]
        let job = try cluster.submit("faultyjob", arguments)
        for kills in 1...3 {
            let goesOn = try eventually {
                try !job.isRunning || cluster.tasks().count { $0.state == .done } >= 5 * kills
            }
            try #require(goesOn)
            try cluster.killCoordinator()
            try cluster.restartCoordinator()
        }
        let result = try job.wait()
        #expect(result.code == 0, "\(result.errors)")
        #expect(try outputFiles(cluster.out) == localOutput("faultyjob", arguments))
        #expect(try eventually { try cluster.jobFiles().isEmpty }, "scratch is removed")
        try cluster.stop()
    }

    /// Between one job and the next, and with nobody who watches.
    @Test func jobsAreRememberedByTheNextCoordinator() throws {
        let cluster = try TestCluster(workers: 1)
        for number in 1...3 {
            let job = try cluster.submit("wordcount", [sampleTexts[0], "-q", "--overwrite"])
            #expect(try job.wait().code == 0, "job \(number)")
        }
        try cluster.killCoordinator()
        try cluster.restartCoordinator()
        #expect(try cluster.jobs().map(\.id) == (1...3).map { JobID($0) })
        #expect(try cluster.tasks(of: 3).allSatisfy { $0.state == .done })
        try cluster.waitForWorkers(1)
        let next = try cluster.submit("wordcount", [sampleTexts[0], "--overwrite"]).wait()
        #expect(next.code == 0, "\(next.errors)")
        #expect(try cluster.jobs().map(\.id) == (1...4).map { JobID($0) })
        try cluster.stop()
    }

    // MARK: Runs

    /// A run rots on its worker's disk while a reducer waits: its map runs again.
    @Test(arguments: ["damaged", "deleted"], [[], ["--fetch-over-network"]])
    func aRunThatCannotBeReadIsWrittenAgain(_ how: String, _ worker: [String]) throws {
        let cluster = try TestCluster(workers: 2, worker: worker)
        let job = try cluster.submit("faultyjob", try arguments("--map-at", cluster))
        let hanging = try waitForHang(cluster)
        let run = try #require(try runs(of: cluster, except: hanging).first)
        let path = cluster.directory("scratch/" + run)
        var bytes = try readFile(path)
        unlink(path)
        if how == "damaged" {
            // In the blocks and in the index, wherever they are.
            for index in stride(from: 8, to: bytes.count, by: 64) { bytes[index] ^= 1 }
            try Data(bytes).write(to: URL(fileURLWithPath: path))
        }
        let process = try cluster.worker(hanging)
        process.send(SIGKILL)
        _ = try process.wait()
        try cluster.startWorker()
        try check(try job.wait(), cluster)
    }

    /// The runs of the maps that are done, but for those of one worker.
    private func runs(of cluster: TestCluster, except worker: WorkerID) throws -> [String] {
        let names = try cluster.tasks().filter { $0.stage == 0 }.flatMap { task in
            task.attempts.filter { $0.state == .succeeded && $0.worker != worker }.map {
                "/job1-stage0-task\(task.index)-attempt\($0.number)/"
            }
        }
        return try cluster.jobFiles().filter { file in
            file.hasSuffix(".run") && names.contains { file.contains($0) }
        }
    }
}

extension TestCluster {
    /// Whether anything is below the workers' scratch directory.
    var hasFiles: Bool {
        let path = directory("scratch")
        guard FileManager.default.fileExists(atPath: path) else { return false }
        return !((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).isEmpty
    }
}
