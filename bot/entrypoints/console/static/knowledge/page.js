/** One knowledge page: what it says, how it answers, and saving it. */

import { byId, h, latest, sentence, tell } from "../dom.js";
import { ask, counted, request, soon, withToken } from "../journeys/service.js";
import { channelName } from "../channels.js";
import { faultWords, nowRead } from "./asking.js";
import { takePastes } from "./pasting.js";

const NAME = decodeURIComponent(location.pathname.split("/").at(-1));
const ADDRESS = `/knowledge/${encodeURIComponent(NAME)}`;
const LINES = ["title", "url", "until", "body"];
const TRIES = 120;
let told = null;

const check = latest((said) => request("/knowledge/check", said));

// ---------------------------------------------------------------- loading

async function load() {
  told = await ask(`${ADDRESS}.json`);
  if (!told) {
    byId("about").textContent = "could not be loaded";
    return;
  }
  const mayEdit = told.may_change && told.form !== null;
  byId("fields").disabled = !mayEdit;
  byId("deeds").hidden = !mayEdit;
  showHead();
  showProblem(told.form === null ? [{ path: told.file.path, line: 1, message: "This file cannot be shown as a form: edit its text.", suggestion: "" }] : []);
  if (told.form === null) return show(told);
  fill(told.form);
  if (mayEdit) begin();
  await look();
}

function showHead() {
  byId("page-title").textContent = told.form?.title || new URLSearchParams(location.search).get("title") || NAME;
  document.title = `${NAME} · Overture`;
  byId("back").href = withToken("/knowledge");
  byId("file").replaceChildren(...(told.file ? [" · ", h("code", {}, told.file.path)] : [" · new, and not saved yet"]));
  byId("about").textContent = told.is_new ? "a new page" : standing();
  byId("take-out").hidden = !told.may_change || !told.file;
}

function standing() {
  if (told.faults.length > 0) return "not in force: it has faults";
  if (told.has_ended) return "has ended: it answers nobody";
  return told.in_force ? "in force" : "being read";
}

function showProblem(faults) {
  byId("problem").hidden = faults.length === 0;
  byId("problem").replaceChildren(h("ul", {}, faults.map((one) => h("li", {}, `${one.path}:${one.line}: ${one.message} ${one.suggestion}`.trim()))));
}

/** With what the address brings: the title of a new page, a question that is to be answered. */
function begin() {
  const brought = new URLSearchParams(location.search);
  if (told.is_new && brought.get("title")) byId("title").value = brought.get("title");
  const question = brought.get("question");
  if (question && !byId("questions").value.includes(question)) byId("questions").value = [byId("questions").value.trim(), question].filter(Boolean).join("\n");
}

function fill(form) {
  for (const name of LINES) byId(name).value = form[name];
  byId("questions").value = form.questions.join("\n");
  byId("audience").value = form.audience.join(", ");
  const known = [...new Set([...told.channels, ...form.channels])];
  byId("channels").replaceChildren(...known.map((one) => h("label", {}, h("input", { type: "checkbox", value: one, checked: form.channels.includes(one) }), channelName(one))));
  byId("terms").open = Boolean(form.until) || form.audience.length > 0 || form.channels.length > 0;
}

// ---------------------------------------------------------------- editing

const split = (text, by) => text.split(by).map((one) => one.trim()).filter(Boolean);

const typed = () => ({
  ...Object.fromEntries(LINES.map((name) => [name, byId(name).value])),
  questions: split(byId("questions").value, "\n"),
  audience: split(byId("audience").value, ","),
  channels: [...byId("channels").querySelectorAll("input:checked")].map((one) => one.value),
});

const isChanged = () => told.is_new || JSON.stringify(normal(typed())) !== JSON.stringify(normal(told.form));
const normal = (form) => [...LINES.map((name) => form[name].trim()), form.questions, form.audience, [...form.channels].sort()];

async function look() {
  const answer = await check({ page: NAME, ...typed() });
  if (answer === null) return;
  if (answer.ok) show(answer.told);
  else showFaults([{ message: answer.told.error, suggestion: "" }], []);
  byId("undo").disabled = !isChanged() || told.is_new;
  byId("save").disabled = !isChanged() || !answer.ok || answer.told.faults.length > 0;
}

function show({ passages, faults, warnings }) {
  showFaults(faults, warnings);
  byId("passages-count").textContent = passages.length > 0 ? counted(passages.length, "part", "parts") : "";
  byId("passages").replaceChildren(...passages.map(({ heading, text, begins }) => h("li", {}, begins && h("h3", {}, heading), h("p", { class: "words" }, text))));
}

function showFaults(faults, warnings) {
  const row = (kind) => ({ message, suggestion }) => h("li", { class: kind }, sentence(`${message} ${suggestion}`.trim()));
  byId("faults").replaceChildren(...faults.map(row("bad")), ...warnings.map(row("wait")));
}

// ---------------------------------------------------------------- saving

async function save() {
  byId("save").disabled = true;
  const said = typed();
  const { ok, told: answer } = told.is_new ? await request("/knowledge", { page: NAME, ...said }) : await request(ADDRESS, { ...said, digest: told.file.digest }, "PUT");
  if (!ok) {
    byId("save").disabled = false;
    return showFaults([{ message: faultWords(answer), suggestion: "" }], []);
  }
  history.replaceState(null, "", withToken(ADDRESS));
  told = await ask(`${ADDRESS}.json`);
  showHead();
  showProblem(answer.faults);
  byId("undo").disabled = byId("save").disabled = !isChanged();
  tell(answer.faults.length > 0 ? "Saved. It is in force once the faults elsewhere are mended." : "Saved. It answers within moments.");
  nowRead(false);
  await untilInForce(told.file.digest);
}

/** The files are read within seconds, on a busy machine a little later; what is typed meanwhile stays. */
async function untilInForce(digest) {
  for (let tries = 0; tries < TRIES && !told.in_force; tries += 1) {
    await new Promise((done) => setTimeout(done, 1_000));
    const answer = await ask(`${ADDRESS}.json`);
    if (answer?.file?.digest !== digest) return; // it was saved again
    told = answer;
    byId("about").textContent = standing();
  }
  byId("about").textContent = standing();
  nowRead(true);
}

async function takeOut() {
  const { ok, told: answer } = await request(`${ADDRESS}?digest=${told.file.digest}`, null, "DELETE");
  if (ok) location.assign(withToken("/knowledge"));
  else byId("take-out-problem").textContent = answer.error;
}

takePastes(byId("body"));
byId("form").addEventListener("input", soon(() => void look(), 350));
byId("form").addEventListener("submit", (event) => {
  event.preventDefault();
  void save();
});
byId("undo").addEventListener("click", () => {
  fill(told.form);
  void look();
});
byId("take-out").addEventListener("click", () => byId("take-out-dialog").showModal());
byId("take-out-not").addEventListener("click", () => byId("take-out-dialog").close());
byId("take-out-now").addEventListener("click", () => void takeOut());
void load();
