import MapReduceHTTP
import Testing

@testable import MapReduceWorker

@Suite struct WorkerSettingsTests {
    /// A worker that only its own machine reaches is of use to a coordinator of that machine alone.
    @Test func aWorkerMustBeReachable() throws {
        func isReachable(_ host: String, _ coordinator: String) throws -> Bool {
            let server = try ServerSettings(host: host, port: 0, token: Token("0123456789abcdef"))
            return try WorkerSettings(
                server: server,
                coordinator: coordinator,
                slotCount: 1,
                scratchBase: "/scratch"
            ).isReachable
        }
        #expect(try isReachable("127.0.0.1", "http://127.0.0.1:9310"))
        #expect(try isReachable("127.0.0.1", "http://[::1]:9310/"))
        #expect(try !isReachable("127.0.0.1", "http://10.0.0.1:9310"))
        #expect(try isReachable("10.0.0.2", "http://10.0.0.1:9310"))
        #expect(try !isReachable("0.0.0.0", "http://10.0.0.1:9310"))
        #expect(throws: ConfigurationError.self) { try isReachable("127.0.0.1", "http://") }
    }

    @Test func rangesAreRead() throws {
        #expect(try WorkerRoutes.range(nil, byteCount: 10) == 0..<10)
        #expect(try WorkerRoutes.range("bytes=4-", byteCount: 10) == 4..<10)
        #expect(try WorkerRoutes.range("bytes=0-", byteCount: 10) == 0..<10)
        #expect(try WorkerRoutes.range("bytes=4-6", byteCount: 10) == 4..<7)
        #expect(try WorkerRoutes.range("bytes=4-4", byteCount: 10) == 4..<5)
        #expect(try WorkerRoutes.range("bytes=4-9", byteCount: 10) == 4..<10)
        #expect(try WorkerRoutes.range("bytes=4-\(Int.max)", byteCount: 10) == 4..<10)
        for range in [
            "bytes=-4", "lines=1-", "bytes=x-", "bytes=10-", "bytes=--", "bytes=6-4", "bytes=1-2-3",
            "bytes=1", "bytes=", "bytes=1-+2", "bytes=+1-2", "bytes=10-12", "4-6", "bytes=1-x",
            "bytes=1-99999999999999999999", "bytes=1-2,4-5",
        ] {
            #expect(throws: ClusterError.self) {
                try WorkerRoutes.range(range, byteCount: 10)
            }
        }
    }
}
