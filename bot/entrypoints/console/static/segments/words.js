/** What the pages of segments say alike. */

import { h } from "../dom.js";
import { number, people, withToken } from "../journeys/service.js";

/** How many, as the reader's role may know it. */
export function membersWords({ count, about }) {
  if (count === null) return "•••";
  if (!about) return number(count);
  return count === 0 ? "under 10" : `about ${number(count)}`;
}

export const peopleWords = (told) => (told.count === 1 && !told.about ? people(1) : `${membersWords(told)} people`);

/** The journeys that go by a segment, and how. */
export const hearingNodes = (journeys) =>
  journeys.map(({ journey, entry, in_force: inForce }) =>
    h("li", {}, "People enter ", h("a", { href: withToken(`/journeys/${journey}`) }, journey), ` ${entry}.`, !inForce && h("span", { class: "tag wait" }, "not in force")),
  );
