extension Array where Element: Sendable {
    /// What becomes of each element, in their order, of which a few are worked on at once.
    ///
    /// The first error cancels the others.
    package func concurrentMap<Result: Sendable>(
        atMost limit: Int,
        _ body: @escaping @Sendable (Element) async throws -> Result
    ) async throws -> [Result] {
        try await withThrowingTaskGroup(of: (Int, Result).self) { group in
            var found: [Result?] = .init(repeating: nil, count: count)
            for (index, element) in enumerated() {
                if index >= limit, let (done, result) = try await group.next() {
                    found[done] = result
                }
                group.addTask { (index, try await body(element)) }
            }
            for try await (done, result) in group { found[done] = result }
            return found.compactMap { $0 }
        }
    }
}
