/** When a message may leave: seven days as bars of 24 hours. */

import { byId, h, latest } from "../dom.js";
import { dayNumber, daysLater, weekday } from "../desk/words.js";
import { ask } from "../journeys/service.js";
import { channelName } from "../channels.js";
import { REGIONS, SENTENCES, stretchWords } from "./words.js";

const HOURS = [0, 6, 12, 18, 24];
const minute = (clock) => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
const load = latest((query) => ask(`/rules/week.json?${query}`));

/** The days, as rows; each tells its hours in words, too. With `then`, another week is set beneath each, and days that are all alike are one. */
export function weekNodes(week, today = "", then = null) {
  const alike = then !== null && [week, then].every((days) => days.every((one) => barWords(one) === barWords(days[0])));
  const scale = h("div", { class: "scale", "aria-hidden": "true" }, HOURS.map((hour) => h("span", {}, String(hour).padStart(2, "0"))));
  return [
    scale,
    h(
      "ol",
      { class: "days" },
      (alike ? week.slice(0, 1) : week).map((one, number) => {
        const later = then?.[number];
        const same = !later || barWords(later) === barWords(one);
        return h(
          "li",
          { class: one.day === today && "today" },
          h("span", { class: "name" }, alike ? h("b", {}, "Every day") : [h("b", {}, weekday(one.day)), ` ${dayNumber(one.day)}`]),
          h("div", { class: "bars" }, barNode(one, then && !same ? "before" : ""), !same && barNode(later, "then")),
          h("span", { class: "in-words" }, barWords(one), !same && [h("span", { class: "unseen" }, ", then "), h("span", { "aria-hidden": "true" }, " → "), h("b", {}, barWords(later))]),
        );
      }),
    ),
  ];
}

const barWords = ({ open }) => (open.length === 0 ? "not at all" : open.map(stretchWords).join(", "));

const barNode = ({ open }, kind) =>
  h(
    "div",
    { class: `stretch ${kind}`, "aria-hidden": "true" },
    open.map(({ opens, closes }) => stretchNode(minute(opens), minute(closes) || 1440)),
  );

function stretchNode(from, to) {
  const node = h("i");
  node.style.insetInlineStart = `${(from / 1440) * 100}%`;
  node.style.inlineSize = `${((to - from) / 1440) * 100}%`;
  return node;
}

/** The panel in which a country and a channel are chosen. */
export class Week {
  constructor() {
    this.from = "";
    byId("where").addEventListener("change", () => this.show());
    byId("channel").addEventListener("change", () => this.show());
    byId("week-before").addEventListener("click", () => this.go(-7));
    byId("week-after").addEventListener("click", () => this.go(7));
    byId("week-now").addEventListener("click", () => {
      this.from = "";
      void this.show();
    });
  }

  about(told) {
    const [where, channel] = [byId("where").value, byId("channel").value];
    this.told = told;
    byId("where").replaceChildren(...placeOptions(told, where || told.region));
    byId("channel").replaceChildren(...told.rule_channels.map((one) => h("option", { value: one, selected: one === (channel || "sms") }, channelName(one))));
    void this.show();
  }

  go(days) {
    this.from = daysLater(this.from || this.told.today, days);
    void this.show();
  }

  async show() {
    const [jurisdiction, channel] = [byId("where").value, byId("channel").value];
    byId("week-now").disabled = !this.from;
    const answer = await load(new URLSearchParams({ jurisdiction, channel, ...(this.from && { from: this.from }) }));
    if (!answer) return;
    byId("week").replaceChildren(...weekNodes(answer.week, this.told.today));
    byId("holds").replaceChildren(...holdsNodes(answer));
  }
}

function holdsNodes({ week, caps, consent }) {
  const named = [...new Set(week.flatMap(({ rules }) => rules))];
  return [
    h("p", {}, named.length > 0 ? ["By the clock where the person is: ", ...codes(named), ". Of whom no time zone is known, it has to be open in every zone that their number may be in."] : "No rule has hours for this: a message may leave at any time that its journey allows."),
    h("p", {}, caps.length > 0 ? caps.flatMap((one) => [SENTENCES.caps(one), " ", h("code", {}, one.rule), " "]) : "No cap holds here."),
    consent && h("p", {}, SENTENCES.consent(consent), " ", h("code", {}, consent.rule)),
  ].filter(Boolean);
}

const codes = (names) => names.flatMap((name, number) => [number > 0 && ", ", h("code", {}, name)]);

/** Places with rules of their own first, then all countries, then all states. */
export function placeOptions(told, chosen) {
  const own = [...new Set([...told.hours, ...told.caps, ...told.consent].map(({ jurisdiction }) => jurisdiction))];
  const option = (place) => h("option", { value: place, selected: place === chosen }, nameOf(place, told));
  const byName = (places) => places.toSorted((one, other) => nameOf(one, told).localeCompare(nameOf(other, told), "en"));
  const rest = (places) => byName(places.filter((one) => !own.includes(one))).map(option);
  return [
    h("optgroup", { label: "With rules of their own" }, byName(own).map(option)),
    h("optgroup", { label: "Countries" }, rest(told.countries)),
    h("optgroup", { label: "States of the United States" }, rest(Object.keys(told.states))),
  ];
}

const nameOf = (place, told) => (place === "default" ? "Any other country" : (told.states[place] ?? REGIONS.of(place)));
