/** What is done to a text in the picture, one after the other; what is pressed meanwhile waits, and is not lost. */

/** A step without an id is called by its place, which changes by what is done before: the trail tells where it has gone. */
export class Trail {
  #text = null;
  #went = []; // by each edit of this text: the new ids by the old ones, null where something is gone
  #last = Promise.resolve();

  /** This stands in the editor: where somebody has typed, it is not known what of it was which. */
  see(text) {
    if (text === this.#text) return;
    this.#text = text;
    this.#went = [];
  }

  /** An edit has made this text. */
  follow(text, went) {
    this.#text = text;
    this.#went.push(went);
  }

  /** To be kept by what will be done with ids of now. */
  mark() {
    return { went: this.#went, from: this.#went.length };
  }

  /** Whether nobody has typed since. */
  holds({ went }) {
    return went === this.#went;
  }

  /** What had that id then is called so now; null where it is gone. */
  now({ went, from }, id) {
    return went.slice(from).reduce(idAfter, id);
  }

  /** Works once all is done that came before. */
  inTurn(work) {
    this.#last = this.#last.then(work, work);
    return this.#last;
  }
}

/** What lets people in, as a whole, is called alike after every edit. */
export const idAfter = (id, went) => (id !== null && Object.hasOwn(went, id) ? went[id] : id);
