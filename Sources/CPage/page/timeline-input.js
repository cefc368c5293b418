// What a person does to a timeline: pointers, wheel and keys.

class TimelineInput {
  constructor(timeline) {
    this.timeline = timeline;
    this.pointers = new Map();
    const { canvas, scroller } = timeline;
    canvas.onpointerdown = (event) => this.down(event);
    canvas.onpointermove = (event) => this.move(event);
    canvas.onpointerup = (event) => this.up(event);
    canvas.onpointercancel = (event) => this.pointers.delete(event.pointerId);
    canvas.onpointerleave = () => this.hover(null);
    scroller.onkeydown = (event) => this.key(event);
    scroller.onscroll = () => timeline.refresh();
    scroller.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
  }

  place(event) {
    const { left, top } = this.timeline.canvas.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  down(event) {
    if (event.button !== 0) return;
    this.timeline.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, this.place(event));
    this.hasMoved = this.pointers.size > 1;
    this.began = this.place(event);
  }

  move(event) {
    const place = this.place(event);
    const before = this.pointers.get(event.pointerId);
    if (!before) {
      const found = this.timeline.at(place.x, place.y);
      this.hover(found, event);
      return;
    }
    if (Math.hypot(place.x - this.began.x, place.y - this.began.y) > 4) this.hasMoved = true;
    this.pointers.set(event.pointerId, place);
    if (!this.hasMoved) return;
    this.hover(null);
    if (this.pointers.size === 1) this.drag(before, place);
    else this.pinch(event.pointerId, before, place);
  }

  drag(before, place) {
    const { timeline } = this;
    const shift = (before.x - place.x) / timeline.shape.plot;
    timeline.pan(shift);
    timeline.scroller.scrollTop += before.y - place.y;
  }

  pinch(id, before, place) {
    const other = [...this.pointers].find(([key]) => key !== id)?.[1];
    if (!other) return;
    const apart = (one) => Math.max(Math.abs(one.x - other.x), 8);
    this.timeline.zoom(apart(place) / apart(before),
      this.timeline.moment((place.x + other.x) / 2));
  }

  up(event) {
    this.pointers.delete(event.pointerId);
    if (this.hasMoved) return;
    const place = this.place(event);
    const found = this.timeline.at(place.x, place.y);
    if (!found) return;
    this.timeline.select(found);
    this.open(found);
  }

  hover(found, event) {
    const { timeline } = this;
    if (timeline.hovered?.attempt !== found?.attempt) {
      timeline.hovered = found;
      timeline.refresh();
    }
    if (found) {
      showTip(attemptTip(timeline.report, found.attempt, timeline.now), event.clientX,
        event.clientY);
    } else {
      hideTip();
    }
    timeline.canvas.style.cursor = found ? "pointer" : timeline.view ? "grab" : "";
  }

  // The wheel moves the page, but where it is told to zoom: with Ctrl (as a pinch does), or when
  // the timeline has the focus.
  wheel(event) {
    const { timeline } = this;
    const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
    const hasFocus = document.activeElement === timeline.scroller;
    if (isSideways) {
      event.preventDefault();
      timeline.pan((event.deltaX || event.deltaY) / timeline.shape.plot);
    } else if (event.ctrlKey || event.metaKey || hasFocus) {
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 16 : 1;
      timeline.zoom(2 ** (-event.deltaY * lines / (event.ctrlKey ? 100 : 300)),
        timeline.moment(this.place(event).x));
    }
  }

  key(event) {
    const { timeline } = this;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const actions = {
      "+": () => timeline.zoom(2),
      "=": () => timeline.zoom(2),
      "-": () => timeline.zoom(0.5),
      0: () => timeline.showAll(),
      ArrowLeft: () => event.shiftKey ? timeline.pan(-0.1) : this.step(-1),
      ArrowRight: () => event.shiftKey ? timeline.pan(0.1) : this.step(1),
      ArrowUp: () => this.change(-1),
      ArrowDown: () => this.change(1),
      Enter: () => timeline.selected && this.open(timeline.selected),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    action();
  }

  // The attempt before or behind, in its slot.
  step(by) {
    const { selected, lanes } = this.timeline;
    if (!selected || !lanes[selected.lane]) return this.begin();
    const { attempts } = lanes[selected.lane];
    const index = Math.min(Math.max(selected.index + by, 0), attempts.length - 1);
    this.timeline.select({ lane: selected.lane, index, attempt: attempts[index] });
  }

  // The attempt that ran at the same time in the slot above or below.
  change(by) {
    const { selected, lanes } = this.timeline;
    if (!selected || !lanes[selected.lane]) return this.begin();
    const lane = Math.min(Math.max(selected.lane + by, 0), lanes.length - 1);
    const { attempts } = lanes[lane];
    const index = Math.min(firstAfter(attempts, selected.attempt.start), attempts.length - 1);
    this.timeline.select({ lane, index, attempt: attempts[index] });
  }

  begin() {
    const { lanes, from } = this.timeline;
    if (lanes.length === 0) return;
    const { attempts } = lanes[0];
    const index = Math.min(firstAfter(attempts, from), attempts.length - 1);
    this.timeline.select({ lane: 0, index, attempt: attempts[index] });
  }

  open({ attempt }) {
    hideTip();
    location.hash = attemptRoute(this.timeline.report, attempt);
  }
}
