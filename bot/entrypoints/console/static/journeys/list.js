/** The list of journeys with live numbers. */

import { showFaults, unreadTag } from "../content.js";
import { byId, empty, h, refill } from "../dom.js";
import { likeButton, offerRecipes } from "./new.js";
import { ask, counted, number, numbersNodes, withToken } from "./service.js";

async function load() {
  byId("reload").setAttribute("aria-busy", "true");
  const told = await ask("/journeys.json");
  byId("reload").removeAttribute("aria-busy");
  if (!told) {
    byId("count").textContent = "could not be loaded";
    return;
  }
  const { journeys, faults, may_change: mayChange } = told;
  byId("new").hidden = !mayChange;
  offerRecipes(told.recipes ?? [], told.segments ?? []);
  const retired = journeys.filter((one) => one.is_retired);
  const others = journeys.filter((one) => !one.is_retired);
  byId("count").textContent = [counted(others.length, "journey", "journeys"), retired.length > 0 && `${number(retired.length)} retired`].filter(Boolean).join(", ");
  showFaults(faults);
  const nothing = h("li", {}, empty("No journeys yet", mayChange ? "Begin one with “New journey…”." : "A journey is a file in the folder journeys."));
  refill(byId("list"), journeys.length > 0 ? [...others, ...retired].map((one) => journeyNode(one, mayChange, faults)) : [nothing]);
}

/** Why nobody enters, where nobody does. */
function closedTag({ in_file, is_retired, is_read, in_force, running, is_unstarted: isNew }, faults) {
  const tag = (words, kind) => h("span", { class: kind }, words);
  if (is_retired) return tag("retired", "tag");
  if (running !== "running") return tag(isNew ? "not started" : running, "tag wait");
  if (!in_file) return tag("its file is gone", "tag bad");
  if (in_force) return null;
  return is_read ? tag("a draft: not published", "tag wait") : unreadTag(faults);
}

const journeyNode = ({ journey, numbers, purpose, entries, ...standing }, mayChange, faults) =>
  h(
    "li",
    {},
    h(
      "div",
      { class: "name-line" },
      h("a", { href: withToken(`/journeys/${journey}`) }, journey),
      purpose && h("span", { class: "tag" }, purpose),
      closedTag(standing, faults),
      mayChange && standing.in_file && likeButton(journey),
    ),
    entries && h("ul", { class: "entries" }, entries.map((words) => h("li", {}, `People enter ${words}.`))),
    h("dl", { class: "numbers" }, numbersNodes(numbers)),
  );

byId("reload").addEventListener("click", () => void load());
void load();
setInterval(() => document.visibilityState === "visible" && void load(), 30_000);
