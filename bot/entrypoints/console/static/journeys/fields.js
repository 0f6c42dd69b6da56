/** The single fields of forms, and what the JSON Schema of journeys says of them. */

import { h, words } from "../dom.js";
import { offerTags } from "../known_tags.js";

const TAGS = ["add_to", "tag", "remove_from"];

/** The kinds of steps that a form can make. */
export const kindsOf = (schema) =>
  schema.definitions.step.anyOf
    .filter((one) => one.$ref)
    .map((one) => one.$ref.split("_").slice(1).join("_"))
    .filter((kind) => kind !== "tag");

export const kindOf = (schema, says) =>
  says && typeof says === "object" ? [...kindsOf(schema), "tag"].find((kind) => kind in says) : says;

/** The schema with these steps offered where one is pointed at. */
export function withTargets(schema, steps) {
  const target = { anyOf: [{ enum: [...steps, "end"] }, { type: ["string", "number"] }] };
  return { ...schema, definitions: { ...schema.definitions, target } };
}

/** Entries with nothing in them are left out; what has no field stays as it is. */
export function collected(fields, says) {
  const found = { ...says };
  for (const { key, read } of fields) {
    if (!read) continue;
    const value = read();
    if (value === undefined) delete found[key];
    else found[key] = value;
  }
  return found;
}

/** The schema behind a reference, with the words of the place that refers to it. */
export function resolved(schema, property) {
  if (!property.$ref) return property;
  const target = schema.definitions[property.$ref.split("/").pop()];
  return { ...target, ...(property.description ? { description: property.description } : {}) };
}

let count = 0;

export function labelled(key, input, about, required) {
  const id = `field-${(count += 1)}`;
  input.id = id;
  const name = h("label", { for: id }, words(key), required && h("span", { class: "required" }, " required"));
  if (about) input.setAttribute("aria-describedby", `${id}-about`);
  return h("div", { class: "field" }, name, input, about && h("small", { id: `${id}-about` }, about));
}

const MOST_NAMED = 40; // attributes

/** `name: value`, a line each; the names that are declared for them are told. */
export function valuesField(property, key, value) {
  const lines = Object.entries(value ?? {}).map(([name, one]) => `${name}: ${typeof one === "string" ? one : JSON.stringify(one)}`);
  const input = h("textarea", { rows: Math.max(2, lines.length), spellcheck: "false" });
  input.value = lines.join("\n");
  const names = property.propertyNames?.anyOf?.[0].enum ?? [];
  const declared = names.length > 0 ? ` Declared: ${names.slice(0, MOST_NAMED).join(", ")}${names.length > MOST_NAMED ? ", …" : ""}.` : "";
  const about = `${property.description ?? ""} A line each: name: value, or name: = answer.size.${declared}`;
  return {
    node: labelled(key, input, about, false),
    read: () => {
      const pairs = input.value.split("\n").filter((line) => line.trim()).map((line) => line.split(/:(.*)/s).slice(0, 2));
      return pairs.length > 0 ? Object.fromEntries(pairs.map(([name, one]) => [name.trim(), scalar((one ?? "").trim(), value?.[name.trim()])])) : undefined;
    },
  };
}

/** Numbers, true and lists are what JSON makes of them, unless it was the same text before. */
function scalar(text, before) {
  if (text === before) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export function textField(schema, property, choices, key, value, required) {
  const isList = choices.some((one) => one.type === "array");
  const item = isList ? resolved(schema, choices.find((one) => one.type === "array").items) : property;
  const known = [property, item, ...choices, ...(item.anyOf ?? [])].flatMap((one) => one.enum ?? []);
  const whole = property.type === "integer";
  if (property.enum) {
    const select = h("select", {}, ["", ...property.enum].map((one) => h("option", { value: one, selected: one === value }, one || "–")));
    return { node: labelled(key, select, property.description, required), read: () => select.value || undefined };
  }
  const list = known.length > 0 && h("datalist", { id: `names-${(count += 1)}` }, known.map((one) => h("option", { value: one })));
  const input = h("input", { type: whole ? "number" : "text", step: whole ? 1 : null, list: list ? list.id : null, autocomplete: "off", spellcheck: "false" });
  const before = Array.isArray(value) ? value.join(", ") : value === undefined || value === null ? "" : String(value);
  input.value = before;
  if (TAGS.includes(key)) offerTags(input);
  const about = `${property.description ?? item.description ?? ""}${isList ? " Several with commas." : ""}`.trim();
  const node = labelled(key, input, about, required);
  if (list) node.append(list);
  return {
    node,
    read: () => {
      const text = input.value.trim();
      if (text === before) return value;
      if (!text) return undefined;
      if (whole) return Number(text);
      if (!isList) return text;
      const several = text.split(",").map((one) => one.trim()).filter(Boolean);
      return several.length > 1 || Array.isArray(value) || key === "channels" || key === "need" ? several : several[0];
    },
  };
}
