#!/usr/bin/env python3
"""Measures commands, and compares what was measured.

measure.py run NAME RESULTS COMMAND [ARGUMENT ...]
    Runs the command and appends a line to the file RESULTS: name, seconds, and the peak in bytes of
    the resident memory of all its processes together, looked at every 20 ms. Pages that processes
    share count once for each. Fails when the command does.

measure.py table RESULTS [LIMIT]
    Prints the median and the range of the times of each name, the ratio of its median to that of
    LIMIT, and the greatest peak.
"""

import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

PAGE_SIZE = 4096
INTERVAL = 0.02


def resident(pid):
    """Bytes resident in a process and in all that it started; none once it is gone."""
    task = Path(f"/proc/{pid}/task")
    try:
        total = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_SIZE
        for thread in task.iterdir():
            for child in (thread / "children").read_text().split():
                total += resident(child)
        return total
    except (OSError, IndexError):
        return 0


def run(name, results, command):
    peak = 0
    ended = threading.Event()
    start = time.monotonic()
    process = subprocess.Popen(command)

    def watch():
        nonlocal peak
        while not ended.wait(INTERVAL):
            peak = max(peak, resident(process.pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        status = process.wait()
        seconds = time.monotonic() - start
    finally:
        process.kill()
        ended.set()
        watcher.join()
    if status != 0:
        sys.exit(f"{name}: failed with status {status}")
    with open(results, "a") as file:
        print(name, seconds, peak, sep="\t", file=file)


def table(results, limit=None):
    times, peaks = {}, {}
    for line in Path(results).read_text().splitlines():
        name, seconds, peak = line.split("\t")
        times.setdefault(name, []).append(float(seconds))
        peaks[name] = max(peaks.get(name, 0), int(peak))
    median = {name: statistics.median(values) for name, values in times.items()}
    print("| program | median, s | range, s | ratio to the limit | peak memory, MiB |")
    print("|---|---:|---:|---:|---:|")
    for name, values in times.items():
        ratio = f"{median[name] / median[limit]:.2f}" if limit else "–"
        span = f"{min(values):.3f}–{max(values):.3f}"
        mebibytes = round(peaks[name] / (1 << 20))
        print(f"| {name} | {median[name]:.3f} | {span} | {ratio} | {mebibytes} |")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["run", name, results, *command] if command:
            run(name, results, command)
        case ["table", results, *limit] if len(limit) <= 1:
            table(results, *limit)
        case _:
            sys.exit(__doc__)
