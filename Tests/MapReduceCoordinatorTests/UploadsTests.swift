import Foundation
import Logging
import MapReduceHTTP
import MapReduceModel
import TestSupport
import Testing

@testable import MapReduceCoordinator

/// What clients have uploaded for jobs.
@Suite struct UploadsTests {
    private let directory: TemporaryDirectory
    private let uploads: Uploads
    private static let executable = String(repeating: "a", count: 64)
    private static let file = String(repeating: "b", count: 64)

    init() throws {
        directory = try TemporaryDirectory()
        uploads = try Uploads(directory: directory.path, maxByteCount: 100)
    }

    private var program: JobProgramFile {
        JobProgramFile(
            sha256: Self.executable,
            arguments: ["job"],
            directory: "/",
            slotCount: 1,
            files: [UploadedFile(name: "words", sha256: Self.file)]
        )
    }

    private func missing() -> String {
        do {
            try uploads.require(program)
            return ""
        } catch {
            return "\(error)"
        }
    }

    @Test func theFirstFileThatIsMissingIsNamed() throws {
        #expect(missing().contains("the executable \(Self.executable) was not uploaded"))
        _ = try directory.write("executables/\(Self.executable)", "x")
        #expect(missing().contains("the side file words (\(Self.file)) was not uploaded"))
        _ = try directory.write("files/\(Self.file)", "y")
        #expect(missing() == "")
    }

    @Test func whatNoJobNeedsIsRemovedFromBothStores() throws {
        _ = try directory.write("executables/\(Self.executable)", "x")
        _ = try directory.write("files/\(Self.file)", "y")
        uploads.remove([Self.executable, Self.file], Logger(label: "test"))
        #expect(try directory.names(in: "executables").isEmpty)
        #expect(try directory.names(in: "files").isEmpty)
    }
}
