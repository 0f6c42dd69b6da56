/** The weights of the ways of a `split`. */

import { h } from "../dom.js";
import { labelled } from "./fields.js";

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

/** The way with this weight, behind its name. */
export const weighted = ({ name, weight: _before, ...rest }, weight) => ({ name, weight, ...rest });
