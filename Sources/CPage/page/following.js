// A job of this machine: its report is a script beside the page, which is read each second.

const readPause = 1000;
// A run whose report takes long to write tells less often; this is more seconds than that.
const longestReportPause = 60;

const following = {
  name: null,
  count: 0,
  heardAt: 0,

  begin(name) {
    following.name = name;
    state.connection = "waiting";
    window.mapreduceReport = following.hear;
    following.read();
  },

  hear(report) {
    const before = state.report?.job.seconds;
    if (before === report.job.seconds && !isEnded(report.job)) return;
    following.heardAt = clock();
    state.connection = isEnded(report.job) ? "ended" : "live";
    hearReport({ ...report, revision: state.report?.revision });
  },

  read() {
    following.count += 1;
    const script = h("script", { src: `${following.name}?n=${following.count}` });
    const next = () => {
      script.remove();
      if (state.connection === "ended") return;
      const silence = clock() - following.heardAt;
      if (state.report && silence > longestReportPause) state.connection = "silent";
      changed();
      setTimeout(following.read, readPause);
    };
    script.onload = next;
    script.onerror = next;
    document.head.append(script);
  },
};
