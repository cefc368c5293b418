import MapReduceModel
import MapReduceReport
import Testing

@Suite struct TaskNameTests {
    @Test(arguments: [
        "0.3", "stage 0, task 3", "stage 0, task 3, attempt 2", "job7-stage0-task3",
        "job7-stage0-task3-attempt1", "stage0-task3",
    ])
    func whatReportsPrintIsUnderstood(_ text: String) {
        #expect(TaskName(text) == TaskName(stage: 0, index: 3))
    }

    @Test func idsAndAttemptsAreUnderstoodAsTheyDescribeThemselves() {
        let task = TaskID(job: JobID(12), stage: 3, index: 45)
        let attempt = AttemptID(task: task, number: 6)
        for text in ["\(task)", "\(attempt)", EventText.describe(attempt), "\(TaskName(task))"] {
            #expect(TaskName(text) == TaskName(task), "\(text)")
        }
    }

    @Test(arguments: [
        "", "3", "0.", ".3", "0.3.1", "-1.0", "0.+3", "a.b", "job7", "stage0", "task3-stage0",
        "stage0-task3-job7", "job-stage0-task3", "stage0-task99999999999999999999", "0.3 ",
    ])
    func anythingElseIsNot(_ text: String) { #expect(TaskName(text) == nil) }

    @Test func aTaskThatIsNotThereIsAnsweredWithThoseThatAre() throws {
        let plan = Plan(
            name: "job",
            stages: [
                StagePlan(
                    id: 0,
                    input: .files(name: "", format: .lines),
                    steps: [Step(verb: "map", file: "A.swift", line: 3)],
                    outputs: [.shuffle(partitionCount: 1)]
                ),
                StagePlan(
                    id: 1,
                    input: .shuffle(stage: 0),
                    steps: [],
                    outputs: [.files]
                ),
            ]
        )
        let counts = [4, 1]
        #expect(TaskName(stage: 0, index: 3).problem(in: plan, taskCounts: counts) == nil)
        #expect(TaskName(stage: 1, index: 0).problem(in: plan, taskCounts: counts) == nil)
        for name in [TaskName(stage: 0, index: 4), TaskName(stage: 2, index: 0)] {
            let problem = try #require(name.problem(in: plan, taskCounts: counts))
            #expect(problem.contains("0.0 to 0.3 (map at A.swift:3), 1.0 (stage 1)"), "\(problem)")
        }
    }
}

@Suite struct ShellWordsTests {
    @Test func wordsAreQuotedWhereTheyNeedIt() {
        #expect(ShellWords.text(["a", "b c", ""]) == "a 'b c' ''")
        #expect(ShellWords.text(["./job", "--x=1", "in/*.txt"]) == "./job --x=1 'in/*.txt'")
        #expect(ShellWords.text(["it's", "$HOME", "a;b"]) == "'it'\\''s' '$HOME' 'a;b'")
    }
}
