/** Tags that people have, offered where one is typed: what is typed goes by each letter. */

import { byId, h } from "./dom.js";
import { people, request } from "./journeys/service.js";

const LIST = "known-tags";

/** Offers them in this field. They are asked for once, with the first. */
export function offerTags(field) {
  field.setAttribute("list", LIST);
  if (!byId(LIST)) void fill(document.body.appendChild(h("datalist", { id: LIST })));
  return field;
}

/** Nothing is offered to whose role sees no people, or while the service does not answer. */
async function fill(list) {
  const { ok, told } = await request("/people/tags.json");
  if (ok) list.replaceChildren(...told.tags.map((one) => h("option", { value: one.tag, label: `${one.tag}: ${people(one.people)}` })));
}
