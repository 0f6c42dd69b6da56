/** All rules of all files, what makes a grade, the caps, and what goes by scores. */

import { newDialog, showFaults, withFaults } from "../content.js";
import { openForm, textField } from "../dialogs.js";
import { byId, empty, h, latest, refill, tell } from "../dom.js";
import { ask, counted, request, soon, withToken } from "../journeys/service.js";
import { membersWords } from "../segments/words.js";
import { gradesTable, lengthOf, lengthWords, points, pointsNode, ruleWords, signed, untilInForce, usesNodes } from "./words.js";

const PARTS = ["fit", "engagement"];
const NOTHING = {
  fit: "What you know of people gives points: “a team of 50 or more: +30”.",
  engagement: "What people do gives points: “looked at the prices: +5, at most 15 in a week”.",
};
const UNITS = [["d", "days"], ["h", "hours"], ["m", "minutes"]];
let [told, people] = [null, null]; // `people` are counted after the rules are shown

async function load() {
  told = await ask("/scores.json");
  if (!told) {
    for (const part of PARTS) byId(`${part}-count`).textContent = "could not be loaded";
    return;
  }
  showFaults(told.faults);
  showCaps();
  refill(byId("uses"), usesNodes(told.uses));
  byId("steps-part").hidden = told.steps.length === 0;
  refill(byId("steps"), told.steps.map(stepNode));
  showCounted();
  people = (await ask("/scores/people.json")) ?? people;
  showCounted();
}

function showCounted() {
  for (const part of PARTS) showRules(part);
  showGrades();
}

// ---------------------------------------------------------------- rules

function showRules(part) {
  const rules = told.rules.filter((one) => one.part === part);
  byId(`${part}-count`).textContent = counted(rules.length, "rule", "rules");
  byId(`new-${part}`).hidden = !told.may_change;
  refill(byId(part), rules.length > 0 ? rules.map(ruleNode) : [h("li", {}, empty("No rules yet", NOTHING[part]))]);
}

const addressOf = ({ file, rule }) => `/scores/${file}/${rule}`;

function ruleNode(one) {
  const given = people?.rules[`${one.file}/${one.rule}`];
  return h(
    "li",
    {},
    h("div", { class: "name-line" }, pointsNode(one.points), h("a", { href: withToken(addressOf(one)) }, one.reason), told.files.length > 1 && h("code", {}, one.file), !one.in_force && h("span", { class: "tag wait" }, "not in force yet")),
    h("p", { class: "entries" }, ruleWords(one)),
    h("dl", { class: "numbers" }, h("div", { class: given?.count ? "waiting" : "none" }, h("dt", {}, one.event ? "got points" : "have them"), h("dd", {}, given ? membersWords(given) : "…"))),
  );
}

const stepNode = ({ journey, reason, points: given }) =>
  h("li", {}, Object.entries(given).map(([part, count]) => `${signed(count)} ${part}`).join(", "), `: ${reason}, by a step of `, h("a", { href: withToken(`/journeys/${journey}`) }, journey), ".");

const openNew = newDialog((id, label) => {
  const [part, kind, file] = ["new-part", "new-kind", "new-file"].map((name) => byId(name).value);
  if (told.rules.some((one) => one.file === file && one.rule === id)) {
    byId("new-problem").textContent = `There is a rule “${id}” in this file already. Choose another id.`;
    return;
  }
  location.assign(withToken(`/scores/${file}/${id}?${new URLSearchParams({ part, kind, reason: label })}`));
});

function openNewIn(part) {
  const files = told.files.filter(({ faults }) => faults.length === 0).map(({ file }) => file);
  byId("new-file").replaceChildren(...(files.length > 0 ? files : [told.begins]).map((file) => h("option", { value: file }, file)));
  byId("new-file-field").hidden = files.length < 2;
  byId("new-problem").textContent = "";
  openNew();
  byId("new-part").value = part;
  byId("new-kind").value = part === "fit" ? "state" : "event";
}

// ---------------------------------------------------------------- grades

function showGrades() {
  const { grades } = told;
  byId("grades-change").hidden = !told.may_change;
  byId("grades-about").textContent = grades.in_force ? "" : "not in force yet";
  byId("grades").replaceChildren(
    gradesTable(grades, people?.grades),
    h("p", { class: "small" }, "Everybody is counted, also visitors of whom nothing is known yet. ", !grades.is_said && "No file says what makes a grade: these are the usual bounds."),
  );
}

const graded = latest((grades) => request("/scores/grades", { grades }));

function changeGrades() {
  const { grades } = told;
  const field = (name, label, value) => textField(name, label, { type: "number", step: 1, required: true, value });
  const preview = h("div", { class: "preview", role: "status" }, gradesTable(grades, people?.grades));
  const fields = h(
    "div",
    { class: "bounds" },
    field("A", "A from points of fit", grades.fit.A),
    field("B", "B from points of fit", grades.fit.B),
    field("1", "1 from points of engagement", grades.engagement["1"]),
    field("2", "2 from points of engagement", grades.engagement["2"]),
  );
  const typed = () => Object.fromEntries([...fields.querySelectorAll("input")].map(({ name, value }) => [name, value.trim() === "" ? NaN : Number(value)]));
  const show = soon(async () => {
    const bounds = boundsOf(typed());
    if (!bounds || !told.may_count) return;
    const answer = await graded(bounds);
    if (answer?.ok) preview.replaceChildren(gradesTable(bounds, people?.grades, answer.told.people));
  }, 350);
  fields.addEventListener("input", show);
  openForm({
    title: "What makes a grade",
    about: "Whoever has fewer points is a C, or a 3. Segments that look at the grade are worked out anew at once, and the CRM is told when a lead is next written to it.",
    fields: [fields, preview, lookers()],
    yes: "Save",
    sends: async (filled) => withFaults(await request(`/scores/${grades.file}`, { digest: digestOf(grades.file), grades: boundsOf(filled) ?? {} }, "PUT")),
    then: ({ faults }) => done(faults, () => told.grades.in_force),
  });
}

const lookers = () => h("details", {}, h("summary", {}, "What goes by the grade"), h("ul", { class: "lookers" }, usesNodes(told.uses.filter(({ of }) => of.includes("grade")))));

function boundsOf(filled) {
  const [a, b, one, two] = ["A", "B", "1", "2"].map((name) => Number(filled[name]));
  return [a, b, one, two].every(Number.isInteger) ? { fit: { A: a, B: b }, engagement: { 1: one, 2: two } } : null;
}

// ---------------------------------------------------------------- caps

function showCaps() {
  byId("caps-part").hidden = told.caps.length === 0;
  const ofOne = told.files.length === 1;
  const name = ({ part, file }) => `${part === "fit" ? "Fit" : "Engagement"}${ofOne ? "" : ` of ${file}`}`;
  refill(
    byId("caps"),
    told.caps.map((one) =>
      h("li", {}, h("span", {}, h("strong", {}, name(one)), one.cap ? ` at most ${points(one.cap.points)} in ${lengthWords(one.cap.within)}` : " no cap"), told.may_change && h("button", { type: "button", class: "quiet", "aria-label": `Change the cap: ${name(one)}`, onclick: () => changeCap(one, name(one)) }, "Change…")),
    ),
  );
}

function changeCap({ file, part, cap }, name) {
  const { number: count = "", unit = "d" } = lengthOf(cap?.within) ?? {};
  openForm({
    title: `The cap: ${name.toLowerCase()}`,
    about: "What the events of this list give together. Points given before count; what is more is not given. Points that are taken make no room.",
    fields: [
      textField("points", "Points at most", { type: "number", min: 1, step: 1, value: cap?.points ?? "" }, "Left empty: as many as the rules give."),
      h("div", { class: "field" }, h("span", { class: "label", id: "within-label" }, "Within"), h("span", { class: "pair", role: "group", "aria-labelledby": "within-label" }, h("input", { name: "count", type: "number", min: 1, step: 1, value: count || 7, "aria-label": "How long" }), h("select", { name: "unit", "aria-label": "Unit" }, UNITS.map(([value, words]) => h("option", { value, selected: value === unit }, words))))),
    ],
    yes: "Save",
    sends: async (filled) => {
      const own = filled.points === "" ? null : { points: Number(filled.points), within: `${filled.count}${filled.unit}` };
      const others = told.caps.filter((one) => one.file === file && one.part !== part && one.cap);
      const caps = Object.fromEntries([...others.map((one) => [one.part, one.cap]), ...(own ? [[part, own]] : [])]);
      return withFaults(await request(`/scores/${file}`, { digest: digestOf(file), caps }, "PUT"));
    },
    then: ({ faults }) => done(faults, () => told.rules.every((one) => one.in_force)),
  });
}

const digestOf = (name) => told.files.find(({ file }) => file === name)?.digest ?? "";

async function done(faults, isInForce) {
  tell(faults.length > 0 ? "Saved. It is in force once the faults elsewhere are mended." : "Saved.");
  await load();
  if (faults.length > 0 || !told || isInForce()) return;
  await untilInForce(async () => (told = (await ask("/scores.json")) ?? told, isInForce()));
  await load();
}

for (const part of PARTS) byId(`new-${part}`).addEventListener("click", () => openNewIn(part));
byId("grades-change").addEventListener("click", changeGrades);
void load();
