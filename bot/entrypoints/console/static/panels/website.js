/** The company's website, as a visitor sees it, with the widget in it. */

import { byId } from "../dom.js";

export function websitePanel() {
  const frame = byId("site");
  byId("reload-site").addEventListener("click", () => frame.contentWindow.location.reload());
  byId("new-visitor").addEventListener("click", () => {
    frame.contentWindow.overture?.forget();
    frame.contentWindow.location.reload();
  });
  return { take() {} };
}
