/** App Home: the page of one rep's own leads, as Overture last published it. */

import { byId, empty, refill } from "../dom.js";
import { act } from "../feed.js";
import { blockNodes } from "./blocks.js";

/** `show(address)` brings up the message to which a permalink of Slack's leads. */
export function slackHome(show) {
  const page = byId("slack-home");
  const views = new Map(); // of each rep who has opened theirs
  let shown = "";

  const press = async ({ action_id, value = "" }) => {
    await act("slack", { deed: "press", action_id, value, user: shown });
  };

  const followed = (event) => {
    const address = event.target.closest("a")?.href ?? "";
    if (show(address)) event.preventDefault();
  };
  page.addEventListener("click", followed);

  const render = () => {
    const view = views.get(shown);
    const nodes = view ? blockNodes(view.blocks ?? [], press) : [empty("One moment", "Slack is asking Overture for the page.")];
    refill(page, nodes, page);
  };

  return {
    take({ user, view }) {
      views.set(user, view);
      if (user === shown && !page.hidden) render();
    },
    async open(user) {
      shown = user;
      render();
      await act("slack", { deed: "open_home", user });
    },
  };
}
