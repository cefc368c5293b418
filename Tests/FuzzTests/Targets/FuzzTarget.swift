/// Something that reads bytes which nobody vouches for.
///
/// A target is given any bytes at all. It may refuse them with the error that its code documents;
/// whatever else happens is a finding. It does a bounded amount of work for each byte.
protocol FuzzTarget: Sendable {
    /// One word, for file names and the command line.
    var name: String { get }

    /// What a mutator does to this kind of bytes.
    var mutation: Mutation { get }

    /// Valid inputs, from which mutants are made.
    func seeds() throws -> [[UInt8]]

    /// Reads the bytes.
    /// - Returns: whether they were accepted.
    /// - Throws: `FuzzFinding`, or an error that the code under test must not throw.
    @discardableResult
    func check(_ bytes: [UInt8]) throws -> Bool
}

/// How mutants of an input are made.
enum Mutation: Sendable {
    case bytes
    /// Also whole numbers, strings and elements, so that most mutants can still be decoded.
    case json
}

/// What must not be.
struct FuzzFinding: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

/// Ends a case with a finding, unless something holds.
func require(_ condition: Bool, _ message: @autoclosure () -> String) throws {
    if !condition { throw FuzzFinding(message()) }
}

/// All targets; a new reader of foreign bytes comes here.
let fuzzTargets: [any FuzzTarget] =
    [
        RunTarget(), GzipTarget(), LineTarget(), RecordTarget(), RecorderTarget(),
        ArgumentTarget(), FrameTarget(), MessageTarget(), WorkerTarget(), CoordinatorTarget(),
        JournalTarget(), DisplayTarget(), RowTarget(), MemberTarget(), JSONTarget(),
    ] + zstdTargets + bzip2Targets + xzTargets

#if Zstd
private let zstdTargets: [any FuzzTarget] = [ZstdTarget()]
#else
private let zstdTargets: [any FuzzTarget] = []
#endif

#if Bzip2
private let bzip2Targets: [any FuzzTarget] = [CompressedTarget.bzip2]
#else
private let bzip2Targets: [any FuzzTarget] = []
#endif

#if Xz
private let xzTargets: [any FuzzTarget] = [CompressedTarget.xz]
#else
private let xzTargets: [any FuzzTarget] = []
#endif
