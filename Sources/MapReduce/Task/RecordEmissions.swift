/// The emissions of the closures for the current record, used if records may be bad: an emission of
/// a record that fails must not count.
///
/// At first, pairs go directly to their sinks and are only counted, until a record emits something
/// and then fails. What it emitted cannot be taken back from a table that merges or from a file, so
/// the task starts again with emissions *held*: each record's emissions wait until its closures
/// have returned.
@usableFromInline
final class RecordEmissions {
    /// Whether the emissions of every record are held.
    let holdsAll: Bool
    /// Whether the emissions of the current record are held.
    @exclusivity(unchecked) @usableFromInline var areHeld = false
    /// The number of emissions sent for the current record, which cannot be taken back.
    @exclusivity(unchecked) @usableFromInline var sentCount = 0
    /// The number of times a record was retried.
    private(set) var repeatCount = 0
    @exclusivity(unchecked) private var counts: [(name: String, amount: Int)] = []
    private var sinks: [any HoldingSink] = []

    init(holdsAll: Bool) { self.holdsAll = holdsAll }

    @usableFromInline
    func add(_ sink: any HoldingSink) { sinks.append(sink) }

    /// Starts a record, or its retry.
    func begin(again isAgain: Bool) {
        if isAgain { repeatCount &+= 1 }
        areHeld = holdsAll
        sentCount = 0
    }

    /// Holds an addition to a counter; returns false if it is to be added now.
    func hold(_ name: String, _ amount: Int) -> Bool {
        guard areHeld else {
            sentCount &+= 1
            return false
        }
        counts.append((name, amount))
        return true
    }

    /// Sends what the record has emitted.
    func send(to context: TaskContext) {
        areHeld = false
        for sink in sinks { sink.send() }
        for count in counts { context.count(count.name, by: count.amount) }
        counts.removeAll(keepingCapacity: true)
    }

    /// Discards what the record has emitted.
    ///
    /// None of it has been sent: `sentCount` is 0.
    func forget() {
        areHeld = false
        for sink in sinks { sink.forget() }
        counts.removeAll(keepingCapacity: true)
    }

    /// Releases the sinks, which refer to this object in turn.
    func end() { sinks = [] }
}

/// A sink that can hold the pairs of a record.
@usableFromInline
protocol HoldingSink: AnyObject {
    /// Sends the pairs that it holds.
    func send()
    /// Discards them.
    func forget()
}

/// An error that makes the task start again with emissions held.
struct HoldEmissions: Error {}
