/** The forms of a desk. Each says what it writes; what became of it, `saved` is told. */

import { idOf, withFaults } from "../content.js";
import { choiceField, openForm, textField } from "../dialogs.js";
import { h } from "../dom.js";
import { counted, request } from "../journeys/service.js";
import { dateField, hoursField, meetingsField, stretchFields, whomField } from "./fields.js";
import { routeForm } from "./route.js";
import { stretch } from "./words.js";

const OFFICE = { days: [0, 1, 2, 3, 4], opens: "09:00", closes: "17:00" };

export class Forms {
  constructor(saved) {
    this.saved = saved;
  }

  /** The desk that they are of, and what the page was told besides. */
  about(desk, told) {
    [this.desk, this.told] = [desk, told];
  }

  usual() {
    return this.desk?.hours ?? { ...OFFICE, zone: Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC" };
  }

  /** Opens a form whose answer is written at this part of the desk. */
  open({ part, method = "PUT", body, desk = this.desk, ...form }) {
    openForm({
      ...form,
      sends: async (filled) => {
        const said = body(filled);
        return said.error ? { ok: false, told: said } : this.send(part(filled), method, said, desk);
      },
      then: ({ saved, faults }, { first }) => this.saved(saved, faults, first),
    });
  }

  async send(part, method, said, desk = this.desk) {
    const digest = desk?.file.digest;
    const address = desk ? `/desk/${desk.desk}/${part}` : "/desk";
    if (method !== "DELETE") return withFaults(await request(address, { ...said, digest }, method));
    return withFaults(await request(`${address}?${new URLSearchParams({ ...said, digest })}`, null, method));
  }

  /** Writes without a form, which is for what is seen at once and undone as easily. */
  async write(part, method, said) {
    const { ok, told } = await this.send(part, method, said);
    if (ok) await this.saved(told.saved, told.faults);
    else openForm({ title: "That was not done", about: told.error, yes: "Load it again", sends: async () => ({ ok: true, told: {} }), then: () => location.reload() });
  }

  // -------------------------------------------------------------- the desk

  begin(one, told) {
    const hours = hoursField(one.hours, told.zones, { otherwise: "Always open", usual: this.usual() });
    this.open({
      title: `The desk ${one.for}`,
      about: "Begins its file. Who works there, and who is offered what, comes next.",
      fields: [hours.node],
      yes: "Begin",
      part: () => "",
      method: "POST",
      desk: null,
      body: () => ({ for: one.for, hours: hours.value() }),
    });
  }

  /** `then` says what it is for, where something else was asked for. */
  hours(then = "") {
    const begin = then ? this.usual() : this.desk.by_settings ? null : this.desk.hours;
    const hours = hoursField(begin, this.told.zones, { otherwise: "As OVERTURE_DESK_HOURS says, or always", usual: this.usual() });
    this.open({
      title: "When the desk is open",
      about: `${then}Then leads are offered, and first replies are counted. Who has no hours of their own works then.`,
      fields: [hours.node],
      yes: "Save",
      part: () => "hours",
      body: () => ({ hours: hours.value() }),
    });
  }

  digest() {
    this.open({
      title: "The daily digest",
      about: "What came since the one before, at this time of each working day. Left empty: none.",
      fields: [textField("at", "At", { type: "time", value: this.desk.daily_digest })],
      yes: "Save",
      part: () => "daily-digest",
      body: ({ at }) => ({ at }),
    });
  }

  // -------------------------------------------------------------- days off

  closed() {
    if (!this.desk.hours || this.desk.by_settings) return this.hours("A closed day is one of some time zone, so say in the file when the desk is open first. ");
    this.open({
      title: "On which days is the desk closed?",
      about: "Then nobody is offered anything, no meeting is booked, and whoever writes reads when you are back.",
      fields: [stretchFields(this.desk.today)],
      yes: "Close",
      part: () => "days-off",
      method: "POST",
      body: ({ first, last }) => ({ first, last }),
    });
  }

  away() {
    if (this.desk.reps.length === 0) return this.rep();
    this.open({
      title: "Who is away, and when?",
      about: "Then they are offered nothing, and no meeting is booked with them. What they have stays theirs.",
      fields: [choiceField("rep", "Who", this.desk.reps.map(({ rep, name }) => [rep, name]), this.desk.reps[0].rep), stretchFields(this.desk.today)],
      yes: "Save",
      part: () => "days-off",
      method: "POST",
      body: ({ rep, first, last }) => ({ rep, first, last }),
    });
  }

  takeOutDaysOff({ rep, name, first, last }) {
    this.open({
      title: name ? `${name} is not away then?` : "Open on these days after all?",
      about: stretch({ first, last }, this.desk.today),
      yes: "Take it out",
      part: () => "days-off",
      method: "DELETE",
      body: () => ({ first, last, ...(rep && { rep }) }),
    });
  }

  takeOutOver() {
    void this.write("days-off", "DELETE", { before: this.desk.today });
  }

  // -------------------------------------------------------------- reps

  rep(one = null) {
    const hours = hoursField(one?.hours ?? null, this.told.zones, { otherwise: "When the desk is open", usual: this.usual() });
    const meetings = meetingsField(one?.meetings ?? null);
    const begins = one ? null : dateField("begins", "First day", "", { min: this.desk.today });
    if (begins) begins.node.append(h("small", {}, "Until then they are away. Left empty: they work already."));
    this.open({
      title: one ? one.name : "Somebody who works here",
      about: one && "Leads and meetings are kept by the name: under another one they begin anew.",
      fields: [
        textField("name", "Name", { required: true, maxlength: 80, value: one?.name ?? "" }, "Customers and colleagues read it."),
        textField("member", "Id in Slack", { maxlength: 80, value: one?.member ?? "", spellcheck: "false", placeholder: "U0123ABCD" }, "On their profile: ⋮, Copy member ID. They are mentioned by it."),
        ...(begins ? [begins.node] : []),
        hours.node,
        h("div", { class: "pair" }, textField("languages", "Languages", { value: one?.languages.join(", ") ?? "", placeholder: "en, de", spellcheck: "false" }, "Left empty: each."), textField("at_most", "Open leads at most", { type: "number", min: 1, max: 1000, value: one?.at_most ?? "" }, "Left empty: any number.")),
        meetings.node,
      ],
      yes: one ? "Save" : "Add them",
      part: ({ name }) => `reps/${one ? one.rep : this.freeId(name)}`,
      body: ({ name, member, languages, at_most: most, begins: day }) => ({ name, member, languages, at_most: most ? Number(most) : null, hours: hours.value(), meetings: meetings.value(), ...(day && { begins: day }) }),
    });
  }

  /** An id that nobody here has, made of the name. */
  freeId(name) {
    const id = idOf(name.trim().split(/\s+/)[0]) || "rep";
    const taken = (one) => this.desk.reps.some(({ rep }) => rep === one);
    let number = 1;
    while (taken(number === 1 ? id : `${id}${number}`)) number += 1;
    return number === 1 ? id : `${id}${number}`;
  }

  takeOutRep({ rep, name, to_come: meetings }) {
    const booked = meetings > 0 ? ` ${counted(meetings, "meeting that is booked with them stays", "meetings that are booked with them stay")}.` : "";
    this.open({
      title: `Take out ${name}?`,
      about: `They are offered nothing any more, and routes and first replies name them no more. What they have stays theirs.${booked}`,
      yes: "Take them out",
      danger: true,
      part: () => `reps/${rep}`,
      method: "DELETE",
      body: () => ({}),
    });
  }

  // -------------------------------------------------------------- routes

  route(at) {
    const { fields, said } = routeForm(at === null ? null : this.desk.routes[at], this.desk.reps, this.told);
    this.open({
      title: at === null ? "A new route" : `The route ${this.desk.routes[at].route}`,
      about: at === null && "It comes before those that take every lead.",
      fields,
      yes: at === null ? "Add it" : "Save",
      part: () => "routes",
      body: (filled) => {
        const route = said(filled);
        return route.error ? route : { routes: this.routesWith(at, route) };
      },
    });
  }

  /** All of them as the file has them, with this one in its place. */
  routesWith(at, route) {
    const all = this.kept();
    if (at !== null) return all.map((one, number) => (number === at ? { ...route, was: at } : one));
    const rest = this.desk.routes.findIndex((one) => !one.if);
    all.splice(route.criteria || route.if || rest < 0 ? (rest < 0 ? all.length : rest) : all.length, 0, { ...route, was: null });
    return all;
  }

  kept() {
    return this.desk.routes.map(({ route, if: condition, to, pick, reason }, was) => ({ was, route, if: condition, to, pick, reason }));
  }

  moveRoute(from, to) {
    const all = this.kept();
    all.splice(to, 0, ...all.splice(from, 1));
    void this.write("routes", "PUT", { routes: all });
  }

  takeOutRoute(at) {
    this.open({
      title: `Take out the route ${this.desk.routes[at].route}?`,
      about: "Leads for which it holds go by those below.",
      yes: "Take it out",
      danger: true,
      part: () => "routes",
      body: () => ({ routes: this.kept().filter(({ was }) => was !== at) }),
    });
  }

  // -------------------------------------------------------------- the first reply

  step(at) {
    const one = at === null ? { within: "", tell: "everybody", desk: "" } : this.desk.first_reply[at];
    const tells = whomField("Who is told", this.desk.reps, one.tell);
    const others = this.told.names.filter((name) => name !== this.desk.for);
    this.open({
      title: "Where nobody has claimed a lead",
      about: "Counted in the time in which the desk is open.",
      fields: [
        textField("within", "Within", { required: true, value: one.within, placeholder: "15m" }, "15m, 1h, or 1d."),
        tells.node,
        ...(others.length > 0 || one.desk ? [choiceField("desk", "Another desk is told, too", [["", "none"], ...[...new Set([...others, ...(one.desk ? [one.desk] : [])])].map((name) => [name, name])], one.desk)] : []),
      ],
      yes: at === null ? "Add it" : "Save",
      part: () => "first-reply",
      body: ({ within, desk = "" }) => {
        const steps = this.steps();
        const said = { within, tell: tells.value(), desk, was: at };
        return { steps: at === null ? [...steps, said] : steps.map((step, number) => (number === at ? said : step)) };
      },
    });
  }

  steps() {
    return this.desk.first_reply.map(({ within, tell, desk }, was) => ({ was, within, tell, desk }));
  }

  takeOutStep(at) {
    this.open({
      title: "Take out this step?",
      about: `After ${this.desk.first_reply[at].words} nobody is told any more.`,
      yes: "Take it out",
      part: () => "first-reply",
      body: () => ({ steps: this.steps().filter(({ was }) => was !== at) }),
    });
  }
}
