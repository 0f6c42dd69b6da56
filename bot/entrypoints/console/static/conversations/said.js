/** What was said, as nodes, and what was shown beside it: pictures, cards, files and buttons, as the customer saw them. */

import { clockTime, h, link, linked, safeAddress, words } from "../dom.js";

const CODED = /^\/([a-z][\w]*)(\{.*\})?$/is;

/** The text of a line; of a button that a customer pressed, what it stands for. */
export function said({ by, text, pressed }) {
  const coded = by === "customer" && CODED.exec(text);
  if (pressed || coded) return [h("i", {}, `pressed “${pressed ?? words(coded[1]) + values(coded[2])}”`)];
  return linked(text);
}

function values(json) {
  try {
    const told = Object.values(JSON.parse(json ?? "{}"));
    return told.length ? `: ${told.map((one) => words(one)).join(", ")}` : "";
  } catch {
    return "";
  }
}

const WHO = { customer: "Customer", assistant: "Assistant" };

/** A line with who said it and when. */
export function lineNode(line) {
  const { by, speaker, at, text, image, cards = [], files = [], buttons = [], pressable, asks, source } = line;
  return h(
    "div",
    { class: `line ${by}` },
    h("p", { class: "by" }, by !== "system" && h("b", {}, WHO[by] ?? speaker), " ", h("time", { datetime: at }, clockTime(at))),
    text && h("p", { class: "words", dir: "auto" }, said(line)),
    image && picture(image.address, image.alt),
    files.map(fileNode),
    cards.length > 0 && h("ul", { class: "cards", "aria-label": "Cards", tabindex: 0 }, ...cards.map(cardNode)),
    buttons.length > 0 && (pressable ? choices(buttons) : h("p", { class: "beside" }, `May answer: ${buttons.map(({ title }) => title).join(" / ")}`)),
    asks && h("p", { class: "beside" }, asks),
    source && h("p", { class: "beside" }, "From “", safeAddress(source.address) && source.address ? link(source.title, safeAddress(source.address)) : source.title, "”"),
  );
}

/** Buttons that cannot be pressed here: what the customer could, and which of them they did. */
const choices = (buttons) => h("ul", { class: "choices", "aria-label": "Buttons" }, ...buttons.map(choice));

const choice = ({ title, address, pressed }) =>
  h("li", { class: pressed && "pressed", dir: "auto" }, address && safeAddress(address) ? link(title, safeAddress(address)) : title, pressed && h("span", { class: "unseen" }, " (pressed)"));

/** A picture of our own is shown; one of another server is a link, so that nobody there hears who reads what. */
function picture(address, alt) {
  const there = safeAddress(address);
  if (!there) return null;
  const named = link(alt || "A picture", there);
  if (new URL(there).origin !== location.origin) return h("p", { class: "file" }, named);
  const shown = h("img", { src: there, alt, loading: "lazy" });
  const place = h("p", { class: "picture" }, shown);
  shown.addEventListener("error", () => place.replaceChildren(named));
  return place;
}

const fileNode = ({ name, address, about }) =>
  h("p", { class: "file" }, address && safeAddress(address) ? link(name, safeAddress(address)) : h("span", { dir: "auto" }, name), about && h("small", {}, about));

const cardNode = ({ title, text, image, address, buttons }) =>
  h(
    "li",
    { dir: "auto" },
    image && picture(image, ""),
    title && h("b", {}, address && safeAddress(address) ? link(title, safeAddress(address)) : title),
    text && h("p", {}, text),
    buttons.length > 0 && choices(buttons),
  );
