/** One score rule: what it gives and for what, how many people that is, what it would do to one of them, and saving it. */

import { withFaults } from "../content.js";
import { byId, h, latest, sentence, tell } from "../dom.js";
import { knownAs, pageOf } from "../known.js";
import { ask, request, soon, withToken } from "../journeys/service.js";
import { Counter } from "../segments/counter.js";
import { Lines } from "../segments/lines.js";
import { peopleWords } from "../segments/words.js";
import { Trying } from "./trying.js";
import { givenWords, lengthOf, points, ruleWords, signed, untilInForce, usesNodes } from "./words.js";

const [FILE, NAME] = location.pathname.split("/").slice(-2).map(decodeURIComponent);
const ADDRESS = `/scores/${FILE}/${NAME}`;
const LETTERS = { fit: ["A", "A or B"], engagement: ["1", "1 or 2"] };
const KEEPS = ["event", "condition", "points", "cap", "half_life", "reason"];
let [told, lines, checked, sent] = [null, null, null, null]; // `sent` is what was checked last, as the service takes it
let given = null; // to how many people it has given points
let asText = false; // the condition's text was typed last, and not its lines

const check = latest((said) => request("/scores/check", said));
const count = latest((said) => request("/scores/count", said));
const trying = new Trying((person) => typed() && { ...typed(), person });

// ---------------------------------------------------------------- loading

async function load() {
  const answer = await ask(`${ADDRESS}.json`);
  if (!answer) {
    byId("about").textContent = "could not be loaded";
    return;
  }
  told = answer.is_new ? { ...answer, ...begun() } : answer;
  lines = new Lines(byId("lines"), told, edited, { counts: false });
  lines.disabled = !told.may_change;
  for (const id of ["fields", "of-event", "condition"]) byId(id).disabled = !told.may_change;
  byId("deeds").hidden = !told.may_change;
  byId("of-state").hidden = told.event !== null;
  byId("of-event").hidden = told.event === null;
  byId("half-life-field").hidden = told.part === "fit";
  byId("try-part").hidden = !told.may_count;
  byId("events").replaceChildren(...told.events.map((value) => h("option", { value })));
  byId("uses").replaceChildren(...usesNodes(told.uses));
  showHead();
  await start();
  if (!told.is_new) await lookAtGiven();
}

async function lookAtGiven() {
  const people = await ask("/scores/people.json");
  given = people?.rules[`${FILE}/${NAME}`] ?? null;
  showCount(shown, byId("many-about").textContent);
}

/** What a new rule begins with, as the list has asked. */
function begun() {
  const asked = new URLSearchParams(location.search);
  const part = asked.get("part") === "fit" ? "fit" : "engagement";
  return { part, event: asked.get("kind") === "state" ? null : "", condition: "", criteria: null, others: [], points: 10, cap: null, half_life: null, reason: asked.get("reason") ?? "" };
}

function showHead() {
  byId("rule-title").textContent = told.reason || NAME;
  document.title = `${NAME} · Overture`;
  byId("back").href = withToken("/scores");
  byId("file").replaceChildren(" · ", h("code", {}, told.path), told.is_new ? " · new, and not saved yet" : "");
  byId("take-out").hidden = !told.may_change || told.is_new;
  byId("problem").hidden = told.faults.length === 0;
  byId("problem").replaceChildren(h("strong", {}, "Its file has faults; what it said before stays in force."), h("ul", {}, told.faults.map((one) => h("li", {}, `${one.path}:${one.line}: ${one.message} ${one.suggestion}`.trim()))));
}

/** Everything as the file has it. */
async function start() {
  const [within, halfLife] = [lengthOf(told.cap?.within), lengthOf(told.half_life)];
  const values = { points: told.points, reason: told.reason, event: told.event ?? "", only: told.condition, condition: told.condition, "cap-points": told.cap?.points ?? "", "cap-number": within?.number ?? 7, "cap-unit": within?.unit ?? "d", "half-life": halfLife?.number ?? "" };
  for (const [id, value] of Object.entries(values)) byId(id).value = value;
  byId("save").disabled = byId("undo").disabled = true;
  byId("about").textContent = standing();
  asText = !told.is_new;
  if (told.event === null) {
    if (told.is_new) lines.begin();
    else showLines(told);
  }
  await look();
}

const standing = () => `${told.part}, ${told.event === null ? "as long as it is true" : "each time it happens"}${told.is_new ? "; new" : told.in_force ? "" : "; not in force yet"}`;

function showLines({ criteria, others }) {
  byId("lines").hidden = criteria === null;
  byId("no-lines").hidden = criteria !== null;
  byId("as-text").open ||= criteria === null;
  if (criteria !== null) lines.show(structuredClone(criteria), others);
}

// ---------------------------------------------------------------- editing

const wholeIn = (id) => (/^-?\d+$/.test(byId(id).value.trim()) ? Number(byId(id).value) : null);

/** The rule as it is typed; null where something is still missing. */
function typed() {
  const [given, reason] = [wholeIn("points"), byId("reason").value.trim()];
  if (given === null || !reason) return null;
  const common = { file: FILE, rule: NAME, part: told.part, points: given, reason };
  if (told.event === null) {
    const criteria = asText ? null : lines.said();
    if (!asText && !criteria) return null;
    return asText ? { ...common, if: byId("condition").value } : { ...common, criteria };
  }
  const [event, most, within, halfLife] = [byId("event").value.trim(), wholeIn("cap-points"), wholeIn("cap-number"), wholeIn("half-life")];
  if (!event || byId("cap-points").validity.badInput || (most !== null && within === null) || byId("half-life").validity.badInput) return null;
  return {
    ...common,
    event,
    if: byId("only").value,
    cap: most === null ? null : { points: most, within: `${within}${byId("cap-unit").value}` },
    half_life: halfLife === null || told.part === "fit" ? null : `${halfLife}d`,
  };
}

function edited() {
  asText = false;
  lookSoon();
}

async function look() {
  const said = typed();
  byId("save").disabled = true;
  if (said === null) {
    showCount(null, "something is missing");
    byId("faults").replaceChildren();
    return;
  }
  const answer = await check(said);
  if (answer === null || typed() === null) return;
  if (!answer.ok) return showFaults(answer.told.faults?.length ? answer.told.faults : [{ message: answer.told.error, suggestion: "" }]);
  sent = said;
  checked = { ...said, event: said.event ?? null, ...answer.told };
  showFaults(checked.faults);
  if (told.event === null) {
    if (asText) showLines(checked);
    else byId("condition").value = checked.condition;
  }
  const isChanged = told.is_new || KEEPS.some((key) => JSON.stringify(checked[key] ?? null) !== JSON.stringify(told[key] ?? null));
  byId("save").disabled = !isChanged || checked.faults.length > 0;
  byId("undo").disabled = !isChanged || told.is_new;
  if (checked.faults.length > 0) return showCount(null);
  byId("says").replaceChildren(`${signed(checked.points)}. `, ...ruleWords(checked).flat().filter(Boolean));
  if (told.may_count) counter.recount();
  tryAgain();
}

const tryAgain = soon(() => void trying.again(), 1_200); // each look at a person is in the audit log
const lookSoon = soon(() => void look(), 350);

function showFaults(faults) {
  byId("faults").replaceChildren(...faults.map(({ message, suggestion }) => h("li", {}, sentence(`${message} ${suggestion}`.trim()))));
}

// ---------------------------------------------------------------- how many

const counter = new Counter(() => count(sent), showCount);

let shown = null;

function showCount(counted, about = "") {
  shown = counted;
  byId("many-about").textContent = about;
  byId("many").replaceChildren(...[...(counted ? manyNodes(counted) : []), given && h("p", { class: "given" }, givenWords(told, given))].flat().filter(Boolean));
}

function manyNodes({ people, comes, goes, days, best, second, ...all }) {
  const [top, two] = LETTERS[told.part];
  const moves = [[top, best], [two, second]].filter(([, one]) => one);
  return [
    h("p", { class: "figure" }, h("strong", {}, peopleWords(all))),
    h("p", { class: "small" }, days ? `did it in the last ${days} days, whatever came with it.` : "it is true of now."),
    comes && h("ul", { class: "moves" }, h("li", { class: "comes" }, `${peopleWords(comes)} more than by the rule in force`), h("li", { class: "goes" }, `${peopleWords(goes)} no longer`)),
    moves.length > 0 && h("ul", { class: "letters" }, moves.map(([letter, { now, then }]) => h("li", {}, `With ${letter}: ${peopleWords(now)} now, `, h("strong", {}, peopleWords(then)), " with this rule."))),
    people?.length > 0 && [h("h3", {}, people.length < all.count ? `${people.length} of them` : "Who they are"), h("ul", { class: "some" }, people.map((one) => h("li", {}, h("a", { href: pageOf(one.person) }, one.name || knownAs(one.identities)))))],
  ];
}

// ---------------------------------------------------------------- saving

/** What saving does to points, as the service gives them. */
function pointsTold() {
  if (told.event === null) {
    return told.is_new
      ? "Whoever it is true of gets the points within minutes, those who are known already, too. Segments and journeys hear of whoever moves by it."
      : "Everybody’s points are brought to what it says then, within minutes. Segments and journeys hear of whoever moves by it.";
  }
  return told.is_new ? "It counts from now on: what happened before gives nothing." : "It counts from now on. Points that were given stay, and fade as they would have; a cap counts them.";
}

function askToSave() {
  const who = told.uses.filter(({ kind }) => kind !== "crm" && kind !== "response");
  byId("save-title").textContent = told.is_new ? "Save this rule?" : "Save these changes?";
  byId("save-about").replaceChildren(
    h("p", {}, `${signed(checked.points)} ${checked.reason}. `, ...ruleWords(checked).flat().filter(Boolean)),
    h("p", {}, pointsTold()),
    h("p", { class: "small" }, "Who objects to marketing, or is restricted, is given no points."),
    ...(who.length > 0 ? [h("ul", {}, usesNodes(who))] : []),
  );
  byId("save-problem").textContent = "";
  byId("save-dialog").showModal();
}

async function save() {
  byId("save-now").disabled = true;
  const { ok, told: answer } = withFaults(await request(ADDRESS, { ...sent, digest: told.digest, is_new: told.is_new }, "PUT"));
  byId("save-now").disabled = false;
  if (!ok) {
    byId("save-problem").textContent = answer.error;
    return;
  }
  byId("save-dialog").close();
  if (told.is_new) history.replaceState(null, "", withToken(ADDRESS));
  tell(answer.faults.length > 0 ? "Saved. It is in force once the faults elsewhere are mended." : "Saved.");
  const saved = await ask(`${ADDRESS}.json`);
  if (!saved) return;
  told = saved;
  showHead();
  await start();
  await untilInForce(async () => {
    const now = await ask(`${ADDRESS}.json`);
    if (!now || now.digest !== told.digest) return true; // it was saved again
    told = now;
    byId("about").textContent = standing();
    return told.in_force;
  });
}

// ---------------------------------------------------------------- taking out

function askToTakeOut() {
  byId("take-out-title").textContent = `Take out “${told.reason}”?`;
  const keeps = told.event === null
    ? [given && `${givenWords(told, given)} `, "Whoever has its points loses them within minutes. Segments and journeys hear of whoever moves by it."]
    : [given && `${givenWords(told, given)} `, "Points that it gave stay, and fade as they would have."];
  byId("take-out-about").replaceChildren(h("p", {}, `It gives ${points(told.points)} no more.`), h("p", {}, ...keeps.filter(Boolean)));
  byId("take-out-problem").textContent = "";
  byId("take-out-dialog").showModal();
}

async function takeOut() {
  const { ok, told: answer } = withFaults(await request(`${ADDRESS}?digest=${told.digest}`, null, "DELETE"));
  if (ok) location.assign(withToken("/scores"));
  else byId("take-out-problem").textContent = answer.error;
}

for (const id of ["points", "reason", "event", "only", "cap-points", "cap-number", "cap-unit", "half-life"]) byId(id).addEventListener("input", lookSoon);
byId("condition").addEventListener("input", () => {
  asText = true;
  lookSoon();
});
byId("undo").addEventListener("click", () => void start());
byId("save").addEventListener("click", askToSave);
byId("save-not").addEventListener("click", () => byId("save-dialog").close());
byId("save-now").addEventListener("click", () => void save());
byId("take-out").addEventListener("click", askToTakeOut);
byId("take-out-not").addEventListener("click", () => byId("take-out-dialog").close());
byId("take-out-now").addEventListener("click", () => void takeOut());
void load();
