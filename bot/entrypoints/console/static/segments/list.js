/** The list of segments, with how many are in each. */

import { newDialog, showFaults, unreadTag } from "../content.js";
import { byId, empty, h, refill } from "../dom.js";
import { ask, counted, withToken } from "../journeys/service.js";
import { hearingNodes, membersWords, peopleWords } from "./words.js";

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
  showFaults(faults);
  const nothing = h("li", {}, empty("No segments yet", mayChange ? "Begin one with “New segment…”: everybody with a tag, or of a large team, or who has looked at your prices." : "A segment is a file in journeys/segments."));
  refill(byId("list"), segments.length > 0 ? segments.map((one) => segmentNode(one, faults)) : [nothing]);
}

const segmentNode = (one, faults) =>
  h(
    "li",
    {},
    h("div", { class: "name-line" }, h("a", { href: withToken(`/segments/${one.segment}`) }, one.label || one.segment), one.label && h("code", {}, one.segment), !one.is_read && unreadTag(faults)),
    one.is_read && h("p", { class: "entries" }, one.sentence ? `${one.sentence}.` : h("code", {}, one.condition)),
    one.journeys.length > 0 && h("ul", { class: "entries" }, hearingNodes(one.journeys)),
    one.is_read && h("dl", { class: "numbers" }, h("div", { class: one.members.count ? "waiting" : "none" }, h("dt", {}, one.worked_out_at ? "people" : "being counted"), h("dd", {}, membersNode(one)))),
  );

/** Who they are is for those alone who may know how many they are. */
const membersNode = ({ segment, label, members }) =>
  members.count && !members.about
    ? h("a", { href: withToken(`/people?segment=${encodeURIComponent(segment)}`), "aria-label": `${peopleWords(members)}: who is in ${label || segment}` }, membersWords(members))
    : membersWords(members);

const openNew = newDialog((id, label) => location.assign(withToken(`/segments/${id}?${new URLSearchParams({ label })}`)));

byId("new").addEventListener("click", openNew);
byId("reload").addEventListener("click", () => void load());
void load();
setInterval(() => document.visibilityState === "visible" && void load(), 30_000);
