"""Pages that are opened as files: of runs on this machine, and of jobs that never ran."""

import json
import os
import re
import subprocess

from cluster import BUILD, PATIENCE

PLACE = re.compile(
    r'(<script type="application/json" id="report">)(.*?)(</script>)', flags=re.DOTALL
)


def environment():
    return {k: v for k, v in os.environ.items() if not k.startswith("MAPREDUCE_")}


def run(job, *arguments):
    """Runs a job on this machine, to its end; returns how it ended."""
    return subprocess.run(
        [BUILD / job, *map(str, arguments)], env=environment(), capture_output=True, text=True,
        timeout=PATIENCE, check=False,
    )


def start(job, *arguments):
    """Begins to run a job; what it prints is one pipe."""
    return subprocess.Popen(
        [BUILD / job, *map(str, arguments)], env=environment(), stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True,
    )


def report_in(page):
    """The report that a page shows."""
    return json.loads(PLACE.search(page)[2])


def with_report(page, report):
    """The same page with another report in the place of its own."""
    text = json.dumps(report, ensure_ascii=False).replace("<", "\\u003c")
    result, count = PLACE.subn(lambda match: match[1] + text + match[3], page, count=1)
    if count != 1:
        raise AssertionError("the page has no place for a report")
    return result
