internal import ArgumentParser

/// How a job interprets its input files.
enum InputReading: String, CaseIterable, ExpressibleByArgument {
    /// If the job reads text, a file that is not text is rejected.
    case auto
    /// Every file is text, whatever it begins with.
    case text
}
