internal import NIOCore
internal import NIOHTTP1
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#endif

/// The open connections of a service.
package final class Connections: Sendable {
    fileprivate struct State {
        var table: ConnectionTable
        var channels: [Int: any Channel] = [:]
        var numbers: [ObjectIdentifier: Int] = [:]
        var next = 0
    }

    let limits: ConnectionTable.Limits
    /// The time that a connection has to send its first request.
    let firstRequestTimeout: Duration
    private let state: Mutex<State>

    /// Computes the limits from the number of files that the process may open.
    ///
    /// `fileLimit`: the number of files that the process may have open at once. `slotCount`: the
    /// number of slots of a worker, which need files for other purposes.
    /// - Throws: `ConfigurationError` if that leaves too few connections.
    package init(
        fileLimit: Int,
        slotCount: Int = 0,
        firstRequestTimeout: Duration = HTTPLimits.firstRequestTimeout
    ) throws {
        let reserve = min(
            HTTPLimits.minFileLimit + slotCount * HTTPLimits.filesPerSlot,
            fileLimit / 2
        )
        // A request may read or write a file in addition to its connection.
        let all = min((fileLimit - reserve) / 2, HTTPLimits.maxConnectionCount)
        guard all >= HTTPLimits.minConnectionCount else {
            throw ConfigurationError(
                "this process may have \(fileLimit) files open, which is too few to serve "
                    + "\(HTTPLimits.minConnectionCount) connections beside its other files; raise "
                    + "the limit, for example with ulimit -n 4096"
            )
        }
        self.firstRequestTimeout = firstRequestTimeout
        limits = ConnectionTable.Limits(all: all)
        state = Mutex(State(table: ConnectionTable(limits: limits)))
    }

    var count: Int { state.withLock { $0.table.count } }

    /// Adds a new connection, and closes others if there are too many.
    func open(_ channel: any Channel) -> Int {
        let peer = Self.peer(channel.remoteAddress)
        let (number, closed) = state.withLock { state in
            state.next += 1
            let number = state.next
            let closed = state.table.open(number, peer: peer).compactMap { state.forget($0) }
            state.channels[number] = channel
            state.numbers[ObjectIdentifier(channel)] = number
            return (number, closed)
        }
        for channel in closed { channel.close(promise: nil) }
        return number
    }

    func close(_ number: Int) {
        state.withLock { state in
            state.table.close(number)
            _ = state.forget(number)
        }
    }

    func setBusy(_ number: Int, _ isBusy: Bool) {
        state.withLock { $0.table.setBusy(number, isBusy) }
    }

    /// Records that a request on a connection was let in.
    func prove(_ channel: any Channel) {
        state.withLock { state in
            if let number = state.numbers[ObjectIdentifier(channel)] { state.table.prove(number) }
        }
    }

    /// Returns what identifies a peer: its address or, for IPv6, its network, because a peer may
    /// choose among many addresses of one network.
    static func peer(_ address: SocketAddress?) -> String {
        guard case .v6(let address) = address else { return address?.ipAddress ?? "" }
        // In a `sockaddr_in6`, the address follows the family, the port, and the flow label.
        let bytes = withUnsafeBytes(of: address.address) { Array($0[8..<24]) }
        let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10...11] == [0xFF, 0xFF]
        if isMapped { return bytes[12...].map { "\($0)" }.joined(separator: ".") }
        return bytes.prefix(8).map { "\($0)" }.joined(separator: ":")
    }
}

extension Connections.State {
    fileprivate mutating func forget(_ number: Int) -> (any Channel)? {
        guard let channel = channels.removeValue(forKey: number) else { return nil }
        numbers[ObjectIdentifier(channel)] = nil
        return channel
    }
}
