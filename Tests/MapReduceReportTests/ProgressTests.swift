import MapReduceModel
import MapReduceReport
import TestSupport
import Testing

@Suite struct ProgressLinesTests {
    private func lines(
        _ progress: RunProgress,
        _ columnCount: Int,
        rowCount: Int = 24
    ) -> [String] {
        var pace = Pace()
        pace.add(progress)
        let size = TerminalSize(columnCount: columnCount, rowCount: rowCount)
        return ProgressLines.lines(of: progress, pace, size).map(\.plainText)
    }

    @Test func theLinesTellWhatIsDoneAndLeft() {
        #expect(
            lines(.example, 200) == [
                "wordcount: 0/2 stages, 12,345 records, 6,172 records/s, 250 MB/s, 2 s",
                "  stage 0 [======      ] 1/4 tasks, 2 running, 1 failure, 3 backups, "
                    + "map at A.swift:7",
            ]
        )
    }

    @Test func whatMattersLessIsLeftOutFirst() {
        #expect(
            lines(.example, 69)[0] == "wordcount: 0/2 stages, 6,172 records/s, 250 MB/s, 2 s"
        )
        #expect(lines(.example, 45)[0] == "wordcount: 6,172 records/s, 250 MB/s, 2 s")
        #expect(lines(.example, 30)[0] == "wordcount: 250 MB/s, 2 s")
        #expect(lines(.example, 18)[0] == "wordcount: 2 s")
        #expect(lines(.example, 48)[1] == "  stage 0 [======      ] 1/4 tasks, 1 failure")
    }

    @Test func theLinesFitTheTerminal() {
        forEachSeed(20) { generator in
            let progress = RunProgress.random(&generator)
            for columnCount in stride(from: 0, to: 130, by: 3) {
                let rowCount = Int.random(in: 0...10, using: &generator)
                let lines = self.lines(progress, columnCount, rowCount: rowCount)
                #expect(lines.count <= max(rowCount - 1, 1))
                for line in lines {
                    #expect(DisplayWidth.cellCount(of: line) <= max(columnCount - 1, 0))
                }
            }
        }
    }

    @Test func stagesThatHaveNoRoomAreCounted() {
        var progress = RunProgress.example
        progress.stages = Array(repeating: progress.stages[0], count: 9)
        #expect(lines(progress, 80).count == 7)
        #expect(lines(progress, 80).last == "  and 4 more stages")
        #expect(lines(progress, 80, rowCount: 4).last == "  and 8 more stages")
        #expect(lines(progress, 80, rowCount: 2).count == 1)
    }

    @Test func aStageWaitsAndAnOutputIsPutInPlace() {
        var progress = RunProgress.example
        progress.stages[0].runningCount = 0
        #expect(lines(progress, 80)[1].contains("waiting for a slot"))
        progress.stages[0].doneCount = 4
        progress.stages[1].doneCount = 2
        progress.phase = .committing
        #expect(lines(progress, 80).count == 1)
        #expect(lines(progress, 80)[0].hasPrefix("wordcount: putting the output in place, "))
    }

    @Test func whatIsLeftIsReckonedFromTheStagesOwnStart() {
        var progress = RunProgress.example
        var pace = Pace()
        pace.add(progress)
        #expect(pace.left(of: 0, progress) == nil, "it was not seen before")
        progress.elapsed = .seconds(12)
        pace.add(progress)
        #expect(pace.left(of: 0, progress) == .seconds(10))
        #expect(pace.left(of: 1, progress) == nil)
    }

    @Test func ratesAreThoseOfTheLastSeconds() {
        var progress = RunProgress(elapsed: .zero)
        var pace = Pace()
        for second in 1...20 {
            progress.elapsed = .seconds(second)
            progress.recordsRead += second <= 10 ? 1000 : 10
            progress.bytesRead += second <= 10 ? 1000 : 0
            pace.add(progress)
        }
        #expect(pace.recordsPerSecond == 10)
        #expect(pace.bytesPerSecond == nil)
        progress.recordsRead = 0
        pace.add(progress)
        #expect(pace.recordsPerSecond == nil, "a failed attempt's records do not count")
        progress.recordsRead = .max
        pace.add(progress)
        #expect(pace.recordsPerSecond ?? 0 > 0)
    }

    @Test func thePlainLineNamesTheStagesThatRun() {
        #expect(
            RunProgress.example.line
                == "2.00 s: stage 0 (map at A.swift:7) 1 of 4 tasks, 12,345 records, 250 MB/s\n"
        )
    }
}

@Suite struct CellTests {
    @Test(arguments: [
        ("abc", 3), ("é", 1), ("e\u{301}", 1), ("漢字", 4), ("한글", 4), ("ﾊ", 1), ("🙂", 2),
        ("a\u{200B}b", 2), ("🇫🇷", 2), ("\u{FF21}", 2), ("\u{1100}\u{1161}", 2), ("…", 1),
        ("\u{20000}", 2), ("", 0),
    ])
    func cellsAreCountedAsTerminalsDo(_ text: String, _ count: Int) {
        #expect(DisplayWidth.cellCount(of: text) == count)
    }

    @Test func aWideCharacterIsNotCutInTwo() {
        #expect(DisplayWidth.prefix(of: "a漢字", cellCount: 2) == "a")
        #expect(DisplayWidth.prefix(of: "a漢字", cellCount: 3) == "a漢")
        #expect(DisplayWidth.prefix(of: "e\u{301}e\u{301}", cellCount: 1) == "e\u{301}")
        #expect(DisplayWidth.prefix(of: "abc", cellCount: 0) == "")
    }

    @Test func commandsAreShownAndNotObeyed() {
        #expect("a\u{1B}[2J\u{9B}1A\r\u{7}".printable == "a\\u{1B}[2J\\u{9B}1A\\u{D}\\u{7}")
        #expect("a\n\tb".printable == "a\n\tb")
        #expect("a\n\tb\r\n".printableLine == "a\\u{A}\\u{9}b\\u{D}\\u{A}")
        #expect(
            "\u{202E}x\u{2066}\u{2028}\u{7F}".printable == "\\u{202E}x\\u{2066}\\u{2028}\\u{7F}"
        )
        #expect("漢字 é 👩\u{200D}🚀".printable == "漢字 é 👩\u{200D}🚀")
    }
}

@Suite struct DisplayStyleTests {
    /// All combinations of what decides how a run is shown.
    @Test func onlyAPersonsTerminalGetsALiveDisplay() {
        for isTerminal in [false, true] {
            for terminal in [nil, "", "dumb", "xterm"] {
                for service in [nil, "", "0", "false", "False", "true", "1", "woodpecker"] {
                    for noColor in [nil, "", "0", "1"] {
                        let style = DisplayStyle(isTerminal: isTerminal) { name in
                            ["TERM": terminal, "CI": service, "NO_COLOR": noColor][name] ?? nil
                        }
                        let isLive =
                            isTerminal && terminal == "xterm"
                            && [nil, "", "0", "false", "False"].contains(service)
                        let isColored = [nil, ""].contains(noColor)
                        #expect(style == (isLive ? .live(isColored: isColored) : .plain))
                    }
                }
            }
        }
    }
}

extension RunProgress {
    private static func stage(_ label: String, _ taskCount: Int) -> JobStatus.Stage {
        JobStatus.Stage(
            label: label,
            taskCount: taskCount,
            doneCount: 0,
            runningCount: 0,
            failureCount: 0,
            backupCount: 0,
            seconds: nil
        )
    }

    /// The first of two stages, half done.
    static var example: RunProgress {
        var progress = RunProgress(elapsed: .seconds(2))
        progress.name = "wordcount"
        progress.stages = [stage("map at A.swift:7", 4), stage("combine at A.swift:9", 2)]
        progress.stages[0].doneCount = 1
        progress.stages[0].runningCount = 2
        progress.stages[0].failureCount = 1
        progress.stages[0].backupCount = 3
        progress.recordsRead = 12_345
        progress.bytesRead = 500_000_000
        progress.byteCount = 1_000_000_000
        progress.onlyReader = 0
        return progress
    }

    /// A run of some stages with names of all kinds.
    static func random(
        _ generator: inout SeededGenerator,
        names: [String] = [
            "job", "wörter", "漢字の数", "a\u{1B}[31mb", "x\u{301}y", "\u{202E}evil",
        ]
    ) -> RunProgress {
        var progress = RunProgress(
            elapsed: .milliseconds(Int.random(in: 0...200_000, using: &generator))
        )
        progress.name = (names.randomElement(using: &generator) ?? "").printableLine
        progress.stages = (0..<Int.random(in: 0...9, using: &generator)).map { _ in
            let label = (names.randomElement(using: &generator) ?? "") + " at A.swift:7"
            var stage = stage(label, Int.random(in: 0...2000, using: &generator))
            stage.doneCount = Int.random(in: 0...stage.taskCount, using: &generator)
            stage.runningCount = Int.random(in: 0...2, using: &generator)
            stage.failureCount = Int.random(in: 0...1, using: &generator)
            stage.backupCount = Int.random(in: 0...1, using: &generator)
            return stage
        }
        progress.recordsRead = Int.random(in: 0...1_000_000_000, using: &generator)
        progress.bytesRead = Int.random(in: 0...1_000_000_000, using: &generator)
        progress.byteCount = 1_000_000_000
        progress.onlyReader = progress.stages.isEmpty ? nil : 0
        return progress
    }
}
