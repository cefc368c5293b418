// When which attempt ran where: a lane for each slot, drawn on a canvas as far as it is seen.

const timelineSize = {
  axis: 24, stage: 18, maxStageRows: 3, gap: 6, minLane: 5, maxLane: 20, height: 560,
};

// A bar that is narrower than this, in pixels, has one color.
const narrowBar = 9;

const timelineHint = "Ctrl with the wheel zooms, dragging moves; an attempt opens with a click.";

class Timeline {
  constructor() {
    this.canvas = h("canvas", { "aria-hidden": "true" });
    this.space = h("div", { class: "space" });
    this.scroller = h("div", {
      class: "lanes", tabindex: "0", role: "application", "aria-roledescription": "timeline",
      "aria-label": "Attempts by slot. Arrows go from attempt to attempt, plus and minus zoom, "
        + "Shift with arrows moves, 0 shows all, Enter shows an attempt.",
      "aria-describedby": "timeline-selected",
    }, this.canvas, this.space);
    this.caption = h("p", { id: "timeline-selected", class: "caption", "aria-live": "polite" },
      timelineHint);
    this.rangeText = h("span", { class: "muted range" });
    this.element = h("div", { class: "timeline" }, this.tools(), this.scroller, this.caption);
    this.element.picture = this;
    this.view = null;
    this.isDue = false;
    pictures.add(this);
    sizes.observe(this.element);
    new TimelineInput(this);
  }

  tools() {
    const button = (words, mark, action) => h("button", {
      type: "button", class: "small", "aria-label": words, title: words, onclick: action,
    }, mark);
    return h("div", { class: "tools" },
      button("Zoom in (+)", "+", () => this.zoom(2)),
      button("Zoom out (−)", "−", () => this.zoom(0.5)),
      button("Earlier (Shift ←)", "←", () => this.pan(-0.25)),
      button("Later (Shift →)", "→", () => this.pan(0.25)),
      button("All (0)", "All", () => this.showAll()),
      this.rangeText);
  }

  // Takes what is to be shown; cheap when nothing has changed.
  show(report) {
    const isRunning = !isEnded(report.job);
    const before = this.now;
    const isSame = this.report === report && this.revision === report.revision;
    if (!isSame) {
      if (this.report?.job.id !== report.job.id) this.selected = null;
      this.report = report;
      this.revision = report.revision;
      this.lanes = layLanes(report.attempts);
      this.stages = this.stageRows(report);
      this.selected = this.again(this.selected);
      this.hovered = null;
    }
    this.now = isRunning ? Math.max(secondsOf(report.job), reportEnd(report)) : reportEnd(report);
    this.end = Math.max(this.now, ...this.lanes.map((lane) =>
      Number.isFinite(lane.end) ? lane.end : 0), 1e-3);
    if (!isSame || this.now !== before) this.refresh();
  }

  // Where an attempt is now that was found before.
  again(found) {
    const key = found && attemptKey(found.attempt);
    for (let lane = 0; found && lane < this.lanes.length; lane += 1) {
      const { attempts } = this.lanes[lane];
      const index = attempts.findIndex((attempt) => attemptKey(attempt) === key);
      if (index >= 0) return { lane, index, attempt: attempts[index] };
    }
    return null;
  }

  // Spans of stages, in rows where they do not overlap.
  stageRows(report) {
    const rows = [];
    report.stages.forEach((stage, index) => {
      if (stage.start === undefined) return;
      const end = stage.end ?? Infinity;
      let row = rows.findIndex((one) => one.end <= stage.start + 1e-6);
      if (row < 0) row = rows.push({ spans: [], end: 0 }) - 1;
      rows[row].spans.push({ index, start: stage.start, end: stage.end });
      rows[row].end = end;
    });
    return rows.slice(0, timelineSize.maxStageRows).map((row) => row.spans);
  }

  get from() { return this.view?.from ?? 0; }
  get to() { return this.view?.to ?? this.end; }

  refresh() {
    if (this.isDue || !this.report) return;
    this.isDue = true;
    requestAnimationFrame(() => {
      this.isDue = false;
      if (this.element.isConnected) this.frame();
    });
  }

  layOut() {
    const width = this.scroller.clientWidth;
    const { axis, stage, gap, minLane, maxLane, height } = timelineSize;
    const gutter = width < 600 ? 36 : 132;
    const groups = new Set(this.lanes.map((lane) => lane.worker)).size;
    const top = axis + stage * this.stages.length;
    const room = (height - top - groups * gap) / Math.max(this.lanes.length, 1);
    const lane = Math.floor(Math.min(Math.max(room, minLane), maxLane));
    let y = 0;
    let worker = null;
    for (const one of this.lanes) {
      if (one.worker !== worker) y += gap;
      worker = one.worker;
      one.y = y;
      y += lane;
    }
    const seen = Math.min(y + gap + top, height);
    this.space.style.height = `${Math.max(y + gap + top - seen, 0)}px`;
    this.scroller.style.height = `${seen + 2}px`;
    this.shape = { width, gutter, top, lane, seen, plot: width - gutter - 8 };
  }

  x(moment) {
    const { gutter, plot } = this.shape;
    return gutter + (moment - this.from) / (this.to - this.from) * plot;
  }

  moment(x) {
    const { gutter, plot } = this.shape;
    return this.from + (x - gutter) / plot * (this.to - this.from);
  }

  frame() {
    const began = performance.now();
    this.layOut();
    const { width, seen, top, gutter } = this.shape;
    if (width === 0) return;
    const context = fitted(this.canvas, width, seen);
    context.clearRect(0, 0, width, seen);
    this.drawAxis(context);
    context.save();
    context.beginPath();
    context.rect(0, top, width, seen - top);
    context.clip();
    context.translate(0, top - this.scroller.scrollTop);
    const first = this.lanes.findIndex((lane) =>
      lane.y + this.shape.lane >= this.scroller.scrollTop);
    let end = this.lanes.findIndex((lane) => lane.y > this.scroller.scrollTop + seen - top);
    if (end < 0) end = this.lanes.length;
    this.drawNames(context, first, end);
    context.beginPath();
    context.rect(gutter, this.scroller.scrollTop, width - gutter, seen);
    context.clip();
    const bars = new Rectangles();
    for (let index = Math.max(first, 0); index < end; index += 1) {
      addLane(this, bars, context, this.lanes[index]);
    }
    bars.draw(context);
    this.rectangles = bars.count;
    drawSelection(this, context);
    context.restore();
    this.rangeText.textContent = `${Format.duration(this.from)} to ${Format.duration(this.to)}`
      + ` of ${Format.duration(this.end)}`;
    // For those who measure: what the last frame has cost.
    this.canvas.dataset.rectangles = this.rectangles;
    this.canvas.dataset.milliseconds = (performance.now() - began).toFixed(2);
  }

  drawAxis(context) {
    const { width, seen, gutter, plot } = this.shape;
    const { muted, line } = colors();
    const marks = ticks(this.from, this.to, plot / 110);
    const isFine = this.to - this.from < 3;
    context.textBaseline = "middle";
    context.textAlign = "center";
    for (const mark of marks) {
      const x = Math.round(this.x(mark)) + 0.5;
      context.fillStyle = line;
      context.fillRect(x - 0.5, timelineSize.axis - 4, 1, seen);
      const words = tickText(mark, isFine);
      const half = context.measureText(words).width / 2;
      context.fillStyle = muted;
      context.fillText(words, Math.min(Math.max(x, gutter + half), width - half - 2), 10);
    }
    this.stages.forEach((spans, row) => this.drawStages(context, spans, row));
  }

  drawStages(context, spans, row) {
    const { gutter, width } = this.shape;
    const { ink, muted, sunken } = colors();
    const y = timelineSize.axis + row * timelineSize.stage;
    context.textAlign = "left";
    for (const span of spans) {
      const left = Math.max(this.x(span.start), gutter);
      const right = Math.min(this.x(span.end ?? this.now), width - 8);
      if (right < gutter || left > width) continue;
      context.fillStyle = sunken;
      context.fillRect(left, y, Math.max(right - left, 1), timelineSize.stage - 4);
      context.fillStyle = muted;
      context.fillRect(left, y + timelineSize.stage - 5, Math.max(right - left, 1), 1);
      const room = right - left - 12;
      if (room < 12) continue;
      context.fillStyle = ink;
      context.fillText(
        fittedText(context, `${span.index}  ${stageName(this.report, span.index)}`, room),
        left + 6, y + 7,
      );
    }
  }

  drawNames(context, first, end) {
    const { gutter, lane } = this.shape;
    const { muted, line } = colors();
    let worker = null;
    context.textAlign = "left";
    context.textBaseline = "top";
    for (let index = Math.max(first, 0); index < end; index += 1) {
      const one = this.lanes[index];
      if (one.worker === worker) continue;
      const isTop = one.number === 0;
      worker = one.worker;
      const words = gutter < 100 ? `#${worker}` : workerName(this.report, worker);
      const y = isTop ? one.y : Math.max(one.y, this.scroller.scrollTop);
      if (isTop && one.y > timelineSize.gap) {
        context.fillStyle = line;
        context.fillRect(0, one.y - timelineSize.gap / 2, this.shape.width, 1);
      }
      context.fillStyle = muted;
      context.fillText(fittedText(context, words, gutter - 12), 0, y + Math.max(lane - 13, 0) / 2);
    }
    context.textBaseline = "middle";
  }

  // The attempt at a place of the canvas; null where there is none.
  at(x, y) {
    const { top, lane, gutter } = this.shape;
    if (x < gutter || y < top) return null;
    const below = y - top + this.scroller.scrollTop;
    const place = this.lanes.findIndex((one) => below >= one.y && below < one.y + lane);
    if (place < 0) return null;
    const { attempts } = this.lanes[place];
    const near = 3 / this.shape.plot * (this.to - this.from);
    const moment = this.moment(x);
    const index = firstAfter(attempts, moment - near);
    const attempt = attempts[index];
    return attempt && attempt.start <= moment + near ? { lane: place, index, attempt } : null;
  }

  select(found) {
    this.selected = found;
    this.caption.textContent = found
      ? attemptWords(this.report, found.attempt, this.now) : timelineHint;
    if (found) this.reveal(found);
    this.refresh();
  }

  // Moves the view so that an attempt is seen.
  reveal({ lane, attempt }) {
    const span = this.to - this.from;
    const end = attempt.end ?? this.now;
    if (this.view && (attempt.start < this.from || end > this.to)) {
      this.look((attempt.start + end) / 2 - span / 2, span);
    }
    const { y } = this.lanes[lane];
    const { seen, top } = this.shape;
    const bottom = this.scroller.scrollTop + seen - top - this.shape.lane;
    if (y < this.scroller.scrollTop) this.scroller.scrollTop = y;
    else if (y > bottom) this.scroller.scrollTop = y - (seen - top - this.shape.lane) + 8;
  }

  look(from, span) {
    const wide = Math.min(Math.max(span, 1e-3), this.end);
    if (wide >= this.end * 0.999) {
      this.view = null;
    } else {
      const start = Math.min(Math.max(from, 0), this.end - wide);
      this.view = { from: start, to: start + wide };
    }
    this.refresh();
  }

  // Shows so many times more of what is around a moment.
  zoom(factor, moment = this.selectedMoment()) {
    const span = this.to - this.from;
    const wide = Math.max(span / factor, 1e-3);
    this.look(moment - (moment - this.from) * wide / span, wide);
  }

  selectedMoment() {
    const start = this.selected?.attempt.start;
    return start !== undefined && start >= this.from && start <= this.to
      ? start : (this.from + this.to) / 2;
  }

  pan(share) {
    const span = this.to - this.from;
    this.look(this.from + span * share, span);
  }

  showAll() {
    this.view = null;
    this.refresh();
  }
}

// As much of a text as there is room for.
function fittedText(context, text, room) {
  if (context.measureText(text).width <= room) return text;
  let length = Math.floor(text.length * room / context.measureText(text).width);
  while (length > 0 && context.measureText(`${text.slice(0, length)}…`).width > room) length -= 1;
  return length > 0 ? `${text.slice(0, length)}…` : "";
}

let timelineOfPage = null;

function timelineSection(report) {
  timelineOfPage ??= new Timeline();
  timelineOfPage.show(report);
  return [
    h("p", { class: "summary" }, timelineSummary(report)),
    h("div", { held: timelineOfPage.element, class: "holder" }),
    timelineLegend(),
  ];
}

function timelineSummary(report) {
  const { attempts } = report;
  const count = (isIn) => attempts.filter(isIn).length;
  const states = ["running", "failed", "stopped", "lost", "audited"]
    .map((name) => [name, count((attempt) => attempt.state === name)])
    .filter(([, number]) => number > 0)
    .map(([name, number]) => `${Format.count(number)} ${name}`);
  const backups = count((attempt) => attempt.isBackup);
  const retries = count((attempt) => attempt.number > 0 && !attempt.isBackup);
  if (retries > 0) states.push(`${Format.count(retries)} tried again`);
  if (backups > 0) states.push(Format.counted(backups, "backup"));
  const workers = new Set(attempts.map((attempt) => attempt.worker)).size;
  const lanes = layLanesOnce(report).length;
  return `${Format.counted(attempts.length, "attempt")} in ${Format.counted(lanes, "slot")} of `
    + `${Format.counted(workers, "worker")}${states.length > 0 ? `: ${states.join(", ")}` : ""}.`;
}

const layLanesOnce = (report) =>
  timelineOfPage?.report === report ? timelineOfPage.lanes : layLanes(report.attempts);

function timelineLegend() {
  const marks = [
    ["running", "running"], ["retry", "tried again"], ["backup", "backup of a slow task"],
    ["failed", "failed"], ["stopped", "stopped"], ["lost", "output lost"],
  ];
  return h("ul", { class: "legend", "aria-label": "Colors and marks" },
    [...timeParts, "other"].map((name) =>
      h("li", {}, h("span", { class: `swatch part-${name}`, "aria-hidden": "true" }),
        timeWords[name])),
    marks.map(([name, words]) =>
      h("li", {}, h("span", { class: `swatch mark-${name}`, "aria-hidden": "true" }), words)));
}
