/** Where a response is said, in words. */

import { h } from "../dom.js";
import { withToken } from "../journeys/service.js";

const KINDS = {
  rule: ({ name }) => `the rule “${name}”`,
  story: ({ name }) => `the story “${name}”`,
  form: ({ name, slot }) => `the form ${name}, about ${slot}`,
  intent: ({ name }) => `the answer to ${name}`,
  response: ({ name }) => `Overture, in place of ${name} where there is no desk`,
  code: ({ name }) => name,
  overture: () => "Overture itself",
};

const useNode = (use) =>
  use.kind === "journey" ? h("a", { href: withToken(`/journeys/${use.name}`) }, `the journey ${use.name}`) : h("span", {}, KINDS[use.kind](use));

/** At most so many of them, and how many more there are. */
export function usesNodes(used, most) {
  if (used.length === 0) return [h("span", { class: "nowhere" }, "Nowhere that files tell of.")];
  const order = ["journey", "form", "rule", "story", "intent", "response", "overture", "code"];
  const sorted = [...used].sort((one, other) => order.indexOf(one.kind) - order.indexOf(other.kind));
  const shown = sorted.slice(0, most).flatMap((use, index) => (index ? [", ", useNode(use)] : [useNode(use)]));
  return ["Said by ", ...shown, sorted.length > most ? ` and ${sorted.length - most} more` : "", "."];
}

/** What is missing, as tags. */
export const lackTags = ({ lacks, missing }) => [
  ...lacks.map((language) => h("span", { class: "tag wait", title: "Other responses have words in it." }, `no ${language}`)),
  ...missing.map((words) => h("span", { class: "tag wait" }, words)),
];
