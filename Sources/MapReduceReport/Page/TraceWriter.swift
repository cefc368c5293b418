internal import MapReduceModel

/// Writes trace events as JSON, one per line.
///
/// A trace has several events for each attempt, and there may be many thousands of attempts: the
/// text is assembled here instead of by a general encoder.
struct TraceWriter {
    private var text = ""

    /// The value of a field.
    indirect enum Value {
        case number(Int)
        case text(String)
        case object([(String, Value)])
    }

    /// Adds an event.
    ///
    /// `kind`: the event's phase, in the terms of the format.
    mutating func add(
        _ kind: String,
        name: String,
        category: String? = nil,
        process: Int,
        thread: Int?,
        time: Int? = nil,
        _ fields: [(String, Value)]
    ) {
        var all: [(String, Value)] = [("ph", .text(kind)), ("name", .text(name))]
        if let category { all.append(("cat", .text(category))) }
        all.append(("pid", .number(process)))
        if let thread { all.append(("tid", .number(thread))) }
        if let time { all.append(("ts", .number(time))) }
        if !text.isEmpty { text += ",\n" }
        append(.object(all + fields))
    }

    mutating func nameProcess(_ process: Int, _ name: String, order: Int) {
        add(
            "M",
            name: "process_name",
            process: process,
            thread: nil,
            [("args", .object([("name", .text(name))]))]
        )
        add(
            "M",
            name: "process_sort_index",
            process: process,
            thread: nil,
            [("args", .object([("sort_index", .number(order))]))]
        )
    }

    mutating func nameThread(_ process: Int, _ thread: Int, _ name: String, order: Int) {
        add(
            "M",
            name: "thread_name",
            process: process,
            thread: thread,
            [("args", .object([("name", .text(name))]))]
        )
        add(
            "M",
            name: "thread_sort_index",
            process: process,
            thread: thread,
            [("args", .object([("sort_index", .number(order))]))]
        )
    }

    /// Returns the whole document; `fields` are written next to the events.
    func document(_ fields: (String, Value)...) -> String {
        var other = TraceWriter()
        other.append(.object(fields))
        return "{\"displayTimeUnit\":\"ms\",\"otherData\":\(other.text),\"traceEvents\":[\n"
            + text + "\n]}\n"
    }

    private mutating func append(_ value: Value) {
        switch value {
        case .number(let number): text += String(number)
        case .text(let string): JSONText.append(quoted: string, to: &text)
        case .object(let fields):
            text += "{"
            for (index, field) in fields.enumerated() {
                if index > 0 { text += "," }
                JSONText.append(quoted: field.0, to: &text)
                text += ":"
                append(field.1)
            }
            text += "}"
        }
    }
}
