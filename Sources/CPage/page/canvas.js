// What pictures on a canvas share: sharp pixels, the page's colors, patterns and the tip.

let colorsOfScheme = null;

// The page's colors by their names in the style sheet.
function colors() {
  if (colorsOfScheme) return colorsOfScheme;
  const style = getComputedStyle(document.documentElement);
  const names = [
    "ink", "muted", "surface", "sunken", "line", "accent", "good", "bad", "warn", "lost", "heat",
    ...timeParts.map((name) => `time-${name}`), "time-other",
  ];
  colorsOfScheme = { patterns: new Map(), times: {} };
  for (const name of names) colorsOfScheme[name] = style.getPropertyValue(`--${name}`).trim();
  for (const name of [...timeParts, "other"]) {
    colorsOfScheme.times[name] = colorsOfScheme[`time-${name}`];
  }
  return colorsOfScheme;
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  colorsOfScheme = null;
  for (const picture of pictures) picture.refresh();
});

// Pictures that live: they are drawn anew when their size or the colors change.
const pictures = new Set();

const sizes = new ResizeObserver((entries) => {
  for (const entry of entries) entry.target.picture.refresh();
});

// Gives a canvas as many pixels as the screen has in its place; returns its context.
function fitted(canvas, width, height) {
  const ratio = devicePixelRatio || 1;
  const pixels = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== pixels[0] || canvas.height !== pixels[1]) {
    [canvas.width, canvas.height] = pixels;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = canvas.getContext("2d");
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.font = "12px system-ui, sans-serif";
  return context;
}

// Stripes that tell states apart without their colors.
function stripes(context, color, ground, kind) {
  const { patterns } = colors();
  const key = `${color} ${ground} ${kind}`;
  if (!patterns.has(key)) {
    patterns.set(key, context.createPattern(tile(color, ground, kind), "repeat"));
  }
  return patterns.get(key);
}

function tile(color, ground, kind) {
  const size = 6;
  const canvas = h("canvas", { width: size, height: size });
  const context = canvas.getContext("2d");
  context.fillStyle = ground;
  context.fillRect(0, 0, size, size);
  context.strokeStyle = color;
  context.lineWidth = 1.6;
  context.beginPath();
  for (const shift of [-size, 0, size]) {
    if (kind !== "falling") {
      context.moveTo(shift - 1, size + 1);
      context.lineTo(shift + size + 1, -1);
    }
    if (kind !== "rising") {
      context.moveTo(shift - 1, -1);
      context.lineTo(shift + size + 1, size + 1);
    }
  }
  context.stroke();
  return canvas;
}

// Shows lines of text near a place of the window.
function showTip(lines, x, y) {
  const tip = document.getElementById("tip");
  tip.replaceChildren(...lines.map((line) => line instanceof Node ? line : h("p", {}, line)));
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  const left = x + 16 + width > innerWidth ? x - 16 - width : x + 16;
  const top = y + 16 + height > innerHeight ? y - 12 - height : y + 16;
  setStyle(tip, { left: `${Math.max(left, 8)}px`, top: `${Math.max(top, 8)}px` });
}

function hideTip() {
  document.getElementById("tip").hidden = true;
}

// Round numbers between two others, about so many.
function ticks(from, to, count) {
  const rough = Math.max((to - from) / Math.max(count, 1), 1e-9);
  const power = 10 ** Math.floor(Math.log10(rough));
  const steps = rough > 20 ? [15, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 21600, 86400]
    : [1, 2, 5, 10].map((step) => step * power);
  const step = steps.find((one) => one >= rough) ?? Math.ceil(rough / 86400) * 86400;
  const list = [];
  for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9; i += 1) {
    list.push(i * step);
  }
  return list;
}

// A moment on an axis.
function tickText(seconds, isFine) {
  if (seconds >= 60) {
    const whole = Math.floor(seconds / 60);
    const rest = seconds - whole * 60;
    const minutes = whole >= 60 ? `${Math.floor(whole / 60)} h ${whole % 60} min` : `${whole} min`;
    return rest < 0.001 ? minutes : `${minutes} ${Number(rest.toFixed(3))} s`;
  }
  return isFine && seconds < 1 && seconds > 0
    ? `${Number((seconds * 1000).toFixed(3))} ms` : `${Number(seconds.toFixed(3))} s`;
}
