"""The word count in DuckDB: duckdb-wordcount.py OUTPUT FILE ...

Takes each line as a string and splits it at single spaces, as the benchmark's text has them.
"""

import sys

import duckdb

output, *files = sys.argv[1:]
database = duckdb.connect(config={"threads": 2, "preserve_insertion_order": False})
lines = database.read_csv(
    files, header=False, columns={"line": "VARCHAR"}, sep="\t", quotechar="", escapechar="",
    auto_detect=False)
counts = database.sql(
    "SELECT word, count(*) FROM (SELECT unnest(string_split(line, ' ')) AS word FROM lines)"
    " WHERE word <> '' GROUP BY word")
counts.write_csv(output, sep="\t", header=False, quotechar="", escapechar="")
