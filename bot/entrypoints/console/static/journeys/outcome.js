/** Where something leads: it goes on, goes to a step, or has steps of its own. */

import { h, words } from "../dom.js";
import { field, kindsOf, labelled, stepForm } from "./form.js";

/**
 * Fields for `do` and `go` as `{node, read}`. `without` says what happens where nothing is written, if nothing may be.
 * Steps that are there already are edited in the picture; the first of new ones is made here.
 */
export function outcomeField(schema, title, value, { without = null, about = "" } = {}) {
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
