/** Rules as sentences. */

import { channelName } from "../channels.js";
import { dayName } from "../desk/words.js";
import { lengthWords } from "../scores/words.js";

export const REGIONS = new Intl.DisplayNames("en", { type: "region" });
const LIST = new Intl.ListFormat("en", { type: "conjunction" });
const EITHER = new Intl.ListFormat("en", { type: "disjunction" });
const REST = "default";
const IN_WORDS = { "United States": "the United States", "United Kingdom": "the United Kingdom", Netherlands: "the Netherlands", Philippines: "the Philippines", "United Arab Emirates": "the United Arab Emirates", "Czech Republic": "the Czech Republic" };
const DATA = { conversations: "conversations", messages: "messages", timeline: "what happened to people", decisions: "why messages left or did not", crm_writes: "what CRMs were given", feeds: "what the panels show", questions: "what was asked of people", visitors: "visitors of whom only a browser is known", people: "people of whom nothing was heard" };
const CLOCK = { "00:00": "24:00" };

/** "France", "Florida", or what is meant by the rules of all others, where there are such. */
export function placeName(jurisdiction, states, others = true) {
  if (jurisdiction === REST) return others ? "all other countries" : "everywhere";
  const name = states[jurisdiction] ?? REGIONS.of(jurisdiction);
  return IN_WORDS[name] ?? name;
}

const small = (text) => text.charAt(0).toLowerCase() + text.slice(1);
const BY = { email: "e-mail", sms: "text message", voice: "phone call", webchat: "the website" };
export const channelWords = (channels) => EITHER.format(channels.map((one) => BY[one] ?? channelName(one)));
export const upper = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** "09:00–20:00"; a stretch that ends when the day does ends at 24:00. */
export const stretchWords = ({ opens, closes }) => (opens === closes ? "all day" : `${opens}–${CLOCK[closes] ?? closes}`);

export function daysWords(days) {
  if (days.length === 7) return "every day";
  const row = days.length > 2 && days.at(-1) - days[0] === days.length - 1;
  return row ? `${dayName(days[0])} to ${dayName(days.at(-1))}` : LIST.format(days.map(dayName));
}

const purposeWords = ({ purpose }) => (purpose === "marketing" ? "marketing" : "service messages of journeys");

export const SENTENCES = {
  hours: (one) => `Marketing by ${channelWords(one.channels)}: ${daysWords(one.days)}, ${stretchWords(one)} where the person is.`,
  caps: (one) => `At most ${one.at_most} in ${lengthWords(one.within)} of ${purposeWords(one)} by ${channelWords(one.channels)}${one.channels.length > 1 ? ", on each" : ""}.`,
  consent(one) {
    const said = [
      one.confirm_within && `It counts once it is confirmed from the address itself, within ${lengthWords(one.confirm_within)}${one.remind_after ? ` (asked once more after ${lengthWords(one.remind_after)})` : ""}.`,
      one.lasts && `It ends after ${lengthWords(one.lasts)}.`,
      one.soft_opt_in && "Customers may be written to of similar products without it, where they were told at the sale how to say no.",
    ].filter(Boolean);
    return `Consent to ${purposeWords(one)} by ${channelWords(one.channels)}: ${small(said[0] ?? "it counts as it is given.")} ${said.slice(1).join(" ")}`.trim();
  },
  opt_outs: (one) => `${one.ask_scope_within ? `Who opts out is asked whether all of it was meant; the answer counts for ${lengthWords(one.ask_scope_within)}. ` : ""}Who may have opted out gets nothing and is asked; no answer within ${lengthWords(one.hold)} is an opt-out.`,
  requests: (one) => `${upper(LIST.format(one.requests))}: within ${lengthWords(one.within)}.`,
  retention: (one) => `${upper(LIST.format(one.data.map((kind) => DATA[kind] ?? kind)))}: ${lengthWords(one.keep)}, ${one.deletes ? "then deleted" : "what is older is counted, and not deleted"}.`,
  links: (one) => `${one.followed ? "It may be noted who opens links in journeys' messages" : "Nobody notes who opens links in messages"} by ${channelWords(one.channels)}.${one.utm_source ? ` Their pages are told utm_source=${one.utm_source}, and the channel, the journey and the step.` : ""}`,
};
