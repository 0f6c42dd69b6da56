/** Forms for the head of a journey: what lets people in, and its settings. */

import { h } from "../dom.js";
import { collected, labelled } from "./fields.js";
import { field, fieldsOf } from "./form.js";

export const ENTRIES = {
  event: "an event",
  segment: "coming into a segment",
  left_segment: "falling out of a segment",
  message: "a message to us",
  once: "a time, once",
  cron: "a time, again and again",
  date: "a day that the profile names",
  api: "a call of the API",
};
const SCHEDULES = ["once", "cron", "date"];

/** What kind of entry it is. */
export function entryKind(says) {
  if (says?.schedule) return SCHEDULES.find((kind) => kind in says.schedule) ?? "once";
  if (says && "intent" in says) return "message";
  return Object.keys(ENTRIES).find((kind) => says && kind in says) ?? "event";
}

const wayOf = (schema, way) => schema.definitions.entry.anyOf.find((one) => one.required[0] === way);

/** Fields for one entry as `{node, value}`. */
export function entryForm(schema, kind, says) {
  const own = ownFields(schema, kind, says ?? {});
  const { if: condition, again } = wayOf(schema, "event").properties;
  const common = fieldsOf(schema, { properties: { if: condition, again } }, says ?? {}, null);
  return {
    node: h("div", { class: "fields" }, own.nodes, common.map((one) => one.node)),
    value: () => collected(common, { ...own.read(), if: says?.if, again: says?.again }),
  };
}

function ownFields(schema, kind, says) {
  if (kind === "api") return { nodes: [], read: () => ({ api: true }) };
  if (SCHEDULES.includes(kind)) {
    const given = wayOf(schema, "schedule").properties.schedule.anyOf.find((one) => one.required[0] === kind);
    const fields = fieldsOf(schema, given, says.schedule ?? {}, null);
    const before = says.schedule && kind in says.schedule ? says.schedule : {};
    return { nodes: fields.map((one) => one.node), read: () => ({ schedule: collected(fields, before) }) };
  }
  if (kind === "message") return messageFields(schema, says);
  const fields = fieldsOf(schema, { properties: { [kind]: wayOf(schema, kind).properties[kind] }, required: [kind] }, says, null);
  return { nodes: fields.map((one) => one.node), read: () => collected(fields, {}) };
}

/** Without channels it is a message on any; an intent says so by itself. */
function messageFields(schema, says) {
  const channels = field(schema, { ...schema.definitions.channels, description: "Empty: on any channel." }, "channels", says.message?.channels);
  const intent = field(schema, wayOf(schema, "message").properties.intent, "intent", says.intent);
  return {
    nodes: [channels.node, intent.node],
    read: () => {
      const [on, meant] = [channels.read(), intent.read()];
      const message = on !== undefined ? { channels: on } : says.intent !== undefined && !("message" in says) ? undefined : true;
      return { ...(message === undefined ? {} : { message }), ...(meant === undefined ? {} : { intent: meant }) };
    },
  };
}

const SETTINGS = ["purpose", "holdout", "exit", "send_window", "priority", "at_once"];

/** Fields for everything at the top of the file but its id, what lets people in, and the steps. */
export function settingsForm(schema, head) {
  const properties = Object.fromEntries(SETTINGS.map((key) => [key, settingOf(schema, key, head)]));
  const fields = fieldsOf(schema, { properties, required: ["purpose"] }, head, null);
  const onEdit = onEditField(schema, head.on_edit);
  return {
    node: h("div", { class: "fields" }, fields.map((one) => one.node), onEdit.node),
    value: () => collected([...fields, { key: "on_edit", read: onEdit.read }], head),
  };
}

/** `event` and `events` mean the same; one of them is enough. */
function settingOf(schema, key, head) {
  if (key !== "exit" || head.exit?.event !== undefined) return schema.properties[key];
  const { event: _same, ...properties } = schema.definitions.exit.properties;
  return { ...schema.definitions.exit, properties };
}

function onEditField(schema, value) {
  const [policies, { properties }] = schema.properties.on_edit.anyOf;
  const current = typeof value === "object" ? "map" : (value ?? "");
  const select = h("select", {}, ["", ...policies.enum].map((one) => h("option", { value: one, selected: one === current }, one || "–")));
  const steps = field(schema, { ...properties.map, description: "Where steps have new names: old: new." }, "new_steps", value?.map);
  const inside = h("div", { class: "fields" });
  const show = () => inside.replaceChildren(...(select.value === "map" ? [steps.node] : []));
  select.addEventListener("change", show);
  show();
  return {
    node: h("div", { class: "fields" }, labelled("on_edit", select, policies.description), inside),
    read: () => {
      const map = select.value === "map" ? steps.read() : undefined;
      return map ? { map } : select.value || undefined;
    },
  };
}
