// Server-sent events, read with fetch: an EventSource cannot send the token.

const firstPause = 500;
const longestPause = 15000;
// A stream that says nothing for so long is broken: its comments come more often.
const longestSilence = 60000;

// Takes apart the text of a stream; `take` gets each event.
class EventParser {
  constructor(take) {
    this.take = take;
    this.rest = "";
    this.begin();
  }

  begin() {
    this.event = { type: "message", data: [] };
  }

  add(text) {
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop();
    for (const line of lines) this.line(line);
  }

  line(line) {
    if (line === "") {
      if (this.event.data.length > 0) {
        this.take({ ...this.event, data: this.event.data.join("\n") });
      }
      this.begin();
      return;
    }
    const colon = line.indexOf(":");
    if (colon === 0) return;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (name === "data") this.event.data.push(value);
    else if (name === "event") this.event.type = value;
    else if (name === "id") this.event.id = value;
  }
}

// A stream that is taken up again when it breaks, behind the last event that came.
//
// `take(type, value)` gets the events; `changed(state)` hears `open`, `broken`, `refused` (with
// the error), until `close` is called.
class EventStream {
  constructor(path, lastId, take, changed) {
    this.path = path;
    this.lastId = lastId;
    this.take = take;
    this.changed = changed;
    this.isClosed = false;
    this.pause = firstPause;
    this.wake = () => {};
    this.hurry = () => { if (!document.hidden) this.wake(); };
    document.addEventListener("visibilitychange", this.hurry);
    addEventListener("online", this.hurry);
    this.run();
  }

  close() {
    this.isClosed = true;
    document.removeEventListener("visibilitychange", this.hurry);
    removeEventListener("online", this.hurry);
    this.abort?.abort();
    this.wake();
  }

  async run() {
    while (!this.isClosed) {
      try {
        await this.read();
      } catch (error) {
        if (this.isClosed) return;
        if (error instanceof TokenNeeded || error instanceof Refused && error.status < 500) {
          this.close();
          this.changed("refused", error);
          return;
        }
        if (error instanceof SyntaxError) throw error;
      }
      if (this.isClosed) return;
      this.changed("broken");
      await this.rest();
    }
  }

  async rest() {
    const pause = this.pause * (0.75 + Math.random() / 2);
    this.pause = Math.min(this.pause * 2, longestPause);
    await new Promise((resolve) => {
      const timer = setTimeout(resolve, pause);
      this.wake = () => { clearTimeout(timer); resolve(); };
    });
    this.wake = () => {};
  }

  async read() {
    this.abort = new AbortController();
    const headers = { Accept: "text/event-stream" };
    if (this.lastId !== undefined) headers["Last-Event-ID"] = String(this.lastId);
    const answer = await api.call(this.path, { headers, signal: this.abort.signal });
    this.changed("open");
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    const parser = new EventParser((event) => this.heard(event));
    let silence = setTimeout(() => this.abort.abort(), longestSilence);
    try {
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return;
        clearTimeout(silence);
        silence = setTimeout(() => this.abort.abort(), longestSilence);
        parser.add(value);
      }
    } finally {
      clearTimeout(silence);
    }
  }

  heard(event) {
    if (this.isClosed) return;
    this.pause = firstPause;
    if (event.id !== undefined) this.lastId = event.id;
    this.take(event.type, JSON.parse(event.data));
  }
}
