/** The page "People": people are listed and found, what is known of them is shown as the reader's role sees it, and what they ask for is done with a button. */

import { channelName } from "./channels.js";
import { choiceField, openForm, textField } from "./dialogs.js";
import { byId, complain, dayAndTime, deedOf, empty, focusOn, h, keep, latest, link, tell } from "./dom.js";
import { ask, counted, people as peopleCount, request, withToken } from "./journeys/service.js";
import { MASKED, knownAs, pageOf } from "./known.js";
import { consentLine, decisionLine, eventLine, facts, identityRow, journeyLine, lines, listed, moment, section, segmentRow, together, toldBy } from "./people/lines.js";

const MORE = "There are more: write more of it.";

// ---------------------------------------------------------------- listing and finding

const found = latest(ask);
let current = null; // whom the page shows, or is about to

/** What was looked for, or else who became known last. */
const list = () => (byId("text").value.trim() ? find() : listNewest());

async function find() {
  byId("segment").value = ""; // it is looked for in everybody
  const told = await whileBusy(byId("find-button"), () => found(`/people/find.json?text=${encodeURIComponent(byId("text").value)}`));
  if (!told) return;
  const rows = told.people.map((one) => h("li", {}, choice(one)));
  if (told.more) rows.push(h("li", { class: "hint" }, MORE));
  byId("people").replaceChildren(...rows);
  byId("found").textContent = told.people.length ? `${counted(told.people.length, "person is", "people are")} found${told.more ? ", and there are more" : ""}.` : "Nobody is known by that.";
}

async function listNewest(segment = byId("segment").value) {
  const told = await whileBusy(byId("people"), () => found(`/people/newest.json?segment=${encodeURIComponent(segment)}`));
  if (!told) return;
  offerSegments(told.segments, segment);
  byId("people").replaceChildren(...newestRows(told, segment));
  byId("people").scrollTop = 0;
  byId("found").textContent = told.count ? `${told.at_least ? "More than " : ""}${peopleCount(told.count)}, newest first.` : NOBODY[segment ? "in" : "at all"];
}

const NOBODY = {
  in: "Nobody is in this segment.",
  "at all": "Nobody is known yet. Whoever writes to you is listed here, and so is whom you import.",
};

/** A button at their end lists those behind them; the keyboard's focus goes to the first of these. */
function newestRows({ people, more_before: before }, segment) {
  const rows = people.map((one) => h("li", {}, choice(one, one.name && knownAs(one.identities), h("span", { class: "since" }, `since ${dayAndTime(one.known_since)}`))));
  if (!before) return rows;
  const more = h("button", { type: "button", onclick: () => void listMore() }, "Show more");
  const last = h("li", { class: "more" }, more);
  async function listMore() {
    const told = await whileBusy(more, () => ask(`/people/newest.json?segment=${encodeURIComponent(segment)}&before=${encodeURIComponent(before)}`));
    if (!told || !last.isConnected) return;
    const next = newestRows(told, segment);
    const hadFocus = last.contains(document.activeElement);
    last.replaceWith(...next);
    if (hadFocus) next[0]?.querySelector("button").focus();
  }
  return [...rows, last];
}

function offerSegments(segments, chosen) {
  const offered = Object.entries(segments).map(([id, label]) => h("option", { value: id }, label));
  byId("segment").replaceChildren(h("option", { value: "" }, "everybody"), ...offered);
  byId("segment").value = chosen;
  byId("of-segment").hidden = !offered.length;
}

const pending = new Map(); // by element: how many answers it waits for

async function whileBusy(element, asking) {
  pending.set(element, (pending.get(element) ?? 0) + 1);
  element.setAttribute("aria-busy", "true");
  const told = await asking();
  pending.set(element, pending.get(element) - 1);
  if (pending.get(element) === 0) element.removeAttribute("aria-busy");
  return told;
}

/** A button that shows the person; beneath their name stands `about`, or else by what they are known. */
function choice({ person, name, identities }, ...about) {
  const known = knownAs(identities);
  const beneath = about.length ? about : [name ? known : person];
  const attributes = { type: "button", "data-person": person, "aria-current": person === current && "true", onclick: () => void visit(person) };
  return h("button", attributes, h("span", { class: "called" }, name || known), h("small", {}, ...beneath));
}

/** What people asked for that is still to be done, what is due first first. */
async function listUndone() {
  const { ok, told } = await request("/people/requests.json");
  byId("undone-part").hidden = !ok;  // it is for those who may do it
  if (!ok) return;
  const rows = told.requests.map((one) => h("li", {}, choice(one, `${ASKED_FOR[one.kind]}: `, due(one))));
  if (!rows.length) rows.push(h("li", { class: "hint" }, "Nothing. What people ask for by law, in a message or through you, is listed here until it is done."));
  if (told.more) rows.push(h("li", { class: "hint" }, "There are more, due later."));
  byId("undone").replaceChildren(...rows);
}

const ASKED_FOR = {
  access: "a copy of their data",
  portability: "their data, to take elsewhere",
  rectification: "a correction",
  erasure: "erasure",
  objection: "no more marketing",
  restriction: "restriction",
};

const due = ({ due_at, overdue }) => h("span", { class: overdue ? "late" : null }, `${overdue ? "overdue since" : "due"} ${dayAndTime(due_at)}`);

// ---------------------------------------------------------------- one person

const askedFor = latest(request);

/** Whom somebody has chosen stands in the address: they are there again after a reload, and by the button Back. */
async function visit(person) {
  if (person !== asked()) history.pushState(null, "", pageOf(person));
  await show(person);
}

const asked = () => new URLSearchParams(location.search).get("person");
const nobody = byId("person").firstElementChild;

/** Shows whom the address names. */
async function look() {
  const person = asked();
  if (person) return show(person);
  choose(null);
  byId("person").replaceChildren(nobody);
}

function choose(person) {
  current = person;
  for (const one of document.querySelectorAll("[data-person]")) {
    if (one.dataset.person === person) one.setAttribute("aria-current", "true");
    else one.removeAttribute("aria-current");
  }
}

/** Nobody else stays there, as if they were the one who was asked for. */
function showNone(why = "The service could not do that.") {
  const place = byId("person");
  const hadFocus = place.contains(document.activeElement);
  place.replaceChildren(empty("Nobody to show", why));
  if (hadFocus) place.focus({ preventScroll: true });
  complain(why);
}

/** Whoever was merged into somebody else is that person from then on. */
function follow(person) {
  choose(person);
  history.replaceState(null, "", pageOf(person));
}

async function show(person) {
  choose(person);
  const from = document.activeElement;
  const answer = await whileBusy(byId("person"), () => askedFor(`/people/${encodeURIComponent(person)}.json`));
  if (!answer || current !== person) return;
  const { ok, told } = answer;
  if (!ok) return showNone(told.error);
  if (told.person !== person) follow(told.person);
  const place = byId("person");
  const parts = [
    h("header", {}, h("h2", {}, told.name || knownAs(told.identities)), h("p", {}, `known since ${dayAndTime(told.known_since)} · ${told.grade}`)),
    deeds(told),
    ...states(told),
    JSON.stringify(told).includes(`"${MASKED}"`) && h("p", { class: "masked" }, `${MASKED} stands for what your role does not see.`),
    ...(told.may.honour ? section("What they asked for", lines(told.requests, (one) => requestLine(told.person, one))) : []),
    ...(told.may.read ? section("Conversations, the latest first", lines(told.conversations, ({ id, at, channel, transcript }) => [moment(at), ` ${channelName(channel)}: `, h("a", { href: withToken(`/conversations?of=${encodeURIComponent(id)}`) }, "read and answer"), ", ", link("transcript", transcript)])) : []),
    ...section("Known as", told.identities.length ? [facts(told.identities.map(identityRow))] : []),
    ...section("Attributes", attributes(told).length ? [facts(attributes(told))] : []),
    ...section("Tags", told.tags.length ? [facts(told.tags.map((tag) => [h("dt", {}, tag), h("dd", {}, ...toldBy(told.provenance.tags[tag])), h("dd")]))] : []),
    ...section("Segments", told.segments.length ? [facts(told.segments.map(segmentRow))] : []),
    ...section("Journeys, the latest first", lines(told.journeys, journeyLine)),
    ...section("Score, the latest first", lines(told.score, ({ at, dimension, why }) => [moment(at), ` ${dimension}: ${why}`])),
    ...section("Consent, the latest first", lines(told.consent, consentLine)),
    ...section("What was decided of messages to them", lines(together(told.decisions), decisionLine)),
    ...section("Timeline", lines(told.timeline, eventLine)),
  ];
  const deed = place.contains(document.activeElement) && deedOf(document.activeElement);
  place.replaceChildren(...parts.filter(Boolean));
  const isAt = from !== document.body && [from, document.body].includes(document.activeElement);
  if (deed) focusOn(place, deed, place);
  else if (isAt) place.focus({ preventScroll: true }); // else somebody types elsewhere
  if (place.getBoundingClientRect().top > innerHeight / 2) place.scrollIntoView();  // on a phone it is below the lists
}

const attributes = ({ person, attributes, time_zone, locale, provenance, may }) => [
  ...attributes.map((one) => attributeRow(person, one, provenance.attributes[one.name], may)),
  ...(time_zone ? [[h("dt", {}, "Time zone"), h("dd", {}, time_zone, ...toldBy(provenance.time_zone)), h("dd")]] : []),
  ...(locale ? [[h("dt", {}, "Language"), h("dd", {}, locale, ...toldBy(provenance.locale)), h("dd")]] : []),
];

function requestLine(person, one) {
  const words = [ASKED_FOR[one.kind], one.how].filter(Boolean).join(", ");
  if (one.done_at) return [moment(one.received_at), ` ${words}: done${one.outcome ? `, ${one.outcome}` : ""}`];
  const close = () =>
    openForm({
      title: "Done",
      about: `They asked for ${words}. It is noted as done, today, with what you write.`,
      fields: [textField("outcome", "What was done", { maxlength: 200 })],
      yes: "It is done",
      sends: ({ outcome }) => sent("POST", person, "/requests", { id: one.id, outcome: outcome.trim() }),
      then: (told) => done(person, told, "The request is noted as done."),
    });
  const button = h("button", { type: "button", "aria-label": `Done: ${words}`, onclick: close }, "Done…");
  return [moment(one.received_at), ` ${words}: `, due(one), " ", button];
}

function attributeRow(person, { name, label, value, shown: said, one_of: choices = [] }, told, may) {
  const change = () =>
    openForm({
      title: "Put right",
      fields: [valueField(label, value, choices)],
      yes: "Put right",
      sends: (filled) => sent("PATCH", person, "/attributes", { [name]: filledIn(filled.value, value) }),
      then: (told) => done(person, told, `${label} is put right.`),
    });
  const put = h("button", { type: "button", "aria-label": `Put right: ${label}`, onclick: change }, "Put right…");
  return [h("dt", {}, label), h("dd", {}, listed(said), ...toldBy(told)), h("dd", {}, may.honour && value !== MASKED && put)];
}

const DELETES = "Left empty, it is deleted.";
const UNKNOWN = ["", "not known: delete it"];

/** In which a value is put right: one of few is chosen, in its words, a text is typed, and any other value, such as a list, as JSON. */
function valueField(label, value, choices) {
  if (typeof value === "boolean") return choiceField("value", label, [["true", "yes"], ["false", "no"], UNKNOWN], String(value));
  const isOfThem = choices.some(([one]) => one === value);
  const offered = choices.map(([one, words]) => [String(one), String(words)]);
  if (choices.length) return choiceField("value", label, [...(isOfThem ? [] : [[String(value), String(value)]]), ...offered, UNKNOWN], String(value));
  const isJson = typeof value === "object";
  return textField("value", label, { value: typeof value === "string" ? value : JSON.stringify(value) }, isJson ? `As JSON. ${DELETES}` : DELETES);
}

/** What was filled in in place of this value; null deletes it. */
function filledIn(typed, value) {
  if (typed.trim() === "") return null;
  if (typeof value === "string") return typed;
  try {
    return JSON.parse(typed);
  } catch {
    return typed;
  }
}

const states = ({ objects_since, restricted_since, held_until, marketing_pause_days, paused_until }) =>
  [
    objects_since && `Objects to marketing and scoring since ${dayAndTime(objects_since)}.`,
    restricted_since && `Restricted since ${dayAndTime(restricted_since)}: they are answered, and nothing else is done.`,
    held_until && `May have opted out, and was asked: marketing is held. Without an answer it counts as an opt-out from ${dayAndTime(held_until)}.`,
    marketing_pause_days && `Wants marketing at most once in ${marketing_pause_days} days.`,
    paused_until && new Date(paused_until) > new Date() && `Wants no marketing before ${dayAndTime(paused_until)}.`,
  ]
    .filter(Boolean)
    .map((text) => h("p", { class: "state" }, text));

// ---------------------------------------------------------------- what they ask for

/** The buttons of what this role may do; nothing for one that may only look. */
function deeds({ person, name, identities, objects_since, restricted_since, requests, may }) {
  const button = (words, deed, danger) => h("button", { type: "button", class: danger ? "danger" : null, onclick: () => void deed() }, words);
  const taking = [
    button("All that is kept (JSON)", () => give(person)),
    button("Proof of consent (JSON)", () => download(person, "/consent", "consent")),
    button("Proof of consent (PDF)", () => fetched(person, "/consent.pdf", "consent.pdf")),
  ];
  const honouring = [
    ...[objects_since ? WITHDRAWN : OBJECTION, restricted_since ? LIFTED : RESTRICTION].map((deed) => button(`${deed.yes}…`, () => askAndDo(person, deed))),
    button("Note a request…", () => noteRequest(person, requests.map(({ id }) => id))),
    button("Erase…", () => erase(person, name || knownAs(identities)), true),
  ];
  const buttons = [...(may.export ? taking : []), ...(may.honour ? honouring : [])];
  return buttons.length > 0 && h("div", { class: "deeds" }, ...buttons);
}

const OBJECTION = {
  yes: "Objects to marketing",
  about: "All consent is withdrawn, each address gets no more marketing, marketing journeys end, and there are no more points. Withdrawing the objection brings none of it back.",
  method: "PUT",
  path: "/objection",
  words: "No more marketing, and no more points.",
};
const WITHDRAWN = {
  yes: "Objection withdrawn",
  about: "They may be asked for consent again, and get points again. What they had consented to before does not come back.",
  method: "DELETE",
  path: "/objection",
  words: "The objection is withdrawn.",
};
const RESTRICTION = {
  yes: "Restrict",
  about: "They get answers to what they write, and no marketing; no journey moves, until it is lifted.",
  method: "PUT",
  path: "/restriction",
  words: "What is known of them is only kept.",
};
const LIFTED = {
  yes: "Lift the restriction",
  about: "Marketing to which they agreed goes on, and so do their journeys, within a day. The law wants that they are told before (GDPR article 18(3)); Overture does not tell them.",
  fields: () => [textField("informed", "How they were told", { required: true, maxlength: 200, placeholder: "by letter of 3 March" }, "Kept in what they asked for. A line of a colleague reaches them only if they have written since they were restricted.")],
  method: "DELETE",
  path: "/restriction",
  words: "The restriction is lifted.",
};

const askAndDo = (person, { yes, about, method, path, words, fields }) =>
  openForm({
    title: `${yes}?`,
    about,
    fields: fields?.() ?? [],
    yes,
    danger: method === "PUT",
    sends: (filled) => sent(method, person, path, fields && filled),
    then: (told) => done(person, told, words),
  });

/** What they ask for, with the day by which it is due. */
const noteRequest = (person, known) =>
  openForm({
    title: "What do they ask for?",
    about: "It is noted with the day by which it is due. Nothing of it is done by that: the other buttons do.",
    fields: [choiceField("kind", "They ask for", KINDS, "access"), textField("how", "How it came", { maxlength: 200, placeholder: "by letter" })],
    yes: "Note it",
    sends: ({ kind, how }) => sent("POST", person, "/requests", { kind, how: how.trim() }),
    then: (told) => {
      const before = known.includes(told.id) ? "They have asked for that already." : "Noted.";
      return done(person, told, `${before} It is due ${dayAndTime(told.due_at)}.`);
    },
  });

const KINDS = [
  ["access", "what is kept of them (access)"],
  ["portability", "their data, to take elsewhere (portability)"],
  ["rectification", "that something is put right (rectification)"],
  ["erasure", "that all is deleted (erasure)"],
  ["objection", "no more marketing and scoring (objection)"],
  ["restriction", "that it is only kept (restriction)"],
];

const erase = (person, called) =>
  openForm({
    title: ["Erase ", h("bdi", {}, called), "?"],
    about: "All that is kept of this person is deleted, here, at the desk and in CRMs, and each of their addresses is left alone from then on. It cannot be undone.",
    yes: "Erase",
    danger: true,
    sends: () => sent("DELETE", person, ""),
    then: (receipt) => erased(person, receipt),
  });

async function erased(person, receipt) {
  choose(null);
  if (person === asked()) history.replaceState(null, "", withToken("/people"));
  showReceipt(receipt);
  tell(`Erased. Receipt ${receipt.id}.`);
  await Promise.all([listUndone(), list()]);
}

/** What became of everything; it is asked for anew while something is queued. */
function showReceipt(receipt) {
  const rows = Object.values(receipt.rows).reduce((sum, count) => sum + count, 0);
  const again = async () => {
    const told = await ask(`/v1/erasures/${encodeURIComponent(receipt.id)}`);
    if (told) showReceipt(told);
  };
  const queued = receipt.places.some(({ state }) => state === "queued");
  byId("person").replaceChildren(
    h("header", {}, h("h2", {}, "Erased"), h("p", {}, `receipt ${receipt.id}`)),
    ...(queued ? [h("div", { class: "deeds" }, h("button", { type: "button", onclick: () => void again() }, "What is done by now?"))] : []),
    h("p", { class: "state" }, `${counted(rows, "row is", "rows are")} deleted here; ${receipt.suppressed === 1 ? "1 address gets" : `${receipt.suppressed} addresses get`} no more marketing.`),
    ...section("Elsewhere", lines(receipt.places, placeLine)),
  );
  byId("person").focus({ preventScroll: true });
}

const placeLine = ({ place, what, state, why, held }) => [
  h("span", { class: "tag" }, state),
  ` ${place}: ${what}${held && state !== "queued" ? ` ${held}` : ""}${why ? `: ${why}` : ""}`,
];

async function download(person, path, name) {
  const told = await ask(of(person, path));
  if (told) keep(new Blob([JSON.stringify(told, null, 2)], { type: "application/json" }), `${person}.${name}.json`);
  return told;
}

/** What they asked for of it is done by that. */
async function give(person) {
  await done(person, await download(person, "/data", "data"), "Exported. A copy that they had asked for is noted as done: see that they get it.");
}

/** A document of the service, as it is. */
async function fetched(person, path, name) {
  const response = await fetch(withToken(of(person, path)), { cache: "no-store" }).catch(() => null);
  if (response?.ok) keep(await response.blob(), `${person}.${name}`);
  else complain("The service could not do that.");
}

const of = (person, path) => `/v1/people/${encodeURIComponent(person)}${path}`;
const sent = (method, person, path, body) => request(of(person, path), body, method);

async function done(person, told, words) {
  if (!told) return;
  await Promise.all([person === current && show(person), listUndone()]);
  tell(words);
}

byId("find").addEventListener("submit", (event) => {
  event.preventDefault();
  void list();
});
byId("text").addEventListener("input", () => byId("text").value || void listNewest());
byId("segment").addEventListener("change", () => {
  byId("text").value = "";
  void listNewest();
});
void listNewest(new URLSearchParams(location.search).get("segment") ?? "");
void listUndone();
addEventListener("popstate", () => void look());
void look();
