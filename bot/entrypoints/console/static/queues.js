/** The page "Queues": what waits and for what, what was given up, and the senders that are stopped. It looks every three seconds. */

import { openForm, textField } from "./dialogs.js";
import { byId, dayAndTime, empty, h, latest, refill, tell } from "./dom.js";
import { ask, number, request } from "./journeys/service.js";

const LOOK_EVERY = 3_000;
const LATE = 60;
const VERY_LATE = 600;
const LANES = {
  replies: "turns, and what somebody waits for",
  timers: "journeys’ steps whose time has come",
  sends: "what journeys send",
  segments: "segments that are worked out anew",
  crm: "CRMs and other systems",
};
const TURNS = "a worker";

const entriesOf = (count) => `${number(count)} ${count === 1 ? "entry" : "entries"}`;

/** A pause in the largest unit that fits: 45 s, 12 min, 3 h, 2 d. */
function pause(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

// ---------------------------------------------------------------- looking

const looked = latest(request);
let mayChange = false; // whether what is shown has buttons for whoever looks
let seen = ""; // when the service told something last
const drawn = new Map(); // from what each part of the page was drawn

async function look() {
  const answer = await looked("/queues.json");
  if (!answer) return;
  const { ok, told } = answer;
  const live = byId("live");
  live.hidden = false;
  for (const one of [live, byId("lanes")]) one.classList.toggle("away", !ok);
  if (!ok) return showAway(told.error ?? "The service could not tell.");
  mayChange = told.may_change;
  seen = new Date().toLocaleTimeString();
  live.textContent = `live, ${seen}`;
  byId("lanes").replaceChildren(...told.lanes.map(laneNode));
  redraw("alarms", [mayChange, told.stopped, told.untold, told.resting], () => showAlarms(told));
  redraw("waiting", told.waiting, () => showWaiting(told));
  redraw("dead", [mayChange, told.dead], () => showDead(told.dead));
}

/** What was seen last stays, as what it is: nobody knows how the lanes do now. */
function showAway(why) {
  byId("live").textContent = seen ? `${why} What you see is of ${seen}.` : why;
  for (const one of byId("lanes").querySelectorAll(".tag, .loading")) one.textContent = "not reached";
}

/** Draw a part of the page where something in it is another than before: the others stay as they are, and so does their focus. */
function redraw(part, told, draw) {
  const now = JSON.stringify(told);
  if (now === drawn.get(part)) return;
  drawn.set(part, now);
  draw();
}

const showAlarms = ({ stopped, untold, resting }) =>
  refill(byId("alarms"), [...stopped.map(stoppedNode), ...untold.map(untoldNode), ...resting.map(restingNode)], byId("dead-title"));

function laneNode({ lane, waiting, due, more, first_due, late_seconds, per_minute }) {
  const looks = late_seconds >= VERY_LATE ? "very-late" : late_seconds >= LATE ? "late" : null;
  const late = first_due && late_seconds >= 1 ? `${pause(late_seconds)} late` : first_due ? "in time" : "empty";
  const counted = (count) => `${number(count)}${more ? "+" : ""}`;
  const figure = (name, count, shown) => h("div", {}, h("dt", {}, name), h("dd", { class: count ? null : "none" }, shown));
  return h(
    "li",
    { class: looks },
    h("h3", {}, lane, h("span", { class: "tag" }, late)),
    h("p", { class: "about" }, LANES[lane]),
    h(
      "dl",
      {},
      figure("due", due, counted(due)),
      figure("waiting", waiting, counted(waiting)),
      figure("a minute", per_minute, per_minute === null ? "–" : rate(per_minute)),
    ),
  );
}

const rate = (perMinute) => (perMinute > 0 && perMinute < 10 ? perMinute.toFixed(1) : number(Math.round(perMinute)));

function stoppedNode({ channel, since, why }) {
  const lift = h("button", { type: "button", onclick: () => void letSend(channel, lift) }, "Let it send again");
  return h(
    "div",
    { class: "alarm", role: "group", "aria-label": `The sender of ${channel}` },
    h("p", {}, h("strong", {}, `Nothing leaves by ${channel}`), ` since ${dayAndTime(since)}: ${why}`),
    mayChange && lift,
  );
}

function untoldNode({ segment, reason, changes, oldest }) {
  const again = h("button", { type: "button", onclick: () => void tellAgain(segment, reason, again) }, "Replay");
  return h(
    "div",
    { class: "alarm", role: "group", "aria-label": `Changes of the segment ${segment}` },
    h("p", {}, h("strong", {}, `Journeys were not told of ${number(changes)} ${changes === 1 ? "change" : "changes"} of the segment ${segment}`), ` since ${dayAndTime(oldest)}: ${reason}. The log says where.`),
    mayChange && again,
  );
}

const restingNode = ({ to, why, entries }) =>
  h(
    "div",
    { class: "alarm resting" },
    h("p", {}, h("strong", {}, `What is to leave by ${to} waits`), ` (${number(entries)}): ${why}. It is tried now and then.`),
  );

function showWaiting({ waiting, now }) {
  const rows = waiting.map(({ lane, to, why, entries, due, first_due }) =>
    h(
      "tr",
      {},
      h("td", {}, lane),
      h("td", {}, h("code", {}, to)),
      h("td", {}, why || (due ? TURNS : "its time")),
      h("td", { class: "number" }, number(entries)),
      h("td", {}, h("time", { datetime: first_due, class: Date.parse(first_due) < Date.parse(now) ? "overdue" : null }, dayAndTime(first_due))),
    ),
  );
  const nothing = h("tr", {}, h("td", { colspan: 5 }, "Nothing waits."));
  byId("waiting").replaceChildren(...(rows.length > 0 ? rows : [nothing]));
}

// ---------------------------------------------------------------- what was given up

let dead = { entries: 0, groups: [] };
const open = new Set();
const nameOf = ({ to, reason }) => JSON.stringify([to, reason]);

function showDead(told) {
  dead = told;
  byId("dead-count").textContent = told.entries ? entriesOf(told.entries) : "";
  const chosen = byId("to").value;
  const places = [...new Set(told.groups.map(({ to }) => to))].sort();
  const option = (value, words) => h("option", { value, selected: value === chosen }, words);
  byId("to").replaceChildren(option("", "everywhere"), ...places.map((to) => option(to, to)));
  filtered();
}

function filtered() {
  const to = byId("to").value;
  const words = byId("filter").value.trim().toLowerCase();
  const groups = dead.groups.filter((one) => (!to || one.to === to) && one.reason.toLowerCase().includes(words));
  const nothing = dead.entries
    ? empty("Nothing fits", "No reason has these words.")
    : empty("Nothing was given up", "Everything left, or waits for its next try.");
  refill(byId("groups"), groups.length > 0 ? groups.map(groupNode) : [h("li", {}, nothing)], byId("dead-title"));
}

function groupNode(group) {
  const { to, reason, entries, oldest, replayable } = group;
  const list = h("ul", { class: "entries", hidden: true });
  const item = h("li", { class: "group" });
  const show = h("button", { type: "button", class: "quiet", "aria-expanded": "false" }, "Show");
  const unfold = async () => {
    open.add(nameOf(group));
    show.setAttribute("aria-expanded", "true");
    show.textContent = "Hide";
    list.hidden = false;
    await fill(list, group);
  };
  show.addEventListener("click", () => {
    if (list.hidden) return void unfold();
    open.delete(nameOf(group));
    list.hidden = true;
    show.setAttribute("aria-expanded", "false");
    show.textContent = "Show";
  });
  const which = { to, reason };
  item.append(
    h(
      "div",
      { class: "head", role: "group", "aria-label": `${reason || "No reason"}, for ${to}` },
      h("p", { class: "reason" }, reason || "for no reason that was kept"),
      h("div", { class: "deeds" }, ...deeds(which, entriesOf(entries), replayable, entries > 1 ? " all" : ""), show),
      h("p", { class: "about" }, h("strong", {}, entriesOf(entries)), h("span", {}, "for ", h("code", {}, to)), `since ${dayAndTime(oldest)}`),
    ),
    list,
  );
  if (open.has(nameOf(group))) void unfold();
  return item;
}

/** The buttons for what is chosen, for whoever may use them. A message's moment has passed, so only what CRMs and desks should have is replayed. */
function deeds(which, about, replayable, all = "") {
  const replay = h("button", { type: "button", onclick: () => void replayed(which, replay) }, `Replay${all}`);
  const discard = h("button", { type: "button", onclick: () => askWhy(which, about) }, `Discard${all}…`);
  return [replayable && replay, discard].filter((button) => button && mayChange);
}

async function fill(list, group) {
  const query = new URLSearchParams({ to: group.to, reason: group.reason });
  const told = await ask(`/queues/dead.json?${query}`);
  if (!told) return;
  const items = told.entries.map((one) =>
    h(
      "li",
      {},
      h("span", {}, one.what),
      h("span", { class: "who" }, one.person ? `person ${one.person}, ` : "", dayAndTime(one.at), `, ${one.attempts} ${one.attempts === 1 ? "try" : "tries"}`),
      ...deeds({ entries: [one.id] }, one.what, one.replayable),
    ),
  );
  const more = told.more ? [h("li", { class: "small" }, `These are the oldest ${items.length}.`)] : [];
  list.replaceChildren(...items, ...more);
}

// ---------------------------------------------------------------- doing

function say(words) {
  tell(words);
  drawn.clear();
  void look();
}

async function replayed(which, button) {
  button.disabled = true;
  const told = await ask("/queues/replay", which);
  button.disabled = false;
  if (!told) return;
  say(`${entriesOf(told.replayed)} will leave again.`);
  byId("dead-title").focus();
}

async function letSend(channel, button) {
  button.disabled = true;
  const told = await ask(`/queues/senders/${encodeURIComponent(channel)}/lift`, {});
  button.disabled = false;
  if (!told) return;
  say(`${channel} sends again. What waits leaves within a quarter of an hour.`);
  byId("dead-title").focus();
}

async function tellAgain(segment, reason, button) {
  button.disabled = true;
  const told = await ask(`/queues/segments/${encodeURIComponent(segment)}/replay`, { reason });
  button.disabled = false;
  if (!told) return;
  say(`Journeys are told once more (${number(told.replayed)}).`);
  byId("dead-title").focus();
}

const askWhy = (which, about) =>
  openForm({
    title: "Discard",
    about: `${about}. Nothing is deleted: it counts as withheld, with your reason.`,
    fields: [textField("why", "Why nobody needs it any more", { required: true, maxlength: 500 })],
    yes: "Discard",
    danger: true,
    sends: ({ why }) => request("/queues/discard", { ...which, why: why.trim() }),
    then: ({ discarded }) => {
      say(`${entriesOf(discarded)} discarded.`);
      byId("dead-title").focus();
    },
  });

byId("to").addEventListener("change", filtered);
byId("filter").addEventListener("input", filtered);

void look();
setInterval(() => {
  if (!document.hidden && !document.querySelector("dialog[open]")) void look();
}, LOOK_EVERY);
