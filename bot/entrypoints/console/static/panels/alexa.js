/** A speaker with Alexa: what is said to it, the requests that the skill gets, and what it says and shows. */

import { byId, composer, h } from "../dom.js";
import { act } from "../feed.js";
import { aside, card, exchangeLog, hush, sayAloud, valuesIn } from "./exchanges.js";

const ALEXA = "alexa";
const LOCALES = ["en-GB", "en-US", "de-DE", "es-ES", "fr-FR", "it-IT", "ja-JP", "pt-BR", "ar-SA", "nl-NL"];
const PATIENCE = 8_000;
const REASONS = {
  USER_INITIATED: "you left",
  EXCEEDED_MAX_REPROMPTS: "nobody answered",
  ERROR: "Alexa would not take the answer",
};

export function alexaPanel() {
  const speaker = byId("alexa-speaker");
  const locale = byId("alexa-locale");
  const hint = "Open the skill, or say something at once. Then answer by typing what you would say.";
  const log = exchangeLog("alexa-talk", { patience: PATIENCE, hint });
  const items = [];
  const reasons = new Map(); // why a session ended, by the id of its last request
  let own = 0; // how many deeds were done on this page: what they bring is said aloud, and nothing of earlier

  locale.replaceChildren(...LOCALES.map((one) => h("option", {}, one)));

  const does = (deed) => {
    own += 1;
    hush();
    return act(ALEXA, { ...deed, speaker: speaker.value, locale: locale.value });
  };

  byId("alexa")
    .querySelectorAll("[data-deed]")
    .forEach((button) => button.addEventListener("click", () => does({ deed: button.dataset.deed })));
  composer(byId("alexa-form"), byId("alexa-text"), (text) => does({ deed: "say", text, unmatched: byId("alexa-unmatched").value }));
  byId("alexa-intent").addEventListener("submit", (submitted) => {
    submitted.preventDefault();
    const given = new FormData(submitted.target);
    const slots = valuesIn(given.get("slots"));
    void does({ deed: "intent", intent: given.get("intent"), slots, dialog: given.get("dialog") });
  });
  speaker.addEventListener("change", () => {
    log.clear();
    for (const item of items) if (item.speaker === speaker.value) show(item);
  });

  const show = (item) => {
    switch (item.what) {
      case "asks":
        reasons.set(item.request, item.body.request.reason);
        return log.ask({ id: item.request, said: spokenIn(item), asked: askedIn(item), body: item.body });
      case "progressive":
        return log.meanwhile(item.request, item.words);
      case "asked again":
        return log.note(`You say nothing. Alexa asks again: “${item.words}”`);
      case "linked":
        return log.note("The account is linked: requests now carry its access token.");
      case "hears":
        log.answer({
          id: item.request,
          milliseconds: item.took_ms,
          said: item.words ? [item.words] : [],
          troubles: item.troubles,
          body: item.body ?? "Nothing.",
          more: [
            item.reprompt && item.reprompt !== item.words && aside(`If you say nothing: “${item.reprompt}”`),
            shownCard(item.card),
            ...item.directives.map(({ type }) => aside(`Directive: ${type}`)),
          ],
        });
        if (reasons.get(item.request)) log.note(`The session is over: ${REASONS[reasons.get(item.request)]}.`);
        else if (item.ends) log.note("The session is over: the skill ended it.");
    }
  };

  const shownCard = ({ type, title, content }) => {
    if (!type) return null;
    if (type !== "LinkAccount") return card(title ?? type, h("p", {}, content ?? ""));
    const link = h("button", { type: "button", onclick: () => does({ deed: "link" }) }, "Link account");
    return card("Link your account", h("p", {}, "On this card the Alexa app opens your skill’s page for linking."), link);
  };

  return {
    take(item) {
      items.push(item);
      if (item.speaker !== speaker.value) return;
      show(item);
      if (own > 0 && item.words) sayAloud(item.words, locale.value);
    },
  };
}

function spokenIn({ kind, said, body }) {
  if (kind === "LaunchRequest") return "Alexa, open the skill";
  return said && body.session.new ? `Alexa, ask the skill: ${said}` : said;
}

/** "IntentRequest: inform, number = 80 (a sample)". */
function askedIn({ kind, how, body }) {
  const { intent, dialogState, reason } = body.request;
  const slots = Object.values(intent?.slots ?? {}).map(({ name, value }) => `${name} = ${value}`);
  const parts = [intent?.name, ...slots, dialogState, reason].filter(Boolean);
  return `${[kind, parts.join(", ")].filter(Boolean).join(": ")}${how ? ` (${how})` : ""}`;
}
