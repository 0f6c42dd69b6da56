/** Why the bot did what it did: one turn, from what was understood to what it cost in milliseconds. */

import { byId, clockTime, empty, h, percent, shown, soon, words } from "../dom.js";

const LONGEST_LIST = 60;

export function explainPanel() {
  const turns = [];
  const choice = byId("turn");
  let chosen = -1;
  let drawn = null;
  let following = true; // the newest turn is shown until somebody looks at an older one

  const render = soon(() => {
    const turn = turns[chosen];
    byId("turn-choice").hidden = !turn;
    byId("turn-earlier").disabled = chosen <= 0;
    byId("turn-later").disabled = chosen >= turns.length - 1;
    const first = Math.max(0, Math.min(chosen, turns.length - LONGEST_LIST));
    const options = turns.slice(first).map((each, index) => h("option", { value: first + index }, titleOf(each)));
    choice.replaceChildren(...options.reverse());
    choice.value = String(chosen);
    if (turn === drawn) return; // a newer turn changes nothing for who looks at an older one
    drawn = turn;
    byId("explain-body").replaceChildren(
      turn ? turnNode(turn) : empty("Nothing said yet", "Open the chat: each turn is taken apart here."),
    );
  });

  const choose = (index) => {
    chosen = Math.max(0, Math.min(turns.length - 1, index));
    following = chosen === turns.length - 1;
    byId("explain-body").scrollTop = 0;
    render();
  };

  choice.addEventListener("change", () => choose(Number(choice.value)));
  byId("turn-earlier").addEventListener("click", () => choose(chosen - 1));
  byId("turn-later").addEventListener("click", () => choose(chosen + 1));
  render();

  return {
    take(item) {
      if (item.feed !== "explain" || item.type !== "turn") return;
      turns.push(item);
      if (following) choose(turns.length - 1);
      else render();
    },
  };
}

const said = (turn) => turn.text || (turn.understood ? "(opened the chat)" : "(a journey asks)");
const titleOf = (turn) => `${clockTime(turn.at)} ${turn.channel}: ${said(turn)}`.slice(0, 70);
const section = (title, ...children) => h("section", { class: "why" }, h("h3", { class: "label" }, title), children);

function turnNode(turn) {
  return h(
    "div",
    {},
    turn.text && h("blockquote", { class: "said" }, turn.text),
    turn.understood && section("Understood", understoodNodes(turn.understood)),
    turn.model?.length > 0 && section("Language model", turn.model.map(modelNode)),
    turn.acted?.length > 0 && section("Acted", h("ol", { class: "acted" }, turn.acted.map(actedNode))),
    section("Slots", slotsNode(turn.slots_before ?? {}, turn.slots_after ?? {})),
    (turn.score || turn.scores?.length > 0) && section("Lead score", scoreNodes(turn.score ?? {}, turn.scores ?? [])),
    turn.consents?.length > 0 && section("Consent", turn.consents.map(consentNode)),
    turn.milliseconds && section("Time", timeNodes(turn.milliseconds)),
  );
}

function understoodNodes({ stage, intent, confidence, ranking = [], entities = [], also = [] }) {
  const others = ranking.filter(({ name, confidence: share }) => name !== intent && share >= 0.005).slice(0, 3);
  return [
    h(
      "div",
      { class: "reading" },
      h("code", {}, intent ?? "nothing to understand"),
      stage && h("span", { class: "tag" }, words(stage)),
    ),
    intent && typeof confidence === "number" && bar(confidence),
    entities.length > 0 &&
      h(
        "ul",
        { class: "chips" },
        entities.map(({ name, value }) => h("li", {}, h("span", {}, name), " ", h("strong", {}, shown(value)))),
      ),
    others.length > 0 &&
      h(
        "p",
        { class: "small" },
        `Less likely: ${others.map(({ name, confidence: share }) => `${name} ${percent(share)}`).join(", ")}`,
      ),
    ...also.map(({ intent: name, text }) => h("p", { class: "small" }, `Also: ${name}, "${text}"`)),
  ];
}

function bar(share) {
  const fill = h("i");
  fill.style.inlineSize = `${share * 100}%`;
  return h(
    "div",
    { class: "confidence" },
    h("span", { class: "track", "aria-hidden": "true" }, fill),
    h("span", {}, percent(share), h("span", { class: "unseen" }, " sure")),
  );
}

const reasons = (title, items) => items.length > 0 && h("p", { class: "small" }, `${title}: ${items.join("; ")}`);

function modelNode({ use, outcome, kept = [], dropped = [], tokens = 0 }) {
  return h(
    "div",
    {},
    h("p", {}, h("span", { class: "tag" }, words(use)), ` ${outcome}`, tokens > 0 && `, ${tokens} tokens`),
    reasons("Kept", kept),
    reasons("Dropped", dropped),
  );
}

const actedNode = ({ action, why }) => h("li", {}, h("code", {}, action), why && h("p", { class: "small" }, why));

function slotsNode(before, after) {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = names.filter((name) => shown(before[name]) !== shown(after[name]));
  const same = names.filter((name) => !changed.includes(name) && shown(after[name]) !== "–");
  return [
    changed.length === 0 && h("p", { class: "small" }, "No slot changed."),
    changed.length > 0 &&
      h(
        "table",
        { class: "diff" },
        h(
          "thead",
          { class: "unseen" },
          h(
            "tr",
            {},
            ["Slot", "Before", "After"].map((title) => h("th", { scope: "col" }, title)),
          ),
        ),
        h(
          "tbody",
          {},
          changed.map((name) =>
            h(
              "tr",
              {},
              h("th", { scope: "row" }, name),
              h("td", {}, h("del", {}, shown(before[name]))),
              h("td", {}, h("ins", {}, shown(after[name]))),
            ),
          ),
        ),
      ),
    same.length > 0 &&
      h(
        "details",
        { class: "same" },
        h("summary", {}, `${same.length} unchanged`),
        h(
          "dl",
          {},
          same.map((name) => h("div", {}, h("dt", {}, name), h("dd", {}, shown(after[name])))),
        ),
      ),
  ];
}

function scoreNodes({ fit = 0, engagement = 0, grade }, changes) {
  return [
    h("p", { class: "score" }, grade && h("strong", { class: "grade" }, grade), `Fit ${fit}, engagement ${engagement}`),
    changes.length > 0 &&
      h(
        "ul",
        { class: "changes" },
        changes.map(({ dimension, points, reason }) =>
          h(
            "li",
            {},
            h("strong", {}, `${points < 0 ? "−" : "+"}${Math.abs(points)}`),
            h("span", {}, `${dimension}: ${reason}`),
          ),
        ),
      ),
  ];
}

function consentNode({ purpose, channel, granted, text }) {
  return h(
    "div",
    { class: "consent" },
    h(
      "p",
      {},
      h("span", { class: `outcome ${granted ? "send" : "withhold"}` }, granted ? "Granted" : "Refused"),
      ` ${purpose} by ${channel}`,
    ),
    text && h("blockquote", { class: "small" }, text),
  );
}

function timeNodes(milliseconds) {
  const { total, ...stages } = milliseconds;
  const sum = Object.values(stages).reduce((one, other) => one + other, 0) || 1;
  const strip = h(
    "div",
    { class: "strip", "aria-hidden": "true" },
    Object.entries(stages).map(([name, spent]) => {
      const part = h("i", { class: `stage-${name}` });
      part.style.flexGrow = String(Math.max(spent / sum, 0.02));
      return part;
    }),
  );
  const list = Object.entries(stages).map(([name, spent]) =>
    h("div", {}, h("dt", {}, h("i", { class: `stage-${name}` }), name), h("dd", {}, `${spent.toFixed(1)} ms`)),
  );
  return [
    strip,
    h(
      "dl",
      { class: "times" },
      list,
      total !== undefined && h("div", {}, h("dt", {}, "total"), h("dd", {}, h("strong", {}, `${total.toFixed(1)} ms`))),
    ),
  ];
}
