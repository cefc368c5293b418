"""A coordinator and workers as processes, with a proxy before each of them."""

import json
import os
import secrets
import shutil
import signal
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

from processes import Service, children, wait_until_stopped
from proxy import Proxy

# Silence after which a worker is given up, in seconds.
DEAD_AFTER = 4
# The small disk, in bytes: room for the programs of all jobs, and for some runs.
DISK_BYTES = 72 << 20

MOUNT = 'mount -t tmpfs -o size="$1" tmpfs "$2" || exit 9; shift 2; exec "$@"'
NAMESPACE = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", MOUNT, "sh"]


def can_mount(place):
    """Whether a file system can be mounted in a namespace of its own."""
    if shutil.which("unshare") is None:
        return False
    place.mkdir()
    command = NAMESPACE + [str(1 << 20), str(place), "true"]
    try:
        return subprocess.run(command, capture_output=True).returncode == 0
    finally:
        place.rmdir()


class Worker:
    """A place for a worker: its directory and its proxies outlive the process."""

    def __init__(self, cluster, number, has_small_disk=False):
        self.number = number
        self.has_small_disk = has_small_disk
        self._cluster = cluster
        self._base = cluster.directory / "scratch" / f"worker{number}"
        self._base.mkdir(parents=True)
        self._lives = 0
        self.service = None
        # From it to the coordinator, and from the others to it.
        self.outward = Proxy(cluster.network, f"{cluster.seed}/outward/{number}")
        self.inward = Proxy(cluster.network, f"{cluster.seed}/inward/{number}")
        self.is_stopped = False
        self.is_cut_off = False
        # Whether its place stays empty when it has drained.
        self.is_leaving = False

    def start(self):
        self._lives += 1
        self.outward.target = self._cluster.port
        self.is_stopped = False
        command = []
        if self.has_small_disk:
            command += NAMESPACE + [DISK_BYTES, self._base]
        command += [
            self._cluster.products / "mapreduce", "worker", "--coordinator", self.outward.url,
            "--advertise", self.inward.url, "--scratch", self._base, "--slots", 2,
            "--drain-timeout", 10,
        ]
        # With little room it takes no work, or it meets the end of the disk.
        is_careful = self.has_small_disk and self._lives % 2 == 0
        command += ["--min-free-disk", "4M" if is_careful else "1"]
        # Some read the files of others, and some fetch them as from another machine.
        if self.number % 3 != 0:
            command.append("--fetch-over-network")
        name = f"worker{self.number}-{self._lives}"
        self.service = Service(name, command, self._cluster.logs)
        self.inward.target = self.service.port()

    def kill(self):
        self.inward.target = None
        self.service.kill()

    @property
    def is_running(self):
        return self.service is not None and self.service.code is None

    @property
    def is_well(self):
        """Whether it can work, as far as is known here."""
        return (self.is_running and not self.service.is_ending and not self.is_stopped
                and not self.is_cut_off)

    @property
    def scratch(self):
        """Its files, as they are seen from here."""
        if self.has_small_disk:
            return Path(f"/proc/{self.service.pid}/root{self._base}")
        return self._base

    def files(self, pattern):
        """The files of its scratch directory, in order; those of jobs come and go meanwhile."""
        try:
            return sorted(self.scratch.glob(pattern))
        except OSError:
            return []

    def tasks(self):
        """The ids of its task processes."""
        return children(self.service.pid) if self.is_running else []


class Cluster:
    """The coordinator and its workers."""

    def __init__(self, directory, products, network, seed):
        self.directory = directory
        self.products = products
        self.network = network
        self.seed = seed
        # Behind proxies, the services are called by other ports than their own, which those
        # without a token refuse.
        os.environ["MAPREDUCE_TOKEN"] = secrets.token_hex(16)
        self.logs = directory / "logs"
        self.logs.mkdir()
        self.workers = []
        # From clients to the coordinator.
        self.entrance = Proxy(network, f"{seed}/entrance")
        self._lives = 0
        self._copies = 0
        # How often a copy of the coordinator's data was put back.
        self.restores = 0
        self.coordinator = None
        self.port = None
        # Every service that there was.
        self.services = []

    # Services

    def launch_coordinator(self):
        """Starts the process, and does not wait until it listens."""
        self._lives += 1
        self.coordinator = Service(
            f"coordinator-{self._lives}",
            [self.products / "mapreduce", "coordinator", "--listen", "127.0.0.1:0", "--data",
             self.data, "--dead-after", DEAD_AFTER, "--keep-jobs", 100_000],
            self.logs)
        self.services.append(self.coordinator)

    def start_coordinator(self):
        self.launch_coordinator()
        self.port = self.coordinator.port()
        for proxy in self._ways_in():
            proxy.target = self.port

    def kill_coordinator(self):
        """Its port may be another one's from now on, to which nobody must be led."""
        for proxy in self._ways_in():
            proxy.target = None
        self.coordinator.kill()

    @property
    def data(self):
        """The coordinator's directory."""
        return self.directory / "journal"

    def copy_data(self):
        """Copies the coordinator's data at one moment; returns where the copy is."""
        self._copies += 1
        copy = self.directory / "copies" / str(self._copies)
        is_running = self.coordinator.code is None
        # Nothing is written while the process is stopped.
        if is_running:
            self.coordinator.send(signal.SIGSTOP)
            wait_until_stopped(self.coordinator.pid)
        try:
            shutil.copytree(self.data, copy)
        finally:
            if is_running:
                self.coordinator.send(signal.SIGCONT)
        return copy

    def put_back(self, copy):
        """Puts a copy in the place of the data; the coordinator has ended."""
        shutil.rmtree(self.data)
        copy.rename(self.data)
        self.restores += 1

    def _ways_in(self):
        return [self.entrance] + [worker.outward for worker in self.workers]

    def start(self, worker):
        worker.start()
        self.services.append(worker.service)

    def add_worker(self, has_small_disk=False):
        worker = Worker(self, len(self.workers) + 1, has_small_disk)
        self.workers.append(worker)
        self.start(worker)
        return worker

    @property
    def well_workers(self):
        return [worker for worker in self.workers if worker.is_well]

    @property
    def ended(self):
        """The services that have ended and were not told to."""
        return [service for service in self.services
                if service.code is not None and not service.is_ending]

    # Commands

    @property
    def environment(self):
        return os.environ | {"MAPREDUCE_COORDINATOR": self.entrance.url}

    def command(self, *words):
        """A command of `mapreduce`."""
        return [str(word) for word in (self.products / "mapreduce", *words)]

    def jobs(self):
        """All jobs, asked without a proxy; None when the coordinator does not answer."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/v1/jobs",
            headers={"Authorization": "Bearer " + os.environ["MAPREDUCE_TOKEN"]})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.load(answer)
        except (OSError, urllib.error.URLError, ValueError):
            return None
