/** Editing a journey by forms: its steps, their ways, what lets people in, and its settings. */

import { byId, deedOf, focusOn, h, sentence, words } from "../dom.js";
import { kindOf, kindsOf, labelled, withTargets } from "./fields.js";
import { stepForm, wayForm } from "./form.js";
import { ENTRIES, entryForm, entryKind, settingsForm } from "./head.js";
import { weighted, weightsForm } from "./weights.js";

const ENTRANCE = ":enter";

export class Editing {
  #schema = null;
  sources = {}; // what each step, way and entry says, by its id, in the text that was looked at last
  #head = {};

  /**
   * `make` makes edits in their turn and says whether it could; `choose` chooses a step; `isLookedAt` says whether this is of
   * what is typed; `mark` gives what a form keeps, so that what it is about is found again.
   */
  constructor({ make, choose, isLookedAt, mark }) {
    Object.assign(this, { make, choose, isLookedAt, mark });
    byId("form-not").addEventListener("click", () => byId("form-dialog").close());
  }

  get isReady() {
    return this.#schema !== null;
  }

  /** The schema of journeys, with the names in force. */
  begin(schema) {
    this.#schema = schema;
  }

  /** Whether it is to be known who opens the links in this step's message. */
  follows(says) {
    return (says?.send?.links ?? this.#head.links) === "followed";
  }

  look({ sources, head }) {
    this.sources = sources;
    this.#head = head;
  }

  says(id) {
    return this.sources[id]?.says;
  }

  /** What can be done to the chosen step, or to what lets people in; `sayings` are the words of its box. */
  nodes(id, sayings) {
    if (!this.isReady) return [];
    if (id === ENTRANCE) return this.#entranceNodes(sayings);
    const source = this.sources[id];
    return source ? [...this.#heldNodes(id, source), this.#stepNode(id, source)] : [];
  }

  // ---------------------------------------------------------------- steps

  #stepNode(id, { says, above, below }) {
    return h(
      "div",
      { class: "step-buttons", role: "group", "aria-label": "Edit the step" },
      says && typeof says === "object" && button("Edit…", () => this.#editStep(id, says)),
      button("Add a step after it…", () => this.#addStep(id, "send")),
      button("Up", () => this.#move(id, "above"), above !== null, true),
      button("Down", () => this.#move(id, "below"), below !== null, true),
      button("Remove", () => this.#remove(id)),
    );
  }

  // ---------------------------------------------------------------- without a form

  /** Past the neighbour that it has when it is its turn; everybody else is always the last way. */
  #move(id, side) {
    return this.make(
      about(id, (step) => {
        const beside = this.sources[step]?.[side] ?? null;
        const stays = beside === null || (side === "below" && isElse(this.says(beside)));
        return stays ? [] : { do: "move", step, beside, before: side === "above" };
      }),
    );
  }

  /** Nothing where it is gone already, by a second click. */
  #remove(id) {
    return this.make((now) => (now(id) === null ? [] : { do: "remove", step: now(id) }));
  }

  #editStep(id, says) {
    const kind = kindOf(this.#schema, says);
    const form = stepForm(this.#offering(), kind, says);
    this.#open(`Edit: ${words(kind)}`, form.node, about(id, (step) => ({ do: "change", step, to: form.value() })));
  }

  #addStep(id, first) {
    this.#openOfKind("A new step", "What it does", kindsOf(this.#schema).map((kind) => [kind, words(kind)]), first, (kind) => {
      const form = stepForm(this.#offering(), kind, null);
      return { node: form.node, deed: about(id, (beside) => ({ do: "add", beside, new: form.value() })) };
    });
  }

  /** The steps of this text can be pointed at where they have ids of their own. */
  #offering() {
    const own = Object.entries(this.sources).filter(([id, { kind, says }]) => kind === "step" && says?.id === id);
    return withTargets(this.#schema, own.map(([id]) => id));
  }

  // ---------------------------------------------------------------- ways, and the steps of a way

  #heldNodes(id, { says, holds }) {
    const ways = holds.filter((one) => this.sources[one].kind !== "step");
    const steps = holds.filter((one) => this.sources[one].kind === "step");
    const kind = ["branch", "split"].find((one) => says && Array.isArray(says[one]));
    return [
      kind && section("Ways", itemList(ways.map((way) => this.#wayNode(way, kind, ways))), this.#wayButtons(kind, ways)),
      steps.length > 0 && section(says.failed ? "If it fails" : "If it is late", h("p", {}, this.#stepLinks(steps))),
    ].filter(Boolean);
  }

  #wayNode(id, kind, ways) {
    const { says, holds, above, below } = this.sources[id];
    const otherwise = isElse(says);
    const name = otherwise ? "everybody else" : kind === "branch" ? `if ${says?.if}` : `${says?.name}`;
    const lead = otherwise ? says.else : says;
    const leads = [
      holds.length > 0 && this.#stepLinks(holds),
      lead?.go !== undefined && h("span", {}, `${holds.length > 0 ? "then " : ""}goes to ${lead.go}`),
      holds.length === 0 && lead?.go === undefined && h("span", {}, "goes on"),
    ];
    const canDrop = below !== null && !isElse(this.sources[below].says);
    return item(name, kind === "split" ? `${says?.weight} of 100` : null, leads, [
      ["Edit…", () => this.#editWay(id, otherwise ? "else" : kind, ways), says !== null && typeof says === "object"],
      ["Up", () => this.#move(id, "above"), above !== null && !otherwise, true],
      ["Down", () => this.#move(id, "below"), canDrop, true],
      ["Remove", () => this.#remove(id), ways.length > 1],
    ]);
  }

  #wayButtons(kind, ways) {
    const hasElse = ways.some((way) => isElse(this.says(way)));
    return h(
      "div",
      { class: "step-buttons" },
      button("Add a way…", () => this.#addWay(kind, ways)),
      kind === "branch" && !hasElse && button("Say what else happens…", () => this.#addWay("else", ways)),
    );
  }

  #stepLinks(steps) {
    return steps.map((id) => {
      const { says } = this.sources[id];
      const kind = kindOf(this.#schema, says);
      const about = ["go", "add_to", "wait"].includes(kind) && typeof says[kind] === "string" ? `${words(kind)} ${says[kind]}` : words(kind ?? "step");
      return h("button", { type: "button", class: "link", onclick: () => this.choose(id, true) }, about);
    });
  }

  #editWay(id, kind, ways) {
    const way = wayForm(this.#offering(), kind, this.says(id));
    if (kind !== "split") {
      this.#open(kind === "else" ? "Edit: everybody else" : "Edit a way", way.node, about(id, (step) => ({ do: "change", step, to: way.value() })));
      return;
    }
    const weights = weightsForm(ways.map((one) => this.#nameOf(one)), ways.map((one) => this.says(one)?.weight ?? ""));
    this.#open("Edit a way", h("div", { class: "fields" }, way.node, weights.node), (now) => this.#weighed(now, ways, weights.value(), { [id]: way.value() }));
  }

  #addWay(kind, ways) {
    const last = ways.at(-1);
    const before = kind === "branch" && isElse(this.says(last));
    const way = wayForm(this.#offering(), kind, null);
    if (kind !== "split") {
      this.#open(kind === "else" ? "Everybody else" : "A new way", way.node, about(last, (beside) => ({ do: "add", beside, before, new: way.value() })));
      return;
    }
    const weighs = ways.map((one) => this.says(one)?.weight ?? "");
    const rest = Math.max(1, 100 - weighs.reduce((sum, one) => sum + Number(one), 0));
    const weights = weightsForm([...ways.map((one) => this.#nameOf(one)), "The new way"], [...weighs, rest]);
    this.#open("A new way", h("div", { class: "fields" }, way.node, weights.node), (now) => {
      const given = weights.value();
      const others = this.#weighed(now, ways, given, {});
      return others && [...others, { do: "add", beside: now(last), new: weighted(way.value(), given.at(-1)) }];
    });
  }

  #nameOf(way) {
    return String(this.says(way)?.name ?? "Without a name");
  }

  /** The changes of all ways whose weights, or what they say in `changed`, are others; null where one of them is gone. */
  #weighed(now, ways, weights, changed) {
    if (ways.some((way) => now(way) === null)) return null;
    return ways
      .map((way, number) => ({ do: "change", step: now(way), to: weighted(changed[way] ?? this.says(now(way)), weights[number]), way }))
      .filter(({ step, to, way }) => way in changed || to.weight !== this.says(step).weight)
      .map(({ way: _way, ...edit }) => edit);
  }

  // ---------------------------------------------------------------- what lets people in, and settings

  #entranceNodes(sayings) {
    const entries = Object.keys(this.sources).filter((id) => this.sources[id].kind === "enter");
    return [
      section("Entries", itemList(entries.map((id, number) => this.#entryNode(id, entries, sayings[number])))),
      h(
        "div",
        { class: "step-buttons", role: "group", "aria-label": "Edit what lets people in" },
        entries.length > 0 && button("Add an entry…", () => this.#editEntry(null, entries.at(-1))),
        button("Settings…", () => this.openSettings()),
      ),
    ];
  }

  #entryNode(id, entries, saying) {
    const { says, above, below } = this.sources[id];
    return item(words(ENTRIES[entryKind(says)]), null, saying ?? "", [
      ["Edit…", () => this.#editEntry(id, id), says !== null && typeof says === "object"],
      ["Up", () => this.#move(id, "above"), above !== null, true],
      ["Down", () => this.#move(id, "below"), below !== null, true],
      ["Remove", () => this.#remove(id), entries.length > 1],
    ]);
  }

  /** The form of an entry; without `id`, of a new one behind `beside`. */
  #editEntry(id, beside) {
    const says = id === null ? null : this.says(id);
    this.#openOfKind(id === null ? "A new entry" : "Edit an entry", "What lets people in", Object.entries(ENTRIES), entryKind(says), (kind) => {
      const form = entryForm(this.#schema, kind, says);
      const changes = about(id, (step) => ({ do: "change", step, to: form.value() }));
      const adds = about(beside, (last) => ({ do: "add", beside: last, new: form.value() }));
      return { node: form.node, deed: id === null ? adds : changes };
    });
  }

  openSettings() {
    const form = settingsForm(this.#schema, this.#head);
    this.#open("Settings of the journey", form.node, () => ({ do: "settings", to: form.value() }));
  }

  // ---------------------------------------------------------------- the dialog

  /** A form whose kind can be chosen; `made` gives what belongs to a kind. */
  #openOfKind(title, label, choices, first, made) {
    const inside = h("div", {});
    const select = h("select", {}, choices.map(([kind, text]) => h("option", { value: kind, selected: kind === first }, text)));
    let form = null;
    const show = () => {
      form = made(select.value);
      inside.replaceChildren(form.node);
    };
    select.addEventListener("change", show);
    show();
    this.#open(title, h("div", { class: "fields" }, labelled(label, select), inside), (now) => form.deed(now));
  }

  #open(title, node, deed) {
    if (!this.isLookedAt()) return;
    byId("form-title").textContent = title;
    byId("form-fields").replaceChildren(node);
    showFaults([]);
    const [opener, mark, dialog] = [document.activeElement, this.mark(), byId("form-dialog")];
    let isPutting = false;
    const isOpen = () => dialog.open && byId("step-form").onsubmit === putting;
    const put = async (refuses = () => false) => {
      if (isPutting) return;
      isPutting = true;
      const isMade = await this.make(deed, { refuses: (faults) => !isOpen() || refuses(faults), mark });
      isPutting = false;
      if (!isMade) return;
      dialog.close();
      if (!opener.isConnected) focusOn(byId("step"), deedOf(opener), byId("step-title"));
    };
    const putting = (event) => {
      event.preventDefault();
      void put(showFaults);
    };
    byId("step-form").onsubmit = putting;
    byId("form-anyway").onclick = () => byId("step-form").reportValidity() && void put();
    byId("form-dialog").showModal();
    byId("form-fields").scrollTop = 0;
    byId("form-fields").querySelector("input, select, textarea").focus();
  }
}

/** Say in the form what would be wrong, and offer to put it in all the same; whether there is anything. */
function showFaults(faults) {
  byId("form-problem").textContent = faults.map(({ message, suggestion }) => `${sentence(message)} ${suggestion}`.trim()).join(" ");
  byId("form-anyway").hidden = faults.length === 0;
  return faults.length > 0;
}

/** The edit of what has that id now, by its id when it is its turn; null where it is gone by then. */
const about = (id, edit) => (now) => (now(id) === null ? null : edit(now(id)));

const isElse = (says) => Boolean(says && typeof says === "object" && "else" in says);

/** `again`: it may be pressed several times in a row, as fast as somebody likes. */
const button = (text, deed, enabled = true, again = false) =>
  h("button", { type: "button", disabled: !enabled, "data-again": again, onclick: () => void deed() }, text);

const section = (title, ...children) => h("section", {}, h("h3", {}, title), children);

const itemList = (items) => h("ol", { class: "items" }, items);

/** A way or an entry: its name, what it says, and what can be done to it. */
const item = (name, tag, says, deeds) =>
  h(
    "li",
    {},
    h("p", { class: "item-name" }, h("strong", {}, name), tag && h("span", { class: "tag" }, tag)),
    h("p", { class: "item-says" }, says),
    h(
      "div",
      { class: "step-buttons", role: "group", "aria-label": name },
      deeds.map((deed) => button(...deed)),
    ),
  );
