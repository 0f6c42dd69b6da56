/** The form of one route: for which leads it holds, by lines or as text, and to whom they are offered. */

import { choiceField, textField } from "../dialogs.js";
import { h } from "../dom.js";
import { Lines } from "../segments/lines.js";
import { whomField } from "./fields.js";

const PICKS = [
  ["in_turn", "whose turn it is"],
  ["least_busy", "who has the fewest open"],
];
const COUNTRY = "customer.country";

/** Its fields, and what they say, which is an error where something is missing. */
export function routeForm(route, reps, told) {
  const condition = conditionField(route, told);
  const to = whomField("To whom", reps, route?.to ?? []);
  return {
    fields: [
      textField("route", "Name", { required: true, pattern: "[a-z][a-z0-9_\\-]*", maxlength: 80, spellcheck: "false", value: route?.route ?? "", placeholder: "germany" }, "Small letters, digits, - and _. The card says it."),
      condition.node,
      to.node,
      choiceField("pick", "Of several who are free", PICKS, route?.pick ?? "in_turn"),
      textField("reason", "Why", { maxlength: 200, value: route?.reason ?? "", placeholder: "speaks German" }, "The card says this, too."),
    ],
    said: ({ route: name, pick, reason }) => {
      const held = condition.value();
      if (held === null) return { error: "A value is missing in one of the lines." };
      const whom = to.value();
      if (whom.length === 0) return { error: "Choose to whom these leads are offered." };
      return { route: name, ...held, to: whom, pick, reason };
    },
  };
}

/** For each lead, or for those of whom lines are true, or a text. What no lines can say is a text. */
function conditionField(route, told) {
  const written = route?.if ?? "";
  const byLines = !written || Boolean(route.criteria);
  const begin = !written ? (route ? "all" : "lines") : byLines ? "lines" : "text";
  const kinds = [["all", "every lead"], ["lines", "leads of which lines are true"], ["text", "leads for which a condition holds, as text"]];
  const select = h("select", { id: "route-kind" }, kinds.map(([value, words]) => h("option", { value, selected: value === begin, disabled: value === "lines" && !byLines }, words)));
  const place = h("div", { class: "lines" });
  const text = h("textarea", { id: "route-text", rows: 3, maxlength: 4000, spellcheck: "false" }, written);
  const asText = h("div", { class: "field" }, h("label", { for: "route-text" }, "Condition"), text, h("small", {}, "profile.team_size > 200 and customer.country in ['GB', 'IE']"));
  const lines = new Lines(place, told, () => {}, { counts: false });
  if (route?.criteria) lines.show(structuredClone(route.criteria), route.others);
  else lines.show({ join: "all", parts: [lines.fresh(COUNTRY)] });
  const show = () => ([place.hidden, asText.hidden] = [select.value !== "lines", select.value !== "text"]);
  select.addEventListener("change", show);
  show();
  return {
    node: h("fieldset", { class: "condition" }, h("legend", {}, "Which leads"), h("div", { class: "field" }, h("label", { for: "route-kind" }, "It is for"), select), place, asText),
    value() {
      if (select.value === "all") return { if: "" };
      if (select.value === "text") return { if: text.value.trim() };
      const criteria = lines.said();
      return criteria && { criteria };
    },
  };
}
