import ClusterTestSupport
import Foundation
import MapReduceModel
import TestSupport
import Testing

/// A port of this machine that refuses connections, or never answers them, as behind a firewall.
private final class SilentPort {
    private let descriptor: Int32
    private var waiting: [Int32] = []
    let url: String

    init(drops: Bool = false) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let descriptor = self.descriptor
        let bound = Self.with(&address) { bind(descriptor, $0, $1) }
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let named = Self.with(&address) { base, _ in getsockname(descriptor, base, &size) }
        #expect(bound == 0 && named == 0)
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        guard drops else { return }
        // The queue of those that nobody accepts is full: the kernel drops who comes then.
        let isListening = listen(descriptor, 0) == 0
        #expect(isListening)
        for _ in 0..<4 {
            let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
            let client = socket(AF_INET, type, 0)
            _ = Self.with(&address) { connect(client, $0, $1) }
            waiting.append(client)
        }
    }

    private static func with(
        _ address: inout sockaddr_in,
        _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    deinit { for descriptor in waiting + [descriptor] { close(descriptor) } }
}

/// One job, one process or one peer that goes wrong takes nothing away from the others.
@Suite(.serialized) struct AvailabilityTests {
    private static let text = sampleTexts[1]

    private func arguments(_ fault: String) -> [String] {
        [Self.text, "--map-at", "lantern", "--fault", fault, "--max-attempts", "2"]
    }

    @Test(arguments: ["longError", "manyCounters", "longCounter"])
    func whatAClosureSaysIsBounded(_ fault: String) throws {
        let cluster = try TestCluster(workers: 1)
        let result = try cluster.submit("faultyjob", arguments(fault)).wait()
        #expect(result.code == 1)
        #expect(result.errors.utf8.count < 64 << 10)
        let job = try cluster.mapreduce(["job", "1", "--json"])
        #expect(job.code == 0 && job.output.utf8.count < 128 << 10)
        let next = try cluster.submit("wordcount", [Self.text, "-q"]).wait()
        #expect(next.code == 0, "\(next.errors)")
        let journal = try FileManager.default.contentsOfDirectory(atPath: cluster.directory("data"))
            .filter { $0.hasPrefix("journal") }
        #expect(!journal.isEmpty)
        for name in journal {
            #expect(try readFile(cluster.directory("data/" + name)).count < 8 << 20, "\(name)")
        }
        try cluster.stop()
    }

    /// A tracer keeps the worker from reaping a task process, as a dead file system does.
    @Test(.enabled(if: canTrace, "no process can be traced"))
    func aProcessThatDoesNotEndCostsItsSlot() throws {
        let cluster = try TestCluster(workers: 0)
        try cluster.startWorker(["--slots", "2"])
        try cluster.waitForWorkers(1)
        let hanging = try cluster.submit("faultyjob", arguments("hang"))
        let worker = try #require(cluster.workers.first)
        var task: Int32?
        let isRunning = try eventually {
            task = try children(of: worker.processID).first
            return try task != nil && !cluster.workersRunning(stage: 0).isEmpty
        }
        #expect(isRunning)
        let stuck = try StuckProcess(try #require(task))
        hanging.send(SIGTERM)
        #expect(try hanging.wait().code == 143)
        let isLost = try eventually {
            try cluster.workerStatuses().first.map { $0.lostSlotCount == 1 } ?? false
        }
        #expect(isLost, "\(worker.errorsSoFar)")
        #expect(try cluster.mapreduce(["workers"]).output.contains("1 lost"))
        let next = try cluster.submit("wordcount", [Self.text, "-q"]).wait()
        #expect(next.code == 0, "\(next.errors)")
        stuck.release()
        let isBack = try eventually {
            try cluster.workerStatuses().first.map { $0.lostSlotCount == 0 && $0.slotCount == 2 }
                ?? false
        }
        #expect(isBack)
        #expect(try eventually { try cluster.jobFiles().isEmpty }, "its files are removed")
        try cluster.stop()
    }

    /// A closure prints 100 MB: its log has the beginning and the end, and its task succeeds.
    @Test func aFloodOfOutputIsCut() throws {
        let cluster = try TestCluster(workers: 1)
        let text = try cluster.directory.write("in.txt", "flood\n")
        let arguments = [text, "--map-at", "flood", "--fault", "flood", "-q"]
        let command = try cluster.submit("faultyjob", arguments)
        var largest = 0
        let isOver = try eventually {
            for name in try cluster.jobFiles() where name.hasSuffix(".log") {
                let path = cluster.directory("scratch/" + name)
                let size = try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
                largest = max(largest, size ?? 0)
            }
            return !command.isRunning
        }
        #expect(isOver)
        let result = try command.wait()
        #expect(result.code == 0, "\(result.errors)")
        #expect(largest < 2 << 20)
        let log = try cluster.mapreduce(["logs", "1"])
        #expect(log.output.contains("the last line"), "\(log.output.suffix(200))")
        try cluster.stop()
    }

    // MARK: Peers that are not reached

    private static let many = [
        sampleTexts[1], sampleTexts[3], "--split-size", "20000", "--reducers", "3",
    ]

    private func check(_ result: CommandResult, _ cluster: TestCluster) throws {
        #expect(result.code == 0, "\(result.errors)")
        #expect(try outputFiles(cluster.out) == localOutput("wordcount", Self.many))
        try cluster.stop()
    }

    /// A worker whose address does not answer is found out by two others, and named.
    @Test(arguments: [false, true])
    func aWorkerThatPeersDoNotReachIsExcluded(_ drops: Bool) throws {
        let silence = try SilentPort(drops: drops)
        let cluster = try TestCluster(workers: 2, worker: ["--fetch-over-network"])
        try cluster.startWorker(["--advertise", silence.url])
        try cluster.waitForWorkers(3)
        let result = try cluster.submit("wordcount", Self.many).wait()
        let excluded = try cluster.workerStatuses().filter { $0.state == .unreachable }
        #expect(excluded.map(\.url) == [silence.url], "\(cluster.coordinator.errorsSoFar)")
        #expect(excluded.first?.unreachableFor.count == 2)
        #expect(try cluster.mapreduce(["workers"]).output.contains("unreachable for "))
        #expect(cluster.coordinator.errorsSoFar.contains("unreachable for others"))
        try check(result, cluster)
    }

    /// Neither of two workers reaches the other: the job ends on one of them.
    @Test func twoWorkersThatAreCutFromEachOtherEndTheJob() throws {
        let silences = [try SilentPort(), try SilentPort()]
        let cluster = try TestCluster(workers: 0, worker: ["--fetch-over-network"])
        for silence in silences { try cluster.startWorker(["--advertise", silence.url]) }
        try cluster.waitForWorkers(2)
        // Each reads its own runs from its disk.
        try check(try cluster.submit("wordcount", Self.many).wait(), cluster)
    }

    @Test func aClosureMayLeaveItsProcessGroup() throws {
        let cluster = try TestCluster(workers: 1)
        let result = try cluster.submit("faultyjob", arguments("leave")).wait()
        #expect(result.code == 1)
        let next = try cluster.submit("wordcount", [Self.text, "-q"]).wait()
        #expect(next.code == 0, "\(next.errors)")
        try cluster.stop()
    }
}
