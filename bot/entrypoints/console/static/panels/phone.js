/** The customer's phone: text messages (SMS, RCS) and WhatsApp, in and out, by the sandbox's clock. */

import { byId, clockTime, composer, day, empty, h, linked, soon } from "../dom.js";
import { act } from "../feed.js";

const OWN_NUMBER = "+447700900123"; // Ofcom's range for drama: nobody's

const NOTHING_YET = {
  sms: "A follow-up arrives here once the customer has agreed to it.",
  rcs: "Whoever writes by RCS is answered by RCS; in the ledger it is a text like others.",
  whatsapp: "Write first: WhatsApp lets a business answer for 24 hours, and later only by a template.",
};

export function phonePanel() {
  const threads = new Map([[OWN_NUMBER, []]]);
  const choice = byId("phone-number");
  const app = byId("phone-app");
  const list = byId("texts");
  let chosenByHand = false;
  let ownWhatsApp = false;

  const render = soon(() => {
    const texts = (threads.get(choice.value) ?? []).filter((text) => appOf(text) === app.value);
    list.classList.toggle("whatsapp", app.value === "whatsapp");
    if (texts.length === 0) {
      list.replaceChildren(empty("No messages yet", NOTHING_YET[app.value]));
      return;
    }
    const nodes = [];
    texts.forEach((text, index) => {
      if (index === 0 || day(text.at) !== day(texts[index - 1].at)) nodes.push(h("p", { class: "day" }, day(text.at)));
      nodes.push(bubble(text, press));
    });
    list.replaceChildren(...nodes);
    list.scrollTop = list.scrollHeight;
  });

  const showNumbers = () => {
    const chosen = choice.value || OWN_NUMBER;
    choice.replaceChildren(...[...threads.keys()].map((number) => h("option", { value: number }, number)));
    choice.value = chosen;
  };

  const press = (text, title) =>
    act(text.vendor ?? "sms", { deed: "press", channel: appOf(text), from: choice.value, sid: text.sid, title });

  choice.addEventListener("change", () => {
    chosenByHand = true;
    render();
  });
  app.addEventListener("change", render);
  const field = byId("phone-text");
  const say = (body) => {
    const vendor = app.value === "whatsapp" && ownWhatsApp ? "whatsapp" : "sms";
    return act(vendor, { deed: "text", channel: app.value, from: choice.value, body });
  };
  composer(byId("phone-form"), field, say);
  showNumbers();
  render();

  return {
    /** Which stand-ins there are: WhatsApp may have one of its own, beside that of texts. */
    meet(standIns) {
      ownWhatsApp = standIns.includes("whatsapp");
    },
    take(item) {
      if (item.type !== "sms") return;
      const number = item.direction === "to_customer" ? item.to : item.from;
      if (!threads.has(number)) {
        threads.set(number, []);
        showNumbers();
        if (!chosenByHand && !field.value && threads.get(choice.value).length === 0) choice.value = number;
      }
      threads.get(number).push(item);
      if (number === choice.value && item.direction === "to_customer" && !field.value) app.value = appOf(item);
      if (number === choice.value) render();
    },
  };
}

/** By what the message went: SMS, RCS or WhatsApp. Feeds of earlier versions knew SMS only. */
function appOf({ channel = "sms" }) {
  return channel;
}

function bubble(text, press) {
  const { direction, body, at, media, buttons = [] } = text;
  const own = direction === "from_customer";
  return h(
    "div",
    { class: `text ${own ? "own" : "theirs"}` },
    h("p", {}, h("span", { class: "unseen" }, own ? "Sent: " : "Received: "), linked(body), media && `\n🖼 ${media}`),
    buttons.map(({ title, link }) =>
      link
        ? h("a", { class: "link", href: link, target: "_blank", rel: "noopener" }, title)
        : h("button", { type: "button", onclick: () => press(text, title) }, title),
    ),
    h("time", { datetime: at }, clockTime(at)),
  );
}
