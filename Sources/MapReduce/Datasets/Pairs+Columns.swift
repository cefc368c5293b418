/// Column names of the output.
extension Pairs {
    /// Names the columns of the output: first the key's, then the value's.
    ///
    ///     return words.combine(+).columns("word", "count")
    ///
    /// The names are the first line of `--format csv` and the fields of `--format json`. Without
    /// this verb they are `key` and `value`, or `key1`, `key2` and so on where there are several.
    /// Other formats have no names. A verb after this one produces pairs without names.
    ///
    /// The job fails if its output has a different number of columns.
    public func columns(_ names: String...) -> Pairs<Key, Value> {
        var named = self
        named.columnNames = names
        return named
    }
}
