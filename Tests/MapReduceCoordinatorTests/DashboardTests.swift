import AsyncHTTPClient
import ClusterTestSupport
import Foundation
import MapReduceModel
import NIOCore
import NIOHTTP1
import NIOPosix
import TestSupport
import Testing

@testable import MapReduceHTTP

/// The page of a coordinator, and what is refused to those who follow it.
@Suite(.timeLimit(.minutes(15))) struct DashboardTests {
    private let directory: TemporaryDirectory
    private static let secret = "0123456789abcdef"

    init() throws { directory = try TemporaryDirectory() }

    /// The status and the code of what is refused.
    private func refusal(
        _ service: TestService,
        _ path: String,
        _ headers: HTTPHeaders = [:]
    ) async throws -> TestService.Refusal {
        try #require(
            await #expect(throws: TestService.Refusal.self, "\(path)") {
                _ = try await service.ask(.GET, path, [], headers)
            }
        )
    }

    @Test func thePageNeedsNoTokenAndTellsNothing() async throws {
        let service = try await TestService(directory) {
            $0.server.token = try Token(Self.secret)
        }
        let page = try await service.ask(.GET, "/")
        #expect(page.headers.first(name: "Content-Type") == "text/html; charset=utf-8")
        #expect(page.headers.first(name: "X-Content-Type-Options") == "nosniff")
        #expect(page.headers.first(name: "Referrer-Policy") == "no-referrer")
        #expect(page.headers.first(name: "Cache-Control") == "no-cache")
        let policy = try #require(page.headers.first(name: "Content-Security-Policy"))
        #expect(policy.hasPrefix("default-src 'none'; script-src 'sha256-"))
        #expect(policy.contains("connect-src 'self'") && policy.contains("frame-ancestors 'none'"))
        let text = String(buffer: try await page.body.collect(upTo: 1 << 24))
        #expect(text.hasPrefix("<!doctype html>") && !text.contains(Self.secret))

        let tag = try #require(page.headers.first(name: "ETag"))
        let same = try await refusal(service, "/", ["If-None-Match": tag])
        #expect(same.status == 304 && same.headers.first(name: "ETag") == tag)
        #expect(try await service.ask(.GET, "/", [], ["If-None-Match": "\"x\""]).status == .ok)

        for path in ["/v1/stream", "/v1/jobs/1/stream", "/v1/jobs/1/report", "/v1/jobs", "//"] {
            let refused = try await refusal(service, path)
            #expect(refused.status == 401 && refused.code == "unauthorized", "\(path)")
            let wrong = try await refusal(service, path, ["Authorization": "Bearer wrong"])
            #expect(wrong.status == 401, "\(path)")
        }
        let right: HTTPHeaders = ["Authorization": "Bearer \(Self.secret)"]
        var events = try await service.events("/v1/stream", right)
        #expect(try await events.next("jobs").data == "[]")
        try await service.stop()
    }

    @Test func whatIsNotThereIsSaid() async throws {
        let service = try await TestService(directory)
        for path in ["/v1/jobs/7/report", "/v1/jobs/7/stream", "/v1/jobs/7/stream?after=3"] {
            let refused = try await refusal(service, path)
            #expect(refused.status == 404 && refused.code == "not-found", "\(path)")
        }
        for path in [
            "/v1/jobs/x/stream", "/v1/jobs/1/stream?after=x", "/v1/jobs/1/stream?after=-1",
        ] {
            #expect(try await refusal(service, path).status == 400, "\(path)")
        }
        let header = try await refusal(service, "/v1/jobs/1/stream", ["Last-Event-ID": "1.2"])
        #expect(header.status == 400)
        try await service.stop()
    }

    /// What a follower had is free again when it has gone, of both kinds of streams.
    @Test func streamsAreCounted() async throws {
        let service = try await TestService(directory) { $0.maxStreamCount = 2 }
        _ = try await service.submit(maps: 1, in: directory, "job")
        for path in ["/v1/stream", "/v1/jobs/1/stream"] {
            let first = try await holdSoon(path, service)
            let second = try await holdSoon("/v1/stream", service)
            let refused = try await refusal(service, path)
            #expect(refused.status == 503 && refused.code == "too-many-streams")
            // A report is no stream.
            #expect(try await service.report(of: JobID(1)).attempts.isEmpty)
            first.cancel()
            let third = try await holdSoon(path, service)
            second.cancel()
            let fourth = try await holdSoon(path, service)
            third.cancel()
            fourth.cancel()
        }
        try await service.stop()
    }

    /// Opens a stream as soon as there is room for it, and keeps it until the task is cancelled.
    private func holdSoon(
        _ path: String,
        _ service: TestService
    ) async throws -> Task<Void, any Error> {
        let deadline = ContinuousClock.now + .seconds(600)
        while true {
            do {
                return try await hold(path, service)
            } catch let error as TestService.Refusal
                where error.status == 503 && ContinuousClock.now < deadline
            {
                await Task.yield()
            }
        }
    }

    /// Opens a stream and keeps it until the task is cancelled; returns when it is there.
    private func hold(
        _ path: String,
        _ service: TestService
    ) async throws -> Task<Void, any Error> {
        let (opened, open) = AsyncThrowingStream.makeStream(of: Void.self)
        let task = Task {
            do {
                var events = try await service.events(path)
                _ = try await events.next()
                open.yield()
                while try await events.next() != nil {}
            } catch {
                open.finish(throwing: error)
                throw error
            }
        }
        for try await _ in opened { break }
        return task
    }

    /// Those who read, and one that never does, whose connection is full.
    @Test func aCoordinatorThatStopsEndsItsStreams() async throws {
        let service = try await TestService(directory)
        _ = try await service.submit(maps: 2000, in: directory, "job")
        var job = try await service.events("/v1/jobs/1/stream")
        var cluster = try await service.events("/v1/stream")
        _ = try await job.next("status")
        _ = try await cluster.next("jobs")
        let silent = try await SilentClient(service.url)
        try await silent.ask("/v1/jobs/1/stream")
        var worker = try await SaidWorker(service, slots: 1000)
        for _ in 0..<4 {
            try await worker.poll(worker.running.prefix(200).map(SaidWorker.failed))
        }
        try await service.stop()
        await job.cut()
        await cluster.cut()
        try await silent.close()
    }
}

/// A client that asks, and reads nothing of the answer.
private struct SilentClient {
    private let channel: any Channel
    private let host: String

    init(_ url: String) async throws {
        let parts = try #require(URLComponents(string: url))
        host = "\(try #require(parts.host)):\(try #require(parts.port))"
        channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .channelOption(.autoRead, value: false)
            .channelOption(.socketOption(.so_rcvbuf), value: 4096)
            .connect(host: try #require(parts.host), port: try #require(parts.port)).get()
    }

    func ask(_ path: String) async throws {
        try await channel.writeAndFlush(
            ByteBuffer(string: "GET \(path) HTTP/1.1\r\nHost: \(host)\r\n\r\n")
        )
    }

    func close() async throws { try await channel.close() }
}
