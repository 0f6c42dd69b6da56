/** The page "Conversations": a list that keeps itself up to date, and beside it the conversation that was chosen. */

import { channelName } from "../channels.js";
import { byId, clockTime, day, h, latest, renew } from "../dom.js";
import { ask, number, request, withToken } from "../journeys/service.js";
import { callFor, hangBell, isOn } from "./bell.js";
import { showNobody, showPerson } from "./person.js";
import { said } from "./said.js";
import { forget, myName, showNoTalk, showTalk } from "./talk.js";

const [LIST_EVERY, TALK_EVERY, PERSON_EVERY] = [5_000, 2_500, 15_000]; // milliseconds
const UNSEEN_FOR = 2 * 3_600_000; // milliseconds after which a page that nobody looks at asks no more, unless it has to tell

let which = "all";
let me = { me: "", is_known: false }; // who looks
let listed = new Map(); // by id, in the order of the list
let moreBefore = null;
let current = null; // the id of the conversation that is shown, or about to be
let seen = ""; // which version of it is shown
let wasChosen = false; // or it was there when the page was opened, and then the focus stays where it is
let deeds = 0; // how many have been done: an answer that was asked for before one is older than what is shown

const MAY_NOT_BE_SEEN = [401, 403, 404]; // logged out, without the right, erased
const troubles = new Map(); // by what the page asked for: why it gets no news

/** Said for as long as it is so: what is shown may be old by then. */
function heard(what, { ok, told }) {
  if (ok) troubles.delete(what);
  else troubles.set(what, told.error ?? "The service could not do that.");
  const [why = ""] = troubles.values();
  if (byId("trouble").textContent !== why) byId("trouble").textContent = why;
}

// ---------------------------------------------------------------- the list

const listing = latest(request);

async function list() {
  const answer = await listing(`/conversations.json?show=${which}&as=${encodeURIComponent(myName(me))}`);
  if (!answer) return;
  heard("list", answer);
  if (MAY_NOT_BE_SEEN.includes(answer.status)) listed = new Map();
  if (!answer.ok) return renew(byId("rows"), listed.size ? rows() : []);
  const { conversations, waiting, taken, more_before: more, calls } = answer.told;
  const older = more ? olderThan(conversations.at(-1)) : [];
  listed = new Map([...conversations, ...older].map((one) => [one.id, one]));
  if (!older.length) moreBefore = more;
  me = answer.told;
  if (current === null) showNoTalk(undefined, me.digests);
  count(waiting, taken);
  callFor(calls, (id) => void visit(id));
  render();
}

/** What was asked for by "Earlier ones", unless so many have written since that some between are not listed. */
function olderThan({ id, at }) {
  return listed.get(id)?.at === at ? [...listed.values()].filter((one) => one.at < at) : [];
}

function count(waiting, taken) {
  byId("waiting").textContent = waiting ? number(waiting) : "";
  byId("taken").textContent = taken ? number(taken) : "";
  const before = byId("news").dataset.waiting;
  byId("news").textContent = before !== undefined && waiting > Number(before) ? "Somebody waits for a person." : "";
  byId("news").dataset.waiting = waiting;
  document.title = `${waiting ? `(${waiting}) ` : ""}Conversations · Overture`;
}

const NONE = {
  all: "Nobody has written yet. What customers write on any channel is listed here.",
  waiting: "Nobody waits for a person.",
  taken: "No colleague has a conversation at the moment.",
};

function render() {
  const focused = document.activeElement?.dataset.id;
  renew(byId("rows"), rows());
  if (focused && document.activeElement === document.body) rowOf(focused)?.focus();
}

function rows() {
  const found = [...listed.values()].map((one) => [`${new Date().toDateString()} ${JSON.stringify(one)}`, () => row(one)]);
  if (!found.length) found.push([which, () => h("li", { class: "hint" }, NONE[which])]);
  if (moreBefore) found.push(["more", () => h("li", { class: "hint" }, h("button", { type: "button", onclick: () => void listMore() }, "Earlier ones"))]);
  return found;
}

const rowOf = (id) => [...document.querySelectorAll("[data-id]")].find((one) => one.dataset.id === id);

function row({ id, customer, channel, at, last, handoff }) {
  const is = { class: "row", type: "button", "data-id": id, "aria-current": id === current && "true", onclick: () => void visit(id) };
  return h("li", {}, h("button", is, h("b", { dir: "auto" }, customer), when(at), h("small", {}, state(channel, handoff)), last && h("span", { dir: "auto" }, last.by === "customer" ? "" : `${last.speaker}: `, said(last))));
}

const when = (at) => h("time", { datetime: at }, new Date(at).toDateString() === new Date().toDateString() ? clockTime(at) : day(at));

function state(channel, handoff) {
  if (!handoff) return channelName(channel);
  if (handoff.state === "claimed") return [channelName(channel), " · ", h("em", { class: "taken" }, `${handoff.rep} has it`)];
  return [channelName(channel), " · ", h("em", { class: "waiting" }, handoff.offered_to ? `waits for ${handoff.offered_to}` : "waits for a person")];
}

async function listMore() {
  const told = await ask(`/conversations.json?show=${which}&before=${encodeURIComponent(moreBefore)}`);
  if (!told) return;
  for (const one of told.conversations) if (!listed.has(one.id)) listed.set(one.id, one);
  moreBefore = told.more_before;
  render();
}

for (const button of document.querySelectorAll("[data-show]")) {
  button.addEventListener("click", () => {
    which = button.dataset.show;
    for (const other of document.querySelectorAll("[data-show]")) other.setAttribute("aria-pressed", String(other === button));
    listed = new Map();
    void list();
  });
}

// ---------------------------------------------------------------- one conversation

const asked = () => new URLSearchParams(location.search).get("of") || null;
const looking = latest(request);

/** Which one is shown stands in the address: it is there again after a reload, and by the button Back. */
async function visit(id) {
  wasChosen = true;
  if (id !== asked()) history.pushState(null, "", withToken(`/conversations?of=${encodeURIComponent(id)}`));
  await look();
}

async function look() {
  const before = current;
  current = asked();
  document.body.classList.toggle("with-talk", current !== null);
  for (const one of document.querySelectorAll("[data-id]")) {
    if (one.dataset.id === current) one.setAttribute("aria-current", "true");
    else one.removeAttribute("aria-current");
  }
  if (current === before && current !== null) return refresh();
  const wasThere = byId("talk").contains(document.activeElement);
  nothing(current === null ? undefined : "");
  if (current === null) return wasThere && rowOf(before)?.focus();
  await refresh();
}

/** Nothing of it stays on the page, which shows it again where it can be seen again. */
function nothing(why) {
  seen = "";
  showNoTalk(why, me.digests);
  showNobody();
}

async function refresh() {
  const [id, before] = [current, deeds];
  const answer = await looking(`/conversations/${encodeURIComponent(id)}.json?seen=${seen}`);
  if (!answer || id !== current || before !== deeds) return;
  const isGone = answer.status === 404;
  heard("talk", { ...answer, ok: answer.ok || isGone });
  if (answer.ok) return take(answer.told);
  if (isGone) forget(id);
  if (MAY_NOT_BE_SEEN.includes(answer.status)) nothing(answer.told.error);
}

/** What the service tells of the conversation that is shown; nothing but `seen` where that is on the page already. */
function take(told) {
  if (!told.lines || told.id !== current) return;
  const isNew = seen === "";
  seen = told.seen;
  showTalk(told, { isNew, wasChosen, changed: took, back: () => visitNone() });
  void person();
}

const person = () => {
  const of = current;
  return showPerson(of, () => of === current && seen !== "");
};

function took(told) {
  deeds += 1;
  take(told);
  void list();
}

function visitNone() {
  history.pushState(null, "", withToken("/conversations"));
  void look();
}

addEventListener("popstate", () => void look());

/** While somebody looks at the page, or as long as `whenHidden` says, and no answer is awaited. */
function every(milliseconds, work, whenHidden = () => false) {
  const again = async () => {
    if (!document.hidden || whenHidden()) await work();
    setTimeout(again, milliseconds);
  };
  setTimeout(again, milliseconds);
}

let leftAt = Date.now();
document.addEventListener("visibilitychange", () => {
  leftAt = Date.now();
  if (!document.hidden) void list();
});

every(LIST_EVERY, list, () => isOn() || Date.now() - leftAt < UNSEEN_FOR);
every(TALK_EVERY, () => current !== null && refresh());
every(PERSON_EVERY, () => seen !== "" && person());
hangBell();
await Promise.all([list(), look()]);
