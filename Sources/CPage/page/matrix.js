// How many bytes each task wrote for each partition: a map of heat, with the sums at its sides.

const matrixSize = { maxCell: 22, minCell: 3, names: 44, sums: 84, maxHeight: 420, head: 18 };

const matrices = (report) => (report.shuffles ?? []).filter((matrix) =>
  matrix.byteCounts.some((row) => row.some((count) => count > 0)));

let shownMatrix = 0;

class MatrixPicture {
  constructor() {
    this.canvas = h("canvas", { "aria-hidden": "true" });
    this.caption = h("p", { id: "matrix-selected", class: "caption", "aria-live": "polite" });
    this.frameBox = h("div", {
      class: "matrix", tabindex: "0", role: "application", "aria-roledescription": "map of heat",
      "aria-label": "Bytes by task and partition. Arrows go from cell to cell.",
      "aria-describedby": "matrix-selected",
    }, this.canvas);
    this.element = h("div", {}, this.frameBox, this.caption);
    this.element.picture = this;
    this.canvas.onpointermove = (event) => this.point(event);
    this.canvas.onpointerleave = hideTip;
    this.frameBox.onkeydown = (event) => this.key(event);
    pictures.add(this);
    sizes.observe(this.element);
  }

  show(report, matrix) {
    const isNew = this.matrix !== matrix;
    this.matrix = matrix;
    if (isNew) {
      this.selected = null;
      this.caption.textContent = "";
      this.rows = matrix.byteCounts;
      this.columnCount = greatest(this.rows.map((row) => row.length));
      this.rowSums = this.rows.map((row) => sum(row, (count) => count));
      this.columnSums = Array.from({ length: this.columnCount }, (_, column) =>
        sum(this.rows, (row) => row[column] ?? 0));
      this.most = greatest(this.rows.map(greatest));
      this.refresh();
    }
  }

  refresh() {
    if (!this.matrix || this.isDue) return;
    this.isDue = true;
    requestAnimationFrame(() => {
      this.isDue = false;
      if (this.element.isConnected) this.frame();
    });
  }

  frame() {
    const { maxCell, minCell, names, sums, maxHeight, head } = matrixSize;
    const width = this.frameBox.clientWidth;
    const columns = this.columnCount;
    const across = Math.max((width - names - sums) / columns, 0.5);
    const down = Math.max(Math.min((maxHeight - head - 40) / this.rows.length, maxCell), minCell);
    this.cell = { width: Math.min(across, maxCell * 3), height: down };
    const height = head + down * this.rows.length + 36;
    const context = fitted(this.canvas, width, height);
    context.clearRect(0, 0, width, height);
    this.drawCells(context);
    this.drawSums(context);
    this.drawNames(context);
  }

  drawCells(context) {
    const { names, head } = matrixSize;
    const { heat, sunken, ink } = colors();
    const { width, height } = this.cell;
    const gap = Math.min(width, height) > 7 ? 1 : 0;
    this.rows.forEach((row, y) => row.forEach((count, x) => {
      const place = [names + x * width, head + y * height, width - gap, height - gap];
      context.globalAlpha = 1;
      context.fillStyle = sunken;
      context.fillRect(...place);
      if (count === 0) return;
      // The power keeps small ones from looking like none.
      context.globalAlpha = 0.07 + 0.93 * (count / this.most) ** 0.7;
      context.fillStyle = heat;
      context.fillRect(...place);
    }));
    context.globalAlpha = 1;
    if (!this.selected) return;
    context.strokeStyle = ink;
    context.lineWidth = 2;
    context.strokeRect(names + this.selected.x * width - 0.5, head + this.selected.y * height - 0.5,
      width, height);
  }

  drawSums(context) {
    const { names, head } = matrixSize;
    const { muted, line } = colors();
    const { width, height } = this.cell;
    const right = names + this.columnCount * width + 6;
    const bottom = head + this.rows.length * height + 6;
    const mostRow = Math.max(greatest(this.rowSums), 1);
    const mostColumn = Math.max(greatest(this.columnSums), 1);
    context.fillStyle = line;
    context.fillRect(right - 3, head, 1, this.rows.length * height);
    context.fillRect(names, bottom - 3, this.columnCount * width, 1);
    context.fillStyle = muted;
    this.rowSums.forEach((total, y) => {
      context.fillRect(right, head + y * height, total / mostRow * 60, Math.max(height - 1, 1));
    });
    this.columnSums.forEach((total, x) => {
      context.fillRect(names + x * width, bottom, Math.max(width - 1, 0.5),
        total / mostColumn * 26);
    });
  }

  drawNames(context) {
    const { names, head } = matrixSize;
    const { muted } = colors();
    const { width, height } = this.cell;
    context.fillStyle = muted;
    context.textBaseline = "middle";
    context.textAlign = "right";
    const skip = Math.max(Math.ceil(15 / height), 1);
    for (let y = 0; y < this.rows.length; y += skip) {
      context.fillText(`${this.matrix.stage}.${y}`, names - 6, head + (y + 0.5) * height);
    }
    context.textAlign = "center";
    const across = Math.max(Math.ceil(30 / width), 1);
    for (let x = 0; x < this.columnCount; x += across) {
      context.fillText(String(x), names + (x + 0.5) * width, head - 9);
    }
  }

  at(event) {
    if (!this.cell) return null;
    const { left, top } = this.canvas.getBoundingClientRect();
    const x = Math.floor((event.clientX - left - matrixSize.names) / this.cell.width);
    const y = Math.floor((event.clientY - top - matrixSize.head) / this.cell.height);
    return x >= 0 && y >= 0 && x < this.columnCount && y < this.rows.length ? { x, y } : null;
  }

  words({ x, y }) {
    return `Task ${this.matrix.stage}.${y} for partition ${x}: `
      + `${Format.bytes(this.rows[y][x] ?? 0)}.`;
  }

  point(event) {
    const cell = this.at(event);
    if (!cell) return hideTip();
    showTip([
      this.words(cell),
      h("p", { class: "muted" }, `Task in all ${Format.bytes(this.rowSums[cell.y])}; partition in `
        + `all ${Format.bytes(this.columnSums[cell.x])}`),
    ], event.clientX, event.clientY);
  }

  key(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const move = moves[event.key];
    if (!move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    const within = (value, count) => Math.min(Math.max(value, 0), count - 1);
    const from = this.selected ?? { x: -move[0], y: -move[1] };
    this.selected = {
      x: within(from.x + move[0], this.columnCount), y: within(from.y + move[1], this.rows.length),
    };
    this.caption.textContent = this.words(this.selected);
    this.refresh();
  }
}

let matrixOfPage = null;

function matrixSection(report) {
  const list = matrices(report);
  shownMatrix = Math.min(shownMatrix, list.length - 1);
  const matrix = list[shownMatrix];
  matrixOfPage ??= new MatrixPicture();
  matrixOfPage.show(report, matrix);
  const picture = matrixOfPage;
  const total = sum(picture.rowSums, (count) => count);
  const row = picture.rows.findIndex((counts) => counts.includes(picture.most));
  const column = picture.rows[row].indexOf(picture.most);
  return [
    list.length > 1 ? h("label", { class: "choose" }, "Shuffle ", h("select", {
      onchange: (event) => { shownMatrix = Number(event.target.value); changed(); },
    }, list.map((one, index) => h("option", { value: index, selected: index === shownMatrix },
      `of stage ${one.stage}${one.output > 0 ? `, output ${one.output}` : ""}: `
      + stageName(report, one.stage))))) : null,
    h("p", { class: "summary" },
      `${Format.counted(picture.rows.length, "task")} of stage ${matrix.stage} wrote `
      + `${Format.bytes(total)} for ${Format.counted(picture.columnCount, "partition")}; the most `
      + `for one is ${Format.bytes(picture.most)}, of task ${matrix.stage}.${row} for partition `
      + `${column}. Rows are tasks, columns are partitions; the bars are their sums.`),
    h("div", { held: matrixOfPage.element, class: "holder" }),
  ];
}
