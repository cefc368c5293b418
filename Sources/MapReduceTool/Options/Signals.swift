internal import MapReduceProcess
internal import UnixSignals

#if canImport(Glibc)
internal import Glibc
#endif

extension UnixSignal {
    /// As the system numbers it.
    var number: Int32 {
        switch self {
        case .sigterm: SIGTERM
        case .sighup: SIGHUP
        default: SIGINT
        }
    }

    /// Those that this process was not started to ignore, as `nohup` has it ignore SIGHUP, and a
    /// script what it starts in the background SIGINT.
    static func notIgnored(_ signals: [UnixSignal]) -> [UnixSignal] {
        signals.filter { !SignalWatcher.isIgnored($0.number) }
    }
}
