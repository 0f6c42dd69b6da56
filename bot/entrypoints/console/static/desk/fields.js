/** The fields of the forms of a desk that are more than one text: each has its node, and says what is in it. */

import { h } from "../dom.js";
import { dayName } from "./words.js";

const WEEK = [0, 1, 2, 3, 4, 5, 6];
let fields = 0; // so that each has an id of its own

const id = () => `desk-field-${(fields += 1)}`;

/** A date; `min` among the attributes bounds it. */
export function dateField(name, label, value, attributes = {}) {
  const own = id();
  const input = h("input", { id: own, name, type: "date", value, ...attributes });
  return { node: h("div", { class: "field" }, h("label", { for: own }, label), input), input };
}

/** The first and the last day of a stretch; the last follows the first, until it is typed. */
export function stretchFields(day) {
  const first = dateField("first", "First day", day, { required: true });
  const last = dateField("last", "Last day", day, { required: true, min: day });
  first.input.addEventListener("change", () => {
    last.input.min = first.input.value;
    if (last.input.value < first.input.value) last.input.value = first.input.value;
  });
  return h("div", { class: "pair" }, first.node, last.node);
}

/** Days of the week, hours and a zone. With `otherwise` there may be none, which is what that says. */
export function hoursField(hours, zones, { otherwise = "", usual }) {
  const begin = hours ?? usual;
  const [opens, closes, zone, list] = [id(), id(), id(), id()];
  const days = WEEK.map((number) => h("input", { type: "checkbox", checked: begin.days.includes(number), "data-day": number }));
  const [from, to, where] = [
    h("input", { id: opens, type: "time", value: begin.opens, required: true }),
    h("input", { id: closes, type: "time", value: begin.closes, required: true }),
    h("input", { id: zone, list, value: begin.zone, required: true, autocomplete: "off", spellcheck: "false" }),
  ];
  const parts = h(
    "div",
    { class: "hours-parts" },
    h("div", { class: "checks", role: "group", "aria-label": "Working days" }, days.map((one, number) => h("label", {}, one, dayName(number)))),
    h("div", { class: "three" }, h("div", { class: "field" }, h("label", { for: opens }, "From"), from), h("div", { class: "field" }, h("label", { for: closes }, "To"), to), h("div", { class: "field" }, h("label", { for: zone }, "Time zone"), where, h("datalist", { id: list }, zones.map((value) => h("option", { value }))))),
    h("small", {}, "From 00:00 to 00:00 is all day; a shift may end on the next day."),
  );
  const has = otherwise && h("input", { type: "checkbox", checked: !hours });
  const show = () => {
    parts.hidden = Boolean(has) && has.checked;
    for (const one of [from, to, where]) one.disabled = parts.hidden;
  };
  if (has) has.addEventListener("change", show);
  show();
  return {
    node: h("fieldset", {}, h("legend", {}, "Hours"), has && h("label", { class: "check" }, has, otherwise), parts),
    value: () => (has && has.checked ? null : { days: WEEK.filter((number) => days[number].checked), opens: from.value, closes: to.value, zone: where.value }),
  };
}

/** Everybody, or some of the reps. */
export function whomField(legend, reps, chosen) {
  const all = h("input", { type: "checkbox", checked: chosen === "everybody" });
  const each = reps.map(({ rep }) => h("input", { type: "checkbox", checked: chosen === "everybody" || chosen.includes(rep), "data-rep": rep }));
  const show = () => each.forEach((one) => (one.disabled = all.checked));
  all.addEventListener("change", show);
  show();
  return {
    node: h("fieldset", {}, h("legend", {}, legend), h("label", { class: "check" }, all, "Everybody, who comes later too"), h("div", { class: "checks" }, each.map((one, number) => h("label", {}, one, reps[number].name)))),
    value: () => (all.checked ? "everybody" : reps.filter((_, number) => each[number].checked).map(({ rep }) => rep)),
  };
}

/** How a rep's meetings are booked: not at all, at times from here, or on a page of their own. */
export function meetingsField(meetings) {
  const kind = meetings === null ? "none" : meetings.link ? "link" : "times";
  const [own, link, length, notice, ahead, hours] = [id(), id(), id(), id(), id(), id()];
  const select = h("select", { id: own }, [["none", "are not offered"], ["times", "at times that are free"], ["link", "on a page of their own"]].map(([value, words]) => h("option", { value, selected: value === kind }, words)));
  const text = (key, attributes) => h("input", { autocomplete: "off", value: meetings?.[key] ?? "", ...attributes });
  const inputs = {
    link: text("link", { id: link, type: "url", placeholder: "https://" }),
    length: text("length", { id: length, placeholder: "30m" }),
    notice: text("notice", { id: notice, placeholder: "2h" }),
    ahead: text("ahead", { id: ahead, placeholder: "14d" }),
    hours: text("hours", { id: hours, placeholder: "tue-thu 10:00-16:00 Europe/London", spellcheck: "false" }),
  };
  const field = (key, label, about = "") => h("div", { class: "field" }, h("label", { for: inputs[key].id }, label), inputs[key], about && h("small", {}, about));
  const page = field("link", "Its address");
  const times = h("div", { class: "hours-parts" }, h("div", { class: "three" }, field("length", "They last"), field("notice", "At least ahead"), field("ahead", "At most ahead")), field("hours", "At these hours alone", "Left empty: whenever they work."));
  const show = () => ([page.hidden, times.hidden] = [select.value !== "link", select.value !== "times"]);
  select.addEventListener("change", show);
  show();
  return {
    node: h("fieldset", {}, h("legend", {}, "Meetings"), h("div", { class: "field" }, h("label", { for: own }, "Meetings with them"), select), page, times),
    value() {
      if (select.value === "none") return null;
      const keys = select.value === "link" ? ["link"] : ["length", "notice", "ahead", "hours"];
      return Object.fromEntries(keys.map((key) => [key, inputs[key].value.trim()]));
    },
  };
}
