internal import MapReduceEngine

/// Keyed data: what `map` produces and `reduce` takes.
///
/// A dataset is a description: nothing is computed before the job runs. A dataset that is used
/// twice is computed once.
public struct Pairs<Key: RecordKey, Value: RecordValue>: Dataset {
    @usableFromInline let node: PairsNode<Key, Value>
    /// The names of the output's columns; nil for the default names.
    @usableFromInline var columnNames: [String]?

    @inlinable
    init(_ node: PairsNode<Key, Value>) { self.node = node }

    /// Adds the stages that produce the pairs, and adds the pairs as an output.
    @inlinable
    public func plan(into output: OutputPlanner) throws {
        let layout = try OutputLayout<Key, Value>(
            output.planner.outputStyle,
            columns: columnNames
        )
        try output.planner.write(node, name: output.name) { slot in
            { context in try layout.makeSink(context, slot) }
        }
    }

    /// Maps every pair to other pairs, in the same pass as the previous step.
    ///
    /// `body`: an error that it throws fails the attempt.
    @inlinable
    public func map<NextKey: RecordKey, NextValue: RecordValue>(
        _ body:
            @escaping @Sendable (
                _ key: Key, _ value: Value, _ emit: inout Emitter<NextKey, NextValue>
            ) throws -> Void,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<NextKey, NextValue> {
        step("map", SourcePlace(file, line), body)
    }

    /// Keeps the pairs for which the closure returns true, in the same pass as the previous step.
    ///
    /// `isIncluded`: an error that it throws fails the attempt.
    @inlinable
    public func filter(
        _ isIncluded: @escaping @Sendable (_ key: Key, _ value: Value) throws -> Bool,
        file: StaticString = #fileID,
        line: UInt = #line
    ) -> Pairs<Key, Value> {
        // The remaining pairs are still in key order, if they were before.
        step("filter", SourcePlace(file, line), pass: node.pass) { key, value, emit in
            if try isIncluded(key, value) { emit(key, value) }
        }
    }

    /// Adds a step that runs in the same pass as the previous one.
    ///
    /// `pass`: what the step leaves for later verbs; nil if it may have changed the keys.
    @inlinable
    func step<NextKey: RecordKey, NextValue: RecordValue>(
        _ verb: String,
        _ place: SourcePlace,
        pass: Pass? = nil,
        _ body: @escaping ForwardingSink<Key, Value, NextKey, NextValue>.Body
    ) -> Pairs<NextKey, NextValue> {
        let node = self.node
        return Pairs<NextKey, NextValue>(
            PairsNode(pass: pass ?? node.passAfterMap(place)) { planner, generation, makeSink in
                let stages = try planner.attach(node, generation) { context in
                    ForwardingSink(to: try makeSink(context), body: body)
                }
                planner.add(verb, place, to: stages)
                return stages
            }
        )
    }
}
