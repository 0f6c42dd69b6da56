/** A new journey, from nothing, by a recipe or like another one. */

import { byId, h, latest } from "../dom.js";
import { offerTags } from "../known_tags.js";
import { peopleWords } from "../segments/words.js";
import { request, soon, withToken } from "./service.js";

const ENTRIES = {
  event: (name) => ({ event: name }),
  api: () => ({ api: true }),
  message: () => ({ message: true }),
};

const TAG = "#"; // no segment is called so
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

let recipes = [];
let segments = [];

/** Open the dialog; `like` is the journey to copy, where there is one. */
function openNew(like = null) {
  byId("new-title").textContent = like ? `A journey like ${like}` : "A new journey";
  byId("new-recipe").closest(".field").hidden = like !== null;
  byId("new-recipe").value = "";
  showFields(like);
  byId("new-id").value = like ? `${like}-2` : "";
  byId("new-problem").textContent = "";
  byId("new-form").onsubmit = (event) => {
    event.preventDefault();
    void begin(like, event.submitter);
  };
  byId("new-dialog").showModal();
}

/** What is asked of a journey from nothing; a recipe, or another journey, says it itself. */
function showFields(like = null) {
  const recipe = recipes.find((one) => one.recipe === byId("new-recipe").value);
  byId("new-recipe-about").textContent = recipe ? `${recipe.about} It comes with words of its own, to be changed.` : "";
  for (const part of document.querySelectorAll("#new-form .from-nothing")) part.hidden = like !== null || recipe !== undefined;
  const asks = recipe?.asks ?? [];
  const asked = { whom: asks.includes("whom"), tag: asks.includes("whom") && byId("new-whom").value === TAG, when: asks.includes("when") };
  for (const [name, wanted] of Object.entries(asked)) {
    byId(`new-${name}-field`).hidden = !wanted;
    byId(`new-${name}`).required = wanted;
  }
  if (asked.tag) offerTags(byId("new-tag"));
  countWhom();
  if (!byId("new-enter").closest(".field").hidden) byId("new-event-field").hidden = byId("new-enter").value !== "event";
}

/** The recipes that there are, as the service tells them. */
export function offerRecipes(offered, known) {
  if (JSON.stringify(known) !== JSON.stringify(segments) || byId("new-whom").length === 0) {
    segments = known;
    const members = segments.map(({ segment, label }) => h("option", { value: segment }, label ? `${label} (${segment})` : `The segment ${segment}`));
    byId("new-whom").replaceChildren(...members, h("option", { value: TAG }, "Everybody with a tag…"));
  }
  if (offered.length === recipes.length) return;
  const isFirst = recipes.length === 0;
  recipes = offered;
  const [nothing] = byId("new-recipe").options;
  byId("new-recipe").replaceChildren(nothing, ...recipes.map(({ recipe, title }) => h("option", { value: recipe }, title)));
  if (isFirst) openAsked();
}

/** What another page asked for: a recipe, and the segment or the tag that it is for. */
function openAsked() {
  const asked = new URLSearchParams(location.search);
  const recipe = recipes.find((one) => one.recipe === asked.get("recipe"));
  if (!recipe) return;
  openNew();
  byId("new-recipe").value = recipe.recipe;
  if (segments.some(({ segment }) => segment === asked.get("segment"))) byId("new-whom").value = asked.get("segment");
  if (asked.get("tag")) [byId("new-whom").value, byId("new-tag").value] = [TAG, asked.get("tag")];
  choose();
}

const count = latest((condition) => request("/segments/count", { if: condition }));

/** How many it would go to if it were now; nothing where that is not known. */
const countWhom = soon(async () => {
  if (byId("new-whom-field").hidden) return;
  const [whom, tag] = [byId("new-whom").value, byId("new-tag").value.trim().replace(/[\\']/g, "\\$&")];
  const condition = whom === TAG ? tag && `'${tag}' in profile.tags` : segments.find(({ segment }) => segment === whom)?.condition;
  const answer = condition ? await count(condition) : { ok: false };
  if (answer) byId("new-whom-count").textContent = answer.ok && answer.told.count !== null ? ` Now: ${peopleWords(answer.told)}, of whom only those who agreed to it are written to.` : "";
}, 300);

function choose() {
  showFields();
  const [before, now] = [byId("new-id"), byId("new-recipe").value];
  if (before.value === "" || recipes.some(({ recipe }) => recipe === before.value)) before.value = now;
}

async function begin(like, button) {
  const journey = byId("new-id").value.trim();
  const recipe = byId("new-recipe").value;
  const enter = ENTRIES[byId("new-enter").value](byId("new-event").value.trim());
  const made = { journey, title: byId("new-about").value, purpose: byId("new-purpose").value, enter };
  if (button) button.disabled = true;
  const whom = byId("new-whom").value;
  const aim = { ...(whom === TAG ? { tag: byId("new-tag").value } : { segment: whom }), when: byId("new-when").value, zone: ZONE };
  const { ok, told } = await request("/journeys", like ? { journey, like } : recipe ? { journey, recipe, ...aim } : made);
  if (button) button.disabled = false;
  if (ok) location.assign(withToken(`/journeys/${told.journey}`));
  else byId("new-problem").textContent = told.faults ? told.faults.map((one) => `${one.message} ${one.suggestion}`).join(" ") : told.error;
}

/** The buttons of the list. */
export const likeButton = (journey) =>
  h("button", { type: "button", class: "quiet", "aria-label": `Duplicate ${journey}`, onclick: () => openNew(journey) }, "Duplicate…");

byId("new-when-about").textContent = `By the clock of ${ZONE.replaceAll("_", " ")}.`;
byId("new-segment").href = withToken("/segments");
byId("new").addEventListener("click", () => openNew());
byId("new-not").addEventListener("click", () => byId("new-dialog").close());
byId("new-enter").addEventListener("change", () => showFields());
byId("new-whom").addEventListener("change", () => showFields());
byId("new-tag").addEventListener("input", () => countWhom());
byId("new-recipe").addEventListener("change", choose);
