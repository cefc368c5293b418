internal import MapReduceModel

/// The places of records, each once however many stages read the record, ordered by file and
/// offset.
struct RecordPlaces: Hashable, Sendable {
    private var places: [Place] = []

    private struct Place: Hashable, Sendable {
        let file: String
        let offset: Int

        func isBefore(_ other: Place) -> Bool { (file, offset) < (other.file, other.offset) }
    }

    init() {}

    init(_ records: [BadRecord]) { for record in records { insert(record) } }

    var count: Int { places.count }

    func contains(file: String, offset: Int) -> Bool {
        let place = Place(file: file, offset: offset)
        let index = index(of: place)
        return index < places.count && places[index] == place
    }

    /// Adds the place of a record, unless it is known.
    ///
    /// Cost: a binary search, and a move of the places after it.
    /// - Returns: Whether it was added.
    @discardableResult
    mutating func insert(_ record: BadRecord) -> Bool {
        let place = Place(file: record.file, offset: record.offset)
        let index = index(of: place)
        if index < places.count, places[index] == place { return false }
        places.insert(place, at: index)
        return true
    }

    /// Returns the index of a place, or the index where it would be inserted.
    private func index(of place: Place) -> Int {
        if let last = places.last, last.isBefore(place) { return places.count }
        var low = 0
        var high = places.count
        while low < high {
            let middle = (low + high) / 2
            if places[middle].isBefore(place) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
