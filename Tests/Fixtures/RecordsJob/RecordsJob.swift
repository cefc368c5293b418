import ArgumentParser
import MapReduce

/// Reads records with an `id` and a `text` in one of the formats of inputs, and sorts them.
@main
struct RecordsJob: Job {
    @Option(help: "What to read: lines, strings, csv, rows, json, fixed, pairs or twice.")
    var read = "lines"

    @Option(help: "How many bytes a record has that is read as fixed.")
    var byteCount = 4

    func pipeline(_ input: Input) throws -> Outputs {
        if read == "fixed" { return fixed(input) }
        guard let pipeline = Self.pipelines[read] else {
            throw ValidationError("there is nothing to read as \(read)")
        }
        return pipeline(input)
    }

    private static let pipelines: [String: @Sendable (Input) -> Outputs] = [
        "lines": { input in
            let lines: Pairs<Bytes, Int> = input.lines.map { line, emit in emit(Bytes(line), 1) }
            return ["result": lines.combine(+)]
        },
        "strings": { input in
            let lines: Pairs<String, Int> = input.strings.map { line, emit in emit(line, 1) }
            return ["result": lines.combine(+)]
        },
        "csv": { ["result": rows($0).sorted()] },
        // All fields of each row, by the row's place.
        "rows": { input in
            let rows: Pairs<Int, String> = input.records(.csv(header: false)).map { row, emit in
                let fields = try (0..<row.count).map { try row.string($0) }
                emit(emit.split.offset, fields.joined(separator: "|"))
            }
            return ["result": rows.sorted()]
        },
        "json": { input in
            let objects: Pairs<Int, String> = input.records(.json).map { object, emit in
                emit(try object.int("id"), try object.string("text"))
            }
            return ["result": objects.sorted()]
        },
        "pairs": { ["result": $0.pairs(Int.self, String.self).sorted()] },
        // Two maps of the same records.
        "twice": { input in
            let records = input.records(.csv)
            let ids: Pairs<Int, Unit> = records.map { row, emit in
                emit(try row.int("id"), Unit())
            }
            let texts: Pairs<String, Int> = records.map { row, emit in
                emit(try row.bytes("text"), 1)
            }
            return ["ids": ids.sorted(), "texts": texts.combine(+)]
        },
    ]

    private func fixed(_ input: Input) -> Outputs {
        let records: Pairs<Bytes, Int> = input.records(.fixed(byteCount: byteCount))
            .map { record, emit in emit(Bytes(record), emit.split.offset) }
        return ["result": records.sorted()]
    }

    private static func rows(_ input: Input) -> Pairs<Int, String> {
        input.records(.csv).map { row, emit in
            emit(try row.int("id"), try row.string("text"))
        }
    }
}
