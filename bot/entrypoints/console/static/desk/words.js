/** Hours, days and reps in words. */

const UTC = { timeZone: "UTC" };
const WEEKDAY = new Intl.DateTimeFormat(undefined, { weekday: "short", ...UTC });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", ...UTC });
const DAY_OF_YEAR = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", year: "numeric", ...UTC });
const NUMBER = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", ...UTC });
const LIST = new Intl.ListFormat("en", { type: "conjunction" });
const EITHER = new Intl.ListFormat("en", { type: "disjunction" });
const A_DAY = 86_400_000;

/** A day as the file has it, "2026-12-24": the same for every reader. */
export const dayOf = (text) => new Date(`${text}T00:00:00Z`);
export const isoOf = (day) => day.toISOString().slice(0, 10);
export const daysLater = (text, days) => isoOf(new Date(dayOf(text).getTime() + days * A_DAY));
export const weekday = (text) => WEEKDAY.format(dayOf(text));
export const dayNumber = (text) => NUMBER.format(dayOf(text));

/** "Mon", of 0. */
export const dayName = (number) => WEEKDAY.format(new Date(Date.UTC(2024, 0, 1 + number)));

/** "Thu 24 Dec to Sat 26 Dec", with the year where that is another one than this. */
export function stretch({ first, last }, today) {
  const words = (text) => (text.slice(0, 4) === today.slice(0, 4) ? DAY : DAY_OF_YEAR).format(dayOf(text));
  return first === last ? words(first) : `${words(first)} to ${words(last)}`;
}

/** "Mon to Fri, 09:00–17:30". */
export function hoursWords({ days, opens, closes }) {
  const row = days.length > 2 && days.at(-1) - days[0] === days.length - 1;
  const named = days.length === 7 ? "Every day" : row ? `${dayName(days[0])} to ${dayName(days.at(-1))}` : LIST.format(days.map(dayName));
  return `${named}, ${clockWords({ opens, closes })}`;
}

export const clockWords = ({ opens, closes }) => (opens === closes ? "all day" : `${opens}–${closes}`);

export const zoneWords = (zone) => zone.replaceAll("_", " ");

/** The names of these reps, "everybody" as that. */
export function whom(ids, reps, { either = false } = {}) {
  if (ids === "everybody") return "everybody";
  return (either ? EITHER : LIST).format(ids.map((id) => reps.find(({ rep }) => rep === id)?.name ?? id));
}
