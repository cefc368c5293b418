// How long the tasks of each stage took, and which took far longer than the others.

const histogramSize = { width: 340, height: 120, bottom: 20, top: 16, maxBins: 28 };

// Stages of more than these are shown on demand.
const firstHistograms = 12;
const shownInFull = new Set();

function timesSection(report) {
  const stages = winners(report)
    .map((attempts, index) => ({ index, attempts }))
    .filter((stage) => stage.attempts.length > 0);
  const total = (stage) => sum(stage.attempts, (attempt) => attempt.end - attempt.start);
  const isCut = stages.length > firstHistograms && !shownInFull.has(report.job.id);
  const shown = isCut
    ? [...stages].sort((a, b) => total(b) - total(a)).slice(0, firstHistograms)
      .sort((a, b) => a.index - b.index)
    : stages;
  return [
    h("div", { class: "small-multiples" }, shown.map((stage) => histogram(report, stage))),
    isCut ? h("button", {
      type: "button",
      onclick: () => { shownInFull.add(report.job.id); changed(); },
    }, `Show all ${stages.length} stages`) : null,
  ];
}

function histogram(report, { index, attempts }) {
  const seconds = attempts.map((attempt) => attempt.end - attempt.start);
  const middle = median(seconds);
  const slow = stragglers(attempts);
  const words = attempts.length === 1
    ? `One task: ${Format.duration(seconds[0])}.`
    : `${Format.counted(attempts.length, "task")}: median ${Format.duration(middle)}, from `
      + `${Format.duration(least(seconds))} to ${Format.duration(greatest(seconds))}.`;
  return h("figure", { "data-key": index, "data-stage": index },
    h("figcaption", {}, h("b", {}, `Stage ${index}`), " ",
      h("span", { class: "muted" }, stageName(report, index)),
      h("p", {}, words)),
    attempts.length > 1 ? histogramPicture(seconds, middle, slow.length) : null,
    slow.length > 0 ? stragglerList(report, slow, middle) : null);
}

const least = (numbers) => numbers.reduce((a, b) => Math.min(a, b), Infinity);
const greatest = (numbers) => numbers.reduce((a, b) => Math.max(a, b), 0);

function bins(seconds) {
  const end = Math.max(greatest(seconds), 1e-6);
  const count = Math.min(Math.max(Math.ceil(Math.sqrt(seconds.length) * 2), 6),
    histogramSize.maxBins);
  const counts = new Array(count).fill(0);
  for (const one of seconds) counts[Math.min(Math.floor(one / end * count), count - 1)] += 1;
  return { end, counts };
}

function histogramPicture(seconds, middle, slowCount) {
  const { width, height, bottom, top } = histogramSize;
  const { end, counts } = bins(seconds);
  const most = greatest(counts);
  const floor = height - bottom;
  const wide = width / counts.length;
  const limit = slowCount > 0 ? Math.max(2 * middle, middle + 1) : Infinity;
  const medianX = middle / end * width;
  return s("svg", { viewBox: `0 0 ${width} ${height}`, class: "histogram", "aria-hidden": "true" },
    counts.map((count, bin) => {
      const tall = count === 0 ? 0 : Math.max(count / most * (floor - top), 2);
      const isSlow = (bin + 1) / counts.length * end > limit;
      return s("rect", {
        class: isSlow ? "bin slow" : "bin",
        x: (bin * wide + 0.5).toFixed(2), y: (floor - tall).toFixed(2),
        width: (wide - 1).toFixed(2), height: tall.toFixed(2),
      }, s("title", {}, `${Format.counted(count, "task")} of `
        + `${Format.duration(bin / counts.length * end)} to `
        + `${Format.duration((bin + 1) / counts.length * end)}`));
    }),
    s("line", { class: "floor", x1: 0, x2: width, y1: floor, y2: floor }),
    s("line", { class: "median", x1: medianX, x2: medianX, y1: 4, y2: floor }),
    s("text", { class: "median-word", x: medianX > width - 60 ? medianX - 5 : medianX + 5, y: 12,
      "text-anchor": medianX > width - 60 ? "end" : "start" }, "median"),
    s("text", { x: 0, y: height - 5 }, "0"),
    s("text", { x: width, y: height - 5, "text-anchor": "end" }, Format.duration(end)));
}

function stragglerList(report, slow, middle) {
  const shown = slow.slice(0, 5);
  return h("div", { class: "stragglers" },
    h("p", {}, h("span", { class: "swatch mark-slow", "aria-hidden": "true" }),
      `${Format.counted(slow.length, "straggler")}, more than twice the median:`),
    h("ul", {}, shown.map((attempt) => {
      const seconds = attempt.end - attempt.start;
      const times = middle > 0 ? `, ${Format.times(seconds / middle)} the median` : "";
      return h("li", {}, attemptLink(report, attempt), ` ${Format.duration(seconds)}${times}, `,
        `${Format.bytes(attempt.bytesIn)} in, on ${workerName(report, attempt.worker)}`);
    })),
    slow.length > shown.length
      ? h("p", { class: "muted" }, `and ${Format.count(slow.length - shown.length)} more`) : null);
}
