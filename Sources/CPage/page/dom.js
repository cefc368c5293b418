// Elements: made by calls, brought up to date by comparing trees. Text is always text.

const svgNames = new Set([
  "svg", "g", "rect", "path", "line", "text", "tspan", "title", "circle", "defs", "pattern",
  "marker", "clipPath",
]);

// What an element may listen to; these are copied when a tree is brought up to date.
const handlers = ["onclick", "oninput", "onchange", "onsubmit", "onkeydown", "onclose"];

// An element with attributes and children. Attributes that are null, undefined or false are left
// out; functions are listeners; children may be nested lists, and what is null is left out.
function h(name, attributes, ...children) {
  return build(document.createElement(name), attributes, children);
}

// The same for pictures.
function s(name, attributes, ...children) {
  return build(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function build(node, attributes, children) {
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node[key] = value;
    else if (key === "held") hold(node, value);
    else if (key === "style") setStyle(node, value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

// Says that a node is the place of an element that lives on from tree to tree; the element goes
// there when the node is put into the page.
function hold(node, element) {
  node.held = element;
  node.dataset.held = "";
}

function fillHeld(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return;
  for (const place of [node, ...node.querySelectorAll("[data-held]")]) {
    if (place.held) place.append(place.held);
  }
}

function setStyle(node, properties) {
  for (const [key, value] of Object.entries(properties)) node.style.setProperty(key, value);
}

// Makes what is seen the same as the fresh tree, and leaves alone what did not change: focus,
// selection and places of scrolling stay. Children with a `data-key` are found by it. What is
// inside an element that holds another one is not touched.
function patch(live, fresh) {
  patchAttributes(live, fresh);
  for (const name of handlers) if (live[name] !== fresh[name]) live[name] = fresh[name] ?? null;
  if (fresh.held) return;
  patchChildren(live, [...fresh.childNodes]);
}

function patchAttributes(live, fresh) {
  for (const { name, value } of fresh.attributes) {
    if (live.getAttribute(name) !== value) live.setAttribute(name, value);
  }
  for (const { name } of [...live.attributes]) {
    // Whoever opened it closes it.
    if (name === "open" && live.localName === "details") continue;
    if (!fresh.hasAttribute(name)) live.removeAttribute(name);
  }
}

function patchChildren(live, wanted) {
  const keyed = new Map();
  for (const child of live.children) {
    const key = child.dataset?.key;
    if (key !== undefined) keyed.set(key, child);
  }
  let place = live.firstChild;
  for (const next of wanted) {
    const key = next.dataset?.key;
    const old = key === undefined ? place : keyed.get(key);
    if (old && isAlike(old, next)) {
      if (old === place) place = place.nextSibling;
      else live.insertBefore(old, place);
      if (old.nodeType === Node.TEXT_NODE) {
        if (old.data !== next.data) old.data = next.data;
      } else {
        patch(old, next);
      }
    } else {
      live.insertBefore(next, place);
      fillHeld(next);
    }
  }
  while (place) {
    const gone = place;
    place = place.nextSibling;
    gone.remove();
  }
}

function isAlike(old, next) {
  return old.nodeName === next.nodeName && old.held === next.held
    && old.dataset?.key === next.dataset?.key;
}

// Says something to those who do not see the page.
function announce(text) {
  const region = document.getElementById("announcements");
  region.append(h("p", {}, text));
  while (region.childElementCount > 5) region.firstChild.remove();
}

// Copies a text, and says so on the button.
function copyButton(text) {
  return h("button", {
    type: "button",
    class: "small",
    onclick: async (event) => {
      const button = event.currentTarget;
      const done = await copied(text);
      button.textContent = done ? "Copied" : "Select and copy it";
      announce(button.textContent);
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    },
  }, "Copy");
}

async function copied(text) {
  // A page that came without TLS or as a file has no clipboard of its own.
  if (navigator.clipboard && isSecureContext) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
    }
  }
  const area = h("textarea", { class: "unseen", "aria-hidden": "true" });
  area.value = text;
  document.body.append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}
