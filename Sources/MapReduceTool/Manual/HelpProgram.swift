internal import Foundation
internal import MapReduceModel

/// A job's executable, run so that it describes its command line.
struct HelpProgram {
    /// The name as typed.
    private let name: String
    private let path: String

    init(_ name: String, path: String) {
        self.name = name
        self.path = path
    }

    /// Runs the executable, and decodes its output.
    ///
    /// - Throws: `UsageError` if the output is not that of a job's executable.
    func help() throws -> CommandHelp {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path).resolvingSymlinksInPath()
        process.arguments = [ToolHelp.request]
        process.standardInput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let output = Pipe()
        process.standardOutput = output
        do {
            try process.run()
        } catch {
            throw UsageError("\(name) cannot be run: \(error.localizedDescription)")
        }
        defer {
            if process.isRunning { process.terminate() }
            process.waitUntilExit()
        }
        var answer: [UInt8] = []
        while answer.count <= ToolLimits.maxHelpByteCount,
            let bytes = try output.fileHandleForReading.read(upToCount: 1 << 16), !bytes.isEmpty
        {
            answer += bytes
        }
        do {
            return try JSONText.decode(ToolHelp.self, from: answer).command
        } catch is DecodingError {
            throw UsageError(
                "\(name) does not answer \(ToolHelp.request) with its options; is it the "
                    + "executable of a job?"
            )
        }
    }
}
