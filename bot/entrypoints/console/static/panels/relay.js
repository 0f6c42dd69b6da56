/** A call over ConversationRelay: Twilio's part of its WebSocket, with words that are typed and shown in place of sound. */

import { complain } from "../dom.js";

const REFUSED = 4000;
const BROKE_OFF = "64105";

/**
 * Opens it as <Connect> says. `say(node)` says what is in an element; `over(fields)` is told what Twilio posts when the
 * talk is at an end.
 */
export function connectRelay(connect, { call, say, note, over }) {
  const relay = connect.querySelector("ConversationRelay");
  const parameters = [...relay.querySelectorAll("Parameter")].map((one) => [
    one.getAttribute("name"),
    one.getAttribute("value"),
  ]);
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const socket = new WebSocket(`${scheme}://${location.host}/playground/talk/voice`);
  let language = relay.getAttribute("language") ?? "en-GB";
  let pending = ""; // what has come of a message of which more comes
  let said = relay.getAttribute("welcomeGreeting") ?? "";
  let isOver = false;

  const speak = (words) => {
    said = words;
    const node = document.createElement("p");
    node.setAttribute("language", language);
    node.textContent = words;
    say(node);
  };
  const send = (type, fields) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify({ type, ...fields }));
  const finish = (fields) => {
    if (isOver) return;
    isOver = true;
    socket.close();
    void over(fields);
  };

  socket.addEventListener("open", () => {
    const { sid, from } = call;
    const deed = { call: sid, from, to: relay.getAttribute("url"), parameters: Object.fromEntries(parameters) };
    socket.send(JSON.stringify(deed));
    note("Connected by ConversationRelay");
    if (said) speak(said);
  });
  socket.addEventListener("message", ({ data }) => {
    const frame = JSON.parse(data);
    if (frame.type === "language") language = frame.ttsLanguage ?? language;
    if (frame.type === "end") return finish({ SessionStatus: "ended", HandoffData: frame.handoffData ?? "" });
    if (frame.type !== "text") return;
    pending += frame.token;
    if (!frame.last) return;
    speak(pending);
    pending = "";
  });
  socket.addEventListener("close", ({ code, reason }) => {
    if (isOver) return;
    if (code === REFUSED) complain(`The talk could not be opened: ${reason}`);
    note("The line broke off");
    finish({ SessionStatus: "failed", ErrorCode: BROKE_OFF, ErrorMessage: "WebSocket closed" });
  });

  return {
    prompt: (text) => send("prompt", { voicePrompt: text, lang: language, last: true }),
    press: (digit) => send("dtmf", { digit }),
    /** Somebody spoke into what was being said, when half of its words had been heard. */
    interrupt() {
      const words = said.split(/\s+/);
      const heard = words.slice(0, Math.ceil(words.length / 2)).join(" ");
      send("interrupt", { utteranceUntilInterrupt: heard, durationUntilInterruptMs: String(words.length * 200) });
      note(`You speak into it. Heard until then: “${heard}”`);
    },
    close() {
      isOver = true;
      socket.close();
    },
  };
}
