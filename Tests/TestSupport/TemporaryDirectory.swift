import Foundation

/// A directory of a test's own, removed with the object.
package final class TemporaryDirectory: Sendable {
    package let path: String

    /// `inMemory`: on a file system without a disk, where there is one, for tests that sync very
    /// often.
    package init(inMemory: Bool = false) throws {
        let memory = URL(fileURLWithPath: "/dev/shm")
        let hasMemory = FileManager.default.isWritableFile(atPath: memory.path)
        let base = inMemory && hasMemory ? memory : FileManager.default.temporaryDirectory
        let url =
            base
            .appendingPathComponent("mapreduce-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        do {
            try FileManager.default.removeItem(atPath: path)
        } catch {
            print("a test's directory \(path) stays: \(error)")
        }
    }

    /// The path of a name in the directory.
    package func callAsFunction(_ name: String) -> String { path + "/" + name }

    /// Writes a file.
    /// - Returns: its path.
    @discardableResult
    package func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
        let path = self(name)
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// Writes a text file.
    /// - Returns: its path.
    @discardableResult
    package func write(_ name: String, _ text: String) throws -> String {
        try write(name, Array(text.utf8))
    }

    /// The names in the directory, or in one below it, sorted.
    package func names(in name: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: self(name)).sorted()
    }
}

/// The whole content of a file.
package func readFile(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
}

/// The whole content of a text file.
package func readText(_ path: String) throws -> String {
    String(decoding: try readFile(path), as: UTF8.self)
}
