// Attempts laid into slots: for each worker as few lanes as its attempts need.

// Lanes by worker, each with its attempts in the order of their starts, which do not overlap.
function layLanes(attempts) {
  const byWorker = new Map();
  for (const attempt of attempts) {
    if (!byWorker.has(attempt.worker)) byWorker.set(attempt.worker, []);
    byWorker.get(attempt.worker).push(attempt);
  }
  const lanes = [];
  for (const worker of [...byWorker.keys()].sort((a, b) => a - b)) {
    const ofWorker = [];
    const list = byWorker.get(worker).sort((a, b) => a.start - b.start || a.task - b.task);
    for (const attempt of list) {
      // A slot is free from the moment on that its attempt has ended; clocks are rounded.
      let lane = ofWorker.find((one) => one.end <= attempt.start + 1e-6);
      if (!lane) {
        lane = { worker, number: ofWorker.length, attempts: [], end: 0 };
        ofWorker.push(lane);
      }
      lane.attempts.push(attempt);
      lane.end = attempt.end ?? Infinity;
    }
    lanes.push(...ofWorker);
  }
  return lanes;
}

// The index of the first attempt of a lane that ends after a moment.
function firstAfter(attempts, moment) {
  let low = 0;
  let high = attempts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((attempts[middle].end ?? Infinity) <= moment) low = middle + 1;
    else high = middle;
  }
  return low;
}
