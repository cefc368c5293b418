/// Every limit of the processes of one machine, with its unit, default and reason.
package enum ProcessLimits {
    /// Bytes of the longest message of the channel: a task that reads a million runs still fits.
    static let maxFrameByteCount = 256 << 20

    /// How long a new process of a job may take to say how a key is written at which the one before
    /// died; then its bytes are shown.
    package static let maxKeyTextWait = Duration.seconds(5)

    /// The longest that one look at descriptors takes: what waits for them looks again.
    package static let maxPollWait = Duration.seconds(60)

    /// How long to wait before a process is started again whose executable is open for writing.
    static let busyStartInterval = Duration.milliseconds(10)

    /// How often it is started, at that interval: its executable was just written, and another
    /// process that is being started has inherited the descriptor for a moment.
    static let busyStartTries = 100

    /// How long a process that was killed is waited for, as the system takes seconds to free its
    /// memory: one that is still there then waits for a disk or a network, and costs its slot.
    static let reapPatience = Duration.seconds(5)

    /// How long to wait before such a process is looked for the second time; each wait is twice as
    /// long as the one before.
    static let minReapInterval = Duration.milliseconds(1)

    /// How often such a process is looked for at least: a killed one is gone within milliseconds.
    static let maxReapInterval = Duration.milliseconds(50)

    /// Bytes of one of the kernel's files that lists what it ended: it is small.
    static let maxKernelFileByteCount = 1 << 20
}
