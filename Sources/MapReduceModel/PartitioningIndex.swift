extension Array {
    /// Returns the index of the first element that satisfies the predicate, in an array where all
    /// later elements do too; the count if there is none.
    ///
    /// Cost: a binary search.
    @inlinable
    package func partitioningIndex(where predicate: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = low + (high - low) / 2
            if predicate(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
