/** Slack's mrkdwn (the part that messages here use) as nodes. */

import { byId, h, link, safeAddress } from "../dom.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
const EMOJI = {
  wave: "👋",
  white_check_mark: "✅",
  warning: "⚠️",
  bell: "🔔",
  tada: "🎉",
  phone: "📞",
  speech_balloon: "💬",
  fire: "🔥",
  eyes: "👀",
  star: "⭐",
};
const TOKEN =
  /`([^`\n]+)`|<([^<>\s|][^<>|]*)(?:\|([^<>]*))?>|(?<![\w*])\*(?=\S)([^*\n]*\S)\*(?![\w*])|(?<!\w)_(?=\S)([^_\n]*\S)_(?!\w)|(?<!\w)~(?=\S)([^~\n]*\S)~(?!\w)|:([a-z_]+):/g;

export const plain = (text) => text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity]);

/** The text's nodes. Quoted lines become a block quote, what stands between ``` a block of code. */
export function mrkdwn(text) {
  return String(text)
    .split("```")
    .flatMap((part, index) => (index % 2 === 1 ? [h("pre", {}, plain(part.replace(/^\n|\n$/g, "")))] : lines(part)));
}

function lines(text) {
  const nodes = [];
  let last = null; // the block quote that the line before belongs to
  text.split("\n").forEach((line, index) => {
    const [sign] = /^&gt; ?/.exec(line) ?? [null];
    const content = inline(line.slice(sign?.length ?? 0));
    if (sign && last) last.append("\n", ...content);
    else if (sign) nodes.push((last = h("blockquote", {}, content)));
    else nodes.push(...(index > 0 && !last ? ["\n"] : []), ...content);
    if (!sign) last = null;
  });
  return nodes;
}

function inline(text) {
  const nodes = [];
  let from = 0;
  for (const found of text.matchAll(TOKEN)) {
    nodes.push(plain(text.slice(from, found.index)), token(found));
    from = found.index + found[0].length;
  }
  return [...nodes, plain(text.slice(from))];
}

function token([whole, code, target, label, bold, italic, struck, emoji]) {
  if (code !== undefined) return h("code", {}, plain(code));
  if (target !== undefined) return reference(target, label);
  if (bold !== undefined) return h("strong", {}, inline(bold));
  if (italic !== undefined) return h("em", {}, inline(italic));
  if (struck !== undefined) return h("s", {}, inline(struck));
  return EMOJI[emoji] ?? whole;
}

/** `<!date^seconds^format|fallback>`, with the two of Slack's formats that we use. */
function moment(target, fallback) {
  const [, seconds, format] = target.split("^");
  const at = new Date(Number(seconds) * 1000);
  if (Number.isNaN(at.getTime())) return plain(fallback ?? "");
  const day = at.toLocaleString(undefined, { day: "numeric", month: "short" });
  const time = at.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" });
  const words = { "{ago}": ago(at), "{date_short_pretty}": day, "{time}": time };
  const text = plain(format ?? "").replace(/\{[a-z_]+\}/g, (token) => words[token] ?? token);
  return h("time", { datetime: at.toISOString(), title: `${day}, ${time}` }, text);
}

const UNITS = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** By the sandbox's clock, where there is one. */
const now = () => Date.parse(byId("now")?.dateTime ?? "") || Date.now();

function ago(at) {
  const seconds = (now() - at.getTime()) / 1000;
  const [unit, size] = UNITS.find(([, length]) => seconds >= length) ?? ["second", 1];
  return new Intl.RelativeTimeFormat(undefined, { numeric: "auto" }).format(-Math.max(0, Math.floor(seconds / size)), unit);
}

/** `<https://...|label>`, `<@U1>`, `<#C1|name>`, `<!here>` or `<!date^...>`. */
function reference(target, label) {
  if (target.startsWith("!date^")) return moment(target, label);
  const text = plain(label ?? target);
  if (/^[@#!]/.test(target)) {
    const sign = target[0] === "#" ? "#" : "@";
    return h("span", { class: "mention" }, sign + text.replace(/^[@#!]/, ""));
  }
  const address = safeAddress(plain(target));
  return address ? link(text.replace(/^mailto:/, ""), address) : text;
}
