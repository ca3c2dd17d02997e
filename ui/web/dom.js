// Making elements. Whatever was said reaches the page as text nodes only, never as markup.

const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes (`class`, `href`, …) and children: elements or strings; null, undefined and false are passed over. */
export function element(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

function svgElement(name, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, name), attributes, children);
}

function fill(made, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

const OUTLINES = {
  circle: ["circle", { cx: 12, cy: 12, r: 11 }],
  square: ["rect", { x: 2, y: 2, width: 20, height: 20, rx: 2 }],
  triangle: ["path", { d: "M12 0 24 22H0z" }],
  diamond: ["path", { d: "M12 -1 25 12 12 25 -1 12z" }],
  hexagon: ["path", { d: "M6 1h12l6 11-6 11H6L0 12z" }],
  bar: ["rect", { x: 0, y: 4, width: 24, height: 16, rx: 8 }],
  shield: ["path", { d: "M2 1h20v12c0 5-5 8-10 10C7 21 2 18 2 13z" }],
  flag: ["path", { d: "M2 0h22l-5 8 5 8H5v8H2z" }],
  bubble: ["path", { d: "M2 1h20v16H12l-6 6v-6H2z" }],
};
const BASELINES = { triangle: 19, flag: 13, bubble: 14 };

/** A label's letter in its shape. Words always stand beside it, so it is hidden from screen readers. */
export function markOf({ label, letter, shape }) {
  const [name, outline] = OUTLINES[shape];
  return svgElement(
    "svg",
    { class: `mark ${label}`, viewBox: "-1 -1 26 26", "aria-hidden": "true" },
    svgElement(name, outline),
    svgElement("text", { x: 12, y: BASELINES[shape] ?? 16.5 }, letter),
  );
}

/** The same as an outline: for what was not heard, or not surely. */
export function openMark(mark) {
  const made = markOf(mark);
  made.classList.add("is-open");
  return made;
}

/** A button that asks for an action of the board (actions.js), like the key that it names. */
export function actionButton(words, action, { key = null, ...data } = {}) {
  const attributes = Object.entries(data).map(([name, value]) => [`data-${name}`, value]);
  const shown = key && element("kbd", { "aria-hidden": "true" }, key);
  const shortcut = key ? [["aria-keyshortcuts", key]] : [];
  const all = Object.fromEntries([["type", "button"], ["data-action", action], ...shortcut, ...attributes]);
  return element("button", all, words, shown);
}

/** Sets a node's text where it is another one, so that nothing is selected away or drawn again. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
