/// Two attempts of one task that wrote different output from the same input.
package struct OutputDifference: Hashable, Codable, Sendable {
    package var task: TaskID
    /// The numbers of the attempts, the lower one first.
    package var first: Int
    package var second: Int

    package init(task: TaskID, first: Int, second: Int) {
        self.task = task
        self.first = first
        self.second = second
    }
}
