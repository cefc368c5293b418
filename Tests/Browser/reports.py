"""Reports of jobs that never ran, as `JobReport` encodes them: any size, the same for each seed."""

import random

PARTS = ["fetch", "merge", "read", "closure", "sort", "spill", "write", "commit"]
SUBMITTED = 1_767_225_600.0


def step(verb, line):
    return {"verb": verb, "file": "WordCount.swift", "line": line}


def plan(name, map_steps, partitions):
    """A plan of two stages: one that reads files, one that reads what the first has shuffled."""
    return {
        "name": name,
        "stages": [
            {
                "id": 0,
                "input": {"files": {"name": "", "format": {"lines": {}}}},
                "broadcasts": [],
                "steps": map_steps,
                "outputs": [{"combinedShuffle": {"partitionCount": partitions}}],
            },
            {
                "id": 1,
                "input": {"shuffles": {"_0": [[{"stage": 0, "output": 0}]]}},
                "broadcasts": [],
                "steps": [step("combine", 12)],
                "outputs": [{"files": {"name": ""}}],
            },
        ],
    }


def counters(values):
    return {"entries": [{"name": k, "value": v} for k, v in sorted(values.items()) if v]}


class Workshop:
    """Lets attempts run one after another on slots, as a job would."""

    def __init__(self, seed, workers, slots):
        self.random = random.Random(seed)
        self.free = [(0.05 * worker, worker) for worker in range(workers) for _ in range(slots)]
        self.workers = [
            {"id": w, "name": f"http://10.0.0.{w + 1}:8421", "slotCount": slots}
            for w in range(workers)
        ]

    def run(self, stage, task, number, seconds, state="succeeded", **more):
        """The next attempt, on the slot that is free first."""
        index = min(range(len(self.free)), key=lambda i: self.free[i])
        start, worker = self.free[index]
        start += self.random.uniform(0.001, 0.02)
        self.free[index] = (start + seconds, worker)
        attempt = {
            "stage": stage, "task": task, "number": number, "worker": worker, "state": state,
            "isBackup": False, "start": start, "end": start + seconds,
            "recordsIn": 0, "recordsOut": 0, "bytesIn": 0, "bytesOut": 0,
        }
        attempt.update(more)
        if state == "running":
            del attempt["end"]
        if state in ("succeeded", "lost"):
            attempt["times"] = self.times(stage, seconds)
        return attempt

    def times(self, stage, seconds):
        weights = dict.fromkeys(PARTS, 0.0)
        chosen = (
            {"read": 2, "closure": 4, "sort": 2, "spill": 0.5, "write": 1, "commit": 0.3}
            if stage == 0
            else {"fetch": 1.5, "merge": 2, "closure": 2, "write": 2, "commit": 0.6}
        )
        for name, weight in chosen.items():
            weights[name] = weight * self.random.uniform(0.6, 1.4)
        total = sum(weights.values()) * 1.06
        times = {name: weight / total * seconds for name, weight in weights.items()}
        times["cpu"] = seconds * 0.8
        return times

    def barrier(self):
        """The moment when all slots are free."""
        moment = max(free for free, _ in self.free)
        self.free = [(moment, worker) for _, worker in self.free]
        return moment


def large(attempts=10_000, seed=1, partitions=100, workers=20, slots=4):
    """A job that succeeded, with about so many attempts: skewed, with stragglers and retries."""
    shop = Workshop(seed, workers, slots)
    rng = shop.random
    tasks = attempts - partitions
    rows = []
    failures = []
    for task in range(tasks):
        seconds = rng.lognormvariate(-0.7, 0.35)
        number = 0
        if rng.random() < 0.004:
            rows.append(shop.run(0, task, 0, seconds * 0.4, "failed"))
            failures.append(failure(0, task, 0))
            number = 1
        if rng.random() < 0.002:
            seconds = seconds * 6 + 2
            rows.append(shop.run(0, task, number, seconds, "stopped"))
            backup = shop.run(0, task, number + 1, seconds / 5, isBackup=True)
            rows.append(sized(backup, 40_000, 10_000))
            continue
        rows.append(sized(shop.run(0, task, number, seconds), 40_000, 10_000))
    shop.barrier()
    for task in range(partitions):
        share = 9.0 if task == partitions // 3 else rng.uniform(0.8, 1.2)
        seconds = 1.4 * share
        rows.append(sized(shop.run(1, task, 0, seconds), int(tasks * 100 * share), 4_000))
    rows.sort(key=lambda one: (one["stage"], one["task"], one["number"]))
    return report("wordcount", rows, failures, shop.workers, tasks, partitions)


def sized(attempt, records_in, records_out):
    attempt.update(
        recordsIn=records_in, recordsOut=records_out,
        bytesIn=records_in * 31, bytesOut=records_out * 9,
    )
    return attempt


def failure(stage, task, number):
    """A crash at a record."""
    return {
        "stage": stage, "task": task, "number": number,
        "failure": {
            "kind": "crashed",
            "message": "the task process crashed: it was ended by signal 4 (Illegal instruction); "
            "Swift runtime failure: Unexpectedly found nil while unwrapping an Optional value",
            "location": {"path": "/data/purchases/monday.csv", "offset": 4532, "recordNumber": 413},
            "record": "kiosk,<b>1.50</b>&\\u2028",
            "steps": "map at WordCount.swift:7",
            "backtrace": "closure #1 in WordCount.pipeline(_:) at /home/ada/WordCount.swift:9:51\n"
            "WordCount.price(of:) at /home/ada/WordCount.swift:21:9",
        },
    }


def report(name, rows, failures, workers, tasks, partitions, phase="succeeded"):
    end = max(row.get("end", row["start"]) for row in rows)
    the_plan = plan(name, [step("map", 7), step("filter", 9)], partitions)
    stages = []
    statuses = []
    total = {}
    for index, count in enumerate((tasks, partitions)):
        mine = [row for row in rows if row["stage"] == index]
        won = [row for row in mine if row["state"] == "succeeded"]
        values = stage_counters(index, won)
        for key, value in values.items():
            total[key] = total.get(key, 0) + value
        stages.append(
            {
                "start": min((row["start"] for row in mine), default=0),
                "end": max((row["end"] for row in won), default=0),
                "counters": counters(values),
                "times": {
                    part: sum(row["times"][part] for row in won) for part in PARTS + ["cpu"]
                },
            }
        )
        statuses.append(stage_status(the_plan, index, count, mine, won))
    shape = sorted(row["recordsIn"] for row in rows if row["stage"] == 1)
    if shape:
        statuses[1]["partitions"] = partition_sizes(rows, shape)
    total["user.words.long"] = 12_345_678
    job = {
        "id": 7, "name": name, "owner": "ada@engine", "phase": phase,
        "output": "/data/out/word counts", "weight": 1, "submittedAt": SUBMITTED,
        "seconds": end + 0.2, "stages": statuses, "counters": counters(total),
        "recordsRead": total.get("records.read", 0), "bytesRead": total.get("bytes.read", 0),
        "inputByteCount": total.get("bytes.read", 0), "differences": [], "differenceCount": 0,
    }
    document = {
        "version": 1, "job": job, "plan": the_plan, "stages": stages, "attempts": rows,
        "shuffles": [], "failures": failures, "workers": workers,
        "replayCommand": "wordcount --replay STAGE.TASK '/data/*.txt' -o '/data/out/word counts'",
    }
    if phase == "succeeded":
        document["verdict"] = verdict(end)
    return document


def stage_counters(index, won):
    read = sum(row["recordsIn"] for row in won)
    wrote = sum(row["recordsOut"] for row in won)
    bytes_in = sum(row["bytesIn"] for row in won)
    bytes_out = sum(row["bytesOut"] for row in won)
    if index == 0:
        return {
            "records.read": read, "bytes.read": bytes_in, "pairs.emitted": read * 8,
            "pairs.shuffled": wrote, "bytes.shuffled": bytes_out, "spills": len(won) // 5,
        }
    return {
        "pairs.received": read, "bytes.received": bytes_in, "records.written": wrote,
        "bytes.written": bytes_out,
    }


def stage_status(the_plan, index, count, mine, won):
    steps = the_plan["stages"][index]["steps"]
    status = {
        "label": ", ".join(f"{s['verb']} at {s['file']}:{s['line']}" for s in steps),
        "taskCount": count, "doneCount": len(won),
        "runningCount": sum(row["state"] == "running" for row in mine),
        "failureCount": sum(row["state"] == "failed" for row in mine),
        "backupCount": sum(row["isBackup"] for row in mine), "isLeftOut": False,
    }
    if won:
        status["seconds"] = max(r["end"] for r in won) - min(r["start"] for r in won)
    return status


def partition_sizes(rows, shape):
    largest = next(
        r["task"] for r in rows if r["stage"] == 1 and r["recordsIn"] == shape[-1]
    )
    return {
        "count": len(shape), "smallest": shape[0], "median": shape[(len(shape) - 1) // 2],
        "largest": shape[-1], "largestIndex": largest, "pairCount": sum(shape),
        "heaviestKey": {"key": "the <i>", "pairCount": sum(shape) // 8},
        "heaviestKeyIndex": largest, "couldCombine": True,
    }


def verdict(end):
    shares = [("closure", 0.41), ("skew", 0.22), ("reading", 0.15), ("sort", 0.12),
              ("writing", 0.07), ("overhead", 0.03)]
    return {
        "bound": "closure", "share": 0.41,
        "text": "bound by closure: 41% of the slots' time, most of it in map at WordCount.swift:7",
        "advice": {
            "option": "--workers 40",
            "text": "Give it more slots: all of them were at work for most of the time.",
            "saving": 0.3,
        },
        "parts": [{"bound": b, "seconds": end * s, "share": s} for b, s in shares],
    }


def small(seed=1, tasks=24, partitions=12):
    """A job of a few tasks, with the map of what each wrote for each partition."""
    document = large(tasks + partitions, seed, partitions, workers=3, slots=2)
    rng = random.Random(seed)
    document["shuffles"] = [
        {
            "stage": 0, "output": 0,
            "byteCounts": [
                [int(rng.lognormvariate(9, 0.5)) * (6 if p == partitions // 3 else 1)
                 for p in range(partitions)]
                for _ in range(tasks)
            ],
        }
    ]
    return document
