/** What the pages of scores say alike. */

import { h } from "../dom.js";
import { counted, number, withToken } from "../journeys/service.js";
import { peopleWords } from "../segments/words.js";

const SIGNED = new Intl.NumberFormat(undefined, { signDisplay: "exceptZero" });
export const signed = (points) => SIGNED.format(points);
export const points = (count) => counted(count, "point", "points");

export const pointsNode = (count) => h("b", { class: count < 0 ? "points minus" : "points" }, signed(count));

const UNITS = { d: ["day", "days"], h: ["hour", "hours"], m: ["minute", "minutes"] };

/** "7d" as its number and unit. */
export function lengthOf(text) {
  const [, count, unit] = /^(\d+)([dhm])$/.exec(text ?? "") ?? [];
  return count ? { number: Number(count), unit } : null;
}

export function lengthWords(text) {
  const { number: count, unit } = lengthOf(text);
  return counted(count, ...UNITS[unit]);
}

/** What gives a rule's points, and how many at most, as nodes. */
export function ruleWords({ event, condition, sentence, cap, half_life: halfLife }) {
  const said = sentence || (condition && h("code", {}, condition));
  const given = event ? ["Each time ", h("code", {}, event), " happens", said && [", where ", said]] : ["As long as ", said];
  return [...given, ".", cap && ` At most ${points(cap.points)} in ${lengthWords(cap.within)}.`, halfLife && ` Half is left after ${lengthWords(halfLife)}.`];
}

/** To how many people a rule has given points; what is true of somebody stays only as long as it is. */
export function givenWords({ event }, given) {
  const people = peopleWords(given);
  return event ? `It has given points to ${people} so far.` : given.count === 1 && !given.about ? `${people} has its points now.` : `${people} have its points now.`;
}

const LETTERS = ["A", "B", "C"];
const DIGITS = ["1", "2", "3"];

/** How many people have each grade, where that is known yet, and from how many points on; with `then`, what that would become. */
export function gradesTable({ fit, engagement }, people, then = null) {
  const least = { A: `${number(fit.A)} or more`, B: `${number(fit.B)} or more`, C: "fewer", 1: `${number(engagement["1"])} or more`, 2: `${number(engagement["2"])} or more`, 3: "fewer" };
  const head = (grade, scope) => h("th", { scope }, h("b", {}, grade), h("small", {}, least[grade]));
  const cell = (grade) => {
    if (!people) return h("td", {}, "…");
    const [now, later] = [people[grade] ?? 0, then ? (then[grade] ?? 0) : null];
    const moves = later !== null && later !== now;
    return h("td", { class: moves ? "moves" : (later ?? now) > 0 ? "some-people" : false }, number(now), moves && [h("span", { class: "unseen" }, " now, then "), h("span", { "aria-hidden": "true" }, " → "), number(later)]);
  };
  return h(
    "table",
    { class: "grades" },
    h("caption", {}, then ? "People now, and then" : "People, by points of fit (down) and of engagement (across)"),
    h("thead", {}, h("tr", {}, h("td"), DIGITS.map((digit) => head(digit, "col")))),
    h("tbody", {}, LETTERS.map((letter) => h("tr", {}, head(letter, "row"), DIGITS.map((digit) => cell(letter + digit))))),
  );
}

const KINDS = {
  journey: ["Journey", "/journeys/"],
  segment: ["Segment", "/segments/"],
  response: ["Response", "/responses/"],
  desk: ["Desk", null],
  crm: ["CRM", null],
};
const OF = { fit: "points of fit", engagement: "points of engagement", total: "all points", grade: "the grade" };

/** What looks at scores, as rows of a list. */
export function usesNodes(uses) {
  if (uses.length === 0) return [h("li", { class: "small" }, "Nothing looks at ", h("code", {}, "lead.grade"), " or at the points yet, but the card in Slack, which shows them.")];
  return uses.map(({ kind, name, of }) => {
    const [label, path] = KINDS[kind];
    return h("li", {}, `${label} `, path ? h("a", { href: withToken(path + encodeURIComponent(name)) }, name) : h("strong", {}, name), ` looks at ${of.map((one) => OF[one]).join(" and ")}.`);
  });
}

/** Calls `look` until what it gives is true, for the files are read within a second or two. */
export async function untilInForce(look) {
  for (let tries = 0; tries < 20; tries += 1) {
    await new Promise((later) => setTimeout(later, 500));
    if (await look()) return;
  }
}
