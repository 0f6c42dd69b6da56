/** The page "Speakers": the stand-ins for Alexa and Dialogflow, to be talked with. */

import { byId } from "./dom.js";
import { followFeed, read } from "./feed.js";
import { alexaPanel } from "./panels/alexa.js";
import { dialogflowPanel } from "./panels/dialogflow.js";

const panels = { alexa: alexaPanel(), dialogflow: dialogflowPanel() };

async function showWhatRuns() {
  try {
    const { stand_ins: running } = await read("/playground/status");
    for (const name of Object.keys(panels)) byId(name).hidden = !running.includes(name);
    byId("neither").hidden = Object.keys(panels).some((name) => running.includes(name));
  } catch {
    // The sign in the bar says that the service is away.
  }
}

followFeed({
  connected(is) {
    byId("live").textContent = is ? "Live" : "Reconnecting…";
    byId("live").classList.toggle("away", !is);
    if (is) void showWhatRuns();
  },
  take(item) {
    if (item.type in panels && item.feed === `sandbox:${item.type}`) panels[item.type].take(item);
  },
});
