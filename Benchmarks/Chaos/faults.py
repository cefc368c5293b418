"""What is done to a cluster: a plan that a seed decides, and its injection."""

import heapq
import itertools
import random
import signal
import subprocess
import time
from collections import Counter
from contextlib import suppress

import processes
from cluster import DEAD_AFTER

# Kinds of faults, each with its share of the plan.
SHARES = {
    "worker killed": 3,
    "worker killed with its tasks": 1,
    "worker stopped briefly": 3,
    "worker stopped for long": 1,
    "worker drained and replaced": 1,
    "worker added or taken away": 1,
    "task process killed": 4,
    "task process stuck": 1,
    "coordinator killed": 1,
    "coordinator killed twice": 1,
    "coordinator stopped": 1,
    "coordinator's data put back": 1,
    "small disk filled": 2,
    "bit flipped in a run": 6,
    "bit flipped on the way": 4,
    "answer cut off": 2,
    "connections cut": 3,
    "connections refused": 2,
    "connections delayed": 2,
    "connections silent": 1,
    "peers cut off": 1,
    "peers refused": 2,
    "job cancelled": 2,
}
# Those that proxies do to what comes by next, and count when they have.
ON_THE_WAY = ["bit flipped on the way", "answer cut off"]
# Workers beyond those of the start.
MOST_ADDED = 2
# How long a task process is kept that a worker gives up after 5 s.
STUCK_SECONDS = 8
# What is left of a disk that is filled, in bytes.
SPARE_BYTES = 1 << 16


def plan(seed, seconds, interval, kinds):
    """Moments with a kind each, at random intervals around the one given, all in seconds."""
    draw = random.Random(f"{seed}/plan")
    shares = [SHARES[kind] for kind in kinds]
    moment = 0.0
    while (moment := moment + draw.expovariate(1 / interval)) < seconds:
        yield moment, draw.choices(kinds, shares)[0]


class Injector:
    """Does what the plan says, and takes it back in time.

    The seed decides what is tried, when, and on which of those that could be hit; who these are
    depends on how far the real processes have come.
    """

    def __init__(self, cluster, stream, tell, pulse):
        self._cluster = cluster
        self._stream = stream
        self._tell = tell
        # Called again and again, while there is nothing to do.
        self._pulse = pulse
        self._first_count = len(cluster.workers)
        # What is to be taken back: moments with actions.
        self._recoveries = []
        self._order = itertools.count()
        self._draw = random.Random()
        self._cancellations = []
        # Faults by kind.
        self.injected = Counter()

    def run(self, faults, seconds):
        """Injects a plan, and returns after so many seconds."""
        start = time.monotonic()
        for index, (moment, kind) in enumerate(faults):
            self._wait_until(start + moment)
            self._draw = random.Random(f"{self._cluster.seed}/fault/{index}")
            what = getattr(self, "_" + kind.replace(" ", "_").replace("'", ""))()
            self._tell(f"{kind}: {what or 'left out, as there is nothing to hit'}")
            if what and kind not in ON_THE_WAY:
                self.injected[kind] += 1
        self._wait_until(start + seconds)

    def _wait_until(self, moment):
        """Takes back meanwhile what is due."""
        while self._recoveries and self._recoveries[0][0] <= moment:
            due, _, recover = heapq.heappop(self._recoveries)
            self._sleep_until(due)
            recover()
        self._sleep_until(moment)

    def _sleep_until(self, moment):
        while (seconds := moment - time.monotonic()) > 0:
            self._pulse()
            time.sleep(min(seconds, 1))

    def heal(self):
        """Takes back all that is left."""
        while self._recoveries:
            heapq.heappop(self._recoveries)[2]()
            # Some wait for a process to end, and come again until it has.
            time.sleep(0.02)
        for proxy in [self._cluster.entrance] + [
                proxy for worker in self._cluster.workers
                for proxy in (worker.inward, worker.outward)]:
            proxy.heal()

    def count_on_the_way(self):
        """Counts what the proxies did to what came by."""
        for worker in self._cluster.workers:
            self.injected["bit flipped on the way"] += worker.inward.flipped
            self.injected["answer cut off"] += worker.inward.torn + worker.outward.torn

    def stop(self):
        for command in self._cancellations:
            command.kill()
            command.wait()

    def _later(self, seconds, action):
        heapq.heappush(self._recoveries, (time.monotonic() + seconds, next(self._order), action))

    # MARK: workers

    def _victim(self, workers=None):
        """A worker, if another one is left that is well."""
        well = self._cluster.well_workers
        candidates = well if workers is None else [worker for worker in workers if worker in well]
        return self._draw.choice(candidates) if len(well) > 1 and candidates else None

    def _start_again(self, worker):
        """Waits until one that drains has gone, and gives its place to another process."""
        if worker.service.code is None:
            return self._later(0.2, lambda: self._start_again(worker))
        self._cluster.start(worker)

    def _worker_killed(self):
        if worker := self._victim():
            worker.kill()
            self._later(self._draw.uniform(0, 3), lambda: self._cluster.start(worker))
            return worker.service.name

    def _worker_killed_with_its_tasks(self):
        if worker := self._victim():
            tasks = worker.tasks()
            worker.kill()
            # One that has crashed is being looked at by a process of its group, which would wait
            # for it for ever.
            killed = sum(processes.kill_group(task) for task in tasks)
            self._later(self._draw.uniform(0, 3), lambda: self._cluster.start(worker))
            return f"{worker.service.name} and {killed} tasks"

    def _worker_stopped_briefly(self):
        return self._stop_worker(self._draw.uniform(0.2, DEAD_AFTER / 2))

    def _worker_stopped_for_long(self):
        return self._stop_worker(DEAD_AFTER + self._draw.uniform(1, 4))

    def _stop_worker(self, seconds):
        if worker := self._victim():
            service = worker.service
            service.send(signal.SIGSTOP)
            worker.is_stopped = True

            def go_on():
                service.send(signal.SIGCONT)
                worker.is_stopped = False

            self._later(seconds, go_on)
            return f"{service.name} for {seconds:.1f} s"

    def _worker_drained_and_replaced(self):
        if worker := self._victim():
            worker.service.terminate()
            self._later(0.2, lambda: self._start_again(worker))
            return worker.service.name

    def _worker_added_or_taken_away(self):
        added = self._cluster.workers[self._first_count:]
        if len(added) < MOST_ADDED:
            return self._cluster.add_worker().service.name
        away = [worker for worker in added if worker.is_leaving and not worker.is_running]
        if away:
            away[0].is_leaving = False
            self._cluster.start(away[0])
            return away[0].service.name
        if worker := self._victim(added):
            worker.is_leaving = True
            worker.service.terminate()
            return f"{worker.service.name} goes"

    def _task_process_killed(self):
        tasks = [task for worker in self._cluster.workers for task in worker.tasks()]
        if tasks and processes.kill(task := self._draw.choice(tasks)):
            return f"process {task}"

    def _task_process_stuck(self):
        """Kills a task process that its worker cannot reap: as one that waits for a dead disk."""
        tasks = [task for worker in self._cluster.well_workers for task in worker.tasks()]
        if not tasks:
            return None
        stuck = processes.Stuck(task := self._draw.choice(tasks))
        if not stuck.is_held:
            return None
        seconds = self._draw.choice([1, STUCK_SECONDS])
        self._later(seconds, stuck.release)
        return f"process {task} for {seconds} s" if processes.kill(task) else None

    # MARK: the coordinator

    def _coordinator_killed(self):
        if self._cluster.coordinator.is_ending:
            return None
        seconds = self._draw.choice([0, 0.5, 2, DEAD_AFTER + 2])
        self._cluster.kill_coordinator()
        self._later(seconds, self._cluster.start_coordinator)
        return f"for {seconds} s"

    def _coordinator_killed_twice(self):
        if self._cluster.coordinator.is_ending:
            return None
        seconds = self._draw.uniform(0, 0.4)
        self._cluster.kill_coordinator()
        self._cluster.launch_coordinator()
        time.sleep(seconds)
        self._cluster.kill_coordinator()
        self._cluster.start_coordinator()
        return f"after {seconds:.2f} s"

    def _coordinator_stopped(self):
        service = self._cluster.coordinator
        if service.is_ending:
            return None
        seconds = self._draw.choice([0.3, 1, DEAD_AFTER + 1])
        service.send(signal.SIGSTOP)
        self._later(seconds, lambda: service.send(signal.SIGCONT))
        return f"for {seconds} s"

    def _coordinators_data_put_back(self):
        """What was written since the copy is forgotten; workers go on, and know more."""
        if self._cluster.coordinator.is_ending:
            return None
        seconds = self._draw.uniform(0.2, 6)
        copy = self._cluster.copy_data()

        def put_back():
            if self._cluster.coordinator.is_ending:
                return self._later(0.2, put_back)
            self._cluster.kill_coordinator()
            self._cluster.put_back(copy)
            self._cluster.start_coordinator()

        self._later(seconds, put_back)
        return f"those of {seconds:.1f} s before"

    # MARK: disks

    def _small_disk_filled(self):
        workers = [worker for worker in self._cluster.well_workers if worker.has_small_disk]
        if not workers:
            return None
        file = self._draw.choice(workers).scratch / "filler"
        byte_count = 0
        try:
            with open(file, "wb", buffering=0) as filler:
                with suppress(OSError):  # The disk is full.
                    while written := filler.write(bytes(1 << 20)):
                        byte_count += written
                filler.truncate(max(byte_count - self._draw.choice([0, SPARE_BYTES]), 0))
        except OSError:
            return None  # Its worker has ended, and the disk with it.

        def free():
            with suppress(OSError):
                file.unlink()

        seconds = self._draw.uniform(0.5, 4)
        self._later(seconds, free)
        return f"{byte_count >> 10} KiB for {seconds:.1f} s"

    def _bit_flipped_in_a_run(self):
        files = [file for worker in self._cluster.workers if worker.is_running
                 for file in worker.files("_mapreduce-*/job*/**/*.run")]
        self._draw.shuffle(files)
        for path in files:
            # A job may have ended meanwhile, and its files are gone.
            with suppress(OSError), open(path, "r+b") as file:
                size = file.seek(0, 2)
                if size == 0:
                    continue
                offset, bit = self._draw.randrange(size), self._draw.randrange(8)
                file.seek(offset)
                byte = file.read(1)[0]
                file.seek(offset)
                file.write(bytes([byte ^ 1 << bit]))
                return f"{path}, bit {bit} of byte {offset} of {size}"
        return None

    # MARK: the network

    def _bit_flipped_on_the_way(self):
        return self._arm("flips")

    def _answer_cut_off(self):
        return self._arm("tears")

    def _arm(self, name):
        """Has a proxy do something to what comes by next: segments, or also what workers ask."""
        workers = self._cluster.well_workers
        ways = [worker.inward for worker in workers]
        if name == "tears":
            ways += [worker.outward for worker in workers]
        if not ways:
            return None
        way = self._draw.choice(ways)
        setattr(way, name, getattr(way, name) + 1)
        return f"the next answer at port {way.port}"

    def _connections_cut(self):
        way, name = self._way()
        way.cut()
        return name

    def _connections_refused(self):
        return self._break("refuses", True, self._draw.uniform(0.3, 3))

    def _connections_delayed(self):
        return self._break("delay", self._draw.uniform(0.02, 0.5), self._draw.uniform(1, 4))

    def _break(self, name, value, seconds):
        way, where = self._way()
        setattr(way, name, value)
        if name == "refuses":
            way.cut()
        self._later(seconds, way.heal)
        return f"{where} for {seconds:.1f} s"

    def _way(self):
        """A proxy: between clients, the coordinator and the workers."""
        ways = [(self._cluster.entrance, "clients to the coordinator")]
        for worker in self._cluster.workers:
            ways.append((worker.outward, f"worker {worker.number} to the coordinator"))
            ways.append((worker.inward, f"the others to worker {worker.number}"))
        return self._draw.choice(ways)

    def _connections_silent(self):
        """A worker that is cut off, and does not know; for longer than it is waited for."""
        if worker := self._victim():
            seconds = self._draw.choice([1, DEAD_AFTER + 2])
            worker.is_cut_off = True
            for way in (worker.outward, worker.inward):
                way.silence()

            def hear():
                worker.is_cut_off = False
                for way in (worker.outward, worker.inward):
                    way.heal()

            self._later(seconds, hear)
            return f"{worker.service.name} for {seconds} s"

    def _peers_cut_off(self):
        """A worker that hears the coordinator, and from which no other one gets an answer."""
        if worker := self._victim():
            seconds = self._draw.choice([1, DEAD_AFTER + 2])
            worker.inward.silence()
            self._later(seconds, worker.inward.heal)
            return f"the others from {worker.service.name} for {seconds} s"

    def _peers_refused(self):
        """A worker that the others do not reach, and that the coordinator hears."""
        if worker := self._victim():
            seconds = self._draw.choice([3, 20])
            worker.inward.refuses = True
            worker.inward.cut()
            self._later(seconds, worker.inward.heal)
            return f"by {worker.service.name} for {seconds} s"

    # MARK: jobs

    def _job_cancelled(self):
        jobs = [job for job in self._stream.running if not job.is_unwanted]
        if not jobs:
            return None
        job = self._draw.choice(jobs)
        if job.id is not None:
            job.is_unwanted = True
            self._cancellations.append(subprocess.Popen(
                self._cluster.command("cancel", job.id), env=self._cluster.environment,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
            return f"job {job.number}, by `cancel`"
        if job.process is not None and not job.is_detached:
            job.is_unwanted = True
            job.process.terminate()
            return f"job {job.number}, by a signal"
        return None
