/// The load, memory and disk of a worker's machine, as its system reports them.
package struct HostStatus: Hashable, Codable, Sendable {
    package var load: Load?
    package var memory: Memory?
    /// The disk of the scratch directory.
    package var disk: Disk?
    package var segments: Segments?

    package init(
        load: Load? = nil,
        memory: Memory? = nil,
        disk: Disk? = nil,
        segments: Segments? = nil
    ) {
        self.load = load
        self.memory = memory
        self.disk = disk
        self.segments = segments
    }

    /// How busy the processors are.
    package struct Load: Hashable, Codable, Sendable {
        /// Threads that ran or waited to run, on average over the last minute.
        package var one: Double
        package var processorCount: Int

        package init(one: Double, processorCount: Int) {
            self.one = one
            self.processorCount = processorCount
        }
    }

    /// How much memory is left.
    package struct Memory: Hashable, Codable, Sendable {
        package var availableByteCount: Int
        package var totalByteCount: Int

        package init(availableByteCount: Int, totalByteCount: Int) {
            self.availableByteCount = availableByteCount
            self.totalByteCount = totalByteCount
        }
    }

    /// How much room is left.
    package struct Disk: Hashable, Codable, Sendable {
        package var freeByteCount: Int
        package var totalByteCount: Int

        package init(freeByteCount: Int, totalByteCount: Int) {
            self.freeByteCount = freeByteCount
            self.totalByteCount = totalByteCount
        }
    }

    /// The runs whose segments the worker holds for others to fetch.
    package struct Segments: Hashable, Codable, Sendable {
        package var count: Int
        package var byteCount: Int

        package init(count: Int, byteCount: Int) {
            self.count = count
            self.byteCount = byteCount
        }
    }

    /// Whether someone who saw the other status would notice the difference.
    package func differsNoticeably(from other: HostStatus) -> Bool {
        func differs(_ one: Int?, _ other: Int?, of total: Int?) -> Bool {
            guard let one, let other, let total else { return one != other }
            // A hundredth is less than a bar on a screen can show.
            return abs(one - other) > total / 100
        }
        func fifths(_ load: Load?) -> Double? { load.map { ($0.one * 5).rounded() } }
        return segments != other.segments || fifths(load) != fifths(other.load)
            || differs(
                memory?.availableByteCount,
                other.memory?.availableByteCount,
                of: memory?.totalByteCount
            )
            || differs(disk?.freeByteCount, other.disk?.freeByteCount, of: disk?.totalByteCount)
            || memory?.totalByteCount != other.memory?.totalByteCount
            || disk?.totalByteCount != other.disk?.totalByteCount
            || load?.processorCount != other.load?.processorCount
    }
}
