/** The customer's mail program: e-mails in and out, by the sandbox's clock. There only where e-mail is in its sandbox. */

import { byId, clockTime, composer, day, empty, h, link, linked, safeAddress, soon, tell } from "../dom.js";
import { act } from "../feed.js";

const OWN_ADDRESS = "ana@example.com";
const NEW_SUBJECT = "A question";
const FOOTER = /\n\n-- \n[\s\S]*$/;

export function inboxPanel() {
  const mail = new Map([[OWN_ADDRESS, []]]);
  const choice = byId("inbox-address");
  const list = byId("mails");
  let chosenByHand = false;

  const render = soon(() => {
    const mails = mail.get(choice.value) ?? [];
    if (mails.length === 0) {
      list.replaceChildren(empty("No e-mails yet", "Write one, or let a journey write first."));
      return;
    }
    list.replaceChildren(...mails.map((one) => card(one, reply)));
    list.scrollTop = list.scrollHeight;
  });

  const showAddresses = () => {
    const chosen = choice.value || OWN_ADDRESS;
    choice.replaceChildren(...[...mail.keys()].map((address) => h("option", { value: address }, address)));
    choice.value = chosen;
  };

  /** An answer to that e-mail; without one, the beginning of a thread. */
  const reply = (to, text) =>
    act("email", {
      deed: "write",
      from: choice.value,
      subject: to ? `Re: ${to.subject.replace(/^re:\s*/i, "")}` : NEW_SUBJECT,
      text,
      in_reply_to: to?.message_id ?? "",
    });

  choice.addEventListener("change", () => {
    chosenByHand = true;
    render();
  });
  const field = byId("inbox-text");
  composer(byId("inbox-form"), field, (text) => {
    const last = mail.get(choice.value)?.findLast((one) => one.direction === "to_customer");
    return reply(last, text);
  });
  showAddresses();
  render();

  return {
    /** Where e-mail has no stand-in there is no mail program. What came before it appeared had nowhere to scroll to. */
    appear(isThere) {
      if (byId("inbox").hidden === !isThere) return;
      byId("inbox").hidden = !isThere;
      render();
    },
    take(item) {
      if (item.type !== "email") return;
      const address = item.direction === "to_customer" ? item.to : item.from;
      if (!mail.has(address)) {
        mail.set(address, []);
        showAddresses();
        if (!chosenByHand && !field.value && mail.get(choice.value).length === 0) choice.value = address;
      }
      mail.get(address).push(item);
      if (address === choice.value) render();
    },
  };
}

function card(one, reply) {
  const own = one.direction === "from_customer";
  const { subject, text, name, from, at, buttons = [] } = one;
  return h(
    "article",
    { class: `mail ${own ? "own" : "theirs"}` },
    h(
      "header",
      {},
      h("strong", {}, subject || "(no subject)"),
      h("time", { datetime: at }, `${day(at)}, ${clockTime(at)}`),
      h("span", {}, own ? "You" : name || from),
    ),
    h("p", {}, linked(text.replace(FOOTER, ""))),
    buttons.map(({ title, href }) => button(title, href, () => reply(one, title))),
    !own && h("footer", {}, deeds(one)),
  );
}

const button = (title, href, press) =>
  href.startsWith("mailto:") || !safeAddress(href)
    ? h("button", { type: "button", onclick: press }, title)
    : link(title, safeAddress(href));

/** What else a mail program, or its server, can do with an e-mail of ours. */
function deeds({ message_id: id, list_unsubscribe: way }) {
  const doAndTell = async (name, done) => (await act("email", { deed: name, message_id: id })) && tell(done);
  const deed = (words, name, done) => h("button", { type: "button", class: "quiet", onclick: () => void doAndTell(name, done) }, words);
  return [
    way && deed("Unsubscribe", "unsubscribe", "Unsubscribed, as a mail program does it."),
    deed("Mark as spam", "complain", "Reported as spam."),
    deed("I am away", "away", "Answered that you are away."),
    deed("Bounce", "bounce", "Returned as undeliverable."),
  ];
}
