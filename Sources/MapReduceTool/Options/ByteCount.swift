internal import ArgumentParser
internal import MapReduceReport

/// A number of bytes on the command line.
struct ByteCount: ExpressibleByArgument, Hashable, Sendable {
    let value: Int

    init?(argument: String) {
        guard let value = Format.byteCount(argument) else { return nil }
        self.value = value
    }
}
