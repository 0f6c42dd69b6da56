/** What came of the messages of a step: how many left, and why others did not. */

import { h } from "../dom.js";
import { counted, number, request } from "./service.js";

export class Decided {
  constructor(journey) {
    this.address = `/journeys/${journey}/decided.json`;
    this.asked = "";
    this.node = h("ul", { class: "step-counts", "aria-label": "Its messages" });
  }

  /** Those of a step, once the service has told; asked anew when more people have come through. */
  at(version, step, times) {
    const query = new URLSearchParams({ version, step });
    const asked = `${query} ${times}`;
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
    if (!ok) this.asked = "";
    this.node.replaceChildren(...(ok ? rows(told) : [h("li", { class: "bad" }, told.error ?? "What came of them could not be told.")]));
  }
}

const rows = ({ sent, later, withheld }) => [
  h("li", {}, counted(sent, "message was let go", "messages were let go")),
  ...later.map(({ why, messages }) => h("li", {}, `${number(messages)} later: ${why}`)),
  ...withheld.map(({ why, messages }) => h("li", {}, `${number(messages)} withheld: ${why}`)),
];
