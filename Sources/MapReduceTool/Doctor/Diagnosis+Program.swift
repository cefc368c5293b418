internal import MapReduceModel

/// The findings about an executable that does not start.
extension Diagnosis {
    /// `machine`: the processor architecture of the machine where it was tried; nil if
    ///   unknown.
    static func finding(
        of failure: ProgramFailure,
        _ subject: String,
        machine: String?
    ) -> Finding {
        let lines = failure.log.split(whereSeparator: \.isNewline)
        let said = lines.last.map { "; it printed: \($0.prefix(300))" } ?? ""
        return .problem(
            subject,
            "executable",
            "does not run: \(failure.reason)\(said)",
            remedy(for: failure, machine)
        )
    }

    private static func remedy(for failure: ProgramFailure, _ machine: String?) -> String {
        let rebuild = "build it with `swift build -c release --static-swift-stdlib`"
        switch failure.image {
        case .elf(let target, _, _) where machine != nil && target != machine:
            return
                "it was built for \(target), and that machine has \(machine ?? "another"): build "
                + "it for that, or use workers of the same kind"
        case .elf(_, let interpreter?, false):
            return "\(interpreter), which loads it, is not there: the system there has another C "
                + "library; build it on the same system as the workers have"
        case .script(let interpreter, false):
            return "\(interpreter), which its first line names, is not there: install it on the "
                + "worker, or submit the executable itself"
        case .other:
            return "it is no program for Linux of 64 bits, nor does it begin with #!: submit what "
                + "`swift build` has made"
        case .elf, .script: break
        }
        let log = failure.log
        if log.contains("GLIBC_") || log.contains("GLIBCXX_") || log.contains("CXXABI_") {
            return "the system there is older than the one that it was built on: build it on the "
                + "oldest system of the cluster, and with --static-swift-stdlib"
        }
        if log.contains("error while loading shared libraries") {
            let name =
                log.split(separator: "error while loading shared libraries: ").last?
                .prefix { $0 != ":" } ?? ""
            return name.hasPrefix("libswift") || name.hasPrefix("libFoundation")
                || name.hasPrefix("lib_Foundation") || name.hasPrefix("libdispatch")
                || name.hasPrefix("libBlocksRuntime")
                ? "the worker has no Swift libraries: \(rebuild)"
                : "install the library on the worker's machine, or link it into the executable"
        }
        if failure.reason.contains("Permission denied") {
            return "mount the worker's --scratch directory without noexec, or choose another"
        }
        if failure.reason.contains("signal 4 ") {
            return "its instructions may be for a newer processor: build it without -march=native"
        }
        if failure.reason.contains("said nothing") {
            return "what it does before its pipeline, or in it, waits for something: try it on the "
                + "worker's machine"
        }
        return "run it on the worker's machine, with the same arguments and --plan; it gets no "
            + "variables but those of the worker that every program needs"
    }
}
