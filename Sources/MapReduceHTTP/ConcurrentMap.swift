extension Array where Element: Sendable {
    /// Returns the result of the body for each element, in order, working on at most `limit`
    /// elements at once.
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
