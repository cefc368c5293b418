import ClusterTestSupport
import Foundation
import MapReduceModel
import TestSupport
import Testing

/// Workers whose scratch disk is low or full.
@Suite(.serialized) struct DiskTests {
    private static let arguments = [
        sampleTexts[1], sampleTexts[3], "--reducers", "2", "--split-size", "20000", "--sorting",
    ]

    @Test func aWorkerWithLittleRoomTakesNoMaps() throws {
        let cluster = try TestCluster(workers: 1)
        try cluster.startWorker(["--min-free-disk", "100000T"])
        let isLow = try eventually {
            try cluster.workerStatuses().contains { $0.state == .diskLow }
        }
        try #require(isLow)
        let low = try #require(
            try cluster.workerStatuses().first { $0.state == .diskLow }?.id
        )
        let result = try cluster.submit("faultyjob", Self.arguments).wait()
        #expect(result.code == 0, "\(result.errors)")
        #expect(try !cluster.workersDone(stage: 0).contains(low))
        #expect(try outputFiles(cluster.out) == localOutput("faultyjob", Self.arguments))
        try cluster.stop()
    }

    /// The scratch directory of one worker is a file system with room for the program, and little
    /// more: what fails there runs elsewhere, although a task may fail only once.
    @Test(.enabled(if: canMountDisks, "needs user namespaces"))
    func aFullDiskIsTheClustersFault() throws {
        let cluster = try TestCluster(workers: 0)
        let program = Command.products + "/faultyjob"
        let size = try #require(
            try FileManager.default.attributesOfItem(atPath: program)[.size] as? Int
        )
        let scratch = cluster.directory("small")
        try FileManager.default.createDirectory(
            atPath: scratch,
            withIntermediateDirectories: true
        )
        let script = """
            mount -t tmpfs -o size=\(size + 120_000) tmpfs "$1" || exit 9
            shift && exec "$@"
            """
        let small = try Command(
            "/usr/bin/env",
            [
                "unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh",
                scratch,
                Command.products + "/mapreduce", "worker", "--coordinator", cluster.url,
                "--scratch", scratch, "--slots", "1", "--min-free-disk", "1",
            ]
        )
        try small.start()
        try cluster.waitForWorkers(1)
        try cluster.startWorker()
        try cluster.waitForWorkers(2)
        let job = try cluster.submit("faultyjob", Self.arguments + ["--max-attempts", "1"])
        let result = try job.wait()
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.errors.contains("No space left on device"), "\(result.errors)")
        #expect(try outputFiles(cluster.out) == localOutput("faultyjob", Self.arguments))
        small.send(SIGTERM)
        _ = try small.wait()
        try cluster.stop()
    }
}
