/** The panel that asks whether one person may be written to now. */

import { channelName } from "../channels.js";
import { byId, dayAndTime, h, latest, sentence } from "../dom.js";
import { findBy } from "../finding.js";
import { counted, number, request } from "../journeys/service.js";
import { knownAs, pageOf } from "../known.js";
import { lengthWords } from "../scores/words.js";
import { placeName, stretchWords } from "./words.js";

const attempt = latest((said) => request("/rules/ask", said));
const ANSWERS = { send: ["good", "Yes"], later: ["wait", "Not now"], withhold: ["bad", "No"] };
const MARKS = { clear: ["good", "✓", "fine"], send: ["good", "✓", "fine"], later: ["wait", "⏲", "not now"], withhold: ["bad", "✕", "no"] };
const CHECKS = {
  restriction: ["Restriction", "What is known of them may be used."],
  objection: ["Objection", "They have not objected to marketing."],
  address: ["Opt-out", "This address has not opted out, and nobody said that it is not theirs."],
  consent: ["Consent", ""],
  doubt: ["Doubt", "Nothing they wrote may have been an opt-out."],
  channel: ["Channel", "Nothing is known to be in the way of the address or its sender."],
  conversation: ["Conversation", "Nobody is in the middle of talking with them."],
  wish: ["Their wish", "They have not asked for a pause, or it is over."],
  hours: ["Hours", "Open."],
  cap: ["Caps", "None is reached."],
};

export class Asking {
  constructor() {
    this.person = null;
    findBy("ask-form", "ask-text", (person) => this.choose(person));
    byId("ask-channel").addEventListener("change", () => this.again());
  }

  about(told) {
    this.told = told;
    byId("ask-part").hidden = !told.may_ask;
    if (byId("ask-channel").options.length === 0) byId("ask-channel").replaceChildren(...told.channels.map((one) => h("option", { value: one, selected: one === "sms" }, channelName(one))));
  }

  choose(person) {
    this.person = person;
    byId("ask-by").hidden = false;
    void this.again();
  }

  /** Once more, as things are by now. */
  async again() {
    if (!this.person) return;
    const answer = await attempt({ person: this.person, channel: byId("ask-channel").value });
    if (answer === null) return;
    byId("asked").replaceChildren(...(answer.ok ? answerNodes(answer.told, this.told) : [h("p", { class: "small" }, answer.told.error)]));
  }
}

function answerNodes({ person, name, identities, channel, answer }, told) {
  const who = h("p", {}, h("a", { href: pageOf(person) }, name || knownAs(identities)));
  if (!answer) return [who, h("p", {}, h("span", { class: "tag bad" }, "No"), ` They have no address for this channel (${channelName(channel)}).`)];
  const { verdict } = answer;
  const [kind, words] = ANSWERS[verdict.outcome];
  return [
    who,
    h("p", { class: "verdict" }, h("span", { class: `tag ${kind}` }, words), " ", verdict.at ? ["Looked at again ", h("time", { datetime: verdict.at }, dayAndTime(verdict.at)), ": "] : "", sentence(verdict.why)),
    answer.only_templates && h("p", { class: "small" }, "Only a template may go: ", sentence(answer.only_templates)),
    h("ul", { class: "checks-told" }, answer.checks.map((one) => checkNode(one, answer, told))),
  ].filter(Boolean);
}

function checkNode({ check, outcome, why }, answer, told) {
  const [kind, mark, unseen] = MARKS[outcome];
  const [label, fine] = CHECKS[check];
  return h("li", { class: kind }, h("span", { class: "mark", "aria-hidden": "true" }, mark), h("div", {}, h("strong", {}, label), h("span", { class: "unseen" }, `: ${unseen}`), h("p", {}, why ? sentence(why) : fine), details(check, answer, told)));
}

/** The rules by which hours and caps were asked. */
function details(check, { hours, caps, zones, country }, told) {
  if (check === "hours") {
    const where = zones.length === 0 ? "Their time zone is not known." : `Looked at in ${zones.map((one) => one.replaceAll("_", " ")).join(", ")}.`;
    return h("ul", { class: "small" }, hours.length === 0 ? h("li", {}, `No rule has hours for ${placeName(country, told.states)}.`) : [h("li", {}, where), hours.map((one) => h("li", {}, h("code", {}, one.rule), ` ${stretchWords(one)}: ${one.open ? "open" : "closed"}`))]);
  }
  if (check !== "cap") return null;
  return h("ul", { class: "small" }, caps.length === 0 ? h("li", {}, "None holds for them.") : caps.map((one) => h("li", {}, h("code", {}, one.rule), ` ${counted(one.sent, "message", "messages")} of ${number(one.at_most)} in ${lengthWords(one.within)}`)));
}
