#!/usr/bin/env python3
"""Works out what every job makes of the sample data, without the engine: writes Expected/.

    python3 Tests/JobsTests/expected.py

Every output is that of one reducer, so it is sorted by the bytes of its keys.
"""

import collections
import gzip
import os
import re

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, "..", "..", "sample-data")
TEXTS = ["edge-cases.txt", "english.txt", "more-english.gz", "tongues.txt"]
SPACE = re.compile(rb"[\t\n\v\f\r ]+")


def read(name):
    with open(os.path.join(DATA, name), "rb") as file:
        content = file.read()
    return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content


def lines(name):
    parts = read(name).split(b"\n")
    if parts[-1] == b"":
        parts.pop()
    return [part[:-1] if part.endswith(b"\r") else part for part in parts]


def words(text):
    return [word for word in SPACE.split(text) if word]


def escape(text):
    for raw, letter in ((b"\\", b"\\\\"), (b"\t", b"\\t"), (b"\n", b"\\n"), (b"\r", b"\\r")):
        text = text.replace(raw, letter)
    return text


def write(name, rows):
    with open(os.path.join(HERE, "Expected", name), "wb") as file:
        for row in rows:
            file.write(b"\t".join(row) + b"\n")


def main():
    os.makedirs(os.path.join(HERE, "Expected"), exist_ok=True)
    counts = collections.Counter()
    places = collections.defaultdict(set)
    for name in TEXTS:
        for word in words(read(name)):
            counts[word] += 1
            places[word].add(name)
    number = lambda value: str(value).encode()
    write("wordcount.tsv", [(escape(w), number(counts[w])) for w in sorted(counts)])
    write(
        "invertedindex.tsv",
        [
            (escape(w), b"[" + b",".join(b'"%s"' % f.encode() for f in sorted(places[w])) + b"]")
            for w in sorted(places)
        ],
    )
    ranked = sorted(counts, key=lambda w: (-counts[w], w))[:10]
    write("topwords.tsv", [(number(counts[w]), escape(w)) for w in ranked])
    write("grep.tsv", [(escape(l),) for name in TEXTS for l in lines(name) if b"in" in l])
    urls = collections.defaultdict(lambda: [0, 0])
    for line in lines("access.log"):
        match = re.match(rb'[^"]*"\S+ (\S+) [^"]*" \d+ (\S+)', line)
        if match:
            entry = urls[match[1]]
            entry[0] += 1
            entry[1] += 0 if match[2] == b"-" else int(match[2])
    write("accesslog.tsv", [(u, number(urls[u][0]), number(urls[u][1])) for u in sorted(urls)])


main()
