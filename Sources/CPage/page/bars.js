// The bars of a timeline.

// Draws the attempts of a lane that are seen. What is narrower than a pixel is drawn once for all
// that lie in the pixel, so that a frame costs no more than there are pixels.
function drawLane(timeline, context, lane) {
  const { shape } = timeline;
  const { attempts } = lane;
  const height = shape.lane - (shape.lane > 8 ? 3 : shape.lane > 5 ? 1 : 0.5);
  const pixel = (timeline.to - timeline.from) / shape.plot;
  let index = firstAfter(attempts, timeline.from);
  while (index < attempts.length && attempts[index].start < timeline.to) {
    const attempt = attempts[index];
    const end = attempt.end ?? timeline.now;
    const left = timeline.x(attempt.start);
    const width = Math.max(timeline.x(end) - left, 1);
    drawAttempt(timeline, context, attempt, { left, y: lane.y, width, height });
    index = width > 1 ? index + 1
      : Math.max(firstAfter(attempts, attempt.start + pixel), index + 1);
  }
}

function drawAttempt(timeline, context, attempt, bar) {
  const { left, y, width, height } = bar;
  const fill = (style, x, across, top = y, down = height) => {
    context.fillStyle = style;
    context.fillRect(x, top, across, down);
    timeline.rectangles += 1;
  };
  const seconds = lasted(attempt, timeline.now);
  // A hair of ground between neighbours.
  const across = width > 3 ? width - 1 : width;
  const ground = groundOf(context, attempt, width);
  if (ground) {
    fill(ground, left, across);
  } else if (width < narrowBar) {
    fill(colors()[`time-${largestPart(attempt, seconds)}`], left, across);
  } else {
    let x = left;
    for (const part of splitTimes(attempt.times, seconds)) {
      const wide = part.seconds / Math.max(seconds, 1e-9) * across;
      if (wide > 0.4) fill(colors()[`time-${part.name}`], x, wide);
      x += wide;
    }
  }
  if (width >= narrowBar) drawMarks(context, attempt, bar, fill);
}

// The colour of an attempt that has no parts; null where it has.
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
  for (const part of splitTimes(attempt.times, seconds)) {
    if (part.seconds > largest.seconds) largest = part;
  }
  return largest.name;
}

// A backup has a dark roof, another try a dark corner.
function drawMarks(context, attempt, { left, y, width, height }, fill) {
  const { ink } = colors();
  if (attempt.isBackup) {
    fill(ink, left, Math.max(width - 1, 1), y, Math.min(2.5, height / 3));
  } else if (attempt.number > 0) {
    const size = Math.min(height * 0.75, 9, width - 1);
    context.fillStyle = ink;
    context.beginPath();
    context.moveTo(left, y);
    context.lineTo(left + size, y);
    context.lineTo(left, y + size);
    context.fill();
  }
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
