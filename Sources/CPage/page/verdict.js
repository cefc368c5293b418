// What bounded the job.

const boundWords = {
  reading: "reading", closure: "closures", sort: "sort and combine", spill: "spilling",
  fetch: "fetching", merge: "merging", writing: "writing", skew: "skew",
  stragglers: "stragglers", slots: "too few slots", tasks: "too few tasks",
  overhead: "overhead", retries: "attempts that failed",
};

// The sentence of a verdict, without what the heading has said.
function sentence(text) {
  const rest = text.replace(/^bound by \w+: /, "");
  return rest.charAt(0).toUpperCase() + rest.slice(1);
}

function verdictCard(report) {
  const { verdict } = report;
  if (!verdict) return null;
  const parts = verdict.parts.map((part) => ({
    name: `bound-${part.bound}`,
    seconds: part.seconds,
    words: `${boundWords[part.bound]}: ${Format.duration(part.seconds)}, `
      + Format.share(part.share),
  }));
  const { advice } = verdict;
  return h("section", {
    class: "verdict", "aria-labelledby": "verdict-title", "data-key": "verdict",
  },
    h("h2", { id: "verdict-title" }, h("span", { class: "muted" }, "Bound by "),
      boundWords[verdict.bound] ?? verdict.bound),
    h("p", { class: "says" }, sentence(verdict.text)),
    advice ? h("p", { class: "advice" },
      advice.option ? [h("code", {}, advice.option), " "] : null,
      advice.text,
      advice.saving > 0
        ? h("strong", {}, ` About ${Format.share(advice.saving)} less time.`) : null) : null,
    h("div", { class: "tall" },
      splitBar(parts, "What the time of the slots went into")),
    h("ul", { class: "legend" }, verdict.parts.filter((part) => part.share > 0).map((part) =>
      h("li", {}, h("span", { class: `swatch part-bound-${part.bound}`, "aria-hidden": "true" }),
        boundWords[part.bound], " ",
        h("span", { class: "muted" },
          `${Format.duration(part.seconds)}, ${Format.share(part.share)}`)))));
}
