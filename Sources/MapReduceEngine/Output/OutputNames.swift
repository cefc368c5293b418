internal import MapReduceModel

/// What is in a directory, told apart by whether a job wrote it: nothing else is ever removed.
struct OutputNames {
    /// The parts and what was passed over, relative to the directory, in the order of their names.
    private(set) var own: [String] = []
    /// All else, `_temporary`, `_SUCCESS` and the manifest among it.
    private(set) var foreign: [String] = []

    /// Reads a directory and the folders of outputs that have names.
    ///
    /// A folder that has anything but parts is nobody's output. One that is empty is neither: there
    /// is nothing in it to keep or to remove.
    init(in path: String) throws {
        for name in try Files.names(in: path) {
            if Self.isOwn(name) {
                own.append(name)
            } else if PartName.isOutputName(name),
                try Files.kind(of: "\(path)/\(name)", followingLinks: false) == .directory
            {
                for part in try Files.names(in: "\(path)/\(name)").map({ "\(name)/\($0)" }) {
                    if Self.isOwn(part) { own.append(part) } else { foreign.append(part) }
                }
            } else {
                foreign.append(name)
            }
        }
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
