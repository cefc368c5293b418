/// Random numbers of a run: each is a hash of the seed, of what it is drawn for, and of how often
/// that was drawn for before.
///
/// So a fault that is left out of a plan changes what follows from it, and not every draw after it,
/// which lets a plan that fails be made smaller.
///
/// Source: the finalizer of SplitMix64 (Steele, Lea, Flood 2014).
struct Dice {
    let seed: UInt64
    private var counts: [UInt64: UInt64] = [:]

    init(seed: UInt64) { self.seed = seed }

    /// A number that is drawn for a purpose.
    mutating func draw(_ purpose: Purpose) -> UInt64 {
        let count = counts[purpose.key, default: 0]
        counts[purpose.key] = count &+ 1
        return Self.mix(Self.mix(seed ^ purpose.key) &+ count)
    }

    /// A number in a range.
    mutating func draw(_ range: ClosedRange<Int>, _ purpose: Purpose) -> Int {
        let width = UInt64(range.upperBound - range.lowerBound) + 1
        return range.lowerBound + Int(draw(purpose) % width)
    }

    /// True so many times in a thousand.
    mutating func chance(_ perMille: Int, _ purpose: Purpose) -> Bool {
        perMille > 0 && Int(draw(purpose) % 1000) < perMille
    }

    mutating func pick<Element>(_ elements: [Element], _ purpose: Purpose) -> Element? {
        elements.isEmpty ? nil : elements[Int(draw(purpose) % UInt64(elements.count))]
    }

    static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9e37_79b9_7f4a_7c15
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// What a number is drawn for.
    struct Purpose {
        let key: UInt64

        init(_ name: StaticString, _ parts: Int...) {
            var key: UInt64 = 0xcbf2_9ce4_8422_2325
            name.withUTF8Buffer { bytes in
                for byte in bytes { key = (key ^ UInt64(byte)) &* 0x100_0000_01b3 }
            }
            for part in parts { key = Dice.mix(key ^ UInt64(bitPattern: Int64(part))) }
            self.key = key
        }
    }
}
