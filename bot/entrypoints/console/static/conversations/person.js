/** Who the customer is, beside the conversation: what a rep wants to know at a glance. */

import { byId, h, latest, renew } from "../dom.js";
import { request } from "../journeys/service.js";
import { kindOf, knownAs, pageOf } from "../known.js";
import { consentLine, listed, section } from "../people/lines.js";

const asking = latest(request);
let seen = ""; // which version of it is shown

/** Nobody, and nothing of whoever was shown. */
export function showNobody() {
  seen = "";
  byId("who").hidden = true;
  renew(byId("who"), []);
}

/** Their name, addresses, grade, attributes and consent, as they are by now; all else is on the page People. */
export async function showPerson(conversation, isShown) {
  const answer = await asking(`/conversations/${encodeURIComponent(conversation)}/customer.json?seen=${seen}`);
  if (!answer || !isShown()) return;
  if (!answer.ok) return answer.status && showNobody();
  if (!answer.told.identities) return;
  seen = answer.told.seen;
  byId("who").hidden = false;
  renew(byId("who"), partsOf(answer.told));
}

function partsOf(told) {
  const attributes = told.attributes.filter(({ name }) => !["name", "email", "phone"].includes(name));
  const addresses = told.identities.filter(({ kind }) => ["email", "phone", "user_id"].includes(kind)).map(({ kind, value }) => [kindOf(kind), value]);
  const facts = [...attributes.map(({ label, shown: value }) => [label, listed(value)]), ...(told.time_zone ? [["Time zone", told.time_zone.replaceAll("_", " ")]] : [])];
  const consent = told.consent.map((one) => h("li", {}, ...consentLine({ ...one, words: "", ip: "" })));
  const parts = [
    ["name", [told.name, told.identities], () => h("header", {}, h("h2", { dir: "auto" }, told.name || knownAs(told.identities)), h("a", { class: "button", href: pageOf(told.person) }, "Whole profile"))],
    ["grade", told.grade, () => h("p", { class: "standing" }, told.grade)],
    ["addresses", addresses, () => rows(addresses)],
    ["facts", facts, () => rows(facts)],
    ["tags", told.tags, () => (told.tags.length ? h("ul", { class: "chips" }, ...told.tags.map((tag) => h("li", {}, tag))) : "")],
    ["consent", told.consent, () => h("div", {}, ...section("Consent, the latest first", consent.length ? [h("ul", { class: "lines" }, ...consent)] : []))],
  ];
  return parts.map(([name, what, make]) => [`${name} ${JSON.stringify(what)}`, () => make() || document.createTextNode("")]);
}

const rows = (pairs) => (pairs.length ? h("dl", {}, ...pairs.flatMap(([name, value]) => [h("dt", {}, name), h("dd", { dir: "auto" }, value)])) : "");
