// All attempts as a table, and each of them by itself.

const attemptFilter = { stage: "all", state: "all" };

const attemptColumns = (report) => [
  {
    name: "task", words: "Task", isNumber: true, order: (row) => row.stage * 1e9 + row.task,
    cell: (row) => attemptLink(report, row),
  },
  { name: "number", words: "Attempt", isNumber: true, order: (row) => row.number,
    cell: (row) => row.number + 1 },
  {
    name: "state", words: "State", order: (row) => row.state,
    cell: (row) => [chip(row.state), row.isBackup ? h("span", { class: "tag" }, "backup") : null],
  },
  { name: "worker", words: "Worker", order: (row) => workerName(report, row.worker),
    cell: (row) => workerName(report, row.worker) },
  { name: "start", words: "Start", isNumber: true, order: (row) => row.start,
    cell: (row) => Format.duration(row.start) },
  {
    name: "time", words: "Time", isNumber: true,
    order: (row) => lasted(row, secondsOf(report.job)),
    cell: (row) => Format.duration(lasted(row, secondsOf(report.job))),
  },
  { name: "recordsIn", words: "Records in", isNumber: true, order: (row) => row.recordsIn,
    cell: (row) => Format.count(row.recordsIn) },
  { name: "bytesIn", words: "Bytes in", isNumber: true, order: (row) => row.bytesIn,
    cell: (row) => Format.bytes(row.bytesIn) },
  { name: "recordsOut", words: "Records out", isNumber: true, order: (row) => row.recordsOut,
    cell: (row) => Format.count(row.recordsOut) },
  { name: "bytesOut", words: "Bytes out", isNumber: true, order: (row) => row.bytesOut,
    cell: (row) => Format.bytes(row.bytesOut) },
];

function attemptsSection(report) {
  const states = [...new Set(report.attempts.map((attempt) => attempt.state))].sort();
  const rows = report.attempts.filter((attempt) =>
    (attemptFilter.stage === "all" || attempt.stage === Number(attemptFilter.stage))
    && (attemptFilter.state === "all" || attempt.state === attemptFilter.state));
  const choose = (name, words, choices) => h("label", { class: "choose" }, `${words} `,
    h("select", {
      onchange: (event) => {
        attemptFilter[name] = event.target.value;
        tableState("attempts").page = 0;
        changed();
      },
    }, [["all", "all"], ...choices].map(([value, text]) =>
      h("option", { value, selected: attemptFilter[name] === String(value) }, text))));
  return [
    h("div", { class: "filters" },
      choose("stage", "Stage", report.plan.stages.map((stage) =>
        [stage.id, `${stage.id}: ${stageName(report, stage.id)}`])),
      choose("state", "State", states.map((name) => [name, name]))),
    table({
      name: "attempts", caption: "Attempts", columns: attemptColumns(report), rows,
      key: attemptKey, sort: { by: "task", isDown: false }, pageSize: 50, class: "cards",
    }),
  ];
}

const attemptRoute = (report, attempt) =>
  `#/jobs/${report.job.id}/attempts/${attemptKey(attempt)}`;

const attemptLink = (report, attempt) =>
  h("a", { href: attemptRoute(report, attempt), "data-row": true }, taskName(attempt));

// The attempt that the address names, over the page.
function drawAttemptDialog(report, key) {
  const dialog = document.getElementById("attempt");
  const attempt = report?.attempts[report.index.get(key)];
  if (!attempt) {
    if (dialog.open) dialog.close();
    return;
  }
  patch(dialog, h("dialog", { id: "attempt", "aria-labelledby": "attempt-title",
    open: dialog.open, onclose: () => leaveAttempt(report) }, attemptDetails(report, attempt)));
  if (!dialog.open) dialog.showModal();
}

// Closing goes back to where the attempt was opened.
function leaveAttempt(report) {
  if (!route().attempt) return;
  if (isBackBelow) history.back();
  else location.replace(`#/jobs/${report.job.id}`);
}

function attemptDetails(report, attempt) {
  const seconds = lasted(attempt, secondsOf(report.job));
  const command = replayCommand(report, taskName(attempt));
  const failed = report.failures.find((one) => attemptKey(one) === attemptKey(attempt));
  return h("div", { "data-key": attemptKey(attempt) },
    h("div", { class: "dialog-title" },
      h("h2", { id: "attempt-title" }, `Task ${attemptName(attempt)}`),
      chip(attempt.state), attempt.isBackup ? h("span", { class: "tag" }, "backup") : null,
      h("button", {
        type: "button", class: "quiet close", "aria-label": "Close", autofocus: true,
        onclick: () => document.getElementById("attempt").close(),
      }, "✕")),
    h("p", { class: "muted" }, stageName(report, attempt.stage)),
    h("dl", { class: "figures" },
      figure("Time", Format.duration(seconds)),
      figure("Began after", Format.duration(attempt.start)),
      figure("Worker", workerName(report, attempt.worker)),
      attempt.times ? [
        figure("Records in", Format.count(attempt.recordsIn)),
        figure("Bytes in", Format.bytes(attempt.bytesIn)),
        figure("Records out", Format.count(attempt.recordsOut)),
        figure("Bytes out", Format.bytes(attempt.bytesOut)),
        figure("Processor", Format.duration(attempt.times.cpu)),
      ] : null),
    attempt.times ? attemptTimes(attempt, seconds) : null,
    failed ? failureBody(report, failed)
      : command ? h("div", { class: "report" }, h("dl", {}, entry("To run this task again",
        h("div", { class: "command" }, h("pre", {}, command), copyButton(command))))) : null,
    state.mode === "live" ? attemptLog(report, attempt) : null);
}

const figure = (words, value) =>
  h("div", {}, h("dt", {}, words), h("dd", {}, h("span", { class: "value" }, value)));

function attemptTimes(attempt, seconds) {
  const parts = splitTimes(attempt.times, seconds);
  for (const part of parts) {
    part.words = `${timeWords[part.name]}: ${Format.duration(part.seconds)}`;
  }
  return [
    h("div", { class: "tall" }, splitBar(parts, "What the attempt's time went into")),
    h("ul", { class: "legend" }, parts.map((part) => h("li", {},
      h("span", { class: `swatch part-${part.name}`, "aria-hidden": "true" }),
      timeWords[part.name], " ",
      h("span", { class: "muted" }, `${Format.duration(part.seconds)}, `
        + Format.share(part.seconds / Math.max(seconds, 1e-9)))))),
  ];
}

// What attempts have printed, by their keys; fetched when it is asked for.
const logs = new Map();

function attemptLog(report, attempt) {
  const key = `${report.job.id} ${attemptKey(attempt)}`;
  const text = logs.get(key);
  if (text !== undefined) {
    return h("div", { class: "report" }, h("dl", {}, entry("Log", text === ""
      ? h("p", { class: "muted" }, "It printed nothing that was kept.") : h("pre", {}, text))));
  }
  return h("button", {
    type: "button",
    onclick: async () => {
      try {
        const all = await api.json(`v1/jobs/${report.job.id}/logs`);
        const found = all.find((log) => log.attempt.number === attempt.number
          && log.attempt.task.stage === attempt.stage
          && log.attempt.task.index === attempt.task);
        logs.set(key, found?.text ?? "");
      } catch (error) {
        logs.set(key, `The log cannot be fetched: ${error.message}`);
      }
      changed();
    },
  }, "Show its log");
}
