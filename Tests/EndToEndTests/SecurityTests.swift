import ClusterTestSupport
import Foundation
import TestSupport
import Testing

/// Tokens and TLS, with processes of their own.
@Suite(.serialized) struct SecurityTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    private func token(_ name: String, _ text: String) throws -> String {
        let path = try directory.write(name, text + "\n")
        chmod(path, 0o600)
        return path
    }

    @Test func aWrongTokenIsRefused() throws {
        let right = try token("right", "0123456789abcdef")
        let wrong = try token("wrong", "fedcba9876543210")
        let cluster = try TestCluster(workers: 0, coordinator: ["--token-file", right])
        let list = try cluster.mapreduce(["jobs", "--token-file", wrong])
        #expect(list.code == 1 && list.errors.contains("token"), "\(list.errors)")
        #expect(try cluster.mapreduce(["jobs"]).code == 1)
        #expect(try cluster.mapreduce(["jobs", "--token-file", right]).code == 0)
        // A worker with another token gives up at once, and says why.
        try cluster.startWorker(["--token-file", wrong])
        let worker = try cluster.workers[0].wait()
        #expect(worker.code == 1 && worker.errors.contains("token"), "\(worker.errors)")
        #expect(!cluster.hasFiles)
        try cluster.stop()
    }

    @Test func anAddressThatOthersReachNeedsAToken() throws {
        let result = try Command.run(
            "mapreduce",
            ["coordinator", "--listen", "0.0.0.0:0", "--data", directory("data")]
        )
        #expect(result.code == 2 && result.errors.contains("--token-file"), "\(result.errors)")
    }

    /// The token is no part of a task process's environment.
    @Test func aClusterRunsJobsOverTLS() throws {
        try makeCertificate()
        let secret = try token("token", "0123456789abcdef")
        let cluster = try Command(
            "mapreduce",
            ["cluster", "--workers", "2", "--listen", "127.0.0.1:0", "--token-file", secret]
                + ["--tls-certificate", directory("cert.pem"), "--tls-key", directory("key.pem")]
                + ["--tls-ca", directory("cert.pem"), "--scratch", directory("scratch")]
                + ["--fetch-over-network"]
        )
        try cluster.start()
        defer { cluster.send(SIGKILL) }
        let isReady = eventually {
            cluster.outputSoFar.contains("Ctrl-C stops") || !cluster.isRunning
        }
        try #require(isReady && cluster.isRunning, "\(cluster.errorsSoFar)")
        let words = cluster.outputSoFar.split(whereSeparator: { " ,\n".contains($0) })
        let url = String(try #require(words.first { $0.hasPrefix("https://") }))
        let arguments = ["submit", "--coordinator", url, "--token-file", secret]
        let job = [
            Command.products + "/wordcount", sampleTexts[1], "--reducers", "2", "-q",
            "--split-size", "30000",
        ]
        let result = try Command.run(
            "mapreduce",
            arguments + ["--tls-ca", directory("cert.pem")] + job + ["-o", directory("out")]
        )
        #expect(result.code == 0, "\(result.errors)")
        #expect(
            try outputFiles(directory("out"))
                == localOutput("wordcount", Array(job.dropFirst().filter { $0 != "-q" }))
        )
        // Nobody vouches for the certificate.
        let distrusting = try Command.run("mapreduce", arguments + job + ["-o", directory("no")])
        #expect(distrusting.code == 1, "\(distrusting.errors)")
        #expect(distrusting.errors.contains("is not trusted (CERTIFICATE_VERIFY_FAILED)"))
        // What else can be wrong is said in words, with what to do.
        let port = url.split(separator: ":").last ?? ""
        let plain = try Command.run(
            "mapreduce",
            ["jobs", "--coordinator", "http://127.0.0.1:\(port)", "--token-file", secret]
        )
        #expect(plain.code == 1 && plain.errors.contains("its URL is https://"), "\(plain.errors)")
        cluster.send(SIGTERM)
        #expect(try cluster.wait().code == 0)
    }

    @Test func aCertificateOfAnotherHostIsRefused() throws {
        try makeCertificate("DNS:elsewhere.test")
        let cluster = try TestCluster(
            workers: 0,
            coordinator: [
                "--tls-certificate", directory("cert.pem"), "--tls-key", directory("key.pem"),
            ]
        )
        let said = try Command.run(
            "mapreduce",
            ["jobs", "--coordinator", cluster.url, "--tls-ca", directory("cert.pem")]
        )
        #expect(
            said.code == 1 && said.errors.contains("its certificate is not for 127.0.0.1"),
            "\(said.errors)"
        )
        try cluster.stop()
    }

    @Test func whatTheNetworkSaysIsSaidInWords() throws {
        let cluster = try TestCluster(workers: 0)
        let secure = cluster.url.replacing("http://", with: "https://")
        let closed = "http://127.0.0.1:1"
        for (url, text) in [
            (secure, "(it does not speak TLS (WRONG_VERSION_NUMBER): is its URL http://…?)"),
            (closed, "the coordinator at \(closed) does not answer (connection refused);"),
        ] {
            let said = try Command.run("mapreduce", ["jobs", "--coordinator", url])
            #expect(said.code == 1 && said.errors.contains(text), "\(said.errors)")
        }
        try cluster.stop()
    }

    private func makeCertificate(_ name: String = "IP:127.0.0.1") throws {
        let result = try Command.run(
            "/usr/bin/env",
            [
                "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                "-subj", "/CN=mapreduce", "-addext", "subjectAltName=\(name)",
                "-keyout", directory("key.pem"), "-out", directory("cert.pem"),
            ]
        )
        try #require(result.code == 0, "\(result.errors)")
    }
}
