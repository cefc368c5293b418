"""The page as the project's programs put it together, with a report of any kind in it."""

import json
import re

from cluster import Cluster


def document(cluster: Cluster, job, path):
    """What `mapreduce report` writes of a job."""
    cluster.run("report", job, "-o", path, "--coordinator", cluster.url)
    return path.read_text()


def with_report(document, report):
    """The same page with another report in the place of its own."""
    text = json.dumps(report, ensure_ascii=False).replace("<", "\\u003c")
    page, count = re.subn(
        r'(<script type="application/json" id="report">).*?(</script>)',
        lambda match: match[1] + text + match[2], document, count=1, flags=re.DOTALL,
    )
    if count != 1:
        raise AssertionError("the page has no place for a report")
    return page
