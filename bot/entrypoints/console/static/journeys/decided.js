/** What came of the messages of a step: how many left, and why others did not. */

import { h } from "../dom.js";
import { counted, number } from "./service.js";
import { ToldList } from "./told_list.js";

export class Decided {
  constructor(journey) {
    const failed = "What came of them could not be told.";
    this.list = new ToldList(`/journeys/${journey}/decided.json`, { kind: "step-counts", label: "Its messages", rows, failed });
  }

  /** Those of a step; asked anew when more people have come through. */
  at(version, step, times) {
    return this.list.at(new URLSearchParams({ version, step }), times);
  }
}

const rows = ({ sent, later, withheld }) => [
  h("li", {}, counted(sent, "message was let go", "messages were let go")),
  ...later.map(({ why, messages }) => h("li", {}, `${number(messages)} later: ${why}`)),
  ...withheld.map(({ why, messages }) => h("li", {}, `${number(messages)} withheld: ${why}`)),
];
