/** "Try this": the path through the product, step by step. A step ticks itself when a feed shows that it happened. */

import { byId, h, icon } from "./dom.js";

const isTurn = (item) => item.feed === "explain" && item.type === "turn";
const isSms = (item, direction) =>
  item.type === "sms" && item.channel !== "whatsapp" && item.direction === direction;
const repliesByText = (item) => isSms(item, "from_customer") && !/^\W*stop\b/i.test(item.body);
const understood = (item, ...intents) => isTurn(item) && intents.includes(item.understood?.intent);
const isMove = (item) => item.feed === "clock";
const isCard = (item) => item.type === "post" && !item.thread_ts && /"action_id":"[^"]*claim"/.test(JSON.stringify(item.blocks ?? []));
const isContact = (item) => item.type === "contact" && item.feed.startsWith("sandbox:");
const NOTED = [isMove, isCard, isContact];
const changed = (item, slot) =>
  item.slots_before?.[slot] != null && item.slots_after?.[slot] !== item.slots_before[slot];

const sellsDemos = ({ intents }) => intents.includes("request_demo");
const takesContacts = (known) => !sellsDemos(known) && known.intents.includes("request_contact");
const sizesTeams = ({ slots }) => slots.includes("team_size");
const asksNames = (known) => !sizesTeams(known) && known.slots.includes("lead_name");
const asksForTexts = ({ slots }) => slots.includes("sms_consent");

/** What can be said, in the assistant's own language; in any other, what it should come to. */
const SAID = {
  en: { price: "How much does it cost?", demo: "I’d like a demo", contact: "please contact me", size: "no, 80 people", name: "no, my name is Ana", soon: "next week works" },
  de: { price: "Was kostet es?", demo: "Ich hätte gern eine Demo", contact: "bitte melden Sie sich bei mir", size: "nein, 80 Leute", name: "nein, mein Name ist Ana", soon: "nächste Woche passt" },
};
const saying = (lead, what, otherwise) => ({ language = "en" }) =>
  SAID[language] ? `${lead} “${SAID[language][what]}”` : otherwise;

/**
 * What is to be done, how it shows that it was, and for which assistants it is: for the sample, or one of one's own. Some
 * take two things, of which the other was `noted`.
 */
const STEPS = [
  ["Open the chat", (item) => item.channel === "webchat"],
  [saying("Ask", "price", "Ask what it costs"), (item) => understood(item, "ask_knowledge"), ({ intents }) => intents.includes("ask_knowledge")],
  [saying("Say", "demo", "Ask for a demo"), (item) => understood(item, "request_demo"), sellsDemos],
  [saying("Say", "contact", "Ask to be contacted"), (item) => understood(item, "request_contact"), takesContacts],
  [saying("Correct it:", "size", "Correct how many you are"), (item) => isTurn(item) && changed(item, "team_size"), sizesTeams],
  [saying("Correct it:", "name", "Correct your name"), (item) => isTurn(item) && changed(item, "lead_name"), asksNames],
  ["Agree to texts on +447700900123", (item) => isTurn(item) && item.consents?.some(({ granted }) => granted), asksForTexts],
  ["See the lead in Slack and CRM", (item, noted) => (isCard(item) && noted.has(isContact)) || (isContact(item) && noted.has(isCard))],
  ["Claim it in Slack", (item) => item.type === "update" && JSON.stringify(item.blocks).includes("Claimed by")],
  ["Reply there, then hand back", (item) => item.type === "post" && Boolean(item.user && item.thread_ts)],
  ["Press “To what is next” until a text comes", (item, noted) => isSms(item, "to_customer") && noted.has(isMove), asksForTexts],
  ["See the text on the phone", (item) => isSms(item, "to_customer"), asksForTexts],
  [saying("Text back", "soon", "Text back that next week works"), (item) => repliesByText(item), (known) => sellsDemos(known) && asksForTexts(known)],
  ["Text back a question", (item) => repliesByText(item), (known) => !sellsDemos(known) && asksForTexts(known)],
  ["Text “STOP”: it ends", (item) => isSms(item, "from_customer") && /^\W*stop\b/i.test(item.body)],
].map(([says, happened, fits = () => true]) => ({ says, happened, fits }));
const OF_THE_SAMPLE = { intents: ["ask_knowledge", "request_demo"], slots: ["team_size", "sms_consent"] };
const FOLDED = "overture:playground:guide-folded";

/** Whether the reader has folded it; keeps `now`, where it is given. A browser that blocks cookies keeps nothing. */
function folded(now) {
  try {
    if (now) localStorage.setItem(FOLDED, now);
    return localStorage.getItem(FOLDED);
  } catch {
    return null;
  }
}

export function startGuide() {
  const [done, noted] = [new Set(), new Set()];
  const guide = byId("guide");
  const narrow = matchMedia("(max-width: 1199px)").matches;
  guide.open = narrow ? false : folded() !== "yes";
  guide.addEventListener("toggle", () => folded(guide.open ? "no" : "yes"));
  let steps = [];

  const show = () => {
    const next = steps.find((step) => !done.has(step));
    byId("guide-progress").textContent = `${steps.filter((step) => done.has(step)).length} of ${steps.length} done`;
    byId("guide-next").textContent = next ? `Next: ${next.text}` : "That was the whole path.";
    byId("guide-steps").replaceChildren(...steps.map((step, index) => stepNode(step, index + 1, done.has(step), step === next)));
  };

  /** The steps that this assistant has a part in, by its intents and slots. */
  const suit = (known) => {
    steps = STEPS.filter(({ fits }) => fits(known));
    for (const step of steps) step.text = typeof step.says === "function" ? step.says(known) : step.says;
    show();
  };

  suit(OF_THE_SAMPLE);
  return {
    suit,
    take(item) {
      const fresh = STEPS.filter((step) => !done.has(step) && step.happened(item, noted));
      for (const one of NOTED) if (one(item)) noted.add(one);
      for (const step of fresh) done.add(step);
      if (fresh.length > 0) show();
    },
  };
}

function stepNode({ text }, number, isDone, isNext) {
  const mark = h("span", { class: "mark", "aria-hidden": "true" }, isDone ? icon("tick") : String(number));
  const classes = [isDone && "done", isNext && "next"].filter(Boolean).join(" ");
  return h(
    "li",
    { class: classes, ...(isNext ? { "aria-current": "step" } : {}) },
    mark,
    h("span", {}, text),
    h("span", { class: "unseen" }, isDone ? " (done)" : ""),
  );
}
