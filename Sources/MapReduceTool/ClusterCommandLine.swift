/// The command line `mapreduce`, for custom executables that install something first, in particular
/// a tracing backend.
public enum ClusterCommandLine {
    /// Executes the arguments, and returns when it is done: for a coordinator or a worker, when a
    /// signal has ended it.
    ///
    /// Call it once, from the main function. It ignores SIGPIPE, and opens those of standard input,
    /// output and error that the process was started without.
    ///
    /// - Parameter arguments: The arguments without the program's name; nil for those of the
    ///   process.
    /// - Returns: The exit code.
    public static func run(
        _ arguments: [String]? = nil
    ) async -> Int32 {
        await MapReduceTool.run(arguments)
    }
}
