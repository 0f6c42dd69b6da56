/** A form for one step, made from the JSON Schema of journeys. */

import { h, words } from "../dom.js";
import { outcomeField } from "./outcome.js";
import { waysField } from "./ways.js";

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

/** Fields for a step of this kind as `{node, value}`; `value()` is what the step says then. */
export function stepForm(schema, kind, says) {
  const fields = fieldsOf(schema, schema.definitions[`step_${kind}`], says ?? {}, kind);
  return {
    node: h("div", { class: "fields" }, fields.map(({ node }) => node)),
    value: () => ({ ...(kind === "end" ? { end: says?.end ?? null } : {}), ...collected(fields, says ?? {}) }),
  };
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

export function fieldsOf(schema, object, says, kind) {
  const required = object.required ?? [];
  return Object.entries(object.properties)
    .filter(([key]) => !(key === "end" && kind === "end"))
    .map(([key, property]) => ({ key, ...field(schema, property, key, says[key], required.includes(key)) }));
}

/** The schema behind a reference, with the words of the place that refers to it. */
function resolved(schema, property) {
  if (!property.$ref) return property;
  const target = schema.definitions[property.$ref.split("/").pop()];
  return { ...target, ...(property.description ? { description: property.description } : {}) };
}

let count = 0;

const WITHOUT_OUTCOME = { failed: "the run stops with an error", late: "–" };

export function field(schema, given, key, value, required) {
  const property = resolved(schema, given);
  if (key in WITHOUT_OUTCOME) return outcomeField(schema, words(key), value, { without: WITHOUT_OUTCOME[key], about: property.description });
  if (key === "branch" || key === "split") return value === undefined ? waysField(schema, key) : { node: null, read: null };
  const choices = (property.anyOf ?? []).map((one) => resolved(schema, one));
  const object = property.properties ? property : choices.find((one) => one.properties);
  const simple = !object || (choices.length > 0 && (value === undefined ? key !== "wait" && choices.some((one) => !one.properties) : typeof value !== "object"));
  if (object && !simple) return objectField(schema, object, key, value);
  if (key === "wait" && value === undefined) return objectField(schema, object, key, value);
  if (property.type === "object") return valuesField(property, key, value);
  return textField(schema, property, choices, key, value, required);
}

function objectField(schema, object, key, value) {
  const fields = fieldsOf(schema, object, value ?? {}, null);
  const node = h("fieldset", {}, h("legend", {}, words(key)), fields.map((one) => one.node));
  return {
    node,
    read: () => {
      const found = collected(fields, value ?? {});
      return Object.keys(found).length > 0 ? found : undefined;
    },
  };
}

export function labelled(key, input, about, required) {
  const id = `field-${(count += 1)}`;
  input.id = id;
  const name = h("label", { for: id }, words(key), required && h("span", { class: "required" }, " required"));
  if (about) input.setAttribute("aria-describedby", `${id}-about`);
  return h("div", { class: "field" }, name, input, about && h("small", { id: `${id}-about` }, about));
}

/** `name: value`, a line each. */
function valuesField(property, key, value) {
  const lines = Object.entries(value ?? {}).map(([name, one]) => `${name}: ${typeof one === "string" ? one : JSON.stringify(one)}`);
  const input = h("textarea", { rows: Math.max(2, lines.length), spellcheck: "false" });
  input.value = lines.join("\n");
  const about = `${property.description ?? ""} A line each: name: value, or name: = answer.size.`;
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

function textField(schema, property, choices, key, value, required) {
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
