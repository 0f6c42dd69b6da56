/** A text with line numbers, in which lines can be shown and marked. */

import { h } from "../dom.js";

/** `node` goes into the page; `text` is what stands in it. */
export class Editor {
  constructor(label) {
    this.lines = h("div", { class: "line-numbers", "aria-hidden": "true" });
    this.area = h("textarea", {
      class: "yaml",
      "aria-label": label,
      spellcheck: "false",
      autocapitalize: "off",
      autocomplete: "off",
      wrap: "off",
      readonly: true,
    });
    this.node = h("div", { class: "editor" }, this.lines, this.area);
    this.marks = new Map();
    this.chosen = null;
    this.area.addEventListener("input", () => this.number());
    this.area.addEventListener("scroll", () => (this.lines.scrollTop = this.area.scrollTop));
  }

  get text() {
    return this.area.value;
  }

  set text(text) {
    this.area.value = text;
    this.number();
  }

  /** Number the lines; a marked one tells what is wrong when the pointer is on it. */
  number() {
    const count = this.area.value.split("\n").length;
    this.lines.replaceChildren(
      ...Array.from({ length: count }, (_, index) => {
        const fault = this.marks.get(index + 1);
        const chosen = index + 1 === this.chosen;
        return h("span", { class: fault ? "bad" : chosen ? "chosen" : null, title: fault }, String(index + 1));
      }),
    );
    this.lines.scrollTop = this.area.scrollTop;
  }

  /** Mark the line of the chosen step, and bring it into view. */
  show(line) {
    this.chosen = line;
    this.number();
    if (line === null) return;
    const height = this.area.scrollHeight / this.area.value.split("\n").length;
    this.area.scrollTop = Math.max(0, (line - 4) * height);
  }
}
