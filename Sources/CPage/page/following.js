// A job of this machine: its report is a script beside the page, which is read each second.

const readPause = 1000;

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
      if (clock() - following.heardAt > 5) {
        state.connection = state.report ? "reconnecting" : "waiting";
      }
      changed();
      setTimeout(following.read, readPause);
    };
    script.onload = next;
    script.onerror = next;
    document.head.append(script);
  },
};
