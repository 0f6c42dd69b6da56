/** The sales desk: a Slack channel with the hand-offs in it, their threads, and buttons that work. */

import { byId, clockTime, empty, h, soon } from "../dom.js";
import { act } from "../feed.js";
import { blockNodes } from "./blocks.js";
import { mrkdwn, plain } from "./mrkdwn.js";
import { slackHome } from "./slack_home.js";
import { openView } from "./slack_view.js";

const DESK = "#sales";
const HOME = "Home"; // no channel, but the page of a rep's own leads
const PERMALINK = /\/archives\/[A-Z0-9]+\/p(\d+)(\d{6})$/;
const VIEW_EXPECTED = 15_000; // a form opens for the one who just pressed a button, nowhere else

export function slackPanel() {
  const posts = new Map(); // by ts, in the order they came
  const list = byId("slack-posts");
  const nodes = new Map(); // of the posts outside threads: {node, content, replies}
  let channel = DESK;
  let pressed = 0;
  let wanted = ""; // the message to which somebody followed a link

  const user = () => byId("slack-user").value;
  const press = async (post, button) => {
    pressed = Date.now();
    const { action_id, value = "" } = button;
    await act("slack", { deed: "click", ts: post.ts, action_id, value, user: user() });
  };

  const edit = async (post) => {
    const text = window.prompt("The message from now on", plain(post.text ?? ""))?.trim();
    if (text) await act("slack", { deed: "edit", ts: post.ts, text, user: post.user });
  };

  const remove = async (post) => {
    await act("slack", { deed: "delete", ts: post.ts, user: post.user });
  };

  const ask = async (post) => {
    pressed = Date.now();
    await act("slack", { deed: "ask_about", ts: post.ts, user: user() });
  };

  const choose = (name) => {
    channel = name;
    if (name === HOME) void home.open(user());
    render();
  };

  const home = slackHome((address) => {
    const [, seconds, micros] = PERMALINK.exec(address) ?? [];
    const post = posts.get(`${seconds}.${micros}`);
    if (!post) return false;
    choose(post.channel);
    wanted = post.ts;
    return true;
  });
  byId("slack-user").addEventListener("change", () => channel === HOME && choose(HOME));

  const renderChannels = () => {
    const names = [...new Set([HOME, DESK, ...[...posts.values()].map((post) => post.channel)])];
    const buttons = names.map((name) => {
      return h(
        "li",
        {},
        h("button", { type: "button", "aria-pressed": String(name === channel), onclick: () => choose(name) }, name),
      );
    });
    const hadFocus = byId("slack-channels").contains(document.activeElement);
    byId("slack-channels").replaceChildren(...buttons);
    if (hadFocus) byId("slack-channels").querySelector('[aria-pressed="true"]')?.focus();
  };

  const frameOf = (post) => {
    const content = h("div", { class: "content" });
    const replies = h("div", { class: "replies" });
    const field = h("input", {
      "aria-label": `Reply in the thread of ${plain(post.text || "this message")}`,
      placeholder: "Reply…",
      autocomplete: "off",
    });
    const picker = h("input", { type: "file", "aria-label": "Attach a file", onchange: () => named() });
    const attach = h("label", { class: "attach" }, h("span", {}, "Attach"), picker);
    const named = () => (attach.firstChild.textContent = picker.files[0]?.name ?? "Attach");
    const send = async (event) => {
      event.preventDefault();
      const text = field.value.trim();
      const [chosen] = picker.files;
      if (!text && !chosen) return;
      form.reset(); // at once, so that it is sent once and the next one can be typed
      named();
      const file = chosen && { name: chosen.name, content: await base64Of(chosen) };
      if (await act("slack", { deed: "reply", thread_ts: post.ts, text, user: user(), file })) return;
      field.value ||= text;
      if (chosen && picker.files.length === 0) picker.files = listOf(chosen);
      named();
    };
    const form = h("form", { class: "reply", onsubmit: send }, field, attach, h("button", {}, "Send"));
    const node = h(
      "article",
      { class: "post", "aria-label": plain(post.text || "Message") },
      content,
      h("div", { class: "thread" }, replies, form),
    );
    nodes.set(post.ts, { node, content, replies });
    return nodes.get(post.ts);
  };

  const render = soon(() => {
    renderChannels();
    byId("slack-home").hidden = channel !== HOME;
    list.hidden = channel === HOME;
    if (channel === HOME) return;
    const shown = [...posts.values()].filter((post) => post.channel === channel);
    const roots = shown.filter((post) => !post.thread_ts || !posts.has(post.thread_ts));
    if (roots.length === 0) {
      list.replaceChildren(
        empty("Quiet so far", "A qualified lead, or a visitor who asks for a person, appears here."),
      );
      return;
    }
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
    for (const post of roots) {
      const { content, replies } = nodes.get(post.ts) ?? frameOf(post);
      fill(content, post, { press, ask, edit, remove });
      for (const gone of replies.querySelectorAll("[data-ts]")) if (!posts.has(gone.dataset.ts)) gone.remove();
      for (const reply of shown.filter(({ thread_ts }) => thread_ts === post.ts)) {
        let holder = replies.querySelector(`[data-ts="${CSS.escape(reply.ts)}"]`);
        if (!holder) replies.append((holder = h("div", { class: "post", "data-ts": reply.ts })));
        fill(holder, reply, { press, ask, edit, remove });
      }
    }
    const articles = roots.map((post) => nodes.get(post.ts).node);
    if (articles.length !== list.children.length || articles.some((node, index) => node !== list.children[index])) {
      list.replaceChildren(...articles);
      list.scrollTop = list.scrollHeight;
    } else if (atEnd) list.scrollTop = list.scrollHeight;
    if (wanted) nodes.get(wanted)?.node.scrollIntoView({ block: "start" });
    wanted = "";
  });

  byId("slack-ask").addEventListener("click", async () => {
    pressed = Date.now();
    await act("slack", { deed: "shortcut", user: user() });
  });

  render();
  return {
    take(item) {
      if (item.feed !== "sandbox:slack") return;
      if (item.type === "post") posts.set(item.ts, { ...item, version: 0 });
      if (item.type === "update" && posts.has(item.ts)) {
        const { text, blocks } = item;
        const before = posts.get(item.ts);
        posts.set(item.ts, { ...before, text, blocks, version: before.version + 1 });
      }
      if (item.type === "delete") posts.delete(item.ts);
      if (item.type === "home") home.take(item);
      if (item.type === "view" && Date.now() - pressed < VIEW_EXPECTED) {
        pressed = 0;
        openView(item.view, user());
      }
      render();
    },
  };
}

/** What a field for files holds, with this one in it. */
function listOf(file) {
  const holder = new DataTransfer();
  holder.items.add(file);
  return holder.files;
}

async function base64Of(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return btoa(Array.from(bytes, (one) => String.fromCharCode(one)).join(""));
}

/** A picture as it is, with its words for whoever does not see it; of any other file the name. */
function fileNode({ name, alt, picture }) {
  if (!picture?.startsWith("data:image/")) return h("p", { class: "block-context" }, `File: ${name}`);
  return h("img", { class: "file", src: picture, alt });
}

/** Draws a post into its holder, unless this version of it is there. The keyboard's focus stays where it was. */
function fill(holder, post, { press, ask, edit, remove }) {
  if (holder.drawn === post.version) return;
  const hadFocus = holder.contains(document.activeElement);
  const name = post.user ?? "Overture";
  const avatar = h(
    "span",
    { class: `avatar ${post.user ? "human" : "app"}`, "aria-hidden": "true" },
    name[0].toUpperCase(),
  );
  const line = h(
    "p",
    { class: "by" },
    h("strong", {}, name),
    !post.user && h("span", { class: "app-tag" }, "App"),
    h("time", { datetime: post.at }, clockTime(post.at)),
    h(
      "button",
      { type: "button", class: "ask-about", title: "The shortcut of a message", onclick: () => ask(post) },
      "Who is this?",
    ),
    post.user && h("button", { type: "button", class: "ask-about", onclick: () => edit(post) }, "Edit"),
    post.user && h("button", { type: "button", class: "ask-about", onclick: () => remove(post) }, "Delete"),
  );
  const body = post.blocks?.length
    ? blockNodes(post.blocks, (button) => press(post, button))
    : [h("p", { class: "words" }, mrkdwn(post.text ?? ""))];
  body.push(...(post.files ?? []).map(fileNode));
  holder.replaceChildren(avatar, h("div", { class: "body" }, line, body));
  holder.drawn = post.version;
  if (hadFocus) (holder.querySelector(".body button:not(.ask-about)") ?? byId("slack-posts")).focus();
}
