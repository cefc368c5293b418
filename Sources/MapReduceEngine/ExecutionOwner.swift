internal import MapReduceModel

/// Records whose code a task's thread runs: the engine's or the user's closures.
///
/// This lets a watcher of the task see whether a record takes long because of the closure, or
/// because the engine reads, sorts, merges, or waits for a disk in the middle of it. The word is on
/// a page that others read; it is odd while the engine runs, and increases with each change.
///
///     closure:  emit ──► memory is full ──► engine: sort, write, sync ──► closure resumes
///     word:     2                            5                             6
///
/// Unchecked: only a task's thread uses it, and it loads and stores only whole words.
@usableFromInline
package struct ExecutionOwner: @unchecked Sendable {
    @usableFromInline let word: UnsafeMutablePointer<UInt64>

    /// - Parameter word: where the owner is recorded; it lives as long as the task.
    package init(word: UnsafeMutablePointer<UInt64>) { self.word = word }

    /// The owner for the task that the calling thread runs; nil on other threads.
    ///
    /// For code that tasks share with everything else, especially file access.
    @TaskLocal package static var current: ExecutionOwner?

    /// Runs engine code, in the middle of a closure or at any other time.
    package static func engine<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let current else { return try body() }
        return try current.engine(body)
    }

    /// Runs engine code.
    @inlinable
    package func engine<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try run(1, body)
    }

    /// Runs the user's code.
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
