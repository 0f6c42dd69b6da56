/** One segment: who belongs, by lines or as text, how many that are, and what saving would do. */

import { byId, dayAndTime, empty, h, latest, sentence, tell } from "../dom.js";
import { knownAs, pageOf } from "../known.js";
import { ask, request, soon, withToken } from "../journeys/service.js";
import { Counter } from "./counter.js";
import { Lines } from "./lines.js";
import { hearingNodes, membersWords, peopleWords } from "./words.js";

const NAME = decodeURIComponent(location.pathname.split("/").at(-1));
const ADDRESS = `/segments/${encodeURIComponent(NAME)}.json`;
const TRIES = 20;
let [told, lines, counts, checked] = [null, null, null, null];
let asText = false; // the condition's text was typed last, and not its lines

const check = latest((said) => request("/segments/check", said));
const count = latest((said) => request("/segments/count", said));

// ---------------------------------------------------------------- loading

async function load() {
  const answer = await ask(ADDRESS);
  if (!answer) {
    byId("about").textContent = "could not be loaded";
    return;
  }
  told = answer;
  lines = new Lines(byId("lines"), told, edited);
  lines.disabled = byId("label").disabled = byId("condition").disabled = !told.may_change;
  byId("deeds").hidden = !told.may_change;
  showHead();
  showJourneys();
  await start();
}

function showHead() {
  const label = told.is_new ? new URLSearchParams(location.search).get("label") : told.label;
  byId("segment-title").textContent = label || NAME;
  document.title = `${NAME} · Overture`;
  byId("back").href = withToken("/segments");
  byId("file").replaceChildren(...(told.file ? [" · ", h("code", {}, told.file.path)] : told.is_new ? [" · new, and not saved yet"] : []));
  byId("label").value = label ?? "";
  byId("take-out").hidden = !told.may_change || !told.file;
}

/** Everything as the file has it. */
async function start() {
  byId("label").value = told.is_new ? byId("label").value : told.label;
  byId("save").disabled = byId("undo").disabled = true;
  showProblem(told.faults ?? []);
  if (told.is_new || !told.condition) {
    lines.begin();
    byId("condition").value = told.condition ?? "";
  } else {
    byId("condition").value = told.condition;
    showLines(told);
  }
  byId("says").textContent = told.sentence ? sentence(told.sentence) : "";
  byId("about").textContent = told.is_new ? "a new segment" : standing();
  asText = !told.is_new && Boolean(told.condition); // as it stands there, until a line is edited
  await look();
}

function showProblem(faults) {
  byId("problem").hidden = faults.length === 0;
  byId("problem").replaceChildren(
    h("strong", {}, "Its file has faults; what it said before stays in force."),
    h("ul", {}, faults.map((one) => h("li", {}, `${one.path}:${one.line}: ${one.message} ${one.suggestion}`.trim()))),
  );
}

function standing() {
  if (!told.is_read) return told.faults.length > 0 ? "not in force: its file has faults" : "not in force yet";
  return told.worked_out_at ? `worked out ${dayAndTime(told.worked_out_at)}` : "being worked out";
}

function showLines({ criteria, others }) {
  byId("lines").hidden = criteria === null;
  byId("no-lines").hidden = criteria !== null;
  byId("as-text").open ||= criteria === null;
  if (criteria !== null) lines.show(structuredClone(criteria), others);
}

function showJourneys() {
  const none = h("li", { class: "small" }, "None yet. ", h("a", { href: withToken("/journeys") }, "A journey"), " may let people in as soon as they come into this segment, or write to all who are in it at a time that you choose.");
  const write = told.may_change && told.is_read && h("li", {}, h("a", { class: "button", href: withToken(`/journeys?${new URLSearchParams({ recipe: "news", segment: NAME })}`) }, "Write to them once…"));
  byId("journeys").replaceChildren(...(told.journeys?.length ? hearingNodes(told.journeys) : [none]), ...(write ? [write] : []));
}

// ---------------------------------------------------------------- editing

/** What is typed, by its lines, unless its text was typed last. */
const typed = () => {
  const label = byId("label").value;
  if (asText) return { segment: NAME, label, if: byId("condition").value };
  const criteria = lines.said();
  return criteria && { segment: NAME, label, criteria };
};

function edited() {
  asText = false;
  lookSoon();
}

async function look() {
  const said = typed();
  if (said === null) {
    byId("save").disabled = true;
    showCount(null, "a value is missing");
    byId("many").replaceChildren(h("p", { class: "small" }, "Fill in each line: you see then how many that are, and can save."));
    return;
  }
  const answer = await check(said);
  if (answer === null) return;
  if (!answer.ok) return showFaults([{ message: answer.told.error, suggestion: "" }]);
  checked = answer.told;
  showFaults(checked.faults);
  if (asText) {
    showLines(checked);
  } else byId("condition").value = checked.condition;
  byId("says").textContent = checked.sentence ? sentence(checked.sentence) : "";
  const isChanged = told.is_new || checked.condition !== told.condition || byId("label").value.trim() !== told.label;
  byId("save").disabled = !isChanged || checked.faults.length > 0;
  byId("undo").disabled = !isChanged || told.is_new;
  if (checked.faults.length === 0) counter.recount();
  else showCount(null);
}

const lookSoon = soon(() => void look(), 350);

function showFaults(faults) {
  byId("faults").replaceChildren(...faults.map(({ message, suggestion }) => h("li", {}, sentence(`${message} ${suggestion}`.trim()))));
}

// ---------------------------------------------------------------- how many

const counter = new Counter(async () => {
  const condition = checked.condition;
  const answer = await count({ segment: NAME, if: condition });
  return answer && { ...answer, told: { ...answer.told, condition } };
}, showCount);

function showCount(counted, about = "") {
  counts = counted;
  byId("many-about").textContent = about;
  byId("many").replaceChildren(...(counts ? manyNodes(counts) : []));
}

function manyNodes({ people, comes, goes, ...all }) {
  return [
    h("p", { class: "figure" }, h("strong", {}, membersWords(all)), all.count === 1 && !all.about ? " person now" : " people now"),
    comes && h("ul", { class: "moves" }, h("li", { class: "comes" }, `${peopleWords(comes)} would come into it`), h("li", { class: "goes" }, `${peopleWords(goes)} would leave it`)),
    people === undefined ? h("p", { class: "small" }, "Who they are is not told to your role: the condition would tell it something of each.") : somePeople(people, all),
  ].flat().filter(Boolean);
}

/** Some of them; all are on the page People, once they are the segment's members. */
function somePeople(people, { count: all, condition }) {
  if (people.length === 0) return empty("Nobody yet", "Of nobody is this true now. Whoever it becomes true of comes into it by themselves.");
  const rows = people.map((one) => h("li", {}, h("a", { href: pageOf(one.person) }, one.name || knownAs(one.identities)), !one.name && h("code", {}, one.person)));
  return [h("h3", {}, people.length < all ? `${people.length} of them` : "Who they are"), h("ul", { class: "some" }, rows), people.length < all && condition === told.in_force && h("p", { class: "small" }, h("a", { href: withToken(`/people?segment=${encodeURIComponent(NAME)}`) }, "All of them"))];
}

// ---------------------------------------------------------------- saving

function askToSave() {
  const isOther = told.is_new || checked.condition !== told.condition;
  const known = counts?.condition === checked.condition ? counts : null;
  const entering = (told.journeys ?? []).filter((one) => one.at_once);
  byId("save-title").textContent = told.is_new ? "Save this segment?" : "Save these changes?";
  byId("save-about").replaceChildren(
    ...[
      checked.sentence ? h("p", {}, sentence(checked.sentence)) : h("p", {}, h("code", {}, checked.condition)),
      told.is_new && known && h("p", {}, `${peopleWords(known)} would be in it.`),
      !told.is_new && isOther && known?.comes && h("p", {}, `${peopleWords(known.comes)} would come into it, and ${peopleWords(known.goes)} would leave it.`),
      isOther && entering.length > 0 && h("p", { class: "warned" }, "Whoever comes into it enters ", entering.map(({ journey }, index) => [index > 0 && ", ", h("strong", {}, journey)]), " at once. Pause that journey first if they are not to be written to."),
      !isOther && h("p", { class: "small" }, "Who belongs stays the same."),
    ].filter(Boolean),
  );
  byId("save-problem").textContent = "";
  byId("save-dialog").showModal();
}

async function save() {
  const said = { segment: NAME, label: byId("label").value, if: checked.condition };
  byId("save-now").disabled = true;
  const { ok, told: answer } = told.is_new ? await request("/segments", said) : await request(`/segments/${NAME}`, { ...said, digest: told.file.digest }, "PUT");
  byId("save-now").disabled = false;
  if (!ok) {
    byId("save-problem").textContent = answer.faults?.length ? answer.faults.map((one) => `${one.message} ${one.suggestion}`).join(" ") : answer.error;
    return;
  }
  byId("save-dialog").close();
  if (told.is_new) history.replaceState(null, "", withToken(`/segments/${NAME}`));
  told = { ...(await ask(ADDRESS)), ...(told.is_new && { is_new: false }) };
  showHead();
  await start();
  tell("Saved. People come and go within moments.");
  await untilInForce(told.condition);
}

/** The files are read within a second or two, and then it is worked out; what is typed meanwhile stays. */
async function untilInForce(condition) {
  for (let tries = 0; tries < TRIES; tries += 1) {
    await new Promise((done) => setTimeout(done, 500));
    const answer = await ask(ADDRESS);
    if (!answer || answer.condition !== condition) return; // it was saved again
    told = answer;
    if (answer.in_force === condition && answer.worked_out_at) break;
  }
  showJourneys();
  byId("about").textContent = standing();
  counter.recount();
}

// ---------------------------------------------------------------- taking out

function askToTakeOut() {
  const { journeys, members } = told;
  const isFree = journeys.length === 0;
  byId("take-out-title").textContent = isFree ? `Take out ${NAME}?` : `${NAME} is still needed`;
  byId("take-out-about").replaceChildren(...(isFree ? [members?.count === 0 && !members.about ? "Nobody is in it. Its file is put aside." : `${members ? sentence(`${peopleWords(members)} leave it`) : ""} Its file is put aside.`] : [h("ul", {}, hearingNodes(journeys)), "Change that first."]));
  byId("take-out-now").hidden = !isFree;
  byId("take-out-not").textContent = isFree ? "Keep it" : "Close";
  byId("take-out-problem").textContent = "";
  byId("take-out-dialog").showModal();
}

async function takeOut() {
  const { ok, told: answer } = await request(`/segments/${NAME}?digest=${told.file.digest}`, null, "DELETE");
  if (ok) location.assign(withToken("/segments"));
  else byId("take-out-problem").textContent = answer.error;
}

byId("label").addEventListener("input", lookSoon);
byId("condition").addEventListener("input", () => {
  asText = true;
  lookSoon();
});
byId("undo").addEventListener("click", () => {
  void start();
});
byId("save").addEventListener("click", askToSave);
byId("save-not").addEventListener("click", () => byId("save-dialog").close());
byId("save-now").addEventListener("click", () => void save());
byId("take-out").addEventListener("click", askToTakeOut);
byId("take-out-not").addEventListener("click", () => byId("take-out-dialog").close());
byId("take-out-now").addEventListener("click", () => void takeOut());
void load();
