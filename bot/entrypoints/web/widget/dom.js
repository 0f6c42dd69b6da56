/** Building nodes out of what a message says, of which nothing can become markup. */

const ICONS = {
  down: ["M6 9.5l6 6 6-6"],
  clip: ["M20 11.5l-8.3 8.3a5.2 5.2 0 0 1-7.4-7.4l8.6-8.6a3.5 3.5 0 0 1 5 5l-8.6 8.5a1.7 1.7 0 0 1-2.4-2.4l7.9-7.9"],
  send: ["M12 19V5", "M5.5 11.5L12 5l6.5 6.5"],
};

export function icon(name, size = 20) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({
    viewBox: "0 0 24 24",
    width: size,
    height: size,
    "aria-hidden": "true",
  })) {
    svg.setAttribute(key, value);
  }
  for (const shape of ICONS[name]) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", shape);
    svg.append(path);
  }
  return svg;
}

/** An element; text is always set as text. */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child != null && child !== false));
  return node;
}

const LINK = /\bhttps?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]}]|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/gi;

/** The address as a link may use it; null unless it is http(s). */
export function safeAddress(address, base) {
  try {
    const url = new URL(address, base);
    return ["http:", "https:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** A link; it opens a new tab unless it leads to another page of this website, where the chat stays open. */
export function link(text, address) {
  const here = address.startsWith(`${location.origin}/`);
  return element(
    "a",
    here ? { href: address, dir: "auto" } : { href: address, dir: "auto", target: "_blank", rel: "noopener noreferrer nofollow" },
    text,
  );
}

/** The text with its web and e-mail addresses as links. */
export function withLinks(text) {
  const parts = [];
  let from = 0;
  for (const found of text.matchAll(LINK)) {
    const address = found[0].includes("://") ? safeAddress(found[0]) : `mailto:${found[0]}`;
    if (!address) continue;
    parts.push(text.slice(from, found.index), link(found[0], address));
    from = found.index + found[0].length;
  }
  return [...parts, text.slice(from)];
}
