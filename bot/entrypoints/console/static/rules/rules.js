/** All rules, what each did lately, when a message may leave, and whether one person may be written to. */

import { showFaults } from "../content.js";
import { byId, dayAndTime, empty, h, refill, tell } from "../dom.js";
import { ask, counted, number } from "../journeys/service.js";
import { untilInForce } from "../scores/words.js";
import { Asking } from "./asking.js";
import { Forms } from "./forms.js";
import { Week } from "./week.js";
import { SENTENCES, placeName, upper } from "./words.js";

const LOOKS_BACK = 30;
const A_DAY = 86_400_000;
const RULES = ["hours", "caps"];
const BESIDE = ["consent", "opt_outs", "requests", "retention", "links"];
const NOTHING = {
  hours: ["No hours", "Marketing may leave at any time of day."],
  caps: ["No caps", "People get as much marketing as journeys send."],
  consent: ["", "Consent counts as it is given, and for good."],
};
const week = new Week();
const asking = new Asking();
const forms = new Forms(saved);
let [told, heldUp] = [null, null]; // what rules held up is counted after they are shown

async function load() {
  told = await ask("/rules.json");
  if (!told) {
    byId("hours-about").textContent = "could not be loaded";
    return;
  }
  told.rule_channels = [...new Set([...told.channels, ...told.hours.flatMap(({ channels }) => channels), ...told.caps.flatMap(({ channels }) => channels)])].toSorted();
  showFaults(told.faults);
  showProblems();
  week.about(told);
  asking.about(told);
  forms.about(told);
  for (const kind of RULES) byId(`new-${kind}`).hidden = !mayChange();
  for (const kind of BESIDE) showBeside(kind);
  showWords();
  showRules();
  heldUp = (await ask("/rules/held-up.json")) ?? heldUp;
  showRules();
}

function showProblems() {
  byId("problems").hidden = told.problems.length === 0 || told.faults.length > 0;
  byId("problems").replaceChildren(h("strong", {}, "The files of rules have faults; what they said before stays in force."), h("ul", {}, told.problems.map((one) => h("li", {}, `${one.path}:${one.line}: ${one.message} ${one.suggestion}`.trim()))));
}

const mayChange = () => told.may_change && told.problems.length === 0;

function showRules() {
  for (const kind of RULES) {
    byId(`${kind}-about`).textContent = counted(told[kind].length, "rule", "rules") + sinceWords();
    const [title, text] = NOTHING[kind];
    refill(byId(kind), told[kind].length > 0 ? told[kind].map((one) => ruleNode(kind, one)) : [h("li", {}, empty(title, text))]);
  }
}

/** Of which time it is counted what rules did; of very many messages that is less than is asked for. */
function sinceWords() {
  if (!heldUp) return "";
  return `; what each did ${Date.now() - new Date(heldUp.since) > (LOOKS_BACK - 1) * A_DAY ? `in the last ${LOOKS_BACK} days` : `since ${dayAndTime(heldUp.since)}`}`;
}

/** A rule for everywhere else is one for everywhere where no country has another of its kind; states have theirs besides. */
function placeWords(kind, one) {
  const shares = (other) => !one.channels || other.channels.some((channel) => one.channels.includes(channel));
  const others = told[kind].some((other) => other.jurisdiction.length === 2 && shares(other));
  return upper(placeName(one.jurisdiction, told.states, others));
}

function ruleNode(kind, one) {
  const done = heldUp && (heldUp.rules[one.rule] ?? { moved: 0, refused: 0 });
  return h(
    "li",
    { class: one.when === "over" && "is-over" },
    h("div", { class: "name-line" }, h("strong", {}, placeWords(kind, one)), h("code", {}, one.rule), tags(one)),
    h("div", { class: "entries" }, h("p", { class: "sentence" }, SENTENCES[kind](one)), h("p", { class: "source" }, one.source)),
    h("dl", { class: "numbers" }, numberNode("moved", done?.moved), (kind === "caps" || done?.refused > 0) && numberNode("left out", done?.refused)),
    mayChange() && h("div", { class: "deeds", role: "group", "aria-label": one.rule }, h("button", { type: "button", class: "quiet", onclick: () => forms.rule(kind, one) }, "Change…"), h("button", { type: "button", class: "quiet", onclick: () => forms.takeOut(kind, one) }, "Take out…")),
  );
}

async function saved(faults) {
  tell(faults.length > 0 ? "Saved. It is in force once the faults elsewhere are mended." : "Saved.");
  await load();
  const waits = () => RULES.some((kind) => told[kind].some((one) => !one.in_force));
  if (faults.length > 0 || !told || !waits()) return;
  await untilInForce(async () => ((told = (await ask("/rules.json")) ?? told), !waits()));
  await load();
}

const numberNode = (label, count) => h("div", { class: count ? "waiting" : "none" }, h("dt", {}, label), h("dd", {}, count === undefined || count === null ? "…" : number(count)));

function tags({ when, from, to, of_house: ofHouse, in_force: inForce }) {
  const dates = when === "to_come" ? `from ${from}` : when === "over" ? `over since ${to}` : to && `until ${to}`;
  return [ofHouse && h("span", { class: "tag" }, "house rule"), dates && h("span", { class: "tag wait" }, dates), !inForce && h("span", { class: "tag wait" }, "not in force yet")].filter(Boolean);
}

function showBeside(kind) {
  if (kind !== "consent") byId(`${kind}-part`).hidden = told[kind].length === 0;
  refill(
    byId(kind),
    told[kind].length > 0 ? told[kind].map((one) => h("li", {}, kind !== "retention" && [h("strong", {}, placeWords(kind, one)), ". "], SENTENCES[kind](one), " ", tags(one), h("p", { class: "small" }, h("code", {}, one.rule), ` ${one.source}`))) : [h("li", { class: "small" }, NOTHING[kind]?.[1] ?? "")],
  );
}

function showWords() {
  byId("words-part").hidden = told.words.length === 0;
  const path = (file) => told.files.find((one) => one.file === file)?.path ?? file;
  refill(byId("words"), told.words.map(({ file, lists }) => h("li", {}, h("code", {}, path(file)), ` ${counted(lists, "list", "lists")}`)));
}

for (const kind of RULES) byId(`new-${kind}`).addEventListener("click", () => forms.rule(kind));
void load();
