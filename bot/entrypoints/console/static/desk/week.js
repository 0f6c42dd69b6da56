/** The week at a glance: a row for the desk and for each rep, a column for each day. */

import { byId, h } from "../dom.js";
import { counted } from "../journeys/service.js";
import { clockWords, dayNumber, weekday, zoneWords } from "./words.js";

const NOT_AT_WORK = { free: "–", closed: "closed", away: "away" };

export function showWeek(desk) {
  const days = desk.week.map(({ day }) => day);
  byId("week-about").textContent = `${dayNumber(days[0])} to ${dayNumber(days.at(-1))}`;
  byId("week-now").disabled = days.includes(desk.today);
  byId("week-days").replaceChildren(h("td", {}), ...days.map((day) => h("th", { scope: "col", class: day === desk.today && "today" }, weekday(day), h("small", {}, dayNumber(day)))));
  byId("week").replaceChildren(rowNode(desk, { name: "The desk", hours: null, week: desk.week, isDesk: true }), ...desk.reps.map((rep) => rowNode(desk, rep)));
}

function rowNode(desk, { name, hours, week, isDesk = false }) {
  const own = hours ?? desk.hours;
  const elsewhere = own && desk.hours && own.zone !== desk.hours.zone;
  return h(
    "tr",
    { class: isDesk && "whole" },
    h("th", { scope: "row" }, h("span", {}, name), (elsewhere || isDesk) && own && h("small", {}, zoneWords(own.zone))),
    week.map((one) => h("td", { class: one.day === desk.today && "today" }, cellNode(one, own))),
  );
}

const cellNode = ({ state, meetings }, hours) =>
  h("div", { class: `cell ${state}` }, h("span", {}, state === "works" ? (hours ? clockWords(hours) : "all day") : NOT_AT_WORK[state]), meetings > 0 && h("small", {}, counted(meetings, "meeting", "meetings")));
