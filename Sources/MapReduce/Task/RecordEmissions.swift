/// What the closures have emitted for the current record, while records may be bad: an emission of
/// a record that fails must not count.
///
/// Pairs go to their sinks at once, and are only counted, until the first record that has emitted
/// something and then fails. What it emitted cannot be taken back from a table that merges or a
/// file, so the task begins again with emissions *held*: those of a record wait until its closures
/// have returned.
@usableFromInline
final class RecordEmissions {
    /// Whether those of each record are held.
    let holdsAll: Bool
    /// Whether those of the current record are.
    @exclusivity(unchecked) @usableFromInline var areHeld = false
    /// What went out for the current record, and cannot be taken back.
    @exclusivity(unchecked) @usableFromInline var sentCount = 0
    /// How often a record was tried once more.
    private(set) var repeatCount = 0
    @exclusivity(unchecked) private var counts: [(name: String, amount: Int)] = []
    private var sinks: [any HoldingSink] = []

    init(holdsAll: Bool) { self.holdsAll = holdsAll }

    @usableFromInline
    func add(_ sink: any HoldingSink) { sinks.append(sink) }

    /// Goes on to a record, or has it tried once more.
    func begin(again isAgain: Bool) {
        if isAgain { repeatCount &+= 1 }
        areHeld = holdsAll
        sentCount = 0
    }

    /// Holds what is added to a counter; false when it is to be added now.
    func hold(_ name: String, _ amount: Int) -> Bool {
        guard areHeld else {
            sentCount &+= 1
            return false
        }
        counts.append((name, amount))
        return true
    }

    /// Hands on what the record has emitted.
    func send(to context: TaskContext) {
        areHeld = false
        for sink in sinks { sink.send() }
        for count in counts { context.count(count.name, by: count.amount) }
        counts.removeAll(keepingCapacity: true)
    }

    /// Forgets what the record has emitted.
    ///
    /// Nothing of it has gone out: `sentCount` is 0.
    func forget() {
        areHeld = false
        for sink in sinks { sink.forget() }
        counts.removeAll(keepingCapacity: true)
    }

    /// Lets go of the sinks, which know this in turn.
    func end() { sinks = [] }
}

/// A sink that can hold the pairs of a record.
@usableFromInline
protocol HoldingSink: AnyObject {
    /// Hands on the pairs that it holds.
    func send()
    /// Forgets them.
    func forget()
}

/// The task is to begin again with emissions held.
struct HoldEmissions: Error {}
