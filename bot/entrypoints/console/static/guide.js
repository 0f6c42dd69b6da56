/** "Try this": the path through the product, step by step. A step ticks itself when a feed shows that it happened. */

import { byId, h, icon } from "./dom.js";

const isTurn = (item) => item.feed === "explain" && item.type === "turn";
const isSms = (item, direction) =>
  item.type === "sms" && item.channel !== "whatsapp" && item.direction === direction;
const understood = (item, ...intents) => isTurn(item) && intents.includes(item.understood?.intent);
const changed = (item, slot) =>
  item.slots_before?.[slot] != null && item.slots_after?.[slot] !== item.slots_before[slot];

const STEPS = [
  ["Open the chat", (item) => item.channel === "webchat"],
  ["Ask “How much does it cost?”", (item) => understood(item, "ask_knowledge")],
  ["Say “I’d like a demo”", (item) => understood(item, "request_demo")],
  ["Correct it: “no, 80 people”", (item) => isTurn(item) && changed(item, "team_size")],
  ["Agree to texts on +447700900123", (item) => isTurn(item) && item.consents?.some(({ granted }) => granted)],
  ["See the lead in Slack and CRM", (item) => item.type === "post" && !item.thread_ts && item.blocks?.length > 0],
  ["Claim it in Slack", (item) => item.type === "update" && JSON.stringify(item.blocks).includes("Claimed by")],
  ["Reply there, then hand back", (item) => item.type === "post" && Boolean(item.user && item.thread_ts)],
  ["Press “To what is next” until a text comes", (item) => item.feed === "clock"],
  ["See the text on the phone", (item) => isSms(item, "to_customer")],
  ["Text back “next week works”", (item) => isSms(item, "from_customer") && !/^\W*stop\b/i.test(item.body)],
  ["Text “STOP”: it ends", (item) => isSms(item, "from_customer") && /^\W*stop\b/i.test(item.body)],
];
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
  const done = new Set();
  const nodes = STEPS.map(([text], index) => {
    const mark = h("span", { class: "mark", "aria-hidden": "true" }, String(index + 1));
    return h("li", {}, mark, h("span", {}, text), h("span", { class: "unseen" }));
  });
  byId("guide-steps").replaceChildren(...nodes);
  const guide = byId("guide");
  const narrow = matchMedia("(max-width: 1199px)").matches;
  guide.open = narrow ? false : folded() !== "yes";
  guide.addEventListener("toggle", () => folded(guide.open ? "no" : "yes"));

  const show = () => {
    const next = STEPS.findIndex((_, index) => !done.has(index));
    byId("guide-progress").textContent = `${done.size} of ${STEPS.length} done`;
    byId("guide-next").textContent = next < 0 ? "That was the whole path." : `Next: ${STEPS[next][0]}`;
    nodes.forEach((node, index) => {
      node.classList.toggle("next", index === next);
      if (index === next) node.setAttribute("aria-current", "step");
      else node.removeAttribute("aria-current");
    });
  };

  const tick = (index) => {
    done.add(index);
    nodes[index].classList.add("done");
    nodes[index].querySelector(".mark").replaceChildren(icon("tick"));
    nodes[index].querySelector(".unseen").textContent = " (done)";
  };

  show();
  return {
    take(item) {
      const fresh = STEPS.map((_, index) => index).filter((index) => !done.has(index) && STEPS[index][1](item));
      fresh.forEach(tick);
      if (fresh.length > 0) show();
    },
  };
}
