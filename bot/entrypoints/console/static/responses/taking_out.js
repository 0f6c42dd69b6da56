/** Taking a whole response out of its file, where nothing would miss it. */

import { byId } from "../dom.js";
import { diffNode } from "../journeys/diff.js";
import { request, withToken } from "../journeys/service.js";
import { usesNodes } from "./uses.js";

const MOST_USES = 8;

/** Says what keeps the response, or what goes with it and asks; `done` is called once it is gone. */
export function askToTakeOut(response, done) {
  const { response: name, lines, missed_by: missedBy, required_for: why } = response;
  const isFree = missedBy.length === 0 && !why;
  byId("take-out-title").textContent = isFree ? `Take out ${name}?` : why ? `${name} stays` : `${name} is still named`;
  byId("take-out-about").replaceChildren(...(isFree ? [afterwards(response)] : why ? [`Every assistant has it: ${why}. Change its words instead.`] : [...usesNodes(missedBy, MOST_USES), " Take it out there first."]));
  byId("take-out-not").textContent = isFree ? "Keep it" : "Close";
  byId("take-out-problem").textContent = "";
  byId("taken-out").hidden = byId("take-out-now").hidden = !isFree;
  byId("taken-out").replaceChildren(...(isFree ? [diffNode(lines, "")] : []));
  byId("take-out-now").onclick = () => void takeOut(response, done);
  byId("take-out-dialog").showModal();
}

const afterwards = ({ file, is_built_in: isBuiltIn, used }) =>
  [
    `From ${file.path}, of which all else stays as it is.`,
    isBuiltIn ? "Overture says its own words instead." : used.some(({ kind }) => kind === "overture") && "Overture says it by itself, and then says nothing there.",
    "A name that a program puts together when it runs is not found: ask whoever writes your actions.",
  ]
    .filter(Boolean)
    .join(" ");

async function takeOut({ response: name, file }, done) {
  byId("take-out-now").disabled = true;
  const { ok, told } = await request(`/responses/${encodeURIComponent(name)}?digest=${encodeURIComponent(file.digest)}`, null, "DELETE");
  byId("take-out-now").disabled = false;
  if (!ok) {
    byId("take-out-problem").textContent = told.faults?.length ? told.faults.map((one) => `${one.path}:${one.line}: ${one.message} ${one.suggestion}`).join(" ") : told.error;
    return;
  }
  done();
  location.assign(withToken("/responses"));
}

byId("take-out-not").addEventListener("click", () => byId("take-out-dialog").close());
