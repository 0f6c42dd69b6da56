/** The lines of a condition: each a thing that is known of people, how it is held against a value, and the value. */

import { h } from "../dom.js";
import { offerTags } from "../known_tags.js";

const EVENT = "did.";
const TAGS = "profile.tags";
const WITHOUT_VALUE = ["known", "unknown"];
const SEVERAL = ["one_of", "none_of", "other_than"];
const DAYS = /^(within|ago|in)_/;
const [JOIN_WORDS, KINDS] = [{ all: "all", any: "any" }, { customer: "Who asks, and where", profile: "What is known of them", lead: "Their score" }];

let fields = 0; // so that each has an id of its own

export class Lines {
  /** `changed` is called when something was typed or chosen. Without `counts`, no line counts events. */
  constructor(place, { subjects, words }, changed, { counts = true } = {}) {
    [this.place, this.words, this.changed, this.counts] = [place, words, changed, counts];
    this.subjects = new Map(subjects.map((one) => [one.of, one]));
    this.criteria = null;
    this.disabled = false;
  }

  /** Shows these lines; `others` are what they look at that the service does not offer. */
  show(criteria, others = []) {
    for (const one of others) this.subjects.set(one.of, one);
    this.criteria = criteria;
    this.render();
  }

  /** One line to begin with. */
  begin() {
    this.show({ join: "all", parts: [this.fresh()] });
  }

  /** The lines as the service takes them; null where a value is still missing. */
  said() {
    return this.criteria && isWhole(this.criteria) ? this.criteria : null;
  }

  fresh(of = this.subjects.keys().next().value) {
    const subject = this.subjects.get(of);
    return { of, how: subject.offered[0], values: this.usual(subject, subject.offered[0]), days: null };
  }

  usual({ kind, values }, how) {
    if (WITHOUT_VALUE.includes(how)) return [];
    if (kind === "event") return [1];
    if (DAYS.test(how)) return [30];
    if (SEVERAL.includes(how)) return [];
    if (values.length > 0) return [values[0].value];
    return kind === "yes_no" ? [true] : [null];
  }

  render(focus = null) {
    this.place.replaceChildren(this.group(this.criteria, null));
    if (focus) this.place.querySelector(`[data-line="${focus}"] :is(select, input)`)?.focus();
  }

  group(group, within) {
    const join = h(
      "select",
      { "aria-label": "Of these lines must hold", disabled: this.disabled, onchange: (event) => this.edited(() => (group.join = event.target.value)) },
      Object.entries(JOIN_WORDS).map(([value, words]) => h("option", { value, selected: group.join === value }, words)),
    );
    const remove = within && this.button("Remove the group", () => within.parts.splice(within.parts.indexOf(group), 1));
    return h(
      "fieldset",
      { class: within ? "group inner" : "group" },
      h("legend", {}, "Those of whom ", join, " of these are true", remove),
      h("ul", {}, group.parts.map((part, index) => h("li", { "data-line": path(within, group, index) }, part.parts ? this.group(part, group) : this.line(part, group)))),
      !this.disabled &&
        h(
          "div",
          { class: "adding" },
          this.button("Add a line", () => group.parts.push(this.fresh()), "plain"),
          !within && this.button("Add a group", () => group.parts.push({ join: group.join === "all" ? "any" : "all", parts: [this.fresh()] }), "quiet"),
        ),
    );
  }

  line(line, group) {
    const subject = this.subjects.get(line.of) ?? this.event(line.of);
    const alone = !this.criteria.parts.some((one) => one !== line);
    return h(
      "div",
      { class: "line" },
      this.subject(line),
      line.of.startsWith(EVENT) && this.eventName(line),
      this.how(line, subject),
      this.value(line, subject),
      line.of.startsWith(EVENT) && [h("span", { class: "unit" }, "times"), this.daysBack(line)],
      !this.disabled && !alone && this.button("Remove", () => this.remove(line, group), "quiet"),
    );
  }

  remove(line, group) {
    group.parts.splice(group.parts.indexOf(line), 1);
    if (group.parts.length > 0) return;
    const above = this.criteria;
    above.parts.splice(above.parts.indexOf(group), 1);
  }

  subject(line) {
    const named = [...this.subjects.values()].filter(({ kind }) => kind !== "event");
    const groups = Object.entries(KINDS).map(([root, label]) => [label, named.filter(({ of }) => of.startsWith(`${root}.`))]);
    const chosen = line.of.startsWith(EVENT) ? EVENT : line.of;
    const choose = (event) =>
      this.edited(() => {
        const of = event.target.value === EVENT ? (this.events()[0] ?? EVENT) : event.target.value;
        Object.assign(line, this.subjects.has(of) ? this.fresh(of) : { of, how: "at_least", values: [1], days: null });
      }, line);
    return h(
      "select",
      { class: "subject", "aria-label": "What is looked at", disabled: this.disabled, onchange: choose },
      groups.map(([label, ones]) => ones.length > 0 && h("optgroup", { label }, ones.map(({ of, label: words }) => h("option", { value: of, selected: of === chosen }, words)))),
      (this.counts || chosen === EVENT) && h("optgroup", { label: "What they did" }, h("option", { value: EVENT, selected: chosen === EVENT }, "Event…")),
    );
  }

  eventName(line) {
    const list = `events-${(fields += 1)}`;
    return [
      h("input", { class: "event", "aria-label": "Event", list, value: line.of.slice(EVENT.length), placeholder: "pricing.viewed", maxlength: 200, autocomplete: "off", spellcheck: "false", disabled: this.disabled, oninput: (event) => this.typed(() => (line.of = EVENT + event.target.value.trim())) }),
      h("datalist", { id: list }, this.events().map((of) => h("option", { value: of.slice(EVENT.length) }))),
    ];
  }

  events() {
    return [...this.subjects.keys()].filter((of) => of.startsWith(EVENT) && of !== EVENT);
  }

  event(of) {
    return { of, label: of.slice(EVENT.length), kind: "event", offered: ["at_least", "at_most", "is"], values: [] };
  }

  how(line, subject) {
    const offered = subject.offered.includes(line.how) ? subject.offered : [...subject.offered, line.how];
    const words = this.words[subject.kind];
    const choose = (event) =>
      this.edited(() => {
        const [before, how] = [line.how, event.target.value];
        const alike = isAlike(before, how) && line.values.length > 0;
        Object.assign(line, { how, values: alike ? line.values : this.usual(subject, how) });
      }, line);
    return h("select", { class: "how", "aria-label": "How", disabled: this.disabled, onchange: choose }, offered.map((how) => h("option", { value: how, selected: how === line.how }, words[how])));
  }

  value(line, subject) {
    if (WITHOUT_VALUE.includes(line.how)) return null;
    const common = { class: "value", "aria-label": "Value", disabled: this.disabled };
    if (subject.kind === "event" || DAYS.test(line.how)) return this.wholeNumber(line, common);
    if (subject.values.length > 0) return SEVERAL.includes(line.how) ? this.checks(line, subject) : this.choice(line, subject.values, common);
    if (subject.kind === "yes_no") return this.choice(line, [{ value: true, words: "yes" }, { value: false, words: "no" }], common);
    if (SEVERAL.includes(line.how)) return this.several(line, subject, common);
    const type = { number: "number", date: "date" }[subject.kind] ?? "text";
    const read = (text) => (type === "number" ? (text === "" || Number.isNaN(Number(text)) ? null : Number(text)) : text === "" ? null : text);
    const input = h("input", { ...common, type, step: type === "number" && "any", value: line.values[0] ?? "", maxlength: 1000, autocomplete: "off", oninput: (event) => this.typed(() => (line.values = [read(event.target.value)])) });
    return line.of === TAGS ? offerTags(input) : input;
  }

  wholeNumber(line, common) {
    const read = (text) => (/^\d{1,6}$/.test(text) ? Number(text) : null);
    return h("input", { ...common, class: "value short", type: "number", min: 0, max: 100000, step: 1, value: line.values[0] ?? "", oninput: (event) => this.typed(() => (line.values = [read(event.target.value)])) });
  }

  choice(line, values, common) {
    const known = values.some(({ value }) => value === line.values[0]) ? values : [...values, { value: line.values[0], words: String(line.values[0]) }];
    return h("select", { ...common, onchange: (event) => this.typed(() => (line.values = [known[event.target.selectedIndex].value])) }, known.map(({ value, words }) => h("option", { selected: value === line.values[0] }, words)));
  }

  checks(line, subject) {
    const known = [...subject.values, ...line.values.filter((one) => !subject.values.some(({ value }) => value === one)).map((value) => ({ value, words: String(value) }))];
    const toggle = (value, on) => this.typed(() => (line.values = known.map((one) => one.value).filter((one) => (one === value ? on : line.values.includes(one)))));
    return h("span", { class: "checks", role: "group", "aria-label": "Values" }, known.map(({ value, words }) => h("label", {}, h("input", { type: "checkbox", checked: line.values.includes(value), disabled: this.disabled, onchange: (event) => toggle(value, event.target.checked) }), words)));
  }

  several(line, subject, common) {
    const read = (text) => (subject.kind === "number" ? Number(text) : text);
    const split = (text) => text.split("\n").map((one) => one.trim()).filter(Boolean).map(read);
    const isRight = (values) => values.every((one) => typeof one === "string" || !Number.isNaN(one));
    return h("textarea", { ...common, rows: Math.min(6, Math.max(2, line.values.length)), placeholder: "one on each line", spellcheck: "false", oninput: (event) => this.typed(() => (line.values = isRight(split(event.target.value)) ? split(event.target.value) : [null])) }, line.values.join("\n"));
  }

  daysBack(line) {
    const read = (text) => (text === "" ? null : /^\d{1,4}$/.test(text) && Number(text) > 0 ? Number(text) : undefined);
    return h("label", { class: "back" }, "in the last ", h("input", { class: "value short", type: "number", min: 1, max: 3660, step: 1, value: line.days ?? "", placeholder: "ever", disabled: this.disabled, oninput: (event) => this.typed(() => (line.days = read(event.target.value))) }), " days");
  }

  button(words, deed, kind = "quiet") {
    return h("button", { type: "button", class: kind === "plain" ? false : kind, disabled: this.disabled, onclick: () => this.edited(deed) }, words);
  }

  /** Something was chosen that changes what the lines look like. */
  edited(deed, line = null) {
    deed();
    this.render(line && this.where(line));
    this.changed();
  }

  typed(deed) {
    deed();
    this.changed();
  }

  where(line) {
    const outer = this.criteria.parts.indexOf(line);
    if (outer >= 0) return String(outer);
    const group = this.criteria.parts.findIndex((one) => one.parts?.includes(line));
    return `${group}-${this.criteria.parts[group].parts.indexOf(line)}`;
  }
}

const path = (within, group, index) => (within ? `${within.parts.indexOf(group)}-${index}` : String(index));

/** Whether a value of one goes with the other, too. */
const isAlike = (before, how) => DAYS.test(before) === DAYS.test(how) && WITHOUT_VALUE.includes(before) === WITHOUT_VALUE.includes(how) && (SEVERAL.includes(before) === SEVERAL.includes(how) || SEVERAL.includes(how));

const isWhole = (part) => (part.parts ? part.parts.length > 0 && part.parts.every(isWhole) : hasValues(part));

const hasValues = ({ of, how, values, days }) => days !== undefined && of !== EVENT && (WITHOUT_VALUE.includes(how) || (values.length > 0 && values.every((one) => one !== null)));
