internal import MapReduceModel

/// Notes whose code a task's thread runs: the engine's, or the user's closures.
///
/// A watcher of the task so knows whether a record takes long because of the closure or because
/// the engine reads, sorts, merges or waits for a disk in the middle of it. The word lies on a page
/// that others read; it is odd while the engine runs, and grows with each change.
///
///     closure:  emit ──► memory is full ──► engine: sort, write, sync ──► closure goes on
///     word:     2                            3                             4
///
/// Unchecked: a task's thread alone uses it, and only loads and stores whole words.
@usableFromInline
package struct ExecutionOwner: @unchecked Sendable {
    @usableFromInline let word: UnsafeMutablePointer<UInt64>

    /// `word`: where to note it; it lives as long as the task.
    package init(word: UnsafeMutablePointer<UInt64>) { self.word = word }

    /// That of the task that the calling thread runs; nil on other threads.
    ///
    /// For what all tasks and all others use alike, the files above all.
    @TaskLocal package static var current: ExecutionOwner?

    /// Runs the engine's code, in the middle of a closure or at any other time.
    package static func engine<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let current else { return try body() }
        return try current.engine(body)
    }

    /// Runs the engine's code.
    @inlinable
    package func engine<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try run(1, body)
    }

    /// Calls the user's code.
    @inlinable
    package func closure<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try run(0, body)
    }

    @inlinable
    @inline(__always)
    func run<Result, Failure: Error>(
        _ isEngine: UInt64,
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let before = word.pointee & 1
        word.pointee = (word.pointee | 1) &+ 1 &+ isEngine
        defer { word.pointee = (word.pointee | 1) &+ 1 &+ before }
        return try body()
    }
}
