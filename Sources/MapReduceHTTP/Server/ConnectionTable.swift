/// The open connections of a service; decides which of them give way to new ones.
///
/// A connection is *proven* once a request on it has been let in. Unproven connections are limited,
/// per peer and in total: when a new one exceeds a limit, the one that has been idle longest is
/// closed. So a flood of connections closes its own connections, and a newcomer is always let in.
/// This holds even for a newcomer with the same address, because many people may share one, for
/// example through a proxy.
struct ConnectionTable {
    /// The maximum numbers of connections.
    struct Limits: Hashable, Sendable {
        /// In total; more connections wait until one is closed.
        let all: Int

        init(all: Int) { self.all = all }

        /// Unproven connections.
        var unproven: Int { max(all / 2, 1) }
        /// Unproven connections of one peer.
        var unprovenOfPeer: Int { max(all / 4, 1) }
        /// Connections kept free for newcomers.
        var spare: Int { min(8, all / 4) }
    }

    private struct Connection {
        let peer: String
        /// Whether a request on it is being answered.
        var isBusy = false
        var isProven = false
        /// When it was last active, as a number that increases with each activity in the table.
        var time: Int
    }

    let limits: Limits
    private var connections: [Int: Connection] = [:]
    private var unprovenCount = 0
    private var unprovenCounts: [String: Int] = [:]
    private var time = 0
    private var idle = IdleQueue()
    private var idleOfPeer: [String: IdleQueue] = [:]

    init(limits: Limits) { self.limits = limits }

    var count: Int { connections.count }

    /// Adds a new connection.
    /// - Returns: The connections to close, which are already removed from the table.
    mutating func open(_ number: Int, peer: String) -> [Int] {
        var closed: [Int] = []
        while unprovenCounts[peer, default: 0] >= limits.unprovenOfPeer {
            guard let oldest = removeOldest(of: peer) else { break }
            closed.append(oldest)
        }
        while unprovenCount >= limits.unproven || connections.count >= limits.all - limits.spare {
            guard let oldest = removeOldest(of: nil) else { break }
            closed.append(oldest)
        }
        time += 1
        connections[number] = Connection(peer: peer, time: time)
        unprovenCount += 1
        unprovenCounts[peer, default: 0] += 1
        wait(number, of: peer)
        return closed
    }

    /// Records that a request has begun, or that its answer has ended.
    mutating func setBusy(_ number: Int, _ isBusy: Bool) {
        guard let connection = connections[number] else { return }
        time += 1
        connections[number]?.isBusy = isBusy
        connections[number]?.time = time
        if !isBusy, !connection.isProven { wait(number, of: connection.peer) }
    }

    /// Records that a request was let in.
    mutating func prove(_ number: Int) {
        guard let connection = connections[number], !connection.isProven else { return }
        connections[number]?.isProven = true
        forgetUnproven(connection.peer)
    }

    mutating func close(_ number: Int) {
        guard let connection = connections.removeValue(forKey: number) else { return }
        if !connection.isProven { forgetUnproven(connection.peer) }
    }

    private mutating func forgetUnproven(_ peer: String) {
        unprovenCount -= 1
        let left = unprovenCounts[peer, default: 1] - 1
        unprovenCounts[peer] = left > 0 ? left : nil
        if left == 0 { idleOfPeer[peer] = nil }
    }

    private mutating func wait(_ number: Int, of peer: String) {
        let entry = IdleQueue.Entry(number: number, time: time)
        withQueue(of: peer) { $0.append(entry, $1) }
        withQueue(of: nil) { $0.append(entry, $1) }
    }

    /// Calls the body with the queue of a peer, or of all peers if `peer` is nil, and with a
    /// predicate that says which entries are current.
    private mutating func withQueue<Result>(
        of peer: String?,
        _ body: (inout IdleQueue, (IdleQueue.Entry) -> Bool) -> Result
    ) -> Result {
        var queue = IdleQueue()
        if let peer {
            queue = idleOfPeer.removeValue(forKey: peer) ?? queue
        } else {
            swap(&queue, &idle)
        }
        let result = body(&queue, isCurrent)
        if let peer { idleOfPeer[peer] = queue } else { idle = queue }
        return result
    }

    /// Returns whether a connection is still unproven and has been idle since it was queued.
    private func isCurrent(_ entry: IdleQueue.Entry) -> Bool {
        guard let connection = connections[entry.number] else { return false }
        return connection.time == entry.time && !connection.isProven && !connection.isBusy
    }

    /// Removes the connection of a peer, or of all peers, that has been idle longest; if none is
    /// idle, the one that has been busy longest.
    private mutating func removeOldest(of peer: String?) -> Int? {
        let first = withQueue(of: peer) { $0.popFirst($1) }
        let number =
            first?.number
            ?? connections.filter { !$1.isProven && (peer ?? $1.peer) == $1.peer }
            .min { $0.value.time < $1.value.time }?.key
        if let number { close(number) }
        return number
    }
}

/// Connections in the order in which they became idle; entries that are no longer idle are dropped
/// later.
private struct IdleQueue {
    struct Entry {
        let number: Int
        let time: Int
    }

    private var entries: [Entry] = []
    private var start = 0
    /// The number of entries at which stale entries are dropped.
    private var mark = 64

    mutating func append(_ entry: Entry, _ isCurrent: (Entry) -> Bool) {
        if entries.count >= mark {
            entries = entries[start...].filter(isCurrent)
            start = 0
            mark = max(64, 2 * entries.count)
        }
        entries.append(entry)
    }

    mutating func popFirst(_ isCurrent: (Entry) -> Bool) -> Entry? {
        while start < entries.count {
            let entry = entries[start]
            start += 1
            if isCurrent(entry) { return entry }
        }
        return nil
    }
}
