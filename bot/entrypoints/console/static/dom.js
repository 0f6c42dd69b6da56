/** Small tools for building pages. Text is only ever set as text: nothing in a feed can become markup. */

const SVG = "http://www.w3.org/2000/svg";

/** The element of the page with this id. */
export const byId = (id) => document.getElementById(id);

/** A new element. An attribute that is false, null or undefined is left out; a child that is, too. */
export function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** One of the symbols at the end of the page. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#icon-${name}`);
  svg.append(use);
  return svg;
}

/** What a panel shows while it has nothing to show. */
export const empty = (title, text) =>
  h("div", { class: "empty" }, h("p", {}, h("strong", {}, title)), h("p", {}, text));

/** Calls `render` once, soon, however often it is asked to. */
export function soon(render) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    setTimeout(() => {
      asked = false;
      render();
    }, 16);
  };
}

/** Asks as `asking` does; null where it has been asked again since, so that a late answer overwrites no newer one. */
export function latest(asking) {
  let asked = 0;
  return async (...given) => {
    const mine = (asked += 1);
    const answer = await asking(...given);
    return mine === asked ? answer : null;
  };
}

let pressed = null; // where a pointer is down
const put = new Map(); // by place: what is put there once it is let go

addEventListener("pointerdown", ({ target }) => (pressed = target), true);
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => setTimeout(letGo), true); // after its click

function letGo() {
  pressed = null;
  const waiting = [...put.values()];
  put.clear();
  waiting.forEach((fill) => fill());
}

/**
 * Puts these nodes in place of those, once no pointer presses one of those: a button that is gone when it is let go was not
 * clicked. The keyboard's focus stays on what does the same, or goes to `otherwise`.
 */
export function refill(place, nodes, otherwise = null) {
  if (place.contains(pressed)) return void put.set(place, () => refill(place, nodes, otherwise));
  put.delete(place);
  const deed = place.contains(document.activeElement) && deedOf(document.activeElement);
  place.replaceChildren(...nodes);
  if (deed) focusOn(place, deed, otherwise);
}

const renewed = new WeakMap(); // by place: what is in it, by what each is

/**
 * Puts these in place of those: pairs of what one is, and a function that makes it. What is there already stays as it is,
 * so that a screen reader reads out what is new alone, and a selection or a press lasts.
 */
export function renew(place, entries) {
  const [had, has] = [renewed.get(place) ?? new Map(), new Map()];
  for (const [what, make] of entries) {
    let one = what;
    while (has.has(one)) one += "+"; // the same twice
    has.set(one, had.get(one) ?? make());
  }
  const stays = new Set(has.values());
  for (const node of [...place.childNodes]) if (!stays.has(node)) node.remove();
  [...stays].forEach((node, index) => node !== place.childNodes[index] && place.insertBefore(node, place.childNodes[index] ?? null));
  renewed.set(place, has);
}

/** The keyboard's focus goes to what does this there, or to `otherwise`. */
export function focusOn(place, deed, otherwise) {
  const same = [...place.querySelectorAll("a, button:enabled")].find((one) => deedOf(one) === deed);
  (same ?? otherwise)?.focus();
}

/** What a button or link does, and to what. */
export const deedOf = (node) => `${node.closest("[role=group]")?.getAttribute("aria-label")}: ${node.getAttribute("aria-label") ?? node.textContent}`;

/**
 * A line that is sent: it leaves its field at once, so that it is sent once and the next one can be typed. Where `send`
 * could not, and nothing was typed since, it is back.
 */
export function composer(form, field, send) {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    if (!(await send(text))) field.value ||= text;
  });
}

let clicked = null;

/**
 * The second click of a double click that hits another button is none: the page has changed beneath the pointer. One that
 * may be pressed `data-again` is the same also where it was made anew, for the same deed.
 */
addEventListener(
  "click",
  (event) => {
    const button = event.target.closest("button");
    if (event.detail < 2) clicked = button;
    else if (!isSame(button, clicked)) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  },
  { capture: true },
);

const isSame = (button, other) =>
  button === other || Boolean(button && other && "again" in button.dataset && deedOf(button) === deedOf(other));

/** Nor does it select the words that have come beneath the pointer. */
addEventListener("mousedown", (event) => event.detail > 1 && clicked && event.preventDefault(), { capture: true });

/** The address, if a link may lead there; else null. */
export function safeAddress(address) {
  try {
    const url = new URL(address, location.href);
    return ["http:", "https:", "mailto:", "tel:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

export const link = (text, address) => h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, text);

const ADDRESS = /(https?:\/\/[^\s<>"]*[^\s<>".,;:!?)\]])/;

/** A text as nodes: the addresses in it are links, as programs for messages make them. */
export const linked = (text) => (text ?? "").split(ADDRESS).map((part, index) => (index % 2 ? link(part, part) : part));

/** "team_size" and "hs_lead_status" as a person would write them. */
export function words(name) {
  const spaced = String(name)
    .replace(/^(hs|overture)_/, "")
    .replace(/[_.]+/g, " ")
    .trim();
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}

/** A message of the service, which begins small, as a sentence of its own; a name that it begins with stays as it is. */
export function sentence(text) {
  const begun = /^\p{Ll}+[\s,'’]/u.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

/** A value of a slot or property as text. */
export function shown(value) {
  if (value === null || value === undefined || value === "") return "–";
  if (value === true) return "yes";
  if (value === false) return "no";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

const TIME = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const days = (timeZone) => ({
  thisYear: new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", timeZone }),
  other: new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric", timeZone }),
});
const [OWN_DAYS, DAYS_IN_UTC] = [days(), days("UTC")];
const DAY_ALONE = /T00:00:00(\.0+)?(Z|\+00:00)$/;
const asDate = (moment) => (moment instanceof Date ? moment : new Date(moment));

export const clockTime = (moment) => TIME.format(asDate(moment));
export const dayAndTime = (moment) => `${day(moment)}, ${clockTime(moment)}`;

/** A moment that others have told, perhaps as a day alone: that is kept as the day's first moment in UTC, and is that day for every reader. */
export const asTold = (moment) => (DAY_ALONE.test(moment) ? day(moment, DAYS_IN_UTC) : dayAndTime(moment));

/** A day of this year by its weekday; one of another year with that year. */
export function day(moment, { thisYear, other } = OWN_DAYS) {
  const at = asDate(moment);
  return (at.getFullYear() === new Date().getFullYear() ? thisYear : other).format(at);
}

const SAID = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const SAID_TIME = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
const ISO_MOMENT = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2})(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/** An ISO moment by the clock that it was said for, not by the reader's; null of any other value. */
export function asSaid(value) {
  const found = typeof value === "string" && ISO_MOMENT.exec(value);
  if (!found) return null;
  const clock = new Date(`${found[1]}Z`);
  return h("time", { datetime: value, title: value }, `${SAID.format(clock)}, ${SAID_TIME.format(clock)}`);
}

const MOMENT = /\b(\d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2} UTC)\b/;

/** A text of the service as nodes: a moment in it, such as "30 Nov 2026 09:00 UTC", in the reader's time as all others. */
export const inOwnTime = (text) =>
  text.split(MOMENT).map((part, index) => (index % 2 ? h("time", { datetime: asDate(part).toISOString(), title: part }, dayAndTime(part)) : part));

const SHARE = [0, 1].map((digits) => new Intl.NumberFormat(undefined, { style: "percent", minimumFractionDigits: digits, maximumFractionDigits: digits }));
const CHANGE = new Intl.NumberFormat(undefined, { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: "exceptZero" });

/** A share as the reader's language writes it: "78%", "77,9 %". */
export const percent = (share, digits = 0) => SHARE[digits].format(share);
/** How much more or less: "+60.0%". */
export const percentMore = (share) => CHANGE.format(share);

const [done, toast] = [byId("done"), byId("toast")];
let doneTimer = 0;
let toastTimer = 0;

/** Say that something was done; it goes by itself, for it lies over what is beneath. */
export function tell(text) {
  inFront(done);
  done.textContent = text;
  clearTimeout(doneTimer);
  doneTimer = setTimeout(() => (done.textContent = ""), 8_000);
}

/** Say that something did not work. */
export function complain(text) {
  inFront(toast);
  toast.textContent = text;
  toast.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (toast.hidden = true), 6_000);
}

/** Puts it into the dialog that is open, if one is: what lies beneath a dialog is neither seen nor read out. */
function inFront(message) {
  const dialog = [...document.querySelectorAll("dialog:modal")].at(-1);
  const place = dialog ?? document.body;
  if (message.parentNode === place) return;
  place.append(message);
  dialog?.addEventListener("close", () => document.body.append(message), { once: true });
}

/** Gives the reader a file to keep. */
export function keep(content, name) {
  const address = URL.createObjectURL(content);
  h("a", { href: address, download: name }).click();
  URL.revokeObjectURL(address);
}
