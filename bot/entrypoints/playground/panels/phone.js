/** The customer's phone: text messages in and out, by the sandbox's clock. */

import { byId, clockTime, day, empty, h, soon } from "../dom.js";
import { act } from "../feed.js";

const OWN_NUMBER = "+447700900123"; // Ofcom's range for drama: nobody's

export function phonePanel() {
  const threads = new Map([[OWN_NUMBER, []]]);
  const choice = byId("phone-number");
  const list = byId("texts");
  let chosenByHand = false;

  const render = soon(() => {
    const texts = threads.get(choice.value) ?? [];
    if (texts.length === 0) {
      list.replaceChildren(empty("No messages yet", "A follow-up arrives here once the customer has agreed to it."));
      return;
    }
    const nodes = [];
    texts.forEach((text, index) => {
      if (index === 0 || day(text.at) !== day(texts[index - 1].at)) nodes.push(h("p", { class: "day" }, day(text.at)));
      nodes.push(bubble(text));
    });
    list.replaceChildren(...nodes);
    list.scrollTop = list.scrollHeight;
  });

  const showNumbers = () => {
    const chosen = choice.value || OWN_NUMBER;
    choice.replaceChildren(...[...threads.keys()].map((number) => h("option", { value: number }, number)));
    choice.value = chosen;
  };

  choice.addEventListener("change", () => {
    chosenByHand = true;
    render();
  });
  byId("phone-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const field = byId("phone-text");
    const body = field.value.trim();
    if (body && (await act("sms", { deed: "text", from: choice.value, body }))) field.value = "";
  });
  showNumbers();
  render();

  return {
    take(item) {
      if (item.type !== "sms") return;
      const number = item.direction === "to_customer" ? item.to : item.from;
      if (!threads.has(number)) {
        threads.set(number, []);
        showNumbers();
        if (!chosenByHand && threads.get(choice.value).length === 0) choice.value = number;
      }
      threads.get(number).push(item);
      if (number === choice.value) render();
    },
  };
}

function bubble({ direction, body, at }) {
  const own = direction === "from_customer";
  return h(
    "div",
    { class: `text ${own ? "own" : "theirs"}` },
    h("p", {}, h("span", { class: "unseen" }, own ? "Sent: " : "Received: "), body),
    h("time", { datetime: at }, clockTime(at)),
  );
}
