"""What the checks share: one browser, pages that are closed, and problems that fail a check."""

import atexit
import os
import pathlib
import unittest

from browser import Browser

HERE = pathlib.Path(__file__).parent
SCREENSHOTS = HERE / "Screenshots"
# Where the pictures of the guide go, if they are to be made anew.
PICTURES = HERE.parent.parent / "Documentation" / "Dashboard"

_browser = None


def browser():
    """The only one; it ends with the checks."""
    global _browser
    if _browser is None:
        _browser = Browser(os.environ.get("CHROMIUM", "chromium"))
        atexit.register(_browser.close)
    return _browser


class BrowserCase(unittest.TestCase):
    """A check whose pages must have had no error, and asked nobody else."""

    longMessage = True
    maxDiff = 2000

    def page(self, place, **options):
        """A new page, which may ask a cluster, whose token it has, or other addresses."""
        allowed = place if isinstance(place, str) else place.url
        page = browser().page(allowed, **options)
        if not isinstance(place, str):
            page.sign_in(place.url, place.token)
        self.addCleanup(page.close)
        self.addCleanup(self.check_problems, page)
        return page

    def check_problems(self, page):
        self.assertEqual(page.unexpected(), [], "problems of the page")

    def shoot(self, page, name, full=False):
        """Keeps a picture of the page, in light and dark."""
        for scheme in ("light", "dark"):
            page.scheme(scheme)
            page.screenshot(SCREENSHOTS / f"{name}-{scheme}.png", full)
        page.scheme("light")

    def picture(self, page, name, selector="body", height=900):
        """Makes a picture of the guide anew, if that is asked for: of the top of an element."""
        if "PICTURES" not in os.environ:
            return
        page.size(1280, 900)
        page.drawn()
        clip = page.run(
            "(() => { scrollTo(0, 0); const r = document.querySelector(%r)"
            ".getBoundingClientRect(); return {x: 0, y: Math.max(r.y - 16, 0), width: innerWidth,"
            " height: Math.min(r.height + 32, %d)}; })()" % (selector, height)
        )
        path = PICTURES / f"{name}.png"
        page.screenshot(path, clip=clip)
        self.assertLess(path.stat().st_size, 150_000, name)

    def figure(self, page, name):
        return page.text(f"[data-figure={name}] .value")

    def cells(self, page, table):
        """The texts of a table's cells, by row and column."""
        return page.run(
            "[...document.querySelectorAll('[data-table=%s] tbody tr')].map((row) =>"
            " Object.fromEntries([...row.cells].map((cell) =>"
            " [cell.dataset.column, cell.innerText.trim()])))" % table
        )
