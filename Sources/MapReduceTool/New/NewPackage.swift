internal import MapReduceEngine

/// Writes a new package: all of it, or nothing.
enum NewPackage {
    /// Writes the files to a directory that must not exist; its parent directory must.
    ///
    /// They are first written under another name, so that there is never half a package.
    ///
    /// - Throws: `TemplateError` when something exists at the path; `EngineError` when it cannot be
    ///   written.
    static func write(_ template: PackageTemplate, to path: String) throws {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        guard try Files.kind(of: path, followingLinks: false) == nil else {
            throw TemplateError(
                "there is a file or directory \(path) already; choose another --path"
            )
        }
        let parent = Files.parent(of: path) ?? "."
        guard try Files.kind(of: parent) == .directory else {
            throw TemplateError("there is no directory \(parent) to make the package in")
        }
        let partial = "\(parent)/.\(Files.name(of: path)).partial"
        try Files.remove(partial)
        do {
            for (name, text) in template.files {
                let file = "\(partial)/\(name)"
                if let directory = Files.parent(of: file) { try Files.createDirectory(directory) }
                try Files.write(text, toNew: file)
            }
            try Files.rename(partial, to: path)
        } catch {
            try Files.remove(partial)
            throw error
        }
    }

    /// Returns the engine's package that a program was built in: the first directory above the
    /// program that contains the engine's manifest; nil if there is none.
    static func engine(above program: String) throws -> String? {
        var directory = Files.parent(of: program)
        while let current = directory {
            let manifest = current == "/" ? "/Package.swift" : "\(current)/Package.swift"
            if try Files.kind(of: manifest) == .file, try isEngine(manifest) { return current }
            directory = current == "/" ? nil : Files.parent(of: current)
        }
        return nil
    }

    private static func isEngine(_ manifest: String) throws -> Bool {
        String(decoding: try Files.read(manifest), as: UTF8.self)
            .contains(".library(name: \"MapReduceTesting\"")
    }

    /// Returns the location of the engine from a command-line argument.
    ///
    /// - Throws: `TemplateError` when it is a path without a package.
    static func source(_ text: String) throws -> EngineSource {
        if EngineSource.isURL(text) { return .url(text) }
        guard let path = try Files.resolved(text),
            try Files.kind(of: path + "/Package.swift") == .file
        else {
            throw TemplateError(
                "there is no package at \(text); give --mapreduce the directory or the address of "
                    + "the engine's package"
            )
        }
        return .path(path)
    }
}
