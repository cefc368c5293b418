"""What a page of another site can do to the services of the machine on which it is looked at."""

import hashlib
import http.server
import json
import os
import pathlib
import re
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

from browser import Browser
from cluster import BUILD, PATIENCE, Cluster

# Names of the attacker's, which its name server resolves to the victim's own machine.
REBOUND = "rebound.test"
FOREIGN = "foreign.test"

# Uploads a program, submits a job that runs it, and joins as a worker: what each call said. `mode`
# and the types are those that a browser sends without asking the service first.
ATTACK = """(async (url, digest, program, job, join) => {
  const ask = async (path, options) => {
    try {
      const answer = await fetch(url + path, options);
      return [answer.status, await answer.text()];
    } catch (error) {
      return [0, String(error)];
    }
  };
  const results = {};
  for (const type of ["application/json", "text/plain"]) {
    for (const mode of ["cors", "no-cors"]) {
      const headers = { "Content-Type": type };
      const name = `${type} ${mode}`;
      results[`PUT ${name}`] = await ask("/v1/executables/" + digest, {
        method: "PUT", mode: mode === "cors" ? mode : "cors", headers, body: program });
      results[`POST jobs ${name}`] = await ask("/v1/jobs", {
        method: "POST", mode, headers, body: job });
      results[`POST workers ${name}`] = await ask("/v1/workers", {
        method: "POST", mode, headers, body: join });
      results[`GET ${name}`] = await ask("/v1/jobs", { mode });
    }
  }
  return results;
})(%s)"""


class Service:
    """A service of the machine without a token, as a developer starts it."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [BUILD / "mapreduce", *map(str, arguments)], stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
            env={k: v for k, v in os.environ.items() if not k.startswith("MAPREDUCE_")},
        )
        self.url = re.search(r" at (http://\S+)", self.process.stdout.readline())[1]

    @property
    def port(self):
        return self.url.rsplit(":", 1)[1]

    def json(self, path):
        with urllib.request.urlopen(self.url + path, timeout=PATIENCE) as answer:
            return json.load(answer)

    def close(self):
        self.process.terminate()
        self.process.wait(PATIENCE)
        self.process.stdout.close()


class Site(http.server.BaseHTTPRequestHandler):
    """The attacker's own site: an empty page."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>kittens</title>")

    def log_message(self, *arguments):
        pass


class Attack(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.browser = Browser(os.environ.get("CHROMIUM", "chromium"), [
            f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1, MAP {FOREIGN} 127.0.0.1"])
        cls.addClassCleanup(cls.browser.close)
        site = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Site)
        cls.addClassCleanup(site.server_close)
        cls.addClassCleanup(site.shutdown)
        threading.Thread(target=site.serve_forever, daemon=True).start()
        cls.foreign = f"http://{FOREIGN}:{site.server_port}"
        cls.local = f"http://127.0.0.1:{site.server_port}"
        kept = tempfile.TemporaryDirectory(prefix="attack-")
        cls.addClassCleanup(kept.cleanup)
        cls.folder = pathlib.Path(kept.name)

    def page(self):
        page = self.browser.page("http://")
        self.addCleanup(page.close)
        return page

    def attack(self, page, url):
        """What the calls of an attack said."""
        owned = self.folder / "owned"
        program = f"#!/bin/sh\ntouch {owned}\n"
        digest = hashlib.sha256(program.encode()).hexdigest()
        job = {"owner": "eve", "program": {"sha256": digest, "arguments": ["job"],
                                           "directory": "/", "slotCount": 1}}
        join = {"version": 1, "incarnation": "eve", "url": "http://127.0.0.1:1", "host": "eve",
                "slots": 4096, "attempts": []}
        words = [url, digest, program, json.dumps(job), json.dumps(join)]
        results = page.run(ATTACK % ", ".join(map(json.dumps, words)))
        self.assertEqual(len(results), 16)
        self.assertFalse(owned.exists())
        return digest, results

    def refused(self, results, statuses):
        for name, (status, text) in results.items():
            # What a browser hides from the page has the status 0.
            self.assertIn(status, statuses, f"{name}: {text}")

    def check_untouched(self, service, digest):
        self.assertEqual(service.json("/v1/jobs"), [])
        self.assertEqual(service.json("/v1/workers"), [])
        with self.assertRaises(urllib.error.HTTPError) as caught:
            service.json("/v1/executables/" + digest)
        self.assertEqual(caught.exception.code, 404)

    def coordinator(self):
        service = Service("coordinator", "--listen", "127.0.0.1:0", "--data",
                          tempfile.mkdtemp(dir=self.folder))
        self.addCleanup(service.close)
        return service

    def test_a_name_that_is_rebound_gets_nothing(self):
        service = self.coordinator()
        page = self.page()
        rebound = f"http://{REBOUND}:{service.port}"
        # The document is of the attacker's origin: what its script asks is of the same site.
        page.open(rebound)
        self.assertEqual(page.run("location.origin"), rebound)
        digest, results = self.attack(page, rebound)
        self.refused(results, [403])
        self.check_untouched(service, digest)

    def test_other_sites_get_nothing(self):
        service = self.coordinator()
        # The second is the same site, as a site has all ports of a host.
        for site in (self.foreign, self.local):
            page = self.page()
            page.open(site)
            digest, results = self.attack(page, service.url)
            self.refused(results, [0])
            self.check_untouched(service, digest)
            # The same calls of the service's own page are let in.
            page.open(service.url)
            self.assertEqual(page.run(
                "fetch('/v1/jobs').then((answer) => answer.status)"), 200)

    def test_a_worker_without_a_token_gives_nothing(self):
        coordinator = self.coordinator()
        worker = Service("worker", "--coordinator", coordinator.url, "--scratch",
                         tempfile.mkdtemp(dir=self.folder), "--slots", 1)
        self.addCleanup(worker.close)
        end = time.monotonic() + PATIENCE
        while not coordinator.json("/v1/workers") and time.monotonic() < end:
            pass
        rebound = f"http://{REBOUND}:{worker.port}"
        for site, url, status in [(rebound, rebound, 403), (self.foreign, worker.url, 0)]:
            page = self.page()
            page.open(site)
            for path in ("/metrics", "/v1/check", "/v1/logs/1/0/0/0", "/v1/segments/1/0/0/0/0"):
                said = page.run(
                    "fetch(%s).then((answer) => answer.status, () => 0)" % json.dumps(url + path))
                self.assertEqual(said, status, path)
        # The real worker is still the only one.
        self.assertEqual([one["url"] for one in coordinator.json("/v1/workers")], [worker.url])

    def test_a_cluster_of_one_command_wants_its_token(self):
        cluster = Cluster(workers=1)
        self.addCleanup(cluster.close)
        page = self.page()
        rebound = f"http://{REBOUND}:{cluster.address.rsplit(':', 1)[1]}"
        page.open(rebound)
        _, results = self.attack(page, rebound)
        self.refused(results, [401])
        page.open(self.foreign)
        _, results = self.attack(page, cluster.url)
        self.refused(results, [0])
        self.assertEqual(cluster.json("jobs"), [])
