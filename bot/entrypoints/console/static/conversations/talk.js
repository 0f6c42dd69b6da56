/** One conversation: what was said, who has it, and what a colleague may do with it. */

import { channelName } from "../channels.js";
import { choiceField, openForm, textField } from "../dialogs.js";
import { byId, complain, day, dayAndTime, empty, h, linked, refill, renew, tell } from "../dom.js";
import { request, withToken } from "../journeys/service.js";
import { draftOf, dropDrafts, keepDraft } from "./drafts.js";
import { lineNode } from "./said.js";

const NAME = "overture-my-name";
const NEAR_THE_END = 60; // pixels
const SNOOZES = [["1h", "an hour"], ["4h", "four hours"], ["1d", "a day"], ["3d", "three days"], ["7d", "a week"]];
const unanswered = new Map(); // by conversation: the key of words that may have arrived, until something else is typed

const ON_CALL = " A voice reads out what you write, at the latest once the caller has next said something.";

let place = null; // what of the conversation is shown: its parts, made once for each

const CHOOSE = "Here you read what was said, and answer it yourself. Who reads a conversation is in the audit log.";

/** With no `why`, that none is chosen, and the day's `digests`; with an empty one nothing, since it is on its way. */
export function showNoTalk(why, digests = []) {
  place = null;
  const [title, text] = why === undefined ? ["No conversation chosen", CHOOSE] : ["Nothing to show", why];
  const parts = why === "" ? [] : [[title + text, () => empty(title, text)]];
  if (why === undefined) parts.push(...digests.map((one) => [one, () => digest(one)]));
  renew(byId("talk"), parts);
}

const digest = (text) => h("section", { class: "digest", "aria-label": "Daily digest" }, h("h3", {}, "Daily digest"), text.split("\n").map((line) => h("p", {}, digestLine(line))));

const TRANSCRIPT = /^(.*): https?:\S*\/transcripts\/([^/?\s]+)\S*$/;

/** Where it leads to a transcript it leads to the conversation on this page. */
function digestLine(line) {
  const [, words, id] = TRANSCRIPT.exec(line) ?? [];
  return id ? h("a", { href: withToken(`/conversations?of=${encodeURIComponent(id)}`) }, words) : linked(line);
}

/** Nothing that was typed in it stays. */
export function forget(id) {
  dropDrafts(id);
  unanswered.delete(id);
}

/** `changed` gets what the service tells once something was done; `back` leads to the list, on a small screen. */
export function showTalk(told, { isNew, wasChosen, changed, back }) {
  if (isNew || !place) place = begin(told, changed, back);
  const { header, lines, desk, form } = place;
  const [field, wasWriting] = [form.querySelector("textarea"), form.contains(document.activeElement)];
  place.told = told;
  refill(header, headerOf(told, back));
  const atEnd = isNew || lines.scrollHeight - lines.scrollTop - lines.clientHeight < NEAR_THE_END;
  renew(lines, linesOf(told));
  form.hidden = !mayWrite(told);
  refill(desk, deskOf(told, changed), form.hidden ? lines : field);
  if (wasWriting && form.hidden) lines.focus();
  if (atEnd) lines.scrollTop = lines.scrollHeight;
  if (isNew && wasChosen) byId("talk").focus({ preventScroll: true });
}

function begin(told, changed, back) {
  const field = h("textarea", { id: "reply", rows: 2, dir: "auto", maxlength: 4000, placeholder: "Write to the customer" });
  const form = h("form", { class: "answer" }, h("label", { class: "unseen", for: "reply" }, "Your answer to the customer"), field, h("button", { class: "primary" }, "Send"));
  const parts = {
    header: h("header", {}),
    lines: h("div", { class: "lines-said scroll", role: "log", "aria-label": "What was said", tabindex: 0 }),
    desk: h("div", { class: "at-desk" }),
    form,
  };
  field.value = draftOf(told);
  field.addEventListener("input", () => {
    keepDraft(told, field.value);
    unanswered.delete(told.id);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    write(place.told, field, changed);
  });
  renew(byId("talk"), Object.entries(parts).map(([name, part]) => [`${told.id} ${name}`, () => part]));
  return parts;
}

let writing = Promise.resolve(); // words leave one after the other, in the order in which they were written

/** It leaves its field at once, so that it is sent once. */
function write(told, field, changed) {
  const text = field.value.trim();
  if (!text) return;
  const key = unanswered.get(told.id) ?? newKey();
  field.value = "";
  forget(told.id);
  writing = writing.then(() => send(told, text, key, changed));
}

/** Where it could not be sent it is back, in front of what was typed since; a next try of it alone is done once with this one. */
async function send(told, text, key, changed) {
  const answer = await post(told, "say", text, key);
  if (ended(answer, changed)) return;
  const since = draftOf(told);
  const draft = since ? `${text}\n${since}` : text;
  keepDraft(told, draft);
  if (!since && (answer.status === 0 || answer.status >= 500)) unanswered.set(told.id, key);
  if (place?.told.id === told.id) place.form.querySelector("textarea").value = draft;
}

// ---------------------------------------------------------------- what is shown

const headerOf = ({ customer, channel, handoff, is_whole: isWhole }, back) => [
  h("button", { type: "button", class: "quiet back", onclick: back, "aria-label": "Back to the list" }, "‹"),
  h("h2", { dir: "auto" }, customer),
  h("p", {}, [channelName(channel), handoff && handoff.state !== "closed" && handoff.reason, !isWhole && "the latest lines"].filter(Boolean).join(" · ")),
];

function linesOf({ lines }) {
  if (!lines.length) return [["", () => empty("Nothing was said yet", "The chat was opened, and that is all.")]];
  const found = [];
  lines.forEach((line, index) => {
    if (index === 0 || day(line.at) !== day(lines[index - 1].at)) found.push([day(line.at), () => h("p", { class: "day" }, day(line.at))]);
    found.push([JSON.stringify(line), () => lineNode(line)]);
  });
  return found;
}

/** Where this browser keeps the name of this account: another that is used here has its own. */
const placeOfName = ({ me }) => (me ? `${NAME}:${me}` : NAME);

/** By which name whoever looks acts here; empty where they have not said yet. */
export const myName = (told) => (told.is_known ? told.me : localStorage.getItem(placeOfName(told)) || "");

const has = ({ handoff }) => (handoff && handoff.state !== "closed" ? handoff.state : "");
const mayWrite = (told) => told.may_write && has(told) === "claimed" && told.handoff.rep === myName(told);

function deskOf(told, changed) {
  const { handoff, suggestions, standing, may_write: mayDo, desk, is_spoken: spoken } = told;
  const does = (words, deed, attributes = {}) => h("button", { type: "button", ...attributes, onclick: () => void act(told, deed, changed) }, words);
  const asks = (words, open) => h("button", { type: "button", onclick: () => open(told, changed) }, words);
  const take = does("Take it", "take_up", { class: "primary" });
  const rarely = [asks("Give to a colleague…", give), asks("Snooze…", snooze), asks("Disqualify…", disqualify)];
  const state = has(told);
  const [words, ...buttons] =
    state === "" ? [standing && handoff ? `${standing}. The assistant answers again.` : "The assistant answers.", take]
    : state === "requested" ? [waits(handoff), take, does("Resolve", "resolve"), ...rarely]
    : mayWrite(told) ? [`You have it, as ${handoff.rep}. The assistant is silent.${spoken ? ON_CALL : ""}`, does("Hand back", "hand_back"), does("Resolve", "resolve"), does("Offer a meeting", "meet"), ...rarely]
    : [`${handoff.rep} has it. The assistant is silent.`, does("Take over", "take_over")];
  if (!mayWrite(told) && !told.is_known && myName(told)) buttons.push(h("button", { type: "button", class: "quiet", onclick: () => askName(told, () => changed(told)) }, `Not ${myName(told)}?`));
  if (!mayDo) return [h("p", { class: "standing" }, words)];
  if (!desk) return [h("p", { class: "standing" }, "The assistant answers. There is no sales desk here: OVERTURE_DESK=desk:sales, with desk among OVERTURE_CONNECTORS, makes this page one.")];
  return [
    h("p", { class: "standing" }, words, state && standing ? ` ${standing}.` : ""),
    ...(mayWrite(told) ? suggestions.slice(-1).filter((one) => isOpen(told, one)).map((one) => suggested(told, one, changed)) : []),
    h("div", { class: "buttons", role: "group", "aria-label": "What to do with it" }, ...buttons),
  ];
}

const waits = ({ since, offered_to: to, offered_why: why }) => `Waits for ${to || "a person"} since ${dayAndTime(since)}${to && why ? ` (${why})` : ""}. The assistant answers meanwhile.`;

/** Whether no colleague has answered since. */
const isOpen = ({ lines }, { at }) => !lines.some((line) => line.by === "colleague" && line.at > at);

const suggested = (told, { key, text, source }, changed) =>
  h("div", { class: "suggested" }, h("p", {}, h("b", {}, source ? `From “${source}”` : "From your pages")), h("p", { class: "words", dir: "auto" }, text), h("button", { type: "button", onclick: () => void done(told, "send", key, changed) }, "Send this"));

// ---------------------------------------------------------------- what is done

/** Does it once whoever looks has a name, which they are asked for the first time. */
const named = (told, go) => (myName(told) ? go() : askName(told, go));

const askName = (told, then) =>
  openForm({
    title: "Your name",
    about: "Customers and colleagues read it beside what you write. It is kept in this browser.",
    fields: [textField("name", "Name", { required: true, maxlength: 60, autocomplete: "name", pattern: ".*\\S.*", value: myName(told) || told.me })],
    yes: "Go on",
    sends: async ({ name }) => {
      localStorage.setItem(placeOfName(told), name.trim());
      return { ok: true };
    },
    then,
  });

const act = (told, deed, changed) => named(told, () => done(told, deed, "", changed));

const formOf = (deed, shape) => (told, changed) =>
  named(told, () => openForm({ ...shape(told), sends: async ({ words }) => post(told, deed, words.trim()), then: (answer) => took(answer, changed) }));

const snooze = formOf("snooze", () => ({ title: "Snooze", about: "It is brought up again then, for the whole desk.", fields: [choiceField("words", "For", SNOOZES, "1d")], yes: "Snooze" }));
const disqualify = formOf("disqualify", () => ({
  title: "Disqualify",
  about: "It is no lead: what spoke for them counts no more, and their score says why.",
  fields: [textField("words", "Why", { required: true, maxlength: 200, placeholder: "a student" })],
  yes: "Disqualify",
  danger: true,
}));
const give = formOf("assign", ({ colleagues, handoff }) => {
  const others = colleagues.filter((name) => name !== (handoff.rep || handoff.offered_to));
  const field = others.length ? choiceField("words", "To", others.map((name) => [name, name]), others[0]) : textField("words", "To", { required: true, maxlength: 80 }, "Their name, as they act here.");
  return { title: "Give to a colleague", fields: [field], yes: "Give" };
});

const underWay = new Set(); // conversations in which something is being done

/** One after the other: the second press of a double click is none. */
async function done(told, deed, words, changed) {
  if (underWay.has(told.id)) return false;
  const desk = place?.desk;
  underWay.add(told.id);
  desk?.setAttribute("aria-busy", "true");
  const answer = await post(told, deed, words);
  underWay.delete(told.id);
  desk?.removeAttribute("aria-busy");
  return ended(answer, changed);
}

/** Whether it was done; else why not is said. */
function ended({ ok, told }, changed) {
  if (ok) took(told, changed);
  else complain(told.error ?? "The service could not do that.");
  return ok;
}

function took(told, changed) {
  if (!told.is_done) tell("It is queued, and done in a moment.");
  changed(told);
}

const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16)).join("");

/** A second try of the same has the same key, so that it is done once. */
async function post(told, deed, words, key = newKey()) {
  const body = { do: deed, words, as: myName(told), held_by: told.handoff?.rep ?? "" };
  const sending = () => request(`/conversations/${encodeURIComponent(told.id)}/desk`, body, "POST", { "Idempotency-Key": key });
  const answer = await sending();
  return answer.status === 0 ? sending() : answer;
}
