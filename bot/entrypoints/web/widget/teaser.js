/** The teaser: a line of the website's beside the launcher, which opens the chat or is sent away. */

const DELAY = 8; // seconds

const STYLES = `
.teaser {
  position: absolute; inset-block-end: 70px; inset-inline-end: 0; display: flex; align-items: flex-start;
  inline-size: max-content; max-inline-size: min(280px, calc(100vw - 32px)); border: 1px solid var(--line);
  border-radius: var(--radius); background: var(--surface);
  box-shadow: 0 2px 6px rgb(0 0 0 / .08), 0 8px 24px rgb(0 0 0 / .18);
}
:host([position="left"]) .teaser { left: 0; right: auto; }
:host([position="right"]) .teaser { left: auto; right: 0; }
:host([opened]) .teaser { display: none; }
.teaser button { border: 0; border-radius: var(--radius); background: none; text-align: start; }
.teaser button:first-child { padding: 12px 0; padding-inline-start: 16px; }
.teaser button:last-child { flex: none; inline-size: 40px; block-size: 44px; color: var(--muted); font-size: 20px; text-align: center; }
`;

/** Show the element's `teaser` after its delay, unless the chat has been opened by then; `shown` is called once it is. */
export function tease(host, phrases, shown) {
  const delay = Number(host.getAttribute("teaser-delay") ?? DELAY);
  const timer = setTimeout(() => show(host, phrases, shown), (delay >= 0 ? delay : DELAY) * 1000);
  host.on("open", () => {
    clearTimeout(timer);
    host.shadowRoot.querySelector(".teaser")?.remove();
  });
}

function show(host, phrases, shown) {
  host.dress(STYLES);
  const [teaser, open, dismiss] = ["div", "button", "button"].map((tag) => document.createElement(tag));
  teaser.className = teaser.part = "teaser";
  open.type = dismiss.type = "button";
  open.textContent = host.getAttribute("teaser").trim();
  dismiss.textContent = "×";
  dismiss.setAttribute("aria-label", phrases.dismiss);
  open.addEventListener("click", () => host.open());
  dismiss.addEventListener("click", () => {
    teaser.remove();
    host.focusLauncher();
  });
  teaser.append(open, dismiss);
  host.shadowRoot.prepend(teaser);
  host.say(open.textContent);
  shown();
  host.tell("teaser");
}
