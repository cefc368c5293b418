// Attempts that failed: what happened, where, at which record, and how to run the task again.

const failureWords = {
  threw: "threw an error", crashed: "crashed", timedOut: "made no progress",
  badInput: "cannot read its input", outOfResources: "ran out of resources",
  diskFull: "found the disk full", workerLost: "lost its worker",
  fetchFailed: "could not fetch a run", notConserved: "lost or changed pairs",
};

// So many are shown at first, of more on demand.
const firstFailures = 8;
let allFailuresOf = null;

function failuresSection(report) {
  const { job } = report;
  const list = [...report.failures];
  const ended = job.failedAttempt;
  const isLast = (one) => ended && one.stage === ended.task.stage
    && one.task === ended.task.index && one.number === ended.number;
  if (ended && job.failure && !list.some(isLast)) {
    list.push({
      stage: ended.task.stage, task: ended.task.index, number: ended.number,
      failure: job.failure,
    });
  }
  list.sort((a, b) => isLast(b) === isLast(a) ? 0 : isLast(b) ? 1 : -1);
  const count = Math.max(taskCounts(job).failed, list.length);
  const shown = allFailuresOf === job.id ? list : list.slice(0, firstFailures);
  return [
    job.phase === "failed" && job.failure && !ended
      ? h("p", { class: "notice failed" }, job.failure.message) : null,
    h("p", { class: "summary" }, failureSummary(job, count, list.length)),
    h("div", { class: "failures" },
      shown.map((one) => failureCard(report, one, isLast(one)))),
    list.length > shown.length ? h("button", {
      type: "button",
      onclick: () => { allFailuresOf = job.id; changed(); },
    }, `Show all ${list.length}`) : null,
  ];
}

function failureSummary(job, count, shown) {
  const attempts = `${Format.counted(count, "attempt")} failed`;
  const outcome = job.phase === "failed" ? "; the job failed with the first one below."
    : job.phase === "succeeded" ? "; their tasks ran again." : ".";
  const more = count > shown ? ` The first ${shown} are kept.` : "";
  return `${attempts}${outcome}${more}`;
}

function failureCard(report, one, isOpen) {
  const { failure } = one;
  return h("details", {
    class: `failure${isOpen ? " ended-job" : ""}`, "data-key": attemptKey(one), open: isOpen,
  },
  h("summary", {},
    h("span", { class: "mark", "aria-hidden": "true" }, "✕"),
    h("b", {}, `Task ${attemptName(one)}`), ` ${failureWords[failure.kind] ?? failure.kind} `,
    h("span", { class: "muted" }, failure.location
      ? `at ${lastPart(failure.location.path)}, `
        + `record ${Format.count(failure.location.recordNumber)}`
      : shortenedEnd(failure.message, 90))),
  failureBody(report, one));
}

const lastPart = (path) => path.slice(path.lastIndexOf("/") + 1);

const shortenedEnd = (text, length) =>
  text.length <= length ? text : `${text.slice(0, length - 1)}…`;

function failureBody(report, one) {
  const { failure } = one;
  const command = replayCommand(report, taskName(one));
  const place = failure.location;
  return h("div", { class: "report" },
    h("p", { class: "message" }, failure.message),
    h("dl", {},
      failure.steps ? entry("Closures", failure.steps) : null,
      place ? entry("Where", h("code", {}, place.path), ` at byte ${Format.count(place.offset)}, `
        + `record ${Format.count(place.recordNumber)}`) : null,
      failure.record !== undefined ? entry("Record", h("pre", {}, failure.record)) : null,
      failure.key !== undefined ? entry("Key", h("pre", {}, failure.key)) : null,
      failure.run ? entry("Run", h("code", {}, failure.run)) : null,
      failure.backtrace ? entry("Backtrace, the innermost call first",
        h("pre", {}, failure.backtrace)) : null,
      failure.log ? entry("From the task's log", h("pre", {}, failure.log)) : null,
      command ? entry("To run this task again",
        h("div", { class: "command" }, h("pre", {}, command), copyButton(command))) : null));
}

function entry(words, ...content) {
  return h("div", {}, h("dt", {}, words), h("dd", {}, content));
}
