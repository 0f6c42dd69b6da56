/** A journey as a picture: the service says where everything goes; this draws it. */

import { h } from "../dom.js";
import { counted, number } from "./service.js";

const SVG = "http://www.w3.org/2000/svg";

/** The picture; `choose` is called with a step that somebody picks. */
export function pictureNode({ picture, steps }, chosen, choose) {
  const canvas = h("div", { class: "canvas" });
  canvas.style.inlineSize = `${picture.width}px`;
  canvas.style.blockSize = `${picture.height}px`;
  canvas.append(
    arrowsNode(picture),
    ...picture.labels.map(labelNode),
    ...picture.boxes.map((box) => boxNode(box, steps[box.id], picture.ways[box.id] ?? [], chosen, choose)),
  );
  canvas.addEventListener("keydown", walk);
  canvas.addEventListener("focusin", ({ target }) => target.matches(":focus-visible") && bringIntoView(target));
  return canvas;
}

/** The keyboard's focus is seen: a browser leaves a box be of which an edge is in view. */
const bringIntoView = (box) => box.scrollIntoView({ block: "nearest", inline: "nearest" });

/** A wide picture is opened at its beginning, which stands in its middle, and not at its edge. */
export function bringToMiddle(frame, box) {
  const [outer, inner] = [frame.getBoundingClientRect(), box.getBoundingClientRect()];
  frame.scrollLeft += inner.left + inner.width / 2 - (outer.left + outer.width / 2);
}

function arrowsNode(picture) {
  const svg = element("svg", { width: picture.width, height: picture.height, "aria-hidden": "true" });
  const head = element("marker", { id: "head", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" });
  head.append(element("path", { d: "M0 0L8 4L0 8z" }));
  svg.append(head);
  for (const { path, head: ends } of picture.arrows)
    svg.append(element("path", { d: path, class: "arrow", ...(ends ? { "marker-end": "url(#head)" } : {}) }));
  return svg;
}

function element(name, attributes) {
  const node = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) node.setAttribute(attribute, value);
  return node;
}

function place(node, { x, y, width, height }) {
  Object.assign(node.style, { left: `${x}px`, top: `${y}px`, width: `${width}px`, height: `${height}px` });
  return node;
}

const labelNode = (label) =>
  place(
    h(
      "span",
      { class: label.leaves ? "way leaves" : "way", "aria-hidden": "true" },
      label.lines.map((line) => h("span", {}, line)),
      label.times > 0 && h("b", { title: "how often people went this way" }, number(label.times)),
    ),
    label,
  );

function boxNode(box, counts, ways, chosen, choose) {
  const title = [box.title, ...box.words.map(asSentence), spokenCounts(counts), ...ways.map(spokenWay)].filter(Boolean).join(". ");
  const node = h(
    "button",
    {
      type: "button",
      class: `box kind-${box.kind}`,
      "data-step": box.id,
      "aria-label": title,
      "aria-pressed": box.id === chosen ? "true" : "false",
      title: box.words.join("\n"),
      onclick: () => choose(box.id),
    },
    box.title_lines.map((line) => h("strong", {}, line)),
    box.lines.map((line) => h("span", {}, line)),
    counts && h("span", { class: "counts" }, countNodes(counts)),
  );
  return place(node, box);
}

const left = (counts) => counts.left.reduce((sum, one) => sum + one.people, 0);

const countNodes = (counts) => [
  counts.waiting > 0 && h("i", { class: "waiting" }, counted(counts.waiting, "waits", "wait")),
  left(counts) > 0 && h("i", { class: "left" }, `${number(left(counts))} left`),
  counts.parked > 0 && h("i", { class: "parked" }, `${number(counts.parked)} parked`),
  counts.links && h("i", { class: "opened", title: "messages whose links were opened, of those with links that are followed" }, `${number(counts.links.opened)} of ${number(counts.links.messages)} opened`),
  counts.moved > 0 && h("i", { class: "moved", title: "put here when this version was published" }, `${number(counts.moved)} moved`),
];

function spokenCounts(counts) {
  if (!counts) return "";
  const said = countNodes(counts).filter(Boolean);
  return `Here ${said.map((node) => node.textContent).join(", ")}`;
}

const asSentence = (words) => words.charAt(0).toUpperCase() + words.slice(1);
const spokenWay = ({ title, words, times }) =>
  `${words ? `${asSentence(words)}: ` : "Then "}${title || "leaves the journey"}${times > 0 ? `, gone ${counted(times, "time", "times")}` : ""}`;

/** Arrow keys go from box to box, in the order of the file. */
function walk(event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const boxes = [...event.currentTarget.querySelectorAll(".box")];
  const next = boxes[boxes.indexOf(document.activeElement) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
