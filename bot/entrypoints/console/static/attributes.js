/** What people have: declared, changed, and declared no more. */

import { showFaults, withFaults } from "./content.js";
import { choiceField, openForm, textField } from "./dialogs.js";
import { byId, empty, h, refill, sentence, tell } from "./dom.js";
import { ask, counted, request } from "./journeys/service.js";

const TYPES = [
  ["text", "a text"],
  ["number", "a number"],
  ["yes_no", "yes or no"],
  ["date", "a day"],
  ["list", "several texts"],
];
const SENSITIVITIES = [
  ["open", "open: every role sees it"],
  ["personal", "personal: reps, compliance and admins see it"],
  ["sensitive", "sensitive: only compliance and admins see it, and nothing is learnt from it"],
];
const TYPE_WORDS = Object.fromEntries(TYPES);
const TRIES = 20;
let told = null;

async function load() {
  told = await ask("/people/attributes.json");
  if (!told) {
    byId("count").textContent = "could not be loaded";
    return;
  }
  byId("new").hidden = !told.may_change || told.problem !== "";
  byId("count").textContent = counted(told.attributes.length, "attribute", "attributes");
  byId("path").textContent = told.path;
  showFaults(told.faults);
  byId("problem").textContent = told.problem;
  const nothing = h("li", {}, told.digest === null ? empty("Nothing is declared", "Without journeys/profile.yml people may have anything, and nothing is checked. The first attribute begins that file: from then on the others that conditions look at are to be declared, too.") : empty("Nothing is declared", ""));
  refill(byId("list"), told.attributes.length > 0 ? told.attributes.map(rowNode) : [nothing]);
}

const rowNode = (one) =>
  h(
    "li",
    {},
    h(
      "div",
      { class: "name-line" },
      h("strong", {}, one.label || one.attribute),
      h("code", {}, one.attribute),
      h("span", { class: "tag" }, TYPE_WORDS[one.type] ?? one.type),
      one.sensitivity !== "personal" && h("span", { class: "tag" }, one.sensitivity),
      !told.in_force.includes(one.attribute) && h("span", { class: "tag wait" }, "not in force yet"),
    ),
    (one.values.length > 0 || one.purpose) && h("p", { class: "entries" }, [one.values.length > 0 && `One of ${one.values.map(({ value, words }) => words || value).join(", ")}.`, one.purpose && sentence(one.purpose)].filter(Boolean).join(" ")),
    told.may_change && h("div", { class: "deeds" }, h("button", { type: "button", class: "quiet", "aria-label": `Change ${one.attribute}`, onclick: () => open(one) }, "Change…"), h("button", { type: "button", class: "quiet", "aria-label": `Take out ${one.attribute}`, onclick: () => askToTakeOut(one) }, "Take out…")),
  );

// ---------------------------------------------------------------- declaring

function open(one = null) {
  openForm({
    title: one ? `The attribute ${one.attribute}` : "A new attribute",
    about: "Of contact data, and of whose word counts, the file can say more.",
    fields: [
      ...(one ? [] : [textField("attribute", "Name", { required: true, pattern: "[a-z][a-z0-9_]*", maxlength: 80, spellcheck: "false", placeholder: "favourite_colour" }, "Small letters, digits and _. Conditions name it profile.favourite_colour.")]),
      textField("label", "What it is called", { maxlength: 200, value: one?.label ?? "" }),
      choiceField("type", "What it is", TYPES, one?.type ?? "text"),
      valuesField(one?.values ?? []),
      choiceField("sensitivity", "How much it tells", SENSITIVITIES, one?.sensitivity ?? "personal"),
      textField("purpose", "What it is kept for", { maxlength: 500, value: one?.purpose ?? "" }, "The register of processing has it. Left empty: as of all others."),
    ],
    yes: one ? "Save" : "Declare it",
    sends: (filled) => (one ? save(one.attribute, filled) : declare(filled.attribute.trim(), filled)),
    then: ({ faults }, { attribute }) => done(one?.attribute ?? attribute.trim(), faults),
  });
}

function valuesField(values) {
  const lines = values.map(({ value, words }) => (words && words !== String(value) ? `${value}: ${words}` : value)).join("\n");
  return h("div", { class: "field" }, h("label", { for: "field-values" }, "Its only values"), h("textarea", { id: "field-values", name: "values", rows: 3, "aria-describedby": "about-values" }, lines), h("small", { id: "about-values" }, "One on each line, perhaps with words in which people are told it: this_quarter: this quarter. Left empty: any."));
}

async function save(name, { type, label, sensitivity, purpose, values }) {
  const lines = values.split("\n").map((line) => line.trim()).filter(Boolean);
  const read = (text) => (type === "number" && text !== "" && !Number.isNaN(Number(text)) ? Number(text) : text);
  const split = (line) => ({ value: read(line.split(/:\s+/, 1)[0]), words: line.split(/:\s+/).slice(1).join(": ") });
  const said = { type, label, sensitivity, purpose, values: lines.map(split), digest: told.digest ?? "" };
  return withFaults(await request(`/people/attributes/${name}`, said, "PUT"));
}

const declare = (name, filled) =>
  told.attributes.some(({ attribute }) => attribute === name) ? { ok: false, told: { error: `There is an attribute ${name} already. Choose another name, or change that one.` } } : save(name, filled);

function askToTakeOut({ attribute }) {
  openForm({
    title: `Take out ${attribute}?`,
    about: "What is kept of people stays, and is shown; but imports leave it out, and no condition may look at it any more.",
    yes: "Take it out",
    danger: true,
    sends: async () => withFaults(await request(`/people/attributes/${attribute}?digest=${told.digest}`, null, "DELETE")),
    then: ({ faults }) => done(attribute, faults),
  });
}

async function done(attribute, faults) {
  tell(faults.length > 0 ? "Saved. It is in force once the faults elsewhere are mended." : "Saved.");
  for (let tries = 0; tries < TRIES; tries += 1) {
    await load();
    if (!told || faults.length > 0 || told.in_force.includes(attribute) === told.attributes.some((one) => one.attribute === attribute)) return;
    await new Promise((later) => setTimeout(later, 500));
  }
}

byId("new").addEventListener("click", () => open());
void load();
