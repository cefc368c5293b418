"""A job of 10,000 tasks: everything stays within bounds, and what a frame takes is printed."""

import os

import looks
import words
from case import BrowserCase
from cluster import Cluster

TASKS = int(os.environ.get("TASKS", "10000"))

# Draws so many frames one after another, and says what each took.
FRAMES = """(async () => {
  const canvas = document.querySelector('.timeline canvas');
  const between = [];
  const work = [];
  const rectangles = [];
  let last = await new Promise(requestAnimationFrame);
  for (let i = 0; i < 60; i += 1) {
    %s
    const now = await new Promise(requestAnimationFrame);
    await new Promise((f) => setTimeout(f, 0));
    between.push(now - last);
    last = now;
    work.push(Number(canvas.dataset.milliseconds));
    rectangles.push(Number(canvas.dataset.rectangles));
  }
  const middle = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];
  return { between: middle(between), most: Math.max(...between), work: middle(work),
    mostWork: Math.max(...work), rectangles: Math.max(...rectangles) };
})()"""


class LargeJob(BrowserCase):
    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(workers=2, slots=2)
        cls.addClassCleanup(cls.cluster.close)
        line = b"the lantern of the keeper\n"
        path = cls.cluster.folder / "large.txt"
        path.write_bytes(line * TASKS)
        cls.job = cls.cluster.submit(
            "wordcount", path, "-o", cls.cluster.folder / "out", "--reducers", "4",
            "--split-size", len(line),
        )

    def test_ten_thousand_tasks(self):
        page = self.page(self.cluster, height=1000)
        page.open(f"{self.cluster.url}/#/jobs/{self.job}")
        page.wait("document.querySelector('.timeline canvas')?.dataset.rectangles > 0")
        # The job runs while it is looked at.
        page.wait("document.querySelector('.title .chip-succeeded')", patience=1200)
        status = self.cluster.wait(self.job)["job"]
        total = sum(stage["taskCount"] for stage in status["stages"])
        self.assertGreaterEqual(total, TASKS)
        everything = words.count(total)
        self.assertEqual(self.figure(page, "tasks"), f"{everything} of {everything}")
        self.assertEqual(self.figure(page, "duration"), words.duration(status["seconds"]))
        attempts = sum(len(task["attempts"]) for task in self.cluster.json("tasks", self.job))
        summary = page.text("#section-timeline .summary")
        self.assertIn(words.counted(attempts, "attempt"), summary)
        pages = page.text("[data-table=attempts] .pager")
        self.assertIn(f"1 to 50 of {words.count(attempts)}", pages)
        page.click("[data-table=attempts] .pager button:last-child")
        page.wait("document.querySelector('[data-table=attempts] .pager').innerText"
                  f".includes('to {words.count(attempts)} of')")
        looks.check(self, page)
        self.shoot(page, "job-large", full=True)
        self.frames(page)

    def frames(self, page):
        """Zooms and pans with pointer and keys; the work of a frame depends on what is seen."""
        page.run("document.querySelector('.lanes').scrollIntoView({block: 'center'})")
        page.run("document.querySelector('.lanes').focus()")
        shape = page.run(
            "(() => { const r = document.querySelector('.timeline canvas')"
            ".getBoundingClientRect(); return {x: r.x, y: r.y, width: r.width,"
            " height: r.height}; })()")
        bound = shape["width"] * shape["height"] / 4
        key = ("canvas.parentElement.dispatchEvent(new KeyboardEvent('keydown',"
               " {key: %s, shiftKey: true, bubbles: true}));")
        moves = {
            "zoom in": key % "i % 10 < 8 ? '+' : '0'",
            "pan": key % "i % 20 < 10 ? 'ArrowRight' : 'ArrowLeft'",
            "all": key % "'0'",
        }
        for name, move in moves.items():
            took = page.run(FRAMES % move)
            print(f"\n{name}: a frame each {took['between']:.1f} ms (at most {took['most']:.1f}), "
                  f"drawn in {took['work']:.1f} ms (at most {took['mostWork']:.1f}), "
                  f"at most {took['rectangles']} rectangles", flush=True)
            self.assertGreater(took["rectangles"], 0)
            self.assertLess(took["rectangles"], bound)
        middle = {"x": shape["x"] + shape["width"] / 2, "y": shape["y"] + shape["height"] / 2}
        everything = page.text(".tools .range")
        for _ in range(8):
            page.pointer("mouseWheel", middle, deltaX=0, deltaY=-300)
        page.wait("document.querySelector('.tools .range').innerText !== "
                  f"{everything!r}")
        page.drawn()
        zoomed = page.run("Number(document.querySelector('.timeline canvas').dataset.rectangles)")
        self.assertLess(zoomed, bound)
        page.key("ArrowRight")
        page.key("ArrowRight")
        page.wait("document.querySelector('#timeline-selected').innerText.startsWith('Task ')")
        page.key("Enter")
        page.wait("document.querySelector('#attempt').open")
        self.assertRegex(page.text("#attempt"), r"Task \d\.\d+, attempt 1")
        page.key("Escape")
        page.wait("!document.querySelector('#attempt').open")
