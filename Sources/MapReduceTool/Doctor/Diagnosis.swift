internal import MapReduceHTTP
internal import MapReduceModel
internal import MapReduceReport
internal import MapReduceWorker

/// Interprets observations and says what to do about them; it observes nothing itself.
struct Diagnosis {
    let seen: Observations
    static let here = "this machine"
    static let coordinator = "coordinator"

    init(_ seen: Observations) { self.seen = seen }

    /// One finding for each check, in the order in which to fix things.
    var findings: [Finding] {
        var findings = machine + coordinatorFindings
        if let workers = seen.workers { findings += self.findings(of: workers) }
        if let job = seen.job { findings += self.findings(of: job) }
        return findings
    }

    private var machine: [Finding] {
        let machine = seen.machine
        let scratch: Finding
        if let free = machine.freeByteCount {
            scratch = Self.room(
                Self.here,
                "scratch space",
                machine.directory,
                free: free,
                needed: WorkerLimits.minFreeByteCount,
                isNeeded: false,
                "make room, or set TMPDIR to a directory on a larger disk"
            )
        } else {
            scratch = .problem(
                Self.here,
                "scratch space",
                "\(machine.directory) cannot be written to: \(machine.reason ?? "no reason given")",
                "set TMPDIR to a directory that you may write to"
            )
        }
        return [
            scratch,
            Self.files(Self.here, limit: machine.fileLimit, needed: HTTPLimits.minFileLimit),
        ]
    }

    // MARK: Common to all services

    /// Returns the finding about the free space of a disk.
    ///
    /// `isNeeded`: whether less than the needed space is a problem, and not just a
    ///   warning.
    static func room(
        _ subject: String,
        _ check: String,
        _ directory: String,
        free: Int,
        needed: Int,
        isNeeded: Bool,
        _ remedy: String
    ) -> Finding {
        let seen = "\(Format.bytes(free)) free at \(directory)"
        if free < needed {
            let more = "\(seen), less than \(Format.bytes(needed))"
            return isNeeded
                ? .problem(subject, check, more, remedy) : .warning(subject, check, more, remedy)
        }
        return .ok(subject, check, seen)
    }

    /// Returns the finding about the limit of open files.
    static func files(_ subject: String, limit: Int, needed: Int) -> Finding {
        let count = limit > ToolLimits.unlimitedFileCount ? "any number" : Format.count(limit)
        let seen = "\(count) may be open at once"
        let remedy =
            "raise the hard limit for whoever starts it: LimitNOFILE=65536 in a unit of systemd, "
            + "nofile in /etc/security/limits.conf, or `ulimit -n`"
        if limit < HTTPLimits.minFileLimit {
            return .problem(
                subject,
                "open files",
                "\(seen), less than \(HTTPLimits.minFileLimit)",
                remedy
            )
        }
        if limit < needed {
            return .warning(
                subject,
                "open files",
                "\(seen), and a cluster of this size may need \(Format.count(needed))",
                remedy
            )
        }
        return .ok(subject, "open files", seen)
    }

    /// Returns the finding about the versions of a service.
    static func version(_ subject: String, _ status: ServiceStatus) -> Finding {
        let theirs = "mapreduce \(status.release), protocol \(status.version)"
        if status.version != ClusterProtocol.version {
            return .problem(
                subject,
                "version",
                "\(theirs); here protocol \(ClusterProtocol.version)",
                "install the same release of mapreduce on all machines"
            )
        }
        if status.release != Release.version {
            return .warning(
                subject,
                "version",
                "\(theirs); here mapreduce \(Release.version)",
                "install the same release of mapreduce on all machines"
            )
        }
        return .ok(subject, "version", theirs)
    }

    /// Returns the finding about a clock, compared with another one.
    static func clock(
        _ subject: String,
        _ ahead: Double,
        uncertainty: Double,
        of other: String
    )
        -> Finding
    {
        let size = abs(ahead)
        guard size.isFinite else {
            return .warning(subject, "clock", "it tells no time", "set the clock")
        }
        if size - uncertainty <= ToolLimits.maxTimeSkewSeconds {
            return .ok(subject, "clock", "as that of \(other)")
        }
        return .warning(
            subject,
            "clock",
            "\(Format.duration(seconds: size)) \(ahead > 0 ? "ahead of" : "behind") that of "
                + other,
            "jobs do not mind, but times in logs do not fit, and certificates may seem not to be "
                + "valid; let the clock be set, as with `timedatectl set-ntp true`"
        )
    }
}
