/** Tries a text on made-up people: how far it is, then the funnel, and what was withheld and why. */

import { h } from "../dom.js";
import { number, streamed } from "./service.js";

let count = 0;

/** `node` goes into the page; `text()` is what is tried, `address` where. */
export class Simulation {
  constructor(address, text) {
    this.address = address;
    this.text = text;
    this.people = numberField("People", 1000, 10_000);
    this.days = numberField("Days", 90, 365);
    this.seed = numberField("Draw of chances", 1, 1_000_000);
    this.start = h("button", { type: "button", class: "try", onclick: () => void this.run() }, "Simulate");
    this.cancel = h("button", { type: "button", hidden: true, onclick: () => this.stop() }, "Cancel");
    this.bar = h("progress", { max: 1, value: 0, hidden: true, "aria-label": "People simulated" });
    this.said = h("p", { class: "small", role: "status" });
    this.found = h("div", { class: "found" });
    const fields = [this.people, this.days, this.seed].map((one) => one.node);
    this.node = h("div", { class: "simulation" }, h("div", { class: "row" }, fields, this.start, this.cancel), this.bar, this.said, this.found);
  }

  stop() {
    this.running?.abort();
  }

  async run() {
    this.stop();
    const running = (this.running = new AbortController());
    const [people, days, seed] = [this.people, this.days, this.seed].map((one) => one.value());
    this.show(true);
    this.found.replaceChildren();
    this.said.textContent = "Begins…";
    const body = { text: this.text(), people, days, seed };
    const problem = await streamed(this.address, body, running.signal, (line) => this.hear(line));
    if (running !== this.running) return;
    this.show(false);
    if (problem) this.said.textContent = running.signal.aborted ? "Cancelled. Nothing was kept." : problem;
  }

  show(runs) {
    this.start.hidden = runs;
    this.cancel.hidden = this.bar.hidden = !runs;
    if (runs) this.bar.value = 0;
  }

  hear({ done, of, waits, figures, error }) {
    if (error) this.said.textContent = error;
    else if (figures) {
      this.said.textContent = figures.summary;
      this.found.replaceChildren(...figuresNodes(figures));
    } else {
      this.bar.value = done / of;
      this.said.textContent = waits ? "Waits until another simulation is through…" : `${number(done)} of ${number(of)} people`;
    }
  }
}

function numberField(label, value, most) {
  const id = `simulation-${(count += 1)}`;
  const input = h("input", { id, type: "number", min: 1, max: most, step: 1, value, inputmode: "numeric" });
  return { node: h("span", { class: "number" }, h("label", { for: id }, label), input), value: () => Number(input.value) };
}

function figuresNodes(figures) {
  const widest = Math.max(1, ...figures.steps.map((step) => step.came));
  return [
    h("h3", {}, "Funnel"),
    table(
      ["Step", "came", "went on", "left", "are there"],
      figures.steps.map((step) => [stepCell(step, widest), ...[step.came, step.went_on, step.left, step.there].map(number)]),
    ),
    ...messagesNodes("Would go out", figures.out, "Nothing."),
    ...messagesNodes("Withheld", figures.withheld, "Nothing."),
    ...(figures.later.length > 0 ? messagesNodes("Put off", figures.later, "") : []),
    figures.left.length > 0 && h("h3", {}, "Why people left before the end"),
    figures.left.length > 0 && h("ul", {}, figures.left.map(({ why, people }) => h("li", {}, `${number(people)}: ${why}`))),
    h("details", {}, h("summary", {}, "What was assumed of people"), h("ul", {}, figures.assumed.map((words) => h("li", {}, words)))),
  ].filter(Boolean);
}

function stepCell({ step, depth, words, came }, widest) {
  const bar = h("i", { class: "bar-of-people", "aria-hidden": "true" });
  bar.style.inlineSize = `${(100 * came) / widest}%`;
  const node = h("span", { class: "step-cell" }, h("code", {}, step), ` ${words}`, bar);
  node.style.paddingInlineStart = `${14 * depth}px`;
  return node;
}

const messagesNodes = (title, messages, nothing) => [
  h("h3", {}, title),
  messages.length === 0
    ? h("p", { class: "small" }, nothing)
    : table(
        ["Message", ...(messages.some(({ why }) => why) ? ["why"] : []), "number"],
        messages.map(({ what, subject, channel, step, why, messages: many }) => [
          h("span", {}, `${what === "withheld" || what === "later" ? "" : `${what} `}${subject} by ${channel}`, " ", h("code", {}, step)),
          ...(messages.some((one) => one.why) ? [why] : []),
          number(many),
        ]),
      ),
];

export const table = (heads, rows) =>
  h(
    "table",
    { class: "figures" },
    h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))),
    h("tbody", {}, rows.map((cells) => h("tr", {}, cells.map((cell) => h("td", {}, cell))))),
  );
