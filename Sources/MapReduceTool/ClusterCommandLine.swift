/// The command line `mapreduce`, for an executable of one's own that installs something before: a
/// backend for traces, above all.
public enum ClusterCommandLine {
    /// Does what the arguments ask for, and returns when it is done: of a coordinator or a worker,
    /// when a signal has ended it.
    ///
    /// `arguments`: nil for those of the process, all but the program's name.
    ///
    /// It is called once, from the main function. It ignores SIGPIPE, and opens what the process
    /// was started without of standard input, output and error.
    /// - Returns: the exit code.
    public static func run(
        _ arguments: [String]? = nil
    ) async -> Int32 {
        await MapReduceTool.run(arguments)
    }
}
