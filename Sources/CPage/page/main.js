// The page: which view is shown, and what is around it.

// What the address says: `#/jobs`, `#/jobs/12`, `#/jobs/12/timeline`,
// `#/jobs/12/attempts/0.3.1`, `#/workers`.
function route() {
  const parts = location.hash.replace(/^#\/?/, "").split("/").filter(Boolean).map(decoded);
  if (state.mode !== "live") {
    return { view: "job", id: state.report?.job.id ?? null, section: parts[2], attempt: parts[3] };
  }
  if (parts[0] === "workers") return { view: "workers" };
  if (parts[0] === "jobs" && /^\d+$/.test(parts[1] ?? "")) {
    return { view: "job", id: Number(parts[1]), section: parts[2], attempt: parts[3] };
  }
  return { view: "jobs" };
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
    return part;
  }
}

const connectionWords = {
  connecting: "connecting", live: "live", reconnecting: "reconnecting", ended: "ended",
  waiting: "waiting", silent: "nothing new for a while",
};

function draw() {
  const now = route();
  if (state.mode === "live" && !state.token) live.show(now.view === "job" ? now.id : null);
  drawFrame(now);
  const main = document.getElementById("main");
  const view = state.token ? tokenView()
    : now.view === "workers" ? workersView()
      : now.view === "jobs" ? jobsView() : jobView(now.id);
  patchChildren(main, [view]);
  if (state.token && document.activeElement === document.body) {
    document.getElementById("token").focus();
  }
  drawAttemptDialog(state.report, now.view === "job" ? now.attempt : undefined);
  if (wanted && document.getElementById(wanted)) {
    const place = document.getElementById(wanted);
    wanted = null;
    place.scrollIntoView();
    place.querySelector("h2")?.focus({ preventScroll: true });
  }
}

function drawFrame(now) {
  const links = state.mode === "live"
    ? [["#/jobs", "Jobs", now.view !== "workers"], ["#/workers", "Workers", now.view === "workers"]]
    : [];
  patchChildren(document.getElementById("nav"), links.map(([href, words, isHere]) =>
    h("a", { href, "aria-current": isHere ? "page" : null }, words)));
  const isStill = state.mode === "report";
  const connection = document.getElementById("connection");
  connection.className = `connection is-${state.connection}`;
  const words = isStill || state.token ? "" : connectionWords[state.connection];
  if (connection.textContent !== words) connection.textContent = words;
  const job = now.view === "job" ? state.report?.job : null;
  const running = [...state.jobs.values()].filter((one) => !isEnded(one)).length;
  const title = job ? `${job.name}: ${isEnded(job) ? job.phase : Format.percent(progress(job))}`
    : now.view === "workers" ? "Workers" : running > 0 ? `${running} running` : "Jobs";
  document.title = `${title} – mapreduce`;
}

// Asks for the token.
function tokenView() {
  const { wasRefused, problem, isTried } = state.token;
  const said = wasRefused ? "That is not the token of this coordinator." : problem;
  return h("div", { class: "view", "data-key": "token" },
    h("form", {
      class: "token",
      onsubmit: (event) => {
        event.preventDefault();
        const token = event.target.elements.token.value.trim();
        if (token) live.enter(token);
      },
    },
    h("h1", {}, "Token"),
    h("p", {}, "This coordinator tells only those who have its token, which `mapreduce cluster` ",
      "names the file of. It is kept until this tab is closed."),
    h("label", { for: "token" }, "Token"),
    h("input", {
      id: "token", name: "token", type: "password", autocomplete: "off", spellcheck: "false",
      required: true, "aria-invalid": said ? "true" : null,
      "aria-describedby": "token-problem",
    }),
    h("p", { id: "token-problem", class: "problem", role: "alert" }, said ?? ""),
    h("button", { type: "submit", class: "filled", disabled: Boolean(isTried) }, "Go on")));
}

// The part of the page that the address names, until it is there.
let wanted = null;
// Where the page was before; null at first.
let routeBefore = null;
// Whether going back leads from the attempt that is shown to the page below it.
let isBackBelow = false;

function onRoute() {
  if (state.mode === "live" && api.keepFromAddress()) live.enter(api.token());
  const now = route();
  const isSame = routeBefore?.view === now.view && routeBefore?.id === now.id;
  const isLeaving = isSame && routeBefore.attempt && !now.attempt;
  if (now.attempt && !routeBefore?.attempt) isBackBelow = isSame;
  wanted = now.section && !now.attempt && !isLeaving ? `section-${now.section}` : null;
  if (!isSame && !wanted) scrollTo(0, 0);
  routeBefore = now;
  hideTip();
  changed();
}

function onClick(event) {
  const link = event.target.closest?.("a[href^='#']");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (link.classList.contains("skip")) {
    event.preventDefault();
    document.getElementById("main").focus();
    return;
  }
  // Following the link to where one is scrolls there again.
  if (link.hash === location.hash) onRoute();
}

function start() {
  document.getElementById("show-keys").onclick = showKeys;
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", onClick);
  addEventListener("hashchange", onRoute);
  addEventListener("keydown", (event) => { if (event.key === "Escape") hideTip(); }, true);
  const text = document.getElementById("report").textContent;
  if (state.mode === "report") {
    state.connection = "ended";
    hearReport(JSON.parse(text));
  } else if (state.mode === "file") {
    following.begin(JSON.parse(text).script);
  } else {
    api.keepFromAddress();
    live.begin();
  }
  // What runs gets older, and what was heard of it too.
  setInterval(() => {
    const isAlive = state.connection !== "ended"
      && (route().view !== "job" || (state.report && !isEnded(state.report.job)));
    if (isAlive && !document.hidden) changed();
  }, 1000);
  onRoute();
}

start();
