/**
 * Overture's chat widget: ES modules, no dependencies, no build. This one is the loader: the launcher with its badge, the
 * teaser, and the API of the page. The chat comes from widget/ when it is opened or needed.
 *
 *   <script type="module" src="https://chat.example.com/widget.js" data-title="Ask us" data-accent="#0e7c86"></script>
 *
 * connectors/webchat/README.md tells the options and the API. The element may be written by hand, too:
 * <overture-chat title="Ask us" locale="de">.
 */

const BASE = new URL(".", import.meta.url).href;
const STORE = `overture:${BASE}`;
const LOCALES = ["en", "de", "fr", "es", "it", "pt", "nl", "pl", "ar", "he"];
const OPTIONS = ["title", "accent", "position", "theme", "locale", "teaser", "teaserDelay"];
const SMALL = "(max-width: 420px), (max-width: 640px) and (pointer: coarse), (max-height: 420px)";
const BEGUN = '"token"'; // in what is kept of a visitor who chats
const TEASED = "overture:teased";
const PATIENCE = 2000; // ms, for a page that is never idle

const STYLES = `
:host {
  color-scheme: light dark;
  --surface: var(--overture-surface, light-dark(#fff, #171c22));
  --raised: var(--overture-raised, light-dark(#f0f3f6, #282f38));
  --line: var(--overture-line, light-dark(#dde2e8, #343d48));
  --ink: var(--overture-ink, light-dark(#18212b, #e9edf2));
  --muted: var(--overture-muted, light-dark(#56616e, #a5b0bd));
  --bad: light-dark(#a8231b, #ff9d94);
  --radius: var(--overture-radius, 16px);
  position: fixed !important; /* rules of the page for all its elements would win else */
  width: auto !important; max-width: none !important; margin: 0 !important; padding: 0 !important;
  inset-block-end: max(16px, env(safe-area-inset-bottom));
  inset-inline-end: max(16px, env(safe-area-inset-right));
  z-index: var(--overture-layer, 2147483000) !important;
  font: 15px/1.45 var(--overture-font, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif);
  color: var(--ink);
}
:host([theme="light"]) { color-scheme: only light; }
:host([theme="dark"]) { color-scheme: only dark; }
:host([position="left"]) { left: max(16px, env(safe-area-inset-left)); right: auto; }
:host([position="right"]) { left: auto; right: max(16px, env(safe-area-inset-right)); }
*, ::before, ::after { box-sizing: border-box; }
[hidden] { display: none !important; }
button { font: inherit; color: inherit; cursor: pointer; touch-action: manipulation; }
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
:host([position="left"]:dir(rtl)) .launcher { margin-inline: auto 0; }
.launcher .cross, :host([opened]) .launcher .talk { display: none; }
:host([opened]) .launcher .cross { display: block; }
.badge {
  position: absolute; inset-block-start: -3px; inset-inline-end: -3px; min-inline-size: 22px; padding: 0 6px;
  border: 2px solid #fff; border-radius: 12px; background: #b3261e; color: #fff; font-size: 12px; font-weight: 650;
  line-height: 18px; text-align: center;
}
@media (prefers-reduced-motion: reduce) {
  *, ::before, ::after { animation: none !important; transition: none !important; }
}
@media (forced-colors: active) { .launcher { border: 1px solid ButtonText; } }
@media ${SMALL} { :host([opened]) .launcher { display: none; } }
@media print { :host { display: none; } }
`;

// ----------------------------------------------------------------------------------------------------- small pieces

function element(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function icon(name, size, shapes) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const attributes = { class: name, viewBox: "0 0 24 24", width: size, height: size, "aria-hidden": "true" };
  for (const [key, value] of Object.entries(attributes)) svg.setAttribute(key, value);
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", shapes);
  svg.append(path);
  return svg;
}

const TALK = "M21 11.5a8.4 8.4 0 0 1-12.2 7.5L3.5 20.5 5 15.6A8.4 8.4 0 1 1 21 11.5z";
const CROSS = "M6 6l12 12M18 6L6 18";

/** A storage of the browser that may be blocked; then each page begins afresh. */
const remember = (storage, key, value) => {
  try {
    if (value !== undefined) window[storage].setItem(key, value);
    return window[storage].getItem(key);
  } catch {
    return null;
  }
};

/** A module of the widget. A browser keeps a failed one as failed, so another try needs another address. */
async function part(name, tries = 1) {
  try {
    return await import(`${BASE}widget/${name}.js${tries > 1 ? `?${tries}` : ""}`);
  } catch (error) {
    if (tries > 3) throw error;
    await new Promise((goOn) => setTimeout(goOn, 250 * 4 ** tries * (0.5 + Math.random())));
    return part(name, tries + 1);
  }
}

/** The first of the languages that the widget speaks; English where it speaks none of them. */
function localeOf(...wanted) {
  const known = wanted.map((one) => one?.toLowerCase().split(/[-_]/)[0]).find((one) => LOCALES.includes(one));
  return known ?? "en";
}

// ------------------------------------------------------------------------------------------------------ the element

class OvertureChat extends HTMLElement {
  #listeners = new Map();
  #parts = null;
  #phrases = null;
  #locale = null; // the one that was asked for last
  #presented = null; // a promise, from the time on at which the launcher is to be seen
  #chat = null; // a promise, from the time on at which the chat is wanted
  #told = []; // what the page says of the visitor while the chat is not there
  #unread = 0;
  #ready = false;
  #small = matchMedia(SMALL);

  connectedCallback() {
    if (this.#parts) return;
    this.attachShadow({ mode: "open" });
    this.chatTitle = this.getAttribute("title") || "Chat";
    this.removeAttribute("title"); // as an attribute it would be a tooltip over everything
    const launcher = element("button", { class: "launcher", part: "launcher", type: "button" });
    const badge = element("span", { class: "badge", part: "badge", "aria-hidden": "true" });
    launcher.append(icon("talk", 26, TALK), icon("cross", 26, CROSS), badge);
    badge.hidden = true;
    const aside = element("div", { class: "unseen", role: "status" });
    this.#parts = { launcher, badge, aside };
    launcher.addEventListener("click", ({ detail }) => detail < 2 && this.toggle()); // a double click opens it, too
    launcher.addEventListener("pointerenter", () => this.#load().catch(() => {}), { once: true });
    addEventListener("storage", ({ key, newValue }) => {
      if (key === STORE && newValue?.includes(BEGUN)) this.#load().catch(() => {}); // another tab has begun to chat
    });
    const begin = () => this.isConnected && this.#begin().catch((error) => console.warn("overture: the chat cannot be begun", error));
    if (window.requestIdleCallback) requestIdleCallback(begin, { timeout: PATIENCE }); // the page comes first
    else setTimeout(begin);
  }

  /** A website that replaces the whole body from page to page (Turbo) keeps the chat; who takes it away has none. */
  disconnectedCallback() {
    if (this.parentNode?.localName !== "body") return;
    queueMicrotask(() => {
      const copy = document.querySelector("overture-chat");
      if (copy) copy.replaceWith(this);
      else document.body.append(this);
    });
  }

  /** The launcher, put on the page at once and whole, so that the page is laid out once; a failed try is not kept. */
  #present() {
    const locale = () => localeOf(this.getAttribute("locale"), document.documentElement.lang, navigator.language);
    this.#presented ??= Promise.all([part("colours"), this.#speak(this.#locale ?? locale())])
      .then(([{ accentStyles }]) => {
        this.dress(STYLES + accentStyles(this.getAttribute("accent")));
        this.shadowRoot.append(this.#parts.launcher, this.#parts.aside);
        this.#ready = true;
        this.tell("ready");
      })
      .catch((error) => {
        this.#presented = null;
        throw error;
      });
    return this.#presented;
  }

  async #begin() {
    await this.#present();
    const begun = remember("localStorage", STORE)?.includes(BEGUN);
    if (begun || this.#wasOpen) this.#goOn();
    if (!begun) void this.#tease();
  }

  /** The visitor has a conversation already: it may have news, and an open chat is opened again. */
  #goOn() {
    this.#load().catch((error) => console.warn("overture: the chat cannot be loaded", error));
    if (!this.#wasOpen) return;
    if (!this.#small.matches) return void this.open({ focus: false });
    // A frame is small until its page has its style; once it is large, the chat is open in it as it was.
    this.#small.addEventListener("change", () => this.#wasOpen && this.open({ focus: false }), { once: true });
  }

  async #speak(locale) {
    this.#locale = locale;
    const { default: phrases } = await part(`locales/${locale}`);
    if (this.#locale !== locale) return this.#speak(this.#locale); // another was asked for in the meantime
    this.#phrases = phrases;
    this.lang = locale;
    this.dir = phrases.direction ?? "ltr";
    this.#label();
  }

  /** The chat, loaded once; a failed try is not kept. */
  #load() {
    this.#chat ??= Promise.all([part("chat"), this.#present()])
      .then(([{ Chat }]) => {
        const chat = new Chat(this, BASE, STORE, this.#phrases);
        for (const [name, given] of this.#told.splice(0)) chat[name](...given);
        return chat;
      })
      .catch((error) => {
        this.#chat = null;
        throw error;
      });
    return this.#chat;
  }

  async #ask(name, ...given) {
    const chat = await this.#load();
    return chat[name](...given);
  }

  // The API of window.overture.

  open(options) {
    return this.#ask("open", options);
  }

  close() {
    return this.#chat ? this.#ask("close") : Promise.resolve();
  }

  toggle() {
    return this.opened ? this.close() : this.open();
  }

  /** Say something as the visitor; `payload` (such as "/request_demo") goes with it instead of being understood. */
  sendMessage(text, payload) {
    return this.#ask("sendMessage", text, payload);
  }

  /** Who the visitor is, as the website knows them: {id, hash, ...} or {jwt}. It is told once they chat. */
  identify(user) {
    return this.#mention("identify", user);
  }

  setAttributes(attributes) {
    return this.#mention("setAttributes", attributes);
  }

  /** Something happened on the page; it begins a conversation, for somebody has to have done it. */
  sendEvent(name, data) {
    return this.#ask("sendEvent", name, data);
  }

  startJourney(journey, data) {
    return this.#ask("startJourney", journey, data);
  }

  async setLocale(locale) {
    await this.#speak(localeOf(locale));
    if (this.#chat) await this.#ask("speak", this.#phrases);
    return this.#mention("setLocale", locale);
  }

  /** Forget this visitor in this browser: the next message begins a new conversation. */
  forget() {
    this.#told = [];
    return this.#ask("forget");
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

  /** What is said of the visitor loads nothing: it waits until they chat. */
  #mention(name, ...given) {
    if (this.#chat) return this.#ask(name, ...given);
    this.#told.push([name, given]);
    return Promise.resolve();
  }

  // What the chat tells the launcher.

  tell(event, detail) {
    for (const listener of this.#listeners.get(event) ?? []) {
      try {
        listener(detail);
      } catch (error) {
        console.error(`overture: a listener to "${event}" failed`, error);
      }
    }
  }

  set opened(yes) {
    this.toggleAttribute("opened", yes);
    remember("sessionStorage", "overture:open", yes ? "yes" : "no");
    this.#label();
    this.tell(yes ? "open" : "close");
  }

  set unread(count) {
    if (count === this.#unread) return;
    this.#unread = count;
    this.#label();
    this.tell("unread", count);
  }

  get unread() {
    return this.#unread;
  }

  /** Wear these styles, too; as sheets that scripts make they need no `unsafe-inline`. */
  dress(styles) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(styles);
    this.shadowRoot.adoptedStyleSheets.push(sheet);
  }

  /** Read this out; nothing of it is seen. */
  say(words) {
    this.#parts.aside.textContent = words;
  }

  focusLauncher() {
    this.#parts.launcher.focus();
  }

  get small() {
    return this.#small.matches;
  }

  /** An open chat stays open from page to page. */
  get #wasOpen() {
    return remember("sessionStorage", "overture:open") === "yes";
  }

  #label() {
    const { launcher, badge, aside } = this.#parts;
    const phrases = this.#phrases;
    const unread = this.#unread > 0 ? phrases.unread(this.#unread) : "";
    launcher.setAttribute("aria-expanded", String(this.opened));
    launcher.setAttribute("aria-label", this.opened ? phrases.close : [phrases.open, unread].filter(Boolean).join(", "));
    badge.hidden = !unread;
    badge.textContent = this.#unread > 9 ? "9+" : String(this.#unread);
    aside.textContent = unread;
  }

  /** A line beside the launcher, once in a session, and never by itself on a phone. */
  async #tease() {
    const phone = this.#small.matches || matchMedia("(pointer: coarse)").matches;
    if (!this.getAttribute("teaser")?.trim() || phone || remember("sessionStorage", TEASED)) return;
    const { tease } = await part("teaser");
    tease(this, this.#phrases, () => remember("sessionStorage", TEASED, "yes"));
  }
}

// ------------------------------------------------------------------------------------------------------- embedding

const API = ["open", "close", "toggle", "sendMessage", "identify", "setAttributes", "setLocale", "sendEvent"];
API.push("startJourney", "forget", "on", "off");

/** `window.overture`; what the page has pushed before, such as overture.push(["open"]), is done in that order. */
function offer(chat) {
  const early = Array.isArray(window.overture) ? window.overture : [];
  const call = (name, given) => {
    const answer = chat[name](...given);
    answer?.catch?.((error) => {
      console.warn(`overture: ${name}() failed: ${error.message}`);
      chat.tell("error", { call: name, reason: error.message });
    });
  };
  const api = Object.fromEntries(API.map((name) => [name, (...given) => call(name, given)]));
  api.push = (...commands) => {
    for (const [name, ...given] of commands) {
      if (API.includes(name)) call(name, given);
      else console.warn(`overture: there is no "${name}"; there are ${API.join(", ")}`);
    }
  };
  window.overture = Object.freeze(api);
  api.push(...early);
}

if (!customElements.get("overture-chat")) {
  customElements.define("overture-chat", OvertureChat);
  const script = [...document.scripts].find((candidate) => candidate.src === import.meta.url);
  let chat = document.querySelector("overture-chat");
  if (!chat && script) {
    chat = document.createElement("overture-chat");
    for (const name of OPTIONS) {
      const attribute = name.replace(/[A-Z]/, (letter) => `-${letter.toLowerCase()}`);
      if (name in script.dataset) chat.setAttribute(attribute, script.dataset[name]);
    }
    document.body.append(chat);
  }
  if (chat) {
    offer(chat);
    window.dispatchEvent(new CustomEvent("overture:ready"));
  }
}
