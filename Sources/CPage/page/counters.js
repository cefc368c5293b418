// Counters: the user's, and the engine's in words.

const counterWords = {
  "records.read": "Records read", "records.bad": "Bad records, passed over",
  "bytes.read": "Bytes of input read", "pairs.emitted": "Pairs emitted by the closures",
  "pairs.shuffled": "Pairs shuffled", "bytes.shuffled": "Bytes shuffled",
  "pairs.received": "Pairs received", "bytes.received": "Bytes received",
  "records.written": "Records written", "bytes.written": "Bytes written",
  spills: "Spills: runs written as the memory was full", "merge.passes": "Merges of too many runs",
};

const counterColumns = [
  { name: "name", words: "Counter", order: (row) => row.words, class: "name",
    cell: (row) => row.words },
  { name: "code", words: "Name", order: (row) => row.name, cell: (row) =>
    h("span", { class: "code muted" }, row.name) },
  { name: "value", words: "Value", isNumber: true, order: (row) => row.value, cell: (row) => [
    h("span", { class: "value" }, Format.count(row.value)),
    row.isBytes && row.value > 999 ? beside(Format.bytes(row.value)) : null,
  ] },
];

function countersSection(report) {
  const rows = report.job.counters.entries.map(({ name, value }) => ({
    name, value, isOwn: name.startsWith("user."), isBytes: name.startsWith("bytes."),
    words: name.startsWith("user.") ? name.slice(5) : counterWords[name] ?? name,
  }));
  const order = Object.keys(counterWords);
  const rank = (row) => order.includes(row.name) ? order.indexOf(row.name) : order.length;
  rows.sort((a, b) => b.isOwn - a.isOwn || (a.isOwn ? 0 : rank(a) - rank(b)));
  return table({
    name: "counters", caption: "Counters", columns: counterColumns, rows,
    key: (row) => row.name, pageSize: 100, class: "narrow",
    rowClass: (row) => row.isOwn ? "own" : null,
  });
}
