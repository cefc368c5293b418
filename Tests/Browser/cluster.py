"""A real cluster: coordinator and workers as the user starts them."""

import json
import os
import pathlib
import pty
import re
import secrets
import signal
import subprocess
import tempfile
import threading

BUILD = pathlib.Path(os.environ.get("BUILD", ".build/debug")).resolve()
PATIENCE = 300


class Cluster:
    """Runs `mapreduce cluster`, in a folder of its own which is gone after it."""

    def __init__(self, token=None, workers=2, slots=2):
        self.kept = tempfile.TemporaryDirectory(prefix="dashboard-")
        self.folder = pathlib.Path(self.kept.name)
        self.token = token or secrets.token_hex(16)
        self.workers = workers
        self.slots = slots
        self.address = "127.0.0.1:0"
        self.process = None
        self.output = []
        self.opened = []
        try:
            self.start()
        except BaseException:
            self.close()
            raise

    @property
    def environment(self):
        environment = {k: v for k, v in os.environ.items() if not k.startswith("MAPREDUCE_")}
        environment["MAPREDUCE_TOKEN"] = self.token
        return environment

    def start(self):
        """Begins, and waits until all workers are there; the port stays what it was before."""
        self.process = subprocess.Popen(
            [
                BUILD / "mapreduce", "cluster", "--workers", str(self.workers),
                "--slots", str(self.slots), "--listen", self.address,
                "--data", self.folder / "data", "--scratch", self.folder,
            ],
            env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            # A group of its own, so that all of it can be killed at once.
            start_new_session=True,
        )
        for line in self.process.stdout:
            self.output.append(line)
            match = re.match(r"coordinator at (http://(\S+)),", line)
            if match:
                self.url, self.address = match[1], match[2]
                break
        else:
            raise RuntimeError("the cluster does not start: " + "".join(self.output))
        # The rest is read, so that nothing waits for it to be.
        self.reader = threading.Thread(target=self.drain, args=(self.process,), daemon=True)
        self.reader.start()

    def drain(self, process):
        with process.stdout:
            for line in process.stdout:
                self.output.append(line)

    def kill(self):
        """Ends all processes at once, with no chance to tell anybody."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.reader.join()

    def run(self, *arguments, check=True):
        """What the command prints."""
        done = subprocess.run(
            [BUILD / "mapreduce", *map(str, arguments)],
            env=self.environment, capture_output=True, text=True, timeout=PATIENCE, check=False,
        )
        if check and done.returncode != 0:
            raise AssertionError(f"mapreduce {arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def json(self, *arguments):
        return json.loads(
            self.run(*arguments, "--coordinator", self.url, "--json", check=False)
        )

    def report(self, job):
        """Everything that is known of a job."""
        return self.json("job", job)

    def submit(self, job, *arguments):
        """The number of the job, which runs on."""
        said = self.run(
            "submit", "--coordinator", self.url, "--detach", BUILD / job, *arguments,
        )
        return int(re.search(r"\d+", said)[0])

    def wait(self, job):
        """How the job ended: its report."""
        self.run("wait", job, "--coordinator", self.url, check=False)
        return self.report(job)

    def file(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def waiting(self, name):
        """Arguments by which a job waits at its bad records until `let_go`."""
        gates = self.folder / name
        gates.mkdir()
        os.mkfifo(gates / "sea")
        return ["--map-at", "bad", "--fault", "wait", "--gates", gates]

    def let_go(self, arguments):
        """Lets all go on that wait, now and later."""
        self.opened.append(os.open(arguments[-1] / "sea", os.O_RDWR))

    def close(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()
        for descriptor in self.opened:
            os.close(descriptor)
        self.kept.cleanup()


class Shown:
    """`mapreduce cluster` without a token of the user's, on a terminal."""

    def __init__(self):
        self.kept = tempfile.TemporaryDirectory(prefix="dashboard-")
        environment = {k: v for k, v in os.environ.items() if not k.startswith("MAPREDUCE_")}
        own, other = pty.openpty()
        self.process = subprocess.Popen(
            [BUILD / "mapreduce", "cluster", "--workers", "1", "--listen", "127.0.0.1:0",
             "--scratch", self.kept.name],
            env=environment | {"XDG_STATE_HOME": self.kept.name}, stdin=subprocess.DEVNULL,
            stdout=other, stderr=other, start_new_session=True,
        )
        os.close(other)
        self.text = b""
        while b"Ctrl-C stops" not in self.text:
            try:
                self.text += os.read(own, 4096)
            except OSError as error:
                raise RuntimeError(f"the cluster does not start: {self.text}") from error
        self.terminal = own

    def find(self, pattern):
        return re.search(pattern, self.text.decode())[1]

    def close(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(PATIENCE)
            os.close(self.terminal)
            self.kept.cleanup()
