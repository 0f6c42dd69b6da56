/** Sending what is typed to a colleague, who sees it on their own device. */

import { channelName } from "../channels.js";
import { byId, h } from "../dom.js";
import { request } from "../journeys/service.js";

const LOOK = 700; // milliseconds between two looks at what came of it
const MOST_LOOKS = 40;
const SAID = {
  sent: "Sent.",
  withheld: "It was not sent",
  dead: "It could not be sent",
  waiting: "It waits",
  sending: "On its way…",
};

/** `typed()` is the body that asks for the variation as it is typed, to whom it is said. */
export function trying(tests, typed) {
  byId("try").hidden = tests.length === 0;
  byId("try").onclick = () => open(tests);
  byId("try-not").onclick = () => byId("try-dialog").close();
  byId("try-channel").onchange = () => showChannel(tests);
  byId("try-form").onsubmit = (event) => {
    event.preventDefault();
    void send(typed());
  };
}

function open(tests) {
  const before = byId("try-channel").value;
  byId("try-channel").replaceChildren(...tests.map(({ channel }) => h("option", { value: channel }, channelName(channel))));
  if (tests.some(({ channel }) => channel === before)) byId("try-channel").value = before;
  showChannel(tests, { keep: before !== "" });
  byId("try-dialog").showModal();
  byId("try-address").focus();
}

function showChannel(tests, { keep = false } = {}) {
  const { addresses, anybody } = tests.find(({ channel }) => channel === byId("try-channel").value);
  if (!keep) byId("try-address").value = addresses[0] ?? "";
  byId("try-addresses").replaceChildren(...addresses.map((one) => h("option", { value: one })));
  byId("try-about").textContent = anybody
    ? "This channel is in its sandbox: nothing leaves this machine, and the playground shows what arrives."
    : addresses.length > 0
      ? "It leaves at once, by the vendor, to an address that OVERTURE_TEST_ADDRESSES names, and to no other."
      : "Nobody is named for tests yet: put the addresses of colleagues into OVERTURE_TEST_ADDRESSES, and start the service again.";
  byId("try-outcome").textContent = "";
}

async function send(body) {
  byId("try-now").disabled = true;
  byId("try-outcome").textContent = SAID.sending;
  const to = { channel: byId("try-channel").value, address: byId("try-address").value.trim() };
  const { ok, told } = await request("/responses/test", { ...body, ...to });
  byId("try-outcome").textContent = ok ? await outcome(told.test) : told.error;
  byId("try-now").disabled = false;
}

/** In words, as soon as it is known. */
async function outcome(test) {
  let last = SAID.sending;
  for (let look = 0; look < MOST_LOOKS; look += 1) {
    const { ok, told } = await request(`/responses/test?test=${encodeURIComponent(test)}`);
    if (!ok) return told.error;
    last = told.reason ? `${SAID[told.status]}: ${told.reason}.` : SAID[told.status];
    if (["sent", "withheld", "dead"].includes(told.status)) return last;
    if (told.reason) byId("try-outcome").textContent = last;
    await new Promise((done) => setTimeout(done, LOOK));
  }
  return last;
}
