/** One journey: its picture with the people in it, the chosen step, and its file. */

import { byId, dayAndTime, empty, h } from "../dom.js";
import { Editor } from "./editor.js";
import { pictureNode } from "./picture.js";
import { ask, keepToken, numbersNodes, people, withToken } from "./service.js";
import { stepNodes } from "./step.js";

const name = location.pathname.split("/").pop();
const version = new URLSearchParams(location.search).get("version");
const address = `/journeys/${name}.json${version ? `?version=${version}` : ""}`;
const editor = new Editor(`The file of ${name}`);
let journey = null;
let chosen = null;

async function load() {
  byId("reload").setAttribute("aria-busy", "true");
  const told = await ask(address);
  byId("reload").removeAttribute("aria-busy");
  if (!told) {
    byId("picture-about").textContent = "could not be loaded";
    return;
  }
  journey = told;
  show();
}

function show() {
  byId("tags").replaceChildren(...tagNodes().filter(Boolean));
  byId("numbers").replaceChildren(...numbersNodes(journey.numbers));
  showOthers();
  showPicture();
  byId("file-path").textContent = journey.file ? journey.file.path : "its file is gone";
  if (journey.file && editor.text !== journey.file.text) editor.text = journey.file.text;
  showParked();
}

const tagNodes = () => [
  journey.purpose && h("span", { class: "tag" }, journey.purpose),
  journey.goals?.map((goal) => h("span", { class: "tag" }, `goal: ${goal}`)),
  journey.holdout > 0 && h("span", { class: "tag" }, `${journey.holdout} % held out`),
  journey.older && h("span", { class: "tag wait" }, `version ${journey.version.slice(0, 8)}`),
].flat();

function showOthers() {
  const others = journey.others ?? [];
  byId("others").hidden = others.length === 0 && !journey.older;
  const links = others.map((one) =>
    h(
      "a",
      { href: withToken(`/journeys/${name}?version=${one.version}`) },
      `${people(one.waiting + one.parked)} in version ${one.version.slice(0, 8)}`,
    ),
  );
  const back = journey.older && h("a", { href: withToken(`/journeys/${name}`) }, "the version of the file");
  byId("others").replaceChildren("The numbers in the picture are of this version. See also ", ...joined([back, ...links].filter(Boolean)), ".");
}

const joined = (nodes) => nodes.flatMap((node, index) => (index === 0 ? [node] : [", ", node]));

function showPicture() {
  const focused = document.activeElement?.dataset?.step;
  if (!journey.picture) {
    byId("picture-about").textContent = "";
    byId("canvas").replaceChildren(empty("No picture", "The file has faults, and no version of it is in force."));
    return;
  }
  const count = journey.picture.boxes.length - 1;
  byId("picture-about").textContent = count === 1 ? "1 step" : `${count} steps`;
  byId("canvas").replaceChildren(pictureNode(journey, chosen, choose));
  if (focused) boxOf(focused)?.focus();
  showStep();
}

const boxOf = (id) => byId("canvas").querySelector(`[data-step="${CSS.escape(id)}"]`);

/** Choose a step; `go` also brings it into view. */
function choose(id, go = false) {
  chosen = id;
  for (const box of byId("canvas").querySelectorAll(".box"))
    box.setAttribute("aria-pressed", String(box.dataset.step === id));
  showStep();
  if (!go) return;
  boxOf(id)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  boxOf(id)?.focus();
}

function showStep() {
  byId("step").replaceChildren(...stepNodes(journey, chosen, choose));
  const box = journey.picture.boxes.find((one) => one.id === chosen);
  if (!journey.older) editor.show(box?.line ?? null);
}

function showParked() {
  byId("parked-panel").hidden = journey.parked.length === 0;
  byId("parked").replaceChildren(
    ...journey.parked.map((one) =>
      h(
        "li",
        {},
        h("p", {}, h("code", {}, one.person), " at ", h("code", {}, one.step)),
        h("p", { class: "reason" }, one.reason),
        h("p", { class: "small" }, "entered ", h("time", { datetime: one.entered_at }, dayAndTime(one.entered_at))),
      ),
    ),
  );
}

document.title = `${name} · Overture`;
byId("journey-title").textContent = name;
byId("editor").replaceChildren(editor.node);
byId("reload").addEventListener("click", () => void load());
keepToken();
void load();
