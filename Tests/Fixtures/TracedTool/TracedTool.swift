import Glibc
import InMemoryTracing
import MapReduceTool
import Tracing

/// `mapreduce` with a backend for traces.
@main
struct TracedTool {
    static func main() async {
        let tracer = InMemoryTracer(idGenerator: .unique)
        InstrumentationSystem.bootstrap(tracer)
        let code = await ClusterCommandLine.run()
        SpanFile.write(tracer.popFinishedSpans())
        exit(code)
    }
}
