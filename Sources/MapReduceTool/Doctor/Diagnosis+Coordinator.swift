internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceWorker

/// The findings about the coordinator.
extension Diagnosis {
    var coordinatorFindings: [Finding] {
        let url = seen.coordinatorURL
        switch seen.coordinator {
        case .unreachable(let reason): return [unreachableCoordinator(reason)]
        case .refused(let status, let code, let message):
            return refusal(Self.coordinator, status, code, message)
        case .answered(let status, let clock):
            var findings: [Finding] = [
                .ok(Self.coordinator, "reachable", "answers at \(url)"),
                .ok(
                    Self.coordinator,
                    "token",
                    seen.hasToken ? "the token is accepted" : "none is given, and none is asked for"
                ),
                Self.version(Self.coordinator, status),
            ]
            if let clock {
                findings.append(
                    Self.clock(
                        Self.coordinator,
                        clock.ahead,
                        uncertainty: clock.uncertainty,
                        of: Self.here
                    )
                )
            }
            let workerCount = seen.workers?.count ?? 0
            return findings + [
                Self.room(
                    Self.coordinator,
                    "data directory",
                    status.directory,
                    free: status.freeByteCount,
                    needed: WorkerLimits.minFreeByteCount,
                    isNeeded: false,
                    "make room: a coordinator whose journal cannot be written ends"
                ),
                Self.files(
                    Self.coordinator,
                    limit: status.fileLimit,
                    needed: HTTPLimits.minFileLimit + ToolLimits.filesPerWorker * workerCount
                ),
            ]
        }
    }

    private func unreachableCoordinator(_ reason: String) -> Finding {
        let url = seen.coordinatorURL
        let remedy: String
        switch Unreachability(reason) {
        case .refused:
            remedy =
                "start one there with `mapreduce coordinator`, or name another one with "
                + "--coordinator or MAPREDUCE_COORDINATOR; to try it here: "
                + "`mapreduce cluster --workers 2`"
        case .unknownHost: remedy = "mend the name in --coordinator or MAPREDUCE_COORDINATOR"
        case .silent:
            remedy =
                "look whether its machine is up, whether the process is stopped, and whether a "
                + "firewall drops what comes for the port"
        case .untrusted:
            remedy =
                "give --tls-ca or MAPREDUCE_TLS_CA a file with the certificate that vouches for "
                + "the coordinator's, and use a name or address that its certificate has"
        case .notTLS: remedy = "the coordinator speaks no TLS: use http:// in place of https://"
        case .closed:
            remedy =
                "if the coordinator speaks TLS, use https:// in place of http://; else look at "
                + "its log"
        case .other: remedy = "look at the log of the coordinator"
        }
        return .problem(Self.coordinator, "reachable", "\(url) does not answer (\(reason))", remedy)
    }

    /// Returns the findings about a service that answers with an error.
    func refusal(_ subject: String, _ status: Int, _ code: String, _ message: String) -> [Finding] {
        let reached = Finding.ok(subject, "reachable", "answers")
        switch (status, code) {
        case (401, _):
            let isCoordinator = subject == Self.coordinator
            let seen =
                self.seen.hasToken
                ? "the token that was given is not the cluster's" : "a token is asked for"
            let remedy =
                isCoordinator
                ? "name the file of the cluster's token with --token-file or "
                    + "MAPREDUCE_TOKEN_FILE: the same as that of the coordinator"
                : "start the worker with the coordinator's token file, and look whether another "
                    + "service is behind its URL (--advertise)"
            return [reached, .problem(subject, "token", seen, remedy)]
        case (_, "unknown-version"):
            return [
                reached,
                .problem(
                    subject,
                    "version",
                    message,
                    "install the same release of mapreduce on all machines"
                ),
            ]
        case (404, "not-found"):
            return [
                reached,
                .warning(
                    subject,
                    "version",
                    "it does not know of checks, and is of another release",
                    "install the same release of mapreduce on all machines"
                ),
            ]
        case (_, "http"):
            return [
                .problem(
                    subject,
                    "reachable",
                    "what answers is no service of mapreduce: \(message)",
                    "look at the URL, and at proxies on the way"
                )
            ]
        default:
            return [
                reached,
                .problem(subject, "check", message, "look at the log of the \(subject)"),
            ]
        }
    }
}

/// The reason why a service is unreachable, as far as a client can tell.
enum Unreachability: Hashable {
    /// Nothing listens there.
    case refused
    case unknownHost
    /// There is no answer.
    case silent
    /// Its certificate is not trusted, or is for a different name.
    case untrusted
    case notTLS
    /// The connection was closed without an answer.
    case closed
    case other

    /// - Parameter reason: The HTTP client's message.
    init(_ reason: String) {
        let words: [(String, Unreachability)] = [
            ("onnection refused", .refused), ("DNS error", .unknownHost),
            ("UnknownHost", .unknownHost), ("CERTIFICATE_VERIFY_FAILED", .untrusted),
            ("unableToValidateCertificate", .untrusted), ("WRONG_VERSION_NUMBER", .notTLS),
            ("eadline exceeded", .silent), ("timeout", .silent), ("Timeout", .silent),
            ("timed out", .silent), ("No route to host", .silent),
            ("unreachable", .silent), ("onnection closed", .closed),
            ("onnection reset", .closed), ("handshakeFailed", .untrusted),
        ]
        self = words.first { reason.contains($0.0) }?.1 ?? .other
    }
}
