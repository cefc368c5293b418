"""Processes: those that are started here, and what the system says of others."""

import ctypes
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

# The longest that a service may take to listen, in seconds: the machine may be busy.
START_SECONDS = 60
PTRACE_SEIZE = 0x4206
LIBC = ctypes.CDLL(None)
LIBC.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
LIBC.ptrace.restype = ctypes.c_long


class Service:
    """A coordinator or a worker, which prints a line when it listens."""

    def __init__(self, name, command, logs):
        self.name = name
        self._output = logs / f"{name}.out"
        with open(self._output, "wb") as output, open(logs / f"{name}.log", "wb") as log:
            self._process = subprocess.Popen(
                [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=output,
                stderr=log, start_new_session=True)
        self.pid = self._process.pid
        # Whether it was told to end; one that ends without being told has a bug.
        self.is_ending = False

    def port(self):
        """Where it listens; waits until it does, and is None if it ends before."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            # A worker prints where it says that it is, and not where it listens.
            if self._output.stat().st_size > 0 and (ports := listening(self.pid)):
                return ports[0]
            if self.code is not None:
                return None
            time.sleep(0.02)
        raise TimeoutError(f"{self.name} does not listen after {START_SECONDS} s")

    @property
    def code(self):
        """The code with which it ended; None while it runs."""
        return self._process.poll()

    def send(self, number):
        self._process.send_signal(number)

    def kill(self):
        """Ends it as a loss of power does, with nothing else; also one that is stopped."""
        self.is_ending = True
        self._process.kill()
        self._process.wait()

    def terminate(self):
        """Tells it to end, when it is ready to."""
        self.is_ending = True
        self._process.terminate()

    def wait(self, seconds):
        """The code with which it ends; None if it has not after so many seconds."""
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return None


class Stuck:
    """Keeps a process from being reaped by its parent, until it is released: a thread traces it,
    and hears of its end first."""

    def __init__(self, pid):
        self.is_held = False
        self._may_end = threading.Event()
        is_attached = threading.Event()

        def trace():
            self.is_held = LIBC.ptrace(PTRACE_SEIZE, pid, None, None) == 0
            is_attached.set()
            self._may_end.wait()

        threading.Thread(target=trace, daemon=True).start()
        is_attached.wait()
        if not self.is_held:
            self.release()

    def release(self):
        self._may_end.set()


def listening(pid):
    """The ports on which a process listens."""
    try:
        descriptors = [os.readlink(entry) for entry in Path(f"/proc/{pid}/fd").iterdir()]
        rows = [line.split() for line in Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]]
    except OSError:
        return []  # It has ended, or closed one of them meanwhile.
    # Columns: local address, state, inode. The state 0A is that of a listener.
    return [int(row[1].rsplit(":", 1)[1], 16) for row in rows
            if row[3] == "0A" and f"socket:[{row[9]}]" in descriptors]


def children(pid):
    """The ids of the processes that a process has started, and that run."""
    found = []
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            found += [int(child) for child in (thread / "children").read_text().split()]
    except OSError:
        pass  # It has ended meanwhile.
    return sorted(found)


def wait_until_stopped(pid):
    """Waits until no thread of a process that was stopped runs any more, or it has ended."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            states = [(thread / "stat").read_text().rsplit(")", 1)[1].split()[0]
                      for thread in Path(f"/proc/{pid}/task").iterdir()]
        except OSError:
            return
        if all(state in "TtZX" for state in states):
            return
        time.sleep(0.005)
    raise TimeoutError(f"process {pid} does not stop")


def kill(pid):
    """Kills a process; returns whether it was there."""
    try:
        os.kill(pid, signal.SIGKILL)
        return True
    except ProcessLookupError:
        return False


def kill_group(leader):
    """Kills a process and those that it has started; returns whether it was there."""
    try:
        os.killpg(leader, signal.SIGKILL)
        return True
    except ProcessLookupError:
        return False


def naming(directory):
    """Processes whose command line, program or directory is below a directory: id and words."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            # What has ended, and waits for its parent to notice, has no words.
            if not words:
                continue
            places = [os.readlink(entry / "cwd"), os.readlink(entry / "exe"), words]
        except OSError:
            continue  # It has ended meanwhile, or is somebody else's.
        if any(str(directory) in place for place in places):
            found.append((int(entry.name), words.strip()))
    return sorted(found)
