"""The views of a coordinator: jobs that run, fail, are cancelled, and the workers."""

import looks
import words
from case import BrowserCase
from cluster import Cluster

TEXT = "the lantern of the keeper\nbad luck and the sea\n" * 200


class ClusterViews(BrowserCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster()
        cls.addClassCleanup(cls.cluster.close)
        cls.input = cls.cluster.file("input.txt", TEXT)

    def open(self, view="", **options):
        page = self.page(self.cluster, **options)
        page.open(f"{self.cluster.url}/{view}")
        return page

    def out(self, name):
        return self.cluster.folder / "out" / name

    def submit(self, name, *arguments, job="faultyjob"):
        return self.cluster.submit(job, self.input, "-o", self.out(name), *arguments)

    def row(self, page, job):
        return next(row for row in self.cells(page, "jobs") if row["id"] == str(job))

    def test_a_coordinator_without_jobs_says_so(self):
        cluster = Cluster(workers=1, slots=1)
        self.addCleanup(cluster.close)
        page = self.page(cluster)
        page.open(cluster.url)
        page.wait("document.body.innerText.includes('No job was submitted yet')")
        self.assertIn(cluster.url, page.text("main"))
        looks.check(self, page, least=5)

    def test_a_job_that_runs_is_seen_to_go_on_and_to_end(self):
        waiting = self.cluster.waiting("gates-running")
        job = self.submit("running", *waiting)
        page = self.open()
        page.wait(f"document.querySelector('tr[data-key=\"{job}\"] .chip-running')")
        row = self.row(page, job)
        self.assertEqual(row["name"], "faultyjob")
        self.assertIn("running", row["phase"])
        status = self.cluster.report(job)["job"]
        total = sum(stage["taskCount"] for stage in status["stages"])
        self.assertIn(f"/{total}", row["progress"])
        self.assertEqual(row["owner"], status["owner"] or "–")
        self.shoot(page, "jobs-running")
        page.open(f"{self.cluster.url}/#/jobs/{job}")
        page.wait("document.querySelector('h1')?.innerText === 'faultyjob'")
        page.wait("document.querySelector('.chip-running')")
        page.wait("document.querySelector('.timeline canvas')?.dataset.rectangles > 0")
        page.wait("document.querySelector('#connection').innerText === 'live'")
        looks.check(self, page)
        self.shoot(page, "job-running", full=True)
        self.cluster.let_go(waiting)
        page.wait("document.querySelector('.title .chip-succeeded')")
        # The status is of the end, and so are all numbers.
        status = self.cluster.wait(job)["job"]
        self.expect_figures(page, status)
        said = page.run("document.getElementById('announcements').innerText")
        self.assertIn("succeeded", said)

    def expect_figures(self, page, status):
        """What is said of a job is what the command says of it."""
        counters = status["counters"]
        done = sum(stage["doneCount"] for stage in status["stages"])
        total = sum(stage["taskCount"] for stage in status["stages"])
        read = words.counter(counters, "bytes.read")
        wanted = {
            "duration": words.duration(status["seconds"]),
            "tasks": f"{words.count(done)} of {words.count(total)}",
            "records": words.count(words.counter(counters, "records.read")),
            "input": words.in_bytes(read),
            "rate": words.rate(read, status["seconds"]),
            "written": words.count(words.counter(counters, "records.written")),
            "retries": words.count(sum(stage["failureCount"] for stage in status["stages"])),
        }
        found = {name: self.figure(page, name) for name in wanted}
        self.assertEqual(found, wanted)

    def test_the_numbers_of_a_job_are_those_of_the_command(self):
        job = self.submit("numbers", job="wordcount")
        report = self.cluster.wait(job)
        status = report["job"]
        page = self.open(f"#/jobs/{job}")
        page.wait("document.querySelector('#section-counters')")
        self.expect_figures(page, status)
        # The summary in the terminal has the same text for them.
        said = self.cluster.run("job", job, "--coordinator", self.cluster.url)
        for name in ("input", "duration", "rate"):
            self.assertIn(self.figure(page, name), said)
        counters = {
            row["code"]: row["value"].split()[0]
            for row in self.cells(page, "counters")
        }
        wanted = {
            entry["name"]: words.count(entry["value"])
            for entry in status["counters"]["entries"]
        }
        self.assertEqual(counters, wanted)
        for stage, row in zip(status["stages"], self.cells(page, "stages"), strict=True):
            self.assertIn(f"{stage['doneCount']} of {stage['taskCount']}", row["progress"])
            self.assertEqual(row["time"], words.duration(stage["seconds"]))
        for stage, row in zip(report["stages"], self.cells(page, "stages"), strict=True):
            def value(name):
                return words.counter(stage["counters"], name)

            self.assertEqual(row["in"].split("\n"), [
                words.count(value("records.read") + value("pairs.received")),
                words.in_bytes(value("bytes.read") + value("bytes.received")),
            ])
            self.assertEqual(row["out"].split("\n"), [
                words.count(value("records.written") + value("pairs.shuffled")),
                words.in_bytes(value("bytes.written") + value("bytes.shuffled")),
            ])
        tasks = self.cluster.json("tasks", job)
        attempts = self.cells(page, "attempts")
        self.assertEqual(
            [(row["task"], row["number"]) for row in attempts],
            [
                (f"{task['stage']}.{task['index']}", str(attempt["number"] + 1))
                for task in tasks for attempt in task["attempts"]
            ],
        )
        # Each closure with its line, in the graph as well.
        graph = page.run("document.querySelector('.graph').textContent")
        self.assertIn("WordCount.swift:", graph)
        looks.check(self, page)
        self.shoot(page, "job", full=True)

    def test_a_report_shows_what_the_page_does(self):
        job = self.submit("reported", job="wordcount")
        status = self.cluster.wait(job)["job"]
        path = self.cluster.folder / "report.html"
        self.cluster.run("report", job, "-o", path, "--coordinator", self.cluster.url)
        page = self.page("file://")
        page.open(path.as_uri())
        page.wait("document.querySelector('#section-counters')")
        self.expect_figures(page, status)
        self.assertIn(words.verdict(status["verdict"]["text"]), page.text(".verdict"))

    def test_a_job_that_failed_says_where_and_how_to_run_it_again(self):
        job = self.submit("failed", "--map-at", "bad", "--fault", "trap")
        status = self.cluster.wait(job)["job"]
        self.assertEqual(status["phase"], "failed")
        page = self.open(f"#/jobs/{job}")
        page.wait("document.querySelector('.failure.ended-job[open] .report')")
        report = page.text(".failure.ended-job")
        failure = status["failure"]
        for part in (failure["message"], failure["location"]["path"], failure["record"]):
            self.assertIn(part, report)
        self.assertIn(words.count(failure["location"]["offset"]), report)
        attempt = status["failedAttempt"]
        name = f"{attempt['task']['stage']}.{attempt['task']['index']}"
        self.assertIn(f"Task {name}, attempt {attempt['number'] + 1}", report)
        self.assertIn(name, page.text(".failure.ended-job .command pre"))
        first = page.run("document.querySelector('.view > section h2').innerText")
        self.assertEqual(first, "Failures", "why it failed comes first")
        page.run("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
        page.click(".failure.ended-job .command button")
        page.wait("window.copied === document.querySelector("
                  "'.failure.ended-job .command pre').innerText")
        looks.check(self, page)
        self.shoot(page, "job-failed", full=True)

    def test_a_job_is_cancelled_through_its_dialog(self):
        job = self.submit("cancelled", *self.cluster.waiting("gates-cancelled"))
        page = self.open(f"#/jobs/{job}")
        page.wait("document.querySelector('.title button.danger')")
        page.click(".title button.danger")
        page.wait("document.querySelector('#confirm').open")
        self.assertIn(f"Cancel job {job}, faultyjob?", page.text("#confirm"))
        self.assertEqual(page.run("document.activeElement.innerText"), "Keep it running")
        self.shoot(page, "cancel")
        page.key("Escape")
        page.wait("!document.querySelector('#confirm').open")
        self.assertEqual(self.cluster.report(job)["job"]["phase"], "running")
        page.click(".title button.danger")
        page.wait("document.querySelector('#confirm').open")
        page.click("#confirm button.filled")
        page.wait("document.querySelector('.title .chip-cancelled')")
        page.wait("!document.querySelector('#confirm').open")
        self.assertEqual(self.cluster.wait(job)["job"]["phase"], "cancelled")
        self.assertFalse(page.run("document.querySelector('.title button.danger') !== null"))
        looks.check(self, page)
        self.shoot(page, "job-cancelled", full=True)

    def test_jobs_are_filtered_sorted_and_opened_with_keys(self):
        for name in ("one", "two"):
            self.cluster.wait(self.submit(name, job="wordcount"))
        self.cluster.wait(self.submit("grep", "--pattern", "sea", job="grep"))
        page = self.open()
        page.wait("document.querySelectorAll('[data-table=jobs] tbody tr').length >= 3")
        jobs = self.cluster.json("jobs")
        rows = self.cells(page, "jobs")
        self.assertEqual([row["id"] for row in rows],
                         [str(job["id"]) for job in sorted(jobs, key=lambda j: -j["id"])])
        for job in jobs:
            row = self.row(page, job["id"])
            self.assertIn(job["phase"], row["phase"])
            if job["phase"] not in ("running", "committing"):
                self.assertEqual(row["duration"], words.duration(job["seconds"]))
        looks.check(self, page)
        self.shoot(page, "jobs")
        self.picture(page, "jobs", height=560)
        page.key("/")
        page.wait("document.activeElement.id === 'filter'")
        page.type("grep")
        page.wait("document.querySelectorAll('[data-table=jobs] tbody tr').length === 1")
        page.key("Escape")
        page.wait("document.querySelectorAll('[data-table=jobs] tbody tr').length >= 3")
        self.assertNotEqual(page.run("document.activeElement.id"), "filter")
        page.click("th[aria-sort] button")
        page.wait("document.querySelector('th').getAttribute('aria-sort') === 'ascending'")
        self.assertEqual(self.cells(page, "jobs")[0]["id"], str(min(job["id"] for job in jobs)))
        page.run("document.activeElement.blur()")
        page.key("j")
        page.key("j")
        page.key("k")
        first = page.run("document.activeElement.closest('tr').dataset.key")
        self.assertEqual(first, str(min(job["id"] for job in jobs)))
        page.key("ArrowDown")
        second = page.run("document.activeElement.closest('tr').dataset.key")
        self.assertNotEqual(first, second)
        page.key("Enter")
        page.wait(f"location.hash === '#/jobs/{second}'")
        page.wait("document.querySelector('.job-title')")
        page.run("history.back()")
        page.wait("document.querySelector('[data-table=jobs]')")

    def test_the_keys_are_told(self):
        page = self.open()
        page.wait("document.querySelector('main h1')")
        page.key("?")
        page.wait("document.querySelector('#keys').open")
        self.assertIn("timeline", page.text("#keys"))
        looks.check(self, page)
        page.key("Escape")
        page.wait("!document.querySelector('#keys').open")
        page.key("2")
        page.wait("document.querySelector('main h1')?.innerText === 'Workers'")
        page.key("1")
        page.wait("document.querySelector('main h1')?.innerText === 'Jobs'")

    def test_tab_leads_everywhere_and_is_seen(self):
        job = self.submit("tab", job="wordcount")
        self.cluster.wait(job)
        page = self.open(f"#/jobs/{job}")
        page.wait("document.querySelector('#section-attempts')")
        count = page.run(
            "[...document.querySelectorAll('a[href], button:enabled, input, select, summary,"
            " [tabindex=\"0\"]')].filter((one) => one.checkVisibility()).length")
        page.run("document.body.focus(); window.visited = new Set()")
        for _ in range(count):
            page.key("Tab")
            outline = page.run(
                "(() => { const one = document.activeElement; window.visited.add(one);"
                " return one === document.body ? 'body' : getComputedStyle(one).outlineStyle;"
                " })()")
            self.assertNotEqual(outline, "none", page.run("document.activeElement.outerHTML"))
        self.assertGreaterEqual(page.run("window.visited.size"), count)

    def test_workers_are_those_of_the_command(self):
        page = self.open("#/workers")
        page.wait("document.querySelectorAll('[data-table=workers] tbody tr').length === 2")
        workers = self.cluster.json("workers")
        for worker, row in zip(workers, self.cells(page, "workers"), strict=True):
            self.assertEqual(row["id"], str(worker["id"]))
            self.assertEqual(row["url"], worker["url"])
            self.assertIn(worker["state"], row["state"])
            self.assertTrue(row["slots"].endswith(f"of {worker['slotCount']}"), row["slots"])
            self.assertTrue(row["heard"].endswith(" ago"))
            self.assertEqual(row["version"], worker["version"])
            load, memory, disk = worker["load"], worker["memory"], worker["disk"]
            # These go on while they are compared; what they are of does not.
            self.assertTrue(row["load"].endswith(f"of {load['processorCount']}"), row["load"])
            for name, room in (("memory", memory), ("disk", disk)):
                self.assertTrue(row[name].endswith(words.in_bytes(room["totalByteCount"])))
        looks.check(self, page)
        self.shoot(page, "workers")
        self.picture(page, "workers", height=320)

    def test_a_job_that_is_not_there_is_told(self):
        page = self.open("#/jobs/999999")
        page.expected.append("404")
        page.wait("document.querySelector('[role=alert]')")
        self.assertIn("999999", page.text("main"))

    def test_a_section_is_reached_by_its_address(self):
        job = self.submit("section", job="wordcount")
        self.cluster.wait(job)
        page = self.open(f"#/jobs/{job}/counters")
        page.wait("document.activeElement.id === 'heading-counters'")
        top = page.run("document.querySelector('#section-counters').getBoundingClientRect().top")
        self.assertLess(abs(top), 900)
        page.open(f"{self.cluster.url}/#/jobs/{job}/attempts/0.0.0")
        page.wait("document.querySelector('#attempt').open")
        self.assertIn("Task 0.0, attempt 1", page.text("#attempt"))
        looks.check(self, page)
        page.key("Escape")
        page.wait("!document.querySelector('#attempt').open")
        page.wait(f"location.hash === '#/jobs/{job}/counters'")
        # Opened by its address alone, it is left for the page below it.
        other = self.open(f"#/jobs/{job}/attempts/0.0.0")
        other.wait("document.querySelector('#attempt').open")
        other.key("Escape")
        other.wait(f"location.hash === '#/jobs/{job}'")
