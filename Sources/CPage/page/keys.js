// Keys: they are listed by `?`.

const keyWords = [
  ["?", "these keys"],
  ["/", "to the filter of jobs"],
  ["j  k", "to the next and the previous row of a table"],
  ["Enter", "open it"],
  ["Esc", "close what is open; empty the filter"],
  ["1  2", "jobs; workers"],
  ["Tab", "to everything that can be used"],
  ["← → ↑ ↓", "in the timeline from attempt to attempt, in the shuffle from cell to cell"],
  ["+  −  0", "in the timeline: zoom in, zoom out, show all"],
  ["Shift ← →", "in the timeline: earlier, later"],
];

function showKeys() {
  const dialog = document.getElementById("keys");
  dialog.replaceChildren(
    h("div", { class: "dialog-title" }, h("h2", { id: "keys-title" }, "Keys"),
      h("button", { type: "button", class: "quiet close", "aria-label": "Close", autofocus: true,
        onclick: () => dialog.close() }, "✕")),
    h("dl", { class: "keys" }, keyWords.map(([keys, words]) => h("div", {},
      h("dt", {}, keys.split("  ").map((key) => [h("kbd", {}, key), " "])), h("dd", {}, words)))));
  dialog.showModal();
}

const isTyping = (target) => target.closest?.("input, textarea, select") !== null;

function onKey(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const filter = document.getElementById("filter");
  if (event.key === "Escape" && event.target === filter) {
    filter.value = "";
    filter.dispatchEvent(new Event("input"));
    filter.blur();
    return;
  }
  if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
  const inTable = event.target.closest?.("table");
  const actions = {
    "?": showKeys,
    "/": () => filter?.focus(),
    j: () => toRow(1),
    k: () => toRow(-1),
    1: () => { if (state.mode === "live") location.hash = "#/jobs"; },
    2: () => { if (state.mode === "live") location.hash = "#/workers"; },
    ArrowDown: inTable && (() => toRow(1)),
    ArrowUp: inTable && (() => toRow(-1)),
  };
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

// Moves the focus to the row before or behind: of the table that has it, or that comes first.
function toRow(by) {
  const now = document.activeElement?.closest?.("tr");
  const tables = [...document.querySelectorAll(".table")]
    .filter((one) => one.querySelector("[data-row]"));
  const inTable = document.activeElement?.closest?.(".table") ?? tables[0];
  const rows = [...(inTable?.querySelectorAll("[data-row]") ?? [])];
  if (rows.length === 0) return;
  const index = rows.findIndex((row) => row.closest("tr") === now);
  const next = index < 0 ? 0 : Math.min(Math.max(index + by, 0), rows.length - 1);
  rows[next].focus();
  rows[next].closest("tr").scrollIntoView({ block: "nearest" });
}
