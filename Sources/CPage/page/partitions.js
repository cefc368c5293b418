// How much each partition has that a stage reads.

const partitionSize = { width: 720, height: 130, bottom: 20, top: 14, maxColumns: 240 };

// A partition that has so many times what the one in the middle has is too large.
const skewFactor = 2;
// A key with so much of all pairs is named as the cause, as in a summary on a terminal.
const heavyShare = Number(document.documentElement.dataset.skewPercent) / 100;

const readsShuffle = (stage) => Boolean(stage.input.shuffles);

const readsPartitions = (report) => winners(report).some((attempts, index) =>
  readsShuffle(report.plan.stages[index]) && attempts.length > 0);

function partitionsSection(report) {
  return h("div", { class: "large-multiples" }, winners(report)
    .map((attempts, index) => ({ index, attempts }))
    .filter(({ index, attempts }) =>
      readsShuffle(report.plan.stages[index]) && attempts.length > 0)
    .map((stage) => partitionFigure(report, stage)));
}

function partitionFigure(report, { index, attempts }) {
  const sizes = [];
  for (const attempt of attempts) sizes[attempt.task] = attempt.recordsIn;
  const known = sizes.filter((size) => size !== undefined);
  const middle = median(known);
  const largest = greatest(known);
  const isSkewed = known.length > 1 && largest > skewFactor * Math.max(middle, 1);
  return h("figure", { "data-key": index, "data-stage": index },
    h("figcaption", {}, h("b", {}, `Stage ${index}`), " ",
      h("span", { class: "muted" }, stageName(report, index)),
      h("p", {}, partitionWords(known, middle, largest, sizes.indexOf(largest))),
      isSkewed || heaviest(report, index)
        ? h("p", { class: "skew" }, isSkewed ? [chipOfSkew(largest, middle), " "] : null,
          heaviest(report, index)) : null),
    known.length > 1 ? partitionPicture(sizes, middle) : null);
}

function partitionWords(sizes, middle, largest, place) {
  const total = sum(sizes, (size) => size);
  if (sizes.length === 1) return `One partition with ${Format.counted(largest, "pair")}.`;
  return `${Format.counted(sizes.length, "partition")} with ${Format.counted(total, "pair")}: `
    + `${Format.count(least(sizes))} to ${Format.count(largest)}, median ${Format.count(middle)}; `
    + `the most in partition ${place}.`;
}

const chipOfSkew = (largest, middle) => h("span", { class: "chip chip-skew" },
  h("span", { "aria-hidden": "true", class: "mark" }, "▲"),
  middle > 0 ? `skew ${Format.times(largest / middle)} the median` : "skew");

// The key that has most pairs, where it has too many.
function heaviest(report, index) {
  const sizes = report.job.stages[index].partitions;
  const key = sizes?.heaviestKey;
  if (!key || sizes.count < 2 || sizes.pairCount === 0) return null;
  const share = Math.min(key.pairCount / sizes.pairCount, 1);
  if (share < heavyShare || share * sizes.count <= 1) return null;
  return [
    "Key ", h("code", {}, `"${key.key}"`),
    ` has ${Math.trunc(share * 100)}% of all pairs, in partition ${sizes.heaviestKeyIndex}`,
    sizes.couldCombine ? [
      "; ", h("code", {}, "combine(_:)"), " would merge them before the shuffle",
    ] : null, ".",
  ];
}

// A column for each partition; of many, the largest of those that share a column.
function partitionPicture(sizes, middle) {
  const { width, height, bottom, top, maxColumns } = partitionSize;
  const columns = Math.min(sizes.length, maxColumns);
  const per = sizes.length / columns;
  const floor = height - bottom;
  const most = Math.max(greatest(sizes.map((size) => size ?? 0)), 1);
  const wide = width / columns;
  const gap = wide > 4 ? 1 : 0;
  const y = (size) => floor - size / most * (floor - top);
  const bars = [];
  const marks = [];
  for (let column = 0; column < columns; column += 1) {
    const first = Math.floor(column * per);
    const end = Math.max(Math.floor((column + 1) * per), first + 1);
    const size = greatest(sizes.slice(first, end).map((one) => one ?? 0));
    const isSkewed = size > skewFactor * Math.max(middle, 1);
    const name = end - first === 1 ? `Partition ${first}` : `Partitions ${first} to ${end - 1}`;
    if (isSkewed) {
      marks.push(s("text", { class: "skew-mark", x: ((column + 0.5) * wide).toFixed(2),
        y: Math.max(y(size) - 3, 9).toFixed(2), "text-anchor": "middle" }, "▲"));
    }
    bars.push(s("rect", {
      class: isSkewed ? "bin slow" : "bin",
      x: (column * wide).toFixed(2), y: Math.min(y(size), floor - (size > 0 ? 1.5 : 0)).toFixed(2),
      width: Math.max(wide - gap, 0.5).toFixed(2),
      height: Math.max(floor - y(size), size > 0 ? 1.5 : 0).toFixed(2),
    }, s("title", {}, `${name}: ${Format.counted(size, "pair")}`
      + `${isSkewed ? `, ${Format.times(size / Math.max(middle, 1))} the median` : ""}`)));
  }
  return s("svg", { viewBox: `0 0 ${width} ${height}`, class: "partitions", "aria-hidden": "true" },
    bars, marks,
    s("line", { class: "floor", x1: 0, x2: width, y1: floor, y2: floor }),
    s("line", { class: "median", x1: 0, x2: width, y1: y(middle), y2: y(middle) }),
    s("text", { x: 0, y: height - 5 }, "partition 0"),
    s("text", { x: width, y: height - 5, "text-anchor": "end" }, sizes.length - 1));
}
