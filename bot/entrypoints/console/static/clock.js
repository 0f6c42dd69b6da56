/** The sandbox's clock: shows it, and moves it. */

import { byId, clockTime, dayAndTime, latest, soon } from "./dom.js";
import { post, read } from "./feed.js";

const HOUR = 3_600;
const DAY = 24 * HOUR;
const LOOK_AGAIN = 5_000; // milliseconds: what was next, and has come, may still be under way

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
  let looksAgain = Infinity; // when what was next has come, by this computer's clock

  const tick = () => {
    const now = new Date(Date.now() + ahead);
    byId("now").textContent = dayAndTime(now);
    byId("now").dateTime = now.toISOString();
    if (Date.now() < looksAgain) return;
    looksAgain = Infinity;
    void refresh();
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
    looksAgain = clock.next ? Math.max(Date.parse(clock.next) - ahead, Date.now()) + LOOK_AGAIN : Infinity;
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
