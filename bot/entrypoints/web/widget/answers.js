/**
 * What a visitor can answer a message with besides typing: its buttons (as quick replies, a list, a rating or a consent
 * checkbox) and an input. `custom: {widget: ...}` of a response says which; nlu_data/README.md tells authors.
 */

import { element, link, safeAddress } from "./dom.js";

const INPUTS = {
  email: { type: "email", autocomplete: "email", inputmode: "email" },
  tel: { type: "tel", autocomplete: "tel", inputmode: "tel", pattern: "[+0-9 \\(\\)\\.\\/\\-]{5,20}" },
  date: { type: "date" },
  number: { type: "number", inputmode: "numeric", step: "any" },
};

/** A group with all of them, or null. It is disabled once the visitor has answered (see `freezeAnswers`). */
export function answersNode(item, { phrases, choose, tell }) {
  const buttons = item.buttons ?? [];
  const { show, label, input, min, max } = item.extras?.custom?.widget ?? {};
  const parts = [];
  if (show === "consent" && buttons.length === 2) parts.push(consentBox(buttons, label, phrases, choose));
  else if (buttons.length) parts.push(choices(buttons, show, choose));
  if (show === "contact") parts.push(contactForm(label, phrases, tell));
  if (INPUTS[input]) parts.unshift(field({ ...INPUTS[input], min, max }, label ?? phrases.answer, phrases, choose));
  if (!parts.length) return null;
  const name = { rating: phrases.rating, contact: phrases.contact }[show] ?? phrases.choices;
  const group = element("fieldset", { class: "answers", "aria-label": input ? phrases.answer : name }, ...parts);
  if (item.from === "system") group.lasts = buttons.map(({ title }) => title); // a meeting's: they hold whatever else is said
  return group;
}

function choices(buttons, show, choose) {
  const group = element("div", { class: "choices" });
  if (["list", "rating"].includes(show)) group.classList.add(show);
  for (const { title, payload } of buttons) {
    const address = /^https?:/.test(payload) && safeAddress(payload);
    if (address) {
      group.append(link(title, address));
      continue;
    }
    const button = element("button", { type: "button", dir: "auto" }, title);
    const coded = payload?.startsWith("/"); // "/intent{...}"; other payloads are words to be understood, as in Rasa
    button.says = coded ? title : payload || title;
    button.addEventListener("click", () => choose(button.says, coded ? payload : undefined));
    group.append(button);
  }
  return group;
}

/** A checkbox that nobody ticked for the visitor: ticked it gives the first answer, else the second. */
function consentBox([yes, no], label, phrases, choose) {
  const box = element("input", { type: "checkbox" });
  const form = element(
    "form",
    { class: "consent" },
    element("label", {}, box, element("span", { dir: "auto" }, label ?? yes.title)),
    element("button", {}, phrases.send),
  );
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const { title, payload } = box.checked ? yes : no;
    choose(title, payload?.startsWith("/") ? payload : undefined);
  });
  return form;
}

function field(attributes, label, phrases, choose) {
  const input = element("input", { ...attributes, required: true, "aria-label": label, placeholder: label });
  const form = element("form", { class: "field" }, input, element("button", {}, phrases.send));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    choose(input.value.trim());
  });
  return form;
}

/** How a colleague can reach the visitor: by e-mail, by phone, or both. Told beside the conversation, not said in it. */
function contactForm(label, phrases, tell) {
  const inputs = ["email", "tel"].map((kind) => element("input", { ...INPUTS[kind], name: kind }));
  const rows = inputs.map((input, index) => element("label", {}, [phrases.email, phrases.phone][index], input));
  const fault = element("p", { class: "fault", role: "alert" });
  const heading = element("strong", {}, label ?? phrases.contact);
  const send = element("button", {}, phrases.send);
  const form = element("form", { class: "contact", novalidate: true }, heading, ...rows, fault, send);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const [email, phone] = inputs.map((input) => input.value.trim());
    const wrong = inputs.find((input) => !input.checkValidity()) ?? (email || phone ? null : inputs[0]);
    for (const input of inputs) input.setAttribute("aria-invalid", String(input === wrong));
    fault.textContent = wrong ? phrases.contactNeeded : "";
    if (wrong) return wrong.focus();
    form.closest("fieldset").disabled = true;
    tell({ contact: { ...(email && { email }), ...(phone && { phone }) } });
  });
  return form;
}

/** Once the visitor has answered, what was asked before can no longer be pressed; the answer that was taken stays marked. */
export function freezeAnswers(log, answer, before = null) {
  const open = [...log.querySelectorAll(".answers:not([disabled])")];
  const isTaken = open.some(({ lasts }) => lasts?.includes(answer));
  for (const group of open) {
    if (group.querySelector(".contact")) continue; // whoever writes on may still want to be reached
    if (group.lasts && !isTaken) continue;
    if (before && !(group.compareDocumentPosition(before) & Node.DOCUMENT_POSITION_FOLLOWING)) continue;
    group.disabled = true;
    for (const button of group.querySelectorAll(".choices button")) {
      button.classList.toggle("chosen", button.says === answer);
    }
  }
}
