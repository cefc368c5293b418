internal import MapReduceEngine
internal import MapReduceModel
internal import MapReduceProcess
internal import MapReduceReport

/// The records that a run leaves of how it went: the files of `--report` and `--trace`, and the
/// page of `--dashboard`.
///
/// `JobDriver` creates one, checks it, records how the run ended, and has it written when the
/// output is in place or has been removed.
final class RunReports {
    private let report: ReportFile?
    private let trace: ReportFile?
    /// The page that follows the run; nil unless requested.
    let dashboard: Dashboard?
    private let isQuiet: Bool
    /// The final report of the run; nil if the run did not start.
    private(set) var end: JobReport?

    init(_ request: RunRequest) throws {
        report = request.report.map { ReportFile(option: "report", path: $0) }
        trace = request.trace.map { ReportFile(option: "trace", path: $0) }
        isQuiet = request.isQuiet
        dashboard =
            try request.hasDashboard
            ? Dashboard(below: request.scratch ?? Host.temporaryDirectory) : nil
    }

    /// The requested files.
    var files: [ReportFile] { [report, trace].compactMap { $0 } }

    /// Checks, before the job runs, that all files can be written.
    ///
    /// `inputs`: the files that the job reads.
    func check(output: String, inputs: @autoclosure () throws -> [String]) throws {
        guard !files.isEmpty else { return }
        let inputs = Set(try inputs().compactMap { try Files.resolved($0) })
        for file in files { try file.check(output: output, inputs: inputs) }
    }

    /// Creates the page that follows the run, and prints its address.
    func begin(_ context: RunContext) throws {
        guard let dashboard else { return }
        try dashboard.begin(context)
        // Print it even with `--quiet`: the user asked for the page.
        Terminal.write("dashboard: \(dashboard.address)\n", to: 2)
    }

    /// Records how the run ended.
    func keep(_ snapshot: RunSnapshot?, _ context: RunContext) {
        end = snapshot.map { context.report(of: $0) }
    }

    /// Writes all requested reports.
    ///
    /// A run that did not start leaves none.
    func write() throws {
        guard let end else { return }
        try report?.write(Page.report(try JSONText.lines([end])))
        try trace?.write(TraceEvents.json(of: end))
        guard let dashboard else { return }
        try dashboard.end(with: end)
        if !isQuiet {
            Terminal.write(
                "dashboard: \(dashboard.address) shows how the job ended, and stays\n",
                to: 2
            )
        }
    }
}
