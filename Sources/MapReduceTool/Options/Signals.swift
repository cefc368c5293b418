internal import MapReduceProcess
internal import UnixSignals

#if canImport(Glibc)
internal import Glibc
#endif

extension UnixSignal {
    /// The signal's number in the system.
    var number: Int32 {
        switch self {
        case .sigterm: SIGTERM
        case .sighup: SIGHUP
        default: SIGINT
        }
    }

    /// Returns the signals that this process was not started to ignore: `nohup` makes it ignore
    /// SIGHUP, and a script makes background processes ignore SIGINT.
    static func notIgnored(_ signals: [UnixSignal]) -> [UnixSignal] {
        signals.filter { !SignalWatcher.isIgnored($0.number) }
    }
}
