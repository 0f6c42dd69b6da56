/** The list of segments, with how many are in each. */

import { byId, empty, h, refill } from "../dom.js";
import { ask, counted, withToken } from "../journeys/service.js";
import { hearingNodes, membersWords } from "./words.js";

async function load() {
  byId("reload").setAttribute("aria-busy", "true");
  const told = await ask("/segments.json");
  byId("reload").removeAttribute("aria-busy");
  if (!told) {
    byId("count").textContent = "could not be loaded";
    return;
  }
  const { segments, faults, may_change: mayChange } = told;
  byId("new").hidden = !mayChange;
  byId("count").textContent = counted(segments.length, "segment", "segments");
  byId("faults").hidden = faults.length === 0;
  byId("faults").replaceChildren(
    h("strong", {}, "The content has faults; the last good version stays in force."),
    h("ul", {}, faults.slice(0, 5).map((one) => h("li", {}, `${one.path}:${one.line}: ${one.message}`))),
  );
  const nothing = h("li", {}, empty("No segments yet", mayChange ? "Begin one with “New segment…”: everybody with a tag, or of a large team, or who has looked at your prices." : "A segment is a file in journeys/segments."));
  refill(byId("list"), segments.length > 0 ? segments.map(segmentNode) : [nothing]);
}

const segmentNode = (one) =>
  h(
    "li",
    {},
    h("div", { class: "name-line" }, h("a", { href: withToken(`/segments/${one.segment}`) }, one.label || one.segment), one.label && h("code", {}, one.segment), !one.is_read && h("span", { class: "tag bad" }, "not in force: its file has faults, or is new")),
    one.is_read && h("p", { class: "entries" }, one.sentence ? `${one.sentence}.` : h("code", {}, one.condition)),
    one.journeys.length > 0 && h("ul", { class: "entries" }, hearingNodes(one.journeys)),
    one.is_read && h("dl", { class: "numbers" }, h("div", { class: one.members.count ? "waiting" : "none" }, h("dt", {}, one.worked_out_at ? "people" : "being counted"), h("dd", {}, membersWords(one.members)))),
  );

/** An id from what was typed, until one is typed by hand. */
function suggest() {
  if (byId("new-id").dataset.own) return;
  const plain = byId("new-label").value.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  byId("new-id").value = plain.replace(/[^a-z0-9_-]+/g, "-").replace(/^[-_0-9]+|[-_]+$/g, "").slice(0, 60);
}

byId("new").addEventListener("click", () => {
  byId("new-form").reset();
  delete byId("new-id").dataset.own;
  byId("new-dialog").showModal();
});
byId("new-not").addEventListener("click", () => byId("new-dialog").close());
byId("new-label").addEventListener("input", suggest);
byId("new-id").addEventListener("input", () => (byId("new-id").dataset.own = "yes"));
byId("new-form").addEventListener("submit", (event) => {
  event.preventDefault();
  location.assign(withToken(`/segments/${byId("new-id").value}?${new URLSearchParams({ label: byId("new-label").value.trim() })}`));
});
byId("reload").addEventListener("click", () => void load());
void load();
setInterval(() => document.visibilityState === "visible" && void load(), 30_000);
