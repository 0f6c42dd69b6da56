/** The chat: the panel with its log and its composer, and what happens in them. The loader (widget.js) is its host. */

import { freezeAnswers } from "./answers.js";
import { closedByBack } from "./back.js";
import { Conversation } from "./conversation.js";
import { element, icon } from "./dom.js";
import { STYLES } from "./looks.js";
import { messageNode } from "./message.js";

const TYPING_LASTS = 8_000;
const HIDDEN_TOO_LONG = 60_000; // browsers allow six connections to a host: a hidden tab gives its own back

export class Chat {
  #host;
  #base;
  #phrases;
  #conversation;
  #own = new Map(); // the visitor's messages that the feed has not shown yet, by id
  #latest = null; // the visitor's last message that the feed has shown
  #floor = ""; // the person who talks with the visitor; empty: the assistant
  #typing = 0;
  #hidden = 0;
  #parts = {};
  #covers = closedByBack(() => this.close());

  constructor(host, base, store, phrases) {
    this.#host = host;
    this.#base = base;
    host.dress(STYLES);
    this.#build();
    this.speak(phrases);
    this.#conversation = new Conversation(base, store, {
      item: (item, isNew) => this.#show(item, isNew),
      settled: () => this.#announce(true),
      seen: () => (host.unread = 0),
      sending: (entry) => this.#showOwn(entry),
      refused: (report, why) => this.#refused(report, why),
      connected: (connected) => (this.#parts.notice.hidden = connected),
      rules: () => this.#offerFiles(),
      lost: () => this.#phrases.fileLost,
      forgotten: () => this.#empty(),
    });
    this.#offerFiles();
    this.#announce(!this.#conversation.begun);
    for (const entry of this.#conversation.pending) {
      this.#showOwn({ ...entry, state: entry.refused ? "failed" : "waiting", why: entry.refused });
    }
    if (this.#conversation.begun) void this.#conversation.start();
    addEventListener("online", () => this.#conversation.nudge());
    document.addEventListener("visibilitychange", () => this.#visibility());
    visualViewport?.addEventListener("resize", () => this.#fit());
  }

  // What the host asks for.

  open({ focus = true } = {}) {
    if (this.#host.opened) return;
    this.#parts.panel.hidden = false;
    this.#host.opened = true;
    this.#read();
    this.#lockPage();
    this.#fit();
    if (focus) this.#parts.text.focus();
    this.#toEnd();
    void this.#conversation.start({ opened: true });
  }

  close() {
    if (!this.#host.opened) return;
    const hadFocus = this.#host.shadowRoot.activeElement !== null;
    this.#parts.panel.hidden = true;
    this.#host.opened = false;
    this.#lockPage();
    if (hadFocus) this.#host.focusLauncher();
  }

  sendMessage(text, payload) {
    const said = String(text ?? "").trim();
    if (said) this.#conversation.say(said, payload);
  }

  identify(user) {
    this.#conversation.report({ identify: user });
  }

  setAttributes(attributes) {
    this.#conversation.report({ attributes });
  }

  setLocale(locale) {
    this.#conversation.report({ locale });
  }

  sendEvent(event, data = {}) {
    this.#conversation.report({ event, data }, { begin: true });
  }

  startJourney(journey, data = {}) {
    this.#conversation.report({ journey, data }, { begin: true });
  }

  forget() {
    this.close();
    this.#conversation.forget();
  }

  /** Use these phrases from now on; what was said stays as it was. */
  speak(phrases) {
    this.#phrases = phrases;
    const { close, notice, log, text, attach, send, person, typing } = this.#parts;
    for (const [part, phrase] of [
      [close, phrases.minimise],
      [log, phrases.conversation],
      [text, phrases.composer],
      [attach, phrases.attach],
      [send, phrases.send],
    ]) {
      part.setAttribute("aria-label", phrase);
    }
    text.placeholder = phrases.placeholder;
    notice.textContent = phrases.offline;
    typing.setAttribute("aria-label", phrases.typing);
    person.textContent = phrases.person;
    this.#sayWhoTalks(this.#floor);
  }

  /** Below the composer it stands all the time whether one talks with the assistant, or with whom. */
  #sayWhoTalks(floor) {
    const { assistant, person } = this.#parts;
    const { assistant: automated, talkingTo, privacy } = this.#phrases;
    this.#floor = floor;
    const who = floor ? `${talkingTo} ${floor}` : automated;
    assistant.textContent = navigator.globalPrivacyControl ? `${who}. ${privacy}` : who;
    person.hidden = Boolean(floor);
  }

  #refused(report, why) {
    console.warn(`overture: ${Object.keys(report)[0]} was refused: ${why}`);
    this.#host.tell("error", { call: Object.keys(report)[0], reason: why });
  }

  // Building.

  #build() {
    const close = element("button", { class: "icon", type: "button" }, icon("down"));
    const notice = element("div", { class: "notice", role: "status", hidden: true });
    const log = element("div", {
      class: "log",
      part: "log",
      role: "log",
      tabindex: "0",
      "aria-live": "off",
      "aria-relevant": "additions",
    });
    const dots = [1, 2, 3].map(() => element("i"));
    const typing = element("div", { class: "typing", role: "img", hidden: true }, ...dots);
    const text = element("textarea", { rows: "1", maxlength: "4000", autocomplete: "off", dir: "auto" });
    const send = element("button", { class: "icon" }, icon("send"));
    const attach = element("button", { class: "icon attach", type: "button", hidden: true }, icon("clip"));
    const files = element("input", { type: "file", multiple: true, hidden: true, tabindex: "-1" });
    const form = element("form", { class: "composer" }, attach, files, text, send);
    const problem = element("div", { class: "notice problem", role: "alert", hidden: true });
    const [assistant, person] = [element("span"), element("button", { type: "button" })];
    const foot = element("div", { class: "foot" }, problem, form, element("div", { class: "fine" }, assistant, person));
    const heading = element("div", { class: "head" }, element("h2", { id: "title" }, this.#host.chatTitle), close);
    const panel = element(
      "div",
      { class: "panel", part: "panel", id: "panel", role: "dialog", "aria-labelledby": "title", hidden: true },
      ...[heading, notice, log, typing, foot],
    );
    this.#host.shadowRoot.prepend(panel);
    this.#host.shadowRoot.querySelector(".launcher").setAttribute("aria-controls", "panel");
    this.#parts = { panel, close, notice, log, typing, problem, text, attach, files, send, assistant, person };

    panel.addEventListener("click", (event) => this.#once(event), { capture: true });
    close.addEventListener("click", () => this.close());
    person.addEventListener("click", () => this.#choose(this.#phrases.person, "/talk_to_person"));
    this.#host.shadowRoot.addEventListener("keydown", (event) => {
      if (event.key === "Tab") return this.#keepFocus(event);
      if (event.key !== "Escape" || !this.#host.opened) return;
      event.stopPropagation();
      this.close();
    });
    attach.addEventListener("click", () => files.click());
    files.addEventListener("change", () => this.#attach(files.files));
    panel.addEventListener("dragover", (event) => this.#drag(event));
    panel.addEventListener("dragleave", () => panel.classList.remove("dropping"));
    panel.addEventListener("drop", (event) => this.#drag(event));
    text.addEventListener("paste", (event) => {
      const pasted = event.clipboardData?.files;
      if (!pasted?.length || !this.#conversation.fileRules) return;
      event.preventDefault();
      this.#attach(pasted);
    });
    text.addEventListener("input", () => this.#atEnd && this.#toEnd()); // a draft of several lines takes room
    text.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#explain("");
      this.sendMessage(text.value);
      text.value = "";
      text.focus();
    });
  }

  /** A double click presses a button once: its second click would answer what the first one has brought. */
  #once(event) {
    if (event.detail < 2 || !event.target.closest("button") || event.target.closest(".pages")) return;
    event.preventDefault();
    event.stopPropagation();
  }

  // Files.

  /** Until the service has said whether it takes files there is room for the button, so that it moves nothing. */
  #offerFiles() {
    const { attach, files } = this.#parts;
    const { begun, fileRules: rules } = this.#conversation;
    attach.hidden = begun && !rules;
    attach.style.visibility = rules ? "" : "hidden";
    if (rules) files.accept = Object.entries(rules.types).flat(2).join();
  }

  #drag(event) {
    if (!this.#conversation.fileRules || !event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault(); // else the browser would open the file in place of the page
    this.#parts.panel.classList.toggle("dropping", event.type === "dragover");
    if (event.type === "drop") this.#attach(event.dataTransfer.files);
  }

  async #attach(given) {
    const { files, text, problem } = this.#parts;
    const chosen = [...given];
    files.value = "";
    this.#explain("");
    text.focus();
    const refuse = (words) => this.#explain([problem.textContent, words].filter(Boolean).join(" "));
    await this.#conversation.attach(chosen, this.#phrases, refuse).catch(() => refuse(this.#phrases.failed));
  }

  /** Why something was not sent, until the next thing is. */
  #explain(words) {
    this.#parts.problem.textContent = words;
    this.#parts.problem.hidden = !words;
    if (words) this.#toEnd();
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
      if (item.floor !== undefined) this.#sayWhoTalks(item.floor);
      if (item.from !== "system") this.#markLatest(this.#phrases.read);
      if (isNew) this.#notice();
    }
    if (follow) this.#toEnd();
    if (isNew) this.#host.tell("message", structuredClone(item));
  }

  #notice() {
    if (this.#host.opened && document.visibilityState === "visible") return this.#read();
    this.#host.unread += 1;
  }

  #read() {
    this.#conversation?.markSeen();
    this.#host.unread = 0;
  }

  /** The feed shows one of the visitor's messages: the one we drew when it was sent, or one from another tab. */
  #confirm(item) {
    const [id, own] = [...this.#own].find(([id]) => item.id.includes(id)) ?? [];
    if (own) {
      this.#own.delete(id);
      this.#mark(own, "sent");
    }
    if (!item.files) freezeAnswers(this.#parts.log, item.text, own);
    const node = own ?? this.#messageNode(item, false);
    if (!own) this.#place(node);
    this.#markLatest("");
    this.#latest = node;
    this.#markLatest(this.#phrases.delivered);
  }

  /** How far the visitor's last message has got: it is read once somebody has answered. */
  #markLatest(words) {
    if (!this.#latest) return;
    this.#latest.querySelector(".receipt")?.remove();
    if (words) this.#latest.append(element("div", { class: "state receipt" }, words));
  }

  #messageNode(item, isNew) {
    const choose = (text, payload) => this.#choose(text, payload);
    const tell = (report) => {
      this.#conversation.report(report);
      this.#parts.text.focus();
    };
    return messageNode(item, { base: this.#base, phrases: this.#phrases, isNew, choose, tell });
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
      node = this.#messageNode({ from: "visitor", text: entry.text, files: entry.file && [entry.file] }, true);
      if (!entry.file) freezeAnswers(this.#parts.log, entry.text);
      this.#own.set(entry.id, node);
      this.#parts.log.append(node);
      this.#toEnd();
      if (entry.state === "sending") this.#beginTyping();
    }
    if (["failed", "waiting"].includes(entry.state)) this.#endTyping();
    this.#mark(node, entry.state, entry);
  }

  #mark(node, state, { id, why, share } = {}) {
    node.querySelector(".state")?.remove();
    node.classList.toggle("pending", state !== "sent");
    node.classList.toggle("failed", state === "failed");
    node.delivered = state === "sent";
    if (state === "sent") return;
    const more = state === "failed" ? (why ?? "") : share ? share.toLocaleString(this.#host.lang, { style: "percent" }) : "";
    const words = `${this.#phrases[state]} ${more} `;
    const line = element("div", { class: "state" }, words);
    if (state !== "sending") {
      const retry = element("button", { type: "button" }, this.#phrases.retry);
      retry.addEventListener("click", () => this.#conversation.retry(id));
      line.append(retry);
    }
    node.append(line);
  }

  #choose(text, payload) {
    this.sendMessage(text, payload);
    this.#parts.text.focus(); // what had the focus is frozen now
  }

  #beginTyping() {
    const { typing } = this.#parts;
    if (this.#floor) return; // people type for themselves
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
    this.#latest = null;
    this.#host.unread = 0;
    this.#sayWhoTalks("");
    this.#endTyping();
    this.#parts.log.replaceChildren();
    this.#announce(false);
  }

  // The page around it.

  /** On a phone the chat is all that there is to see: the page behind it neither scrolls nor gets the focus. */
  #lockPage() {
    const modal = this.#host.opened && this.#host.small;
    document.documentElement.style.overflow = modal ? "hidden" : "";
    this.#parts.panel.setAttribute("aria-modal", String(modal));
    this.#covers(modal);
  }

  #keepFocus(event) {
    if (this.#parts.panel.getAttribute("aria-modal") !== "true") return;
    const inside = [...this.#parts.panel.querySelectorAll("button, a, input, textarea, [tabindex='0']")];
    const reached = inside.filter((node) => !node.matches(":disabled") && node.checkVisibility());
    const [first, last] = [reached[0], reached.at(-1)];
    const leaves = this.#host.shadowRoot.activeElement === (event.shiftKey ? first : last);
    if (!leaves) return;
    event.preventDefault();
    (event.shiftKey ? last : first).focus();
  }

  /** The keyboard of a phone covers a part of the page without making it smaller. */
  #fit() {
    if (!visualViewport || Math.abs(visualViewport.scale - 1) > 0.01) return; // one who zooms in is no keyboard
    this.#parts.panel.style.setProperty("--seen", `${visualViewport.height}px`);
    if (this.#host.opened && this.#host.small) this.#toEnd();
  }

  #visibility() {
    clearTimeout(this.#hidden);
    if (document.visibilityState === "hidden") {
      this.#hidden = setTimeout(() => this.#conversation.stop(), HIDDEN_TOO_LONG);
      return;
    }
    if (this.#host.opened) this.#read();
    if (this.#conversation.begun) void this.#conversation.start();
    this.#conversation.nudge();
  }
}
