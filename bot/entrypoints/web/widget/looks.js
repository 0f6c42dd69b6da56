/** The looks of the chat; those of the launcher are the loader's, and so are the variables. */

export const STYLES = `
button, textarea, input { font: inherit; color: inherit; }
button:disabled { cursor: default; }
.panel {
  position: absolute; inset-block-end: 70px; inset-inline-end: 0; display: flex; flex-direction: column; overflow: hidden;
  inline-size: min(380px, calc(100vw - 32px)); block-size: min(620px, calc(100dvh - 110px));
  border: 1px solid var(--line); border-radius: var(--radius); background: var(--surface);
  box-shadow: 0 2px 6px rgb(0 0 0 / .08), 0 18px 50px rgb(0 0 0 / .22); animation: rise .18s ease-out;
}
:host([position="left"]) .panel { left: 0; right: auto; }
:host([position="right"]) .panel { left: auto; right: 0; }
@keyframes rise { from { opacity: 0; transform: translateY(10px); } }
.head { display: flex; align-items: center; gap: 10px; padding-block: 14px; padding-inline: 18px 12px; background: var(--accent); color: var(--on-accent); }
.head h2 { flex: 1; margin: 0; font-size: 16px; font-weight: 650; letter-spacing: -.005em; }
.icon { display: grid; place-items: center; inline-size: 36px; block-size: 36px; border: 0; border-radius: 10px; background: none; }
.head .icon:hover { background: rgb(255 255 255 / .16); }
.head .icon:focus-visible { outline-color: var(--on-accent); outline-offset: -3px; }
.notice { padding: 7px 16px; background: var(--raised); color: var(--muted); font-size: 13px; }

.log { flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: 16px 14px 8px; scrollbar-width: thin; }
.log:focus-visible { outline-offset: -3px; }
.message { display: flex; flex-direction: column; align-items: flex-start; margin-block-start: 10px; }
.message:first-child { margin-block-start: 0; }
.message.same { margin-block-start: 3px; }
.message.new { animation: rise .18s ease-out; }
.bubble {
  max-inline-size: 86%; padding: 9px 13px; border-radius: 14px; border-start-start-radius: 4px; background: var(--raised);
  white-space: pre-wrap; overflow-wrap: anywhere;
}
.visitor { align-items: flex-end; }
.visitor .bubble { border-radius: 14px; border-end-end-radius: 4px; background: var(--accent); color: var(--on-accent); }
.file { display: flex; align-items: center; gap: 8px; }
.file + .file { margin-block-start: 3px; }
.file svg { flex: none; }
.file small { flex: none; opacity: .9; }
.person .bubble { border: 1px solid var(--line); background: var(--surface); }
.bubble a, .source a { color: var(--accent-text); text-underline-offset: 2px; }
.visitor .bubble a { color: inherit; }
.bubble img { display: block; max-inline-size: 100%; margin-block-start: 6px; border-radius: 8px; }
.who { display: flex; align-items: center; gap: 7px; margin-block-end: 4px; color: var(--muted); font-size: 13px; }
.avatar img { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; object-fit: cover; }
.avatar {
  position: relative; overflow: hidden; display: grid; place-items: center; inline-size: 24px; block-size: 24px; border-radius: 50%; background: var(--accent);
  color: var(--on-accent); font-size: 12px; font-weight: 650;
}
.system { align-items: center; }
.system .answers { align-self: stretch; }
.system .bubble { max-inline-size: 100%; padding: 3px 10px; background: none; color: var(--muted); font-size: 13px; text-align: center; text-wrap: balance; }
.source { margin-block-start: 4px; padding-inline-start: 4px; color: var(--muted); font-size: 13px; }
.answers { min-inline-size: 0; margin: 8px 0 0; padding: 0; border: 0; }
.choices { display: flex; flex-wrap: wrap; gap: 6px; }
.choices :is(button, a) {
  min-block-size: 34px; padding: 5px 13px; border: 1px solid var(--accent-text); border-radius: 18px; background: var(--surface);
  color: var(--accent-text); align-content: center; text-align: start;
}
.choices :is(button:enabled, a):hover { background: var(--raised); }
.choices button:disabled { border-color: var(--line); color: var(--muted); }
.choices button.chosen { border-color: var(--accent-text); background: var(--raised); color: var(--accent-text); }
.choices.list { flex-direction: column; align-items: stretch; inline-size: min(280px, 100%); gap: 0; border: 1px solid var(--accent-text); border-radius: 12px; overflow: hidden; }
.choices.list :is(button, a) { min-block-size: 44px; border: 0; border-radius: 0; }
.choices.list :is(button, a) + * { border-block-start: 1px solid var(--line); }
.choices.list :focus-visible { outline-offset: -3px; }
.rating { flex-wrap: nowrap; gap: 4px; }
.rating button { display: grid; place-items: center; min-inline-size: 44px; min-block-size: 44px; padding: 4px; border-radius: 10px; }
.field { display: flex; align-items: stretch; gap: 6px; inline-size: min(300px, 100%); margin: 0; }
.field input { flex: 1; min-inline-size: 0; min-block-size: 40px; padding: 6px 10px; border: 1px solid light-dark(#8b96a3, #6b7683); border-radius: 10px; background: var(--surface); color: inherit; font: inherit; }
.field button, .consent button { min-block-size: 40px; padding: 6px 14px; border: 0; border-radius: 10px; background: var(--accent); color: var(--on-accent); font-weight: 600; }
.answers:disabled :is(input, :is(.field, .consent, .contact) button) { opacity: 1; background: var(--raised); color: var(--muted); }
.answers > * + * { margin-block-start: 8px; }
.consent { display: grid; justify-items: start; gap: 10px; }
.consent label { display: grid; grid-template-columns: auto 1fr; gap: 10px; min-block-size: 24px; cursor: pointer; }
.consent input { inline-size: 22px; block-size: 22px; margin: 0; accent-color: var(--accent-text); }
.contact { display: grid; gap: 8px; inline-size: min(300px, 100%); padding: 12px; border: 1px solid var(--line); border-radius: 12px; text-align: start; }
.contact label { display: grid; gap: 3px; font-size: 13px; }
.contact input { min-inline-size: 0; min-block-size: 40px; padding: 6px 10px; border: 1px solid light-dark(#8b96a3, #6b7683); border-radius: 10px; background: var(--surface); font-size: 15px; }
.contact input[aria-invalid="true"] { border-color: var(--bad); }
.contact .fault { margin: 0; color: var(--bad); font-size: 13px; }
.contact .fault:empty { display: none; }
.contact button { justify-self: start; min-block-size: 40px; padding: 6px 14px; border: 0; border-radius: 10px; background: var(--accent); color: var(--on-accent); font-weight: 600; }
.cards { inline-size: 100%; margin-block-start: 8px; }
.cards ul { display: flex; gap: 10px; margin: 0; padding: 0 0 6px; overflow-x: auto; overscroll-behavior-inline: contain; scroll-snap-type: inline mandatory; list-style: none; scrollbar-width: thin; }
.cards.list ul { flex-direction: column; overflow: visible; }
.card { flex: none; display: flex; flex-direction: column; inline-size: min(230px, 82%); overflow: hidden; border: 1px solid var(--line); border-radius: 12px; background: var(--surface); scroll-snap-align: start; }
.cards.list .card, .card:only-child { inline-size: min(300px, 100%); }
.card img { display: block; inline-size: 100%; block-size: 120px; object-fit: cover; background: var(--raised); }
.card h3, .card p { margin: 10px 12px 0; font-size: 15px; overflow-wrap: anywhere; }
.card h3 { font-weight: 650; }
.card p { margin-block-start: 2px; color: var(--muted); font-size: 13.5px; }
.card div { display: flex; flex-direction: column; margin-block-start: 10px; }
.card div :is(a, button) { min-block-size: 44px; padding: 10px 12px; border: 0; border-block-start: 1px solid var(--line); background: none; color: var(--accent-text); font-weight: 550; text-align: center; text-decoration: none; }
.card div :is(a, button):focus-visible { outline-offset: -3px; }
.pages { display: flex; gap: 6px; }
.pages button { display: grid; place-items: center; inline-size: 40px; block-size: 36px; border: 1px solid var(--line); border-radius: 10px; background: var(--surface); color: var(--accent-text); }
.pages button[aria-disabled="true"] { opacity: .6; cursor: default; color: var(--muted); }
.pages svg { rotate: 90deg; }
.pages button:last-child svg { rotate: -90deg; }
:host(:dir(rtl)) .pages button:first-child svg { rotate: -90deg; }
:host(:dir(rtl)) .pages button:last-child svg { rotate: 90deg; }
.state { margin-block-start: 3px; color: var(--muted); font-size: 12.5px; }
.failed .state { color: var(--bad); }
.state button { padding: 0 4px; border: 0; background: none; color: var(--accent-text); text-decoration: underline; min-block-size: 24px; }

.typing { display: flex; gap: 5px; padding: 6px 28px 12px; }
.typing i { inline-size: 7px; block-size: 7px; border-radius: 50%; background: var(--muted); animation: blink 1.2s infinite; }
.typing i:nth-child(2) { animation-delay: .15s; }
.typing i:nth-child(3) { animation-delay: .3s; }
@keyframes blink { 0%, 60%, 100% { opacity: .3; } 30% { opacity: 1; } }

form.composer { display: flex; align-items: flex-end; gap: 6px; margin: 6px 12px 0; padding: 4px; border: 1px solid light-dark(#8b96a3, #6b7683); border-radius: 14px; background: var(--surface); }
form.composer:focus-within { border-color: var(--accent-text); box-shadow: 0 0 0 1px var(--accent-text); }
textarea { flex: 1; max-block-size: 120px; min-block-size: 36px; padding: 7px 8px; border: 0; background: none; resize: none; field-sizing: content; }
textarea:focus-visible { outline: none; }
textarea:placeholder-shown { direction: inherit; } /* an empty one with dir="auto" is ltr */
::placeholder { color: var(--muted); opacity: 1; }
form.composer .icon.attach { background: none; color: var(--muted); }
form.composer .icon.attach:hover { background: var(--raised); color: var(--ink); }
.problem { margin: 6px 12px 0; border-radius: 10px; color: var(--bad); overflow-wrap: anywhere; }
.panel.dropping { outline: 3px dashed var(--accent-text); outline-offset: -6px; }
form.composer .icon { background: var(--accent); color: var(--on-accent); }
.fine { display: flex; align-items: center; justify-content: space-between; gap: 8px; line-height: 1.25; padding-block: 4px 6px; padding-inline: 18px 12px; color: var(--muted); font-size: 12.5px; }
.fine button { min-block-size: 32px; padding: 2px 6px; border: 0; border-radius: 8px; background: none; color: var(--accent-text); font-weight: 550; text-align: end; text-wrap: balance; }
.fine button:hover { text-decoration: underline; }

@media (max-width: 420px), (max-width: 640px) and (pointer: coarse), (max-height: 420px) { /* as SMALL in widget.js */
  .panel {
    position: fixed; inset: 0 auto auto 0; inline-size: 100%; block-size: var(--seen, 100dvh); margin: 0; border: 0; border-radius: 0;
    padding: env(safe-area-inset-top) env(safe-area-inset-right) env(safe-area-inset-bottom) env(safe-area-inset-left);
    background: linear-gradient(var(--accent) 50%, var(--surface) 50%); box-shadow: none;
  }
  .log, .typing, .notice { background-color: var(--surface); }
  .foot { background: var(--surface); padding-block-start: 1px; }
  textarea, .answers input { font-size: 16px; }
}
@media (pointer: coarse) { /* a thumb */
  .choices:not(.list, .rating) button { min-block-size: 44px; padding-inline: 16px; border-radius: 22px; }
  .fine button { min-block-size: 44px; }
}
@media (max-height: 420px) { /* a phone on its side, or a page at four times its size: room for what was said */
  .head { padding-block: 2px; }
  .log { padding-block: 8px 4px; }
  .typing { padding-block: 2px 4px; }
  form.composer { margin-block-start: 2px; padding: 2px; }
  .fine { padding-block: 0 2px; }
  .fine button { min-block-size: 28px; }
}
@media (forced-colors: active) {
  .bubble, .icon, .choices button, :is(.field, .consent, .contact) button, .card { border: 1px solid ButtonText; }
  .system .bubble { border: 0; }
  .choices button.chosen { border-width: 3px; }
  .typing i { background: CanvasText; }
}
`;
