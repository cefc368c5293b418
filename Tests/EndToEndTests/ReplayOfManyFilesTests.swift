import ClusterTestSupport
import Foundation
import TestSupport
import Testing

/// A replay of a task of a job that reads very many files.
@Suite struct ReplayOfManyFilesTests {
    /// What the earlier stages read stands in the file that hands the task over, which is larger
    /// than a pipe or a page.
    @Test func aTaskAfterAShuffleReadsWhatAThousandFilesGave() throws {
        let cluster = try TestCluster(workers: 1)
        let folder = cluster.directory("in")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for number in 0..<1000 {
            try cluster.directory.write("in/file\(number).txt", "word\(number % 10) all\n")
        }
        let job = try cluster.submit("faultyjob", [folder, "--reducers", "1", "-q"]).wait()
        #expect(job.code == 0, "\(job.errors)")
        let scratch = cluster.directory("kept")
        let replay = try cluster.mapreduce(["replay", "1", "1.0", "--keep", "--scratch", scratch])
        #expect(replay.code == 0, "\(replay.errors)")
        let line = try #require(
            replay.errors.split(separator: "\n").first { $0.contains(", to ") },
            "\(replay.errors)"
        )
        let part = try readFile(try #require(line.components(separatedBy: ", to ").last))
        #expect(try part == readFile(cluster.out + "/part-00000.tsv"))
        #expect(String(decoding: part, as: UTF8.self).contains("all\t1000\n"))
        let names = try FileManager.default.subpathsOfDirectory(atPath: scratch)
        let task = try #require(names.first { $0.hasSuffix("task.json") }, "\(names)")
        #expect(try readFile(scratch + "/" + task).count > 1 << 16)
        try cluster.stop()
    }
}
