/** What a text was before each change: setting the value of a text area breaks what the browser would undo. */

const PAUSE = 800; // in milliseconds: who stops typing for so long begins another change

export class Undoing {
  #past = [];
  #future = [];
  #isTyping = false;
  #timer = 0;

  clear() {
    this.#past = [];
    this.#future = [];
    this.#isTyping = false;
  }

  /** Hears of a change before it is made; what is typed without a pause is one change. */
  note(text, { isTyped = false } = {}) {
    clearTimeout(this.#timer);
    if (!(isTyped && this.#isTyping)) this.#past.push(text);
    this.#future = [];
    this.#isTyping = isTyped;
    this.#timer = setTimeout(() => (this.#isTyping = false), PAUSE);
  }

  /** The text before the last change; null where there is none. */
  back(text) {
    return this.#step(this.#past, this.#future, text);
  }

  /** The text before it was undone. */
  forth(text) {
    return this.#step(this.#future, this.#past, text);
  }

  #step(from, to, text) {
    this.#isTyping = false;
    if (from.length === 0) return null;
    to.push(text);
    return from.pop();
  }
}
