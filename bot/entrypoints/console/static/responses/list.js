/** The list of responses: by file, searched by name and by words. */

import { channelName } from "../channels.js";
import { showFaults } from "../content.js";
import { byId, empty, h, refill } from "../dom.js";
import { pageOfResponse } from "../journeys/messages.js";
import { ask, counted, number, soon } from "../journeys/service.js";
import { offerNew, ownButton } from "./new.js";
import { lackTags, usesNodes } from "./uses.js";

const MOST_USES = 3;
const WORDS = "responses-words"; // what was searched for, while the tab is open
let told = null;

async function load() {
  byId("reload").setAttribute("aria-busy", "true");
  const answer = await ask("/responses.json");
  byId("reload").removeAttribute("aria-busy");
  if (!answer) {
    byId("count").textContent = "could not be loaded";
    return;
  }
  told = answer;
  showFaults(told.faults);
  offerNew(told);
  show();
}

const ONLY = {
  all: () => true,
  notes: ({ notes }) => notes.length > 0,
  lacks: ({ lacks, missing }) => lacks.length + missing.length > 0,
  unused: ({ used }) => used.length === 0,
};

function show() {
  const wanted = byId("words").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (one) => ONLY[byId("only").value](one) && hasWords(wanted)(one);
  const files = told.files.map((file) => ({ ...file, shown: file.responses.filter(fits) }));
  const builtIn = byId("only").value === "all" ? told.built_in.filter(hasWords(wanted)) : [];
  const found = files.reduce((sum, { shown }) => sum + shown.length, builtIn.length);
  const all = told.files.reduce((sum, { responses }) => sum + responses.length, told.built_in.length);
  byId("count").textContent = found === all ? counted(all, "response", "responses") : `${number(found)} of ${counted(all, "response", "responses")}`;
  const nothing = all === 0 ? empty("No responses yet", "What the assistant says stands under responses: in its files.") : empty("Nothing found", "No name and no text has all of these words.");
  const nodes = files.filter(({ shown }) => shown.length > 0).map((file) => fileNode(file, wanted));
  if (builtIn.length > 0) nodes.push(builtInNode(builtIn, wanted));
  refill(byId("list"), nodes.length > 0 ? nodes : [nothing]);
}

const hasWords = (wanted) => (one) => {
  const text = `${one.response} ${one.texts.join(" ")}`.toLowerCase();
  return wanted.every((word) => text.includes(word));
};

const fileNode = ({ path, is_whole: isWhole, shown }, wanted) =>
  h(
    "section",
    { class: "file-of-responses", "aria-label": path },
    h("h3", {}, h("code", {}, path), h("span", { class: "small" }, ` ${number(shown.length)}`), !isWhole && h("span", { class: "tag bad" }, "is not YAML; this is what can be read of it")),
    h("ul", {}, shown.map((one) => responseNode(one, wanted))),
  );

/** What Overture says by itself, until a file has words for it. */
const builtInNode = (builtIn, wanted) =>
  h(
    "section",
    { class: "file-of-responses", "aria-label": "Overture's own words" },
    h("h3", {}, "Overture's own words", h("span", { class: "small" }, ` ${number(builtIn.length)}, said until a file has others`)),
    h(
      "ul",
      {},
      builtIn.map((one) =>
        h(
          "li",
          {},
          h("div", { class: "name-line" }, h("strong", {}, marked(one.response, wanted)), h("span", { class: "small" }, counted(one.texts.length, "variation", "variations")), told.may_change && ownButton(one.response)),
          h("p", { class: "says" }, marked(textOf(one, wanted), wanted)),
        ),
      ),
    ),
  );

const responseNode = (one, wanted) =>
  h(
    "li",
    {},
    h(
      "div",
      { class: "name-line" },
      h("a", { href: pageOfResponse(one.response) }, marked(one.response, wanted)),
      h("span", { class: "small" }, counted(one.texts.length, "variation", "variations")),
      one.channels.map((channel) => h("span", { class: "tag" }, channelName(channel))),
      one.languages.map((language) => h("span", { class: "tag" }, language)),
      lackTags(one),
      one.notes.length > 0 && h("span", { class: "tag bad", title: one.notes.map(({ message }) => message).join("\n") }, counted(one.notes.length, "note", "notes")),
    ),
    h("p", { class: "says" }, marked(textOf(one, wanted), wanted)),
    h("p", { class: "used small" }, usesNodes(one.used, MOST_USES)),
  );

/** The text that was searched for, or the first. */
function textOf({ texts }, wanted) {
  const found = texts.find((text) => wanted.some((word) => text.toLowerCase().includes(word)));
  return found ?? texts.find(Boolean) ?? "(no text)";
}

/** The text with what was searched for marked in it. */
function marked(text, wanted) {
  if (wanted.length === 0) return text;
  const pattern = new RegExp(`(${wanted.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join("|")})`, "i");
  return text.split(pattern).map((part, index) => (index % 2 ? h("mark", {}, part) : part));
}

const again = soon(() => told && show(), 120);
byId("words").value = sessionStorage.getItem(WORDS) ?? "";
byId("words").addEventListener("input", () => {
  sessionStorage.setItem(WORDS, byId("words").value);
  again();
});
byId("only").addEventListener("change", () => told && show());
byId("filters").addEventListener("submit", (event) => event.preventDefault());
byId("reload").addEventListener("click", () => void load());
void load();
