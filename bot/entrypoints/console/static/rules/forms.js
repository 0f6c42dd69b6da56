/** The forms that begin, change and take out hours and caps. Before they save they tell what that would do. */

import { channelName } from "../channels.js";
import { idOf, withFaults } from "../content.js";
import { dayName } from "../desk/words.js";
import { openForm, textField } from "../dialogs.js";
import { h } from "../dom.js";
import { request } from "../journeys/service.js";
import { lengthOf } from "../scores/words.js";
import { Effects } from "./effects.js";
import { placeOptions } from "./week.js";
import { SENTENCES, placeName, upper } from "./words.js";

const WEEK = [0, 1, 2, 3, 4, 5, 6];
const UNITS = [["d", "days"], ["h", "hours"], ["m", "minutes"]];
const BEGIN = {
  hours: { channels: ["sms", "whatsapp"], days: WEEK, opens: "09:00", closes: "20:00" },
  caps: { channels: ["sms"], at_most: 3, within: "7d" },
};
const TITLES = { hours: "New hours", caps: "A new cap" };
const KINDS = ["hours", "caps", "consent", "opt_outs", "requests", "retention", "links"];

export class Forms {
  /** `saved` is called once something was written. */
  constructor(saved) {
    this.saved = saved;
  }

  about(told) {
    this.told = told;
  }

  digestOf(file) {
    return this.told.files.find((one) => one.file === file)?.digest ?? "";
  }

  /** Begins a rule of this kind, or changes one that is there. */
  rule(kind, one = null) {
    const begin = one ?? { ...BEGIN[kind], jurisdiction: this.told.region, from: this.told.today, to: null, source: "House rule: " };
    const where = one ? null : h("select", { id: "rule-where" }, placeOptions(this.told, begin.jurisdiction));
    const channels = checks("Channels", this.channels(begin), begin.channels, channelName);
    const own = kind === "hours" ? hoursFields(begin) : capFields(begin);
    const [from, to, source] = [
      textField("from", "First day", { type: "date", required: true, value: begin.from }),
      textField("to", "Last day", { type: "date", value: begin.to ?? "" }, "Left empty: until further notice."),
      textField("source", "Where it comes from", { required: true, maxlength: 500, value: begin.source }, "A law or a contract, or “House rule: …” for a choice of your own."),
    ];
    const effects = new Effects(kind, this.told);
    const said = () => {
      const jurisdiction = where?.value ?? begin.jurisdiction;
      return { kind, rule: one?.rule ?? this.freeId(kind, jurisdiction), jurisdiction, purpose: begin.purpose ?? "marketing", channels: channels.value(), ...own.value(), from: valueOf(from), to: valueOf(to), source: valueOf(source), ...(!one && { is_new: true }) };
    };
    openForm({
      title: one ? `${upper(placeName(one.jurisdiction, this.told.states))}: ${one.rule}` : TITLES[kind],
      about: one ? one.source : "It holds beside other rules of the same place. A country with rules of its own goes by those, and not by the rules for all other countries.",
      fields: [where && h("div", { class: "field" }, h("label", { for: "rule-where" }, "For people in"), where), channels.node, own.node, h("div", { class: "pair-of-fields" }, from, to), source, effects.node].filter(Boolean),
      yes: one ? "Save" : "Add it",
      sends: async () => effects.missing() ?? this.send(said(), one?.file ?? this.told.begins[kind], effects),
      then: ({ faults }) => this.saved(faults),
    });
    effects.watch(said);
  }

  async send(said, file, effects) {
    return withFaults(await request(`/rules/${said.rule}`, { ...said, digest: this.digestOf(file), less_strict: effects.isWanted() }, "PUT"));
  }

  takeOut(kind, one) {
    const effects = new Effects(kind, this.told);
    const sends = async () => {
      const query = new URLSearchParams({ kind, digest: this.digestOf(one.file), less_strict: effects.isWanted() });
      return withFaults(await request(`/rules/${one.rule}?${query}`, null, "DELETE"));
    };
    openForm({
      title: `Take out ${one.rule}?`,
      about: SENTENCES[kind](one),
      fields: [h("p", {}, "What it moved or kept back so far stays in the decision records."), effects.node],
      yes: "Take it out",
      danger: true,
      sends: async () => effects.missing() ?? sends(),
      then: ({ faults }) => this.saved(faults),
    });
    effects.watch(() => ({ kind, rule: one.rule, jurisdiction: one.jurisdiction, channels: one.channels, taken_out: true }));
  }

  /** Those by which people are written to here, and those that rules name already. */
  channels({ channels }) {
    return [...new Set([...this.told.rule_channels, ...channels])].toSorted();
  }

  /** An id that no rule has, made of the place and the kind. */
  freeId(kind, place) {
    const id = `${idOf(placeName(place, this.told.states).replace(/^the /, ""))}-${kind}`;
    const taken = KINDS.flatMap((each) => this.told[each].map(({ rule }) => rule));
    let number = 1;
    while (taken.includes(number === 1 ? id : `${id}-${number}`)) number += 1;
    return number === 1 ? id : `${id}-${number}`;
  }
}

const valueOf = (field) => field.querySelector("input").value;

function checks(legend, all, chosen, words) {
  const inputs = all.map((one) => h("input", { type: "checkbox", checked: chosen.includes(one) }));
  return {
    node: h("fieldset", {}, h("legend", {}, legend), h("div", { class: "checks" }, inputs.map((one, number) => h("label", {}, one, words(all[number]))))),
    value: () => all.filter((_, number) => inputs[number].checked),
  };
}

function hoursFields({ days: chosen, opens, closes }) {
  const days = checks("Days", WEEK, chosen, dayName);
  const [from, to] = [textField("opens", "From", { type: "time", required: true, value: opens }, "By the clock where the person is."), textField("closes", "To", { type: "time", required: true, value: closes }, "From 00:00 to 00:00 is all day.")];
  return {
    node: h("div", { class: "fields" }, days.node, h("div", { class: "pair-of-fields" }, from, to)),
    value: () => ({ days: days.value(), opens: valueOf(from), closes: valueOf(to) }),
  };
}

function capFields({ at_most: most, within }) {
  const { number, unit } = lengthOf(within);
  const limit = textField("at_most", "Messages at most", { type: "number", min: 1, max: 1_000_000, step: 1, required: true, value: most });
  const [length, units] = [
    h("input", { type: "number", min: 1, step: 1, required: true, value: number, "aria-label": "How long" }),
    h("select", { "aria-label": "Unit" }, UNITS.map(([value, words]) => h("option", { value, selected: value === unit }, words))),
  ];
  return {
    node: h("div", { class: "pair-of-fields" }, limit, h("div", { class: "field" }, h("span", { class: "field-name", id: "rule-within" }, "in"), h("span", { class: "pair", role: "group", "aria-labelledby": "rule-within" }, length, units))),
    value: () => ({ at_most: valueOf(limit) === "" ? null : Number(valueOf(limit)), within: `${length.value}${units.value}` }),
  };
}
