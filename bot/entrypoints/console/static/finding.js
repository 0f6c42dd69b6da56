/** A panel in which one person is found, of whom it then tells something. */

import { byId, h, latest } from "./dom.js";
import { ask } from "./journeys/service.js";
import { knownAs } from "./known.js";

const find = latest((text) => ask(`/people/find.json?text=${encodeURIComponent(text)}`));

/** The form looks for people by what is in its field; `choose` gets the one who is chosen, or the only one. */
export function findBy(form, field, choose) {
  byId(form).addEventListener("submit", async (event) => {
    event.preventDefault();
    const told = await find(byId(field).value);
    if (!told) return;
    const chosen = (person) => {
      byId("found").replaceChildren();
      choose(person);
    };
    const rows = told.people.map((one) => h("li", {}, h("button", { type: "button", onclick: () => chosen(one.person) }, one.name || knownAs(one.identities))));
    if (rows.length === 0) rows.push(h("li", { class: "small" }, "Nobody is known by that."));
    if (told.more) rows.push(h("li", { class: "small" }, "There are more: write more of it."));
    byId("found").replaceChildren(...rows);
    if (told.people.length === 1) chosen(told.people[0].person);
  });
}
