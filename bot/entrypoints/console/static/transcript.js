/** The transcript's times, in the reader's own. */

import { dayAndTime } from "./dom.js";

for (const time of document.querySelectorAll("time")) {
  time.title = time.textContent;
  time.textContent = dayAndTime(time.dateTime);
}
