internal import MapReduceModel

/// The contents of a directory, divided into what jobs wrote and the rest, which is never removed.
///
/// Jobs wrote what is in the manifest or in the list of an interrupted commit. A file that merely
/// has the name of a part may be a user's own.
struct OutputNames {
    /// The parts and the folder of skipped records, relative to the directory, sorted by name.
    private(set) var own: [String] = []
    /// Everything else, including `_temporary`, `_SUCCESS`, and the manifest.
    private(set) var foreign: [String] = []
    /// The names in `own`; if there is a manifest, also the manifest and any `_SUCCESS`.
    var ofJobs: [String] {
        let marks = [OutputDirectory.manifestName, OutputDirectory.successName]
        guard foreign.contains(marks[0]) else { return own }
        return own + marks.filter(foreign.contains)
    }

    /// Reads a directory and the folders of named outputs.
    ///
    /// In such a folder, everything except the parts that jobs wrote is foreign. An empty folder is
    /// neither: it has nothing to keep or to remove.
    init(in path: String) throws {
        let written = try Self.written(in: path)
        for name in try Files.names(in: path) {
            if written.contains(name), try Self.isAsWritten(name, in: path) {
                own.append(name)
            } else if PartName.isOutputName(name),
                try Files.kind(of: "\(path)/\(name)", followingLinks: false) == .directory
            {
                for part in try Files.names(in: "\(path)/\(name)").map({ "\(name)/\($0)" }) {
                    let isOwn = try written.contains(part) && Self.isAsWritten(part, in: path)
                    if isOwn { own.append(part) } else { foreign.append(part) }
                }
            } else {
                foreign.append(name)
            }
        }
    }

    /// Returns the names of what jobs wrote, whether it still exists or not.
    private static func written(in path: String) throws -> Set<String> {
        var names: Set<String> = []
        let commit = "\(path)/\(OutputDirectory.temporaryName)/\(OutputDirectory.commitName)"
        if try Files.kind(of: commit, followingLinks: false) == .file {
            names.formUnion(try listed(in: commit))
        }
        let manifest = "\(path)/\(OutputDirectory.manifestName)"
        if try Files.kind(of: manifest, followingLinks: false) == .file {
            names.formUnion(try listed(inManifest: manifest))
            names.insert(OutputDirectory.badRecordsName)
        }
        return names
    }

    /// Returns the parts listed in a manifest; none for anything else.
    ///
    /// The names need no escapes in JSON, so they appear unchanged, as `"name" : "…"`. Nothing else
    /// does: a quote within a string has a backslash before it.
    private static func listed(inManifest path: String) throws -> [String] {
        let tokens = String(decoding: try Files.read(path), as: UTF8.self).split(
            separator: "\"",
            omittingEmptySubsequences: false
        )
        return zip(tokens, zip(tokens.dropFirst(), tokens.dropFirst(2))).compactMap { key, rest in
            let isName = key == "name" && rest.0.allSatisfy { $0 == ":" || $0.isWhitespace }
            return isName && isOwn(String(rest.1)) ? String(rest.1) : nil
        }
    }

    /// Returns whether the item at a name has the kind that a job writes there: a file, or the
    /// folder of skipped records.
    private static func isAsWritten(_ name: String, in path: String) throws -> Bool {
        let path = "\(path)/\(name)"
        let kind = try Files.kind(of: path, followingLinks: false)
        guard name == OutputDirectory.badRecordsName else { return kind == .file }
        return try kind == .directory
            && Files.names(in: path).allSatisfy { $0 == OutputDirectory.badRecordsFileName }
    }

    /// Returns the first three names, for a message.
    static func text(of names: [String]) -> String {
        let more = names.count > 3 ? " and \(names.count - 3) more" : ""
        return names.sorted().prefix(3).joined(separator: ", ") + more
    }

    /// Returns whether a name, relative to an output, is one that jobs use.
    static func isOwn(_ name: String) -> Bool {
        name == OutputDirectory.badRecordsName || PartName(name) != nil
    }

    /// Returns the names in the list of a commit, one per line.
    static func listed(in path: String) throws -> [String] {
        String(decoding: try Files.read(path), as: UTF8.self).split(separator: "\n")
            .map(String.init).filter(isOwn)
    }

    /// Returns the folder of a part; nil for a part in the directory itself.
    static func folder(of name: String) -> String? { PartName(name)?.output }

    /// Removes the folders of these parts if they are empty.
    static func removeEmptyFolders(of names: [String], in path: String) {
        for folder in Set(names.compactMap(folder)).sorted() {
            Files.removeIfEmpty("\(path)/\(folder)")
        }
    }
}
