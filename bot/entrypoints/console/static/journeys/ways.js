/** Forms for the ways of a `branch` or `split`. */

import { h } from "../dom.js";
import { labelled } from "./form.js";
import { outcomeField } from "./outcome.js";

const GOES_ON = "goes on behind this step";

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

/** A number for each way, and at once what they sum to; `names` are theirs. */
export function weightsForm(names, weights) {
  const inputs = weights.map((weight) => h("input", { type: "number", min: 1, max: 99, step: 1, required: true, value: weight }));
  const sum = h("output", { class: "sum" });
  const show = () => {
    const total = inputs.reduce((found, input) => found + Number(input.value), 0);
    sum.textContent = total === 100 ? "They sum to 100." : `They sum to ${total}, not to 100.`;
    sum.classList.toggle("bad", total !== 100);
  };
  for (const input of inputs) input.addEventListener("input", show);
  show();
  const fields = inputs.map((input, number) => labelled(names[number], input));
  return {
    node: h("fieldset", { class: "weights" }, h("legend", {}, "Weights"), fields, sum),
    value: () => inputs.map((input) => Number(input.value)),
  };
}

/** The ways of a new step: a condition and what else happens, or two that people are parted into. */
export function waysField(schema, kind) {
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

/** The way with this weight, behind its name. */
export const weighted = ({ name, weight: _before, ...rest }, weight) => ({ name, weight, ...rest });
