"""Inputs of jobs: seeded texts of several files."""

import gzip
import itertools
import random

WORDS = 20_000
# In a line now and then, for what is to happen at one.
RARE_WORD = "lantern"
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def write_texts(directory, seed):
    """Four files of words by Zipf's law, two of them gzip, and one of lines that differ."""
    draw = random.Random(f"{seed}/texts")
    directory.mkdir()
    words = ["".join(draw.choices(LETTERS, k=draw.randint(2, 10))) for _ in range(WORDS)]
    weights = list(itertools.accumulate(1 / rank for rank in range(1, WORDS + 1)))
    for name, line_count in [("a.txt", 80_000), ("b.txt", 30_000), ("c.gz", 9_000), ("d.gz", 500)]:
        lines = (_line(draw, words, weights) for _ in range(line_count))
        text = "".join(lines).encode()
        (directory / name).write_bytes(
            gzip.compress(text, mtime=0) if name.endswith(".gz") else text)
    with open(directory / "records.txt", "w") as file:
        for _ in range(40_000):
            file.write("".join(draw.choices(LETTERS, k=90)) + "\n")


def _line(draw, words, weights):
    chosen = draw.choices(words, cum_weights=weights, k=draw.randint(1, 16))
    if draw.random() < 0.002:
        chosen.append(RARE_WORD)
    return " ".join(chosen) + "\n"
