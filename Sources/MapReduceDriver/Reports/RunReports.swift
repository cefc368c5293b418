internal import MapReduceEngine
internal import MapReduceModel
internal import MapReduceProcess
internal import MapReduceReport

/// What a run leaves behind that tells how it went: the files of `--report` and `--trace`, and the
/// page of `--dashboard`.
///
/// `JobDriver` makes one, checks it, notes how the run ended, and has it written when the output
/// is in place or was removed.
final class RunReports {
    private let report: ReportFile?
    private let trace: ReportFile?
    /// The page that follows the run; nil where none was asked for.
    let dashboard: Dashboard?
    private let isQuiet: Bool
    /// How the run ended; nil where it had not begun.
    private(set) var end: JobReport?

    init(_ request: RunRequest) throws {
        report = request.report.map { ReportFile(option: "report", path: $0) }
        trace = request.trace.map { ReportFile(option: "trace", path: $0) }
        isQuiet = request.isQuiet
        dashboard =
            try request.hasDashboard
            ? Dashboard(below: request.scratch ?? Host.temporaryDirectory) : nil
    }

    /// The files that were asked for.
    var files: [ReportFile] { [report, trace].compactMap { $0 } }

    /// Checks that all can be written, before the job runs.
    ///
    /// `inputs`: the files that the job reads.
    func check(output: String, inputs: @autoclosure () throws -> [String]) throws {
        guard !files.isEmpty else { return }
        let inputs = Set(try inputs().compactMap { try Files.resolved($0) })
        for file in files { try file.check(output: output, inputs: inputs) }
    }

    /// Makes the page that follows the run, and says where it is.
    func begin(_ context: RunContext) throws {
        guard let dashboard else { return }
        try dashboard.begin(context)
        // Even to those who want to hear nothing: it is what they have asked for.
        Terminal.write("dashboard: \(dashboard.address)\n", to: 2)
    }

    /// Notes how the run ended.
    func keep(_ snapshot: RunSnapshot?, _ context: RunContext) {
        end = snapshot.map { context.report(of: $0) }
    }

    /// Writes all that was asked for.
    ///
    /// A run that had not begun leaves nothing.
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
