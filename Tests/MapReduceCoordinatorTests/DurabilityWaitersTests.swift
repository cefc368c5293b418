import Testing

@testable import MapReduceCoordinator

/// Callers that wait until the journal has what the state has.
@Suite struct DurabilityWaitersTests {
    private struct Unwritable: Error {}

    @Test func eachWaiterIsCalledOnceWhenABatchIsDurable() {
        var waiters = DurabilityWaiters()
        #expect(!waiters.isAhead && waiters.settle(failed: false).isEmpty)
        waiters.begin()
        var calls: [Int] = []
        for number in 0..<3 { waiters.add { error in if error == nil { calls.append(number) } } }
        #expect(waiters.isAhead && calls.isEmpty)
        for waiter in waiters.settle(failed: false) { waiter(nil) }
        #expect(calls == [0, 1, 2] && !waiters.isAhead)
        #expect(waiters.settle(failed: false).isEmpty)
    }

    /// What the journal does not have is never shown: the state stays ahead.
    @Test func aStateThatCannotBeWrittenStaysAhead() {
        var waiters = DurabilityWaiters()
        waiters.begin()
        var errors: [String] = []
        waiters.add { error in errors.append("\(error.map { "\($0)" } ?? "durable")") }
        for waiter in waiters.settle(failed: true) { waiter(Unwritable()) }
        #expect(errors == ["Unwritable()"] && waiters.isAhead)
    }
}
