// What the page knows. Views read it; sources change it and call `changed`.

const state = {
  mode: document.documentElement.dataset.mode,
  // `connecting`, `live`, `reconnecting`, `ended` (nothing more will come), `waiting`, `silent`.
  connection: "connecting",
  jobs: new Map(),
  // When the status of a job came, by the page's own clock.
  heardAt: new Map(),
  workers: [],
  workersHeardAt: 0,
  isListed: false,
  // The report of the job that is shown.
  report: null,
  reportProblem: null,
  // Whether the coordinator wants a token, and what it said of the last one.
  token: null,
};

let isDrawing = false;

// Something is different: the page is drawn anew, once for all that changed.
function changed() {
  if (isDrawing) return;
  isDrawing = true;
  // A page that is not seen gets no frames.
  const later = document.hidden ? (f) => setTimeout(f, 250) : requestAnimationFrame;
  later(() => {
    isDrawing = false;
    draw();
  });
}

const clock = () => performance.now() / 1000;

function hearJob(job) {
  const before = state.jobs.get(job.id);
  state.jobs.set(job.id, job);
  state.heardAt.set(job.id, clock());
  if (before && before.phase !== job.phase) {
    announce(`Job ${job.id}, ${job.name}: ${job.phase}`);
  }
}

// Forgets the jobs that a coordinator has forgotten.
function forgetOthers(jobs) {
  const known = new Set(jobs.map((job) => job.id));
  for (const id of state.jobs.keys()) if (!known.has(id)) state.jobs.delete(id);
}

// How long a job has run; one that runs gets older while nothing is heard of it.
function secondsOf(job) {
  if (isEnded(job) || state.connection === "reconnecting") return job.seconds;
  return job.seconds + clock() - (state.heardAt.get(job.id) ?? clock());
}

function hearReport(report) {
  state.report = report;
  state.reportProblem = null;
  report.index = new Map(report.attempts.map((attempt, i) => [attemptKey(attempt), i]));
  report.revision = (report.revision ?? 0) + 1;
  hearJob(report.job);
  changed();
}

// Attempts that began or changed.
function hearAttempts(attempts) {
  const { report } = state;
  for (const attempt of attempts) {
    const key = attemptKey(attempt);
    const place = report.index.get(key);
    if (place === undefined) {
      report.index.set(key, report.attempts.length);
      report.attempts.push(attempt);
    } else {
      report.attempts[place] = attempt;
    }
  }
  report.revision += 1;
  changed();
}

function hearFailures(failures) {
  const { report } = state;
  const known = new Set(report.failures.map(attemptKey));
  report.failures.push(...failures.filter((failure) => !known.has(attemptKey(failure))));
  report.revision += 1;
  changed();
}

function hearStatus({ job, stages }) {
  const { report } = state;
  report.job = job;
  report.stages = stages;
  report.revision += 1;
  hearJob(job);
  changed();
}
