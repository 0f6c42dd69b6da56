/** Slack's Block Kit, as much of it as messages and forms here use. */

import { h, link, safeAddress } from "../dom.js";
import { mrkdwn, plain } from "./mrkdwn.js";

/** The nodes of these blocks; `press(button)` is called with the Block Kit element that somebody pressed. */
export function blockNodes(blocks, press) {
  return blocks.map((block) => blockNode(block, press));
}

function blockNode(block, press) {
  switch (block.type) {
    case "header":
      return h("h3", { class: "block-header" }, plain(block.text.text));
    case "section":
      return section(block, press);
    case "context":
      return h(
        "p",
        { class: "block-context" },
        (block.elements ?? []).map((part) => [h("span", {}, textOf(part)), " "]),
      );
    case "actions":
      return h(
        "div",
        { class: "block-actions" },
        (block.elements ?? []).map((part) => buttonNode(part, press)),
      );
    case "divider":
      return h("hr");
    case "image":
      return h("p", { class: "block-context" }, block.alt_text);
    case "input":
      return inputNode(block);
    default:
      return h("p", { class: "block-context" }, `(a block of the kind “${block.type}”)`);
  }
}

function section(block, press) {
  return h(
    "div",
    { class: "block-section" },
    block.text && h("p", { class: "words" }, textOf(block.text)),
    block.fields &&
      h(
        "div",
        { class: "block-fields" },
        block.fields.map((field) => h("p", { class: "words" }, textOf(field))),
      ),
    block.accessory?.type === "button" && buttonNode(block.accessory, press),
  );
}

const textOf = (part) => (part.type === "mrkdwn" ? mrkdwn(part.text) : plain(part.text ?? part.alt_text ?? ""));

function buttonNode(part, press) {
  if (part.type === "static_select") return selectNode(part, part.options, press);
  if (part.type === "users_select") return selectNode(part, members(), press);
  if (part.type !== "button") return h("span", { class: "block-context" }, `(${part.type})`);
  const address = part.url && safeAddress(part.url);
  const title = plain(part.text.text);
  if (address) return h("span", { class: "as-button" }, link(title, address));
  const pressed = async (event) => {
    if (event.currentTarget.ariaBusy) return; // pressed already
    if (part.confirm && !window.confirm(`${plain(part.confirm.title.text)}\n${plain(part.confirm.text.text)}`)) return;
    const button = event.currentTarget;
    button.setAttribute("aria-busy", "true");
    await press(part);
    button.removeAttribute("aria-busy");
  };
  return h("button", { type: "button", class: part.style ?? "", onclick: pressed }, title);
}

/** The workspace's members, as options: those whom one can be. */
function members() {
  const names = [...document.querySelectorAll("#slack-user option")].map((option) => option.value);
  return names.map((name) => ({ text: { text: name }, value: name }));
}

function selectNode(part, options, press) {
  const title = plain(part.placeholder.text);
  const chosen = async (event) => {
    const { value } = event.currentTarget;
    event.currentTarget.value = "";
    if (value) await press({ ...part, value });
  };
  return h(
    "select",
    { "aria-label": title, onchange: chosen },
    h("option", { value: "" }, title),
    options.map((option) => h("option", { value: option.value }, plain(option.text.text))),
  );
}

function inputNode(block) {
  const { element } = block;
  const field = h(element.multiline ? "textarea" : "input", {
    name: element.action_id,
    required: !block.optional,
    rows: element.multiline ? 4 : null,
    placeholder: element.placeholder?.text,
    maxlength: element.max_length,
  });
  field.value = element.initial_value ?? "";
  return h(
    "label",
    { class: "block-input" },
    h("span", {}, block.label.text),
    field,
    block.hint && h("small", {}, block.hint.text),
  );
}
