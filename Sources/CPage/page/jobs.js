// All jobs.

const jobFilter = { text: "", phases: "all" };

const phaseChoices = [
  ["all", "All", () => true],
  ["running", "Running", (job) => !isEnded(job)],
  ["succeeded", "Succeeded", (job) => job.phase === "succeeded"],
  ["failed", "Failed", (job) => job.phase === "failed"],
  ["cancelled", "Cancelled", (job) => job.phase === "cancelled"],
];

const jobColumns = [
  {
    name: "id", words: "Job", isNumber: true, order: (job) => job.id, cell: (job) => job.id,
  },
  {
    name: "name", words: "Name", order: (job) => job.name, class: "name",
    cell: (job) => h("a", { href: `#/jobs/${job.id}`, "data-row": true }, job.name),
  },
  {
    name: "owner", words: "Owner", order: (job) => job.owner, cell: (job) => job.owner || "–",
  },
  { name: "phase", words: "State", order: (job) => job.phase, cell: (job) => chip(job.phase) },
  {
    name: "progress", words: "Progress", order: progress, class: "progress",
    cell: (job) => {
      const { done, total } = taskCounts(job);
      return [
        bar(progress(job), Format.percent(progress(job)), `bar-${job.phase}`),
        beside(`${Format.count(done)}/${Format.count(total)}`,
          h("span", { class: "unseen" }, " tasks")),
      ];
    },
  },
  {
    name: "rate", words: "Throughput", isNumber: true,
    title: "Bytes of input read, by the time since the submission",
    order: (job) => bytesRead(job) / Math.max(secondsOf(job), 1e-3),
    cell: (job) => bytesRead(job) > 0 ? Format.rate(bytesRead(job), secondsOf(job)) : "–",
  },
  {
    name: "left", words: "Time left", isNumber: true,
    order: (job) => timeLeft(job, secondsOf(job)),
    cell: (job) => {
      const left = timeLeft(job, secondsOf(job));
      return left === null ? "–" : `about ${Format.left(left)}`;
    },
  },
  {
    name: "started", words: "Started", isNumber: true, order: (job) => job.submittedAt || null,
    cell: (job) => startedAt(job),
  },
  {
    name: "duration", words: "Duration", isNumber: true, order: secondsOf,
    cell: (job) => Format.duration(secondsOf(job)),
  },
  {
    name: "cancel", words: "Actions", isUnseen: true,
    cell: (job) => job.phase === "running" ? cancelButton(job, "small") : null,
  },
];

function startedAt(job) {
  if (!job.submittedAt) return "–";
  return h("time", {
    datetime: new Date(job.submittedAt * 1000).toISOString(),
    title: Format.moment(job.submittedAt),
  }, Format.ago(Math.max(Date.now() / 1000 - job.submittedAt, 0)));
}

function jobsView() {
  const jobs = [...state.jobs.values()];
  const running = jobs.filter((job) => !isEnded(job)).length;
  return h("div", { class: "view", "data-key": "jobs" },
    h("div", { class: "title" },
      h("h1", {}, "Jobs"),
      h("p", { class: "muted" }, state.isListed
        ? `${Format.count(running)} running, ${Format.count(jobs.length - running)} ended`
        : "")),
    jobs.length === 0 ? noJobs() : [filters(jobs), jobsTable(jobs)]);
}

function noJobs() {
  if (!state.isListed) return h("p", { class: "notice" }, "Asking the coordinator …");
  return h("div", { class: "notice" },
    h("p", {}, "No job was submitted yet."),
    h("p", {}, "Submit one: ",
      h("code", {}, `mapreduce submit --coordinator ${location.origin} JOB -- INPUT -o OUTPUT`)));
}

function filters(jobs) {
  return h("div", { class: "filters" },
    h("label", { class: "search" },
      h("span", { class: "unseen" }, "Filter by name, owner, number or state"),
      h("input", {
        id: "filter", type: "search", placeholder: "Filter  (/)", autocomplete: "off",
        spellcheck: "false", value: jobFilter.text,
        oninput: (event) => { jobFilter.text = event.target.value; changed(); },
      })),
    h("div", { class: "choices", role: "group", "aria-label": "States" },
      phaseChoices.map(([name, words, isIn]) => h("button", {
        type: "button", "aria-pressed": String(jobFilter.phases === name),
        onclick: () => { jobFilter.phases = name; changed(); },
      }, words, " ", h("span", { class: "muted" }, Format.count(jobs.filter(isIn).length))))));
}

function jobsTable(jobs) {
  const words = jobFilter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const isIn = phaseChoices.find(([name]) => name === jobFilter.phases)[2];
  const rows = jobs.filter((job) => {
    const text = `${job.id} ${job.name} ${job.owner} ${job.phase}`.toLowerCase();
    return isIn(job) && words.every((word) => text.includes(word));
  });
  if (rows.length === 0) return h("p", { class: "notice" }, "No job is like this.");
  return table({
    name: "jobs", caption: "Jobs", columns: jobColumns, rows, key: (job) => job.id,
    sort: { by: "id", isDown: true }, pageSize: 100, class: "cards",
  });
}

function cancelButton(job, kind = "") {
  return h("button", {
    type: "button", class: `danger ${kind}`.trim(), "aria-haspopup": "dialog",
    onclick: () => confirmCancel(job),
  }, "Cancel", h("span", { class: "unseen" }, ` job ${job.id}, ${job.name}`));
}

// Asks before a job is cancelled.
function confirmCancel(job) {
  const dialog = document.getElementById("confirm");
  const problem = h("p", { class: "problem", role: "alert" });
  const cancel = async (event) => {
    event.preventDefault();
    try {
      await live.cancel(job.id);
      dialog.close();
    } catch (error) {
      problem.textContent = `Not cancelled: ${error.message}`;
    }
  };
  const { done, total } = taskCounts(job);
  dialog.replaceChildren(h("form", { method: "dialog", onsubmit: cancel },
    h("h2", { id: "confirm-title" }, `Cancel job ${job.id}, ${job.name}?`),
    h("p", {}, `${Format.count(done)} of ${Format.counted(total, "task")} are done. `,
      "What the job has written is removed, and it cannot be taken up again."),
    problem,
    h("div", { class: "buttons" },
      h("button", { type: "button", autofocus: true, onclick: () => dialog.close() },
        "Keep it running"),
      h("button", { type: "submit", class: "danger filled" }, "Cancel the job"))));
  dialog.showModal();
}
