/** One response: its variations, as each channel shows them, and saving them into the file. */

import { channelName } from "../channels.js";
import { byId, complain, empty, h, tell } from "../dom.js";
import { chosen as chosenOfTwo } from "../journeys/conflict.js";
import { diffNode } from "../journeys/diff.js";
import { channelNode, Messages } from "../journeys/messages.js";
import { ask, counted, request, withToken } from "../journeys/service.js";
import { askToTakeOut } from "./taking_out.js";
import { trying } from "./trying.js";
import { lackTags, usesNodes } from "./uses.js";
import { tagsOf, variationForm } from "./variation.js";

const name = decodeURIComponent(location.pathname.slice("/responses/".length));
const address = `/responses/${encodeURIComponent(name)}.json`;
const messages = new Messages({ asks: (body) => request("/responses/check", body), hears: heard, drawn: messageNode });

let response = null;
let drafts = []; // the variations as they are typed
let chosen = 0;
let faults = []; // of what was looked at last
let checked = null; // what the service told of it

async function load() {
  const { ok, told } = await request(address);
  if (!ok) {
    byId("about").textContent = "could not be loaded";
    byId("variations").replaceChildren(h("li", {}, empty("Nothing to show", told.error)));
    return false;
  }
  take(told);
  return true;
}

function take(told) {
  response = told;
  drafts = draftsOf(told);
  chosen = Math.min(chosen, drafts.length - 1);
  faults = [];
  showHead();
  showVariations();
  showButtons();
  void messages.show(wanted());
}

const draftsOf = ({ variations }) => variations.map((one, was) => ({ was, ...structuredClone(one) }));
const told = () => drafts.map(({ was, says, liquid, more }) => ({ was, says, liquid, more }));
const wanted = () => ({ response: name, variations: told(), channels: response.sent_on });
const isChanged = () => response !== null && JSON.stringify(drafts) !== JSON.stringify(draftsOf(response));

// ---------------------------------------------------------------- what it is

function showHead() {
  const { file, may_change: mayChange, in_force: inForce, notes, offers } = response;
  byId("file").textContent = `${file.path}, line ${file.line}`;
  byId("tags").replaceChildren(
    ...lackTags(response),
    ...[!inForce && h("span", { class: "tag wait" }, "not in force yet"), !mayChange && h("span", { class: "tag" }, "to look at")].filter(Boolean),
  );
  byId("used").replaceChildren(...usesNodes(response.used, 12));
  byId("notes").replaceChildren(...notes.map(({ line, message, suggestion }) => h("li", {}, h("strong", {}, `Line ${line} `), `${message} ${suggestion}`)));
  byId("deeds").hidden = byId("add").hidden = byId("take-out").hidden = !mayChange;
  trying(response.tests, () => ({ ...wanted(), number: chosen, ...messages.known }));
  showStanding();
  offers.subject = response.sent_on.includes("email");
}

/** What keeps it from being changed, or from being said once it is saved. */
function showStanding() {
  const { file, also_in: alsoIn, faults } = response;
  if (alsoIn.length > 0) return showProblem(`It stands in ${[file.path, ...alsoIn].join(" and ")}, and only one of them counts. Keep one of them, in the files.`);
  if (faults.length > 0) return showProblem("The content has faults elsewhere. What you save is said once they are mended; the last good version stays in force.", faults.slice(0, 5));
  showProblem("");
}

function showProblem(words, listed = []) {
  byId("problem").hidden = words === "";
  byId("problem").replaceChildren(h("strong", {}, words), h("ul", {}, listed.map((one) => h("li", {}, `${one.path}:${one.line}: ${one.message} ${one.suggestion}`))));
}

// ---------------------------------------------------------------- its variations

function showVariations(focus = null) {
  byId("lists").replaceChildren();
  byId("about").textContent = counted(drafts.length, "variation", "variations");
  byId("variations").replaceChildren(...drafts.map(variationNode));
  showFaults();
  const form = byId("variations").children[chosen];
  const found = { text: "textarea.text", channel: ".for-whom select", button: ".buttons-of li:last-child input" }[focus];
  if (focus) (form?.querySelector(found ?? ".summary") ?? byId("words-title")).focus();
}

function variationNode(variation, number) {
  const isChosen = number === chosen;
  const label = `Variation ${number + 1}`;
  const summary = h(
    "button",
    { type: "button", class: "summary", "aria-expanded": String(isChosen), onclick: () => choose(number) },
    h("span", { class: "number" }, String(number + 1)),
    h("span", { class: "words" }, variation.says.text || "(no text)"),
    h("span", { class: "tags" }, tags(variation)),
  );
  const inside = h(
    "div",
    { class: isChosen ? "variation chosen" : "variation", role: "group", "aria-label": label },
    summary,
    isChosen &&
      h(
        "fieldset",
        { class: "form", disabled: !response.may_change },
        h("legend", { class: "unseen" }, label),
        variationForm(variation, response.offers, { changed, redraw: showVariations }),
        h("ul", { class: "faults", role: "status" }),
        h(
          "div",
          { class: "step-buttons" },
          deed("Up", () => move(number, -1), number > 0),
          deed("Down", () => move(number, 1), number < drafts.length - 1),
          deed("Copy", () => add({ ...structuredClone(variation), was: null }, number + 1)),
          deed("Remove", () => remove(number), drafts.length > 1),
        ),
      ),
  );
  return h("li", {}, inside);
}

/** For whom it is; that it is for everybody only where another is not. */
const tags = (variation) => tagsOf(variation, drafts.some(({ says }) => says.language) ? `${response.offers.own_language}, and others` : "");

const deed = (text, work, enabled = true) => h("button", { type: "button", disabled: !enabled, onclick: work }, text);

function choose(number) {
  chosen = number;
  showVariations("summary");
  messages.draw();
}

function changed() {
  showButtons();
  const summary = byId("variations").children[chosen]?.querySelector(".summary");
  summary.querySelector(".words").textContent = drafts[chosen].says.text || "(no text)";
  summary.querySelector(".tags").replaceChildren(...tags(drafts[chosen]).filter(Boolean));
  messages.reword(wanted());
}

function put(variations, at, focus) {
  drafts = variations;
  chosen = at;
  showVariations(focus);
  changed();
}

function move(number, by) {
  const moved = [...drafts];
  moved.splice(number + by, 0, ...moved.splice(number, 1));
  put(moved, number + by, "summary");
}

function add(variation, at = drafts.length) {
  put(drafts.toSpliced(at, 0, variation), at, "text");
}

function remove(number) {
  put(drafts.toSpliced(number, 1), Math.max(0, Math.min(number, drafts.length - 2)), "summary");
  tell("It is taken out once you save. “Undo all” brings it back.");
}

function showButtons() {
  byId("save").disabled = isSaving || !isChanged();
  byId("undo").disabled = !isChanged();
}

// ---------------------------------------------------------------- what the service tells of them

function heard(ok, answer) {
  checked = ok ? answer : null;
  faults = ok ? [...answer.faults.map((one) => ({ ...one, bad: true })), ...answer.warnings] : (answer.faults ?? []).map((one) => ({ ...one, bad: true, variation: Number(/\d+/.exec(one.path)?.[0]) - 1 }));
  showFaults();
}

function showFaults() {
  for (const [number, node] of [...byId("variations").children].entries()) {
    const own = faults.filter(({ variation }) => (variation ?? 0) === number);
    node.firstChild.classList.toggle("bad", own.some(({ bad }) => bad));
    const listed = node.querySelector(".faults");
    listed?.replaceChildren(...own.map((one) => h("li", { class: one.bad ? "bad" : "wait" }, `${one.message} ${one.suggestion}`)));
    node.querySelector("textarea.text")?.setAttribute("aria-invalid", String(own.some(({ bad }) => bad)));
  }
}

/** The chosen variation on each channel where it is said, and which one is said elsewhere. */
function messageNode({ channels }) {
  const own = channels.map((one) => ({ ...one, others: one.wordings, wordings: one.wordings.filter((worded) => worded.number === chosen) }));
  const elsewhere = own.filter(({ wordings }) => wordings.length === 0);
  return h(
    "section",
    { class: "message-of" },
    h("h3", {}, drafts.length > 1 ? `Variation ${chosen + 1}` : "The only variation"),
    h("div", { class: "side-by-side" }, own.filter(({ wordings }) => wordings.length > 0).map((one) => channelNode(one, standing(one)))),
    [...Map.groupBy(elsewhere, ({ others }) => insteadOf(others))].map(([instead, ones]) =>
      h("p", { class: "small" }, `Not on ${ones.map(({ channel }) => channelName(channel)).join(", ")}: ${instead}.`),
    ),
  );
}

function standing({ chosen: isSent, desk, connected }) {
  if (isSent) return "a journey sends it here";
  if (desk) return "colleagues, no customers";
  return connected ? "" : "not connected";
}

function insteadOf(others) {
  const numbers = others.map(({ number }) => number + 1);
  if (numbers.length === 0) return "nothing is said there";
  return `${numbers.length === 1 ? "variation" : "variations"} ${numbers.join(", ")} ${numbers.length === 1 ? "is" : "are"} said there`;
}

// ---------------------------------------------------------------- saving

let isSaving = false;

/** Look at it once more, and show what it would change in the file. */
async function compare() {
  const { ok, told: answer } = await request("/responses/check", wanted());
  heard(ok, answer);
  if (!ok) return showProblem(answer.error);
  if (answer.faults.length > 0) {
    chosen = answer.faults[0].variation ?? chosen;
    showVariations("text");
    return showProblem(`This would have a fault, so it cannot be saved: ${answer.faults[0].message} ${answer.faults[0].suggestion}`);
  }
  showStanding();
  const heardWhen = response.faults.length > 0 ? "It is said once the faults elsewhere are mended" : "Who talks with the assistant from the next moment on hears it";
  byId("save-about").textContent = `In ${response.file.path}. ${heardWhen}; nothing is trained again.`;
  byId("diff").replaceChildren(diffNode(response.lines, answer.lines));
  byId("save-dialog").showModal();
}

async function save() {
  byId("save-dialog").close();
  byId("words-title").focus({ preventScroll: true }); // the button that had the focus cannot have it while it saves
  isSaving = byId("save").disabled = true;
  byId("save").setAttribute("aria-busy", "true");
  await write();
  byId("save").removeAttribute("aria-busy");
  isSaving = false;
  showButtons();
}

async function write() {
  const [sent, words] = [[...drafts], typed()];
  const { ok, status, told: answer } = await request(`/responses/${encodeURIComponent(name)}`, { digest: response.file.digest, variations: told() });
  if (status === 409) return settle(answer.error);
  if (!ok) return showProblem(`Not saved: ${answer.error}`, answer.faults?.length > 1 ? answer.faults : []);
  const fresh = await ask(address);
  for (const one of drafts) one.was = sent.includes(one) ? sent.indexOf(one) : null;
  const now = fresh && { ...fresh, faults: answer.faults };
  if (now && typed() === words) take(now);
  else if (now) hold(now);
  tell(answer.faults.length > 0 ? "Saved. It is said once the faults elsewhere are mended." : "Saved. It is said in a moment.");
  lookAgain(MOST_LOOKS);
}

const typed = () => JSON.stringify(drafts.map(({ says, liquid, more }) => [says, liquid, more]));

/** This is how the file is now; what is typed stays. */
function hold(now) {
  response = now;
  showHead();
  showButtons();
}

const MOST_LOOKS = 24;
let nextLook = 0;

/** Until the files have been read. */
function lookAgain(times) {
  clearTimeout(nextLook);
  nextLook = setTimeout(async () => {
    const { ok, told: now } = await request(address);
    if (ok && now.file.digest === response.file.digest && now.in_force) return hold(now);
    if (times > 1) lookAgain(times - 1);
  }, 1_500);
}

/** Somebody else has saved first. Where they left this response alone, mine goes in; else somebody who has seen both says. */
async function settle(problem) {
  const theirs = await ask(address);
  if (!theirs || theirs.file.digest === response.file.digest) return complain(problem);
  const theirLines = theirs.lines;
  if (theirLines !== response.lines) {
    const choice = await chosenOfTwo(response.lines, checked?.lines ?? "", theirLines);
    if (choice === "") return;
    if (choice === "theirs") return take(theirs);
    for (const one of drafts) if (one.was >= theirs.variations.length) one.was = null;
  }
  response = { ...response, file: theirs.file, lines: theirLines };
  await write();
}

document.title = `${name} · Overture`;
byId("response-title").replaceChildren(...name.split(/(?<=[_/])/).flatMap((part) => [part, h("wbr")]));
byId("back").href = withToken("/responses");
byId("add").addEventListener("click", () => add({ was: null, says: {}, liquid: false, more: "" }));
byId("take-out").addEventListener("click", () => askToTakeOut(response, () => (response = null)));
byId("undo").addEventListener("click", () => take(response));
byId("save").addEventListener("click", () => void compare());
byId("save-not").addEventListener("click", () => byId("save-dialog").close());
byId("save-anyway").addEventListener("click", () => void save());
addEventListener("beforeunload", (event) => isChanged() && event.preventDefault());
void load();
