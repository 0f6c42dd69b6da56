/** What the pages of content share: its faults, and an id for what is new. */

import { byId, h } from "./dom.js";

/** What is wrong with the content, in the banner of the page; nothing where nothing is. */
export function showFaults(faults) {
  byId("faults").hidden = faults.length === 0;
  byId("faults").replaceChildren(
    h("strong", {}, "The content has faults; the last good version stays in force."),
    h("ul", {}, faults.slice(0, 5).map((one) => h("li", {}, `${one.path}:${one.line}: ${one.message}`))),
  );
}

/** What a list says of one whose file was not read: it has faults, or was saved a moment ago. */
export const unreadTag = (faults) => (faults.length > 0 ? h("span", { class: "tag bad" }, "not in force: see the faults above") : h("span", { class: "tag wait" }, "not in force yet"));

/** The answer to a form: what would be wrong, in one sentence after the other. */
export function withFaults(answer) {
  const faults = answer.told.faults ?? [];
  if (answer.ok || faults.length === 0) return answer;
  return { ...answer, told: { error: faults.map((one) => `${one.path}:${one.line}: ${one.message} ${one.suggestion}`.trim()).join(" ") } };
}

/** The dialog of a page that begins something: an id is made of its name until one is typed. Calls `begin` with both. */
export function newDialog(begin) {
  const [label, id] = [byId("new-label"), byId("new-id")];
  label.addEventListener("input", () => {
    if (!id.dataset.own) id.value = idOf(label.value);
  });
  id.addEventListener("input", () => (id.dataset.own = "yes"));
  byId("new-not").addEventListener("click", () => byId("new-dialog").close());
  byId("new-form").addEventListener("submit", (event) => {
    event.preventDefault();
    begin(id.value, label.value.trim());
  });
  return () => {
    byId("new-form").reset();
    delete id.dataset.own;
    byId("new-dialog").showModal();
  };
}

/** An id of the letters of a name. */
export function idOf(name) {
  const plain = name.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  return plain.replace(/[^a-z0-9_-]+/g, "-").replace(/^[-_0-9]+|[-_]+$/g, "").slice(0, 60);
}
