/// The frames of a crash as Swift's runtime writes them into a log, with the user's frames first.
///
///     Thread 1 crashed:
///
///       0               0x00007f47664f9361 _assertionFailure(…) + 225 in libswiftCore.so
///       1 [ra]          0x00005647eea154f6 closure #1 in Job.pipeline(_:) + 99 in job at J.swift:9
///       2 [ra] [system] 0x00005647eea16d62 closure #1 in Lines.map(…) + 81 in job at //<compiler…
///       3 [ra]          0x00005647ee99c551 TaskContext.forEachLine(_:) + 1136 in job at …
struct Backtrace {
    /// The modules of the targets that a job links; a test compares them with the package's
    /// targets.
    static let engineModules = [
        "MapReduce", "MapReduceControl", "MapReduceDriver", "MapReduceEngine", "MapReduceModel",
        "MapReduceProcess", "MapReduceReport", "MapReduceTesting",
    ]

    /// The frames, innermost first.
    let frames: [Frame]

    /// A call that had not returned.
    struct Frame {
        /// The name of the function.
        let function: String
        /// The file, line and column; nil if the program does not record them.
        let place: String?
        /// The offset in the function, and the program or library that contains it.
        let image: String

        /// Whether the compiler or the Swift library generated it, so that no user's mistake is
        /// there.
        var isNoise: Bool {
            image.contains(" in libswift") || (place?.contains("<compiler-generated>") ?? false)
        }

        /// Whether it belongs to the code that calls the closures.
        var isEngine: Bool {
            Backtrace.engineModules.contains { place?.contains("Sources/\($0)/") ?? false }
        }

        var text: String { place.map { "\(function) at \($0)" } ?? function + image }
    }

    /// Finds the last backtrace in a log; returns nil if there is none.
    init?(log: String) {
        let lines = log.split(separator: "\n", omittingEmptySubsequences: false)
        guard
            let start = lines.lastIndex(where: {
                $0.hasPrefix("Thread ") && $0.hasSuffix(" crashed:")
            })
        else { return nil }
        let frames = lines[(start + 1)...].drop(while: \.isEmpty)
            .prefix { !$0.isEmpty && $0.first == " " }.compactMap(Self.frame)
        guard !frames.isEmpty else { return nil }
        self.frames = frames
    }

    private static func frame(_ line: Substring) -> Frame? {
        let words = line.split(separator: " ")
        guard let number = words.first, Int(number) != nil,
            let address = words.first(where: { $0.hasPrefix("0x") })
        else { return nil }
        let rest = line[address.endIndex...].drop { $0 == " " }
        var function = rest
        var place: Substring?
        // The last one, because a function name may contain it too.
        if let range = rest.lastRange(of: " at "), rest[range.upperBound...].contains(":") {
            place = rest[range.upperBound...]
            function = rest[..<range.lowerBound]
        }
        var image = function[function.endIndex...]
        if let range = function.lastRange(of: " in ") {
            image = function[range.lowerBound...]
            function = function[..<range.lowerBound]
            if let plus = function.lastRange(of: " + "), Int(function[plus.upperBound...]) != nil {
                image = rest[plus.lowerBound..<image.endIndex]
                function = function[..<plus.lowerBound]
            }
        }
        return Frame(
            function: String(function),
            place: place.map(String.init),
            image: String(image)
        )
    }

    /// The frames of the user's code and of what it called, innermost first.
    ///
    /// The frames that called the closure belong to the engine and are always the same. If no frame
    /// is recognizably the user's, returns all frames.
    var ofUser: [Frame] {
        let isUsers = { (frame: Frame) in frame.place != nil && !frame.isNoise && !frame.isEngine }
        guard let last = frames.lastIndex(where: isUsers) else { return frames }
        return frames[...last].filter { !$0.isNoise }
    }

    /// The frames to show, one per line.
    var text: String { ofUser.map(\.text).joined(separator: "\n") }
}

extension Substring {
    /// Returns the last range of a text.
    func lastRange(of text: String) -> Range<Index>? {
        indices.last { self[$0...].hasPrefix(text) }.map { $0..<index($0, offsetBy: text.count) }
    }
}
