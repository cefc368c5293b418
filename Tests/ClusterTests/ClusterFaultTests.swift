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

    /// Waits until the closure hangs.
    private func waitForHang(_ cluster: TestCluster) throws {
        let hangs = try eventually { try cluster.directory.names(in: "tokens").isEmpty }
        try #require(hangs)
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
        try waitForHang(cluster)
        let stage = place == "--map-at" ? 0 : 1
        let id = try #require(try cluster.workersRunning(stage: stage).first)
        let worker = try cluster.worker(id)
        worker.send(SIGKILL)
        _ = try worker.wait()
        // The next worker that starts here removes what the killed one left.
        try cluster.startWorker()
        let result = try job.wait()
        // A backup may have been faster than the end of the wait for the worker.
        #expect(try cluster.tasks().contains { $0.stage == stage && $0.attempts.count > 1 })
        try check(result, cluster)
    }

    /// The worker that is killed has finished maps, whose output is lost with it.
    @Test(arguments: [[], ["--fetch-over-network"]])
    func theMapsOfAWorkerThatIsKilledInTheShuffleRunAgain(_ worker: [String]) throws {
        let cluster = try TestCluster(worker: worker)
        let job = try cluster.submit("faultyjob", try arguments("--map-at", cluster))
        try waitForHang(cluster)
        var victim: WorkerID?
        let isFound = try eventually {
            let busy = try cluster.workersRunning(stage: 0)
            victim = try cluster.workersDone(stage: 0).first { !busy.contains($0) }
            return victim != nil && busy.count == 1
        }
        try #require(isFound)
        let process = try cluster.worker(try #require(victim))
        process.send(SIGKILL)
        _ = try process.wait()
        // The one that hangs goes as well, so that the job goes on.
        let hanging = try cluster.worker(try #require(try cluster.workersRunning(stage: 0).first))
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
        try waitForHang(cluster)
        let id = try #require(try cluster.workersRunning(stage: 0).first)
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

    /// On SIGTERM a worker finishes, serves what is needed, and goes.
    @Test func aWorkerThatDrainsLosesNothing() throws {
        let cluster = try TestCluster(workers: 2, worker: ["--fetch-over-network"])
        let job = try cluster.submit("faultyjob", try arguments("--map-at", cluster))
        try waitForHang(cluster)
        let hanging = try #require(try cluster.workersRunning(stage: 0).first)
        var other: WorkerID?
        let isDone = try eventually {
            let done = try cluster.workersDone(stage: 0)
            other = done.first { $0 != hanging }
            return try other != nil && cluster.workersRunning(stage: 0).count == 1
        }
        try #require(isDone)
        let drained = try cluster.worker(try #require(other))
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
        try waitForHang(cluster)
        let done = try cluster.tasks().filter { $0.state == .done }.count
        try cluster.killCoordinator()
        try cluster.restartCoordinator()
        try cluster.waitForWorkers(3)
        let after = try cluster.tasks()
        #expect(after.filter { $0.state == .done }.count >= done, "what was done stays done")
        let id = try #require(
            try cluster.workersRunning(stage: place == "--map-at" ? 0 : 1).first
        )
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
        try waitForHang(cluster)
        let hanging = try #require(try cluster.workersRunning(stage: 0).first)
        var run: String?
        let isThere = try eventually {
            run = try runs(of: cluster, except: hanging).first
            return try run != nil && cluster.workersRunning(stage: 0).count == 1
        }
        try #require(isThere)
        let path = cluster.directory("scratch/" + (try #require(run)))
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
