/** The bell: a sound, and a notification of the browser's, when somebody waits for a person and the rep looks elsewhere. */

import { byId, tell } from "../dom.js";

const PLACE = "overture-bell";
const canNotify = "Notification" in window;

let sounds = null; // made by the press that wants them, since browsers let no page make a sound unasked
let known = null; // the calls of which the rep has been told, or which were there when the page was opened

export const isOn = () => localStorage.getItem(PLACE) === "on";

/** `visit` leads to the conversation whose notification is pressed. */
export function hangBell() {
  const button = byId("bell");
  show(button);
  button.addEventListener("click", async () => {
    if (isOn()) localStorage.removeItem(PLACE);
    else {
      localStorage.setItem(PLACE, "on");
      ring();
      if (canNotify && Notification.permission === "default") await Notification.requestPermission();
      tell(isSeen() ? "You are told by a sound and a notification while this page is open." : "You are told by a sound while this page is open. This browser shows no notifications from here.");
    }
    show(button);
  });
}

function show(button) {
  button.setAttribute("aria-pressed", String(isOn()));
  button.title = isOn() ? "Stop telling me" : "A sound, and a notification, when somebody waits";
}

const isSeen = () => canNotify && Notification.permission === "granted";

/** Tells of what calls for the rep and did not when it was last asked. */
export function callFor(calls, visit) {
  const fresh = known === null ? [] : calls.filter(({ key }) => !known.has(key));
  known = new Set(calls.map(({ key }) => key));
  if (!fresh.length || !isOn()) return;
  ring();
  if (!isSeen() || document.hasFocus()) return;
  for (const { key, conversation, customer, why } of fresh.slice(0, 3)) {
    try {
      const shown = new Notification(`${customer} ${why}`, { tag: key, body: "Overture, Conversations" });
      shown.addEventListener("click", () => {
        shown.close();
        window.focus();
        visit(conversation);
      });
    } catch {
      return; // phones let no page show one
    }
  }
}

/** Two short notes. */
function ring() {
  try {
    sounds ??= new AudioContext();
    void sounds.resume();
    for (const [pitch, after] of [[660, 0], [880, 0.16]]) note(pitch, sounds.currentTime + after);
  } catch {
    // no sound here
  }
}

function note(pitch, at) {
  const [tone, loudness] = [sounds.createOscillator(), sounds.createGain()];
  tone.frequency.value = pitch;
  loudness.gain.setValueAtTime(0.0001, at);
  loudness.gain.exponentialRampToValueAtTime(0.12, at + 0.02);
  loudness.gain.exponentialRampToValueAtTime(0.0001, at + 0.3);
  tone.connect(loudness).connect(sounds.destination);
  tone.start(at);
  tone.stop(at + 0.32);
}
