/** The page "Import": a file is looked at, it is said what its columns are, and nothing is written before "Import". */

import { channelName } from "./channels.js";
import { byId, dayAndTime, h, keep, sentence, tell } from "./dom.js";
import { showEarlier } from "./earlier_imports.js";
import { ask, counted, number, streamed, withToken } from "./journeys/service.js";
import { offerTags } from "./known_tags.js";

const NOW_LOOK_AGAIN = "You have changed something: look at it again before you import.";
const MAY_LEAVE = "You may leave this page: the import goes on without it, and nothing is written by halves.";
const BROKEN_OFF = "What was taken until then is whole and stays; look at the file again and import it once more: whoever is in already stays as they are.";
const CONSENT = /^consent\.(?:[a-z0-9_]+\.)?([a-z]+)$/;

let choices = null;
const said = new Map(); // by column: what the operator says that it is
let columns = []; // what the last look told of them
let running = null;
let looked = null; // the look that an import would carry out; null once something was changed
let report = [];

const chosen = () => byId("file").files[0];
const isExcel = () => /\.xls[xm]$/i.test(chosen().name);
const targetOf = ({ column, target }) => said.get(column) ?? target;

// ---------------------------------------------------------------- what is sent

function form(dryRun) {
  const told = new FormData();
  const { region, dates, decimal, encoding } = Object.fromEntries(["region", "dates", "decimal", "encoding"].map((id) => [id, byId(id).value]));
  const mapping = { columns: Object.fromEntries(said), values: values(), ...(region && { region }), ...(dates && { dates }), ...(decimal && { decimal }) };
  told.set("mapping", JSON.stringify(mapping));
  told.set("encoding", isExcel() ? "" : encoding);
  told.set("sheet", isExcel() ? byId("sheet").value : "");
  told.set("shown_only", isExcel() && byId("shown-only").checked);
  told.set("fill", byId("fill").checked);
  told.set("in_part", byId("in-part").checked);
  told.set("dry_run", dryRun);
  told.set("again", !dryRun && looked.before !== null);
  told.set("seen", dryRun ? "" : looked.id);
  told.set("file", chosen());
  return told;
}

/** What holds for every row. */
function values() {
  const told = { tags: byId("tags").value.trim() };
  if (hasConsent()) {
    told["consent.purpose"] = "marketing";
    for (const part of ["channel", "how", "text"]) told[`consent.${part}`] = byId(`consent-${part}`).value.trim();
  }
  const inColumns = columns.map(targetOf);
  return Object.fromEntries(Object.entries(told).filter(([target, value]) => value && (target === "tags" || !inColumns.includes(target))));
}

/** Whether a column tells of a consent whose other parts may stand beside the file. */
const hasConsent = () => columns.some((one) => /^consent\.[a-z]+$/.test(targetOf(one)));

// ---------------------------------------------------------------- looking and taking

async function work(dryRun) {
  running?.abort();
  const mine = (running = new AbortController());
  const sent = form(dryRun);
  report = [];
  looked = null;
  let last = null;
  begin(dryRun);
  const hear = (line) => {
    if (mine !== running) return;
    if (line.columns) showColumns(line);
    if (line.report) report.push(line.report);
    if ("rows" in line) showProgress(line);
    if (line.columns || "done" in line || line.error) last = { ...last, ...line };
  };
  const problem = await streamed("/people/import", sent, mine.signal, hear);
  if (mine !== running) return;
  end();
  if (problem) fail(dryRun || !last ? problem : `${problem} ${BROKEN_OFF}`);
  else if (last?.error) fail(last.error);
  else if (last?.problem) fail(last.problem);
  else if (!last || !("done" in last)) fail(dryRun ? "The service broke off. Look at it again." : `The service broke off. ${BROKEN_OFF}`);
  else if (dryRun) showLook(last);
  else showDone(last);
}

function begin(dryRun) {
  byId("outcome").hidden = false;
  byId("outcome-title").textContent = dryRun ? "What would come of it" : "What comes of it";
  for (const id of ["figures", "few"]) byId(id).replaceChildren();
  for (const id of ["take", "report"]) byId(id).hidden = true;
  byId("progress").hidden = false;
  byId("progress").removeAttribute("value");
  byId("status").className = "";
  byId("status").textContent = dryRun ? "The file is sent and looked through…" : `The file is sent… ${MAY_LEAVE}`;
  byId("stale").textContent = "";
  byId("look").setAttribute("aria-busy", "true");
  byId("form").inert = !dryRun;
  if (!dryRun) byId("outcome").focus({ preventScroll: true });
}

function end() {
  byId("progress").hidden = true;
  byId("look").removeAttribute("aria-busy");
  byId("look").textContent = "Look again";
  byId("form").inert = false;
}

function showProgress({ rows, of, waits }) {
  byId("progress").value = of ? Math.min(1, rows / of) : 0;
  const words = waits ? "Waits until another file is through…" : `${counted(rows, "row", "rows")}${of ? ` of about ${number(of)}` : ""}`;
  byId("status").textContent = byId("form").inert ? `${words}. ${MAY_LEAVE}` : words;
}

function fail(words) {
  byId("status").className = "problem";
  byId("status").textContent = sentence(words);
}

// ---------------------------------------------------------------- what its columns are

function showColumns(told) {
  columns = told.columns;
  const several = told.sheets.length > 1;
  byId("sheet-part").hidden = !several;
  byId("sheet").replaceChildren(...told.sheets.map((name) => h("option", { value: name, selected: name === told.sheet }, name)));
  byId("hidden-part").hidden = told.hidden.rows === 0;
  byId("columns-part").hidden = false;
  byId("columns-about").textContent = `${counted(columns.length, "column", "columns")}${told.encoding && `, letters in ${told.encoding}`}${several ? ` of the sheet “${told.sheet}”` : ""}`;
  byId("columns").replaceChildren(...columns.map((one, index) => columnRow(one, index, told.hidden.columns.includes(one.column))));
  fitConsent();
}

function columnRow(one, index, isHidden) {
  const id = `column-${index}`;
  const about = h("small", {}, aboutOf(targetOf(one)));
  const why = h("small", {}, [one.why, one.cells].filter(Boolean).join("; "));
  const asked = one.unheard && h("small", { class: "unheard" }, `Row ${number(one.unheard.row)} says “${one.unheard.says}”: somebody may say here that they want no marketing. Say what it is, or that it is left out.`);
  const select = h("select", { id }, asked && h("option", { value: "", selected: true, disabled: true }, "Say what it is…"), options(one, !asked));
  const row = h("li", { class: asked ? "asked" : null },
    h("div", {}, h("label", { for: id }, h("strong", {}, one.column)), h("small", {}, one.examples.join(" · ") || "empty in the first rows"), isHidden && h("small", { class: "hidden-there" }, "Hidden in Excel")),
    h("div", { class: "what" }, select, asked, about, why),
  );
  select.addEventListener("change", () => {
    said.set(one.column, select.value);
    about.textContent = aboutOf(select.value);
    why.textContent = "As you said";
    row.className = "";
    if (asked) asked.hidden = true;
    fitConsent();
  });
  return row;
}

/** What a column may be; one that means what is offered to no other (a consent with a name) keeps that. */
function options(one, isChosen) {
  const target = targetOf(one);
  const option = ({ target: value, name, channel }) => h("option", { value, selected: isChosen && value === target }, channel ? `${name}: ${channelName(channel)}` : name);
  const isOffered = choices.targets.some((group) => group.targets.some((offered) => offered.target === one.means.target));
  return [
    !isOffered && option(one.means),
    ...choices.targets.map(({ name, targets }) => (name ? h("optgroup", { label: name }, targets.map(option)) : targets.map(option))),
  ];
}

function aboutOf(target) {
  const plain = target.replace(CONSENT, "consent.$1");
  const known = [...choices.targets.flatMap((group) => group.targets), ...columns.map((one) => one.means)];
  return known.find((one) => one.target === plain)?.about ?? "";
}

/** The fields for what of a consent no column tells. */
function fitConsent() {
  byId("consent").hidden = !hasConsent();
  const inColumns = columns.map(targetOf);
  for (const label of document.querySelectorAll("[data-part]")) label.hidden = inColumns.includes(`consent.${label.dataset.part}`);
}

// ---------------------------------------------------------------- what comes of it

const timesOf = ({ new: fresh, changed, same, refused, warned }, would) => [
  [fresh, would ? "would be new" : "new"],
  [changed, would ? "would be brought up to date" : "brought up to date"],
  [same, "as they were"],
  [warned, would ? "would be taken in part" : "taken in part", "wait"],
  [refused, would ? "would be refused" : "refused", "bad"],
];

function showOutcome(told, title, words) {
  byId("outcome-title").textContent = title;
  byId("status").textContent = words;
  byId("report").hidden = report.length === 0;
  const would = looked !== null;
  byId("figures").replaceChildren(...timesOf(told.done, would).map(([count, what, kind]) => h("li", { class: count ? kind : null }, h("strong", {}, number(count)), h("span", {}, what))));
  const nodes = [
    ...fewNodes(told, "refused", would ? "Why rows would be refused" : "Why rows were refused", told.done.refused),
    ...fewNodes(told, "taken in part", would ? "Why rows would be taken in part" : "Why rows were taken in part", told.done.warned),
  ];
  if (!byId("in-part").checked) {
    if (told.few.some(({ why }) => why.startsWith("left out:"))) nodes.push(h("p", { class: "small" }, "A row with faults is taken in part where somebody refuses marketing in it: a refusal is never lost."));
    if (would && told.done.refused) nodes.push(h("p", { class: "small" }, "Tick “Rows are taken without values that cannot be read” to take the others without such a value, too, or put them right in the file."));
  }
  if (nodes.length) nodes.push(h("p", { class: "small" }, "In a table, its header and its empty rows are not counted: row 1 is the first person."));
  byId("few").replaceChildren(...nodes);
}

/** The commonest reasons, each with its first row and how many more there are. */
function fewNodes({ few }, result, title, count) {
  const reasons = few.filter((one) => one.result === result);
  if (!reasons.length) return [];
  const others = count - reasons.reduce((found, { rows }) => found + rows, 0);
  return [
    h("h3", {}, title),
    h("ul", {}, reasons.map(({ row, rows, why }) => h("li", {}, `Row ${number(row)}${rows > 1 ? ` and ${number(rows - 1)} more` : ""}: ${why}`))),
    others > 0 && h("p", { class: "small" }, `${counted(others, "other row", "other rows")}: see the CSV.`),
  ].filter(Boolean);
}

function showLook(told) {
  if (told.done.rows === 0) return fail(`There is nobody in ${told.file}: no row follows the names of its columns.`);
  looked = told;
  const before = told.before && `This file was imported as it stands here ${dayAndTime(told.before.finished_at)}: ${counted(told.before.new, "row", "rows")} new, ${number(told.before.changed)} brought up to date, ${number(told.before.refused)} refused.\n`;
  showOutcome(told, "What would come of it", `${before || ""}${counted(told.done.rows, "row", "rows")}.${aboutHidden(told.hidden)} Nothing is written yet.`);
  const taken = told.done.rows - told.done.refused;
  byId("take").hidden = taken === 0;
  byId("take").disabled = false;
  byId("take").textContent = told.before ? "Import it once more" : `Import ${counted(taken, "row", "rows")}`;
}

/** Nobody is taken in without being seen. */
function aboutHidden({ rows }) {
  if (!rows) return "";
  const those = `${counted(rows, "row", "rows")} that Excel hides`;
  return byId("shown-only").checked ? ` ${those} would be left out.` : ` Among them ${rows === 1 ? "is" : "are"} ${those}, by a filter or by hand: tick above to leave them out.`;
}

function showDone(told) {
  if (!told.done) return fail(`It was imported ${dayAndTime(told.before.finished_at)}, while you looked at it. Nothing was changed now.`);
  const right = told.done.refused || told.done.warned ? " What was not taken whole is in the CSV with the reason: put it right there, and import that." : "";
  showOutcome(told, "What came of it", `${counted(told.done.rows, "row", "rows")} of ${told.file}. Segments know them already, journeys in a moment.${right}`);
  byId("few").append(next());
  tell("Imported.");
  void showEarlier();
}

/** What one imports people for. */
function next() {
  const [tag] = byId("tags").value.split(/[;,]/).map((one) => one.trim()).filter(Boolean);
  const write = `/journeys?${new URLSearchParams({ recipe: "news", ...(tag && { tag }) })}`;
  return h("p", { class: "next" }, "Go on: ", h("a", { href: withToken(write) }, "write to them once"), ", ", h("a", { href: withToken("/segments") }, "make a segment"), " or ", h("a", { href: withToken("/people") }, "look somebody up"), ".");
}

// ---------------------------------------------------------------- what the operator does

/** What was looked at is not what would be taken any more. */
function change() {
  if (looked) byId("stale").textContent = NOW_LOOK_AGAIN;
  byId("take").disabled = true;
}

function choose() {
  running?.abort();
  running = looked = null;
  said.clear();
  columns = [];
  for (const id of ["columns-part", "outcome", "sheet-part", "hidden-part"]) byId(id).hidden = true;
  byId("shown-only").checked = false;
  byId("sheet").replaceChildren();
  const file = chosen();
  byId("encoding-part").hidden = Boolean(file) && isExcel();
  byId("look").disabled = !file;
  byId("look").textContent = "Look at it";
  byId("stale").textContent = "";
  if (file && file.size > choices.largest) {
    byId("look").disabled = true;
    byId("stale").textContent = `The file is larger than ${Math.floor(choices.largest / 1024 / 1024)} MB. Send it in parts, or have it imported on the server.`;
  } else if (file) void work(true);
}

const REGIONS = new Intl.DisplayNames("en", { type: "region" });

async function start() {
  choices = await ask("/people/import/choices.json");
  if (!choices) return;
  const regions = choices.regions.map((code) => [code, REGIONS.of(code)]).sort(([, one], [, other]) => one.localeCompare(other));
  const set = h("option", { value: "" }, `${REGIONS.of(choices.region)}, as is set`);
  byId("region").replaceChildren(set, ...regions.map(([code, name]) => h("option", { value: code }, name)));
  byId("consent-channel").replaceChildren(h("option", { value: "" }, "Say which…"), ...choices.channels.map((name) => h("option", { value: name }, channelName(name))));
  byId("file").addEventListener("change", choose);
  offerTags(byId("tags"));
  for (const id of ["encoding", "sheet"]) byId(id).addEventListener("change", () => said.clear());  // its columns have other names then
  byId("form").addEventListener("input", (event) => event.target.id !== "file" && change());
  byId("form").addEventListener("submit", (event) => {
    event.preventDefault();
    if (chosen()) void work(true);
  });
  byId("take").addEventListener("click", () => void work(false));
  byId("report").addEventListener("click", () => keep(new Blob(report, { type: "text/csv" }), `${chosen().name.replace(/\.(?:csv|xls[xm])$/i, "")}.report.csv`));
  void showEarlier();
  if (chosen()) choose();  // a browser keeps it over a reload
}

void start();
