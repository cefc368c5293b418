internal import ArgumentParser
internal import MapReduceEngine
internal import MapReduceModel

/// What a job takes its input files for.
enum InputReading: String, CaseIterable, ExpressibleByArgument {
    /// Where it reads text, a file that is not text is refused.
    case auto
    /// Every file is text, whatever it begins with.
    case text
}

extension CompiledJob {
    /// Refuses files that are not text where a stage reads text.
    ///
    ///                                  files of a kind that    files with a NUL in
    ///     a record is                  is recognized           their first 64 KiB
    ///     a line                       refused                 read
    ///     a string, a row, JSON        refused                 refused
    ///     of a fixed size, a file      read                    read
    ///     a pair of a run              checked when it is read
    ///
    /// - Throws: `EngineError` of kind `badInput` that names the file.
    func check(
        _ files: [PlannedFile],
        of stage: Int,
        as reading: InputReading,
        name: (PlannedFile) -> String = { $0.path }
    ) throws {
        guard reading == .auto, case .files(_, let format) = plan.stages[stage].input else {
            return
        }
        switch format {
        case .lines:
            try TextCheck.check(files, allowsNUL: !stages[stage].readsStrings, name: name)
        case .rows, .jsonLines: try TextCheck.check(files, allowsNUL: false, name: name)
        case .fixed, .wholeFiles, .runs: break
        }
    }
}
