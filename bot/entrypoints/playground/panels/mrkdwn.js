/** Slack's mrkdwn (the part that messages here use) as nodes. */

import { h, link, safeAddress } from "../dom.js";

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

/** `<https://...|label>`, `<@U1>`, `<#C1|name>` or `<!here>`. */
function reference(target, label) {
  const text = plain(label ?? target);
  if (/^[@#!]/.test(target)) {
    const sign = target[0] === "#" ? "#" : "@";
    return h("span", { class: "mention" }, sign + text.replace(/^[@#!]/, ""));
  }
  const address = safeAddress(plain(target));
  return address ? link(text.replace(/^mailto:/, ""), address) : text;
}
