public import ArgumentParser

/// A MapReduce job: describe it, mark it with `@main`, and its executable is a command.
///
///     @main
///     struct WordCount: Job {
///         func pipeline(_ input: Input) -> Pairs<String, Int> {
///             let words: Pairs<String, Int> = input.lines.map { line, emit in
///                 line.forEachWord { word in emit(word, 1) }
///             }
///             return words.combine(+)
///         }
///     }
///
/// A job's own `@Option`s and `@Flag`s are part of its command line, and closures can use them.
public protocol Job: ParsableArguments, Sendable {
    /// What the pipeline produces: `Pairs<Key, Value>`.
    associatedtype Output: Dataset

    /// Describes the computation; called once in every process that takes part in the job. It must
    /// depend on nothing but the job's own options: every process builds it anew, and they must
    /// agree.
    func pipeline(_ input: Input) throws -> Output
}

extension Job {
    /// Runs the command line of the process, and ends the process with the code that tells how it
    /// went: 0 done, 1 the job failed, 2 the command line is wrong, 130 interrupted.
    public static func main() { JobCommand<Self>.runProcess() }
}
