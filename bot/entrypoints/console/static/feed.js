/** The service as this page sees it: one live feed to read, and deeds to post. */

import { complain } from "./dom.js";

const LONGEST_PAUSE = 10_000;

/**
 * Follows the playground's feed from the beginning and for ever. `take(item)` gets each item once, in order;
 * `connected(boolean)` is told when the connection comes and goes.
 */
export function followFeed({ take, connected }) {
  let last = 0;
  let failures = 0;
  const connect = () => {
    const source = new EventSource(`/playground/events?after=${last}`);
    source.addEventListener("open", () => {
      failures = 0;
      connected(true);
    });
    source.addEventListener("item", (event) => {
      const item = JSON.parse(event.data);
      if (item.position <= last) return;
      last = item.position;
      take(item);
    });
    source.addEventListener("error", () => {
      source.close();
      connected(false);
      const pause = Math.min(LONGEST_PAUSE, 500 * 2 ** failures++);
      setTimeout(connect, pause * (0.5 + Math.random() / 2));
    });
  };
  connect();
}

export async function read(path) {
  const response = await fetch(path, { cache: "no-store" });
  if (!response.ok) throw new Error(await saidBy(response));
  return response.json();
}

/** Posts; whether it worked. If it did not, the page says why. */
export const post = async (path, body) => (await answerTo(path, body)) !== null;

/** Posts; the text of the answer. If it did not work the page says why, and it is null. */
async function answerTo(path, body) {
  try {
    const headers = { "Content-Type": "application/json" };
    const response = await fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
    if (!response.ok) throw new Error(await saidBy(response));
    return await response.text();
  } catch (error) {
    complain(error instanceof TypeError ? "The service does not answer. Is it running?" : error.message);
    return null;
  }
}

/** Somebody does something at a vendor: sends a text, presses a button. */
export const act = (vendor, deed) => post(`/playground/act/${vendor}`, deed);

/** The same, and what we answered the vendor; null where it did not work. */
export const actFor = (vendor, deed) => answerTo(`/playground/act/${vendor}`, deed);

async function saidBy(response) {
  const text = (await response.text()).slice(0, 300).trim();
  try {
    return String(JSON.parse(text).error);
  } catch {
    return text || `The service answered ${response.status}.`;
  }
}
