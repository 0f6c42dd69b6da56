/** The panel that shows one person's points now, and with the rule as it is typed. */

import { byId, h, latest } from "../dom.js";
import { findBy } from "../finding.js";
import { knownAs, pageOf } from "../known.js";
import { number, request } from "../journeys/service.js";

const attempt = latest((said) => request("/scores/try", said));

export class Trying {
  /** `asking` is what the service is asked of a person. */
  constructor(asking) {
    [this.asking, this.person] = [asking, null];
    findBy("try-form", "try-text", (person) => this.choose(person));
  }

  choose(person) {
    this.person = person;
    void this.again();
  }

  /** Once more, with the rule as it is now. */
  async again() {
    const said = this.person && this.asking(this.person);
    if (!said) return;
    const answer = await attempt(said);
    if (answer === null) return;
    byId("tried").replaceChildren(...(answer.ok ? triedNodes(answer.told) : [h("p", { class: "small" }, answer.told.error)]));
  }
}

function triedNodes({ person, name, identities, now, then, scored, hidden, times }) {
  return [
    h("p", {}, h("a", { href: pageOf(person) }, name || knownAs(identities))),
    h("dl", { class: "two" }, scoreNode("Now", now, ""), then && scoreNode("With this rule", then, "then")),
    then && h("p", { class: "small" }, times === null ? "Within minutes of saving." : timesWords(times)),
    !scored && h("p", { class: "small" }, "They object to marketing, or are restricted, and are given no points."),
    hidden && h("p", { class: "small" }, "What it would do is not told to your role: it would tell what is hidden from it."),
    h("ul", {}, linesNodes(now.lines, (then ?? now).lines)),
  ].filter(Boolean);
}

const timesWords = (times) => (times === 0 ? "It has not happened to them." : `As if it had been in force all along: it happened to them ${times === 1 ? "once" : `${number(times)} times`}. It counts from now on.`);

const scoreNode = (title, { grade, fit, engagement }, kind) => h("div", { class: kind }, h("dt", {}, title), h("dd", {}, grade, h("small", {}, `fit ${number(fit)}, engagement ${number(engagement)}`)));

/** The change log with the rule; what it has more than now, and what it lacks, is marked. */
function linesNodes(now, then) {
  if (now.length === 0 && then.length === 0) return [h("li", { class: "small" }, "No points yet.")];
  const left = [...now];
  const rows = then.map((line) => {
    const at = left.indexOf(line);
    if (at < 0) return h("li", { class: "comes" }, h("span", { class: "unseen" }, "new: "), line);
    left.splice(at, 1);
    return h("li", {}, line);
  });
  return [...rows, ...left.map((line) => h("li", { class: "goes" }, h("span", { class: "unseen" }, "no longer: "), line))];
}
