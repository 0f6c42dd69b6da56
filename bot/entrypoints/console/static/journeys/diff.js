/** What has changed between two texts, line by line. */

import { h } from "../dom.js";

const CONTEXT = 2;

/** Lines as `{kind, text}`: "same", "gone" or "new", by the longest common subsequence. */
export function changes(before, after) {
  const [one, other] = [linesOf(before, after), linesOf(after, before)];
  const longest = Array.from({ length: one.length + 1 }, () => new Uint32Array(other.length + 1));
  for (let i = one.length - 1; i >= 0; i -= 1)
    for (let j = other.length - 1; j >= 0; j -= 1)
      longest[i][j] = one[i] === other[j] ? longest[i + 1][j + 1] + 1 : Math.max(longest[i + 1][j], longest[i][j + 1]);
  const found = [];
  let i = 0;
  let j = 0;
  while (i < one.length || j < other.length) {
    if (i < one.length && j < other.length && one[i] === other[j]) {
      found.push({ kind: "same", text: one[i] });
      i += 1;
      j += 1;
    } else if (i < one.length && (j === other.length || longest[i + 1][j] >= longest[i][j + 1])) {
      found.push({ kind: "gone", text: one[i] });
      i += 1;
    } else {
      found.push({ kind: "new", text: other[j] });
      j += 1;
    }
  }
  return found;
}

/** Where there was nothing, or nothing is left, the end of the last line is none by itself. */
function linesOf(text, other) {
  if (text === "") return [];
  return (other === "" ? text.replace(/\n$/, "") : text).split("\n");
}

const SIGNS = { same: " ", gone: "−", new: "+" };
const SPOKEN = { gone: "taken out: ", new: "put in: " };

/** The changed lines with those around them. */
export function diffNode(before, after) {
  const lines = changes(before, after);
  const near = (index) => lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ kind }) => kind !== "same");
  const shown = lines.map((line, index) => (near(index) ? line : null));
  const nodes = [];
  for (const [index, line] of shown.entries()) {
    if (line === null && shown[index - 1] === null) continue;
    nodes.push(
      line === null
        ? h("li", { class: "gap" }, "…")
        : h(
            "li",
            { class: line.kind },
            h("span", { "aria-hidden": "true" }, SIGNS[line.kind]),
            SPOKEN[line.kind] && h("span", { class: "unseen" }, SPOKEN[line.kind]),
            h("code", {}, line.text || " "),
          ),
    );
  }
  return h("ol", { class: "line-diff" }, nodes);
}
