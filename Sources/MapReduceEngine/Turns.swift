internal import MapReduceModel

/// Notes whose turn it is on a task's thread: the engine's, or that of the user's closures.
///
/// Whoever watches a task so knows whether a record takes long because of the closure or because
/// the engine reads, sorts, merges or waits for a disk in the middle of it. The word lies on a page
/// that others read; it is odd while it is the engine's turn, and grows with each change.
///
///     closure:  emit ──► memory is full ──► engine: sort, write, sync ──► closure goes on
///     word:     2                            3                             4
///
/// Unchecked: a task's thread alone uses it, and only loads and stores whole words.
@usableFromInline
package struct Turns: @unchecked Sendable {
    @usableFromInline let word: UnsafeMutablePointer<UInt64>

    /// `word`: where to note it; it lives as long as the task.
    package init(word: UnsafeMutablePointer<UInt64>) { self.word = word }

    /// Those of the task that the calling thread runs; nil on other threads.
    ///
    /// For what all tasks and all others use alike, the files above all.
    @TaskLocal package static var current: Turns?

    /// Does what the engine has to do in the middle of a closure, or at any other time.
    package static func engine<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let current else { return try body() }
        return try current.engine(body)
    }

    /// Does what the engine has to do.
    @inlinable
    package func engine<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try take(1, body)
    }

    /// Calls the user's code.
    @inlinable
    package func closure<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try take(0, body)
    }

    @inlinable
    @inline(__always)
    func take<Result, Failure: Error>(
        _ turn: UInt64,
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let before = word.pointee & 1
        word.pointee = (word.pointee | 1) &+ 1 &+ turn
        defer { word.pointee = (word.pointee | 1) &+ 1 &+ before }
        return try body()
    }
}
