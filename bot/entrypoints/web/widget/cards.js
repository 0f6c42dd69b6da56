/** Rasa's `elements` as cards: side by side with buttons to page through them, or below each other. */

import { element, icon, link, safeAddress } from "./dom.js";

const MOST = 20;

/** The cards of a message, or null. */
export function cardsNode({ elements, custom }, { base, phrases, choose }) {
  if (!Array.isArray(elements) || !elements.length) return null;
  const cards = elements.slice(0, MOST).map((one) => card(one ?? {}, base, choose));
  const list = element("ul", { "aria-label": phrases.cards, tabindex: "0" }, ...cards);
  const below = custom?.widget?.show === "list" || cards.length === 1;
  if (below) list.removeAttribute("tabindex"); // nothing scrolls in it
  return element("div", { class: below ? "cards list" : "cards" }, list, below ? null : pages(list, phrases));
}

function card({ title, subtitle, image_url, default_action, buttons }, base, choose) {
  const address = default_action?.url && safeAddress(default_action.url, base);
  const image = image_url && safeAddress(image_url, base);
  const heading = String(title ?? "");
  const deeds = (Array.isArray(buttons) ? buttons : []).map((one) => deed(one, base, choose)).filter(Boolean);
  return element(
    "li",
    { class: "card", part: "card", dir: "auto" },
    image ? element("img", { src: image, alt: "", loading: "lazy" }) : null,
    heading ? element("h3", {}, address ? link(heading, address) : heading) : null,
    subtitle ? element("p", {}, String(subtitle)) : null,
    deeds.length ? element("div", {}, ...deeds) : null,
  );
}

function deed({ title, type, url, payload }, base, choose) {
  if (!title) return null;
  if (type === "web_url" || (url && !payload)) {
    const address = url && safeAddress(url, base);
    return address ? link(title, address) : null;
  }
  const button = element("button", { type: "button", dir: "auto" }, title);
  const coded = payload?.startsWith("/");
  button.addEventListener("click", () => choose(coded ? title : payload || title, coded ? payload : undefined));
  return button;
}

/** Buttons beside the swipe, for those who cannot: each moves by one card. */
function pages(list, phrases) {
  const move = (direction) => {
    const rtl = getComputedStyle(list).direction === "rtl" ? -1 : 1;
    const width = list.firstElementChild.getBoundingClientRect().width + 10;
    const smooth = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    list.scrollBy({ left: direction * rtl * width, behavior: smooth ? "smooth" : "instant" });
  };
  const button = (name, direction) => {
    const made = element("button", { type: "button", "aria-label": name }, icon("down"));
    made.addEventListener("click", () => move(direction));
    return made;
  };
  const [previous, next] = [button(phrases.previous, -1), button(phrases.next, 1)];
  const measure = () => {
    const at = Math.abs(list.scrollLeft);
    const atEnd = at > list.scrollWidth - list.clientWidth - 2;
    previous.setAttribute("aria-disabled", String(at < 2)); // a button that has the focus keeps it
    next.setAttribute("aria-disabled", String(atEnd));
  };
  list.addEventListener("scroll", measure, { passive: true });
  new ResizeObserver(measure).observe(list);
  return element("div", { class: "pages" }, previous, next);
}
