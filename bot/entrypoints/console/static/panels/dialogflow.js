/** An agent of Dialogflow: what a customer says to it, what it asks our webhook, and what comes back. */

import { byId, complain, composer, shown } from "../dom.js";
import { act } from "../feed.js";
import { exchangeLog, hush, sayAloud, valuesIn } from "./exchanges.js";

const DIALOGFLOW = "dialogflow";
const PATIENCE = 5_000;

export function dialogflowPanel() {
  const edition = byId("dialogflow-edition");
  const proof = byId("dialogflow-proof");
  const remembered = byId("dialogflow-parameters");
  const hint = "Begin, or say something at once. Change the edition or the proof at any time.";
  const log = exchangeLog("dialogflow-talk", { patience: PATIENCE, hint });
  const items = [];
  let own = 0; // how many deeds were done on this page: what they bring is said aloud, and nothing of earlier

  const does = (deed) => {
    own += 1;
    hush();
    return act(DIALOGFLOW, { ...deed, edition: edition.value, proof: proof.value });
  };

  byId("dialogflow")
    .querySelectorAll("[data-deed]")
    .forEach((button) => button.addEventListener("click", () => does({ deed: button.dataset.deed })));
  composer(byId("dialogflow-form"), byId("dialogflow-text"), (text) => {
    const isKeys = edition.value === "cx" && /^\d+#?$/.test(text);
    return does(isKeys ? { deed: "press", digits: text.replace("#", "") } : { deed: "say", text });
  });
  byId("dialogflow-intent").addEventListener("submit", (submitted) => {
    submitted.preventDefault();
    const given = new FormData(submitted.target);
    const parameters = valuesIn(given.get("parameters"), { typed: true });
    const intent = given.get("intent").trim();
    if (intent) return void does({ deed: "intent", intent, parameters, text: given.get("text") });
    if (!Object.keys(parameters).length) return complain("Name an intent, or a parameter such as team_size=80.");
    void does({ deed: "set", parameters });
  });
  edition.addEventListener("change", () => {
    log.clear();
    showParameters({});
    for (const item of items) if (item.edition === edition.value) show(item);
  });

  const showParameters = (parameters) => {
    const pairs = Object.entries(parameters).map(([name, value]) => `${name} = ${shown(value)}`);
    remembered.textContent = pairs.length ? `The agent remembers ${pairs.join(", ")}` : "";
  };

  const show = (item) => {
    switch (item.what) {
      case "asks":
        return log.ask({ id: item.request, said: item.said, asked: askedIn(item), body: item.body });
      case "asks again":
        return log.askAgain(item.request, `The same request again, try ${item.times}`);
      case "sets":
        return log.note(`The agent sets ${Object.entries(item.parameters).map(([name, value]) => `${name} = ${shown(value)}`).join(", ")}`);
      case "left":
        showParameters({});
        return log.note("The session is over.");
      case "hears":
        showParameters(item.parameters);
        log.answer({
          id: item.request,
          milliseconds: item.took_ms,
          said: item.said,
          troubles: item.troubles,
          body: item.body ?? "Nothing.",
        });
    }
  };

  return {
    take(item) {
      items.push(item);
      if (item.edition !== edition.value) return;
      show(item);
      if (own > 0 && item.what === "hears") sayAloud(item.said.join(" "), "en-GB");
    },
  };
}

/** "Tag words", "Action intent: request_demo, team_size = 80". */
function askedIn({ edition, wish, intent, body }) {
  const name = edition === "cx" ? `Tag ${wish}` : `Action ${body.queryResult.action}`;
  const given = edition === "cx" ? body.intentInfo?.parameters : body.queryResult.parameters;
  const values = Object.entries(given ?? {}).map(
    ([slot, value]) => `${slot} = ${shown(value?.resolvedValue ?? value)}`,
  );
  return [name, [intent, ...values].filter(Boolean).join(", ")].filter(Boolean).join(": ");
}
