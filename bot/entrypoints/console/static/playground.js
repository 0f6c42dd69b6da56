/** The playground: every channel, the CRM, and the reasons, live and side by side. */

import { startClock } from "./clock.js";
import { byId, h } from "./dom.js";
import { followFeed, read } from "./feed.js";
import { startGuide } from "./guide.js";
import { callPanel } from "./panels/call.js";
import { crmPanel } from "./panels/crm.js";
import { explainPanel } from "./panels/explain.js";
import { inboxPanel } from "./panels/inbox.js";
import { phonePanel } from "./panels/phone.js";
import { sendsPanel } from "./panels/sends.js";
import { slackPanel } from "./panels/slack.js";
import { websitePanel } from "./panels/website.js";

const clock = startClock();
const guide = startGuide();
const inbox = inboxPanel();
const phone = phonePanel();
const panels = [
  websitePanel(),
  phone,
  callPanel(),
  inbox,
  slackPanel(),
  crmPanel(),
  explainPanel(),
  sendsPanel(),
];

/** Says which content file is broken; the service goes on with the last good version. */
function showContent({ content, faults = [] }) {
  const banner = byId("content-banner");
  banner.hidden = content !== "broken";
  if (banner.hidden) return;
  const lines = faults.map((fault) =>
    h("li", {}, typeof fault === "string" ? fault : (fault.text ?? JSON.stringify(fault))),
  );
  banner.replaceChildren(
    h(
      "p",
      {},
      h("strong", {}, "The content is broken, so the last good version is running. "),
      "Put this right and save:",
    ),
    h("ul", {}, lines),
  );
}

function showConnection(connected) {
  byId("live").textContent = connected ? "Live" : "Reconnecting…";
  byId("live").classList.toggle("away", !connected);
  if (connected) void refresh();
}

async function refresh() {
  clock.refresh();
  try {
    const status = await read("/playground/status");
    showContent(status);
    if (status.intents) guide.suit(status);
    inbox.appear((status.stand_ins ?? []).includes("email"));
    phone.meet(status.stand_ins ?? []);
  } catch {
    // The sign in the bar says that the service is away.
  }
}

followFeed({
  connected: showConnection,
  take(item) {
    if (item.feed === "content") showContent(item);
    if (item.feed === "clock" || item.feed === "decisions" || item.type === "step") clock.refresh();
    guide.take(item);
    for (const panel of panels) panel.take(item);
  },
});
