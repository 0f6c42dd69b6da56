/** Two people have edited one file: shows what the other has changed, and lets the second choose. Nothing is lost. */

import { byId } from "../dom.js";
import { diffNode } from "./diff.js";

/** Ask what becomes of `mine`, which was made from `before`, now that the file says `theirs`: "mine", "theirs" or "". */
export function chosen(before, mine, theirs) {
  byId("conflict-theirs").replaceChildren(diffNode(before, theirs));
  byId("conflict-mine").replaceChildren(diffNode(theirs, mine));
  const dialog = byId("conflict-dialog");
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }));
}
