// The stages of a job: the graph, and a table with a row for each.

const stageColumns = (report) => [
  {
    name: "stage", words: "Stage", order: (row) => row.index, class: "name",
    cell: (row) => h("div", { class: "stage-name" },
      h("span", { class: "stage-number", id: `stage-${row.index}`, tabindex: "-1" }, row.index),
      h("ol", { class: "steps" }, row.plan.steps.map((step) =>
        h("li", {}, h("b", {}, step.verb), " ",
          h("span", { class: "code" }, `${step.file}:${step.line}`)))),
      row.plan.round ? h("span", { class: "tag" },
        `round ${row.plan.round.number + 1}`) : null),
  },
  {
    name: "progress", words: "Tasks", order: (row) => row.status.doneCount, class: "progress",
    cell: (row) => stageProgress(row.status),
  },
  flow("in", "Records in", (row) => [row.flow.recordsIn, row.flow.bytesIn]),
  flow("out", "Records out", (row) => [row.flow.recordsOut, row.flow.bytesOut]),
  {
    name: "combined", words: "Combined", isNumber: true,
    title: "Pairs that the closures emitted for each pair that was shuffled",
    order: combineRatio,
    cell: (row) => combineRatio(row) === null ? "–" : h("span", {
      title: `${Format.count(row.flow.emitted)} pairs emitted, `
        + `${Format.count(row.flow.shuffled)} shuffled`,
    }, Format.times(combineRatio(row))),
  },
  {
    name: "spills", words: "Spills", isNumber: true, order: (row) => row.flow.spills,
    title: "Runs written because the memory was full, and merges that these needed",
    cell: (row) => row.plan.outputs.every((output) => output.files) ? "–"
      : Format.count(row.flow.spills)
        + (row.flow.mergePasses > 0
          ? `, ${Format.counted(row.flow.mergePasses, "merge")}` : ""),
  },
  {
    name: "shuffled", words: "Shuffled", isNumber: true, order: (row) => row.flow.shuffledBytes,
    title: "Bytes of the runs that other stages read",
    cell: (row) => row.plan.outputs.every((output) => output.files)
      ? "–" : Format.bytes(row.flow.shuffledBytes),
  },
  {
    name: "time", words: "Time", isNumber: true, order: (row) => row.status.seconds,
    title: "From the first start to the last success",
    cell: (row) => row.status.seconds === undefined ? "–" : Format.duration(row.status.seconds),
  },
  {
    name: "parts", words: "Where the tasks' time went", class: "parts", isWide: true,
    cell: (row) => stageTimes(report, row),
  },
];

const combineRatio = (row) => combines(row.plan) && row.flow.shuffled > 0
  ? row.flow.emitted / row.flow.shuffled : null;

// A column of records, with their bytes.
function flow(name, words, value) {
  return {
    name, words, isNumber: true, order: (row) => value(row)[0],
    cell: (row) => {
      if (row.status.isLeftOut) return "–";
      const [records, bytes] = value(row);
      return [h("span", { class: "value" }, Format.count(records)), " ",
        h("span", { class: "below" }, Format.bytes(bytes))];
    },
  };
}

function stageProgress(status) {
  if (status.isLeftOut) return h("span", { class: "muted" }, "left out");
  const words = `${Format.count(status.doneCount)} of ${Format.count(status.taskCount)}`;
  const more = [
    status.runningCount > 0 ? `${Format.count(status.runningCount)} running` : null,
    status.failureCount > 0 ? `${Format.count(status.failureCount)} failed` : null,
    status.backupCount > 0 ? Format.counted(status.backupCount, "backup") : null,
  ].filter(Boolean);
  return [
    bar(status.doneCount / Math.max(status.taskCount, 1), words,
      status.doneCount === status.taskCount ? "bar-succeeded" : ""),
    more.length > 0 ? beside(more.join(", ")) : null,
  ];
}

function stageTimes(report, row) {
  const { times } = row.stage;
  const parts = timeParts
    .map((name) => ({ name, seconds: times?.[name] ?? 0 }))
    .filter((part) => part.seconds > 0);
  if (parts.length === 0) return h("span", { class: "muted" }, "–");
  const total = sum(parts, (part) => part.seconds);
  for (const part of parts) {
    part.words = `${timeWords[part.name]}: ${Format.duration(part.seconds)}, `
      + Format.share(part.seconds / total);
  }
  const largest = [...parts].sort((a, b) => b.seconds - a.seconds).slice(0, 2);
  return [
    splitBar(parts, parts.map((part) => part.words).join("; ")),
    beside(largest.map((part) =>
      `${timeWords[part.name]} ${Format.share(part.seconds / total)}`).join(", ")),
  ];
}

function stagesSection(report) {
  const rows = report.plan.stages.map((plan, index) => ({
    index, plan, stage: report.stages[index], status: report.job.stages[index],
    flow: stageFlow(report.stages[index]?.counters),
  }));
  return [
    stageGraph(report),
    table({
      name: "stages", caption: "Stages", columns: stageColumns(report), rows,
      key: (row) => row.index, pageSize: 50, class: "cards",
      rowClass: (row) => row.status.isLeftOut ? "left-out" : null,
    }),
    timeLegend(),
  ];
}

function timeLegend() {
  return h("ul", { class: "legend", "aria-label": "Colors of time" }, timeParts.map((name) =>
    h("li", {}, h("span", { class: `swatch part-${name}`, "aria-hidden": "true" }),
      timeWords[name])));
}
