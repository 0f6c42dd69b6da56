/** By what a person is known, as the reader's role sees it: what the pages that name people share. */

import { channelName } from "./channels.js";
import { withToken } from "./journeys/service.js";

export const MASKED = "•••";
const KINDS = { phone: "Phone number", email: "E-mail address", user_id: "Your id of them", anonymous_id: "Visitor’s id", webchat: "Visitor of the website" };
const READABLE = ["email", "phone"];

export const kindOf = (kind) => KINDS[kind] ?? `Visitor by ${channelName(kind)}`;

/** By what a reader would know them: their addresses, where there are any and they are for this role. */
export function knownAs(identities) {
  const readable = identities.filter(({ kind, value }) => READABLE.includes(kind) && value !== MASKED);
  if (readable.length) return readable.map(({ value }) => value).join(", ");
  return [...new Set(identities.map(({ kind }) => kindOf(kind)))].join(", ") || "Nothing is known of them";
}

/** The address of the page People with this person on it. */
export const pageOf = (person) => withToken(`/people?person=${encodeURIComponent(person)}`);
