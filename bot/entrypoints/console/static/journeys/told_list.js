/** A list that the service tells: asked for once, and anew when what it is of has changed. */

import { h } from "../dom.js";
import { request } from "./service.js";

export class ToldList {
  /** `rows` makes its lines of what was told; `failed` says what could not be, where the service does not. */
  constructor(address, { kind, label, rows, failed }) {
    Object.assign(this, { address, rows, failed });
    this.asked = "";
    this.node = h("ul", { class: kind, "aria-label": label });
  }

  /** The node, which is filled once the service has told; `marks` change when that is to be asked anew. */
  at(query, ...marks) {
    const asked = [query, ...marks].join(" ");
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
    this.node.replaceChildren(...(ok ? this.rows(told) : [h("li", { class: "bad" }, told.error ?? this.failed)]));
  }
}
