"""The preference centre's HTML: plain, without script, in the colours of the reader's system."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from html import escape

from bot.services.change_preferences import Choice

STOP_TEXT = "Stop all marketing to me, on every channel, at once."
CHOICE_TEXT = "Send me offers and news by {channel} to {addresses}. I can change this at any time."
VERSION = hashlib.sha256(f"{CHOICE_TEXT}\n{STOP_TEXT}".encode()).hexdigest()[:8]
"""Of the words above: the consent ledger tells by it which ones were shown."""

NAMES = {"sms": "text message", "whatsapp": "WhatsApp", "webchat": "the website's chat", "email": "e-mail"}


def text_of(choice: Choice) -> str:
    """What somebody agrees to, in the words that the page shows."""
    name = NAMES.get(choice.channel, choice.channel)
    return CHOICE_TEXT.format(channel=name, addresses=" and ".join(map(masked, choice.addresses)))


def masked(address: str) -> str:
    """Enough of it for its owner to know it again, for links are passed on: a•••@example.com, +44•••••••123."""
    name, at, host = address.partition("@")
    if at:
        return f"{name[:1]}•••@{host}"
    if address.startswith("+"):
        return f"{address[:3]}{'•' * max(3, len(address) - 6)}{address[-3:]}"
    return "this browser" if len(address) > 12 else "•••"


def preferences(choices: Iterable[Choice], *, saved: bool, signal: bool, objects: bool) -> str:
    choices = list(choices)
    parts = ["<h1>What we may send you</h1>"]
    if saved:
        parts.append('<p class="saved" role="status">Saved. It holds from now on.</p>')
    if objects:
        parts.append(
            "<p>You have objected to marketing, so you get none. Write to us if you want to take that back.</p>"
        )
    parts.append('<form method="post">')
    if choices:
        parts += ["<fieldset><legend>Marketing</legend>", *map(_row, choices), "</fieldset>"]
    else:
        parts.append("<p>We have no address of yours to which marketing could go.</p>")
    parts += [
        "<fieldset><legend>What you ask for</legend>",
        "<p>Answers to what you write, and what you ask us for, such as a confirmation.</p>",
        "</fieldset>",
    ]
    if choices and not objects:
        parts.append('<p><button name="do" value="save">Save</button></p>')
    parts.append(f'<p class="stop"><button name="do" value="stop">Stop all marketing</button> {escape(STOP_TEXT)}</p>')
    parts.append("</form>")
    parts.append(f'<p class="note">{_of_signal(signal)}</p>')
    return _page("Your preferences", "\n".join(parts))


def _row(choice: Choice) -> str:
    name = escape(choice.channel, quote=True)
    state = " checked" if choice.wanted else "" if choice.may_want else " disabled"
    shown = f'<input type="hidden" name="shown" value="{name}">' if choice.wanted else ""
    hint = "" if choice.wanted or choice.may_want else "<small>Write to us from there to turn it on.</small>"
    return (
        f'<label><input type="checkbox" name="want" value="{name}"{state}>{shown}'
        f"<span>{escape(text_of(choice))}{hint}</span></label>"
    )


def _of_signal(signal: bool) -> str:
    if signal:
        return (
            "<b>Opt-out signal honoured.</b> Your browser sends Global Privacy Control: "
            "nothing of yours is sold, or shared for advertising, and we have noted it."
        )
    return "Nothing of yours is sold, or shared for advertising. We honour the signal Global Privacy Control."


def refusal(title: str, advice: str) -> str:
    return _page(title, f"<h1>{escape(title)}</h1>\n<p>{escape(advice)}</p>")


def _page(title: str, body: str) -> str:
    return PAGE.replace("{title}", escape(title)).replace("{body}", body)


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<link rel="stylesheet" href="/playground/preferences.css">
</head>
<body><main>
{body}
</main></body>
</html>
"""
