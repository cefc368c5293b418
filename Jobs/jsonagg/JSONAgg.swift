import ArgumentParser
import MapReduce

/// Groups JSON lines by one field and summarizes another.
@main
struct JSONAgg: Job {
    @Option(help: "The field to group by: a text.") var by: String
    @Option(help: "The field to sum up: a number.") var of: String

    func pipeline(_ input: Input) -> Pairs<String, Summary> {
        let numbers: Pairs<String, Summary> = input.records(.json).map { event, emit in
            emit(try event.string(by), Summary(try event.double(of)))
        }
        return numbers.combine { $0.merged(with: $1) }
            .columns(by, "count", "sum", "min", "max", "mean")
    }
}
