// What a coordinator tells: all jobs and workers, and one job in full.

// Reports of a running job are fetched again at most so often, for what the stream has not.
const reportPause = 10000;

const live = {
  list: null,
  job: null,
  jobId: null,
  isFirst: false,

  begin() {
    live.list?.close();
    live.list = new EventStream("v1/stream", undefined, live.hear, live.connection);
  },

  connection(to, error) {
    if (to === "open") {
      state.connection = "live";
      live.isFirst = true;
      // What brought this stream back brings the other one back.
      live.job?.wake();
      if (state.token) state.token = null;
    } else if (to === "broken") {
      if (state.connection === "live") announce("The connection is lost; reconnecting");
      state.connection = "reconnecting";
    } else if (error instanceof TokenNeeded) {
      live.needToken();
    } else {
      state.connection = "ended";
      state.reportProblem = error.message;
    }
    changed();
  },

  hear(type, value) {
    if (type === "jobs") {
      // The first event of a stream tells of all jobs.
      if (live.isFirst) forgetOthers(value);
      live.isFirst = false;
      value.forEach(hearJob);
      state.isListed = true;
    } else if (type === "workers") {
      state.workers = value;
      state.workersHeardAt = clock();
    }
    changed();
  },

  // The job that is looked at; null when it is none.
  show(id) {
    if (live.jobId === id) return;
    live.leave();
    live.jobId = id;
    state.report = null;
    state.reportProblem = null;
    if (id !== null) live.fetchReport(id);
  },

  leave() {
    live.job?.close();
    live.job = null;
    live.jobId = null;
    clearTimeout(live.refresh);
    live.refresh = undefined;
  },

  async fetchReport(id) {
    try {
      const report = await api.json(`v1/jobs/${id}/report`);
      if (live.jobId !== id) return;
      hearReport(report);
      if (!live.job && !isEnded(report.job)) live.follow(id, report.lastEvent);
    } catch (error) {
      if (live.jobId !== id) return;
      if (error instanceof TokenNeeded) live.needToken();
      else if (error instanceof Refused && error.status < 500) state.reportProblem = error.message;
      else live.fetchLater(id, 2000);
      changed();
    }
  },

  fetchLater(id, pause) {
    live.refresh ??= setTimeout(() => {
      live.refresh = undefined;
      if (live.jobId === id) live.fetchReport(id);
    }, pause);
  },

  follow(id, lastEvent) {
    const path = `v1/jobs/${id}/stream?after=${lastEvent ?? 0}`;
    live.job = new EventStream(path, lastEvent, (type, value) => {
      if (live.jobId === id) live.hearOfJob(id, type, value);
    }, (to, error) => {
      if (error instanceof TokenNeeded) live.needToken();
    });
  },

  hearOfJob(id, type, value) {
    if (type === "attempts") hearAttempts(value);
    else if (type === "failures") hearFailures(value);
    else if (type === "status") {
      const done = (job) => job.stages.filter((stage) => stage.doneCount === stage.taskCount);
      const before = done(state.report.job).length;
      hearStatus(value);
      // What a stage has written for whom is in the report alone.
      if (done(value.job).length > before) live.fetchLater(id, reportPause);
    } else if (type === "end") {
      live.job?.close();
      live.fetchReport(id);
    }
  },

  needToken() {
    live.list?.close();
    live.job?.close();
    live.job = null;
    const wasRefused = api.token() !== null || Boolean(state.token?.wasRefused);
    state.token = { wasRefused };
    api.forget();
    changed();
  },

  // Tries a token, and goes on where the page was.
  async enter(token) {
    state.token = { isTried: true };
    api.keep(token);
    changed();
    try {
      await api.json("v1/jobs");
    } catch (error) {
      if (error instanceof TokenNeeded) {
        live.needToken();
      } else {
        state.token = { problem: `The coordinator cannot be reached: ${error.message}` };
        changed();
      }
      return;
    }
    state.token = null;
    const id = live.jobId;
    live.begin();
    live.leave();
    live.show(id);
    changed();
  },

  async cancel(id) {
    try {
      await api.call(`v1/jobs/${id}`, { method: "DELETE" });
      announce(`Job ${id} is being cancelled`);
    } catch (error) {
      if (error instanceof TokenNeeded) live.needToken();
      else throw error;
    }
  },
};
