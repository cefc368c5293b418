internal import MapReduceControl
internal import MapReduceEngine
package import MapReduceModel
internal import MapReduceProcess
internal import MapReduceReport
internal import Synchronization

/// A dashboard page in its own directory that follows a run; a browser opens it as a file.
///
/// A thread other than the run's writes the data about once a second, and less often if writing
/// takes long, so that it does not slow down the job.
package final class Dashboard: Sendable {
    private let base: String
    private let state = Mutex(State())

    private struct State {
        var directory = ""
        var context: RunContext?
        var next = ContinuousClock.now
        var isOver = false
        /// The reason why the last write of the page failed.
        var failure: (any Error)?
    }

    private static let fileName = "report.js"

    package init(below base: String) { self.base = base }

    /// The page's address, once the page exists.
    package var address: String {
        Self.address(ofFile: state.withLock { $0.directory } + "/index.html")
    }

    /// Creates the directory with the page.
    package func begin(_ context: RunContext) throws {
        try Files.createDirectory(base)
        let made = try Files.createUniqueDirectory("\(base)/_mapreduce-dashboard-")
        let directory = try Files.resolved(made) ?? made
        try Files.write(Page.following(Self.fileName), toNew: directory + "/index.html")
        state.withLock { state in
            state.directory = directory
            state.context = context
        }
    }

    /// Shows the current state of the run if an update is due.
    ///
    /// Returns at once: a thread does the work.
    package func update(_ run: RunSnapshot) {
        // A write in progress holds the lock.
        let isDue = state.withLockIfAvailable { state in
            guard !state.isOver, ContinuousClock.now >= state.next else { return false }
            state.next = .now + DriverLimits.dashboardInterval
            return true
        }
        guard isDue == true else { return }
        do {
            try startThread { self.write(run) }
        } catch {
            state.withLock { $0.failure = error }
        }
    }

    private func write(_ run: RunSnapshot) {
        state.withLock { state in
            guard !state.isOver, let context = state.context else { return }
            let start = PhaseClock.ofThread
            do {
                try Self.write(context.report(of: run), in: state.directory)
                state.failure = nil
            } catch {
                state.failure = error
            }
            // The processor time that this thread uses is lost to the job.
            let pause =
                .nanoseconds(PhaseClock.ofThread - start) * DriverLimits.dashboardPauseFactor
            state.next =
                .now
                + min(max(pause, DriverLimits.dashboardInterval), DriverLimits.maxDashboardPause)
        }
    }

    /// Shows how the run ended; the page remains after that.
    package func end(with report: JobReport) throws {
        try state.withLock { state in
            state.isOver = true
            guard !state.directory.isEmpty else { return }
            try Self.write(report, in: state.directory)
        }
    }

    /// Writes the data that the page reads; it is never half-written.
    private static func write(_ report: JobReport, in directory: String) throws {
        let path = "\(directory)/\(fileName)"
        let text = Page.answer(try JSONText.lines([report]))
        try Files.overwrite(text, at: path + ".partial")
        try Files.rename(path + ".partial", to: path)
    }

    /// Returns the address of a file for browsers.
    static func address(ofFile path: String) -> String {
        var address = "file://"
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "/"), UInt8(ascii: "-"),
                UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                address.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                address += "%" + (digits.utf8.count < 2 ? "0" : "") + digits
            }
        }
        return address
    }
}
