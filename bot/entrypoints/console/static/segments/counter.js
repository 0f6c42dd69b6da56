/** Counts people while somebody types; where there are so many that this takes long, it is asked for. */

import { byId, h } from "../dom.js";
import { soon } from "../journeys/service.js";

const LONG = 3_000;

export class Counter {
  /** `asking` answers as `request` does, or null where it was asked anew since; `show` gets what was told, or null. */
  constructor(asking, show) {
    [this.asking, this.show] = [asking, show];
    this.took = 0; // milliseconds of the last count
    this.recount = soon(() => (this.took > LONG ? this.offer() : void this.count()), 250);
  }

  async count() {
    byId("many-about").textContent = "counting…";
    const began = performance.now();
    const answer = await this.asking();
    if (answer === null) return;
    this.took = performance.now() - began;
    this.show(answer.ok ? answer.told : null, answer.ok ? "" : answer.told.error);
  }

  offer() {
    this.show(null);
    byId("many").replaceChildren(h("button", { type: "button", onclick: () => void this.count() }, "Count"));
  }
}
