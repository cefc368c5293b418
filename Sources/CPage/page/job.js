// One job: its head, and the sections below.

const sections = [
  ["stages", "Stages", (report) => stagesSection(report), () => true],
  ["timeline", "Timeline", (report) => timelineSection(report),
    (report) => report.attempts.length > 0],
  ["times", "Task times", (report) => timesSection(report),
    (report) => report.attempts.some((attempt) => attempt.state === "succeeded")],
  ["partitions", "Partitions", (report) => partitionsSection(report), readsPartitions],
  ["shuffle", "Shuffle", (report) => matrixSection(report),
    (report) => matrices(report).length > 0],
  ["failures", "Failures", (report) => failuresSection(report),
    (report) => report.failures.length > 0 || Boolean(report.job.failure)],
  ["counters", "Counters", (report) => countersSection(report),
    (report) => report.job.counters.entries.length > 0],
  ["attempts", "Attempts", (report) => attemptsSection(report),
    (report) => report.attempts.length > 0],
];

// Where a job failed, why comes first.
function sectionsOf(report) {
  const shown = sections.filter(([, , , isShown]) => isShown(report));
  if (report.job.phase !== "failed") return shown;
  const isFailures = ([name]) => name === "failures";
  return [...shown.filter(isFailures), ...shown.filter((section) => !isFailures(section))];
}

function jobView(id) {
  const { report } = state;
  if (!report) return jobWithoutReport(id);
  const shown = sectionsOf(report);
  return h("div", { class: "view", "data-key": `job-${id}` },
    jobHead(report),
    verdictCard(report),
    figures(report),
    h("nav", { class: "within", "aria-label": "Parts of this page" },
      shown.map(([name, words]) => h("a", {
        href: `#/jobs/${id}/${name}`,
        "aria-current": route().section === name ? "true" : null,
      }, words))),
    shown.map(([name, words, section]) => h("section", {
      id: `section-${name}`, "data-key": name, "aria-labelledby": `heading-${name}`,
    }, h("h2", { id: `heading-${name}`, tabindex: "-1" }, words), section(report))));
}

function jobWithoutReport(id) {
  const known = state.jobs.get(id);
  return h("div", { class: "view", "data-key": `job-${id}` },
    h("div", { class: "title" }, h("h1", {}, known ? known.name : `Job ${id}`)),
    h("p", { class: "notice", role: state.reportProblem ? "alert" : null },
      state.reportProblem ?? (state.mode === "file"
        ? "Waiting for the job to begin …" : "Asking the coordinator …")));
}

function jobHead(report) {
  const { job } = report;
  return h("div", { class: "title job-title" },
    h("h1", {}, job.name),
    h("p", {}, chip(job.phase)),
    h("p", { class: "muted facts" },
      state.mode === "live" ? h("span", {}, `job ${job.id}`) : null,
      job.owner ? h("span", {}, job.owner) : null,
      job.submittedAt ? h("span", {}, "started ", h("time", {
        datetime: new Date(job.submittedAt * 1000).toISOString(),
      }, Format.moment(job.submittedAt))) : null,
      job.weight > 1 ? h("span", {}, `weight ${job.weight}`) : null),
    state.mode === "live" && job.phase === "running" ? cancelButton(job) : null);
}

function figures(report) {
  const { job } = report;
  const seconds = secondsOf(job);
  const counts = taskCounts(job);
  const share = progress(job);
  const left = timeLeft(job, seconds);
  const written = counter(job.counters, "records.written");
  const bad = counter(job.counters, "records.bad");
  const list = [
    ["duration", "Duration", Format.duration(seconds),
      left === null ? null : `about ${Format.left(left)} left`],
    ["tasks", "Tasks", `${Format.count(counts.done)} of ${Format.count(counts.total)}`,
      isEnded(job) ? null : `${Format.percent(share)} done, ${counts.running} running`],
    ["records", "Records read", Format.count(recordsRead(job)),
      bad > 0 ? `${Format.count(bad)} bad, passed over` : null],
    ["input", "Input read", Format.bytes(bytesRead(job)),
      isEnded(job) ? null : `of ${Format.bytes(job.inputByteCount)}`],
    ["rate", "Throughput", Format.rate(bytesRead(job), seconds)],
    ["written", "Records written", Format.count(written),
      Format.bytes(counter(job.counters, "bytes.written"))],
    ["retries", "Failed attempts", Format.count(counts.failed),
      counts.backups > 0 ? Format.counted(counts.backups, "backup") : null],
  ];
  return h("div", { class: "overview" },
    isEnded(job) ? null : h("div", { class: "whole" },
      bar(share, Format.percent(share), `bar-${job.phase}`)),
    h("dl", { class: "figures" }, list.map(([name, words, value, more]) =>
      h("div", { "data-figure": name }, h("dt", {}, words), h("dd", {},
        h("span", { class: "value" }, value), more ? h("span", { class: "more" }, more) : null)))),
    h("p", { class: "output" }, h("span", { class: "muted" }, "Output "),
      h("code", {}, job.output), " ", copyButton(job.output)),
    settings(report),
    iterations(report),
    differences(report));
}

// How the job was asked to run.
function settings(report) {
  const { settings: asked } = report;
  if (!asked) return null;
  return h("p", { class: "muted facts settings" },
    h("span", {}, `${Format.bytes(asked.memoryByteCount)} of memory for a task`),
    h("span", {}, Format.counted(asked.reducerCount, "reducer")),
    h("span", {}, `splits of at most ${Format.bytes(asked.splitByteCount)}`),
    asked.compressesOutput ? h("span", {}, "compressed output") : null);
}

// How many rounds each iteration took, and those that ended while something still changed.
function iterations(report) {
  const { job } = report;
  const list = job.iterations ?? [];
  if (list.length === 0) return null;
  const isCut = (one) => one.until !== undefined && one.roundCount === one.maxRoundCount
    && one.lastCount !== 0;
  const words = (one) => (one.until === undefined && isEnded(job)
    ? `${one.label}: ${Format.counted(one.maxRoundCount, "round")}`
    : `${one.label}: ${Format.count(one.roundCount)} of at most `
      + Format.counted(one.maxRoundCount, "round"));
  return [
    h("p", { class: "muted facts iterations" }, list.map((one) => h("span", {}, words(one)))),
    list.filter(isCut).map((one) => h("p", { class: "notice warning" },
      h("strong", {}, "Not converged: "), `${one.label} ended at its limit of `
      + `${Format.counted(one.maxRoundCount, "round")}; the last one still counted `
      + `${Format.count(one.lastCount ?? 0)} of “${one.until}”. Allow more rounds.`)),
  ];
}

// Tasks that gave two outputs.
function differences(report) {
  const { job } = report;
  if (!job.differenceCount) return null;
  const names = job.differences.map(({ task, first, second }) =>
    `task ${task.stage}.${task.index} (attempts ${first + 1} and ${second + 1})`);
  const more = job.differenceCount - job.differences.length;
  return h("p", { class: "notice warning" }, h("strong", {}, "Not deterministic: "),
    `${names.join(", ")}${more > 0 ? ` and ${Format.count(more)} more` : ""} wrote different `
    + "output from the same input; the job's output is made of one of them.");
}
