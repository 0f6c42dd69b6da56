/** What is known of a person, line by line. */

import { asTold, dayAndTime, h, inOwnTime, shown, words } from "../dom.js";
import { withToken } from "../journeys/service.js";
import { kindOf } from "../known.js";

const OUTCOMES = { send: "sent", later: "later", withhold: "withheld" };
/** Whose places in our records say nothing to a person who reads: they are told when one points at them. */
const OURS = ["conversation", "page", "journey", "action"];

export const section = (title, content) => [h("h3", {}, title), ...(content.length ? content : [h("p", { class: "none" }, "nothing")])];
export const lines = (rows, line) => (rows.length ? [h("ul", { class: "lines" }, ...rows.map((one) => h("li", {}, ...line(one))))] : []);
export const facts = (rows) => h("dl", {}, ...rows.flat());
export const moment = (at) => h("time", { datetime: at }, dayAndTime(at));
const told = (at) => h("time", { datetime: at }, asTold(at));
export const identityRow = ({ kind, value, proved, ...told }) => [
  h("dt", {}, kindOf(kind)),
  h("dd", {}, value, ...toldBy(told)),
  h("dd", {}, h("span", { class: "tag" }, proved ? "proved" : "claimed")),
];
export const segmentRow = ({ segment, since, while: condition }) => [
  h("dt", {}, segment),
  h("dd", {}, condition && `while ${condition}`, h("small", { class: "told" }, "since ", moment(since))),
  h("dd"),
];
export const journeyLine = ({ journey, title, status, reason, due_at: due, entered_at: entered }) => [
  moment(entered),
  " ",
  h("a", { href: withToken(`/journeys/${encodeURIComponent(journey)}`) }, journey),
  { waiting: `: waits at ${title}`, parked: `: parked at ${title}, ${reason}`, held_out: ": held out", done: `: left, ${reason}` }[status],
  ...(due ? [", until ", moment(due)] : []),
];
export const consentLine = ({ at, channel, granted, how, words, until, ip, address }) => [
  told(at),
  ` ${channel}: ${granted ? "yes" : "no"}, ${how}${words ? `, to “${words}”` : ""}${address ? `, at ${address}` : ""}${ip ? `, sent from ${ip}` : ""}`,
  until && [", until ", told(until)],
].flat().filter(Boolean);
export const eventLine = ({ at, event, source, data }) => [
  moment(at),
  ` ${event}${source === "service" ? "" : ` (${source})`}`,
  h("small", { class: "data" }, Object.entries(data).filter(hasValue).map(([name, value]) => `${words(name)}: ${listed(value)}`).join(" · ")),
];
export const decisionLine = ({ at, channel, outcome, why, times }) => [moment(at), ` ${channel}: ${OUTCOMES[outcome] ?? outcome}, `, ...inOwnTime(why), times > 1 ? `, ${times} times` : ""];
const hasValue = ([, value]) => value !== "" && value !== null;
export const listed = (value) => (Array.isArray(value) ? value.map(shown).join(", ") : shown(value));

/** What was decided alike several times in a row is one line, with the latest moment. */
export function together(decisions) {
  const grouped = [];
  for (const one of decisions) {
    const last = grouped.at(-1);
    if (last && ["channel", "outcome", "why"].every((name) => last[name] === one[name])) last.times += 1;
    else grouped.push({ ...one, times: 1 });
  }
  return grouped;
}

/** Who told a value and when, what it replaced, and who says otherwise. */
export function toldBy(told) {
  const origin = (one) => [h("span", { title: one.words }, briefly(one)), one.at ? [" · ", moment(one.at)] : []].flat();
  const line = (name, one, words) => one && h("small", { class: `told ${name}` }, words, "value" in one ? ` ${listed(one.value)}` : "", ": ", ...origin(one));
  return [h("small", { class: "told" }, ...origin(told)), line("before", told.replaced, "before that"), line("differs", told.differing, "differs")].filter(Boolean);
}

const briefly = ({ words: said, source, where }) => (OURS.includes(source) && where ? said.slice(0, -`: ${where}`.length) : said);
