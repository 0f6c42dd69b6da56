/** One visitor's conversation with the service: what is said goes out once and in order, what comes in is missed never. */

import { serverSentEvents } from "./events.js";
import { Keepsake } from "./keepsake.js";

const HISTORY_SETTLES = 400;
const SILENCE_MEANS_DEAD = 45_000; // the service sends a ping every 15 s
const REQUEST_WITHIN = 20_000;
const MOST_READ = 50;

export function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16)); // plain http has no randomUUID
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Why the service refused: it says so as {"error": "..."}. */
async function reasonOf(response) {
  const text = await response.text();
  try {
    return String(JSON.parse(text).error ?? response.status);
  } catch {
    return text.slice(0, 200) || `Error ${response.status}.`;
  }
}

/** Half to all of 0.5, 1, 2, ... 30 seconds, in milliseconds. */
function backOff(failures) {
  return Math.min(30_000, 500 * 2 ** failures) * (0.5 + Math.random() / 2);
}

const refusesToken = (response) => [401, 403].includes(response.status);

/**
 * It calls `on.item(item, isNew)`, `on.sending(entry)` whenever a message of the visitor's changes its state,
 * with `share` of a file that has left, `on.refused(report, why)` for what the page wanted to tell, `on.connected(boolean)`, `on.settled()` once the history is
 * shown, `on.seen()` when another tab has shown what is new, and `on.forgotten()`.
 */
export class Conversation {
  #base;
  #on;
  #kept;
  #files; // where files wait
  #position = 0;
  #taken = new Set();
  #unseen = []; // ids of messages to the visitor that are newer than what they have seen
  #held = []; // what the page says of the visitor before there is a conversation
  #run = null;
  #flushing = false;
  #more = false; // something was said since the last look at what waits
  #failures = 0;
  #sendFailures = 0;
  #history = true;
  #settling;
  #stream = null;
  #wake = () => {};

  constructor(base, store, on) {
    this.#base = base;
    this.#on = on;
    this.#files = `${store}:files`;
    this.#kept = new Keepsake(store, (name) => this.#changedElsewhere(name));
  }

  get begun() {
    return Boolean(this.#kept.get("token"));
  }

  /** The visitor's messages that are not sent yet, in order. */
  get pending() {
    return this.#kept.entries().filter((entry) => !entry.report);
  }

  /** Which files the service takes: `{types: {type: [endings]}, largest}`; nothing where it takes none. */
  get fileRules() {
    return this.#kept.get("files");
  }

  get seen() {
    return this.#kept.get("seen", 0);
  }

  markSeen() {
    if (this.#position <= this.seen) return;
    this.#kept.set({ seen: this.#position });
    const messages = this.#unseen.splice(0).slice(-MOST_READ);
    if (messages.length) this.#post("read", { messages }).catch(() => {}); // nobody waits for it
  }

  /** Connect, and stay connected until `stop`. `opened`: the visitor looks at the chat, and may be greeted. */
  async start({ opened = false } = {}) {
    if (opened && !this.#kept.get("opened")) {
      this.#kept.set({ opened: "wanted" });
      if (this.#run && this.begun) void this.#session().catch(() => {}); // the next one will say so
    }
    if (this.#run) return;
    const run = (this.#run = {}); // a run that was stopped must not go on when the next one begins
    while (this.#run === run) {
      const begun = Date.now();
      try {
        await this.#follow();
      } catch {
        // Offline, or the service is being restarted: go on below.
      }
      if (this.#run !== run) break;
      this.#on.connected(false);
      if (!this.begun) this.#wait();
      if (Date.now() - begun > 5_000) this.#failures = 0;
      await this.#pause(backOff(this.#failures++));
    }
  }

  /** Nothing can be sent before there is a visitor. */
  #wait() {
    for (const entry of this.pending) if (!entry.refused) this.#on.sending({ ...entry, state: "waiting" });
  }

  stop() {
    this.#run = null;
    this.#stream?.abort();
    this.#wake();
  }

  /** Try again now, without waiting for the back-off's end. */
  nudge() {
    this.#failures = 0;
    this.#wake();
    void this.#flush();
  }

  say(text, payload) {
    this.#send(payload ? { text, payload } : { text });
  }

  /** Send these files; `refuse(words)` says why one is not. */
  async attach(files, phrases, refuse) {
    const { attach } = await import("./attach.js");
    const send = (id, file) => this.#send({ id, file });
    await attach(files, { rules: this.fileRules, phrases, key: this.#files, newId: uuid, send, refuse });
  }

  #send(entry) {
    this.#on.sending({ ...this.#keep(entry), state: "sending" });
    void this.#flush();
    void this.start();
  }

  /** Tell the service what the page says of the visitor. What does not `begin` a conversation waits for one. */
  report(report, { begin = false } = {}) {
    const kind = Object.keys(report)[0];
    if (!this.begun && !begin) return void this.#held.push(report);
    const told = JSON.stringify(report);
    if (!begin && this.#kept.get(`told:${kind}`) === told) return; // pages say so each time they load
    this.#kept.set({ [`told:${kind}`]: begin ? undefined : told });
    this.#keep({ report });
    void this.#flush();
    void this.start();
  }

  retry(id) {
    this.#kept.change(id, { refused: undefined });
    this.nudge();
  }

  forget() {
    this.stop();
    this.#startOver();
    this.#kept.clear();
    globalThis.indexedDB?.deleteDatabase(this.#files);
  }

  #keep(entry) {
    const whole = { id: uuid(), ...entry };
    this.#kept.put(whole);
    return whole;
  }

  #startOver() {
    this.#position = 0;
    this.#taken.clear();
    this.#unseen = [];
    this.#history = true;
    this.#on.forgotten();
  }

  /** Another tab has written to what this browser keeps. */
  #changedElsewhere(before) {
    if (before.visitor && before.visitor !== this.#kept.get("visitor")) {
      this.stop();
      this.#startOver();
      if (this.begun) void this.start();
    } else if (!before.token && this.begun) {
      void this.start();
    } else if (this.seen > (before.seen ?? 0)) {
      this.#unseen = [];
      this.#on.seen();
    }
  }

  #pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #request(path, { anonymous, ...options } = {}) {
    const headers = { "Content-Type": "application/json" };
    const token = this.#kept.get("token");
    if (token && !anonymous) headers.Authorization = `Bearer ${token}`;
    return fetch(new URL(`channels/webchat/${path}`, this.#base), { cache: "no-store", headers, ...options });
  }

  #post(path, body, options = {}) {
    const signal = AbortSignal.timeout(REQUEST_WITHIN);
    return this.#request(path, { method: "POST", body: JSON.stringify(body), signal, ...options });
  }

  /** One tab at a time, so that two that begin together begin as one visitor. */
  #session() {
    const open = () => this.#openSession();
    return navigator.locks ? navigator.locks.request(`overture:session:${this.#base}`, open) : open();
  }

  /** A fresh token, for the same visitor where there was one, and a ticket for the events, which is good for a minute. */
  async #openSession() {
    const opened = this.#kept.get("opened") === "wanted";
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const body = { time_zone: timeZone, locale: navigator.language, opened };
    let response = await this.#post("session", body);
    if (refusesToken(response)) response = await this.#post("session", body, { anonymous: true });
    if (!response.ok) throw new Error(`session: ${response.status}`);
    const { token, visitor, ticket, files } = await response.json();
    if (this.#kept.get("visitor", visitor) !== visitor) {
      this.#startOver();
      this.#kept.set({ seen: 0 });
    }
    this.#kept.set({ token, visitor, files, ...(opened && { opened: "yes" }) });
    this.#on.rules();
    for (const report of this.#held.splice(0)) this.report(report);
    return this.#kept.get("opened") === "wanted" ? this.#openSession() : ticket;
  }

  /** Read the feed until the connection ends. The ticket stands in the address, where a token must not be. */
  async #follow() {
    const ticket = await this.#session();
    this.#stream = new AbortController();
    let watchdog = 0;
    const alive = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => this.#stream.abort(), SILENCE_MEANS_DEAD);
    };
    alive();
    try {
      const query = new URLSearchParams({ after: this.#position, ticket });
      const address = new URL(`channels/webchat/events?${query}`, this.#base);
      const headers = { Accept: "text/event-stream" };
      const response = await fetch(address, { cache: "no-store", headers, signal: this.#stream.signal });
      if (!response.ok) throw new Error(`events: ${response.status}`);
      this.#on.connected(true);
      this.#settleSoon();
      void this.#flush();
      for await (const data of serverSentEvents(response.body, alive)) this.#take(JSON.parse(data));
    } finally {
      clearTimeout(watchdog);
    }
  }

  /** What comes in one go after connecting, and was seen before, is history: it is shown and not announced. */
  #settleSoon() {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      this.#history = false;
      this.#on.settled();
    }, HISTORY_SETTLES);
  }

  #take(item) {
    this.#failures = 0;
    if (item.type !== "message" || this.#taken.has(item.position) || this.#taken.has(item.id)) return;
    this.#taken.add(item.position).add(item.id);
    this.#position = Math.max(this.#position, item.position);
    if (item.from === "visitor") {
      for (const { id } of this.pending) if (item.id.includes(id)) this.#kept.drop(id);
    } else if (item.position > this.seen) this.#unseen.push(item.id);
    const isNew = !this.#history || item.position > this.seen;
    if (!isNew) this.#settleSoon();
    try {
      this.#on.item(item, isNew);
    } catch (error) {
      console.error(`overture: message ${item.id} cannot be shown`, error); // the ones after it can
    }
  }

  /** Send what waits, one at a time and in order; of several tabs, one at a time. */
  async #flush() {
    this.#more = true;
    if (this.#flushing || !this.begun) return;
    this.#flushing = true;
    const send = () => this.#sendAll();
    try {
      while (this.#more) {
        this.#more = false;
        await (navigator.locks ? navigator.locks.request(`overture:${this.#base}`, send) : send());
      }
    } finally {
      this.#flushing = false;
    }
  }

  /** What is refused steps aside; anything else that fails waits and is repeated under the same id. */
  async #sendAll() {
    let entry;
    while ((entry = this.#kept.entries().find((candidate) => !candidate.refused))) {
      const outcome = await this.#deliver(entry);
      if (outcome.again) {
        if (!entry.report) this.#on.sending({ ...entry, state: "waiting" });
        setTimeout(() => void this.#flush(), backOff(this.#sendFailures++));
        return;
      }
      this.#sendFailures = 0;
      if (!this.#kept.has(entry.id)) continue; // the feed showed it meanwhile: it had arrived
      if (outcome.refused && !entry.report) this.#kept.change(entry.id, { refused: outcome.refused });
      else this.#kept.drop(entry.id);
      if (!entry.report) {
        this.#on.sending({ ...entry, state: outcome.refused ? "failed" : "sent", why: outcome.refused });
      } else if (outcome.refused) this.#on.refused(entry.report, outcome.refused);
    }
  }

  async #deliver(entry, renewed = false) {
    const { id, text, payload, report, file } = entry;
    if (!report) this.#on.sending({ ...entry, state: "sending" });
    try {
      const response = await (report
        ? this.#post("report", { id, ...report })
        : file
          ? this.#upload(entry)
          : this.#post("messages", { id, text, payload }));
      if (!response) return { refused: this.#on.lost() };
      if (response.ok) return {};
      if (response.status === 401 && !renewed) {
        await this.#session();
        return this.#deliver(entry, true);
      }
      if (response.status >= 500 || [408, 425, 429].includes(response.status)) return { again: true };
      return { refused: await reasonOf(response) };
    } catch {
      return { again: true };
    }
  }

  async #upload(entry) {
    const { upload, drop } = await import("./attach.js");
    const url = new URL("channels/webchat/files", this.#base);
    const progress = (share) => this.#on.sending({ ...entry, state: "sending", share });
    const response = await upload(entry, { key: this.#files, url, token: this.#kept.get("token"), progress });
    if (response?.ok) await drop(this.#files, entry.id);
    return response;
  }
}
