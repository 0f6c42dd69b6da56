/** What is to be known of one step: what it does, where it leads, and who is there. */

import { empty, h, percent, shown, words } from "../dom.js";
import { counted, number } from "./service.js";

const SAYS = ["send", "ask"];

const part = (title, ...children) => h("section", {}, h("h3", {}, title), children);

/**
 * The nodes about the step; `choose` goes to another. Where the picture `isBehind` the text, this is of the text, in which
 * another step may stand in that place. With `listsEntries`, what lets people in is told elsewhere; `inside` gives the
 * list of who is there, `decided` that of what came of its messages, once people have gone on from it.
 */
export function stepNodes({ picture, isBehind, steps, splits, says, listsEntries, inside, decided }, id, choose) {
  const box = picture.boxes.find((one) => one.id === id);
  if (isBehind && says !== undefined) return typedNodes(id, says);
  if (!box && says !== undefined) return [h("p", { class: "step-name" }, h("strong", {}, id), h("code", {}, leadsOn(says)))];
  if (!box) return [empty("No step is chosen", "Choose one in the picture.")];
  const counts = steps[id];
  const gone = (picture.ways[id] ?? []).reduce((sum, { times }) => sum + (times ?? 0), 0);
  return [
    h("p", { class: "step-name" }, h("strong", {}, box.title), h("code", {}, box.kind)),
    box.words.length > 0 && !(listsEntries && box.kind === "enter") && h("ul", { class: "step-words" }, box.words.map((words) => h("li", {}, words))),
    part("Then", h("ul", { class: "ways" }, (picture.ways[id] ?? []).map((way) => wayNode(way, choose)))),
    splits?.[id] && part("What came of each way", waysTable(splits[id])),
    SAYS.includes(box.kind) && gone > 0 && part("Its messages", decided(id, gone)),
    counts && part("People", h("ul", { class: "step-counts" }, countNodes(counts)), counts.waiting + counts.parked > 0 && inside(id, counts)),
  ].filter(Boolean);
}

/** What is typed of a step that may not be as the picture shows it. */
function typedNodes(id, says) {
  const [kind, does] = Object.entries(typeof says === "object" ? Object(says) : {}).find(([key]) => key !== "id") ?? ["step", says];
  return [
    h("p", { class: "step-name" }, h("strong", {}, words(kind)), h("code", {}, id)),
    h("p", { class: "step-words" }, h("code", {}, shown(does))),
  ];
}

/** A step without a box: a `go` or `end` is an arrow, and one with a fault is not drawn. */
const leadsOn = (says) => (typeof says?.go === "string" ? `go: ${says.go}` : says === "end" || (says && "end" in Object(says)) ? "end" : "not drawn yet");

const wayNode = ({ to, title, words, times }, choose) =>
  h(
    "li",
    {},
    words && h("span", {}, words),
    to === null
      ? h("em", {}, "leaves the journey")
      : h("button", { type: "button", class: "link", onclick: () => choose(to, true) }, title),
    times > 0 && h("span", {}, times === 1 ? "once" : `${number(times)} times`),
  );

/** Of the last 90 days: who went each way, and who of them reached the metric, with the interval of 95%. */
const waysTable = ({ metric, ways }) => [
  h(
    "table",
    { class: "split-ways" },
    h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Way"), h("th", { scope: "col" }, "People"), h("th", { scope: "col" }, metric))),
    h("tbody", {}, ways.map((way) => h("tr", {}, h("th", { scope: "row" }, way.name), h("td", {}, number(way.went)), h("td", {}, reachedWords(way))))),
  ),
  h("p", { class: "split-note" }, "Of the last 90 days, with intervals of 95%. Those who went a moment ago may still get there."),
];

const reachedWords = ({ share, low, high }) => (share === null ? "–" : [h("strong", {}, percent(share, 1)), h("span", {}, ` ${percent(low, 1)} to ${percent(high, 1)}`)]);

const countNodes = (counts) => [
  counts.waiting > 0 && h("li", {}, counted(counts.waiting, "person waits here", "people wait here")),
  counts.parked > 0 && h("li", { class: "bad" }, counted(counts.parked, "person is parked here", "people are parked here")),
  counts.moved > 0 && h("li", {}, counted(counts.moved, "person was put here by publishing", "people were put here by publishing")),
  counts.links && h("li", {}, `${number(counts.links.opened)} of ${counted(counts.links.messages, "message had a link opened", "messages had a link opened")}, in all versions`),
  counts.left.map(({ reason, people: count }) => h("li", {}, `${number(count)} left from here: ${reason}`)),
];
