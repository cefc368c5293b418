"""What is left when all jobs have ended, and should not be."""

import time

import processes

# How long what was ended may take to go, in seconds.
PATIENCE = 20


def eventually_none(look):
    """What is still there after some time; nothing, as soon as that is so."""
    deadline = time.monotonic() + PATIENCE
    while (found := look()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def of_jobs(cluster):
    """Task processes and files of jobs, while coordinator and workers still run."""
    services = {service.pid for service in cluster.services if service.code is None}
    orphans = eventually_none(lambda: [
        f"process {pid}: {words}" for pid, words in processes.naming(cluster.directory)
        if pid not in services])
    files = eventually_none(lambda: [
        f"file {path}" for worker in cluster.workers for path in worker.files("_mapreduce-*/job*")])
    return orphans + files


def of_services(cluster):
    """Processes and files when the services have ended."""
    orphans = eventually_none(lambda: [
        f"process {pid}: {words}" for pid, words in processes.naming(cluster.directory)])
    return orphans + [f"file {path}" for path in (cluster.directory / "scratch").glob("*/*")]


def of_outputs(cluster, jobs):
    """What came into the outputs after their jobs had ended."""
    outputs = cluster.directory / "outputs"
    expected = {"_SUCCESS", "_MANIFEST.json"}
    found = []
    done = {str(job.number): job for job in jobs if job.end == "done"}
    wrong = {str(job.number) for job in jobs if job.end == "wrong"}
    for output in sorted(outputs.iterdir()):
        if output.name not in done:
            # That of a job that is wrong has been told of.
            if output.name not in wrong:
                found.append(f"output {output}")
            continue
        parts = {path.name for path in done[output.name].workload.expected.glob("part-*")}
        found += [f"file {path}" for path in sorted(output.iterdir())
                  if path.name not in expected | parts
                  or path.name in parts and path.stat().st_size > 0]
    return found
