import Foundation
import TestSupport
import Testing

/// What is read, and what is not, of the places that a command line names.
@Suite struct InputPlacesTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    /// Runs a command of a shell in the directory, `$BIN` being the folder of the jobs.
    private func shell(_ script: String) throws -> CommandResult {
        try Command.run(
            "/usr/bin/env",
            ["bash", "-c", script],
            environment: ["BIN": Command.products],
            currentDirectory: directory.path
        )
    }

    /// The words that a job counts.
    private func words(_ arguments: String) throws -> String {
        let result = try shell("exec $BIN/wordcount -q --reducers 1 -o - \(arguments)")
        #expect(result.code == 0, "\(result.errors)")
        return result.output
    }

    /// A command that is refused: it says why, and writes nothing.
    private func refuse(_ script: String, saying parts: String...) throws {
        let before = try directory.names()
        let result = try shell(script)
        #expect(result.code == 2, "\(script): \(result.errors)")
        for part in parts { #expect(result.errors.contains(part), "\(script): \(result.errors)") }
        #expect(try directory.names() == before)
    }

    @Test func whatAPatternCannotReadIsAnError() throws {
        try FileManager.default.createDirectory(
            atPath: directory("l/a"),
            withIntermediateDirectories: true
        )
        try FileManager.default.createDirectory(
            atPath: directory("l/b"),
            withIntermediateDirectories: true
        )
        try directory.write("l/a/x", "one")
        try directory.write("l/b/x", "two")
        chmod(directory("l/b"), 0)
        chmod(directory.path, 0o777)
        defer { chmod(directory("l/b"), 0o755) }
        // The superuser may read anything, so another user tries.
        let user = getuid() == 0 ? "setpriv --reuid=65534 --regid=65534 --clear-groups" : ""
        for input in ["'l/*/x'", "'l/**/x'", "'l/b/*'", "l"] {
            let result = try shell("\(user) $BIN/wordcount -q -o - \(input)")
            // Where that user may not even start the job, the message is another one.
            guard !result.errors.contains("wordcount: Permission") else { return }
            #expect(result.code == 2, "\(result.errors)")
            #expect(result.errors.contains("l/b"), "\(result.errors)")
        }
    }

    @Test func scratchWithinTheInputIsNotRead() throws {
        try FileManager.default.createDirectory(
            atPath: directory("d"),
            withIntermediateDirectories: true
        )
        try directory.write("d/x", "a\n")
        #expect(try words("- d --scratch d/tmp <<< b") == "a\t1\nb\t1\n")
        let kept = try shell("$BIN/wordcount d --scratch d/tmp --keep-scratch --dashboard -o out")
        #expect(kept.code == 0, "\(kept.errors)")
        for input in ["d", "'d/*'", "'d/**'", "'d*/**/*'"] {
            #expect(try words(input) == "a\t1\n", "\(input)")
        }
    }

    @Test(arguments: [
        "mkfifo f; $BIN/wordcount f f -o o", "mkfifo f; ln -s f g; $BIN/wordcount f g -o o",
        "mkfifo f; $BIN/wordcount f ./f -o o", "$BIN/wordcount - /dev/stdin -o o < <(echo x)",
        "$BIN/wordcount /dev/fd/7 /dev/fd/8 -o o 7< <(echo x) 8<&7",
        "mkfifo f; $BIN/join users=f orders=f -o o", "$BIN/wordcount - - -o o < /dev/null",
    ])
    func aStreamThatIsNamedTwiceIsRefused(_ script: String) throws {
        let result = try shell(script)
        #expect(result.code == 2, "\(result.errors)")
        #expect(result.errors.contains("can be read only once"), "\(result.errors)")
    }

    @Test func whatCanBeReadAgainMayBeNamedTwice() throws {
        try directory.write("x", "a\n")
        #expect(try words("x ./x /dev/null /dev/null") == "a\t2\n")
    }

    @Test(arguments: [
        "/dev/stdin < x", "/dev/fd/7 7< x", "/proc/self/fd/7 7< x", "link < x", "- < x",
        "/dev/stdin < <(cat x)", "<(cat x)", "/dev/stdin <<< 'a b'",
    ])
    func descriptorsAreRead(_ input: String) throws {
        try directory.write("x", "a b\n")
        symlink("/dev/stdin", directory("link"))
        #expect(try words(input) == "a\t1\nb\t1\n")
    }

    @Test func filesWithoutASizeAreReadToTheirEnd() throws {
        guard access("/proc/version", R_OK) == 0 else { return }
        let text = try String(contentsOfFile: "/proc/version", encoding: .utf8)
        let expected = Set(text.split { $0 == " " || $0 == "\n" }).count
        #expect(try words("/proc/version").split(separator: "\n").count == expected)
        symlink("/proc/version", directory("link"))
        #expect(try words("'li*'").split(separator: "\n").count == expected)
    }

    @Test(arguments: ["a\rb\rc", "a\rb\r\r", "{}\r{}\r"])
    func linesThatEndInReturnsAloneAreRefused(_ text: String) throws {
        try directory.write("x", text)
        let zip = try shell("gzip -k x")
        #expect(zip.code == 0)
        for input in ["x", "x.gz"] {
            try refuse("$BIN/wordcount \(input) -o o", saying: "CR alone", "--input-format text")
            #expect(!(try words("\(input) --input-format text")).isEmpty)
        }
        try refuse("$BIN/wordcount - -o o < x", saying: "CR alone")
    }

    @Test(arguments: ["a\r", "a\rb\r\n", "a b", "", "10%\r20%\r\n", "\r"])
    func textThatHasReturnsIsRead(_ text: String) throws {
        try directory.write("x", text)
        let expected = text.split {
            " \r\n".unicodeScalars.contains($0.unicodeScalars.first ?? " ")
        }
        #expect(try words("x").split(separator: "\n").count == Set(expected).count)
    }

    @Test func aDirectoryOfAHiveIsAPattern() throws {
        try FileManager.default.createDirectory(
            atPath: directory("year=2024"),
            withIntermediateDirectories: true
        )
        try directory.write("year=2024/y.txt", "c\n")
        #expect(try words("'year=2024/*.txt'") == "c\t1\n")
        #expect(try words("year=2024") == "c\t1\n")
        try refuse("$BIN/wordcount year=2023 -o o", saying: "no input named year", "./year=2023")
        try refuse("$BIN/join user=a orders=b -o o", saying: "orders and users", "users=a")
        try refuse("$BIN/join a -o o", saying: "without a name", "users=a")
    }

    /// The processes of tasks have another standard input.
    @Test(arguments: ["d", "'d/*'", "'**/x'"])
    func aLinkToStandardInputIsNamed(_ argument: String) throws {
        try FileManager.default.createDirectory(
            atPath: directory("d"),
            withIntermediateDirectories: true
        )
        try directory.write("text", "a\n")
        symlink("/dev/stdin", directory("d/x"))
        try refuse(
            "$BIN/wordcount \(argument) -o o < text",
            saying: "d/x (in ",
            "is a link to a descriptor of a process, such as standard input"
        )
        #expect(try words("d/x < text") == "a\t1\n")
    }

    @Test func whatLooksWrongIsWarnedOf() throws {
        try FileManager.default.createDirectory(
            atPath: directory("d"),
            withIntermediateDirectories: true
        )
        try directory.write("d/part-00000.tsv", "a\t1\n")
        let result = try shell("$BIN/wordcount d -o d/out")
        #expect(result.code == 0)
        #expect(result.errors.contains("warning: d has parts of an output and no _SUCCESS"))
        #expect(result.errors.contains("warning: the output d/out lies where the input d is read"))
        for option in ["report", "trace"] {
            let inside = try shell("$BIN/wordcount d -o o-\(option) --\(option) d/\(option)")
            let words = "warning: --\(option) d/\(option) lies where the input d is read"
            #expect(inside.code == 0 && inside.errors.contains(words), "\(inside.errors)")
            // Such names are not read.
            let hidden = try shell("$BIN/wordcount d -o p-\(option) --\(option) d/_r.html")
            #expect(!hidden.errors.contains("--\(option)"), "\(hidden.errors)")
        }
        let quiet = try shell("$BIN/wordcount d -q -o d/out2")
        #expect(quiet.code == 0 && quiet.errors.isEmpty)
        let fine = try shell("$BIN/wordcount d/out -o out")
        #expect(fine.code == 0 && !fine.errors.contains("warning"), "\(fine.errors)")
    }

    @Test(arguments: [
        ("$BIN/wordcount x -o $'out\\xff'", #"out\xFF"#),
        ("$BIN/wordcount $'caf\\xe9' -o out", #"caf\xE9"#),
        ("$BIN/grep --pattern $'caf\\xe9' x -o out", #"argument 2"#),
        ("TMPDIR=$'/tmp/\\xff' $BIN/wordcount x -o -", #"TMPDIR"#),
    ])
    func whatIsNotTextIsRefusedByName(_ script: String, _ part: String) throws {
        try directory.write("x", "a\n")
        try refuse(script, saying: part, "not valid UTF-8")
    }

    /// A directory whose path is not UTF-8 can be worked in.
    @Test func variablesAreHandedOnAsTheyAre() throws {
        try directory.write("x", "a\n")
        #expect(try words("x <<< ''") == "a\t1\n")
        let result = try shell("BAD=$'\\xff\\xfe' $BIN/wordcount x -q -o -")
        #expect(result.output == "a\t1\n")
        let place = try shell("mkdir $'\\xff'; cd $'\\xff'; $BIN/wordcount ../x -q -o -")
        #expect(place.output == "a\t1\n", "\(place.errors)")
    }

    @Test func anEmptyValueIsAValue() throws {
        try directory.write("a", "alpha\nbeta\n")
        let result = try shell("$BIN/grep --pattern= a --format lines --reducers 1 -q -o -")
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.output == "alpha\nbeta\n")
        try refuse("$BIN/wordcount --output= a", saying: "--output is empty")
        try refuse("$BIN/wordcount -o= a", saying: "--output is empty")
        try refuse("$BIN/wordcount --scratch= a -o o", saying: "--scratch is empty")
        try refuse("$BIN/wordcount --workers= a -o o", saying: "--workers")
    }

    @Test(
        .enabled(if: canMountDisks),
        .disabled(if: isSanitized, "a sanitizer reads /proc before the job does")
    )
    func withoutProcThatIsSaid() throws {
        try directory.write("x", "a\n")
        let result = try shell(
            "unshare -rm bash -c \"mount -t tmpfs none /proc && $BIN/wordcount x -q -o out\""
        )
        #expect(result.code == 2)
        #expect(result.errors.contains("/proc is not mounted"), "\(result.errors)")
    }
}
