/** The names that words may have in them, offered where the cursor is. */

import { h, words } from "../dom.js";

/** How a name is written: as Rasa has it, or in Liquid, where a value that may be missing has a default. */
const inBraces = (name) => `{${name}}`;
const inLiquid = (name, always) => (always.includes(name) ? `{{ ${name} }}` : `{{ ${name} | default: "…" }}`);

/** A choice of names; `put` gets what is to be written, and whether that is Liquid. */
export function nameChoice({ slots, profile, always, filters }, isLiquid, put) {
  const groups = [
    ["What was said here", slots.map((slot) => [words(slot), isLiquid ? inLiquid(`slots.${slot}`, always) : inBraces(slot), isLiquid])],
    ["What is known of the person", profile.map(({ name, label }) => [words(label), inLiquid(`profile.${name}`, always), true])],
    ["How it is written", isLiquid ? filters.map((name) => [name, ` | ${name}`, true]) : []],
    ["Of everybody", always.filter((name) => !name.startsWith("profile.")).map((name) => [words(name), inLiquid(name, always), true])],
  ];
  const choices = groups.flatMap(([, names]) => names);
  let number = 0;
  const select = h(
    "select",
    { "aria-label": "Put in a name" },
    h("option", { value: "" }, "Put in a name…"),
    groups
      .filter(([, names]) => names.length > 0)
      .map(([label, names]) => h("optgroup", { label }, names.map(([name]) => h("option", { value: String(number++) }, name)))),
  );
  select.addEventListener("change", () => {
    if (select.value === "") return;
    const [, text, liquid] = choices[Number(select.value)];
    select.value = "";
    put(text, liquid);
  });
  return select;
}

/** The text with its `{slot}` in Liquid. */
export const asLiquid = (text) => text.replace(/(?<!\{)\{([\w.-]+)\}(?!\})/g, '{{ slots.$1 | default: "…" }}');
