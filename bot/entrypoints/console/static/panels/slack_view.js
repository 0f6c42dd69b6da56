/** A Slack modal: the form that opens when a rep presses a button such as "Reply". */

import { byId, complain, h } from "../dom.js";
import { actFor } from "../feed.js";
import { blockNodes } from "./blocks.js";

export function openView(view, user) {
  const dialog = byId("slack-view");
  const opener = document.activeElement;
  const submit = async (event) => {
    event.preventDefault();
    const text = dialog.querySelector("textarea, input")?.value.trim() ?? "";
    const { callback_id, private_metadata = "" } = view;
    send.disabled = true;
    const answer = await actFor("slack", { deed: "submit", callback_id, private_metadata, text, user });
    send.disabled = false;
    if (answer === null) return;
    const next = answer ? JSON.parse(answer) : {};
    if (next.response_action === "update") openView(next.view, user);
    else if (next.response_action === "errors") complain(Object.values(next.errors).join(" "));
    else dialog.close();
  };
  const send = view.submit && h("button", { class: "primary" }, view.submit.text);
  const form = h(
    "form",
    { onsubmit: submit },
    h("h2", { id: "slack-view-title" }, view.title?.text ?? "Slack"),
    blockNodes(view.blocks ?? [], () => {}),
    h(
      "div",
      { class: "buttons" },
      h("button", { type: "button", onclick: () => dialog.close() }, view.close?.text ?? "Cancel"),
      send,
    ),
  );
  dialog.replaceChildren(form);
  dialog.addEventListener("close", () => opener?.isConnected && opener.focus(), { once: true });
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("textarea, input")?.focus();
}
