#!/usr/bin/env python3
"""Reads an output of formatjob back with a tool, and compares it with what the job wrote.

    readback.py TOOL DIRECTORY COUNT

The tool is given the names of the files and nothing else, but for what is said below.
"""

import glob
import json
import os
import math
import subprocess
import sys

TEXTS = [
    "plain", "", "a\tb", 'a "quote"', "a,comma", "a\nnewline", "a\r\nreturn", "back\\slash \\N",
    "héß → 🙂", " spaces ", None, "'single'", '{"json": [1]}',
]
NUMBERS = [0.1, -1.5, 1e300, None, 0.0, math.inf, math.nan]
NAMES = ["id", "text", "number", "list"]


def expected(count):
    return [(id, TEXTS[id % 13], NUMBERS[id % 7], [TEXTS[id % 13], "x"]) for id in range(count)]


def files(place, ending):
    found = sorted(glob.glob(place + "/part-*." + ending))
    assert found, ending
    return found


def number(value):
    """A number that may be there as the text that JSON has for it, or as an empty field."""
    return None if value in (None, "") else float(str(value).strip('"'))


def csv_module(place):
    import csv
    rows = []
    for path in files(place, "csv"):
        with open(path, newline="", encoding="utf-8") as file:
            names, *found = csv.reader(file)
            assert names == NAMES, names
            rows += [(int(a), b, number(c), json.loads(d)) for a, b, c, d in found]
    return rows


def duckdb_csv(place, ending="csv"):
    import duckdb
    found = duckdb.sql(f"SELECT * FROM '{place}/part-*.{ending}' ORDER BY id")
    assert found.columns == NAMES, found.columns
    assert [str(type) for type in found.types][:3] == ["BIGINT", "VARCHAR", "DOUBLE"], found.types
    return [(a, b, c, json.loads(d)) for a, b, c, d in found.fetchall()]


def duckdb_json(place):
    import duckdb
    found = duckdb.sql(f"SELECT * FROM '{place}/part-*.jsonl' ORDER BY id")
    assert found.columns == NAMES, found.columns
    return [(a, b, number(c), d) for a, b, c, d in found.fetchall()]


def frame(frames):
    import pandas
    whole = pandas.concat(frames)
    assert list(whole.columns) == NAMES, whole.columns
    return [
        (int(a), None if pandas.isna(b) else b, None if pandas.isna(c) else float(c), d)
        for a, b, c, d in whole.itertuples(index=False)
    ]


def pandas_csv(place, ending="csv"):
    import pandas
    rows = frame(pandas.read_csv(path) for path in files(place, ending))
    return [(a, b, c, json.loads(d)) for a, b, c, d in rows]


def pandas_json(place):
    # It takes a file for one value of JSON, unless it is told that there are lines of them.
    import pandas
    return frame(pandas.read_json(path, lines=True) for path in files(place, "jsonl"))


def polars_csv(place):
    import polars
    rows = [row for path in files(place, "csv") for row in polars.read_csv(path).rows()]
    return [(a, b, number(c), json.loads(d)) for a, b, c, d in rows]


def polars_json(place):
    import polars
    # Polars has no name for the columns of an empty file, and refuses it.
    paths = [path for path in files(place, "jsonl") if os.path.getsize(path) > 0]
    rows = [row for path in paths for row in polars.read_ndjson(path).rows()]
    return [(a, b, number(c), d) for a, b, c, d in rows]


def jq(place):
    printed = subprocess.run(
        ["jq", "-c", "[.id, .text, .number, .list]", *files(place, "jsonl")],
        check=True, capture_output=True).stdout
    rows = [json.loads(line) for line in printed.decode().splitlines()]
    return [(a, b, number(c), d) for a, b, c, d in rows]


def same(found, wanted, text_may_be_missing):
    """Most readers of CSV take an empty text and a missing one for the same."""
    assert len(found) == len(wanted), (len(found), len(wanted))
    for (id, text, value, items), row in zip(found, wanted):
        if text_may_be_missing and not text and not row[1]:
            text = row[1]
        # Readers of tables take a missing number and NaN for the same.
        both = [None if n is None or math.isnan(n) else n for n in (value, row[2])]
        assert (id, text, both[0], items) == (row[0], row[1], both[1], row[3]), (
            (id, text, value, items), row)


READERS = {
    "csv": csv_module, "duckdb-csv": duckdb_csv, "duckdb-json": duckdb_json,
    "duckdb-gzip": lambda place: duckdb_csv(place, "csv.gz"), "pandas-csv": pandas_csv,
    "pandas-gzip": lambda place: pandas_csv(place, "csv.gz"), "pandas-json": pandas_json,
    "polars-csv": polars_csv, "polars-json": polars_json, "jq": jq,
}

if __name__ == "__main__":
    tool, place, count = sys.argv[1:]
    same(READERS[tool](place), expected(int(count)), "json" not in tool)
    print("as it was written")
