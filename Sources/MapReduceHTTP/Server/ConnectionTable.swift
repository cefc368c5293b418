/// Which connections of a service are open, and which of them give way to new ones.
///
/// A connection is *proven* once a request on it was let in. The others are bounded, for each peer
/// and in all: when one more comes than may be, the one that has idled longest is closed. So a
/// flood of connections closes its own, and a newcomer is always let in, also from the same
/// address: many people may be behind one, as behind a proxy.
struct ConnectionTable {
    /// How many there may be.
    struct Limits: Hashable, Sendable {
        /// In all; more wait until one is closed.
        let all: Int

        init(all: Int) { self.all = all }

        /// Connections that have proven nothing.
        var unproven: Int { max(all / 2, 1) }
        /// The same, of one peer.
        var unprovenOfPeer: Int { max(all / 4, 1) }
        /// Connections that are always free for newcomers.
        var spare: Int { min(8, all / 4) }
    }

    private struct Connection {
        let peer: String
        /// Whether a request on it is being answered.
        var isBusy = false
        var isProven = false
        /// When it was last seen to do something, as a number that grows.
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

    /// Notes a new connection.
    /// - Returns: connections to close, which are gone from the table.
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

    /// Notes that a request has begun, or that its answer has ended.
    mutating func setBusy(_ number: Int, _ isBusy: Bool) {
        guard let connection = connections[number] else { return }
        time += 1
        connections[number]?.isBusy = isBusy
        connections[number]?.time = time
        if !isBusy, !connection.isProven { wait(number, of: connection.peer) }
    }

    /// Notes that a request was let in.
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

    /// Calls the body with the queue of a peer, or of all, and with what tells which entries count.
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

    /// Whether a connection has idled since it was queued, and is still to prove something.
    private func isCurrent(_ entry: IdleQueue.Entry) -> Bool {
        guard let connection = connections[entry.number] else { return false }
        return connection.time == entry.time && !connection.isProven && !connection.isBusy
    }

    /// Removes the connection that has idled longest, of a peer or of all; if none idles, the one
    /// that has been busy longest.
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

/// Connections in the order in which they began to idle; those that no longer do are dropped later.
private struct IdleQueue {
    struct Entry {
        let number: Int
        let time: Int
    }

    private var entries: [Entry] = []
    private var start = 0
    /// Entries at which those that count no longer are dropped.
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
