/** The dialogs of our pages that ask for something: a form that stays, with what was typed, until the service has done it. */

import { h } from "./dom.js";

const NOT_DONE = "The service could not do that.";

/**
 * Opens a dialog. `sends` gets what is in the fields and answers as `request` does; once that is done, the dialog is
 * closed and `then` gets what the service told, and what was filled in. Escape, or its button, gives it up.
 */
export function openForm({ title, about, fields = [], yes, danger = false, sends, then }) {
  const problem = h("p", { class: "problem", role: "alert" });
  const button = h("button", { class: danger ? "danger" : "primary" }, yes);
  const form = h(
    "form",
    {},
    h("h2", { id: "dialog-title" }, title),
    about && h("p", { class: "small" }, about),
    h("div", { class: "fields" }, fields),
    problem,
    h("div", { class: "buttons" }, h("button", { type: "button", onclick: () => dialog.close() }, "Cancel"), button),
  );
  const dialog = h("dialog", { "aria-labelledby": "dialog-title", onclose: () => dialog.remove() }, form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    problem.textContent = "";
    button.disabled = true;
    const filled = Object.fromEntries(new FormData(form));
    const { ok, told } = await sends(filled);
    button.disabled = false;
    if (ok) {
      dialog.close();
      return then(told, filled);
    }
    problem.textContent = told.error ?? NOT_DONE;
    (form.querySelector("input, select") ?? button).focus();
  });
  document.body.append(dialog);
  dialog.showModal();
}

/** A field for text, with words beneath it that say more, where there are any. */
export const textField = (name, label, attributes = {}, about = "") => field(name, label, h("input", { autocomplete: "off", ...attributes }), about);

/** A field in which one of several is chosen: each a value and its words. */
export const choiceField = (name, label, options, chosen, about = "") =>
  field(name, label, h("select", {}, options.map(([value, words]) => h("option", { value, selected: value === chosen }, words))), about);

function field(name, label, control, about) {
  const [id, more] = [`field-${name}`, `about-${name}`];
  for (const [attribute, value] of Object.entries({ id, name, ...(about && { "aria-describedby": more }) })) control.setAttribute(attribute, value);
  return h("div", { class: "field" }, h("label", { for: id }, label), control, about && h("small", { id: more }, about));
}
