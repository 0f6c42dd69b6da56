/** Who is at a step, by name, as the reader's role sees them. */

import { dayAndTime, h } from "../dom.js";
import { knownAs, pageOf } from "../known.js";
import { ToldList } from "./told_list.js";

export class Inside {
  constructor(journey) {
    const failed = "Who it is could not be told.";
    this.list = new ToldList(`/journeys/${journey}/people.json`, { kind: "inside", label: "Who is here", rows, failed });
  }

  /** Those at a step; asked anew when their number changes, or how the journey stands. */
  at(version, step, { waiting, parked }, { running, since }) {
    return this.list.at(new URLSearchParams({ version, step }), waiting, parked, running, since);
  }
}

const rows = ({ people, more }) => [
  ...people.map((one) => h("li", {}, h("a", { href: pageOf(one.person) }, one.name || knownAs(one.identities)), !one.name && h("code", {}, one.person), h("span", {}, stands(one)))),
  ...(more ? [h("li", {}, "and more, who go on later")] : []),
];

function stands({ status, due_at: due, waiting_for: events, paused }) {
  if (status === "parked") return "parked";
  if (paused) return "until the journey is resumed";
  if (due) return ["until ", h("time", { datetime: due }, dayAndTime(due))];
  return events.length > 0 ? `until ${events.join(" or ")}` : "";
}
