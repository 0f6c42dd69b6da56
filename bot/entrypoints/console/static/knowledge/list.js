/** The list of knowledge pages, and what customers asked that none of them answers. */

import { newDialog, showFaults } from "../content.js";
import { byId, empty, h, refill } from "../dom.js";
import { ask, counted, number, request } from "../journeys/service.js";
import { pageOf, sourceNode } from "./asking.js";

const ROUGHLY = 0.25; // so much below what an answer needs, a page may still be about it

async function load() {
  byId("reload").setAttribute("aria-busy", "true");
  const told = await ask("/knowledge.json");
  byId("reload").removeAttribute("aria-busy");
  if (!told) {
    byId("count").textContent = "could not be loaded";
    return;
  }
  const { pages, faults, may_change: mayChange, may_read: mayRead } = told;
  byId("new").hidden = !mayChange;
  byId("gaps-panel").hidden = !mayRead;
  byId("count").textContent = counted(pages.length, "page", "pages");
  showFaults(faults);
  const nothing = h("li", {}, empty("No pages yet", "A page answers questions word for word, and names itself as the source."));
  refill(byId("list"), pages.length > 0 ? pages.map(pageNode) : [nothing]);
  if (mayRead) void loadGaps(mayChange);
}

const pageNode = (one) =>
  h(
    "li",
    {},
    h(
      "div",
      { class: "name-line" },
      h("a", { href: pageOf(one.page) }, one.title || one.page),
      h("code", {}, one.page),
      one.faults.length > 0 && h("span", { class: "tag bad", title: one.faults.map(({ message }) => message).join("\n") }, counted(one.faults.length, "fault", "faults")),
      one.has_ended && h("span", { class: "tag wait" }, `ended ${one.until}`),
      one.until && !one.has_ended && h("span", { class: "tag" }, `until ${one.until}`),
      [...(one.audience ?? []), ...(one.channels ?? [])].map((words) => h("span", { class: "tag" }, words)),
      one.is_read && !one.in_force && one.faults.length === 0 && h("span", { class: "tag wait" }, "not in force yet"),
    ),
    one.begins && h("p", { class: "entries begins" }, one.begins),
    one.is_read && h("dl", { class: "numbers" }, figure("parts", one.passages), figure("questions", one.questions)),
  );

const figure = (words, count) => h("div", { class: count ? "" : "none" }, h("dt", {}, words), h("dd", {}, number(count)));

// ---------------------------------------------------------------- what no page answers

async function loadGaps(mayChange) {
  const { ok, told } = await request("/knowledge/gaps", {});
  byId("gaps-count").textContent = ok ? counted(told.questions, "question", "questions") : told.error;
  const nothing = h("li", {}, empty("Nothing", "Each question that customers asked lately has an answer."));
  if (ok) refill(byId("gaps"), told.groups.length > 0 ? told.groups.map((gap) => gapNode(gap, told, mayChange)) : [nothing]);
}

const gapNode = ({ questions, asked, nearest }, { threshold }, mayChange) =>
  h(
    "li",
    {},
    h("p", {}, h("strong", {}, `“${questions[0]}”`), asked > 1 && h("span", { class: "tag" }, `${number(asked)} times`)),
    questions.length > 1 && h("ul", { class: "small" }, questions.slice(1).map((words) => h("li", {}, `“${words}”`))),
    nearest && h("p", { class: "small" }, "Nearest: ", sourceNode(nearest), `, ${nearest.score.toFixed(2)}`),
    mayChange &&
      h(
        "p",
        { class: "deeds" },
        nearest?.page && nearest.score > threshold - ROUGHLY && h("a", { class: "button", href: pageOf(nearest.page, { question: questions[0] }) }, `Answer it in ${nearest.title}`),
        h("button", { type: "button", class: "quiet", onclick: () => begin(questions[0]) }, "On a new page…"),
      ),
  );

// ---------------------------------------------------------------- a new page

let question = ""; // that it is to answer
const openNew = newDialog((id, title) => location.assign(pageOf(id, { title, ...(question && { question }) })));

function begin(asked = "") {
  question = asked;
  openNew();
}

byId("new").addEventListener("click", () => begin());
byId("reload").addEventListener("click", () => void load());
void load();
