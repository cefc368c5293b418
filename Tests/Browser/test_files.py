"""Pages that are opened as files: reports, and a page that follows a run."""

import os
import pathlib
import re
import tempfile

import looks
import pages
import reports
import words
from case import BrowserCase

TEXT = "the lantern of the keeper\nbad luck and the sea\n" * 500


class Files(BrowserCase):
    @classmethod
    def setUpClass(cls):
        kept = tempfile.TemporaryDirectory(prefix="reports-")
        cls.addClassCleanup(kept.cleanup)
        cls.folder = pathlib.Path(kept.name)
        cls.input = cls.folder / "input.txt"
        cls.input.write_text(TEXT)
        cls.file = cls.folder / "report.html"
        done = pages.run("wordcount", cls.input, "-o", cls.folder / "out", "--report", cls.file,
                         "--split-size", "4K")
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        cls.said = done.stdout + done.stderr
        cls.document = cls.file.read_text()

    def open(self, path, fragment="", **options):
        page = self.page("file://", **options)
        page.open(path.as_uri() + fragment)
        return page

    def open_generated(self, name, report, fragment=""):
        path = self.folder / f"{name}.html"
        path.write_text(pages.with_report(self.document, report))
        return self.open(path, fragment)

    def test_a_report_shows_the_run_that_wrote_it(self):
        page = self.open(self.file)
        page.wait("document.querySelector('#section-counters')")
        report = pages.report_in(self.document)
        job = report["job"]
        read = words.counter(job["counters"], "bytes.read")
        self.assertEqual(self.figure(page, "duration"), words.duration(job["seconds"]))
        self.assertEqual(self.figure(page, "input"), words.in_bytes(read))
        self.assertEqual(
            self.figure(page, "records"),
            words.count(words.counter(job["counters"], "records.read")),
        )
        # The summary in the terminal ends with the same verdict.
        self.assertIn(words.verdict(report["verdict"]["text"]), page.text(".verdict"))
        attempts = self.cells(page, "attempts")
        self.assertEqual(len(attempts), min(len(report["attempts"]), 50))
        self.assertEqual(page.text("#connection"), "")
        looks.check(self, page)
        self.shoot(page, "report", full=True)

    def test_a_report_asks_nobody(self):
        page = self.open(self.file)
        page.wait("document.querySelector('h1')")
        page.drawn()
        self.assertEqual([one["url"] for one in page.requests
                          if not one["url"].startswith("data:")], [self.file.as_uri()])

    def test_all_parts_of_a_small_job(self):
        report = reports.small(1)
        page = self.open_generated("small", report)
        page.wait("document.querySelector('#section-shuffle canvas')?.width > 300")
        skew = page.text("#section-partitions figure")
        shape = report["job"]["stages"][1]["partitions"]
        self.assertIn(words.count(shape["largest"]), skew)
        self.assertIn(f"in partition {shape['largestIndex']}", skew)
        self.assertIn("▲", skew)
        self.assertIn('"the <i>" has 12% of all pairs', skew)
        total = sum(map(sum, report["shuffles"][0]["byteCounts"]))
        self.assertIn(words.in_bytes(total), page.text("#section-shuffle .summary"))
        page.run("document.querySelector('.matrix').focus()")
        page.key("ArrowRight")
        page.key("ArrowDown")
        cell = report["shuffles"][0]["byteCounts"][1][0]
        page.wait("document.querySelector('#matrix-selected').innerText.includes("
                  f"{words.in_bytes(cell)!r})")
        slow = page.text("#section-times figure[data-stage='1'] .stragglers")
        self.assertIn("1 straggler", slow)
        self.assertIn(f"1.{shape['largestIndex']}", slow)
        verdict = page.text(".verdict")
        for part in report["verdict"]["parts"]:
            self.assertIn(words.duration(part["seconds"]), verdict)
        self.assertIn("--workers 40", verdict)
        looks.check(self, page)
        self.shoot(page, "small", full=True)
        self.picture(page, "job", height=1000)

    def test_the_timeline_is_used_with_keys(self):
        report = reports.small(2)
        page = self.open_generated("keys", report, "#/jobs/7/timeline")
        page.wait("document.activeElement.id === 'heading-timeline'")
        page.wait("document.querySelector('.timeline canvas').dataset.rectangles > 0")
        page.run("document.querySelector('.lanes').focus()")
        selected = "document.querySelector('#timeline-selected').innerText"
        page.key("ArrowRight")
        page.wait(f"{selected}.startsWith('Task 0.')")
        first = page.run(selected)
        page.key("ArrowRight")
        page.wait(f"{selected} !== {first!r}")
        page.key("ArrowDown")
        second = page.run(selected)
        self.assertNotEqual(first, second)
        everything = page.text(".range")
        page.key("+")
        page.wait(f"document.querySelector('.range').innerText !== {everything!r}")
        page.key("ArrowRight", shift=True)
        page.key("0")
        page.wait(f"document.querySelector('.range').innerText === {everything!r}")
        page.key("Enter")
        page.wait("document.querySelector('#attempt').open")
        name = re.match(r"Task ([\d.]+)", second)[1]
        self.assertIn(f"Task {name}", page.text("#attempt"))
        looks.check(self, page)
        page.run("history.back()")
        page.wait("!document.querySelector('#attempt').open")

    def test_what_reports_say_is_only_text(self):
        report = reports.small(3)
        evil = "<img src=x onerror=alert(1)></script><script>alert(2)</script>\u2028\"'&amp;"
        report["job"].update(name=evil, owner=evil, output=evil, phase="failed")
        report["plan"]["name"] = evil
        for stage in report["plan"]["stages"]:
            stage["steps"][0]["verb"] = evil
            stage["steps"][0]["file"] = evil
        report["job"]["counters"]["entries"].append({"name": "user." + evil, "value": 5})
        failure = reports.failure(0, 3, 0)
        failure["failure"] = {
            name: evil for name in ("message", "record", "steps", "backtrace", "log", "run")
        } | {"kind": evil, "location": {"path": evil, "offset": 1, "recordNumber": 2}}
        report["failures"] = [failure]
        report["verdict"]["text"] = evil
        report["verdict"]["advice"].update(option=evil, text=evil)
        report["replayCommand"] = "wordcount --replay STAGE.TASK " + evil
        report["workers"][0]["name"] = evil
        report["job"]["stages"][1]["partitions"]["heaviestKey"]["key"] = evil
        page = self.open_generated("evil", report)
        page.wait("document.querySelector('#section-failures')")
        page.click(".failure summary")
        self.assertEqual(page.run("document.querySelector('h1').textContent"), evil)
        self.assertEqual(page.run("document.querySelectorAll('main img, main script').length"), 0)
        self.assertIn(evil, page.run("document.querySelector('.verdict').textContent"))
        self.assertIn(evil, page.run("document.querySelector('.failure').textContent"))
        page.size(360, 740)
        page.drawn()
        self.assertEqual(page.run(looks.SIDEWAYS), [])

    def test_a_large_report_is_read(self):
        report = reports.large(10_000)
        page = self.open_generated("large", report)
        page.wait("document.querySelector('.timeline canvas')?.dataset.rectangles > 0")
        count = len(report["attempts"])
        self.assertIn(words.counted(count, "attempt"),
                      page.text("#section-timeline .summary"))
        failed = sum(one["state"] == "failed" for one in report["attempts"])
        self.assertIn(f"{words.count(failed)} failed", page.text("#section-timeline .summary"))
        looks.check(self, page)
        self.shoot(page, "large", full=True)

    def test_the_timeline_of_a_job_of_some_size(self):
        report = reports.large(1200, workers=6)
        page = self.open_generated("timeline", report)
        page.wait("document.querySelector('.timeline canvas')?.dataset.rectangles > 0")
        self.assertIn("24 slots of 6 workers", page.text("#section-timeline .summary"))
        self.picture(page, "timeline", "#section-timeline")

    def test_a_report_of_a_job_that_failed(self):
        report = reports.small(5)
        failures = [reports.failure(0, 3, number) for number in range(4)]
        del report["verdict"]
        report["failures"] = failures
        report["job"].update(
            phase="failed", failure=failures[3]["failure"],
            failedAttempt={"task": {"job": 7, "stage": 0, "index": 3}, "number": 3},
        )
        report["job"]["stages"][0]["failureCount"] = 4
        page = self.open_generated("failed", report)
        page.wait("document.querySelector('.failure.ended-job[open]')")
        self.assertIn("Task 0.3, attempt 4", page.text(".failure.ended-job"))
        self.assertIn("wordcount --replay 0.3 ", page.text(".failure.ended-job"))
        self.assertEqual(page.run("document.querySelectorAll('.failure').length"), 4)
        looks.check(self, page)
        self.picture(page, "failed", height=860)

    def test_a_report_of_a_job_that_has_hardly_begun(self):
        report = reports.small(4)
        for name in ("attempts", "shuffles", "failures", "workers"):
            report[name] = []
        del report["verdict"]
        report["job"].update(phase="running", counters={"entries": []}, recordsRead=0,
                             bytesRead=0, seconds=0.0)
        for stage, status in zip(report["stages"], report["job"]["stages"], strict=True):
            stage.clear()
            stage.update(counters={"entries": []}, times={})
            status.update(doneCount=0, failureCount=0, backupCount=0)
            status.pop("seconds", None)
            status.pop("partitions", None)
        page = self.open_generated("begun", report)
        page.wait("document.querySelector('#section-stages')")
        self.assertEqual(self.figure(page, "tasks"), "0 of 36")
        looks.check(self, page)

    def test_a_page_follows_a_run_to_its_end(self):
        gates = self.folder / "gates"
        gates.mkdir()
        os.mkfifo(gates / "sea")
        job = pages.start("faultyjob", self.input, "-o", self.folder / "followed", "--map-at",
                          "bad", "--fault", "wait", "--gates", gates, "--dashboard",
                          "--scratch", self.folder)
        self.addCleanup(job.stdout.close)
        self.addCleanup(job.wait)
        self.addCleanup(job.terminate)
        said = ""
        while not (address := re.search(r"file://\S+", said)):
            line = job.stdout.readline()
            self.assertTrue(line, f"it ended: {said}")
            said += line
        page = self.page("file://")
        # The run may not have written anything yet.
        page.expected.append("ERR_FILE_NOT_FOUND")
        page.open(address[0])
        page.wait("document.querySelector('.title .chip-running')")
        page.wait("document.querySelector('#connection').innerText === 'live'")
        page.wait("document.querySelector('[data-table=attempts] tbody tr')")
        before = len(page.requests)
        page.wait(f"document.querySelector('[data-figure=duration] .value').innerText > '1.5 s'")
        looks.check(self, page)
        self.assertGreater(len(page.requests), before)
        gate = os.open(gates / "sea", os.O_RDWR)
        self.addCleanup(os.close, gate)
        page.wait("document.querySelector('.title .chip-succeeded')")
        page.wait("document.querySelector('#connection').innerText === 'ended'")
        job.stdout.read()
        self.assertEqual(job.wait(), 0)
        asked = len(page.requests)
        # Longer than the page pauses between two looks.
        page.advance(10_000)
        self.assertEqual(len(page.requests), asked, "it asks no more")
        self.shoot(page, "followed", full=True)
