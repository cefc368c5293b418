#!/usr/bin/env python3
"""Works out what every job makes of the sample data, without the engine: writes Expected/.

    python3 Tests/JobsTests/expected.py

Every output is that of one reducer, so it is sorted by the bytes of its keys.
"""

import collections
import csv
import datetime
import gzip
import io
import json
import math
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


def ngrams(n, at_least):
    counts = collections.Counter()
    for name in TEXTS:
        for line in lines(name):
            found = words(line)
            for start in range(len(found) - n + 1):
                counts[b" ".join(found[start : start + n])] += 1
    write("ngrams.tsv", [(escape(g), b"%d" % counts[g]) for g in sorted(counts) if counts[g] >= at_least])


def tfidf():
    counts = {name: collections.Counter(words(read(name))) for name in TEXTS}
    rows = []
    for term in sorted(set().union(*counts.values())):
        places = [name for name in TEXTS if term in counts[name]]
        rarity = math.log(len(TEXTS) / len(places))
        for name in places:
            score = round(counts[name][term] / sum(counts[name].values()) * rarity, 6)
            rows.append((escape(term), name.encode(), repr(score).encode()))
    # Keys are compared to their ends, so what a term is the beginning of comes behind it.
    write("tfidf.tsv", rows)


def sessions(gap):
    times = collections.defaultdict(list)
    for line in lines("access.log"):
        match = re.match(r"(\S+) .*?\[(.*?)\]", line.decode())
        if match:
            time = datetime.datetime.strptime(match[2], "%d/%b/%Y:%H:%M:%S %z")
            times[match[1]].append(int(time.timestamp()))
    rows = []
    for user in sorted(times):
        begun = []
        for time in sorted(times[user]):
            if not begun or time - begun[-1][-1] > gap:
                begun.append([])
            begun[-1].append(time)
        for session in begun:
            start = datetime.datetime.fromtimestamp(session[0], datetime.timezone.utc)
            rows.append(
                (user.encode(), start.strftime("%Y-%m-%dT%H:%M:%SZ").encode(),
                 b"%d" % (session[-1] - session[0]), b"%d" % len(session))
            )
    write("sessions.tsv", rows)


def pagerank(rounds, damping=0.85):
    edges = [tuple(map(int, line.split())) for line in lines("graph.tsv")]
    nodes = sorted({node for edge in edges for node in edge})
    targets = collections.defaultdict(list)
    for source, target in edges:
        targets[source].append(target)
    ranks = {node: 1 / len(nodes) for node in nodes}
    for _ in range(rounds):
        dangling = sum(ranks[node] for node in nodes if not targets[node])
        jumps = (1 - damping + damping * dangling) / len(nodes)
        moved = {node: jumps for node in nodes}
        for node in nodes:
            for target in targets[node]:
                moved[target] += damping * ranks[node] / len(targets[node])
        ranks = moved
    write("pagerank.tsv", [(b"%d" % node, repr(ranks[node]).encode()) for node in nodes])


def kmeans(k):
    points = sorted(tuple(map(float, line.split(b","))) for line in lines("points.csv"))
    centers = [points[0]]
    while len(centers) < k:
        centers.append(max(points, key=lambda p: min(math.dist(p, c) for c in centers)))
    while True:
        clusters = [[] for _ in centers]
        for point in points:
            clusters[min(range(k), key=lambda n: math.dist(point, centers[n]))].append(point)
        means = [tuple(math.fsum(xs) / len(c) for xs in zip(*c)) for c in clusters]
        if all(math.dist(*pair) < 1e-9 for pair in zip(means, centers)):
            break
        centers = means
    rows = []
    for number, (mean, cluster) in enumerate(zip(means, clusters)):
        place = ",".join(repr(round(x, 6)) for x in mean)
        rows.append((b"%d" % number, b"%d" % len(cluster), b"[%s]" % place.encode()))
    write("kmeans.tsv", rows)


def table(name):
    return csv.DictReader(io.StringIO(read(name).decode(), newline=""))


def join():
    names = {int(row["id"]): row["name"] for row in table("users.csv")}
    spent = collections.Counter()
    for row in table("orders.csv"):
        spent[int(row["user"])] += int(row["cents"])
    rows = [(b"%d" % id, names[id].encode(), b"%d" % spent[id]) for id in sorted(names)]
    write("join.tsv", rows)


def jsonagg(by, of):
    numbers = collections.defaultdict(list)
    for line in lines("events.jsonl"):
        event = json.loads(line)
        numbers[event[by]].append(float(event[of]))
    rows = []
    for key in sorted(numbers, key=str.encode):
        found = numbers[key]
        summary = [sum(found), min(found), max(found), sum(found) / len(found)]
        rows.append((key.encode(), b"%d" % len(found)) + tuple(repr(x).encode() for x in summary))
    write("jsonagg.tsv", rows)


def sortrecords():
    content = read("records.bin")
    rows = sorted(content[start : start + 100] for start in range(0, len(content), 100))
    with open(os.path.join(HERE, "Expected", "sortrecords.bin"), "wb") as file:
        file.write(b"".join(rows))


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
    ngrams(n=2, at_least=8)
    tfidf()
    sessions(gap=30 * 60)
    pagerank(rounds=20)
    kmeans(k=3)
    join()
    jsonagg(by="kind", of="price")
    sortrecords()


main()
