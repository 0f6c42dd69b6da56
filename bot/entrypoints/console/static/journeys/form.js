/** Forms for steps, their ways and where these lead, made from the JSON Schema of journeys; a step may have steps of its own. */

import { h, words } from "../dom.js";
import { collected, kindsOf, labelled, resolved, textField, valuesField } from "./fields.js";
import { weighted, weightsForm } from "./weights.js";

/** Fields for a step of this kind as `{node, value}`; `value()` is what the step says then. */
export function stepForm(schema, kind, says) {
  const object = schema.definitions[`step_${kind}`];
  const fields = fieldsOf(schema, object, says ?? {}, kind);
  const seldom = ({ key }) => key === "id" && !object.required.includes("id");
  return {
    node: h("div", { class: "fields" }, [...fields.filter((one) => !seldom(one)), ...fields.filter(seldom)].map(({ node }) => node)),
    value: () => ({ ...(kind === "end" ? { end: says?.end ?? null } : {}), ...collected(fields, says ?? {}) }),
  };
}

export function fieldsOf(schema, object, says, kind) {
  const required = object.required ?? [];
  return Object.entries(object.properties)
    .filter(([key]) => !(key === "end" && kind === "end"))
    .map(([key, property]) => ({ key, ...field(schema, property, key, says[key], required.includes(key)) }));
}

const GOES_ON = "goes on behind this step";
const WITHOUT_OUTCOME = { failed: "the run stops with an error", late: "–" };

/** What fits an entry of this schema as `{node, read}`. */
export function field(schema, given, key, value, required) {
  const property = resolved(schema, given);
  if (key in WITHOUT_OUTCOME) return outcomeField(schema, words(key), value, { without: WITHOUT_OUTCOME[key], about: property.description });
  if (key === "branch" || key === "split") return value === undefined ? waysField(schema, key) : { node: null, read: null };
  const choices = (property.anyOf ?? []).map((one) => resolved(schema, one));
  const object = property.properties ? property : choices.find((one) => one.properties);
  const simple = !object || (choices.length > 0 && (value === undefined ? key !== "wait" && choices.some((one) => !one.properties) : typeof value !== "object"));
  if (object && !simple) return objectField(schema, object, key, value, required);
  if (key === "wait" && value === undefined) return objectField(schema, object, key, value, required);
  if (property.type === "object") return valuesField(property, key, value);
  return textField(schema, property, choices, key, value, required);
}

/** Of what may be left out as a whole, and is, nothing is marked as required. */
function objectField(schema, object, key, value, required) {
  const fields = fieldsOf(schema, required || value !== undefined ? object : { ...object, required: [] }, value ?? {}, null);
  const node = h("fieldset", {}, h("legend", {}, words(key)), fields.map((one) => one.node));
  return {
    node,
    read: () => {
      const found = collected(fields, value ?? {});
      return Object.keys(found).length > 0 ? found : undefined;
    },
  };
}

// ---------------------------------------------------------------- where something leads

/**
 * Fields for `do` and `go` as `{node, read}`. `without` says what happens where nothing is written, if nothing may be.
 * Steps that are there already are edited in the picture; the first of new ones is made here.
 */
function outcomeField(schema, title, value, { without = null, about = "" } = {}) {
  const before = value ?? {};
  const choices = [without !== null && ["", without], ["go", "goes to a step"], ["do", "has steps of its own"]].filter(Boolean);
  const current = before.do ? "do" : before.go !== undefined ? "go" : without === null ? "do" : "";
  const select = h("select", {}, choices.map(([choice, text]) => h("option", { value: choice, selected: choice === current }, text)));
  const inside = h("div", { class: "fields" });
  let part = null;
  const show = () => {
    part = PARTS[select.value](schema, before);
    inside.replaceChildren(...[part.node].flat().filter(Boolean));
    if (before.do && select.value !== "do") inside.append(h("p", { class: "small" }, `Its ${stepsWords(before.do)} will be taken out.`));
  };
  select.addEventListener("change", show);
  show();
  return {
    node: h("fieldset", {}, h("legend", {}, title), labelled("it", select, about), inside),
    read: () => part.read(),
  };
}

const stepsWords = (steps) => (steps.length === 1 ? "step" : `${steps.length} steps`);

const PARTS = {
  "": () => ({ node: null, read: () => undefined }),
  go: (schema, before) => {
    const target = targetField(schema, "go_to", before.go, true);
    return { node: target.node, read: () => ({ go: target.read() }) };
  },
  do: (schema, before) => {
    const then = targetField(schema, "and_then_to", before.go, false);
    const first = before.do ? null : firstStep(schema);
    const note = h("p", { class: "small" }, first ? "More steps can be put behind it in the picture." : `Its ${stepsWords(before.do)} ${before.do.length === 1 ? "is" : "are"} edited in the picture.`);
    return {
      node: [first?.node, note, then.node],
      read: () => ({ do: before.do ?? [first.value()], ...(then.read() === undefined ? {} : { go: then.read() }) }),
    };
  },
};

function targetField(schema, key, value, required) {
  const about = required ? "The id of a step, or end." : "Empty: they go on behind this step.";
  const made = field(schema, { ...schema.definitions.target, description: about }, key, value, required);
  made.node.querySelector("input").required = required;
  return made;
}

function firstStep(schema) {
  const kinds = h("select", {}, kindsOf(schema).map((kind) => h("option", { value: kind }, words(kind))));
  const inside = h("div", { class: "fields" });
  let form = null;
  const show = () => {
    form = stepForm(schema, kinds.value, null);
    inside.replaceChildren(form.node);
  };
  kinds.addEventListener("change", show);
  show();
  return { node: h("fieldset", {}, h("legend", {}, "Its first step"), labelled("what_happens_first", kinds), inside), value: () => form.value() };
}

// ---------------------------------------------------------------- ways

/** Fields for one way as `{node, value}`. `kind` is branch, else or split; the weights of a split's ways have a form of their own. */
export function wayForm(schema, kind, says) {
  if (kind === "else") {
    const otherwise = outcomeField(schema, "Everybody else", says?.else, {});
    return { node: otherwise.node, value: () => ({ ...says, else: otherwise.read() }) };
  }
  const key = kind === "branch" ? "if" : "name";
  const about = kind === "branch" ? "A condition, such as answer.team_size > 20." : "The way's name: small letters, digits, - and _.";
  const input = h("input", { required: true, autocomplete: "off", spellcheck: "false", value: says?.[key] ?? "" });
  const outcome = outcomeField(schema, "Where it leads", says, { without: kind === "split" ? GOES_ON : null });
  return {
    node: h("div", { class: "fields" }, labelled(key, input, about, true), outcome.node),
    value: () => {
      const { do: _steps, go: _target, ...rest } = says ?? {};
      const text = input.value.trim();
      return { ...rest, [key]: text === String(says?.[key]) ? says[key] : text, ...outcome.read() };
    },
  };
}

/** The ways of a new step: a condition and what else happens, or two that people are parted into. */
function waysField(schema, kind) {
  if (kind === "branch") {
    const [way, otherwise] = [wayForm(schema, "branch", null), outcomeField(schema, "Everybody else", null, { without: GOES_ON })];
    return {
      node: h("div", { class: "fields" }, way.node, otherwise.node),
      read: () => [way.value(), ...(otherwise.read() ? [{ else: otherwise.read() }] : [])],
    };
  }
  const ways = ["a", "b"].map((name) => wayForm(schema, "split", { name }));
  const weights = weightsForm(["First way", "Second way"], [50, 50]);
  return {
    node: h("div", { class: "fields" }, ways.map((way, number) => h("fieldset", {}, h("legend", {}, ["First way", "Second way"][number]), way.node)), weights.node),
    read: () => ways.map((way, number) => weighted(way.value(), weights.value()[number])),
  };
}
