/// A deliberate bug: texts of the control plane, and what takes their places.
///
/// `$on` in a replacement stands for the condition that this mutant is switched on, and all of them
/// are planted at once. A text must be in its file exactly once, so that a mutant which fits the
/// code no longer ends the build.
struct Mutant {
    /// The name of a case of `Mutation`.
    let name: String
    /// What is wrong where it is on.
    let bug: String
    let edits: [Edit]

    struct Edit {
        /// The name of the file, without its folder.
        let file: String
        let text: String
        let replacement: String
    }

    init(_ name: String, _ bug: String, _ edits: Edit...) {
        self.name = name
        self.bug = bug
        self.edits = edits
    }
}

extension Mutant.Edit {
    /// Replaces a text.
    static func `in`(_ file: String, _ text: String, becomes replacement: String) -> Self {
        Self(file: file + ".swift", text: text, replacement: replacement)
    }
}
