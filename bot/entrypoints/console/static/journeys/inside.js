/** Who is at a step, by name, as the reader's role sees them. */

import { dayAndTime, h } from "../dom.js";
import { knownAs, pageOf } from "../known.js";
import { request } from "./service.js";

export class Inside {
  constructor(journey) {
    this.address = `/journeys/${journey}/people.json`;
    this.asked = "";
    this.node = h("ul", { class: "inside", "aria-label": "Who is here" });
  }

  /** Those at a step, once the service has told; asked anew when their number changes, or how the journey stands. */
  at(version, step, { waiting, parked }, { running, since }) {
    const query = new URLSearchParams({ version, step });
    const asked = [query, waiting, parked, running, since].join(" ");
    if (asked !== this.asked) {
      this.asked = asked;
      this.node.replaceChildren();
      void this.fill(query, asked);
    }
    return this.node;
  }

  async fill(query, asked) {
    const { ok, told } = await request(`${this.address}?${query}`);
    if (asked !== this.asked) return;
    if (!ok) {
      this.asked = "";
      this.node.replaceChildren(h("li", { class: "bad" }, told.error ?? "Who it is could not be told."));
      return;
    }
    const rows = told.people.map((one) => h("li", {}, h("a", { href: pageOf(one.person) }, one.name || knownAs(one.identities)), !one.name && h("code", {}, one.person), h("span", {}, stands(one))));
    if (told.more) rows.push(h("li", {}, "and more, who go on later"));
    this.node.replaceChildren(...rows);
  }
}

function stands({ status, due_at: due, waiting_for: events, paused }) {
  if (status === "parked") return "parked";
  if (paused) return "until the journey is resumed";
  if (due) return ["until ", h("time", { datetime: due }, dayAndTime(due))];
  return events.length > 0 ? `until ${events.join(" or ")}` : "";
}
