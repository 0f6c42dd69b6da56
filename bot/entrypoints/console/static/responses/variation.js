/** One variation: what it says in a few words, or its form. */

import { channelName } from "../channels.js";
import { h } from "../dom.js";
import { asLiquid, nameChoice } from "./names.js";

let count = 0;

/** A label and its field; `about` stands beneath. */
function labelled(label, input, about = "") {
  const id = `variation-field-${(count += 1)}`;
  input.id = id;
  if (about) input.setAttribute("aria-describedby", `${id}-about`);
  return h("div", { class: "field" }, h("label", { for: id }, label), input, about && h("small", { id: `${id}-about` }, about));
}

/** For whom it is, as tags; `own` are the words for what has no language. */
export const tagsOf = ({ says, liquid, more }, own) => [
  (says.language || own) && h("span", { class: "tag" }, says.language ? String(says.language) : own),
  says.channel && h("span", { class: "tag" }, channelName(String(says.channel))),
  liquid && h("span", { class: "tag" }, "Liquid"),
  /^condition:/m.test(more) && h("span", { class: "tag" }, "on a condition"),
];

/** The form of a variation, which it changes; `changed` hears of each change, `redraw` of one by which the form is another. */
export function variationForm(variation, offers, { changed, redraw }) {
  const { says } = variation;
  const set = (key, value) => {
    if (value === "") delete says[key];
    else says[key] = value;
    changed();
  };
  const typed = (key, input) => {
    input.value = says[key] === undefined ? "" : String(says[key]);
    input.addEventListener("input", () => set(key, input.value));
    return input;
  };
  const area = typed("text", h("textarea", { class: "text", rows: 4, maxlength: 10000, lang: says.language || offers.own_language }));
  const grow = () => (area.rows = Math.min(14, Math.max(3, Math.ceil(area.value.length / 62) + area.value.split("\n").length - 1)));
  area.addEventListener("input", grow);
  grow();
  const put = (text, liquid) => {
    area.setRangeText(text, area.selectionStart, area.selectionEnd, "end");
    set("text", area.value);
    if (liquid && !variation.liquid) setLiquid(true);
    else area.focus();
  };
  function setLiquid(on) {
    variation.liquid = on;
    if (on && says.text) says.text = asLiquid(says.text);
    changed();
    redraw("text");
  }
  const liquid = h("input", { type: "checkbox", checked: variation.liquid, onchange: (event) => setLiquid(event.target.checked) });
  return h(
    "div",
    { class: "fields" },
    labelled("Text", area),
    h("div", { class: "text-tools" }, nameChoice(offers, variation.liquid, put), h("label", { class: "liquid" }, liquid, " Liquid: it may say what is known of the person")),
    h(
      "div",
      { class: "for-whom" },
      labelled("Language", languageField(says, offers, set), "Empty: for everybody who has no other."),
      labelled("Channel", channelField(says, offers, set, redraw), "A text for a channel goes before the others there."),
      (says.subject !== undefined || says.channel === "email" || offers.subject) && labelled("Subject", typed("subject", h("input", { maxlength: 200, autocomplete: "off" })), "Of an e-mail with it."),
    ),
    buttonsField(variation, changed, redraw),
    h(
      "details",
      { class: "further", open: Boolean(says.image || variation.more) },
      h("summary", {}, "Picture, cards and conditions"),
      h(
        "div",
        { class: "fields" },
        labelled("Picture", typed("image", h("input", { type: "text", inputmode: "url", autocomplete: "off", spellcheck: "false", placeholder: "https://" })), "Its address. Channels that cannot show it leave it out."),
        labelled("All else, as YAML", moreField(variation, changed), "custom, elements, attachment, template, condition, metadata: as in the file."),
      ),
    ),
  );
}

function languageField(says, offers, set) {
  const list = h("datalist", { id: `languages-${(count += 1)}` }, offers.languages.map((one) => h("option", { value: one })));
  const input = h("input", { autocomplete: "off", spellcheck: "false", maxlength: 35, list: list.id, placeholder: "everybody", value: says.language ?? "" });
  input.addEventListener("input", () => set("language", input.value.trim()));
  document.getElementById("lists").append(list);
  return input;
}

function channelField(says, offers, set, redraw) {
  const known = [...new Set([...offers.channels, ...(says.channel ? [String(says.channel)] : [])])];
  const select = h("select", {}, h("option", { value: "" }, "any"), known.map((one) => h("option", { value: one, selected: one === says.channel }, channelName(one))));
  select.addEventListener("change", () => {
    set("channel", select.value);
    redraw("channel");
  });
  return select;
}

function moreField(variation, changed) {
  const area = h("textarea", { class: "yaml-more", rows: Math.min(10, Math.max(3, variation.more.split("\n").length + 1)), spellcheck: "false", autocapitalize: "off", maxlength: 20000 });
  area.value = variation.more;
  area.addEventListener("input", () => {
    variation.more = area.value;
    changed();
  });
  return area;
}

function buttonsField(variation, changed, redraw) {
  const { says } = variation;
  if (/^buttons:/m.test(variation.more)) return h("p", { class: "small" }, "Its buttons are more than this form can hold: they stand in the YAML.");
  const buttons = says.buttons ?? [];
  const put = (listed, focus) => {
    if (listed.length === 0) delete says.buttons;
    else says.buttons = listed;
    changed();
    redraw(focus);
  };
  const row = (button, number) => {
    const key = "url" in button ? "url" : "payload";
    const field = (name, label, value) => {
      const input = h("input", { "aria-label": `${label} of button ${number + 1}`, placeholder: label, autocomplete: "off", value });
      input.addEventListener("input", () => {
        says.buttons[number] = { ...says.buttons[number], [name]: input.value };
        changed();
      });
      return input;
    };
    const kinds = h(
      "select",
      { "aria-label": `What button ${number + 1} does` },
      [["payload", "says"], ["url", "opens"]].map(([value, text]) => h("option", { value, selected: value === key }, text)),
    );
    kinds.addEventListener("change", () => {
      const { title, [key]: target } = says.buttons[number];
      put(says.buttons.with(number, { title, [kinds.value]: target }));
    });
    return h(
      "li",
      {},
      field("title", "Words", String(button.title)),
      kinds,
      field(key, key === "url" ? "https://…" : "/intent, or words", String(button[key])),
      h("button", { type: "button", class: "quiet", "aria-label": `Take button ${number + 1} out`, onclick: () => put(says.buttons.filter((_, at) => at !== number)) }, "✕"),
    );
  };
  return h(
    "fieldset",
    { class: "buttons-of" },
    h("legend", {}, "Buttons"),
    buttons.length > 0 && h("ul", {}, buttons.map(row)),
    h("button", { type: "button", class: "quiet", onclick: () => put([...buttons, { title: "", payload: "" }], "button") }, "Add a button"),
  );
}
