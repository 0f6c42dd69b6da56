/** A question as a customer would ask it, and how it is answered now. */

import { byId, h, latest, sentence } from "../dom.js";
import { request, withToken } from "../journeys/service.js";

const OPEN = ["ask_knowledge", "nlu_fallback", "out_of_scope"]; // which a page may answer
const ask = latest((text) => request("/knowledge/ask", { text }));

export const pageOf = (page, more = {}) => withToken(`/knowledge/${encodeURIComponent(page)}${Object.keys(more).length ? `?${new URLSearchParams(more)}` : ""}`);

let asked = ""; // what was asked last
let isRead = true;

/** Whether what was saved is read by now: until it is, no answer is the last word, and then the same is asked once more. */
export function nowRead(is) {
  isRead = is;
  if (is && asked) void read(asked);
}

async function read(text) {
  asked = text;
  const button = byId("ask-form").querySelector("button");
  button.setAttribute("aria-busy", "true");
  const answer = await ask(text);
  if (answer === null) return;
  button.removeAttribute("aria-busy");
  byId("asked").replaceChildren(...(answer.ok ? askedNodes(answer.told) : [h("p", { class: "problem" }, answer.told.error)]));
}

function askedNodes(told) {
  const isOpen = told.parts.every(({ answer, intent }) => !answer && OPEN.includes(intent));
  return [...told.parts.map((part) => partNode(part, told)), isOpen && whyNot(told), isOpen && !isRead && h("p", { class: "small" }, "What you saved is still being read. It is asked once more then.")].filter(Boolean);
}

function partNode({ text, intent, answer }, { parts }) {
  const asked = parts.length > 1 && h("p", { class: "small" }, `“${text}”`);
  if (answer) return h("div", { class: "answer" }, asked, h("p", { class: "words" }, answer.text), h("p", { class: "small" }, "From ", sourceNode(answer), near(answer)));
  return h("div", { class: "answer none" }, asked, h("p", {}, OPEN.includes(intent) ? "No page answers it." : ["It is read as ", h("code", {}, intent), ", which is answered otherwise than from pages."]));
}

function whyNot({ nearest, withheld, threshold, foreign }) {
  if (foreign) return h("p", { class: "small" }, "It is in a language that the assistant does not speak.");
  if (withheld) return h("p", { class: "small" }, sourceNode(withheld), " would answer it, and is for others, or has ended.");
  if (!nearest) return h("p", { class: "small" }, "There is no page that it could be near to.");
  return h("p", { class: "small" }, "Nearest: ", sourceNode(nearest), near(nearest), nearest.score < threshold ? `; an answer needs ${threshold.toFixed(2)}.` : ".");
}

const near = ({ score }) => `, ${score.toFixed(2)}`;

export const sourceNode = ({ page, title }) => (page ? h("a", { href: pageOf(page) }, title) : h("strong", {}, title));

export const faultWords = (told) => (told.faults?.length ? told.faults.map((one) => sentence(`${one.message} ${one.suggestion}`.trim())).join(" ") : told.error);

byId("ask-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("ask-text").value.trim();
  if (text) void read(text);
});
