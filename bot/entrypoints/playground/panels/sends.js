/** What may leave and what may not, and why; and where the journeys are. */

import { byId, clockTime, dayAndTime, empty, h, inOwnTime, soon } from "../dom.js";

const OUTCOMES = {
  send: "Sent",
  sent: "Sent",
  later: "Later",
  withhold: "Withheld",
  withheld: "Withheld",
  dead: "Failed",
  reply: "Reply",
};
const PURPOSES = { reply: "reply", service: "service", marketing: "marketing", desk: "our own desk" };
const LONGEST_LIST = 100;

export function sendsPanel() {
  const decisions = [];
  const journeys = new Map(); // by enrolment: {journey, trail: [{step, title, did, at}]}

  const render = soon(() => {
    const body = byId("sends-body");
    if (decisions.length === 0 && journeys.size === 0) {
      body.replaceChildren(
        empty("Nothing has left yet", "Every message needs a ground to go out. It is kept here, sent or not."),
      );
      return;
    }
    body.replaceChildren(
      ...[...journeys.values()].reverse().map(journeyNode),
      h("ul", { class: "decisions" }, decisions.map(decisionNode)),
    );
  });

  render();
  return {
    take(item) {
      if (item.feed === "decisions") {
        decisions.unshift(item);
        decisions.splice(LONGEST_LIST);
        render();
      }
      if (item.feed === "explain" && item.type === "step") {
        const known = journeys.get(item.enrolment) ?? { journey: item.journey, trail: [] };
        known.trail.push(...item.trail.map((each) => ({ ...each, at: item.at })));
        journeys.delete(item.enrolment);
        journeys.set(item.enrolment, known);
        render();
      }
    },
  };
}

function decisionNode({ outcome, channel, purpose, why, at }) {
  return h(
    "li",
    {},
    h("span", { class: `outcome ${outcome}` }, OUTCOMES[outcome] ?? outcome),
    h(
      "div",
      {},
      h("p", {}, h("strong", {}, channel), `, ${PURPOSES[purpose] ?? purpose}`),
      h("p", { class: "small" }, inOwnTime(why)),
    ),
    h("time", { datetime: at, title: dayAndTime(at) }, clockTime(at)),
  );
}

function journeyNode({ journey, trail }) {
  return h(
    "article",
    { class: "journey" },
    h("h3", { class: "label" }, `Journey ${journey}`),
    h(
      "ol",
      {},
      trail
        .slice(-8)
        .map(({ step, title, did, at }) =>
          h(
            "li",
            {},
            h("p", {}, h("strong", { title: step }, title ?? step), ": ", inOwnTime(did)),
            h("time", { datetime: at, title: dayAndTime(at) }, clockTime(at)),
          ),
        ),
    ),
  );
}
