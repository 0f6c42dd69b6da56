/** How the pages of journeys talk with the service, and what they share. */

import { complain, h, sentence } from "../dom.js";

const token = new URLSearchParams(location.search).get("token");

/** The address, with the token of this page's own where it has one. */
export function withToken(address) {
  if (!token) return address;
  const url = new URL(address, location.href);
  url.searchParams.set("token", token);
  return url.pathname + url.search;
}

/** The service's answer as `{ok, status, told}`; where it cannot be reached, the page says so. */
export async function request(address, body = null, method = body ? "POST" : "GET", headers = {}) {
  const told = body && { headers: { "Content-Type": "application/json", ...headers }, body: JSON.stringify(body) };
  try {
    const response = await fetch(withToken(address), { cache: "no-store", method, ...told });
    const answer = await response.json();
    return { ok: response.ok, status: response.status, told: !response.ok && answer.error ? { ...answer, error: sentence(answer.error) } : answer };
  } catch {
    return { ok: false, status: 0, told: { error: "The service does not answer. Is it running?" } };
  }
}

/** What the service tells; null, and the page says why, where it does not. */
export async function ask(address, body, method) {
  const { ok, told } = await request(address, body, method);
  if (ok) return told;
  complain(told.error ?? "The service could not do that.");
  return null;
}

/** Calls `hear` with each line of JSON that comes; what went wrong, or nothing. A form is sent as it is, else JSON. */
export async function streamed(address, body, signal, hear) {
  try {
    const sent = body instanceof FormData ? { body } : { headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
    const response = await fetch(withToken(address), { method: "POST", ...sent, signal });
    if (!response.ok) return sentence((await response.json()).error ?? "The service could not do that.");
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let kept = "";
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const lines = (kept + part.value).split("\n");
      kept = lines.pop();
      for (const line of lines) hear(JSON.parse(line));
    }
    return "";
  } catch {
    return "The service does not answer any more.";
  }
}

const COUNT = new Intl.NumberFormat();
export const number = (count) => COUNT.format(count);
/** "1 message is due", "2 messages are due". */
export const counted = (count, one, more) => `${number(count)} ${count === 1 ? one : more}`;
export const people = (count) => counted(count, "person", "people");

const STATES = [
  ["waiting", "wait", "waiting"],
  ["done", "have left", "gone"],
  ["parked", "parked", "parked"],
  ["held_out", "held out", "held-out"],
  ["goals", "reached the goal", "goals"],
];

/** How many people are in each state, as terms and numbers. */
export const numbersNodes = (numbers) =>
  STATES.map(([name, words, kind]) =>
    h("div", { class: numbers[name] ? kind : `${kind} none` }, h("dt", {}, words), h("dd", {}, number(numbers[name]))),
  );

/** Calls `work` when nobody has asked for it for so many milliseconds. */
export function soon(work, milliseconds) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(work, milliseconds);
  };
}
