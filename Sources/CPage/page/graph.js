// The graph of stages: where records come from, what is done to them, and where they go.

const graphSize = { width: 208, line: 17, gap: 64, between: 18, maxSteps: 4, margin: 8 };

// Windows that are narrower have the graph from above to below.
const narrowWindow = 640;

function stageGraph(report) {
  const graph = layOut(graphNodes(report));
  const words = graph.nodes.map((node) => node.words).join("; ");
  return h("div", { class: "scroll graph", tabindex: "0", role: "group",
    "aria-label": `Graph of stages: ${words}` },
    s("svg", {
      width: graph.width, height: graph.height,
      viewBox: `0 0 ${graph.width} ${graph.height}`,
    },
    graph.edges.map((edge) => drawEdge(edge, graph.isBelow)),
    graph.nodes.map((node) => drawNode(report, node))));
}

// Nodes and edges: inputs, stages, folded rounds, outputs.
function graphNodes(report) {
  const nodes = new Map();
  const edges = new Map();
  const add = (key, node) => { if (!nodes.has(key)) nodes.set(key, { key, ...node }); };
  const join = (from, to, edge) => {
    const key = `${from}>${to}>${edge.isBroadcast ? "broadcast" : ""}`;
    if (from !== to && !edges.has(key)) edges.set(key, { key, from, to, ...edge });
  };
  const place = foldedRounds(report.plan);
  for (const stage of report.plan.stages) {
    const key = place(stage);
    const folded = key.startsWith("rounds");
    const words = `stage ${stage.id}: ${stage.steps.map(stepText).join(", ")}`;
    add(key, { kind: folded ? "rounds" : "stage", stages: [], words });
    nodes.get(key).stages.push(stage.id);
    if (stage.input.files) {
      const { name } = stage.input.files;
      add(`input ${name}`, { kind: "input", name: name || "input", words: `input ${name}` });
      join(`input ${name}`, key, {});
    }
    for (const source of sources(stage)) {
      const from = report.plan.stages[source.stage];
      join(place(from), key, {
        isBroadcast: source.isBroadcast,
        combined: Boolean(from.outputs[source.output]?.combinedShuffle),
        isRange: Boolean(from.outputs[source.output]?.rangeShuffle),
      });
    }
    for (const output of stage.outputs.filter((one) => one.files)) {
      const { name } = output.files;
      add(`output ${name}`, { kind: "output", name: name || "output", words: `output ${name}` });
      join(key, `output ${name}`, {});
    }
  }
  for (const node of nodes.values()) {
    if (node.kind === "rounds") node.words = `${node.stages.length} stages of more rounds`;
  }
  return { report, nodes: [...nodes.values()], edges: [...edges.values()] };
}

// Which node a stage is drawn in: the rounds between the first and the last of an iteration that
// has many are one.
function foldedRounds(plan) {
  const last = new Map();
  for (const { round } of plan.stages) {
    if (round) last.set(round.iteration, Math.max(last.get(round.iteration) ?? 0, round.number));
  }
  return ({ id, round }) => {
    const end = round ? last.get(round.iteration) : 0;
    const isBetween = round && end > 2 && round.number > 0 && round.number < end;
    return isBetween ? `rounds ${round.iteration}` : `stage ${id}`;
  };
}

// Puts each node one layer behind what it reads, and orders layers so that edges cross little.
function layOut({ report, nodes, edges }) {
  const byKey = new Map(nodes.map((node) => [node.key, node]));
  for (const node of nodes) {
    node.from = edges.filter((edge) => edge.to === node.key).map((edge) => byKey.get(edge.from));
    node.to = edges.filter((edge) => edge.from === node.key).map((edge) => byKey.get(edge.to));
    node.height = nodeHeight(report, node);
    node.width = nodeWidth(node);
  }
  const depth = (node) => {
    node.layer ??= node.from.length === 0 ? 0 : Math.max(...node.from.map(depth)) + 1;
    return node.layer;
  };
  nodes.forEach(depth);
  // An input stands right before what reads it first.
  for (const node of nodes.filter((one) => one.kind === "input")) {
    node.layer = Math.max(Math.min(...node.to.map((next) => next.layer)) - 1, 0);
  }
  const layers = [];
  for (const node of nodes) (layers[node.layer] ??= []).push(node);
  orderLayers(layers);
  return (innerWidth < narrowWindow ? placeNodesBelow : placeNodes)(layers, nodes, edges, byKey);
}

function orderLayers(layers) {
  const number = (layer) => layer.forEach((node, index) => { node.order = index; });
  const middle = (list) => sum(list, (node) => node.order) / list.length;
  const sort = (layer, side) => {
    layer.forEach((node) => { node.wish = node[side].length ? middle(node[side]) : node.order; });
    layer.sort((a, b) => a.wish - b.wish || a.order - b.order);
    number(layer);
  };
  layers.forEach(number);
  for (let turn = 0; turn < 4; turn += 1) {
    layers.slice(1).forEach((layer) => sort(layer, "from"));
    layers.slice(0, -1).reverse().forEach((layer) => sort(layer, "to"));
  }
}

function placeNodes(layers, nodes, edges, byKey) {
  const { gap, between, margin } = graphSize;
  const heightOf = (layer) => sum(layer, (node) => node.height) + between * (layer.length - 1);
  const height = Math.max(...layers.map(heightOf)) + 2 * margin;
  let x = margin;
  for (const layer of layers) {
    let y = (height - heightOf(layer)) / 2;
    const width = Math.max(...layer.map((node) => node.width));
    for (const node of layer) {
      node.x = x + (width - node.width) / 2;
      node.y = y;
      y += node.height + between;
    }
    x += width + gap;
  }
  return { nodes, edges: joined(edges, byKey), width: x - gap + margin, height };
}

// The same from above to below, where there is little room.
function placeNodesBelow(layers, nodes, edges, byKey) {
  const { between, margin } = graphSize;
  const gap = 40;
  const widthOf = (layer) => sum(layer, (node) => node.width) + between * (layer.length - 1);
  const width = Math.max(...layers.map(widthOf)) + 2 * margin;
  let y = margin;
  for (const layer of layers) {
    let x = (width - widthOf(layer)) / 2;
    for (const node of layer) {
      node.x = x;
      node.y = y;
      x += node.width + between;
    }
    y += Math.max(...layer.map((node) => node.height)) + gap;
  }
  return { nodes, edges: joined(edges, byKey), width, height: y - gap + margin, isBelow: true };
}

const joined = (edges, byKey) =>
  edges.map((edge) => ({ ...edge, from: byKey.get(edge.from), to: byKey.get(edge.to) }));

const isSmall = (node) => node.kind === "input" || node.kind === "output";

const nodeWidth = (node) => isSmall(node)
  ? Math.min(Math.max(node.name.length * 7.4 + 24, 64), graphSize.width) : graphSize.width;

function nodeHeight(report, node) {
  if (isSmall(node)) return 30;
  if (node.kind === "rounds") return 58;
  const steps = report.plan.stages[node.stages[0]].steps.length;
  const { maxSteps, line } = graphSize;
  return 50 + line * (steps > maxSteps ? maxSteps : steps);
}

function drawEdge(edge, isBelow) {
  const { from, to } = edge;
  const x = from.x + from.width / (isBelow ? 2 : 1);
  const y = from.y + from.height / (isBelow ? 1 : 2);
  const toX = to.x + (isBelow ? to.width / 2 : 0);
  const toY = to.y + (isBelow ? 0 : to.height / 2);
  const bend = Math.max((isBelow ? toY - y : toX - x) / 2, 18);
  const line = isBelow
    ? `M${x} ${y}C${x} ${y + bend} ${toX} ${toY - bend} ${toX} ${toY - 5}`
    : `M${x} ${y}C${x + bend} ${y} ${toX - bend} ${toY} ${toX - 5} ${toY}`;
  const tip = isBelow ? `M${toX - 4} ${toY - 6}l4 6l4-6z` : `M${toX - 6} ${toY - 4}l6 4l-6 4z`;
  const words = edge.isBroadcast ? "to all" : edge.combined ? "combined"
    : edge.isRange ? "sorted" : "";
  return s("g", { class: `edge${edge.isBroadcast ? " broadcast" : ""}`, "data-key": edge.key },
    s("path", { d: line }),
    s("path", { class: "tip-of-edge", d: tip }),
    words ? s("text", {
      x: (x + toX) / 2 + (isBelow ? 8 : 0), y: (y + toY) / 2 + (isBelow ? 4 : -6),
      "text-anchor": isBelow ? "start" : "middle",
    }, words) : null);
}

function drawNode(report, node) {
  const frame = s("rect", { x: node.x, y: node.y, width: node.width, height: node.height,
    rx: isSmall(node) ? node.height / 2 : 7 });
  const middle = node.y + node.height / 2;
  if (isSmall(node)) {
    return s("g", { class: `node ${node.kind}`, "data-key": node.key }, frame,
      s("text", { x: node.x + node.width / 2, y: middle + 4, "text-anchor": "middle" },
        shortened(node.name, 26)));
  }
  return node.kind === "rounds" ? drawRounds(report, node, frame)
    : drawStage(report, node, frame);
}

function drawRounds(report, node, frame) {
  const rounds = new Set(node.stages.map((id) => report.plan.stages[id].round.number));
  const left = node.stages.filter((id) => report.job.stages[id].isLeftOut).length;
  const done = node.stages.filter((id) => {
    const stage = report.job.stages[id];
    return !stage.isLeftOut && stage.doneCount === stage.taskCount;
  }).length;
  return s("g", { class: "node rounds", "data-key": node.key }, frame,
    s("text", { x: node.x + 12, y: node.y + 24, class: "strong" },
      `${Format.counted(rounds.size, "more round")}`),
    s("text", { x: node.x + 12, y: node.y + 43, class: "muted" },
      `${done} of ${node.stages.length} stages done${left ? `, ${left} left out` : ""}`));
}

function drawStage(report, node, frame) {
  const id = node.stages[0];
  const plan = report.plan.stages[id];
  const status = report.job.stages[id];
  const share = status.taskCount > 0 ? status.doneCount / status.taskCount : 0;
  const { maxSteps, line } = graphSize;
  const isLong = plan.steps.length > maxSteps;
  const steps = plan.steps.slice(0, isLong ? maxSteps - 1 : maxSteps).map((step) =>
    [step.verb, `${step.file}:${step.line}`]);
  if (isLong) steps.push(["", `and ${plan.steps.length - maxSteps + 1} more steps`]);
  const left = node.x + 12;
  const inner = node.width - 24;
  const bottom = node.y + node.height - 13;
  const state = status.isLeftOut ? "left-out" : share === 1 ? "done"
    : status.runningCount > 0 ? "running" : "waiting";
  return s("g", { class: `node stage is-${state}`, "data-key": node.key },
    s("title", {}, node.words),
    frame,
    s("text", { x: left, y: node.y + 20, class: "strong" }, `Stage ${id}`),
    s("text", { x: node.x + node.width - 12, y: node.y + 20, "text-anchor": "end", class: "muted" },
      status.isLeftOut ? "left out"
        : `${share === 1 ? "✓ " : ""}${Format.count(status.doneCount)} of `
          + Format.count(status.taskCount)),
    steps.map(([verb, place], index) => s("text", { x: left, y: node.y + 39 + line * index },
      s("tspan", { class: "verb" }, verb), verb ? " " : "",
      s("tspan", { class: "code" }, shortened(place, 26 - verb.length)))),
    s("rect", { class: "whole-bar", x: left, y: bottom, width: inner, height: 4, rx: 2 }),
    s("rect", { class: "done-bar", x: left, y: bottom, width: (inner * share).toFixed(1), height: 4,
      rx: 2 }));
}

// Keeps the end, which tells most of a path.
const shortened = (text, length) =>
  text.length <= length ? text : `…${text.slice(text.length - Math.max(length - 1, 1))}`;
