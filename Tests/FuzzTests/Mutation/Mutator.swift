/// Makes mutants of inputs.
struct Mutator {
    let mutation: Mutation

    /// Mutants longer than this are cut: an input takes a bounded time.
    private static let maxByteCount = 1 << 17

    /// One of the inputs with a few changes, or none.
    func mutant(
        of inputs: [[UInt8]],
        using random: inout some RandomNumberGenerator
    ) -> [UInt8] {
        guard var bytes = inputs.randomElement(using: &random) else { return [] }
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            if mutation == .json, Int.random(in: 0..<3, using: &random) > 0 {
                JSONMutator.mutate(&bytes, using: &random)
            } else {
                mutate(&bytes, inputs, using: &random)
            }
        }
        return Array(bytes.prefix(Self.maxByteCount))
    }

    private func mutate(
        _ bytes: inout [UInt8],
        _ inputs: [[UInt8]],
        using random: inout some RandomNumberGenerator
    ) {
        guard !bytes.isEmpty else {
            bytes.append(UInt8.random(in: 0 ... .max, using: &random))
            return
        }
        let at = Int.random(in: bytes.indices, using: &random)
        let some = at..<min(at + 1 << Int.random(in: 0...6, using: &random), bytes.count)
        switch Int.random(in: 0..<8, using: &random) {
        case 0: bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &random)
        case 1: bytes[at] = UInt8.random(in: 0 ... .max, using: &random)
        case 2:
            bytes.insert(contentsOf: some.map { _ in .random(in: 0...255, using: &random) }, at: at)
        case 3: bytes.removeSubrange(some)
        case 4:
            bytes.insert(
                contentsOf: Array(bytes[some]),
                at: bytes.indices.randomElement(using: &random) ?? at
            )
        case 5: setLength(&bytes, at: at, using: &random)
        case 6: bytes.removeSubrange(at...)
        default:
            let other = inputs.randomElement(using: &random) ?? []
            let start = Int.random(in: 0...other.count, using: &random)
            bytes.replaceSubrange(at..., with: other[start...])
        }
    }

    /// Puts a number at a place where there may be a length, in either order of bytes, near the end
    /// as often as anywhere.
    private func setLength(
        _ bytes: inout [UInt8],
        at place: Int,
        using random: inout some RandomNumberGenerator
    ) {
        let width = [1, 2, 4, 8].randomElement(using: &random) ?? 4
        let fromEnd = bytes.count - Int.random(in: 0..<64, using: &random) - width
        let start = Bool.random(using: &random) ? place : max(fromEnd, 0)
        let values = [
            0, 1, -1, 0x7f, 0x80, 0x7fff_ffff, 1 << 31, .max, .min, bytes.count, bytes.count + 1,
            place, -place,
        ]
        let value = values.randomElement(using: &random) ?? 0
        var number = (0..<width).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        if Bool.random(using: &random) { number.reverse() }
        for (offset, byte) in number.enumerated() where start + offset < bytes.count {
            bytes[start + offset] = byte
        }
    }
}
