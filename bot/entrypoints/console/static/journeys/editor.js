/** A text with line numbers: faults are marked as one types, and words offered on Ctrl+Space. */

import { h } from "../dom.js";
import { soon } from "./service.js";
import { Undoing } from "./undoing.js";

const CHECK_AFTER = 350;

/**
 * `node` goes into the page. `check(text)` tells the faults of a text, `complete(text, cursor)` the words that may stand
 * there; `changed` hears of each change, and whether it was made `byEdit`, which has been looked at.
 */
export class Editor {
  constructor(label, { check, complete, changed }) {
    this.lines = h("div", { class: "line-numbers", "aria-hidden": "true" });
    this.area = h("textarea", {
      class: "yaml",
      "aria-label": label,
      "aria-describedby": "editor-faults",
      spellcheck: "false",
      autocapitalize: "off",
      autocomplete: "off",
      wrap: "off",
      readonly: true,
    });
    this.words = h("ul", { class: "completions", role: "listbox", id: "completions", "aria-label": "Words", hidden: true });
    this.faults = h("ul", { class: "faults", id: "editor-faults", role: "status" });
    const frame = h("div", { class: "editor" }, this.lines, this.area, this.words);
    this.node = h("div", {}, frame, this.faults);
    this.marks = new Map();
    this.chosen = null;
    this.offered = null;
    this.undoing = new Undoing();
    this.before = "";
    this.windowsLines = false;
    this.complete = complete;
    const look = soon(async () => {
      const text = this.text;
      const faults = await check(text);
      if (faults && text === this.text) this.mark(faults);
    }, CHECK_AFTER);
    this.area.addEventListener("input", () => {
      this.number();
      this.close();
      this.changed();
    });
    this.area.addEventListener("scroll", () => {
      this.lines.scrollTop = this.area.scrollTop;
      if (this.scrolledTo !== this.placedAt) this.close(); // the event may be late, of scrolling before the words came
    });
    this.area.addEventListener("beforeinput", (event) => this.hear(event));
    this.area.addEventListener("keydown", (event) => this.key(event));
    for (const leaving of ["blur", "pointerdown"]) this.area.addEventListener(leaving, () => this.close());
    this.changed = ({ byEdit = false } = {}) => {
      changed({ byEdit });
      if (!byEdit) look();
    };
  }

  /** The text as it is to be saved: with the line ends that the file has. */
  get text() {
    return this.windowsLines ? this.area.value.replaceAll("\n", "\r\n") : this.area.value;
  }

  /** What stands in the file; it becomes the text. */
  open(text, faults, { readOnly }) {
    this.windowsLines = text.includes("\r\n");
    this.area.value = text;
    this.area.readOnly = readOnly;
    this.before = this.area.value;
    this.undoing.clear();
    this.mark(faults);
  }

  /** Put another text in, as if somebody had typed it; where its faults are known, it is not looked at again. */
  set(text, faults = null) {
    const { scrollTop } = this.area;
    this.undoing.note(this.area.value);
    this.area.value = text;
    this.area.scrollTop = scrollTop;
    if (faults) this.mark(faults);
    else this.number();
    this.changed({ byEdit: faults !== null });
  }

  get isChanged() {
    return this.area.value !== this.before;
  }

  mark(faults) {
    this.marks = new Map(faults.map((one) => [one.line, `${one.message} ${one.suggestion}`]));
    this.area.setAttribute("aria-invalid", String(faults.length > 0));
    this.number();
    this.faults.replaceChildren(
      ...faults.map((one) =>
        h(
          "li",
          {},
          h("button", { type: "button", class: "link", onclick: () => this.go(one.line, one.column) }, `Line ${one.line}`),
          h("span", {}, `${one.message} ${one.suggestion}`),
        ),
      ),
    );
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
      h("i", {}),
    );
    this.lines.scrollTop = this.area.scrollTop;
  }

  /** Mark the line of the chosen step. */
  show(line) {
    if (line === this.chosen) return;
    this.chosen = line;
    this.number();
  }

  reveal(line) {
    const height = this.area.scrollHeight / this.area.value.split("\n").length;
    this.area.scrollTop = Math.max(0, (line - 4) * height);
  }

  /** Put the cursor there. */
  go(line, column) {
    const lines = this.area.value.split("\n");
    const at = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
    this.area.focus();
    this.area.setSelectionRange(at, at);
    this.reveal(line);
  }

  // ---------------------------------------------------------------- undoing

  /** What is about to be typed, or undone by the browser's menu. */
  hear(event) {
    const way = { historyUndo: "back", historyRedo: "forth" }[event.inputType];
    if (way) this.undo(event, way);
    else this.undoing.note(this.area.value, { isTyped: true });
  }

  undo(event, way) {
    event.preventDefault();
    const text = this.area.readOnly ? null : this.undoing[way](this.area.value);
    if (text === null) return;
    const cursor = placeOfChange(this.area.value, text);
    this.area.value = text;
    this.area.setSelectionRange(cursor, cursor);
    this.number();
    this.close();
    this.changed();
  }

  // ---------------------------------------------------------------- words

  key(event) {
    const way = undoes(event);
    if (way) {
      this.undo(event, way);
      return;
    }
    if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      void this.offer();
      return;
    }
    if (!this.offered) return;
    const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (move) this.pick((this.picked + move + this.offered.words.length) % this.offered.words.length);
    else if (event.key === "Enter" || event.key === "Tab") this.take(this.offered.words[this.picked].words);
    else if (event.key === "Escape") this.close();
    else {
      if (event.key.startsWith("Arrow")) this.close();
      return;
    }
    event.preventDefault();
  }

  async offer() {
    if (this.area.readOnly) return;
    const { value: text, selectionStart: at } = this.area;
    // The service counts characters, a text area half characters.
    const cursor = [...text.slice(0, at)].length;
    const told = await this.complete(text, cursor);
    const isLate = text !== this.area.value || at !== this.area.selectionStart || document.activeElement !== this.area;
    if (!told || isLate) return;
    this.close();
    if (told.words.length === 0) {
      this.faults.dataset.note = "Nothing is known that could stand here.";
      return;
    }
    this.offered = told;
    this.words.replaceChildren(
      ...told.words.map(({ words, about }, index) =>
        h(
          "li",
          { role: "option", id: `completion-${index}`, onmousedown: (event) => (event.preventDefault(), this.take(words)) },
          h("code", {}, words),
          about && h("small", {}, about),
        ),
      ),
    );
    this.words.hidden = false;
    this.place();
    this.pick(0);
    this.area.setAttribute("aria-controls", "completions");
  }

  /** Below the cursor's line; the letters are all of one width. */
  place() {
    const lines = this.area.value.slice(0, this.area.selectionStart).split("\n");
    const { offsetLeft, scrollTop, scrollLeft } = this.area;
    this.placedAt = this.scrolledTo;
    this.words.style.top = `${10 + lines.length * 19 - scrollTop}px`;
    const left = `${offsetLeft + 12 - scrollLeft}px + ${lines.at(-1).length}ch`;
    this.words.style.left = `min(calc(${left}), calc(100% - 300px))`;
  }

  get scrolledTo() {
    return `${this.area.scrollTop} ${this.area.scrollLeft}`;
  }

  pick(index) {
    this.picked = index;
    for (const [number, option] of [...this.words.children].entries()) option.setAttribute("aria-selected", String(number === index));
    this.area.setAttribute("aria-activedescendant", `completion-${index}`);
    this.words.children[index].scrollIntoView({ block: "nearest" });
  }

  take(words) {
    const letters = [...this.area.value];
    const { start, end } = this.offered;
    const at = letters.slice(0, start).join("").length;
    const isKey = words.endsWith(":");
    this.undoing.note(this.area.value);
    const put = isKey && letters[end] === ":" ? words.slice(0, -1) : isKey ? `${words} ` : words;
    this.area.setRangeText(put, at, letters.slice(0, end).join("").length, "end");
    this.close();
    this.number();
    this.changed();
  }

  close() {
    this.offered = null;
    this.words.hidden = true;
    delete this.faults.dataset.note;
    this.area.removeAttribute("aria-activedescendant");
  }
}

/** Whether these keys undo (`back`) or do again (`forth`). */
function undoes({ key, ctrlKey, metaKey, altKey, shiftKey }) {
  if (!(ctrlKey || metaKey) || altKey) return null;
  if (key.toLowerCase() === "z") return shiftKey ? "forth" : "back";
  return key.toLowerCase() === "y" ? "forth" : null;
}

/** Behind what differs in the second text, where the cursor belongs. */
function placeOfChange(text, other) {
  let same = 0;
  while (same < Math.min(text.length, other.length) && text.at(-1 - same) === other.at(-1 - same)) same += 1;
  return other.length - same;
}
