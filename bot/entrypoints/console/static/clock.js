/** The sandbox's clock: shows it, and moves it. */

import { byId, clockTime, dayAndTime, latest, soon } from "./dom.js";
import { post, read } from "./feed.js";

const HOUR = 3_600;
const DAY = 24 * HOUR;

/** "+2 d 3 h", from seconds. */
function distance(seconds) {
  const hours = Math.round(seconds / HOUR);
  const parts = [
    [Math.floor(hours / 24), "d"],
    [hours % 24, "h"],
  ];
  const text = parts.filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`);
  return text.length > 0 ? `+${text.join(" ")}` : "";
}

export function startClock() {
  let ahead = 0; // milliseconds that the sandbox's time is ahead of this computer's

  const tick = () => {
    const now = new Date(Date.now() + ahead);
    byId("now").textContent = dayAndTime(now);
    byId("now").dateTime = now.toISOString();
  };

  const show = (clock) => {
    ahead = Date.parse(clock.now) - Date.now();
    const moved = distance(clock.moved_by_seconds);
    byId("moved").textContent = moved;
    byId("moved").hidden = !moved;
    byId("to-next").disabled = !clock.next;
    byId("next").textContent = clock.next
      ? `Next: ${clock.next_what || "a send"}, ${sameDay(clock.next, clock.now) ? clockTime(clock.next) : dayAndTime(clock.next)}`
      : "Nothing is scheduled";
    byId("next").title = byId("next").textContent;
    tick();
  };

  const told = latest(read);
  const refresh = async () => {
    try {
      const clock = await told("/playground/clock");
      if (clock) show(clock);
    } catch {
      // The feed's own sign says that the service is away; the next item brings us here again.
    }
  };

  const move = async (button, body) => {
    button.setAttribute("aria-busy", "true");
    if (await post("/playground/clock", body)) await refresh();
    button.removeAttribute("aria-busy");
  };

  byId("hour").addEventListener("click", (event) => move(event.currentTarget, { forward_seconds: HOUR }));
  byId("day").addEventListener("click", (event) => move(event.currentTarget, { forward_seconds: DAY }));
  byId("to-next").addEventListener("click", (event) => {
    if (!event.currentTarget.ariaBusy) void move(event.currentTarget, { to: "next" }); // what is next is known once it has moved
  });
  setInterval(tick, 1_000);
  void refresh();
  return { refresh: soon(refresh) };
}

const sameDay = (one, other) => new Date(one).toDateString() === new Date(other).toDateString();
