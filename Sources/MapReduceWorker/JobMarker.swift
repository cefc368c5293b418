internal import MapReduceEngine
internal import MapReduceModel

/// An error about a file that was given as the executable of a job, but is not one.
package struct NotAJobError: Error, CustomStringConvertible {
    /// What the file is and what to do about it; follows the file's name.
    package let objection: String

    package var description: String { "the executable \(objection)" }
}

/// Distinguishes the executables of jobs from others, without running them, by a note in the file
/// that the library adds.
extension ExecutableImage {
    /// The note's sizes, type and name; its value, the version, follows.
    private static let note: [UInt8] =
        [10, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0] + Array("MapReduce".utf8) + [0, 0, 0]

    /// Checks that a file is the executable of a job.
    ///
    /// - Throws: `NotAJobError`, or `EngineError` when the file cannot be read.
    package static func checkIsJob(_ path: String) throws {
        let advice = "give the executable that `swift build` makes of a job"
        guard try Files.kind(of: path) == .file else {
            throw NotAJobError(objection: "is not a file; \(advice)")
        }
        switch try read(path) {
        case .script(let interpreter, _):
            throw NotAJobError(
                objection: "is a script for \(interpreter) and not a job, which workers start "
                    + "themselves, with the arguments given here; \(advice)"
            )
        case .other:
            throw NotAJobError(objection: "is not a program for Linux of 64 bits; \(advice)")
        case .elf:
            guard try !hasNote(path) else { return }
            throw NotAJobError(
                objection: "is not a job: it was built without this MapReduce library, or with an "
                    + "older one; \(advice)"
            )
        }
    }

    /// Returns whether one of the notes that are loaded with an executable is a job's.
    private static func hasNote(_ path: String) throws -> Bool {
        let file = try OpenFile(reading: path)
        for part in try parts(of: file) where part.type == 4 {
            guard part.offset < WorkerLimits.maxExecutableOffset,
                part.byteCount <= WorkerLimits.executableNoteByteCount
            else {
                continue
            }
            let notes = try bytes(of: file, at: part.offset, part.byteCount)
            for start in stride(from: 0, through: notes.count - note.count, by: 4)
            where notes[start..<start + note.count] == note[...] {
                return true
            }
        }
        return false
    }
}
