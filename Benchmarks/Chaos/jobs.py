"""The stream of jobs: each is submitted, waited for, and compared with a run on this machine."""

import itertools
import json
import random
import subprocess
import threading
import time

from texts import RARE_WORD

# Different jobs of a run, each with an output that is known.
WORKLOADS = 12
# How often a job may be submitted again because the coordinator did not answer.
SUBMISSIONS = 50


class Workload:
    """A command line, and what must come of it."""

    def __init__(self, number, directory, products, draw):
        self.program = products / ("wordcount", "invertedindex", "grep", "shufflejob", "faultyjob",
                                   "faultyjob")[number % 6]
        texts = [directory / "texts" / name for name in ("a.txt", "b.txt", "c.gz", "d.gz")]
        self.arguments = []
        # How it misbehaves on a cluster, and how often.
        self.faults, self.fault_count = [], 0
        match self.program.name:
            case "grep": self.arguments = ["--pattern", RARE_WORD]
            case "shufflejob": texts = [directory / "texts" / "records.txt", texts[3]]
            case "faultyjob": self._add_fault(number, draw)
        # Splits so small depend on nothing else, and neither do the counters then.
        self.arguments += [
            "--reducers", str(draw.choice([1, 2, 3, 5])),
            "--split-size", draw.choice(["64K", "128K", "256K"]),
            "--memory", draw.choice(["1M", "1M", "2M", "16M"]),
            "--max-attempts", "20",
        ] + [str(path) for path in draw.sample(texts, draw.randint(2, len(texts)))]
        self.expected = directory / "expected" / str(number)
        subprocess.run(
            [self.program, *self.arguments, "-q", "--workers", "2", "-o", self.expected],
            check=True, stdin=subprocess.DEVNULL)

    def _add_fault(self, number, draw):
        """A map may hang, as it gets a backup; for the last reducer there is none."""
        is_map = number % 12 < 6
        kinds = ["trap", "throw", "exit", "kill", "longError", "leave"]
        fault = draw.choice(kinds + ["hang", "flood"] if is_map else kinds)
        self.fault_count = 1 if fault == "hang" else draw.randint(1, 3)
        self.faults = ["--map-at" if is_map else "--reduce-at", RARE_WORD, "--fault", fault]
        if not is_map:
            self.arguments.append("--sorting")

    def difference(self, output):
        """What is wrong with an output; None when it is right."""
        expected = {path.name for path in self.expected.iterdir()}
        names = {path.name for path in output.iterdir()}
        if names != expected:
            return f"it has {sorted(names)}, and not {sorted(expected)}"
        for name in sorted(names):
            is_right = (output / name).read_bytes() == (self.expected / name).read_bytes()
            if name == "_MANIFEST.json" and not is_right:
                is_right = (json.loads((output / name).read_bytes())
                            == json.loads((self.expected / name).read_bytes()))
            if not is_right:
                return f"{name} differs from {self.expected / name}"
        return None


class Job:
    """One job on its way through the cluster."""

    def __init__(self, number, workload, directory, draw):
        self.number = number
        self.workload = workload
        self.output = directory / "outputs" / str(number)
        self.is_detached = draw.random() < 0.5
        self.weight = draw.randint(1, 3)
        self.id = None
        # Those that a copy of the data has cost, by their random ids.
        self.given_up = set()
        # Whether it was to be cancelled; it may have ended before.
        self.is_unwanted = False
        # The command that waits for it.
        self.process = None
        # How it ended: done, cancelled, wrong or lost.
        self.end = None
        self.reason = ""
        self.arguments = list(workload.arguments)
        if workload.faults:
            tokens = directory / "tokens" / str(number)
            tokens.mkdir(parents=True)
            for token in range(workload.fault_count):
                (tokens / str(token)).touch()
            self.arguments += workload.faults + ["--tokens", str(tokens)]

    def finish(self, end, reason=""):
        self.end, self.reason = end, reason


class Stream:
    """Runs jobs, several at a time, until it is told to stop."""

    def __init__(self, cluster, seed, width, tell):
        self._cluster = cluster
        self._seed = seed
        self._tell = tell
        draw = random.Random(f"{seed}/workloads")
        self._workloads = [
            Workload(number, cluster.directory, cluster.products, draw)
            for number in range(WORKLOADS)]
        self._numbers = itertools.count(1)
        self._lock = threading.Lock()
        self.jobs = []
        # Submissions and waits that ended before the job did, and why.
        self.given_up = []
        self.is_over = threading.Event()
        # Nobody waits any longer.
        self._is_abandoned = threading.Event()
        self._threads = [threading.Thread(target=self._run, daemon=True) for _ in range(width)]

    def start(self):
        for thread in self._threads:
            thread.start()

    def join(self, seconds):
        """Waits for the jobs that run; those that have not ended after so long are lost."""
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(deadline - time.monotonic(), 0))
        self.abandon()

    def abandon(self):
        """Waits for no job any longer."""
        self.is_over.set()
        self._is_abandoned.set()
        for job in self.running:
            if job.process is not None:
                job.process.kill()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    @property
    def running(self):
        return [job for job in self.jobs if job.end is None]

    def ended(self, end):
        return [job for job in self.jobs if job.end == end]

    # On a thread of the stream

    def _run(self):
        while not self.is_over.is_set():
            with self._lock:
                number = next(self._numbers)
                draw = random.Random(f"{self._seed}/job/{number}")
                job = Job(number, draw.choice(self._workloads), self._cluster.directory, draw)
                self.jobs.append(job)
            try:
                self._follow(job)
            except Exception as error:  # A job whose thread is gone would never end.
                job.finish("lost", f"this program failed: {error!r}")
            if job.end in ("wrong", "lost") and not self._is_abandoned.is_set():
                self._tell(f"job {job.number} ({job.workload.program.name}, id {job.id}) is "
                           f"{job.end}: {job.reason}")

    def _follow(self, job):
        """Follows a job to its end; one that an older copy of the data has cost is run again."""
        while job.end is None:
            restores = self._cluster.restores
            if not self._submit(job):
                return
            self._wait(job, restores)

    def _wait(self, job, restores):
        """Waits for the end of a job that was submitted."""
        while (status := self._status(job)) is not None:
            if status["phase"] in ("succeeded", "failed", "cancelled"):
                return self._check(job, status, restores)
            if self._is_abandoned.is_set():
                return job.finish("lost", f"it has not ended: {json.dumps(status['stages'])}")
            # `wait` gives up when the coordinator does.
            self._command(job, "wait", job.id)
        if job.end is None and self._cluster.restores == restores:
            job.finish("lost", "the coordinator does not know it any more")

    def _submit(self, job):
        """Submits a job until it is taken; waits for its end too, unless it is detached."""
        for _ in range(SUBMISSIONS):
            restores = self._cluster.restores
            if restores > 0 and (job.output / "_SUCCESS").exists():
                # Put in place by what the coordinator has forgotten.
                self._compare(job)
                return False
            options = ["--weight", job.weight] + (["--detach"] if job.is_detached else [])
            code = self._command(
                job, "submit", *options, job.workload.program, *job.arguments, "-o", job.output)
            if self._is_abandoned.is_set() and code != 0:
                break
            # Without an answer it may have been taken all the same.
            if (status := self._status(job)) is not None:
                job.id = status["id"]
                return True
            if code == 0 and self._cluster.restores == restores:
                job.finish("lost", "it was submitted, and the coordinator does not know it")
                return False
            if job.end is not None:
                return False
            time.sleep(0.2)
        job.finish("lost", "it could not be submitted")
        return False

    def _command(self, job, *words):
        """Runs a command of the cluster to its end; returns its code."""
        path = self._cluster.logs / f"job{job.number}.log"
        with open(path, "ab") as log:
            job.process = subprocess.Popen(
                self._cluster.command(*words), cwd=self._cluster.directory,
                env=self._cluster.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True)
            code = job.process.wait()
        if code not in (0, 130, 143) and not self._is_abandoned.is_set():
            last = (path.read_text(errors="replace").strip().splitlines() or [""])[-1]
            self.given_up.append((words[0], f"job {job.number}: code {code}: {last}"))
        return code

    def _status(self, job):
        """What the coordinator says of a job, as soon as it answers; None if it knows none."""
        while (jobs := self._cluster.jobs()) is None:
            if self._is_abandoned.is_set():
                job.finish("lost", "the coordinator does not answer")
                return None
            time.sleep(0.1)
        found = [status for status in jobs if status["output"] == str(job.output)]
        if self._cluster.restores > 0:
            # It has been run again, or has to be.
            found = [status for status in found if status["uuid"] not in job.given_up]
        if len(found) > 1:
            job.finish("wrong", f"it runs {len(found)} times")
        return found[0] if found else None

    def _check(self, job, status, restores):
        was_restored = self._cluster.restores > restores
        if status["phase"] == "succeeded":
            return self._compare(job)
        if was_restored:
            # Its output was half in place, or is not its own any more.
            job.given_up.add(status["uuid"])
            return None
        if status["phase"] == "failed":
            return job.finish("lost", json.dumps(status.get("failure")))
        if not job.is_unwanted:
            return job.finish("lost", "it was cancelled, by nobody here")
        if job.output.exists():
            names = sorted(path.name for path in job.output.rglob("*"))
            return job.finish("wrong", f"it was cancelled, and left {names}")
        return job.finish("cancelled")

    def _compare(self, job):
        """Ends a job whose output is in place."""
        difference = job.workload.difference(job.output)
        if difference is not None:
            return job.finish("wrong", difference)
        # Kept, so that what comes late is seen, but not its bytes.
        for part in job.output.glob("part-*"):
            part.write_bytes(b"")
        return job.finish("done")
