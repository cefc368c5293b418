public import ArgumentParser

/// A MapReduce job: describe its pipeline, mark it with `@main`, and its executable is a command.
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
/// The job's own `@Option`s and `@Flag`s become part of its command line, and its closures can use
/// them.
public protocol Job: ParsableArguments, Sendable {
    /// The type that the pipeline produces: `Pairs<Key, Value>`.
    associatedtype Output: Dataset

    /// Describes the computation. The engine calls it once in every process that takes part in the
    /// job. It must depend only on the job's own options and side files: every process builds the
    /// pipeline itself, and all of them must agree.
    func pipeline(_ input: Input) throws -> Output
}

extension Job {
    /// Runs the process's command line and exits with a code for the outcome: 0 done, 1 the job
    /// failed, 2 the command line is wrong, 130 interrupted.
    public static func main() { JobCommand<Self>.runProcess() }
}
