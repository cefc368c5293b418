"""What the page does when the coordinator is gone for a while, or wants a token."""

import pathlib

import looks
from case import BrowserCase
from cluster import Cluster, Shown

TEXT = "the lantern of the keeper\nbad luck and the sea\n" * 50


class Token(BrowserCase):
    def test_the_token_is_asked_for_once(self):
        cluster = Cluster(token="lantern-keeper-of-the-sea", workers=1)
        self.addCleanup(cluster.close)
        job = cluster.submit("wordcount", cluster.file("input.txt", TEXT), "-o",
                             cluster.folder / "out")
        cluster.wait(job)
        page = self.page(cluster.url)
        # What the browser itself says of an answer 401.
        page.expected.append("401")
        page.open(f"{cluster.url}/#/jobs/{job}")
        page.wait("document.querySelector('form.token')")
        self.assertEqual(page.run("document.activeElement.id"), "token")
        self.assertNotIn("wordcount", page.run("document.documentElement.outerHTML"))
        looks.check(self, page, least=4)
        self.shoot(page, "token")
        page.type("wrong")
        page.key("Enter")
        page.wait("document.querySelector('#token-problem').innerText.includes('not the token')")
        page.run("document.querySelector('#token').value = ''")
        page.run("document.querySelector('#token').focus()")
        page.type("lantern-keeper-of-the-sea")
        page.key("Enter")
        page.wait("document.querySelector('h1')?.innerText === 'wordcount'")
        self.assertTrue(page.run(f"location.hash === '#/jobs/{job}'"))
        del page.requests[:]
        before = len(page.problems)
        page.open(f"{cluster.url}/?again#/jobs")
        page.wait("document.querySelector('[data-table=jobs]')")
        self.assertEqual(page.problems[before:], [])
        asked = [one for one in page.requests if "/v1/" in one["url"]]
        self.assertTrue(asked)
        for one in asked:
            self.assertEqual(one["headers"]["Authorization"], "Bearer lantern-keeper-of-the-sea")
            self.assertNotIn("lantern-keeper-of-the-sea", one["url"])


class OwnToken(BrowserCase):
    def test_the_link_of_a_cluster_leads_in(self):
        cluster = Shown()
        self.addCleanup(cluster.close)
        link = cluster.find(r"open (http://\S+) in a browser")
        url, token = link.split("/#token=")
        file = pathlib.Path(cluster.find(r"the token is in (\S+),"))
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        self.assertEqual(file.read_text(), token + "\n")
        page = self.page(url)
        page.open(link)
        page.wait("document.body.innerText.includes('No job was submitted yet')")
        self.assertEqual(page.run("location.href"), f"{url}/")
        for one in page.requests:
            self.assertNotIn(token, one["url"])
        # Another browser has no token yet.
        other = self.page(url)
        other.expected.append("401")
        other.open(url)
        other.wait("document.querySelector('form.token')")
        # A link that is followed in a page that is open already.
        other.run("location.hash = %r" % f"#token={token}")
        other.wait("document.body.innerText.includes('No job was submitted yet')")
        self.assertNotIn(token, other.run("location.href"))
        # The pages lose their streams when the cluster ends.
        for one in (page, other):
            one.expected += ["ERR_CONNECTION", "ERR_INCOMPLETE", "ERR_SOCKET", "ERR_EMPTY"]
        cluster.close()
        self.assertFalse(file.exists())


class Reconnection(BrowserCase):
    def test_streams_go_on_after_the_coordinator_was_killed(self):
        cluster = Cluster(workers=1, slots=2)
        self.addCleanup(cluster.close)
        waiting = cluster.waiting("gates")
        job = cluster.submit(
            "faultyjob", cluster.file("input.txt", TEXT), "-o", cluster.folder / "out",
            *waiting,
        )
        page = self.page(cluster)
        page.expected += ["ERR_CONNECTION", "ERR_INCOMPLETE", "ERR_SOCKET", "ERR_EMPTY",
                          "503", "Failed to load resource"]
        page.open(f"{cluster.url}/#/jobs/{job}")
        page.wait("document.querySelector('.title .chip-running')")
        page.wait("document.querySelector('#connection').innerText === 'live'")
        page.wait("document.querySelector('[data-table=attempts] tbody tr')")
        cluster.kill()
        page.wait("document.querySelector('#connection').innerText === 'reconnecting'")
        self.shoot(page, "reconnecting")
        del page.requests[:]
        cluster.start()
        page.wait("document.querySelector('#connection').innerText === 'live'")
        # A request that the dead coordinator did not take has the same number.
        resumed = page.until(lambda: [
            one for one in page.requests if f"/v1/jobs/{job}/stream" in one["url"]
        ])
        self.assertGreater(int(resumed[-1]["headers"]["Last-Event-ID"]), 0)
        cluster.let_go(waiting)
        page.wait("document.querySelector('.title .chip-succeeded')")
        self.assertEqual(cluster.wait(job)["job"]["phase"], "succeeded")
        tasks = cluster.json("tasks", job)
        rows = self.cells(page, "attempts")
        self.assertEqual(len(rows), sum(len(task["attempts"]) for task in tasks))
