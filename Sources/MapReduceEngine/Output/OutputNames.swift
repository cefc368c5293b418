internal import MapReduceModel

/// What is in a directory, told apart by whether a job wrote it: nothing else is ever removed.
///
/// A job wrote what the manifest lists, or the list of a commit that was cut. A file that only has
/// the name of a part may be a user's own.
struct OutputNames {
    /// The parts and what was skipped, relative to the directory, in the order of their names.
    private(set) var own: [String] = []
    /// All else, `_temporary`, `_SUCCESS` and the manifest among it.
    private(set) var foreign: [String] = []
    /// Those of `own`, the manifest, and `_SUCCESS` where there is one with it.
    var ofJobs: [String] {
        let marks = [OutputDirectory.manifestName, OutputDirectory.successName]
        guard foreign.contains(marks[0]) else { return own }
        return own + marks.filter(foreign.contains)
    }

    /// Reads a directory and the folders of outputs that have names.
    ///
    /// A folder that has anything but parts is nobody's output. One that is empty is neither: there
    /// is nothing in it to keep or to remove.
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

    /// The names of what jobs wrote, whether it is there or not.
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

    /// The parts in a manifest; none in anything else.
    ///
    /// Their names need no escapes in JSON, so they stand there as they are, as `"name" : "…"`, and
    /// nothing else does: a quote within a string has a backslash before it.
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

    /// Whether what has a name is what a job writes under it: a file, or the folder of what was
    /// skipped.
    private static func isAsWritten(_ name: String, in path: String) throws -> Bool {
        let path = "\(path)/\(name)"
        let kind = try Files.kind(of: path, followingLinks: false)
        guard name == OutputDirectory.badRecordsName else { return kind == .file }
        return try kind == .directory
            && Files.names(in: path).allSatisfy { $0 == OutputDirectory.badRecordsFileName }
    }

    /// Names for a message: the first three of them.
    static func text(of names: [String]) -> String {
        let more = names.count > 3 ? " and \(names.count - 3) more" : ""
        return names.sorted().prefix(3).joined(separator: ", ") + more
    }

    /// Whether a name, relative to an output, is one that jobs give.
    static func isOwn(_ name: String) -> Bool {
        name == OutputDirectory.badRecordsName || PartName(name) != nil
    }

    /// The names in the list of a commit, one a line.
    static func listed(in path: String) throws -> [String] {
        String(decoding: try Files.read(path), as: UTF8.self).split(separator: "\n")
            .map(String.init).filter(isOwn)
    }

    /// The folder of a part; nil for what is in the directory itself.
    static func folder(of name: String) -> String? { PartName(name)?.output }

    /// Removes the folders of these parts if nothing is left in them.
    static func removeEmptyFolders(of names: [String], in path: String) {
        for folder in Set(names.compactMap(folder)).sorted() {
            Files.removeIfEmpty("\(path)/\(folder)")
        }
    }
}
