internal import MapReduce

/// The laws that a `RecordKey` must obey in addition to the laws of a value.
struct KeyLaws<Key: RecordKey> {
    private let keys: [Key]
    private let seed: UInt64
    private let areEqual: ((Key, Key) -> Bool)?
    private let precedes: ((Key, Key) -> Bool)?

    /// `areEqual` and `precedes`: nil for a type that does not define them.
    init(
        _ keys: [Key],
        seed: UInt64,
        areEqual: ((Key, Key) -> Bool)?,
        precedes: ((Key, Key) -> Bool)?
    ) {
        self.keys = keys
        self.seed = seed
        self.areEqual = areEqual
        self.precedes = precedes
    }

    func check() throws {
        try ValueLaws(keys, seed: seed, areEqual: areEqual).check()
        let encoded = keys.map { key in
            Encoded(
                key: key,
                whole: Encoding(key, last: false).bytes,
                last: Encoding(key, last: true).bytes
            )
        }
        for a in encoded {
            try checkDescending(a)
            for b in encoded { try check(a, b) }
        }
    }

    private struct Encoded {
        let key: Key
        let whole: [UInt8]
        let last: [UInt8]
    }

    private func check(_ a: Encoded, _ b: Encoded) throws {
        if a.whole.count < b.whole.count, b.whole.starts(with: a.whole) {
            throw LawError(
                "no encoding is the beginning of another one",
                "\(a.key) is encoded as \(a.whole), with which \(b.key) begins: \(b.whole)"
            )
        }
        guard (a.whole == b.whole) == (a.last == b.last) else {
            throw LawError(
                "encode(into:) and encodeLast(into:) tell the same keys apart",
                "\(a.key) and \(b.key) have one encoding by one of them, and two by the other"
            )
        }
        let isBefore = a.whole.lexicographicallyPrecedes(b.whole)
        guard isBefore == a.last.lexicographicallyPrecedes(b.last) else {
            throw LawError(
                "encode(into:) and encodeLast(into:) give the same order",
                "\(a.key) and \(b.key) are in one order by one of them, and in another by the other"
            )
        }
        if let areEqual, areEqual(a.key, b.key) != (a.whole == b.whole) {
            throw LawError(
                "keys are equal if and only if their encodings are",
                a.whole == b.whole
                    ? "\(a.key) and \(b.key) are not equal, and have one encoding: \(a.whole)"
                    : "\(a.key) and \(b.key) are equal, and have two: \(a.whole) and \(b.whole)"
            )
        }
        if let precedes, precedes(a.key, b.key) != isBefore {
            throw LawError(
                "encodings compare as the keys do",
                "\(a.key) comes \(isBefore ? "not " : "")before \(b.key), and \(a.whole) "
                    + "\(isBefore ? "" : "not ")before \(b.whole)"
            )
        }
    }

    /// Checks that a key survives a `Descending`, which complements every byte without the type's
    /// own code noticing.
    private func checkDescending(_ encoded: Encoded) throws {
        let turned = Encoding(Descending(encoded.key)).bytes
        do {
            let back = try Descending<Key>(record: turned).key
            guard Encoding(back, last: false).bytes != encoded.whole else { return }
            throw LawError(
                "a key is read back from within a Descending",
                "\(encoded.key) is read back as \(back)"
            )
        } catch let error as LawError {
            throw error
        } catch {
            throw LawError(
                "a key is read back from within a Descending",
                "\(encoded.key) cannot be: \(error)"
            )
        }
    }
}
