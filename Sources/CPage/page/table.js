// Tables that are sorted by their headings, and shown as cards where there is little room.

// How tables are sorted and paged, by their names.
const tables = new Map();

const tableState = (name, sort) => {
  if (!tables.has(name)) tables.set(name, { sort, page: 0 });
  return tables.get(name);
};

// A table. Each column has `name`, `words`, `cell(row)`, and `order(row)` where it can be sorted
// by; `isNumber` puts it to the right, `isWide` gives it a card's whole width.
//
// `options`: `name`, `caption`, `columns`, `rows`, `key(row)`, `sort` (how it is sorted first,
// as `{ by, isDown }`), `pageSize`, and `rowClass(row)`.
function table(options) {
  const kept = tableState(options.name, options.sort ?? {});
  const rows = sorted(options.rows, options.columns, kept.sort);
  const size = options.pageSize ?? Infinity;
  const last = Math.max(Math.ceil(rows.length / size) - 1, 0);
  kept.page = Math.min(kept.page, last);
  const shown = size === Infinity ? rows : rows.slice(kept.page * size, (kept.page + 1) * size);
  return h("div", { class: "table", "data-table": options.name },
    h("div", { class: "scroll" },
      h("table", { role: "table", class: options.class },
        h("caption", { class: "unseen" }, options.caption),
        h("thead", { role: "rowgroup" },
          h("tr", { role: "row" }, options.columns.map((column) => heading(column, kept)))),
        h("tbody", { role: "rowgroup" }, shown.map((row) => h("tr",
          { role: "row", "data-key": options.key(row), class: options.rowClass?.(row) },
          options.columns.map((column) => cell(column, row))))))),
    rows.length > size ? pager(kept, rows.length, size, last) : null);
}

function sorted(rows, columns, sort) {
  const order = columns.find((column) => column.name === sort.by)?.order;
  if (!order) return rows;
  const sign = sort.isDown ? -1 : 1;
  const keyed = rows.map((row, index) => ({ row, index, value: order(row) }));
  keyed.sort((a, b) => sign * compare(a.value, b.value) || a.index - b.index);
  return keyed.map(({ row }) => row);
}

const collator = new Intl.Collator(undefined, { numeric: true });

// What has no value comes first.
function compare(a, b) {
  const first = a ?? -Infinity;
  const second = b ?? -Infinity;
  if (typeof first === "string" && typeof second === "string") {
    return collator.compare(first, second);
  }
  return first < second ? -1 : first > second ? 1 : 0;
}

function heading(column, kept) {
  const isSorted = kept.sort.by === column.name;
  const direction = kept.sort.isDown ? "descending" : "ascending";
  const arrow = h("span", { class: "arrow", "aria-hidden": "true" },
    isSorted ? (kept.sort.isDown ? "↓" : "↑") : "");
  const content = column.order
    ? h("button", {
      type: "button",
      title: column.title,
      onclick: () => {
        // Numbers are looked at from the largest on.
        const isDown = isSorted ? !kept.sort.isDown : Boolean(column.isNumber);
        kept.sort = { by: column.name, isDown };
        kept.page = 0;
        changed();
      },
    }, column.isNumber ? [arrow, column.words] : [column.words, arrow])
    : h("span", { title: column.title, class: column.isUnseen ? "unseen" : null }, column.words);
  return h("th", {
    role: "columnheader",
    scope: "col",
    class: column.isNumber ? "number" : null,
    "aria-sort": column.order ? (isSorted ? direction : "none") : null,
  }, content);
}

function cell(column, row) {
  const classes = [
    column.isNumber ? "number" : "", column.isWide ? "wide" : "", column.class ?? "",
  ].join(" ").trim();
  return h("td", { role: "cell", class: classes || null, "data-label": column.words,
    "data-column": column.name }, column.cell(row));
}

function pager(kept, count, size, last) {
  const turn = (page) => () => { kept.page = Math.min(Math.max(page, 0), last); changed(); };
  const first = kept.page * size;
  const end = Math.min(first + size, count);
  return h("nav", { class: "pager", "aria-label": "Pages of the table" },
    h("button", { type: "button", class: "small", disabled: kept.page === 0,
      onclick: turn(0) }, "First"),
    h("button", { type: "button", class: "small", disabled: kept.page === 0,
      onclick: turn(kept.page - 1) }, "Previous"),
    h("span", { role: "status" },
      `${Format.count(first + 1)} to ${Format.count(end)} of ${Format.count(count)}`),
    h("button", { type: "button", class: "small", disabled: kept.page === last,
      onclick: turn(kept.page + 1) }, "Next"),
    h("button", { type: "button", class: "small", disabled: kept.page === last,
      onclick: turn(last) }, "Last"));
}

// What stands beside a value, and says more; the space is for those who hear it.
function beside(...content) {
  return [" ", h("span", { class: "beside" }, content)];
}

// A bar that is filled to a share, said in words beside it.
function bar(share, words, kind = "") {
  const percent = Math.min(Math.max(share, 0), 1) * 100;
  return h("span", { class: `meter ${kind}`.trim() },
    h("span", { class: "track", role: "img", "aria-label": words },
      h("span", { class: "fill", style: { width: `${percent.toFixed(2)}%` } })),
    h("span", { class: "of", "aria-hidden": "true" }, words));
}

// A bar of parts, each with its name and words; what is too small to be seen is left to the words.
function splitBar(parts, label) {
  const total = sum(parts, (part) => part.seconds);
  return h("span", { class: "split", role: "img", "aria-label": label },
    parts.filter((part) => total > 0 && part.seconds / total > 0.002).map((part) => h("span", {
      class: `part part-${part.name}`,
      style: { "flex-grow": (part.seconds / total).toFixed(4) },
      title: part.words,
    })));
}

const chipMarks = {
  running: "●", committing: "●", succeeded: "✓", failed: "✕", cancelled: "⊘", stopped: "⊘",
  lost: "?", audited: "≟", ready: "✓", suspect: "?", draining: "↓", diskLow: "!", awaited: "…",
  excluded: "⊘", pending: "○",
};

// A state: a mark, a color and a word.
function chip(name, words = name) {
  return h("span", { class: `chip chip-${name}` },
    h("span", { "aria-hidden": "true", class: "mark" }, chipMarks[name] ?? "·"), words);
}
