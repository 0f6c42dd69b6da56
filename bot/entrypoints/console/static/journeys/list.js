/** The list of journeys with live numbers. */

import { showFaults } from "../content.js";
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
  refill(byId("list"), journeys.length > 0 ? [...others, ...retired].map((one) => journeyNode(one, mayChange)) : [nothing]);
}

/** Why nobody enters, where nobody does. */
function closedWords({ in_file, is_retired, is_read, in_force, running }) {
  if (is_retired) return "retired";
  if (running !== "running") return running;
  if (!in_file) return "its file is gone";
  if (in_force) return "";
  return is_read ? "a draft: not published" : "not in force: its file has faults";
}

const journeyNode = ({ journey, numbers, purpose, entries, ...standing }, mayChange) =>
  h(
    "li",
    {},
    h(
      "div",
      { class: "name-line" },
      h("a", { href: withToken(`/journeys/${journey}`) }, journey),
      purpose && h("span", { class: "tag" }, purpose),
      closedWords(standing) && h("span", { class: standing.is_retired ? "tag" : standing.is_read ? "tag wait" : "tag bad" }, closedWords(standing)),
      mayChange && standing.in_file && likeButton(journey),
    ),
    entries && h("ul", { class: "entries" }, entries.map((words) => h("li", {}, `People enter ${words}.`))),
    h("dl", { class: "numbers" }, numbersNodes(numbers)),
  );

byId("reload").addEventListener("click", () => void load());
void load();
setInterval(() => document.visibilityState === "visible" && void load(), 30_000);
