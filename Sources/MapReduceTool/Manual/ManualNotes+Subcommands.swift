extension ManualNotes {
    /// Of a subcommand of `mapreduce`.
    static func of(subcommand help: CommandHelp) -> ManualNotes {
        let name = help.commandName
        var notes = ManualNotes(exitCodes: [done, failure(of: name), usage] + otherCodes(of: name))
        notes.variables = name == "submit" ? display : []
        notes.files =
            (notes.environment(of: help).isEmpty ? [] : [configuration]) + files(of: name)
        notes.examples = examples(of: name)
        notes.references = ["mapreduce"] + relatives(of: name).map { "mapreduce-\($0)" }
        return notes
    }

    private static func failure(of name: String) -> (term: String, text: String) {
        let text =
            switch name {
            case "submit", "wait":
                "The job failed, or the coordinator refuses or does not answer."
            case "verify": "An output is not what its manifest says, or cannot be read."
            case "doctor": "There is a problem, or the coordinator refuses or does not answer."
            case "new", "manual": "It could not be written."
            case "coordinator", "worker", "cluster": "It could not go on."
            default: "The coordinator refuses or does not answer."
            }
        return ("1", text)
    }

    private static func otherCodes(of name: String) -> [(term: String, text: String)] {
        switch name {
        case "submit":
            [
                ("130", "The job was cancelled, or Ctrl-C ended the watching."),
                ("128+n", "A signal of number n ended it; the job is cancelled."),
            ]
        case "wait": [("130", "The job was cancelled.")]
        case "logs": [("128+n", "A signal of number n ended the following.")]
        case "replay": [("n", "Any other code is that of the task's process, or of lldb.")]
        default: []
        }
    }

    private static func files(of name: String) -> [(term: String, text: String)] {
        switch name {
        case "coordinator":
            [("~/.local/state/mapreduce", "The journal, and what was uploaded; --data says where.")]
        case "verify":
            [("DIRECTORY/_MANIFEST.json", "What the files of an output are, and their checksums.")]
        default: []
        }
    }

    private static func relatives(of name: String) -> [String] {
        switch name {
        case "coordinator": ["cluster", "worker"]
        case "worker": ["cluster", "coordinator", "workers"]
        case "cluster": ["coordinator", "submit", "worker"]
        case "submit": ["doctor", "jobs", "wait"]
        case "jobs": ["job", "tasks", "workers"]
        case "job", "tasks": ["jobs", "logs", "report"]
        case "workers": ["doctor", "worker"]
        case "logs": ["replay", "tasks"]
        case "cancel", "wait": ["jobs", "submit"]
        case "replay": ["logs", "tasks"]
        case "report": ["job", "trace"]
        case "trace": ["report"]
        case "doctor": ["submit", "workers"]
        default: []
        }
    }

    private static func examples(of name: String) -> [(purpose: String, command: String)] {
        switch name {
        case "coordinator":
            [
                (
                    "For workers on other machines",
                    "mapreduce coordinator --listen 10.0.0.4:9310 --token-file token"
                )
            ]
        case "worker":
            [
                (
                    "Join a coordinator on another machine",
                    "mapreduce worker --coordinator http://10.0.0.4:9310 "
                        + "--listen 10.0.0.5:9311 --token-file token"
                )
            ]
        case "cluster": [("Two workers on this machine", "mapreduce cluster --workers 2")]
        case "submit":
            [
                ("Run a job, and watch it", "mapreduce submit ./wordcount logs/*.txt -o counts"),
                (
                    "Print its number, and go on",
                    "mapreduce submit --detach ./wordcount logs/*.txt -o counts"
                ),
            ]
        case "tasks", "cancel", "wait": [("Of job 7", "mapreduce \(name) 7")]
        case "jobs", "workers":
            [("For people", "mapreduce \(name)")]
                + [("For programs", "mapreduce \(name) --json")]
        case "job":
            [
                ("Of job 7", "mapreduce job 7"),
                ("All that is known of it", "mapreduce job 7 --json"),
            ]
        case "logs":
            [
                ("Of all tasks of job 7, as they print it", "mapreduce logs --follow 7"),
                ("Of one task", "mapreduce logs 7 0.3"),
            ]
        case "verify": [("Check an output", "mapreduce verify counts")]
        case "replay": [("Run task 0.3 of job 7 again", "mapreduce replay 7 0.3")]
        case "report": [("Write job-7.html", "mapreduce report 7")]
        case "trace": [("Write job-7.trace.json", "mapreduce trace 7")]
        case "doctor":
            [
                ("Look at the cluster", "mapreduce doctor"),
                (
                    "Whether a job would run on it",
                    "mapreduce doctor ./wordcount logs/*.txt -o counts"
                ),
            ]
        case "new": [("Begin a package", "mapreduce new shops")]
        case "manual":
            [
                (
                    "Where man(1) looks, with the page of a job",
                    "mapreduce manual wordcount --output ~/.local/share/man/man1"
                )
            ]
        default: []
        }
    }
}
