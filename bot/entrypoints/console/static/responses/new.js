/** A new response, from nothing or from the words that Overture has for it. */

import { byId, h } from "../dom.js";
import { pageOfResponse } from "../journeys/messages.js";
import { request } from "../journeys/service.js";

/** Let those who may change responses begin one, in a file that has some. */
export function offerNew({ files, may_change: mayChange }) {
  const whole = files.filter((file) => file.is_whole).map((file) => file.path);
  const before = byId("new-file").value;
  byId("new").hidden = !mayChange || whole.length === 0;
  byId("new-file").replaceChildren(...whole.map((path) => h("option", { value: path }, path)));
  byId("new-file").value = whole.includes(before) ? before : whole.find((path) => path.includes("/responses/")) ?? whole[0];
}

/** The button of words that are Overture's own. */
export const ownButton = (response) => h("button", { type: "button", class: "quiet", "aria-label": `Write your own ${response}`, onclick: () => open(response) }, "Write your own…");

function open(builtIn = "") {
  byId("new-title").textContent = builtIn ? `Your own ${builtIn}` : "A new response";
  byId("new-name").value = builtIn || "utter_";
  byId("new-name").readOnly = Boolean(builtIn);
  byId("new-text-field").hidden = Boolean(builtIn);
  byId("new-text").required = !builtIn;
  byId("new-problem").textContent = "";
  byId("new-form").onsubmit = (event) => {
    event.preventDefault();
    void begin(event.submitter);
  };
  byId("new-dialog").showModal();
}

async function begin(button) {
  const response = byId("new-name").value.trim();
  if (button) button.disabled = true;
  const { ok, told } = await request("/responses", { response, text: byId("new-text").value, file: byId("new-file").value });
  if (button) button.disabled = false;
  if (ok) location.assign(pageOfResponse(told.saved));
  else byId("new-problem").textContent = told.faults?.length ? told.faults.map((one) => `${one.path}:${one.line}: ${one.message} ${one.suggestion}`).join(" ") : told.error;
}

byId("new").addEventListener("click", () => open());
byId("new-not").addEventListener("click", () => byId("new-dialog").close());
