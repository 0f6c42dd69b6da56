/** What may leave and what may not, and why; and where the journeys are. */

import { byId, clockTime, day, dayAndTime, empty, h, inOwnTime, soon } from "../dom.js";
import { read } from "../feed.js";
import { withToken } from "../journeys/service.js";
import { knownAs, pageOf } from "../known.js";

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
const MOST_JOURNEYS = 12;
const MOST_NAMED = 50; // so many people are asked about at once

export function sendsPanel() {
  const decisions = [];
  const journeys = new Map(); // by enrolment: {journey, person, trail: [{step, title, did, at}]}
  const people = new Map(); // by our id: by what they are known
  const asked = new Set(); // about whom the service need not be asked again

  const render = soon(() => {
    const body = byId("sends-body");
    if (decisions.length === 0 && journeys.size === 0) {
      body.replaceChildren(
        empty("Nothing has left yet", "Every message needs a ground to go out. It is kept here, sent or not."),
      );
      return;
    }
    const latest = [...journeys.values()].slice(-MOST_JOURNEYS).reverse();
    const more = journeys.size - latest.length;
    const parts = [
      ...latest.map((one) => journeyNode(one, whose(one.person))),
      more > 0 && h("p", { class: "small" }, `And ${more} before: `, h("a", { href: withToken("/journeys") }, "all journeys"), "."),
      h("ul", { class: "decisions" }, byDay(decisions, (one) => decisionNode(one, whose(one.person)))),
    ];
    body.replaceChildren(...parts.filter(Boolean));
    void askWhose([...latest, ...decisions]);
  });

  const whose = (person) => {
    const known = people.get(person);
    return known && h("a", { href: pageOf(person), dir: "auto" }, known.name || knownAs(known.identities));
  };

  const askWhose = async (items) => {
    const unknown = [...new Set(items.map(({ person }) => person))].filter((person) => person && !asked.has(person));
    const some = unknown.slice(0, MOST_NAMED);
    if (some.length === 0) return;
    for (const person of some) asked.add(person);
    const told = await read(`/playground/people?${new URLSearchParams(some.map((person) => ["person", person]))}`).catch(() => null);
    if (!told) {
      for (const person of some) asked.delete(person);
      return;
    }
    for (const [person, known] of Object.entries(told.people)) people.set(person, known);
    render();
  };

  /** Who has no name yet may have told it meanwhile. */
  const heard = (item) => {
    if (people.get(item.person)?.name === "") asked.delete(item.person);
    render();
  };

  render();
  return {
    take(item) {
      if (item.feed === "decisions") {
        decisions.unshift(item);
        decisions.splice(LONGEST_LIST);
        heard(item);
      }
      if (item.feed === "explain" && item.type === "step") {
        const { journey, person } = item;
        const known = journeys.get(item.enrolment) ?? { journey, person, trail: [] };
        known.trail.push(...item.trail.map((each) => ({ ...each, at: item.at })));
        journeys.delete(item.enrolment);
        journeys.set(item.enrolment, known);
        heard(item);
      }
    },
  };
}

/** Lines with their day above the first of each. */
const byDay = (items, line) =>
  items.map((one, index) => [index > 0 && day(items[index - 1].at) === day(one.at) ? null : h("li", { class: "day" }, day(one.at)), line(one)]);

function decisionNode({ outcome, channel, purpose, why, at }, whose) {
  return h(
    "li",
    {},
    h("span", { class: `outcome ${outcome}` }, OUTCOMES[outcome] ?? outcome),
    h(
      "div",
      {},
      h("p", {}, h("strong", {}, channel), `, ${PURPOSES[purpose] ?? purpose}`, whose && [" · ", whose]),
      h("p", { class: "small" }, inOwnTime(why)),
    ),
    h("time", { datetime: at, title: dayAndTime(at) }, clockTime(at)),
  );
}

function journeyNode({ journey, trail }, whose) {
  return h(
    "article",
    { class: "journey" },
    h("h3", { class: "label" }, `Journey ${journey}`, whose && [" · ", whose]),
    h(
      "ol",
      {},
      byDay(trail.slice(-8), ({ step, title, did, at }) =>
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
