extension Pairs {
    /// Names the columns of the output: those of the key, then those of the value.
    ///
    ///     return words.combine(+).columns("word", "count")
    ///
    /// They are the first line of `--format csv` and the fields of `--format json`, which without
    /// them are `key` and `value`, or `key1`, `key2` and so on where there are several. Other
    /// formats have no names. A verb that comes after this one makes pairs that have none.
    ///
    /// A job whose output has not as many columns fails.
    public func columns(_ names: String...) -> Pairs<Key, Value> {
        var named = self
        named.columnNames = names
        return named
    }
}
