/**
 * What is kept in this browser, for all its tabs: the visitor's token and what they have read under one key, and each
 * message that is not sent yet under a key of its own, so that no tab can overwrite another's.
 */
export class Keepsake {
  #key;
  #memory = new Map(); // takes the place of a storage that is blocked, damaged or full
  #value;

  /** `changed` gets what was kept before, when another tab has written. */
  constructor(key, changed) {
    this.#key = key;
    this.#value = this.#read(key) ?? {};
    addEventListener("storage", ({ key: written, storageArea }) => {
      if (storageArea !== localStorage || (written !== null && written !== this.#key)) return;
      const before = this.#value;
      this.#value = this.#read(key) ?? {};
      changed(before);
    });
  }

  get(name, otherwise) {
    return (this.#read(this.#key) ?? {})[name] ?? otherwise;
  }

  set(changes) {
    this.#value = { ...this.#read(this.#key), ...changes };
    this.#write(this.#key, this.#value);
  }

  clear() {
    this.#value = {};
    for (const { id } of this.entries()) this.drop(id);
    this.#drop(this.#key);
  }

  /** What waits to be sent, oldest first. */
  entries() {
    const found = this.#names().filter((name) => name.startsWith(`${this.#key}:out:`));
    const read = found.map((name) => this.#read(name)).filter((entry) => entry?.id);
    return read.sort((one, other) => one.at - other.at || one.number - other.number);
  }

  has(id) {
    return this.#read(this.#entryKey(id)) !== null;
  }

  #number = 0;

  put(entry) {
    this.#write(this.#entryKey(entry.id), { ...entry, at: Date.now(), number: this.#number++ });
  }

  change(id, changes) {
    const entry = this.#read(this.#entryKey(id));
    if (entry) this.#write(this.#entryKey(id), { ...entry, ...changes });
  }

  drop(id) {
    this.#drop(this.#entryKey(id));
  }

  #entryKey(id) {
    return `${this.#key}:out:${id}`;
  }

  #names() {
    try {
      return [...new Set([...Object.keys(localStorage), ...this.#memory.keys()])];
    } catch {
      return [...this.#memory.keys()];
    }
  }

  #read(key) {
    if (this.#memory.has(key)) return this.#memory.get(key);
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  }

  #write(key, value) {
    try {
      localStorage.setItem(key, JSON.stringify(value));
      this.#memory.delete(key);
    } catch {
      this.#memory.set(key, value); // the conversation goes on without the storage
    }
  }

  #drop(key) {
    this.#memory.delete(key);
    try {
      localStorage.removeItem(key);
    } catch {
      // There was nothing to remove.
    }
  }
}
