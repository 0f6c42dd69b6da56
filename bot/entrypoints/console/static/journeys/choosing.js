/** Which step stays chosen while steps are edited: one without an id is called by its place, which changes. */

/** Its id after that edit, null where it was taken out; `before` and `after` are the sources of all steps. */
export function chosenAfter(chosen, edit, before, after) {
  if (edit.step !== chosen) return chosen;
  if (edit.do === "remove") return null;
  if (edit.do === "change") return edit.to.id ?? chosen;
  return edit.do === "move" ? placeAfter(edit, before, after) : chosen;
}

/** It stands where that one stood which it was moved past. */
function placeAfter({ step, beside, before: isAbove }, before, after) {
  if (hasId(step, before)) return step;
  return hasId(beside, before) ? after[beside][isAbove ? "above" : "below"] : beside;
}

const hasId = (id, sources) => String(sources[id].says?.id) === id;
