/** What is said, side by side on each channel, worded to a person who can be edited. */

import { channelName } from "../channels.js";
import { byId, h, safeAddress, words } from "../dom.js";
import { blockNodes } from "../panels/blocks.js";
import { request, soon, withToken } from "./service.js";

const TYPING = 250; // milliseconds
const AWAY = 2_000; // milliseconds, until a service that did not answer is asked once more

/** Warnings of the text, below the editor; they do not keep it from being saved. */
export function showWarnings(warnings) {
  byId("warnings").replaceChildren(
    ...warnings.map(({ path, line, message, suggestion }) => {
      const elsewhere = path === byId("file-path").textContent ? "" : `${path.split("/").slice(-2).join("/")}, line ${line}: `;
      return h("li", {}, h("strong", {}, elsewhere || `Line ${line} `), `${message} ${suggestion}`);
    }),
  );
}

/** The page of a response. */
export const pageOfResponse = (name) => withToken(`/responses/${encodeURIComponent(name)}`);

const asksOfStep = (body) => request("/journeys/messages", body);

export class Messages {
  #wanted = null; // what is said, as the service is asked for it
  #known = null; // what is known of the person; null until it is edited
  #fields = ""; // what it says of them
  #asked = 0;
  #later = 0;
  #again = soon(() => void this.#ask(), TYPING);

  /** `asks` gets what each channel shows from the service, `hears` what it answered, and `drawn` makes a message of that. */
  constructor({ asks = asksOfStep, hears = () => {}, drawn }) {
    Object.assign(this, { asks, hears, drawn });
    byId("messages-first").addEventListener("change", () => void this.#ask());
  }

  /** Another thing is said, to whom it usually is; null where nothing is said to anybody. */
  async show(wanted) {
    byId("messages-panel").hidden = wanted === null;
    if (JSON.stringify(wanted) === JSON.stringify(this.#wanted)) return;
    this.#wanted = wanted;
    this.#known = null;
    this.#fields = "";
    byId("messages").replaceChildren();
    if (wanted) await this.#ask();
  }

  /** Other words for the same person, once nobody types any more. */
  reword(wanted) {
    this.#wanted = wanted;
    this.#again();
  }

  /** To whom it is said, as a request has it. */
  get known() {
    return this.#known ? { known: this.#known } : {};
  }

  /** Draw again what the service has told. */
  draw() {
    if (this.told) byId("messages").lastChild.replaceChildren(...this.told.messages.map(this.drawn).filter(Boolean));
  }

  async #ask() {
    clearTimeout(this.#later);
    if (this.#wanted === null) return;
    const asked = (this.#asked += 1);
    const body = { ...this.#wanted, first: byId("messages-first").checked, ...this.known };
    const { ok, status, told } = await this.asks(body);
    if (asked !== this.#asked) return;
    if (status === 0) this.#later = setTimeout(() => void this.#ask(), AWAY);
    byId("messages-about").textContent = ok ? "as each channel shows it" : told.error;
    this.hears(ok, told);
    if (!ok) return;
    const fields = JSON.stringify(told.fields.map(({ group, name }) => [group, name]));
    if (fields !== this.#fields) byId("messages").replaceChildren(this.#personNode(told.fields), h("div", { class: "said-here" }));
    this.#fields = fields;
    this.told = told;
    this.draw();
  }

  /** The person to whom it is said; each change words the messages anew. */
  #personNode(fields) {
    if (fields.length === 0) return h("p", { class: "small to" }, "It says the same to everybody.");
    const inputs = fields.map((field) => {
      const input = h("input", { value: this.#known?.[field.group]?.[field.name] ?? field.usual, autocomplete: "off", spellcheck: "false", maxlength: 500 });
      input.addEventListener("input", read);
      return { ...field, input };
    });
    const all = (value) => () => {
      for (const one of inputs) one.input.value = value(one);
      read();
    };
    const asking = this;
    function read() {
      asking.#known = { profile: {}, slots: {}, lead: {}, event: {}, locale: {} };
      for (const { group, name, input } of inputs) asking.#known[group][name] = input.value;
      asking.#again();
    }
    return h(
      "fieldset",
      { class: "to" },
      h("legend", {}, "Said to"),
      inputs.map(({ label, group, input }) => h("label", {}, h("span", {}, label, h("small", {}, ` ${group}`)), input)),
      h(
        "div",
        { class: "presets" },
        h("button", { type: "button", onclick: all((one) => one.usual) }, "All is known"),
        h("button", { type: "button", onclick: all(() => "") }, "Nothing is known"),
      ),
    );
  }
}

/** What a step says in the file's words, as the service is asked for it; `follows`: it is to be known who opens its links. */
export function wantedOf(says, follows) {
  const { send, ask } = says && typeof says === "object" ? says : {};
  const channels = [(send ?? ask)?.channels ?? []].flat();
  if (typeof send?.response === "string") return { response: send.response, channels, ...(follows && { follows }) };
  if (typeof ask?.form === "string") return { form: ask.form, channels };
  return null;
}

/** A response or a question as each channel shows it, and the way to where its words are changed. */
export const messageNode = ({ name, slot, is_action: isAction, channels, not_followed: notFollowed }, mayChange) =>
  h(
    "section",
    { class: "message-of" },
    h("h3", {}, slot ? `${words(slot)}: ` : "", h("code", {}, name), !isAction && h("a", { href: pageOfResponse(name), "aria-label": `${mayChange ? "Change" : "See"} the words of ${name}` }, mayChange ? "Change the words" : "See the words")),
    notFollowed.length > 0 && h("p", { class: "note" }, "Nobody notes who opens ", notFollowed.map((link, index) => [index > 0 && ", ", h("code", {}, link)]), ": a link with a variable goes out as it is."),
    isAction
      ? h("p", { class: "small" }, "An action asks this in words of its own, which are known when it runs.")
      : h("div", { class: "side-by-side" }, channels.map((one) => channelNode(one, standing(one)))),
  );

export function channelNode({ channel, kind, chosen, wordings }, standing) {
  return h(
    "article",
    { class: `on-channel${chosen ? " in-step" : ""}`, "data-channel": channel },
    h("header", {}, h("h4", {}, channelName(channel)), h("span", { class: chosen ? "tag" : "small" }, standing)),
    wordings.length === 0 && h("p", { class: "note" }, "No variation may be said here."),
    wordings.map((one) => wordingNode(one, kind, wordings.length > 1, chosen)),
  );
}

function standing({ chosen, desk, connected }) {
  if (chosen) return "in this step";
  if (desk) return "colleagues, no customers";
  return connected ? "not in this step" : "no voice is connected";
}

function wordingNode({ language, place, conditions, unsayable, previews, notes }, kind, several, chosen) {
  return h(
    "div",
    { class: "wording", title: place, lang: language },
    several && h("p", { class: "small" }, [language, ...conditions].join(" · ")),
    unsayable && h("p", { class: "note bad" }, `Not sent to this person: ${unsayable}.`),
    previews.map((preview) => DRAWN[kind](preview)),
    notes
      .filter(({ only_warns: onlyWarns }) => chosen || onlyWarns)
      .map((one) => h("p", { class: one.only_warns ? "note" : "note bad" }, `${one.message} ${one.suggestion}`)),
  );
}

const DRAWN = {
  chat: ({ text, buttons, image, source_title: title, source_url: address }) =>
    h(
      "div",
      { class: "chat-view" },
      h("div", { class: "bubble words" }, text, image && imageNode(image)),
      (title || address) && h("p", { class: "small" }, `Source: ${title || address}`),
      buttons.length > 0 && h("p", { class: "choices" }, buttons.map((one) => h("span", {}, one))),
    ),
  sms: ({ text, segments }) =>
    h(
      "div",
      { class: "phone-view" },
      h("div", { class: "screen" }, h("p", { class: "bubble words" }, text)),
      h("p", { class: segments.count > 2 || segments.because.length > 0 ? "cost dear" : "cost" }, costs(segments)),
    ),
  email: ({ subject, text, buttons, image }) =>
    h(
      "div",
      { class: "mail-view" },
      h("p", { class: "subject" }, subject || "(no subject)"),
      h("p", { class: "words" }, text),
      image && imageNode(image),
      buttons.length > 0 && h("p", { class: "choices" }, buttons.map((one) => h("span", {}, one))),
    ),
  blocks: ({ blocks }) => h("div", { class: "slack-blocks" }, blockNodes(blocks, async () => {})),
  speech: ({ text }) =>
    h(
      "div",
      { class: "speech-view" },
      h("blockquote", { class: "words" }, text),
      "speechSynthesis" in window && h("button", { type: "button", class: "quiet", onclick: (event) => hear(text, event.target) }, "Listen"),
    ),
};

const imageNode = (address) => h("span", { class: "picture-of" }, `Picture: ${safeAddress(address) ?? address}`);

function costs({ count, encoding, units, because }) {
  const size = `${count} ${count === 1 ? "segment" : "segments"}, ${encoding}`;
  return because.length > 0 ? `${size} because of ${because.map((one) => `‘${one}’`).join(", ")} · ${units} units` : `${size} · ${units} units`;
}

function hear(text, button) {
  speechSynthesis.cancel();
  const speech = new SpeechSynthesisUtterance(text);
  speech.lang = button.closest("[lang]").lang;
  speechSynthesis.speak(speech);
}
