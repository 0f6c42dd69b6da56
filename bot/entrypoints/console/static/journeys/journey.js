/** One journey: its picture with the people in it, the chosen step, and its file. */

import { byId, complain, dayAndTime, empty, h, latest, percent, refill, tell } from "../dom.js";
import { chosen as chosenOfTwo } from "./conflict.js";
import { diffNode } from "./diff.js";
import { Editing } from "./editing.js";
import { Editor } from "./editor.js";
import { Decided } from "./decided.js";
import { Inside } from "./inside.js";
import { Messages, messageNode, showWarnings, wantedOf } from "./messages.js";
import { bringToMiddle, pictureNode } from "./picture.js";
import { pageOf } from "../known.js";
import { ask, numbersNodes, people, request, withToken } from "./service.js";
import { Standing, unparkedWords } from "./standing.js";
import { stepNodes } from "./step.js";
import { Trail, idAfter } from "./trail.js";

const name = location.pathname.split("/").pop();
const version = new URLSearchParams(location.search).get("version");
const address = `/journeys/${name}.json${version ? `?version=${version}` : ""}`;
const editor = new Editor(`The file of ${name}`, { check, complete, changed });
const trail = new Trail();
const editing = new Editing({ make, choose, isLookedAt, mark: () => trail.mark() });
const messages = new Messages({ drawn: (one) => messageNode(one, journey.may_change) });
const inside = new Inside(name);
const decided = new Decided(name);
const standing = new Standing(name, {
  journey: () => journey,
  text: () => editor.text,
  isChanged: () => editor.isChanged,
  reload,
});
let journey = null;
let drawn = null; // the picture of what is typed, where that has no faults
let chosen = null;

const asked = latest(request);

async function load() {
  byId("reload").setAttribute("aria-busy", "true");
  const answer = await asked(address);
  if (!answer) return;
  const { ok, told } = answer;
  byId("reload").removeAttribute("aria-busy");
  byId("beside").hidden = !ok && !journey;
  if (!ok) {
    const why = told.error ?? "The service could not do that.";
    byId("picture-about").textContent = "could not be loaded";
    if (journey) complain(why);
    else byId("canvas").replaceChildren(empty("Nothing to show", why));
    return;
  }
  journey = told;
  if (journey.may_edit && !editing.isReady) editing.begin(await ask("/journeys.schema.json"));
  byId("settings").hidden = !journey.may_edit || !editing.isReady;
  if (!editor.isChanged) look(journey);
  show();
  if (!editor.isChanged) lookedAt = editor.text;
  trail.see(editor.text);
}

function show() {
  byId("tags").replaceChildren(...tagNodes().filter(Boolean));
  byId("numbers").replaceChildren(...numbersNodes(journey.numbers));
  showOthers();
  showPicture();
  showFile();
  showParked();
  void standing.show();
}

/** Say what was done, and show how things are now, and again until the files have been read. */
async function reload(words) {
  tell(words);
  await load();
  lookAgain(MOST_LOOKS);
}

const MOST_LOOKS = 24; // a minute's: how long a busy machine may take to read everything
let nextLook = 0;

function lookAgain(times) {
  clearTimeout(nextLook);
  nextLook = setTimeout(async () => {
    await load();
    if (waits() && times > 1) lookAgain(times - 1);
  }, 2_500);
}

/** Whether the file is about to be read: one that was begun or saved a moment ago. */
function waits() {
  const isDraft = journey.standing.publishing === "on_command";
  return !journey.in_force && !journey.older && journey.file && journey.faults.length === 0 && !isDraft;
}

// ---------------------------------------------------------------- the file

const gone = () => (journey.is_retired ? "retired" : "its file is gone");

let digest = null; // of the file as it was when the editor took it over

function showFile() {
  const { file, may_edit: mayEdit, faults } = journey;
  if (digest !== null && file?.text.replaceAll("\r\n", "\n") === editor.before) digest = file.digest; // as it was saved here
  byId("file-path").textContent = file ? file.path : gone();
  if (!editor.isChanged) showWarnings(journey.warnings);
  byId("file-buttons").hidden = !mayEdit;
  byId("editor").hidden = !file && !editor.isChanged;
  if (!file || editor.isChanged) {
    if (file && file.digest !== digest) complain("Somebody else has changed the file. Your text is still here.");
    return;
  }
  if (file.digest !== digest) editor.open(file.text, faults, { readOnly: !mayEdit });
  digest = file.digest;
  showButtons();
}

const CHECK_AGAIN = 3_000;
let nextCheck = 0;

/** The faults of a text; a text without any is drawn. While the service is away it is asked again: nobody may save before. */
async function check(text) {
  const { ok, status, told } = await request("/journeys/check", { journey: name, text });
  if (text !== editor.text) return null;
  clearTimeout(nextCheck);
  if (!ok) {
    complain(told.error ?? "The service could not do that.");
    if (status === 0) nextCheck = setTimeout(() => text === editor.text && editor.changed(), CHECK_AGAIN);
    return null;
  }
  takeIn(told);
  return told.faults;
}

/** What a check tells of what stands in the editor. */
function takeIn(told) {
  lookedAt = editor.text;
  look(told);
  showWarnings(told.warnings);
  if (!journey.older && told.picture) drawn = editor.isChanged ? told.picture : null;
  if (!journey.older) showPicture();
  byId("save").disabled = isSaving || !editor.isChanged || told.faults.length > 0;
}

function complete(text, cursor) {
  return ask("/journeys/complete", { journey: name, text, cursor });
}

function changed({ byEdit }) {
  if (!byEdit) trail.see(editor.text);
  showButtons();
}

/** What is typed must be looked at before it can be saved. */
function showButtons() {
  byId("save").disabled = true;
  byId("undo").disabled = !editor.isChanged;
}

function undo() {
  editor.set(editor.before);
  drawn = null;
  showPicture();
}

function compare() {
  byId("save-about").textContent =
    journey.standing.publishing === "on_command"
      ? "The file is a draft: nobody goes through it until it is published."
      : "Whoever enters from now on gets this. People who are inside stay on their version until it is published.";
  byId("diff").replaceChildren(diffNode(editor.before, editor.area.value));
  byId("save-dialog").showModal();
}

let isSaving = false;

/** One at a time; what is typed meanwhile is not saved, and stays. */
async function save() {
  byId("save-dialog").close();
  byId("file-title").focus({ preventScroll: true }); // the button that had the focus cannot have it while it saves
  isSaving = byId("save").disabled = true;
  await write();
  isSaving = false;
  if (editor.isChanged) editor.changed();
}

async function write() {
  const typed = editor.area.value;
  const { ok, status, told } = await request(`/journeys/${name}`, { text: editor.text, digest });
  if (!ok) {
    if (status === 422 && told.faults) editor.mark(told.faults);
    if (status === 409) await settle(told.error);
    else complain(status === 422 && told.faults ? "The text has faults, so it was not saved." : told.error);
    return;
  }
  editor.before = typed;
  if (!editor.isChanged) drawn = null;
  const { publishing, running } = journey.standing;
  if (publishing === "on_command") await reload("Saved as a draft. Publish it to put it in force.");
  else await reload(HOLDS[running]);
}

const HOLDS = {
  running: "Saved. It is in force in a moment.",
  paused: "Saved. It is paused: nobody enters until you resume it.",
  stopped: "Saved. It was stopped: nobody enters until you publish it.",
};

/** Somebody else has saved first: what is typed stays until somebody who has seen both says otherwise. */
async function settle(problem) {
  const told = await ask(address);
  if (!told?.file || told.file.digest === digest) {
    complain(problem);
    return;
  }
  const theirs = told.file.text.replaceAll("\r\n", "\n");
  const choice = await chosenOfTwo(editor.before, editor.area.value, theirs);
  if (choice === "") return;
  digest = told.file.digest;
  editor.before = theirs;
  if (choice === "mine") await write();
  else editor.set(theirs);
}

// ---------------------------------------------------------------- the picture

const tagNodes = () => [
  journey.purpose && h("span", { class: "tag" }, journey.purpose),
  journey.goals?.map((goal) => h("span", { class: "tag" }, `goal: ${goal}`)),
  journey.holdout > 0 && h("span", { class: "tag" }, `${percent(journey.holdout / 100, Number.isInteger(journey.holdout) ? 0 : 1)} held out`),
  !journey.older && !journey.is_retired && journey.standing.running !== "running" && h("a", { class: "tag wait", href: "#standing-title" }, journey.standing.is_unstarted ? "not started" : journey.standing.running),
  !journey.older && !journey.in_force && h("span", { class: "tag wait" }, journey.file ? "the file is not in force" : gone()),
  journey.older && h("span", { class: "tag wait" }, `version ${journey.version.slice(0, 8)}`),
].flat();

function showOthers() {
  const others = journey.others ?? [];
  byId("others").hidden = others.length === 0 && !journey.older;
  const links = others.map((one) =>
    h(
      "a",
      { href: withToken(`/journeys/${name}?version=${one.version}`) },
      `${people(one.waiting + one.parked)} in version ${one.version.slice(0, 8)}`,
    ),
  );
  const back = journey.older && h("a", { href: withToken(`/journeys/${name}`) }, "the version of the file");
  byId("others").replaceChildren("The numbers in the picture are of this version. See also ", ...joined([back, ...links].filter(Boolean)), ".");
}

const joined = (nodes) => nodes.flatMap((node, index) => (index === 0 ? [node] : [", ", node]));

function showPicture() {
  const focused = document.activeElement?.dataset?.step;
  if (!picture()) {
    byId("picture-about").textContent = "";
    byId("canvas").replaceChildren(empty("No picture", "The file has faults, and no version of it is in force."));
    return;
  }
  const shown = picture();
  const count = shown.boxes.length - 1;
  const steps = count === 1 ? "1 step" : `${count} steps`;
  byId("picture-about").replaceChildren(...aboutPicture(steps));
  const isFirst = !byId("canvas").querySelector(".box");
  byId("canvas").replaceChildren(pictureNode({ picture: shown, steps: drawn ? {} : journey.steps }, chosen, choose));
  if (isFirst) bringToMiddle(byId("canvas"), byId("canvas").querySelector(".box"));
  if (focused) boxOf(focused)?.focus();
  showStep();
}

/** Whether the text says something else than the picture, which is drawn of texts without faults alone. */
const isBehind = () => !journey.older && faults.length > 0;

function aboutPicture(steps) {
  if (!isBehind()) return [drawn ? `${steps}, not saved yet` : steps];
  const { line, column } = faults[0];
  const there = h("button", { type: "button", class: "link", onclick: () => editor.go(line, column) }, `the fault in line ${line}`);
  return [`${steps}, as before `, there];
}

// ---------------------------------------------------------------- editing by forms

let faults = []; // of the text that was looked at last

function look(told) {
  faults = told.faults;
  editing.look(told);
}

let lookedAt = null; // the text of which that is known

/** Whether the steps on the page are those of what is typed: an edit names them by where they stand. */
function isLookedAt() {
  if (lookedAt === editor.text) return true;
  complain("What was typed is still being read. Look at the step, and do it once more.");
  return false;
}

/** Whether what was pressed at this mark is of the text that stands there now. */
function isOfThisText(mark) {
  if (!isLookedAt()) return false;
  if (trail.holds(mark)) return true;
  complain("The text has changed meanwhile. Look at the step, and do it once more.");
  return false;
}

/**
 * Do something to the text, when all before is done. `deed` gets what tells how something is called by then, and gives the
 * edits: none where there is nothing to do, null where what it is about is gone. What somebody types meanwhile stays, and
 * it is not done. `refuses` gets the faults that the text would have by it, and says whether it is left.
 */
async function make(deed, { refuses = () => false, mark = trail.mark() } = {}) {
  if (!isLookedAt()) return false;
  return trail.inTurn(async () => {
    if (!isOfThisText(mark)) return false;
    const edits = deed((id) => trail.now(mark, id));
    if (edits === null) complain("That is not there any more.");
    if (edits === null || edits.length === 0) return false;
    byId("step").setAttribute("aria-busy", "true");
    const told = await ask("/journeys/edit", { journey: name, text: lookedAt, edit: edits });
    byId("step").removeAttribute("aria-busy");
    if (!told || !isOfThisText(mark)) return false;
    const known = faults.map(({ message }) => message);
    if (refuses(told.faults.filter(({ message }) => !known.includes(message)))) return false;
    chosen = idAfter(chosen, told.went);
    editor.set(told.text.replaceAll("\r\n", "\n"), told.faults);
    trail.follow(editor.text, told.went);
    takeIn(told);
    return true;
  });
}

const picture = () => drawn ?? journey.picture;
const boxOf = (id) => byId("canvas").querySelector(`[data-step="${CSS.escape(id)}"]`);

/** Choose a step; `go` also brings it into view. */
function choose(id, go = false) {
  chosen = id;
  for (const box of byId("canvas").querySelectorAll(".box"))
    box.setAttribute("aria-pressed", String(box.dataset.step === id));
  showStep();
  if (!journey.older && editor.chosen !== null) editor.reveal(editor.chosen);
  if (!go) return;
  boxOf(id)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  boxOf(id)?.focus();
}

function showStep() {
  const says = editing.says(chosen);
  const box = picture().boxes.find((one) => one.id === chosen);
  const known = { picture: picture(), isBehind: isBehind(), steps: drawn ? {} : journey.steps, splits: drawn ? {} : journey.splits, says, listsEntries: journey.may_edit, inside: (id, counts) => inside.at(journey.version, id, counts, journey.standing), decided: (id, times) => decided.at(journey.version, id, times) };
  const nodes = stepNodes(known, chosen, choose);
  const wrong = isBehind() && h("p", { class: "problem" }, `Line ${faults[0].line}: ${faults[0].message}`);
  const deeds = journey.may_edit ? editing.nodes(chosen, isBehind() ? [] : (box?.words ?? [])) : [];
  refill(byId("step"), [wrong, ...nodes, ...deeds].filter(Boolean), byId("step-title"));
  void messages.show(journey.older ? null : wantedOf(says, editing.follows(says)));
  if (!journey.older) editor.show(isBehind() ? null : (box?.line ?? null));
}

function showParked() {
  byId("parked-panel").hidden = journey.parked.length === 0;
  byId("unpark").hidden = !journey.may_change || journey.standing.running === "stopped";
  byId("parked").replaceChildren(
    ...journey.parked.map((one) =>
      h(
        "li",
        {},
        h("p", {}, h("a", { href: pageOf(one.person) }, one.person), " at ", h("code", {}, one.step)),
        h("p", { class: "reason" }, one.reason),
        h("p", { class: "small" }, "entered ", h("time", { datetime: one.entered_at }, dayAndTime(one.entered_at))),
      ),
    ),
  );
}

document.title = `${name} · Overture`;
byId("back").href = withToken("/journeys");
byId("journey-title").textContent = name;
byId("editor").replaceChildren(editor.node);
byId("reload").addEventListener("click", () => void load());
byId("undo").addEventListener("click", undo);
byId("unpark").addEventListener("click", () => void standing.change("unpark", unparkedWords));
byId("suggest").addEventListener("click", () => {
  editor.area.focus();
  void editor.offer();
});
byId("save").addEventListener("click", compare);
byId("save-anyway").addEventListener("click", () => void save());
byId("settings").addEventListener("click", () => editing.openSettings());
byId("change-done").addEventListener("click", () => byId("change-dialog").close());
byId("save-not").addEventListener("click", () => byId("save-dialog").close());
addEventListener("beforeunload", (event) => editor.isChanged && event.preventDefault());
await load();
if (journey && waits()) lookAgain(MOST_LOOKS);
