/** What is to be known of one step: what it does, where it leads, and who is there. */

import { empty, h } from "../dom.js";
import { number, people } from "./service.js";

const part = (title, ...children) => h("section", {}, h("h3", {}, title), children);

/** The nodes about the step; `choose` goes to another. With `listsEntries`, what lets people in is told elsewhere. */
export function stepNodes({ picture, steps, says, listsEntries }, id, choose) {
  const box = picture.boxes.find((one) => one.id === id);
  if (!box && says !== undefined) return [h("p", { class: "step-name" }, h("strong", {}, id), h("code", {}, leadsOn(says)))];
  if (!box) return [empty("No step is chosen", "Choose one in the picture.")];
  const counts = steps[id];
  return [
    h("p", { class: "step-name" }, h("strong", {}, box.title), h("code", {}, box.kind)),
    box.words.length > 0 && !(listsEntries && box.kind === "enter") && h("ul", { class: "step-words" }, box.words.map((words) => h("li", {}, words))),
    part("Then", h("ul", { class: "ways" }, (picture.ways[id] ?? []).map((way) => wayNode(way, choose)))),
    counts && part("People", h("ul", { class: "step-counts" }, countNodes(counts))),
  ].filter(Boolean);
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

const countNodes = (counts) => [
  counts.waiting > 0 && h("li", {}, `${people(counts.waiting)} ${counts.waiting === 1 ? "waits" : "wait"} here`),
  counts.parked > 0 && h("li", { class: "bad" }, `${people(counts.parked)} ${counts.parked === 1 ? "is" : "are"} parked here`),
  counts.moved > 0 && h("li", {}, `${people(counts.moved)} ${counts.moved === 1 ? "was" : "were"} put here by publishing`),
  counts.left.map(({ reason, people: count }) => h("li", {}, `${number(count)} left from here: ${reason}`)),
];
