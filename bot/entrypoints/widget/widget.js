/**
 * Overture's chat widget: one ES module, no dependencies, no build.
 *
 *   <script type="module" src="https://chat.example.com/widget.js" data-title="Ask us" data-accent="#0e7c86"></script>
 *
 * Options: data-title, data-accent (any #rgb or #rrggbb), data-position ("left" or "right").
 * API: window.overture.open() close() toggle() sendMessage(text) forget() on(event, listener) off(event, listener),
 * events "ready", "open", "close", "message". The element can also be written by hand: <overture-chat title="Ask us">.
 */

const PHRASES = {
  open: "Open chat",
  close: "Close chat",
  minimise: "Minimise chat",
  conversation: "Conversation",
  composer: "Your message",
  placeholder: "Write a message…",
  send: "Send",
  assistant: "Automated assistant",
  person: "Talk to a person",
  you: "You",
  choices: "Suggested replies",
  sending: "Sending…",
  waiting: "Waiting for a connection.",
  failed: "Not sent.",
  retry: "Try again",
  offline: "No connection. Your messages are kept and will be sent.",
  source: "Source:",
};
const unreadPhrase = (count) => `${count} unread message${count === 1 ? "" : "s"}`;

const TYPING_LASTS = 8_000;
const HISTORY_SETTLES = 400;
const SILENCE_MEANS_DEAD = 45_000; // the service sends a ping every 15 s
const HIDDEN_TOO_LONG = 60_000; // browsers allow six connections to a host: a hidden tab gives its own back

// ------------------------------------------------------------------------------------------------- the connection

/** What is kept in this browser: the visitor's token, what they have read, what is not sent yet. */
class Keepsake {
  #key;
  #value;

  constructor(key) {
    this.#key = key;
    try {
      this.#value = JSON.parse(localStorage.getItem(key)) ?? {};
    } catch {
      this.#value = {}; // storage is blocked or damaged: this page's memory has to do
    }
  }

  get(name, otherwise) {
    return this.#value[name] ?? otherwise;
  }

  set(changes) {
    Object.assign(this.#value, changes);
    this.#write(() => localStorage.setItem(this.#key, JSON.stringify(this.#value)));
  }

  clear() {
    this.#value = {};
    this.#write(() => localStorage.removeItem(this.#key));
  }

  #write(action) {
    try {
      action();
    } catch {
      // Storage is full or blocked; the conversation goes on without it.
    }
  }
}

/** Yields the data of each server-sent event in `body`; `alive` is called whenever bytes arrive. */
async function* serverSentEvents(body, alive) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  let data = [];
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    alive();
    const lines = (rest + value).split(/\r?\n/);
    rest = lines.pop();
    for (const line of lines) {
      if (line.startsWith("data:")) data.push(line.slice(5));
      if (line !== "" || data.length === 0) continue;
      yield data.join("\n");
      data = [];
    }
  }
}

function uuid() {
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

/**
 * One visitor's conversation with the service. It calls `on.item(item, isNew)`, `on.sending(entry)` whenever a message
 * of the visitor's changes its state, `on.connected(boolean)`,
 * `on.settled()` once the history is shown, and `on.forgotten()`.
 */
class Conversation {
  #base;
  #on;
  #kept;
  #position = 0;
  #taken = new Set();
  #run = null;
  #flushing = false;
  #failures = 0;
  #sendFailures = 0;
  #history = true;
  #settling;
  #stream = null;
  #wake = () => {};

  constructor(base, on) {
    this.#base = base;
    this.#on = on;
    this.#kept = new Keepsake(`overture:${base}`);
  }

  get begun() {
    return Boolean(this.#kept.get("token"));
  }

  get pending() {
    return this.#kept.get("pending", []);
  }

  get seen() {
    return this.#kept.get("seen", 0);
  }

  markSeen() {
    if (this.#position > this.seen) this.#kept.set({ seen: this.#position });
  }

  /** Connect, and stay connected until `stop`. */
  async start() {
    if (this.#run) return;
    const run = (this.#run = {}); // a run that was stopped must not go on when the next one begins
    while (this.#run === run) {
      const begun = Date.now();
      try {
        if (!this.begun) await this.#session();
        await this.#follow();
      } catch {
        // Offline, or the service is being restarted: go on below.
      }
      if (this.#run !== run) break;
      this.#on.connected(false);
      if (Date.now() - begun > 5_000) this.#failures = 0;
      await this.#pause(backOff(this.#failures++));
    }
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
    const entry = payload ? { id: uuid(), text, payload } : { id: uuid(), text };
    this.#kept.set({ pending: [...this.pending, entry] });
    this.#on.sending({ ...entry, state: "sending" });
    void this.#flush();
    void this.start();
  }

  retry(id) {
    this.#change(id, { refused: undefined });
    this.nudge();
  }

  forget() {
    this.stop();
    this.#startOver();
    this.#kept.clear();
  }

  #startOver() {
    this.#position = 0;
    this.#taken.clear();
    this.#history = true;
    this.#on.forgotten();
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

  #request(path, options = {}) {
    const headers = { "Content-Type": "application/json", ...options.headers };
    const token = this.#kept.get("token");
    if (token && !options.anonymous) headers.Authorization = `Bearer ${token}`;
    return fetch(new URL(`channels/webchat/${path}`, this.#base), { cache: "no-store", ...options, headers });
  }

  /** Get a token: the first one, or a fresh one for the same visitor in exchange for the old one. */
  async #session() {
    const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
    const body = JSON.stringify({ time_zone: timeZone, locale: navigator.language });
    let response = await this.#request("session", { method: "POST", body });
    if ([401, 403].includes(response.status)) {
      response = await this.#request("session", { method: "POST", body, anonymous: true });
    }
    if (!response.ok) throw new Error(`session: ${response.status}`);
    const { token, visitor } = await response.json();
    if (this.#kept.get("visitor", visitor) !== visitor) {
      this.#startOver();
      this.#kept.set({ seen: 0 });
    }
    this.#kept.set({ token, visitor });
  }

  /** Read the feed until the connection ends. */
  async #follow() {
    this.#stream = new AbortController();
    let watchdog = 0;
    const alive = () => {
      clearTimeout(watchdog);
      watchdog = setTimeout(() => this.#stream.abort(), SILENCE_MEANS_DEAD);
    };
    alive();
    try {
      const response = await this.#request(`events?after=${this.#position}`, {
        headers: { Accept: "text/event-stream" },
        signal: this.#stream.signal,
      });
      if ([401, 403].includes(response.status)) return void (await this.#session());
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
    if (item.from === "visitor") this.#kept.set({ pending: this.pending.filter(({ id }) => !item.id.includes(id)) });
    const isNew = !this.#history || item.position > this.seen;
    if (!isNew) this.#settleSoon();
    this.#on.item(item, isNew);
  }

  #change(id, changes) {
    const pending = this.pending.map((entry) => (entry.id === id ? { ...entry, ...changes } : entry));
    this.#kept.set({ pending });
  }

  /** Send what waits, one at a time and in order. A refused message steps aside; anything else waits and is repeated. */
  async #flush() {
    if (this.#flushing || !this.begun) return;
    this.#flushing = true;
    try {
      let entry;
      while ((entry = this.pending.find((candidate) => !candidate.refused))) {
        const outcome = await this.#deliver(entry);
        if (!this.pending.some(({ id }) => id === entry.id)) continue; // the feed showed it: it had arrived
        if (outcome.again) {
          this.#on.sending({ ...entry, state: "waiting" });
          setTimeout(() => void this.#flush(), backOff(this.#sendFailures++));
          return;
        }
        this.#sendFailures = 0;
        if (outcome.refused) this.#change(entry.id, { refused: outcome.refused });
        else this.#kept.set({ pending: this.pending.filter(({ id }) => id !== entry.id) });
        this.#on.sending({ ...entry, state: outcome.refused ? "failed" : "sent", why: outcome.refused });
      }
    } finally {
      this.#flushing = false;
    }
  }

  async #deliver({ id, text, payload }, renewed = false) {
    this.#on.sending({ id, text, state: "sending" });
    try {
      const body = JSON.stringify({ id, text, payload });
      const response = await this.#request("messages", { method: "POST", body });
      if (response.ok) return {};
      if ([401, 403].includes(response.status) && !renewed) {
        await this.#session();
        return this.#deliver({ id, text, payload }, true);
      }
      if (response.status >= 500 || [408, 425, 429].includes(response.status)) return { again: true };
      return { refused: await reasonOf(response) };
    } catch {
      return { again: true };
    }
  }
}

// ------------------------------------------------------------------------------------------------------ its looks

const rgb = (hex) => {
  const digits = /^#([\da-f]{3}|[\da-f]{6})$/i.exec(hex?.trim() ?? "")?.[1] ?? "0e7c86";
  const pairs = digits.length === 3 ? Array.from(digits, (digit) => digit + digit) : digits.match(/../g);
  return pairs.map((pair) => parseInt(pair, 16));
};

/** WCAG 2's relative luminance. */
const luminance = (colour) => {
  const [r, g, b] = colour.map((part) =>
    part / 255 <= 0.03928 ? part / 3294.6 : ((part / 255 + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

const contrast = (one, other) => {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
};

/** `colour`, moved towards `end` until it can be read on `ground`. */
const readable = (colour, ground, end) => {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = colour.map((part, index) => Math.round(part + (end[index] - part) * share));
    if (contrast(mixed, ground) >= 4.6) return mixed;
  }
  return end;
};

const css = (colour) => `rgb(${colour.join(" ")})`;
const WHITE = [255, 255, 255];
const INK = [16, 24, 32];

/** The brand's colour as it is given, with text on it and text in it that keep 4.5:1 in light and dark. */
function accentStyles(hex) {
  const accent = rgb(hex);
  const on = contrast(accent, WHITE) >= 4.5 ? WHITE : INK;
  return `:host {
    --accent: ${css(accent)};
    --on-accent: ${css(on)};
    --accent-text: light-dark(${css(readable(accent, [240, 243, 246], INK))}, ${css(readable(accent, [40, 47, 56], WHITE))});
  }`;
}

const STYLES = `
:host {
  color-scheme: light dark;
  --surface: light-dark(#fff, #171c22);
  --raised: light-dark(#f0f3f6, #282f38);
  --line: light-dark(#dde2e8, #343d48);
  --ink: light-dark(#18212b, #e9edf2);
  --muted: light-dark(#56616e, #a5b0bd);
  --bad: light-dark(#a8231b, #ff9d94);
  --radius: 16px;
  position: fixed;
  inset-block-end: max(16px, env(safe-area-inset-bottom));
  inset-inline-end: max(16px, env(safe-area-inset-right));
  z-index: 2147483000;
  font: 15px/1.45 var(--overture-font, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif);
  color: var(--ink);
}
:host([position="left"]) { inset-inline: max(16px, env(safe-area-inset-left)) auto; }
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
button, textarea { font: inherit; color: inherit; }
button { cursor: pointer; touch-action: manipulation; }
button:disabled { cursor: default; }
:focus-visible { outline: 3px solid var(--accent-text); outline-offset: 2px; }
svg { display: block; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.launcher {
  position: relative; display: grid; place-items: center; inline-size: 58px; block-size: 58px; margin-inline-start: auto;
  border: 0; border-radius: 50%; background: var(--accent); color: var(--on-accent);
  box-shadow: 0 1px 2px rgb(0 0 0 / .16), 0 8px 24px rgb(0 0 0 / .2); transition: transform .16s ease;
}
.launcher:hover { transform: translateY(-2px); }
:host([position="left"]) .launcher { margin-inline: 0 auto; }
.badge {
  position: absolute; inset-block-start: -3px; inset-inline-end: -3px; min-inline-size: 22px; padding: 0 6px;
  border: 2px solid #fff; border-radius: 12px; background: #b3261e; color: #fff; font-size: 12px; font-weight: 650;
  line-height: 18px; text-align: center;
}

.panel {
  display: flex; flex-direction: column; overflow: hidden; margin-block-end: 12px;
  inline-size: min(380px, calc(100vw - 32px)); block-size: min(620px, calc(100dvh - 110px));
  border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface);
  box-shadow: 0 2px 6px rgb(0 0 0 / .08), 0 18px 50px rgb(0 0 0 / .22); animation: rise .18s ease-out;
}
@keyframes rise { from { opacity: 0; transform: translateY(10px); } }
.head { display: flex; align-items: center; gap: 10px; padding: 14px 12px 14px 18px; background: var(--accent); color: var(--on-accent); }
.head h2 { flex: 1; margin: 0; font-size: 16px; font-weight: 650; letter-spacing: -.005em; }
.icon { display: grid; place-items: center; inline-size: 36px; block-size: 36px; border: 0; border-radius: 10px; background: none; }
.head .icon:hover { background: rgb(255 255 255 / .16); }
.head .icon:focus-visible { outline-color: var(--on-accent); outline-offset: -3px; }
.notice { padding: 7px 16px; background: var(--raised); color: var(--muted); font-size: 13px; }

.log { flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: 16px 14px 8px; scrollbar-width: thin; }
.log:focus-visible { outline-offset: -3px; }
.message { display: flex; flex-direction: column; align-items: flex-start; margin-block-start: 10px; }
.message:first-child { margin-block-start: 0; }
.message.same { margin-block-start: 3px; }
.message.new { animation: rise .18s ease-out; }
.bubble {
  max-inline-size: 86%; padding: 9px 13px; border-radius: 4px 14px 14px 14px; background: var(--raised);
  white-space: pre-wrap; overflow-wrap: anywhere;
}
.visitor { align-items: flex-end; }
.visitor .bubble { border-radius: 14px 14px 4px 14px; background: var(--accent); color: var(--on-accent); }
.visitor.pending .bubble { opacity: .82; }
.person .bubble { border: 1px solid var(--line); background: var(--surface); }
.bubble a, .source a { color: var(--accent-text); text-underline-offset: 2px; }
.visitor .bubble a { color: inherit; }
.bubble img { display: block; max-inline-size: 100%; margin-block-start: 6px; border-radius: 8px; }
.who { display: flex; align-items: center; gap: 7px; margin-block-end: 4px; color: var(--muted); font-size: 13px; }
.avatar {
  display: grid; place-items: center; inline-size: 24px; block-size: 24px; border-radius: 50%; background: var(--accent);
  color: var(--on-accent); font-size: 12px; font-weight: 650;
}
.system { align-items: center; }
.system .bubble { max-inline-size: 100%; padding: 3px 10px; background: none; color: var(--muted); font-size: 13px; text-align: center; text-wrap: balance; }
.source { margin-block-start: 4px; padding-inline-start: 4px; color: var(--muted); font-size: 13px; }
.choices { display: flex; flex-wrap: wrap; gap: 6px; margin-block-start: 8px; }
.choices button {
  min-block-size: 34px; padding: 5px 13px; border: 1px solid var(--accent-text); border-radius: 18px; background: var(--surface);
  color: var(--accent-text); text-align: start;
}
.choices button:hover:enabled { background: var(--raised); }
.choices button:disabled { border-color: var(--line); color: var(--muted); }
.choices button.chosen { border-color: var(--accent-text); background: var(--raised); color: var(--accent-text); }
.state { margin-block-start: 3px; color: var(--muted); font-size: 12.5px; }
.failed .state { color: var(--bad); }
.state button { padding: 0 4px; border: 0; background: none; color: var(--accent-text); text-decoration: underline; min-block-size: 24px; }

.typing { display: flex; gap: 5px; padding: 6px 28px 12px; }
.typing i { inline-size: 7px; block-size: 7px; border-radius: 50%; background: var(--muted); animation: blink 1.2s infinite; }
.typing i:nth-child(2) { animation-delay: .15s; }
.typing i:nth-child(3) { animation-delay: .3s; }
@keyframes blink { 0%, 60%, 100% { opacity: .3; } 30% { opacity: 1; } }

form { display: flex; align-items: flex-end; gap: 6px; margin: 6px 12px 0; padding: 4px; border: 1px solid light-dark(#8b96a3, #6b7683); border-radius: 14px; background: var(--surface); }
form:focus-within { border-color: var(--accent-text); box-shadow: 0 0 0 1px var(--accent-text); }
textarea { flex: 1; max-block-size: 120px; min-block-size: 36px; padding: 7px 8px; border: 0; background: none; resize: none; field-sizing: content; }
textarea:focus-visible { outline: none; }
textarea::placeholder { color: var(--muted); opacity: 1; }
form .icon { background: var(--accent); color: var(--on-accent); }
.fine { display: flex; align-items: center; justify-content: space-between; gap: 8px; padding: 4px 12px 6px 18px; color: var(--muted); font-size: 12.5px; }
.fine button { min-block-size: 32px; padding: 2px 6px; border: 0; border-radius: 8px; background: none; color: var(--accent-text); font-weight: 550; }
.fine button:hover { text-decoration: underline; }

@media (max-width: 420px), (max-width: 640px) and (pointer: coarse), (max-height: 420px) {
  .panel {
    position: fixed; inset: 0; inline-size: 100%; block-size: 100dvh; margin: 0; border: 0; border-radius: 0;
    padding: env(safe-area-inset-top) env(safe-area-inset-right) env(safe-area-inset-bottom) env(safe-area-inset-left);
    background: linear-gradient(var(--accent) 50%, var(--surface) 50%); box-shadow: none;
  }
  .log, .typing, .notice { background-color: var(--surface); }
  .foot { background: var(--surface); padding-block-start: 1px; }
  :host([opened]) .launcher { display: none; }
  textarea { font-size: 16px; }
}
@media (prefers-reduced-motion: reduce) {
  *, ::before, ::after { animation: none !important; transition: none !important; }
}
@media (forced-colors: active) {
  .launcher, .bubble, .icon, .choices button { border: 1px solid ButtonText; }
  .system .bubble { border: 0; }
  .choices button.chosen { border-width: 3px; }
  .typing i { background: CanvasText; }
}
@media print { :host { display: none; } }
`;

const ICONS = {
  chat: ["M21 11.5a8.4 8.4 0 0 1-12.2 7.5L3.5 20.5 5 15.6A8.4 8.4 0 1 1 21 11.5z"],
  down: ["M6 9.5l6 6 6-6"],
  cross: ["M6 6l12 12", "M18 6L6 18"],
  send: ["M12 19V5", "M5.5 11.5L12 5l6.5 6.5"],
};

function icon(name, size = 20) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({
    viewBox: "0 0 24 24",
    width: size,
    height: size,
    "aria-hidden": "true",
  })) {
    svg.setAttribute(key, value);
  }
  for (const shape of ICONS[name]) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", shape);
    svg.append(path);
  }
  return svg;
}

/** An element; text is always set as text, so nothing that a message says can become markup. */
function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null && child !== false));
  return node;
}

const LINK = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/gi;

/** The address as a link may use it; null unless it is http(s). */
function safeAddress(address, base) {
  try {
    const url = new URL(address, base);
    return ["http:", "https:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** A link; it opens a new tab unless it leads to another page of this website, where the chat stays open. */
function link(text, address) {
  const here = address.startsWith(`${location.origin}/`);
  return element(
    "a",
    here ? { href: address } : { href: address, target: "_blank", rel: "noopener noreferrer nofollow" },
    text,
  );
}

/** The text with its web and e-mail addresses as links. */
function withLinks(text) {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(LINK)) {
    const address = found[0].includes("://") ? safeAddress(found[0]) : `mailto:${found[0]}`;
    if (!address) continue;
    parts.push(text.slice(from, found.index), link(found[0], address));
    from = found.index + found[0].length;
  }
  return [...parts, text.slice(from)];
}

// ---------------------------------------------------------------------------------------------------- the element

const sheet = (text) => {
  const styles = new CSSStyleSheet();
  styles.replaceSync(text);
  return styles;
};
const SHARED_SHEET = sheet(STYLES);

class OvertureChat extends HTMLElement {
  #base = new URL(".", import.meta.url).href;
  #conversation = null;
  #listeners = new Map();
  #ready = false;
  #unread = 0;
  #own = new Map(); // the visitor's messages that the feed has not shown yet, by id
  #typing = 0;
  #hidden = 0;
  #parts = {};

  connectedCallback() {
    if (this.#ready) return;
    this.attachShadow({ mode: "open" });
    this.shadowRoot.adoptedStyleSheets = [SHARED_SHEET, sheet(accentStyles(this.getAttribute("accent")))];
    this.#build();
    this.#conversation = new Conversation(this.#base, {
      item: (item, isNew) => this.#show(item, isNew),
      settled: () => this.#announce(true),
      sending: (entry) => this.#showOwn(entry),
      connected: (connected) => (this.#parts.notice.hidden = connected),
      forgotten: () => this.#empty(),
    });
    this.#announce(!this.#conversation.begun);
    for (const entry of this.#conversation.pending) {
      this.#showOwn({ ...entry, state: entry.refused ? "failed" : "waiting", why: entry.refused });
    }
    if (this.#conversation.begun) void this.#conversation.start();
    addEventListener("online", () => this.#conversation.nudge());
    document.addEventListener("visibilitychange", () => this.#visibility());
    this.#ready = true;
    this.#tell("ready");
    if (!this.#wasOpen) return;
    if (!this.#small.matches) return this.open({ focus: false });
    // A frame is small until its page has its style; once it is large, the chat is open in it as it was.
    this.#small.addEventListener("change", () => this.#wasOpen && this.open({ focus: false }), { once: true });
  }

  // The API of window.overture.

  open({ focus = true } = {}) {
    if (this.opened) return;
    this.toggleAttribute("opened", true);
    this.#parts.panel.hidden = false;
    this.#remember(true);
    this.#read();
    this.#labelLauncher();
    this.#lockPage();
    if (focus) this.#parts.text.focus();
    this.#toEnd();
    void this.#conversation.start();
    this.#tell("open");
  }

  close() {
    if (!this.opened) return;
    const hadFocus = this.shadowRoot.activeElement !== null;
    this.toggleAttribute("opened", false);
    this.#parts.panel.hidden = true;
    this.#remember(false);
    this.#labelLauncher();
    this.#lockPage();
    if (hadFocus) this.#parts.launcher.focus();
    this.#tell("close");
  }

  toggle() {
    if (this.opened) this.close();
    else this.open();
  }

  /** Say something as the visitor; `payload` (such as "/request_demo") goes with it instead of being understood. */
  sendMessage(text, payload) {
    const said = String(text ?? "").trim();
    if (said) this.#conversation.say(said, payload);
  }

  /** Forget this visitor in this browser: the next message begins a new conversation. */
  forget() {
    this.close();
    this.#conversation.forget();
  }

  on(event, listener) {
    if (!this.#listeners.has(event)) this.#listeners.set(event, new Set());
    this.#listeners.get(event).add(listener);
    if (event === "ready" && this.#ready) queueMicrotask(() => listener());
  }

  off(event, listener) {
    this.#listeners.get(event)?.delete(listener);
  }

  get opened() {
    return this.hasAttribute("opened");
  }

  #tell(event, detail) {
    for (const listener of this.#listeners.get(event) ?? []) {
      try {
        listener(detail);
      } catch (error) {
        console.error(`overture: a listener to "${event}" failed`, error);
      }
    }
  }

  // Building.

  #build() {
    const title = this.getAttribute("title") || "Chat";
    this.removeAttribute("title"); // as an attribute it would be a tooltip over everything
    const badge = element("span", { class: "badge", part: "badge", "aria-hidden": "true", hidden: true });
    const launcher = element("button", {
      class: "launcher",
      part: "launcher",
      type: "button",
      "aria-controls": "panel",
    });
    launcher.append(icon("chat", 26), badge);
    const close = element("button", { class: "icon", type: "button", "aria-label": PHRASES.minimise }, icon("down"));
    const notice = element("div", { class: "notice", role: "status", hidden: true }, PHRASES.offline);
    const log = element("div", {
      class: "log",
      part: "log",
      role: "log",
      tabindex: "0",
      "aria-live": "off",
      "aria-relevant": "additions",
      "aria-label": PHRASES.conversation,
    });
    const typing = element(
      "div",
      { class: "typing", "aria-hidden": "true", hidden: true },
      ...[1, 2, 3].map(() => element("i")),
    );
    const text = element("textarea", {
      rows: "1",
      maxlength: "4000",
      "aria-label": PHRASES.composer,
      placeholder: PHRASES.placeholder,
      autocomplete: "off",
    });
    const form = element(
      "form",
      {},
      text,
      element("button", { class: "icon", "aria-label": PHRASES.send }, icon("send")),
    );
    const person = element("button", { type: "button" }, PHRASES.person);
    const foot = element(
      "div",
      { class: "foot" },
      form,
      element("div", { class: "fine" }, element("span", {}, PHRASES.assistant), person),
    );
    const heading = element("div", { class: "head" }, element("h2", { id: "title" }, title), close);
    const panel = element(
      "div",
      { class: "panel", part: "panel", id: "panel", role: "dialog", "aria-labelledby": "title", hidden: true },
      heading,
      notice,
      log,
      typing,
      foot,
    );
    const aside = element("div", { class: "unseen", role: "status" });
    this.shadowRoot.append(panel, launcher, aside);
    this.#parts = { launcher, badge, panel, notice, log, typing, text, aside };

    launcher.addEventListener("click", () => this.toggle());
    close.addEventListener("click", () => this.close());
    person.addEventListener("click", () => this.#choose(PHRASES.person, "/talk_to_person"));
    this.shadowRoot.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.opened) return;
      event.stopPropagation();
      this.close();
    });
    text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.sendMessage(text.value);
      text.value = "";
      text.focus();
    });
    this.#labelLauncher();
  }

  #labelLauncher() {
    const { launcher, badge, aside } = this.#parts;
    const unread = this.#unread > 0 ? unreadPhrase(this.#unread) : "";
    launcher.setAttribute("aria-expanded", String(this.opened));
    launcher.setAttribute(
      "aria-label",
      this.opened ? PHRASES.close : [PHRASES.open, unread].filter(Boolean).join(", "),
    );
    launcher.querySelector("svg").replaceWith(icon(this.opened ? "cross" : "chat", 26));
    badge.hidden = !unread;
    badge.textContent = this.#unread > 9 ? "9+" : String(this.#unread);
    aside.textContent = unread;
  }

  // Showing.

  #announce(yes) {
    this.#parts.log.setAttribute("aria-live", yes ? "polite" : "off");
  }

  #show(item, isNew) {
    const follow = this.#atEnd || !isNew;
    this.#announce(isNew);
    if (item.from === "visitor") {
      this.#confirm(item);
    } else {
      this.#endTyping();
      this.#place(this.#messageNode(item, isNew));
      if (isNew) this.#notice();
    }
    if (follow) this.#toEnd();
    if (isNew) this.#tell("message", structuredClone(item));
  }

  #notice() {
    if (this.opened && document.visibilityState === "visible") return this.#read();
    this.#unread += 1;
    this.#labelLauncher();
  }

  #read() {
    this.#conversation?.markSeen();
    this.#unread = 0;
    this.#labelLauncher();
  }

  /** The feed shows one of the visitor's messages: the one we drew when it was sent, or one from another tab. */
  #confirm(item) {
    const own =
      [...this.#own].find(([id]) => item.id.includes(id)) ?? [...this.#own].find(([, node]) => node.said === item.text);
    if (own) {
      this.#own.delete(own[0]);
      this.#freezeChoices(item.text, own[1]);
      return this.#mark(own[1], "sent");
    }
    this.#freezeChoices(item.text);
    this.#place(this.#messageNode(item, false));
  }

  /** Feed items go before what is not sent yet. */
  #place(node) {
    const { log } = this.#parts;
    const waiting = [...this.#own.values()].find((own) => own.parentNode === log && !own.delivered);
    log.insertBefore(node, waiting ?? null);
    node.classList.toggle("same", node.previousElementSibling?.author === node.author && !node.querySelector(".who"));
  }

  #showOwn(entry) {
    let node = this.#own.get(entry.id);
    if (!node) {
      if (entry.state === "sent") return;
      node = this.#messageNode({ from: "visitor", text: entry.text, id: entry.id }, true);
      this.#freezeChoices(entry.text);
      this.#own.set(entry.id, node);
      this.#parts.log.append(node);
      this.#toEnd();
      if (entry.state === "sending") this.#beginTyping();
    }
    if (["failed", "waiting"].includes(entry.state)) this.#endTyping();
    this.#mark(node, entry.state, entry);
  }

  #mark(node, state, { id, why } = {}) {
    node.querySelector(".state")?.remove();
    node.classList.toggle("pending", state !== "sent");
    node.classList.toggle("failed", state === "failed");
    node.delivered = state === "sent";
    if (state === "sent") return;
    const line = element(
      "div",
      { class: "state" },
      state === "failed" ? `${PHRASES.failed} ${why ?? ""} ` : `${PHRASES[state]} `,
    );
    if (state !== "sending") {
      const retry = element("button", { type: "button" }, PHRASES.retry);
      retry.addEventListener("click", () => this.#conversation.retry(id));
      line.append(retry);
    }
    node.append(line);
  }

  #messageNode(item, isNew) {
    const { from = "bot", name = "", text = "" } = item;
    const node = element("div", { class: `message ${from}`, part: `message ${from}` });
    node.classList.toggle("new", isNew);
    node.author = `${from} ${name}`;
    node.said = text;
    if (from === "person") node.append(this.#byline(name));
    else if (from !== "system") {
      node.append(element("span", { class: "unseen" }, `${from === "visitor" ? PHRASES.you : PHRASES.assistant}: `));
    }
    const bubble = element("div", { class: "bubble", dir: "auto" }, ...withLinks(text));
    const image = item.image && safeAddress(item.image, this.#base);
    if (image) bubble.append(element("img", { src: image, alt: "" }));
    node.append(bubble);
    if (item.source?.title) node.append(this.#sourceLine(item.source));
    if (item.buttons?.length) node.append(this.#choices(item.buttons));
    return node;
  }

  #byline(name) {
    const avatar = element("span", { class: "avatar", "aria-hidden": "true" }, (name.trim()[0] ?? "?").toUpperCase());
    return element("div", { class: "who" }, avatar, name);
  }

  #sourceLine({ title, url }) {
    const address = url && safeAddress(url, this.#base);
    return element("div", { class: "source" }, `${PHRASES.source} `, address ? link(title, address) : title);
  }

  #choices(buttons) {
    const group = element("div", { class: "choices", role: "group", "aria-label": PHRASES.choices });
    for (const { title, payload } of buttons) {
      const button = element("button", { type: "button" }, title);
      const coded = payload?.startsWith("/"); // "/intent{...}"; other payloads are words to be understood, as in Rasa
      button.says = coded ? title : payload || title;
      button.addEventListener("click", () => this.#choose(button.says, coded ? payload : undefined));
      group.append(button);
    }
    return group;
  }

  #choose(text, payload) {
    this.sendMessage(text, payload);
    this.#parts.text.focus(); // the button that had the focus is frozen now
  }

  /** Once the visitor has answered, earlier quick replies can no longer be pressed; the one that was taken stays marked. */
  #freezeChoices(answer, before = null) {
    for (const button of this.#parts.log.querySelectorAll(".choices button:enabled")) {
      if (before && !(button.compareDocumentPosition(before) & Node.DOCUMENT_POSITION_FOLLOWING)) continue;
      button.disabled = true;
      button.classList.toggle("chosen", button.says === answer);
    }
  }

  #beginTyping() {
    const { typing, log } = this.#parts;
    if (log.lastElementChild?.previousElementSibling?.classList.contains("person")) return; // people type for themselves
    clearTimeout(this.#typing);
    typing.hidden = false;
    this.#typing = setTimeout(() => this.#endTyping(), TYPING_LASTS);
    this.#toEnd();
  }

  #endTyping() {
    clearTimeout(this.#typing);
    this.#parts.typing.hidden = true;
  }

  get #atEnd() {
    const { log } = this.#parts;
    return log.scrollHeight - log.scrollTop - log.clientHeight < 120;
  }

  #toEnd() {
    const { log } = this.#parts;
    log.scrollTop = log.scrollHeight;
  }

  #empty() {
    this.#own.clear();
    this.#unread = 0;
    this.#endTyping();
    this.#parts.log.replaceChildren();
    this.#announce(false);
    this.#labelLauncher();
  }

  // The page around it.

  #small = matchMedia("(max-width: 420px), (max-width: 640px) and (pointer: coarse), (max-height: 420px)");

  #lockPage() {
    document.documentElement.style.overflow = this.opened && this.#small.matches ? "hidden" : "";
  }

  get #wasOpen() {
    try {
      return sessionStorage.getItem("overture:open") === "yes";
    } catch {
      return false;
    }
  }

  /** An open chat stays open from page to page. */
  #remember(open) {
    try {
      sessionStorage.setItem("overture:open", open ? "yes" : "no");
    } catch {
      // Storage is blocked: each page begins with a closed chat.
    }
  }

  #visibility() {
    clearTimeout(this.#hidden);
    if (document.visibilityState === "hidden") {
      this.#hidden = setTimeout(() => this.#conversation.stop(), HIDDEN_TOO_LONG);
      return;
    }
    if (this.opened) this.#read();
    if (this.#conversation.begun) void this.#conversation.start();
    this.#conversation.nudge();
  }
}

// ------------------------------------------------------------------------------------------------------ embedding

if (!customElements.get("overture-chat")) {
  customElements.define("overture-chat", OvertureChat);
  const script = [...document.scripts].find((candidate) => candidate.src === import.meta.url);
  let chat = document.querySelector("overture-chat");
  if (!chat && script) {
    const { title, accent, position } = script.dataset;
    chat = element("overture-chat", { title, accent, position });
    document.body.append(chat);
  }
  if (chat) {
    const names = ["open", "close", "toggle", "sendMessage", "forget", "on", "off"];
    window.overture = Object.freeze(
      Object.fromEntries(names.map((name) => [name, (...given) => chat[name](...given)])),
    );
    window.dispatchEvent(new CustomEvent("overture:ready"));
  }
}
