/** What the panels of speakers share: a log of exchanges, each what was said, what was asked of us, and the answer. */

import { byId, h } from "../dom.js";

const bubble = (kind, text) => h("div", { class: `text ${kind}` }, h("p", {}, text));
const event = (text) => h("p", { class: "event" }, text);

/** A log in the element `place`. `patience` is how many milliseconds the vendor waits for an answer. */
export function exchangeLog(place, { patience, hint }) {
  const log = byId(place);
  const open = new Map(); // exchanges by the id of their request
  log.style.setProperty("--patience", `${patience}ms`);
  let isEmpty = true;

  const add = (node) => {
    if (isEmpty) log.replaceChildren();
    isEmpty = false;
    log.append(node);
    log.scrollTop = log.scrollHeight;
  };

  const clear = () => {
    isEmpty = true;
    open.clear();
    log.replaceChildren(h("div", { class: "empty" }, h("p", {}, h("strong", {}, "Nobody has said anything yet")), h("p", {}, hint)));
  };

  const waiting = () => h("p", { class: "took running" }, track(), h("span", {}, "waits for the answer"));
  const track = (share) => {
    const bar = h("i");
    if (share !== undefined) bar.style.width = `${share}%`;
    return h("span", { class: "track" }, bar);
  };

  /** How long it took, on the scale of how long it may. */
  const took = (milliseconds) => {
    const seconds = (milliseconds / 1000).toFixed(2);
    const late = milliseconds > patience;
    return h(
      "p",
      { class: `took ${late ? "late" : ""}` },
      track(Math.min(100, (milliseconds / patience) * 100)),
      h("span", {}, `${milliseconds < 1000 ? `${milliseconds} ms` : `${seconds} s`} of ${patience / 1000} s`),
    );
  };

  clear();
  return {
    clear,
    note: (text) => add(event(text)),
    /** Something that we were asked: `said` by a customer, and in the vendor's words. */
    ask({ id, said, asked, body }) {
      const node = h("article", { class: "exchange" }, said && bubble("own", said), h("p", { class: "asked" }, asked), waiting());
      open.set(id, { node, body });
      add(node);
    },
    askAgain(id, words) {
      const exchange = open.get(id);
      if (!exchange) return;
      exchange.node.append(h("p", { class: "asked" }, words), waiting());
      add(exchange.node);
    },
    meanwhile(id, words) {
      open.get(id)?.node.querySelector(".took.running")?.before(bubble("theirs meanwhile", words));
      log.scrollTop = log.scrollHeight;
    },
    /** The answer to that; `more` are nodes that come below what is said. */
    answer({ id, milliseconds, said, troubles, body, more = [] }) {
      const exchange = open.get(id);
      if (!exchange) return;
      const json = h("details", {}, h("summary", {}, "What was sent and answered"), pretty(exchange.body), pretty(body));
      exchange.node.querySelector(".took.running")?.remove();
      exchange.node.append(
        ...said.map((words) => bubble("theirs", words)),
        ...more.filter(Boolean),
        ...troubles.map((words) => h("p", { class: "trouble" }, words)),
        took(milliseconds),
        json,
      );
      log.scrollTop = log.scrollHeight;
    },
  };
}

const pretty = (body) =>
  h("pre", { tabindex: "0" }, typeof body === "string" ? body : JSON.stringify(body, null, 2));

export const aside = (text) => h("p", { class: "aside" }, text);

export function card(title, ...content) {
  return h("div", { class: "card" }, h("strong", {}, title), ...content);
}

/** Says it with the browser's own voice, if the page is to. */
export function sayAloud(words, language) {
  if (!byId("aloud").checked || !window.speechSynthesis || !words) return;
  const utterance = new SpeechSynthesisUtterance(words);
  utterance.lang = language;
  speechSynthesis.speak(utterance);
}

export const hush = () => window.speechSynthesis?.cancel();

/** "number=80, timeline=now" as an object; what looks like a number, true or false is one where `typed`. */
export function valuesIn(text, { typed = false } = {}) {
  const pairs = text
    .split(",")
    .map((part) => part.split("="))
    .filter(([name, value]) => name?.trim() && value !== undefined);
  return Object.fromEntries(pairs.map(([name, ...value]) => [name.trim(), valueOf(value.join("=").trim(), typed)]));
}

function valueOf(text, typed) {
  if (!typed) return text;
  if (text === "") return null;
  if (text === "true" || text === "false") return text === "true";
  return Number.isFinite(Number(text)) ? Number(text) : text;
}
