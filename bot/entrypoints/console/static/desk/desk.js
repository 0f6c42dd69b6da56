/** The desks: who works when, who is offered which lead, and days on which nobody works. */

import { showFaults } from "../content.js";
import { byId, dayAndTime, empty, h, refill, tell } from "../dom.js";
import { ask, counted } from "../journeys/service.js";
import { pageOf } from "../known.js";
import { Forms } from "./forms.js";
import { daysLater, hoursWords, stretch, whom, zoneWords } from "./words.js";
import { showWeek } from "./week.js";

const TRIES = 20;
let told = null;
let monday = ""; // of the week that is shown; empty is this one
let chosen = decodeURIComponent(location.hash.slice(1));
const forms = new Forms(saved);

const current = () => told.desks.find(({ desk }) => desk === chosen) ?? told.desks[0];

async function load() {
  const answer = await ask(`/desk.json${monday && `?week=${monday}`}`);
  if (!answer) {
    byId("standing").textContent = "could not be loaded";
    return;
  }
  told = answer;
  show();
}

function show() {
  const desk = current();
  showFaults(told.faults);
  showDesks(desk);
  showBegin();
  byId("parts").hidden = !desk;
  byId("quick").hidden = !desk || !told.may_change;
  byId("clashes").hidden = !desk || desk.clashes.length === 0;
  if (!desk) return;
  forms.about(desk, told);
  showWeek(desk);
  showClashes(desk);
  showReps(desk);
  showRoutes(desk);
  showDaysOff(desk);
  showRest(desk);
}

function showDesks(desk) {
  byId("desks").hidden = told.desks.length < 2;
  refill(byId("desks"), told.desks.map((one) => h("button", { type: "button", "aria-pressed": one === desk ? "true" : "false", onclick: () => choose(one.desk) }, one.desk)));
  byId("standing").replaceChildren(...standing(desk));
  byId("problem").hidden = !desk || desk.faults.length === 0 || told.faults.length > 0;
  if (desk) byId("problem").replaceChildren(h("strong", {}, `${desk.file.path} has faults; what it said before stays in force.`), h("ul", {}, desk.faults.map((one) => h("li", {}, `${one.path}:${one.line}: ${one.message} ${one.suggestion}`.trim()))));
}

function standing(desk) {
  if (!desk) return [told.names.length === 0 ? "There is no desk: OVERTURE_DESK names none." : "No desk has a file yet: whoever is quickest takes a lead."];
  const name = [h("strong", {}, desk.for || desk.desk), " "];
  if (!told.is_staffed) return [...name, h("span", { class: "tag wait" }, "no connector with reps is loaded")];
  const open = desk.opens_at ? h("span", { class: "tag wait" }, "closed; opens ", h("time", { datetime: desk.opens_at }, dayAndTime(desk.opens_at))) : h("span", { class: "tag good" }, "open now");
  return [...name, open, ...(desk.in_force ? [] : [" ", h("span", { class: "tag wait" }, "not in force yet")])];
}

function choose(desk) {
  chosen = desk;
  history.replaceState(null, "", `#${encodeURIComponent(desk)}`);
  show();
}

function showBegin() {
  byId("begin").hidden = told.to_begin.length === 0;
  byId("begin").replaceChildren(
    ...told.to_begin.map((one) =>
      h("div", { class: "to-begin" }, h("p", {}, h("strong", {}, one.for), " has no file: nobody is listed, and no day is closed but by the settings."), told.may_change && h("button", { type: "button", class: "primary", onclick: () => forms.begin(one, told) }, "Say who works there…")),
    ),
  );
}

function showClashes(desk) {
  byId("clash-list").replaceChildren(
    ...desk.clashes.map(({ rep, starts_at: at, person }) => h("li", {}, h("span", {}, h("strong", {}, rep), " · ", h("time", { datetime: at }, dayAndTime(at))), person && h("a", { href: pageOf(person) }, "Who it is with"))),
    h("li", { class: "small" }, "They stay until the rep moves or cancels them: on their page in Slack, or in the thread."),
  );
}

const deeds = (label, ...buttons) => told.may_change && h("div", { class: "deeds", role: "group", "aria-label": label }, buttons);
const deed = (words, onclick, attributes = {}) => h("button", { type: "button", class: "quiet", onclick, ...attributes }, words);

function showReps(desk) {
  byId("new-rep").hidden = !told.may_change;
  const nobody = h("li", {}, empty("Nobody is listed", "Whoever is quickest takes a lead."));
  refill(byId("reps"), desk.reps.length > 0 ? desk.reps.map((rep) => h("li", {}, h("div", { class: "what" }, h("strong", {}, rep.name), h("span", { class: "about" }, repWords(rep).join(" · "))), deeds(rep.name, deed("Change…", () => forms.rep(rep)), deed("Take out…", () => forms.takeOutRep(rep))))) : [nobody], byId("new-rep"));
}

function repWords({ hours, languages, at_most: most, meetings, member }) {
  const booked = meetings === null ? [] : [meetings.link ? "meetings on a page of their own" : "meetings are booked here"];
  return [
    hours ? `${hoursWords(hours)}, ${zoneWords(hours.zone)}` : "works when the desk does",
    ...(languages.length > 0 ? [`speaks ${languages.join(", ")}`] : []),
    ...(most ? [`at most ${most} open`] : []),
    ...booked,
    ...(member ? [] : ["no id of the desk's: is not mentioned"]),
  ];
}

function showRoutes(desk) {
  byId("new-route").hidden = !told.may_change || desk.reps.length === 0;
  const none = h("li", {}, empty("No routes", "The whole desk is told of each lead, and whoever is quickest takes it."));
  const last = desk.routes.length - 1;
  refill(
    byId("routes"),
    desk.routes.length === 0
      ? [none]
      : desk.routes.map((route, at) =>
          h(
            "li",
            {},
            h("div", { class: "what" }, h("span", {}, ...routeNodes(route, desk)), h("span", { class: "about" }, h("code", {}, route.route), route.reason && ` · ${route.reason}`)),
            deeds(`The route ${route.route}`, deed("↑", () => forms.moveRoute(at, at - 1), { "aria-label": "Earlier", disabled: at === 0 }), deed("↓", () => forms.moveRoute(at, at + 1), { "aria-label": "Later", disabled: at === last }), deed("Change…", () => forms.route(at)), deed("Take out…", () => forms.takeOutRoute(at))),
          ),
        ),
    byId("new-route"),
  );
}

function routeNodes({ if: condition, sentence: words, to, pick }, desk) {
  const among = to === "everybody" ? "everybody" : whom(to, desk.reps, { either: true });
  const several = to === "everybody" ? desk.reps.length > 1 : to.length > 1;
  const how = several ? (pick === "least_busy" ? ", whoever has the fewest open" : ", in turn") : "";
  const who = !condition ? "Every other lead" : words ? `If ${lowerFirst(words)}` : h("code", {}, condition);
  return [who, " → ", h("strong", {}, among), how];
}

/** A label stands in the middle of a sentence; names in capitals stay. */
const lowerFirst = (words) => (/^\p{Lu}\p{Ll}/u.test(words) ? words.charAt(0).toLowerCase() + words.slice(1) : words);

function showDaysOff(desk) {
  const all = [...desk.closed.map((one) => ({ ...one, rep: "", name: "" })), ...desk.reps.flatMap((rep) => rep.away.map((one) => ({ ...one, rep: rep.rep, name: rep.name })))];
  const [over, ahead] = [all.filter((one) => one.is_over), all.filter((one) => !one.is_over)];
  ahead.sort((one, other) => one.first.localeCompare(other.first));
  const row = (one) => h("li", {}, h("div", { class: "what" }, h("span", {}, h("strong", {}, stretch(one, desk.today))), h("span", { class: "about" }, one.name ? `${one.name} is away` : "closed")), deeds(one.name ? `${one.name} is away` : "Closed", deed("Take out", () => forms.takeOutDaysOff(one), { "aria-label": `Take out ${stretch(one, desk.today)}` })));
  refill(byId("days-off"), ahead.length > 0 ? ahead.map(row) : [h("li", {}, empty("Nothing to come", "No closed days, and nobody is away."))], byId("close"));
  byId("over").hidden = over.length === 0;
  byId("over").replaceChildren(h("span", { class: "small" }, counted(over.length, "stretch is over", "stretches are over")), ...(told.may_change ? [deed("Take out what is over", () => forms.takeOutOver())] : []));
}

function showRest(desk) {
  for (const id of ["change-hours", "change-digest"]) byId(id).hidden = !told.may_change;
  byId("new-step").hidden = !told.may_change;
  const by = desk.by_settings ? " (by OVERTURE_DESK_HOURS)" : "";
  byId("hours").textContent = desk.hours ? `${hoursWords(desk.hours)}, ${zoneWords(desk.hours.zone)}${by}` : "Always.";
  byId("digest").textContent = desk.daily_digest ? `At ${desk.daily_digest} on each working day.` : "None.";
  byId("file").textContent = desk.file.path;
  const none = h("li", {}, h("span", { class: "about" }, "Nobody is told where no one answers."));
  const step = (one, at) => h("li", {}, h("div", { class: "what" }, h("span", {}, `After ${one.words}: `, h("strong", {}, toldWords(one, desk)))), deeds(`After ${one.words}`, deed("Change…", () => forms.step(at)), deed("Take out", () => forms.takeOutStep(at))));
  refill(byId("first-reply"), desk.first_reply.length > 0 ? desk.first_reply.map(step) : [none], byId("new-step"));
}

function toldWords({ tell: names, desk: other }, desk) {
  const parts = [...(names.length > 0 ? [whom(names, desk.reps)] : []), ...(other ? [`the desk ${other}`] : [])];
  return parts.join(", and ");
}

/** Loads until what was saved is in force, or faults keep it from that; the week of `day` is shown, if any. */
async function saved(desk, faults, day) {
  chosen = desk;
  if (day) monday = day;
  tell(faults.length > 0 ? "Saved. It is in force once the faults are mended." : "Saved.");
  for (let tries = 0; tries < TRIES; tries += 1) {
    await load();
    if (!told?.is_staffed || faults.length > 0 || current()?.in_force) return;
    await new Promise((later) => setTimeout(later, 500));
  }
}

function turn(days) {
  monday = days === 0 ? "" : daysLater(current().week[0].day, days);
  void load();
}

for (const [id, onclick] of [
  ["close", () => forms.closed()],
  ["away", () => forms.away()],
  ["new-rep", () => forms.rep()],
  ["new-route", () => forms.route(null)],
  ["new-step", () => forms.step(null)],
  ["change-hours", () => forms.hours()],
  ["change-digest", () => forms.digest()],
  ["week-before", () => turn(-7)],
  ["week-now", () => turn(0)],
  ["week-after", () => turn(7)],
])
  byId(id).addEventListener("click", onclick);

void load();
