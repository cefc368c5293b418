// All workers.

const workerStates = {
  ready: "ready", suspect: "suspect: not heard for some seconds", draining: "draining: ends soon",
  diskLow: "disk low: gets no work that writes runs", awaited: "awaited after a restart",
  unreachable: "unreachable: other workers cannot fetch from it; it gets no work for a while",
  stuck: "stuck: its task processes cannot be ended",
};

const workerColumns = [
  {
    name: "id", words: "Worker", isNumber: true, order: (worker) => worker.id,
    cell: (worker) => worker.id,
  },
  {
    name: "url", words: "Address", order: (worker) => worker.url, class: "name",
    cell: (worker) => h("span", { class: "code", tabindex: "0", "data-row": true }, worker.url),
  },
  {
    name: "state", words: "State", order: (worker) => worker.state,
    cell: (worker) => [
      h("span", { title: workerStates[worker.state] },
        chip(worker.state, worker.state === "diskLow" ? "disk low" : worker.state)),
      exclusion(worker), unreachable(worker),
    ],
  },
  {
    name: "slots", words: "Slots", order: (worker) => worker.runningCount, class: "gauge",
    cell: (worker) => bar(worker.runningCount / Math.max(worker.slotCount, 1),
      `${worker.runningCount} of ${worker.slotCount}`
        + (worker.lostSlotCount > 0 ? `, ${worker.lostSlotCount} lost` : "")),
  },
  {
    name: "load", words: "Load", order: (worker) => worker.load?.one, class: "gauge",
    title: "Processes that want a processor, on average of a minute, and processors",
    cell: (worker) => worker.load
      ? bar(worker.load.one / Math.max(worker.load.processorCount, 1),
        `${worker.load.one.toFixed(2)} of ${worker.load.processorCount}`,
        worker.load.one > 1.5 * worker.load.processorCount ? "bar-high" : "")
      : "–",
  },
  {
    name: "memory", words: "Memory used", class: "gauge",
    order: (worker) => used(worker.memory, "available"),
    cell: (worker) => room(worker.memory, "available"),
  },
  {
    name: "disk", words: "Disk used", class: "gauge",
    order: (worker) => used(worker.disk, "free"),
    cell: (worker) => room(worker.disk, "free"),
  },
  {
    name: "segments", words: "Segments held", isNumber: true,
    order: (worker) => worker.segments?.byteCount,
    cell: (worker) => worker.segments
      ? [Format.count(worker.segments.count),
        beside(Format.bytes(worker.segments.byteCount))]
      : "–",
  },
  {
    name: "version", words: "Version", order: (worker) => worker.version,
    cell: (worker) => worker.version ?? "–",
  },
  {
    name: "heard", words: "Heartbeat", isNumber: true, order: silence,
    cell: (worker) => `${Format.duration(silence(worker))} ago`,
  },
];

function silence(worker) {
  if (state.connection !== "live") return worker.silence;
  return worker.silence + clock() - state.workersHeardAt;
}

const exclusion = (worker) => {
  const jobs = worker.excludedJobs ?? [];
  if (!worker.isExcluded && jobs.length === 0) return null;
  const noun = jobs.length === 1 ? "job" : "jobs";
  const of = jobs.length > 0 ? ` from ${noun} ${jobs.join(", ")}` : "";
  return h("span", { title: "Too many attempts failed there" }, chip("excluded", `excluded${of}`));
};

const unreachable = (worker) => {
  const workers = worker.unreachableFor ?? [];
  if (workers.length === 0) return null;
  const noun = workers.length === 1 ? "worker" : "workers";
  return beside(`for ${noun} ${workers.join(", ")}`);
};

const used = (room, kind) =>
  room ? 1 - room[`${kind}ByteCount`] / Math.max(room.totalByteCount, 1) : null;

function room(room, kind) {
  if (!room) return "–";
  const share = used(room, kind);
  return bar(share, `${Format.share(share)} of ${Format.bytes(room.totalByteCount)}`,
    share > 0.9 ? "bar-high" : "");
}

function workersView() {
  const workers = state.workers;
  const slots = sum(workers, (worker) => worker.slotCount);
  const running = sum(workers, (worker) => worker.runningCount);
  return h("div", { class: "view", "data-key": "workers" },
    h("div", { class: "title" },
      h("h1", {}, "Workers"),
      h("p", { class: "muted" }, workers.length > 0
        ? `${Format.counted(workers.length, "worker")}, ${running} of ${slots} slots at work`
        : "")),
    workers.length > 0
      ? table({
        name: "workers", caption: "Workers", columns: workerColumns, rows: workers,
        key: (worker) => worker.id, sort: { by: "id", isDown: false }, pageSize: 200,
        class: "cards",
      })
      : h("div", { class: "notice" },
        h("p", {}, state.isListed ? "No worker is connected: jobs wait." :
          "Asking the coordinator …")));
}
