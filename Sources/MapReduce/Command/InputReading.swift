internal import ArgumentParser

/// What a job takes its input files for.
enum InputReading: String, CaseIterable, ExpressibleByArgument {
    /// Where it reads text, a file that is not text is refused.
    case auto
    /// Every file is text, whatever it begins with.
    case text
}
