/** The customer's phone, which calls and is called: it carries out the TwiML that we answer Twilio with, and says it aloud. */

import { byId, complain, h } from "../dom.js";
import { actFor } from "../feed.js";
import { connectRelay } from "./relay.js";

const KEYS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"];
const SILENCE = 20_000; // Twilio waits five seconds; somebody who types needs longer
const VOICE = "voice";

export function callPanel() {
  const choice = byId("phone-number");
  const lines = byId("call-lines");
  const desk = byId("call-desk");
  const rings = byId("call-rings");
  const interrupt = byId("call-interrupt");
  const ringing = new Map(); // calls that Overture places and nobody has taken yet, by their SID
  let call = null; // { sid, from, listening, busy }
  let silence = 0;

  const show = (kind, text) => {
    const node =
      kind === "event" ? h("p", { class: "event" }, text) : h("div", { class: `text ${kind}` }, h("p", {}, text));
    lines.append(node);
    lines.scrollTop = lines.scrollHeight;
  };

  const say = (node) => {
    const words = node.textContent.trim();
    if (!words) return;
    if (call) call.said = words;
    show("theirs", words);
    if (!window.speechSynthesis) return;
    const utterance = new SpeechSynthesisUtterance(words);
    utterance.lang = node.getAttribute("language") ?? "en-GB";
    speechSynthesis.speak(utterance);
  };

  /** What we are answered; undefined where that call is over by then: nothing of it is done in another one. */
  const during = async (deed) => {
    const own = call;
    const told = own && (await actFor(VOICE, { call: own.sid, ...deed }));
    return own && own === call ? told : undefined;
  };

  const post = (to, fields = {}) => during({ deed: "post", from: call?.from, to, fields });

  /** Does what the TwiML says, verb by verb, as Twilio does. */
  const carryOut = async (twiml) => {
    if (twiml === undefined) return;
    if (twiml === null) return end("The call was cut off.");
    const root = new DOMParser().parseFromString(twiml, "text/xml").documentElement;
    for (const verb of root.children) {
      if (verb.tagName === "Say") say(verb);
      if (verb.tagName === "Redirect") return carryOut(await post(verb.textContent));
      if (verb.tagName === "Gather") {
        for (const inner of verb.children) say(inner);
        call.listening = verb.getAttribute("action");
        silence = setTimeout(() => answer({}), SILENCE);
        return;
      }
      if (verb.tagName === "Dial") return ring(verb);
      if (verb.tagName === "Connect") return relay(verb);
      if (verb.tagName === "Hangup") return end("The bot hung up.");
    }
    end("The call is over.");
  };

  /** The call is talked over ConversationRelay's WebSocket until one of the two ends that; then TwiML goes on. */
  const relay = (connect) => {
    const own = call;
    const over = async (fields) => {
      own.relay = null;
      interrupt.hidden = true;
      if (own === call) await carryOut(await post(connect.getAttribute("action"), fields));
    };
    call.relay = connectRelay(connect, { call, say, note: (text) => show("event", text), over });
    interrupt.hidden = false;
  };

  const answer = async (fields) => {
    if (!call?.listening) return;
    const to = call.listening;
    call.listening = null;
    clearTimeout(silence);
    window.speechSynthesis?.cancel();
    await carryOut(await post(to, fields));
  };

  /** The colleague's phone rings: they hear who it is, and take the call by a key, or do not. */
  const ring = (dial) => {
    const number = dial.querySelector("Number");
    const over = async (fields) => {
      desk.hidden = true;
      await carryOut(await post(dial.getAttribute("action"), fields));
    };
    const offer = (text, ...buttons) => {
      desk.replaceChildren(h("span", {}, text), ...buttons);
      desk.hidden = false;
    };
    const button = (text, act) => h("button", { type: "button", onclick: act }, text);
    const nobody = button("Nobody answers", () => over({ DialCallStatus: "no-answer" }));
    const take = button("Pick up", async () => {
      const told = await post(number.getAttribute("url"));
      if (!told) return;
      const whisper = new DOMParser().parseFromString(told, "text/xml");
      const accepted = whisper.querySelector("Gather").getAttribute("action");
      const accept = button("Press 1", async () => {
        if (typeof (await post(accepted, { Digits: "1" })) !== "string") return;
        show("event", "Talking with a colleague");
        offer("The two are talking.", button("They hang up", () => over({ DialCallStatus: "completed" })));
      });
      offer(`The colleague hears: ${whisper.documentElement.textContent.trim()}`, accept, nobody);
    });
    show("event", `Ringing ${number.textContent}`);
    offer("The sales desk’s phone rings.", take, nobody);
  };

  const end = (why) => {
    call?.relay?.close();
    interrupt.hidden = true;
    if (call) void actFor(VOICE, { deed: "hang_up", call: call.sid, from: call.from });
    call = null;
    clearTimeout(silence);
    desk.hidden = true;
    show("event", why);
    byId("call-start").textContent = "Call";
    byId("call-end").textContent = "Close";
    showRings();
  };

  const begin = (sid, from, words) => {
    call = { sid, from, listening: null };
    lines.replaceChildren();
    byId("call-end").textContent = "Hang up";
    showCall(true);
    show("event", words);
    showRings();
  };

  /** The phone rings until somebody takes the call, or does not. */
  const showRings = () => {
    const [item] = ringing.values();
    rings.hidden = !item || Boolean(call);
    if (rings.hidden) return;
    const over = (words, act) => {
      const onclick = () => {
        ringing.delete(item.call);
        void act();
        showRings();
      };
      return h("button", { type: "button", onclick }, words);
    };
    const decline = (how) => () => actFor(VOICE, { deed: "decline", call: item.call, how });
    const pickUp = async () => {
      begin(item.call, item.from, `Harbourline calls ${item.from}`);
      await carryOut(await during({ deed: "answer" }));
    };
    const mailbox = async () => {
      await pickUp();
      await actFor(VOICE, { deed: "detect", call: item.call, as: "machine_end_beep" });
    };
    rings.replaceChildren(
      h("span", {}, `${item.from} rings: Harbourline calls.`),
      over("Pick up", pickUp),
      over("Let it ring", decline("no-answer")),
      over("Busy", decline("busy")),
      over("Mailbox", mailbox),
    );
  };

  const showCall = (shown) => {
    byId("call").hidden = !shown;
    byId("texts").hidden = shown;
    byId("phone-form").hidden = shown;
    byId("call-start").hidden = shown;
  };

  byId("call-start").addEventListener("click", async () => {
    const sid = `CA${crypto.randomUUID().replaceAll("-", "")}`;
    begin(sid, choice.value, `${choice.value} calls Harbourline`);
    byId("call-text").focus();
    await carryOut(await during({ deed: "call", from: call.from }));
  });
  byId("call-end").addEventListener("click", () => {
    window.speechSynthesis?.cancel();
    if (call) end("You hung up.");
    else showCall(false);
  });
  byId("call-form").addEventListener("submit", (submitted) => {
    submitted.preventDefault();
    const field = byId("call-text");
    const text = field.value.trim();
    if (!text) return;
    if (!call?.listening && !call?.relay) return complain(call ? "The bot is not listening yet." : "The call is over.");
    field.value = "";
    if (submitted.submitter === interrupt) call.relay?.interrupt();
    window.speechSynthesis?.cancel();
    show("own", text);
    if (call.relay) call.relay.prompt(text);
    else void answer({ SpeechResult: text, Confidence: "0.92" });
  });
  byId("call-keys").replaceChildren(
    ...KEYS.map((key) =>
      h("button", { type: "button", onclick: () => press(key) }, key),
    ),
  );
  const press = (key) => {
    if (!call?.listening && !call?.relay) return;
    show("own", key);
    if (call.relay) call.relay.press(key);
    else void answer({ Digits: key });
  };

  /** What the stand-in tells of calls: one rings, one is taken elsewhere, one is sent on to a mailbox's message. */
  const take = (item) => {
    if (item.feed !== `sandbox:${VOICE}` || item.type !== "call") return;
    if (item.what === "rings") ringing.set(item.call, item);
    if (item.what === "answered" || item.what === "ended") ringing.delete(item.call);
    if (call?.sid === item.call && item.what === "goes_on") {
      call.listening = null;
      clearTimeout(silence);
      show("event", "The mailbox beeps");
      void post(item.url).then(carryOut);
    }
    if (call?.sid === item.call && item.what === "ended") end("The call was ended.");
    showRings();
  };

  return { take };
}
