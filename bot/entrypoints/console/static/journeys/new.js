/** A new journey, from nothing or like another one. */

import { byId, h } from "../dom.js";
import { request, withToken } from "./service.js";

const ENTRIES = {
  event: (name) => ({ event: name }),
  api: () => ({ api: true }),
  message: () => ({ message: true }),
};

/** Open the dialog; `like` is the journey to copy, where there is one. */
function openNew(like = null) {
  byId("new-title").textContent = like ? `A journey like ${like}` : "A new journey";
  for (const part of document.querySelectorAll("#new-form .from-nothing")) part.hidden = like !== null;
  byId("new-id").value = like ? `${like}-2` : "";
  byId("new-problem").textContent = "";
  byId("new-form").onsubmit = (event) => {
    event.preventDefault();
    void begin(like, event.submitter);
  };
  byId("new-dialog").showModal();
}

async function begin(like, button) {
  const journey = byId("new-id").value.trim();
  const enter = ENTRIES[byId("new-enter").value](byId("new-event").value.trim());
  const made = { journey, title: byId("new-about").value, purpose: byId("new-purpose").value, enter };
  if (button) button.disabled = true;
  const { ok, told } = await request("/journeys", like ? { journey, like } : made);
  if (button) button.disabled = false;
  if (ok) location.assign(withToken(`/journeys/${told.journey}`));
  else byId("new-problem").textContent = told.faults ? told.faults.map((one) => `${one.message} ${one.suggestion}`).join(" ") : told.error;
}

/** The buttons of the list. */
export const likeButton = (journey) =>
  h("button", { type: "button", class: "quiet", "aria-label": `Duplicate ${journey}`, onclick: () => openNew(journey) }, "Duplicate…");

byId("new").addEventListener("click", () => openNew());
byId("new-not").addEventListener("click", () => byId("new-dialog").close());
byId("new-enter").addEventListener("change", () => (byId("new-event-field").hidden = byId("new-enter").value !== "event"));
