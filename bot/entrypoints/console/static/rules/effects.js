/** What an edit of a rule would do: an example week, who waits, and what would be less strict than a law asks for. */

import { withFaults } from "../content.js";
import { h, latest, sentence } from "../dom.js";
import { people, request, soon } from "../journeys/service.js";
import { weekNodes } from "./week.js";
import { SENTENCES, channelWords, placeName } from "./words.js";

const check = latest((said) => request("/rules/check", said));
const count = latest((said) => request("/rules/waiting", said));

/** What is less strict wants a word more; it stands in the form that is opened. */
export class Effects {
  constructor(kind, told) {
    [this.kind, this.told, this.asked] = [kind, told, ""];
    this.wanted = h("input", { type: "checkbox" });
    this.loosened = h("div", { class: "warned", role: "alert", hidden: true });
    this.preview = h("div", { class: "effects", role: "status" });
    this.waiting = h("p", { class: "small", role: "status" });
    this.node = h("div", { class: "fields" }, this.preview, this.waiting, this.loosened);
  }

  /** Asks now, and anew whenever something in the form changes. */
  watch(said) {
    const again = soon(() => this.show(said()), 350);
    this.node.closest("form").addEventListener("input", (event) => event.target !== this.wanted && again());
    void this.show(said());
  }

  async show(said) {
    void this.showWaiting(said);
    const answer = await check(said);
    if (!answer) return;
    const { ok, told } = answer.ok ? answer : withFaults(answer);
    const wrong = ok ? told.faults.map((one) => sentence(`${one.message} ${one.suggestion}`.trim())) : [told.error];
    this.preview.replaceChildren(...(wrong.length > 0 ? wrong.map((one) => h("p", { class: "problem" }, one)) : this.effectNodes(told.weeks[0], said)));
    this.showLoosened(ok ? told.loosened : []);
  }

  effectNodes(week, said) {
    if (said.taken_out && !week) return [];
    if (this.kind === "caps") return [h("p", {}, SENTENCES.caps(said))];
    return [h("p", { class: "small" }, `A week of marketing to ${placeName(said.jurisdiction, this.told.states)} by ${channelWords([week.channel])}, by all rules that hold there: now, and then.`), ...weekNodes(week.before, "", week.after)];
  }

  showLoosened(loosened) {
    this.loosened.hidden = loosened.length === 0;
    if (loosened.length === 0) this.wanted.checked = false;
    this.loosened.replaceChildren(h("p", {}, h("strong", {}, "Less strict than what a law or contract asks for: "), `${loosened.join("; ")}.`), h("label", { class: "check" }, this.wanted, "I have looked at the source, and want it all the same. The audit log says so."));
  }

  async showWaiting({ jurisdiction, channels, purpose }) {
    const asked = { kind: this.kind, jurisdiction, channels, purpose };
    if (!this.told.may_ask || this.asked === JSON.stringify(asked)) return;
    this.asked = JSON.stringify(asked);
    const answer = await count(asked);
    if (answer?.ok) this.waiting.textContent = waitingWords(answer.told, purpose);
  }

  isWanted() {
    return !this.loosened.hidden && this.wanted.checked;
  }

  /** Why it cannot be sent yet; null where it can. */
  missing() {
    return this.loosened.hidden || this.wanted.checked ? null : { ok: false, told: { error: "Tick that you want it all the same, or make it stricter." } };
  }
}

function waitingWords({ people: waiting, is_whole: isWhole }, purpose) {
  const what = purpose === "service" ? "service messages" : "marketing";
  if (waiting === 0 && isWhole) return `Nobody there, by their numbers, has ${what} waiting by these channels.`;
  return `${isWhole ? "" : "At least "}${people(waiting)} there, by their numbers, ${waiting === 1 ? "has" : "have"} ${what} waiting by these channels. The gate goes by the rules that hold when each is due.`;
}
