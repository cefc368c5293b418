internal import MapReduceTool

#if canImport(Glibc)
internal import Glibc
#endif

/// The executable `mapreduce`: the command line, without a backend for traces.
@main
struct Main {
    static func main() async { exit(await ClusterCommandLine.run()) }
}
