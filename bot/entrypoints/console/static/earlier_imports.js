/** What was imported before, on the page "Import": each may be taken back, so that those go whom it alone made known. */

import { openForm } from "./dialogs.js";
import { byId, complain, dayAndTime, h, sentence, tell } from "./dom.js";
import { ask, counted, number, people, request } from "./journeys/service.js";

export async function showEarlier() {
  const { imports } = (await ask("/people/import/earlier.json")) ?? { imports: [] };
  byId("earlier-part").hidden = imports.length === 0;
  byId("earlier").replaceChildren(...imports.map(row));
}

function row({ id, source, begun_at: begunAt, rows }) {
  const button = h("button", { type: "button", onclick: () => offer(id, source, button) }, "Take back…");
  return h("li", {}, h("div", {}, h("strong", {}, source), h("small", {}, `${dayAndTime(begunAt)}, ${counted(rows, "row", "rows")}`)), button);
}

async function offer(id, source, button) {
  button.disabled = true;
  const would = await through(id, true);
  button.disabled = false;
  if (would.error) return complain(would.error);
  const left = would.left ? ` ${people(would.left)} of whom more is known by now stay: they wrote, were written to, or were told of elsewhere.` : "";
  if (!would.erased) return tell(`Nobody is to be taken back.${left}`);
  openForm({
    title: `Take back ${source}?`,
    about: `${people(would.erased)} whom this file made known, and of whom nothing else was heard, are erased for good.${left} What it changed of others stays, and so do refusals.`,
    yes: `Erase ${people(would.erased)}`,
    danger: true,
    sends: () => ({ ok: true }),
    then: () => takeBack(id, would.erased, button),
  });
}

async function takeBack(id, expected, button) {
  button.disabled = true;
  const { erased, error } = await through(id, false, (sum) => (button.textContent = `Erased ${number(sum.erased)} of ${number(expected)}…`));
  button.disabled = false;
  button.textContent = "Take back…";
  if (error) complain(`${sentence(error)} Take it back once more for the others.`);
  else tell(`${people(erased)} erased.`);
}

/** Some people at a time, until all were looked at. */
async function through(id, dryRun, moved = () => {}) {
  const sum = { erased: 0, left: 0 };
  for (let after = ""; after !== null;) {
    const { ok, told } = await request(`/people/import/${id}/take-back`, { after, dry_run: dryRun });
    if (!ok) return { ...sum, error: told.error ?? "The service could not do that." };
    sum.erased += told.erased;
    sum.left += told.left;
    after = told.reached;
    moved(sum);
  }
  return sum;
}
