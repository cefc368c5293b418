import NIOCore
import TestSupport
import Testing

@testable import MapReduceHTTP

/// Which connections give way to new ones.
@Suite struct ConnectionTableTests {
    /// What the table should do, in a list that is searched.
    private struct Model {
        struct Connection {
            let number: Int
            let peer: String
            var time: Int
            var isBusy = false
            var isProven = false
        }

        let limits: ConnectionTable.Limits
        var connections: [Connection] = []
        var time = 0

        mutating func open(_ number: Int, _ peer: String) -> [Int] {
            var closed: [Int] = []
            func unproven(_ peer: String?) -> [Connection] {
                connections.filter { !$0.isProven && (peer == nil || $0.peer == peer) }
            }
            func oldest(_ peer: String?) -> Int? {
                let all = unproven(peer)
                let idle = all.filter { !$0.isBusy }
                return (idle.isEmpty ? all : idle).min { $0.time < $1.time }?.number
            }
            while unproven(peer).count >= limits.unprovenOfPeer, let number = oldest(peer) {
                closed.append(number)
                connections.removeAll { $0.number == number }
            }
            while unproven(nil).count >= limits.unproven
                || connections.count >= limits.all - limits.spare, let number = oldest(nil)
            {
                closed.append(number)
                connections.removeAll { $0.number == number }
            }
            time += 1
            connections.append(Connection(number: number, peer: peer, time: time))
            return closed
        }

        mutating func change(_ number: Int, _ body: (inout Connection) -> Void) {
            guard let index = connections.firstIndex(where: { $0.number == number }) else { return }
            body(&connections[index])
        }
    }

    @Test func itDoesWhatASearchedListDoes() {
        forEachSeed(60) { random in
            let limits = ConnectionTable.Limits(all: .random(in: 1...40, using: &random))
            var table = ConnectionTable(limits: limits)
            var model = Model(limits: limits)
            for number in 1...400 {
                let some = Int.random(in: 1...number, using: &random)
                switch Int.random(in: 0..<10, using: &random) {
                case 0...4:
                    let peer = "\(Int.random(in: 0..<3, using: &random))"
                    #expect(table.open(number, peer: peer) == model.open(number, peer))
                case 5, 6:
                    let isBusy = Bool.random(using: &random)
                    table.setBusy(some, isBusy)
                    model.time += 1
                    model.change(some) { [time = model.time] in
                        $0.isBusy = isBusy
                        $0.time = time
                    }
                case 7:
                    table.prove(some)
                    model.change(some) { $0.isProven = true }
                default:
                    table.close(some)
                    model.connections.removeAll { $0.number == some }
                }
                #expect(table.count == model.connections.count)
            }
        }
    }

    @Test func aFloodClosesItsOwnConnections() {
        var table = ConnectionTable(limits: ConnectionTable.Limits(all: 100))
        _ = table.open(1, peer: "worker")
        table.prove(1)
        _ = table.open(2, peer: "person")
        for number in 3...10_000 {
            let closed = table.open(number, peer: "flood")
            #expect(!closed.contains(1) && !closed.contains(2) && !closed.contains(number))
        }
        #expect(table.count == 2 + table.limits.unprovenOfPeer)
        // From everywhere at once.
        for number in 10_001...20_000 {
            let closed = table.open(number, peer: "\(number)")
            #expect(!closed.contains(1) && !closed.contains(number))
        }
        #expect(table.count == 1 + table.limits.unproven)
    }

    @Test func peersAreKnownByTheirNetworks() throws {
        func peer(_ address: String) throws -> String {
            Connections.peer(try SocketAddress(ipAddress: address, port: 1))
        }
        #expect(try peer("10.0.0.1") == "10.0.0.1")
        #expect(try peer("::ffff:10.0.0.1") == "10.0.0.1")
        #expect(try peer("2001:db8:0:1::1") == peer("2001:db8:0:1:ffff::7"))
        #expect(try peer("2001:db8:0:1::1") != peer("2001:db8:0:2::1"))
        #expect(Connections.peer(nil) == "")
    }

    /// Each connection may need a file beside it, and the process some of its own.
    @Test func thereAreFewerConnectionsThanFiles() throws {
        for (files, slots) in [(64, 0), (256, 1), (512, 2), (1024, 64), (20_000, 8), (.max, 1)] {
            let all = try Connections(fileLimit: files, slotCount: slots).limits.all
            #expect(all >= 16 && all <= 20_000 && all * 2 <= files - min(files / 2, 256))
        }
        #expect(throws: ConfigurationError.self) { try Connections(fileLimit: 40) }
    }
}
