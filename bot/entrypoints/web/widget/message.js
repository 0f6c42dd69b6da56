/** A message as it stands in the log. */

import { answersNode } from "./answers.js";
import { cardsNode } from "./cards.js";
import { element, icon, link, safeAddress, withLinks } from "./dom.js";

/**
 * `choose(text, payload)` is called with what the visitor answers by pressing something in it, `tell(report)` with what is
 * no answer.
 */
export function messageNode(item, { base, phrases, isNew, choose, tell }) {
  const { from = "bot", name = "", text = "", extras = {} } = item;
  const node = element("div", { class: `message ${from}`, part: `message ${from}` });
  node.classList.toggle("new", isNew);
  node.author = `${from} ${name}`;
  if (from === "person") node.append(byline(name, item.picture && safeAddress(item.picture, base)));
  else if (from !== "system") {
    node.append(element("span", { class: "unseen" }, `${from === "visitor" ? phrases.you : phrases.assistant}: `));
  }
  for (const file of item.files ?? []) node.append(fileLine(file));
  if (text || item.image) node.append(bubble(item, base));
  if (item.source?.title) node.append(sourceLine(item.source, base, phrases));
  const cards = cardsNode(extras, { base, phrases, choose });
  const attached = attachmentLine(extras.attachment, base);
  const answers = answersNode(item, { phrases, choose, tell });
  node.append(...[attached, cards, answers].filter(Boolean));
  return node;
}

function bubble({ text = "", image, alt = "" }, base) {
  const shown = element("div", { class: "bubble", dir: "auto" }, ...withLinks(text));
  const address = image && safeAddress(image, base);
  if (address) shown.append(element("img", { src: address, alt }));
  return shown;
}

function fileLine({ name, size }) {
  const large = size >= 1e6 ? `${(size / 1e6).toFixed(1)} MB` : `${Math.ceil(size / 1e3)} kB`;
  const words = element("span", { dir: "auto" }, name);
  return element("div", { class: "bubble file" }, icon("clip", 18), words, element("small", { dir: "ltr" }, large));
}

/** Who writes: initials, and over them the picture, where the desk has one. */
function byline(name, picture) {
  const avatar = element("span", { class: "avatar", "aria-hidden": "true" }, (name.trim()[0] ?? "?").toUpperCase());
  if (picture) {
    const image = element("img", { src: picture, alt: "" });
    image.addEventListener("error", () => image.remove());
    avatar.append(image);
  }
  return element("div", { class: "who" }, avatar, name);
}

function sourceLine({ title, url }, base, phrases) {
  const address = url && safeAddress(url, base);
  return element("div", { class: "source" }, `${phrases.source} `, address ? link(title, address) : title);
}

/** Rasa's `attachment`: a file or a film is a link, for nothing is fetched that the visitor has not asked for. */
function attachmentLine(attachment, base) {
  const { src, url, title } = attachment?.payload ?? {};
  const address = safeAddress(src ?? url ?? "", base);
  if (!attachment || !(src ?? url) || !address) return null;
  return element("div", { class: "bubble file" }, icon("clip", 18), link(title ?? address, address));
}
