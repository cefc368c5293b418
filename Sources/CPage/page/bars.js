// The bars of a timeline.

// Rectangles by their color: a context draws many of one color in much less time than of many.
class Rectangles {
  constructor() {
    this.byColor = new Map();
    this.marks = [];
    this.count = 0;
  }

  add(color, left, top, width, height) {
    let list = this.byColor.get(color);
    if (!list) this.byColor.set(color, list = []);
    list.push(left, top, width, height);
    this.count += 1;
  }

  draw(context) {
    for (const [color, list] of this.byColor) {
      context.fillStyle = color;
      for (let i = 0; i < list.length; i += 4) {
        context.fillRect(list[i], list[i + 1], list[i + 2], list[i + 3]);
      }
    }
    for (const mark of this.marks) mark(context);
  }
}

// Adds the attempts of a lane that are seen. What is narrower than a pixel is drawn once for all
// that lie in the pixel, so that a frame costs no more than there are pixels.
function addLane(timeline, bars, context, lane) {
  const { shape } = timeline;
  const { attempts } = lane;
  const height = shape.lane - (shape.lane > 8 ? 3 : shape.lane > 5 ? 1 : 0.5);
  const pixel = (timeline.to - timeline.from) / shape.plot;
  let index = firstAfter(attempts, timeline.from);
  while (index < attempts.length && attempts[index].start < timeline.to) {
    const attempt = attempts[index];
    const left = timeline.x(attempt.start);
    const width = Math.max(timeline.x(attempt.end ?? timeline.now) - left, 1);
    addAttempt(timeline, bars, context, attempt, { left, y: lane.y, width, height });
    index = width > 1 ? index + 1
      : Math.max(firstAfter(attempts, attempt.start + pixel), index + 1);
  }
}

function addAttempt(timeline, bars, context, attempt, { left, y, width, height }) {
  const seconds = lasted(attempt, timeline.now);
  // A hair of ground between neighbors.
  const across = width > 3 ? width - 1 : width;
  const ground = groundOf(context, attempt, width);
  if (ground) {
    bars.add(ground, left, y, across, height);
  } else if (width < narrowBar) {
    bars.add(colors().times[largestPart(attempt, seconds)], left, y, across, height);
  } else {
    addParts(bars, attempt, seconds, { left, y, across, height });
  }
  if (width >= narrowBar && attempt.number > 0) {
    bars.marks.push((on) => drawMark(on, attempt, { left, y, width, height }));
  }
}

// A part that cannot be seen gives its place to the next one.
function addParts(bars, attempt, seconds, { left, y, across, height }) {
  const { times } = colors();
  const scale = across / Math.max(seconds, 1e-9);
  let from = left;
  let to = left;
  for (const part of partsOf(attempt, seconds)) {
    to += part.seconds * scale;
    if (to - from < 1) continue;
    bars.add(times[part.name], from, y, to - from, height);
    from = to;
  }
  if (left + across - from > 0.5) bars.add(times.other, from, y, left + across - from, height);
}

// The color of an attempt that has no parts; null where it has.
function groundOf(context, attempt, width) {
  const { bad, muted, lost, accent, sunken, surface } = colors();
  const isNarrow = width < narrowBar;
  switch (attempt.state) {
  case "failed": return isNarrow ? bad : stripes(context, surface, bad, "crossed");
  case "stopped": return isNarrow ? muted : stripes(context, muted, sunken, "rising");
  case "lost": return isNarrow ? lost : stripes(context, surface, lost, "falling");
  case "audited": return isNarrow ? muted : stripes(context, muted, sunken, "falling");
  case "running": return accent;
  default: return null;
  }
}

function largestPart(attempt, seconds) {
  let largest = { name: "other", seconds: 0 };
  for (const part of partsOf(attempt, seconds)) {
    if (part.seconds > largest.seconds) largest = part;
  }
  return largest.name;
}

// A backup has a dark roof, another try a dark corner.
function drawMark(context, attempt, { left, y, width, height }) {
  context.fillStyle = colors().ink;
  if (attempt.isBackup) {
    context.fillRect(left, y, Math.max(width - 1, 1), Math.min(2.5, height / 3));
    return;
  }
  const size = Math.min(height * 0.75, 9, width - 1);
  context.beginPath();
  context.moveTo(left, y);
  context.lineTo(left + size, y);
  context.lineTo(left, y + size);
  context.fill();
}

function drawSelection(timeline, context) {
  const { shape, selected, hovered } = timeline;
  const { ink, surface } = colors();
  for (const found of [hovered, selected]) {
    if (!found || !timeline.lanes[found.lane]) continue;
    const { attempt } = found;
    const left = timeline.x(attempt.start);
    const width = Math.max(timeline.x(attempt.end ?? timeline.now) - left, 2);
    const { y } = timeline.lanes[found.lane];
    context.lineWidth = 2;
    context.strokeStyle = surface;
    context.strokeRect(left - 2, y - 2, width + 3, shape.lane + 2);
    context.strokeStyle = ink;
    context.strokeRect(left - 1, y - 1, width + 1, shape.lane);
  }
}

// An attempt in a sentence.
function attemptWords(report, attempt, now) {
  const seconds = lasted(attempt, now);
  const parts = splitTimes(attempt.times, seconds)
    .filter((part) => part.name !== "other")
    .sort((a, b) => b.seconds - a.seconds).slice(0, 3)
    .map((part) => `${timeWords[part.name]} ${Format.duration(part.seconds)}`);
  return `Task ${attemptName(attempt)}${attempt.isBackup ? " (backup)" : ""}: `
    + `${stateWords[attempt.state]}, ${Format.duration(seconds)} from `
    + `${Format.duration(attempt.start)} on, on ${workerName(report, attempt.worker)}`
    + `${parts.length > 0 ? `; ${parts.join(", ")}` : ""}.`;
}

// The same as lines, beside the pointer.
function attemptTip(report, attempt, now) {
  const seconds = lasted(attempt, now);
  const lines = [
    h("p", { class: "strong" }, `Task ${attemptName(attempt)}`, attempt.isBackup ? ", backup" : ""),
    h("p", { class: "muted" }, stageName(report, attempt.stage)),
    h("p", {}, `${stateWords[attempt.state]}, ${Format.duration(seconds)}`),
  ];
  if (attempt.times) {
    lines.push(h("ul", {}, splitTimes(attempt.times, seconds).map((part) => h("li", {},
      h("span", { class: `swatch part-${part.name}` }), timeWords[part.name], " ",
      h("span", { class: "number" }, Format.duration(part.seconds))))));
    lines.push(h("p", {}, `${Format.count(attempt.recordsIn)} in, `
      + `${Format.count(attempt.recordsOut)} out`));
  }
  lines.push(h("p", { class: "muted" }, workerName(report, attempt.worker)));
  return lines;
}
