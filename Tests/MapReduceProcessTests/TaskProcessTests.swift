import Foundation
import MapReduceModel
import MapReduceProcess
import Synchronization
import TestSupport
import Testing

/// Processes that a driver starts: what they begin with, and how they end.
@Suite struct TaskProcessTests {
    private func run(
        _ script: String,
        with change: (inout TaskProcess.Launch) -> Void = { _ in }
    ) throws -> TaskProcess.Exit {
        try start(script, with: change).wait()
    }

    private func start(
        _ script: String,
        with change: (inout TaskProcess.Launch) -> Void = { _ in }
    ) throws -> TaskProcess {
        let (_, theirs) = try FrameChannel.makePair()
        let null = FileHandle(forWritingAtPath: "/dev/null")
        var launch = TaskProcess.Launch(executable: "/bin/sh", arguments: ["sh", "-c", script])
        launch.output = null?.fileDescriptor
        change(&launch)
        return try TaskProcess(launch, channel: theirs)
    }

    // MARK: What a process begins with

    @Test func theChannelIsDescriptorThree() throws {
        #expect(try run("test -S /proc/self/fd/3 && test \"$MAPREDUCE_TASK\" = 3") == .code(0))
        #expect(
            try run("test \"$MAPREDUCE_DESCRIBE\" = 3 && test -z \"$MAPREDUCE_TASK\"") {
                $0.purpose = .describe
            } == .code(0)
        )
    }

    /// Also those that are not marked to be closed, as libraries open them.
    @Test func otherDescriptorsAreClosed() throws {
        let descriptor = fcntl(open("/dev/null", O_RDONLY | O_CLOEXEC), F_DUPFD, 100)
        try #require(descriptor >= 100)
        defer { close(descriptor) }
        #expect(fcntl(descriptor, F_GETFD) == 0, "the system would hand it on")
        #expect(try run("test ! -e /proc/$$/fd/\(descriptor)") == .code(0))
    }

    @Test func standardInputIsEmpty() throws { #expect(try run("! read line") == .code(0)) }

    @Test func bothOutputsGoToOneDescriptor() throws {
        let directory = try TemporaryDirectory()
        let path = try directory.write("log", "")
        let log = try #require(FileHandle(forWritingAtPath: path))
        let exit = try run("echo out; echo error >&2; echo end") {
            $0.output = log.fileDescriptor
        }
        #expect(exit == .code(0))
        #expect(try readText(path) == "out\nerror\nend\n")
    }

    @Test func aProcessStartsInItsDirectory() throws {
        #expect(try run("test $(pwd) = /usr", with: { $0.directory = "/usr" }) == .code(0))
    }

    /// So that Ctrl-C reaches the driver alone.
    @Test func aTaskProcessLeadsItsOwnGroup() throws {
        let group = "read -r pid name state parent group rest < /proc/$$/stat; test $group ="
        #expect(try run("\(group) $$") == .code(0))
        #expect(try run("\(group) \(getpgrp())") { $0.purpose = .describe } == .code(0))
    }

    /// Though the driver blocks them to receive them one by one.
    @Test(arguments: [SIGUSR1, SIGTERM, SIGPIPE])
    func signalsDoWhatTheyUsuallyDo(_ number: Int32) throws {
        var set = sigset_t()
        var before = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, number)
        pthread_sigmask(SIG_BLOCK, &set, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        #expect(try run("kill -\(number) $$; exit 0") == .signal(number))
    }

    // MARK: Its environment

    @Test func otherVariablesOfTheProjectAreNotInherited() throws {
        setenv("MAPREDUCE_SECRET", "x", 1)
        defer { unsetenv("MAPREDUCE_SECRET") }
        #expect(try run("test -z \"$MAPREDUCE_SECRET\"") == .code(0))
    }

    @Test func aClusterTellsItsSlotsAndLittleElse() throws {
        setenv("UNRELATED", "x", 1)
        defer { unsetenv("UNRELATED") }
        #expect(try run("test \"$UNRELATED\" = x") == .code(0))
        let script =
            "test -z \"$UNRELATED\" && test -n \"$PATH\" && test \"$MAPREDUCE_CLUSTER_SLOTS\" = 7"
        let exit = try run(script) { launch in
            launch.inheritsEnvironment = false
            launch.slotCount = 7
        }
        #expect(exit == .code(0))
    }

    @Test func hashesAreTheSameInEveryProcess() throws {
        #expect(try run("test \"$SWIFT_DETERMINISTIC_HASHING\" = 1") == .code(0))
    }

    // MARK: How it ends

    @Test func tellsHowAProcessEnded() throws {
        #expect(try run("exit 3") == .code(3))
        #expect(try run("exit 255") == .code(255))
        #expect(try run("kill -SEGV $$") == .signal(SIGSEGV))
        #expect(try run("kill -ILL $$").isTrap)
        #expect(TaskProcess.Exit.signal(SIGKILL).isKill)
        #expect(!TaskProcess.Exit.code(SIGKILL).isKill)
        #expect(TaskProcess.Exit.code(3).description == "it exited with code 3")
        #expect(TaskProcess.Exit.signal(11).description.hasPrefix("it was ended by signal 11 ("))
    }

    @Test(arguments: ["exec sleep 600", "trap '' TERM INT HUP; while :; do sleep 600; done"])
    func aProcessThatGoesOnIsKilled(_ script: String) throws {
        #expect(try start(script).kill() == .signal(SIGKILL))
    }

    /// What a closure started has no other parent to end it.
    @Test func whatItStartedEndsWithIt() throws {
        let directory = try TemporaryDirectory()
        let path = directory("child")
        let process = try start("trap '' TERM; sleep 600 & echo $! > '\(path)'; wait; wait")
        var child: Int32?
        #expect(
            try eventually {
                guard FileManager.default.fileExists(atPath: path) else { return false }
                child = Int32(try readText(path).trimmingCharacters(in: .newlines))
                return child != nil
            }
        )
        let number = try #require(child)
        #expect(!isGone(number))
        #expect(process.kill() == .signal(SIGKILL))
        #expect(eventually { isGone(number) })
    }

    @Test func itEndsWhenItsOwnerLetsItGo() throws {
        var process: TaskProcess? = try start("exec sleep 600")
        let number = try #require(process).processID
        #expect(!isGone(number))
        process = nil
        #expect(eventually { isGone(number) })
    }

    @Test func whatIsAbandonedIsToldWhenItEnds() throws {
        let ended = Mutex(false)
        let process = try start("exec sleep 600")
        process.signalEnd()
        process.abandon { ended.withLock { $0 = true } }
        #expect(eventually { ended.withLock { $0 } })
        #expect(isGone(process.processID))
    }

    @Test func anExecutableThatIsNotThereIsNamed() throws {
        let (_, theirs) = try FrameChannel.makePair()
        let error = #expect(throws: ProcessError.self) {
            let launch = TaskProcess.Launch(executable: "/nowhere/job", arguments: ["job"])
            _ = try TaskProcess(launch, channel: theirs)
        }
        #expect(error?.description.contains("/nowhere/job") ?? false)
    }

    /// Whether a process has ended, and is at most waited for.
    private func isGone(_ number: Int32) -> Bool {
        guard let status = try? readText("/proc/\(number)/stat") else { return true }
        return status.components(separatedBy: ") ").last?.hasPrefix("Z") ?? true
    }
}
