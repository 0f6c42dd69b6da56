/** The page "Understanding": why a sentence is read as it is, and the messages that wait for an author. */

import { asSaid, byId, complain, dayAndTime, empty, h, percent, shown, tell, words } from "./dom.js";
import { ask, request } from "./journeys/service.js";

const part = (title, ...children) => h("section", {}, h("h3", {}, title), children);

// ---------------------------------------------------------------- a sentence

let asked = 0;

async function read(text) {
  const number = ++asked;
  const button = byId("try-form").querySelector("button");
  button.setAttribute("aria-busy", "true");
  const told = await ask("/understanding/explain", { text });
  if (number !== asked) return; // somebody has asked for another one since
  button.removeAttribute("aria-busy");
  if (told) byId("reading").replaceChildren(...readingNodes(told));
}

function readingNodes(told) {
  const { classifier } = told;
  return [
    h("p", { class: "utterance" }, ...marked(told.text, [told, ...told.further].flatMap(({ entities }) => entities))),
    h(
      "p",
      { class: "outcome-line" },
      h("code", {}, told.intent.name),
      h("span", { class: "tag" }, `decided by: ${told.stage}`),
      classifier?.ambiguous && h("span", { class: "doubt" }, "ambiguous"),
      classifier && !classifier.understood && h("span", { class: "doubt" }, "below the threshold"),
    ),
    told.ranking.length > 0 &&
      part(
        "Confidence",
        h("ul", { class: "scores" }, told.ranking.slice(0, 5).map((score) => scoreNode(score, told.threshold))),
        h("p", { class: "small" }, thresholds(told)),
      ),
    ...foundNodes(told),
    ...told.further.map(furtherNode),
    told.neighbours.length > 0 && part("Nearest examples", neighboursNode(told.neighbours)),
  ].filter(Boolean);
}

const foundNodes = ({ entities, answer }) => [
  entities.length > 0 && part("Entities", h("ul", { class: "chips" }, entities.map(entityNode))),
  answer && part("Answer from knowledge", h("p", { class: "words" }, answer.text)),
];

/** What the message says besides, which is answered as a message of its own. */
function furtherNode(further) {
  const outcome = h(
    "p",
    { class: "outcome-line" },
    h("code", {}, further.intent.name),
    h("span", { class: "tag" }, `decided by: ${further.stage}`),
    percent(further.intent.confidence),
  );
  return part("And besides", h("p", { class: "words" }, `“${further.text}”`), outcome, ...foundNodes(further));
}

function thresholds({ threshold, ambiguity, classifier }) {
  const nearest = classifier ? ` The nearest example is ${percent(classifier.similarity)} alike.` : "";
  const quick = classifier?.quick ? " Its words alone were enough." : "";
  return `Understood from ${percent(threshold)} on (the mark), and ${percent(ambiguity)} ahead of the next.${nearest}${quick}`;
}

/** The text in pieces, its entities highlighted; offsets count characters, as Python does. */
function marked(text, entities) {
  const characters = [...text];
  const pieces = [];
  let from = 0;
  for (const { entity, role, start, end } of [...entities].sort((one, other) => one.start - other.start)) {
    if (start < from || end <= start) continue;
    pieces.push(characters.slice(from, start).join(""));
    const name = role ? `${entity} (${role})` : entity;
    pieces.push(h("mark", {}, characters.slice(start, end).join(""), h("small", {}, name)));
    from = end;
  }
  return [...pieces, characters.slice(from).join("")];
}

function scoreNode({ name, confidence }, threshold) {
  const fill = h("i");
  fill.style.inlineSize = `${confidence * 100}%`;
  const mark = h("b");
  mark.style.insetInlineStart = `${threshold * 100}%`;
  return h(
    "li",
    {},
    h("code", {}, name),
    h("span", { class: "track", "aria-hidden": "true" }, fill, mark),
    h("span", {}, percent(confidence)),
  );
}

const entityNode = ({ entity, role, value, text, details }) =>
  h(
    "li",
    {},
    h("span", {}, role ? `${entity} (${role})` : entity),
    " ",
    h("strong", {}, asSaid(value) ?? shown(value)),
    text && text !== String(value) && ` from “${text}”`,
    Object.keys(details).length > 0 && h("small", {}, " ", detailed(details)),
  );

const detailed = (details) =>
  Object.entries(details).map(([name, value], index) => [index > 0 && ", ", `${name} `, asSaid(value) ?? shown(value)]);

function neighboursNode(neighbours) {
  const titles = ["Example", "Meaning", "Words"].map((title) => h("th", { scope: "col" }, title));
  return h(
    "table",
    { class: "neighbours" },
    h("thead", {}, h("tr", {}, titles)),
    h(
      "tbody",
      {},
      neighbours.map(({ text, intent, place, meaning, words: wording }) =>
        h(
          "tr",
          {},
          h("td", {}, `${text} `, h("code", {}, intent), h("span", { class: "place" }, place)),
          h("td", { class: "number" }, percent(meaning)),
          h("td", { class: "number" }, percent(wording)),
        ),
      ),
    ),
  );
}

// ---------------------------------------------------------------- the queue

async function load() {
  byId("reload").setAttribute("aria-busy", "true");
  const { ok, status, told } = await request("/understanding/queue");
  byId("reload").removeAttribute("aria-busy");
  byId("queue").hidden = status === 403; // it is for those who may label
  if (status === 403) return;
  if (!ok) {
    complain(told.error ?? "The service could not do that.");
    byId("queue-count").textContent = "could not be loaded";
    return;
  }
  waiting = told.waiting;
  byId("intents").replaceChildren(...told.intents.map((intent) => h("option", { value: intent })));
  byId("messages").replaceChildren(...told.messages.map(messageNode));
  count();
}

let waiting = 0;

function count() {
  byId("queue-count").textContent = waiting === 1 ? "1 message" : `${waiting} messages`;
  if (byId("messages").children.length > 0) return;
  if (waiting > 0) void load();
  else byId("messages").replaceChildren(h("li", {}, empty("Nothing waits", "Everything was understood or handled.")));
}

function messageNode(message) {
  const text = h("textarea", { class: "words-of", rows: message.text.length > 60 ? 2 : 1, maxlength: 300, "aria-label": "The words to learn" }, message.text);
  const wording = () => text.value.trim().replace(/\s+/g, " ");
  const intent = h("input", { list: "intents", placeholder: "Another intent", "aria-label": "Another intent" });
  const item = h("li", {});
  const handle = (verb, body, said) => void decide(item, verb, { key: message.key, ...body }, said);
  const label = (name) => name && handle("label", { text: wording(), intent: name }, `Added to ${name}`);
  const outOfScope = () => handle("out-of-scope", { text: wording() }, "Out of scope");
  item.append(
    h(
      "p",
      { class: "about-message" },
      h("span", { class: `doubt ${message.doubt}` }, words(message.doubt)),
      message.count > 1 && h("span", { class: "times-said" }, `${message.count} times`),
      h("time", { datetime: message.last_said }, dayAndTime(message.last_said)),
      message.meant && h("span", {}, "the customer then chose ", h("code", {}, message.meant)),
    ),
    text,
    h(
      "div",
      { class: "choices" },
      message.suggestions.map(({ intent: name, confidence }, index) =>
        h(
          "button",
          { type: "button", class: index === 0 ? "primary" : null, onclick: () => label(name) },
          name,
          confidence !== null && h("small", {}, percent(confidence)),
        ),
      ),
      h(
        "form",
        {
          onsubmit: (event) => {
            event.preventDefault();
            label(intent.value.trim());
          },
        },
        intent,
        h("button", {}, "Add"),
      ),
      h(
        "span",
        { class: "apart" },
        h("button", { type: "button", class: "quiet", onclick: () => outOfScope() }, "Out of scope"),
        h("button", { type: "button", class: "quiet", onclick: () => handle("dismiss", {}, "Dismissed") }, "Dismiss"),
      ),
    ),
  );
  return item;
}

/** Does what the author said; the message goes, and the next one has the focus. */
async function decide(item, verb, body, said) {
  const buttons = [...item.querySelectorAll("button")];
  for (const button of buttons) button.disabled = true;
  const told = await ask(`/understanding/${verb}`, body);
  if (!told) {
    for (const button of buttons) button.disabled = false;
    return;
  }
  tell(told.place ? `${said}: ${told.place}` : `${said}.`);
  const next = item.nextElementSibling ?? item.previousElementSibling;
  const isElsewhere = document.activeElement !== document.body && !item.contains(document.activeElement);
  item.remove();
  waiting -= 1;
  count();
  if (!isElsewhere) (next?.querySelector(".words-of") ?? byId("queue-title")).focus();
}

byId("try-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("try-text").value;
  if (text.trim()) void read(text);
});
byId("reload").addEventListener("click", () => void load());
void load();
