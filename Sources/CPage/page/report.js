// What is known of a job, and what follows from it.

// What an attempt's time goes into, in the order of a bar.
const timeParts = ["fetch", "merge", "read", "closure", "sort", "spill", "write", "commit"];

const timeWords = {
  fetch: "fetch", merge: "merge", read: "read", closure: "closure", sort: "sort", spill: "spill",
  write: "write", commit: "commit", other: "other",
};

const stateWords = {
  running: "running", succeeded: "succeeded", failed: "failed",
  stopped: "stopped, not needed any more", lost: "succeeded; its output is lost",
  audited: "succeeded; run to be compared",
};

const isEnded = (job) => job.phase !== "running" && job.phase !== "committing";

const counter = (counters, name) =>
  counters?.entries?.find((entry) => entry.name === name)?.value ?? 0;

const sum = (list, value) => list.reduce((total, element) => total + value(element), 0);

function median(numbers) {
  if (numbers.length === 0) return 0;
  const sorted = Float64Array.from(numbers).sort();
  return sorted[(sorted.length - 1) >> 1];
}

const taskName = (attempt) => `${attempt.stage}.${attempt.task}`;

const attemptKey = (attempt) => `${attempt.stage}.${attempt.task}.${attempt.number}`;

// What a person calls it; attempts are counted from 1.
const attemptName = (attempt) => `${taskName(attempt)}, attempt ${attempt.number + 1}`;

const lasted = (attempt, now) => Math.max((attempt.end ?? now) - attempt.start, 0);

const stepText = (step) => `${step.verb} ${step.file}:${step.line}`;

// Bytes of input read, as the summary in the terminal counts them.
const bytesRead = (job) => isEnded(job) ? counter(job.counters, "bytes.read") : job.bytesRead;

const recordsRead = (job) =>
  isEnded(job) ? counter(job.counters, "records.read") : job.recordsRead;

function taskCounts(job) {
  const stages = job.stages.filter((stage) => !stage.isLeftOut);
  return {
    done: sum(stages, (stage) => stage.doneCount),
    total: sum(stages, (stage) => stage.taskCount),
    running: sum(stages, (stage) => stage.runningCount),
    failed: sum(stages, (stage) => stage.failureCount),
    backups: sum(stages, (stage) => stage.backupCount),
  };
}

// The share of a job that is done, from 0 to 1: its tasks, and of the first stage the input.
function progress(job) {
  if (job.phase === "succeeded") return 1;
  const counts = taskCounts(job);
  if (counts.total === 0) return 0;
  const first = job.stages[0];
  let done = counts.done;
  if (first && !first.isLeftOut && job.inputByteCount > 0) {
    const read = Math.min(job.bytesRead / job.inputByteCount, 1) * first.taskCount;
    done += Math.max(read - first.doneCount, 0);
  }
  return Math.min(done / counts.total, 1);
}

// Seconds until the end of a job that goes on as it did; null where that cannot be told.
function timeLeft(job, seconds) {
  const share = progress(job);
  if (job.phase !== "running" || share < 0.02 || seconds < 1) return null;
  return seconds * (1 - share) / share;
}

// What a stage has read and written, by its counters.
function stageFlow(counters) {
  const value = (name) => counter(counters, name);
  return {
    recordsIn: value("records.read") + value("pairs.received"),
    bytesIn: value("bytes.read") + value("bytes.received"),
    recordsOut: value("records.written") + value("pairs.shuffled"),
    bytesOut: value("bytes.written") + value("bytes.shuffled"),
    emitted: value("pairs.emitted"),
    shuffled: value("pairs.shuffled"),
    shuffledBytes: value("bytes.shuffled"),
    spills: value("spills"),
    mergePasses: value("merge.passes"),
  };
}

const combines = (stage) => stage.outputs.some((output) => output.combinedShuffle);

const readsFiles = (stage) => Boolean(stage.input.files);

// The shuffles that a stage reads, those that it reads whole last.
function sources(stage) {
  const sides = stage.input.shuffles?._0 ?? [];
  return [
    ...sides.flat().map((source) => ({ ...source, isBroadcast: false })),
    ...(stage.broadcasts ?? []).map((source) => ({ ...source, isBroadcast: true })),
  ];
}

const stageName = (report, stage) => {
  const steps = report.plan.stages[stage]?.steps ?? [];
  if (steps.length === 0) return `stage ${stage}`;
  return steps.length < 3
    ? steps.map(stepText).join(", ")
    : `${stepText(steps[0])} … ${stepText(steps[steps.length - 1])}`;
};

// Where a worker serves, or its number where it is not known.
function workerName(report, number) {
  report.workerNames ??= new Map(report.workers.map((worker) =>
    [worker.id, worker.name.replace(/^https?:\/\//, "")]));
  return report.workerNames.get(number) ?? `worker ${number}`;
}

// The attempts whose output counts, those of each stage by the number of their task.
function winners(report) {
  const kept = report.winners;
  if (kept?.revision === report.revision) return kept.stages;
  const stages = report.plan.stages.map(() => []);
  for (const attempt of report.attempts) {
    if (attempt.state === "succeeded") stages[attempt.stage]?.push(attempt);
  }
  report.winners = { revision: report.revision, stages };
  return stages;
}

// The attempts of a stage that took far longer than those in the middle.
function stragglers(attempts) {
  const middle = median(attempts.map((attempt) => attempt.end - attempt.start));
  return attempts
    .filter((attempt) => {
      const seconds = attempt.end - attempt.start;
      return seconds > 2 * middle && seconds > middle + 1;
    })
    .sort((a, b) => (b.end - b.start) - (a.end - a.start));
}

// The parts of an attempt's time with what is left of it, which never add up to more than it took.
function splitTimes(times, seconds) {
  const parts = timeParts.map((name) => ({ name, seconds: Math.max(times?.[name] ?? 0, 0) }));
  const total = sum(parts, (part) => part.seconds);
  const scale = total > seconds && total > 0 ? seconds / total : 1;
  for (const part of parts) part.seconds *= scale;
  parts.push({ name: "other", seconds: Math.max(seconds - total, 0) });
  return parts.filter((part) => part.seconds > 0);
}

// The same for an attempt, which is asked for in each frame: what has ended stays as it is.
function partsOf(attempt, seconds) {
  if (attempt.end === undefined) return splitTimes(attempt.times, seconds);
  attempt.parts ??= splitTimes(attempt.times, seconds);
  return attempt.parts;
}

// When the report was made, in seconds since the submission.
const reportEnd = (report) =>
  Math.max(report.job.seconds, ...report.stages.map((stage) => stage.end ?? 0));

const replayCommand = (report, name) => report.replayCommand?.replace("STAGE.TASK", name);
