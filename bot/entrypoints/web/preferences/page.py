"""The preference centre's HTML: plain, without script, in the colours of the reader's system."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from html import escape

from bot.domain.challenge import Challenge
from bot.domain.masking import in_part
from bot.domain.privacy import RequestKind
from bot.entrypoints.web.preferences.words import Words
from bot.services.change_preferences import PAUSES, Choice

ASKED_HERE = (RequestKind.ACCESS, RequestKind.ERASURE)
"""What can be asked for with a button; what has to be put right takes words."""


def text_of(choice: Choice, words: Words) -> str:
    """What somebody agrees to, in the words that the page shows."""
    name = words.channels.get(choice.channel) or choice.channel.replace("_", " ").capitalize()
    addresses = words["and"].join(_address(one, words) for one in choice.addresses)
    return words["choice"].format(channel=name, addresses=addresses)


def masked(address: str, browser: str = "this browser") -> str:
    """Enough of it for its owner to know it again, for links are passed on: a•••@example.com, +44•••••••123."""
    if "@" in address or address.startswith("+"):
        return in_part(address)
    return browser if len(address) > 12 else "•••"


def _address(address: str, words: Words) -> str:
    """A number stays from left to right where the words around it do not."""
    shown = masked(address, words["browser"])
    return f"\u2066{shown}\u2069" if words.direction == "rtl" and shown != words["browser"] else shown


def preferences(
    choices: Iterable[Choice],
    pause: timedelta | None,
    words: Words,
    *,
    saved: bool,
    just_asked: RequestKind | None = None,
    signal: bool,
    objects: bool,
    asked: Mapping[RequestKind, str],
    paused_until: tuple[str, str] | None = None,
) -> str:
    """`asked` are the days by which what they have asked for gets an answer; `just_asked` is what they did now.
    `paused_until` is what the form calls the end of a pause, and its day in words."""
    choices = list(choices)
    parts = [f"<h1>{_said(words, 'heading')}</h1>"]
    news = words["saved"] if saved else ""
    if just_asked is not None and just_asked in asked:
        news = _noted(just_asked, asked, words)
    if news:
        parts.append(f'<p class="saved" role="status">{escape(news)}</p>')
    if objects:
        parts.append(f"<p>{_said(words, 'objects')}</p>")
    parts.append('<form method="post">')
    if choices:
        rows = [_row(choice, words) for choice in choices]
        parts += [f"<fieldset><legend>{_said(words, 'marketing')}</legend>", *rows, "</fieldset>"]
    else:
        parts.append(f"<p>{_said(words, 'no_address')}</p>")
    if choices and not objects:
        parts += _how_often(pause, words, paused_until)
    parts += [
        f"<fieldset><legend>{_said(words, 'asked')}</legend>",
        f"<p>{_said(words, 'asked_text')}</p>",
        "</fieldset>",
    ]
    if choices and not objects:
        parts.append(f'<p><button name="do" value="save">{_said(words, "save")}</button></p>')
    stop = f'<button name="do" value="stop">{_said(words, "stop")}</button>'
    parts.append(f'<p class="stop">{stop} {_said(words, "stop_text")}</p>')
    parts.append("</form>")
    parts += _of_their_data(asked, words)
    parts.append(f'<p class="note">{_of_signal(words, signal)}</p>')
    title = f"{news} {words['title']}".strip()  # a page's name is read out as it opens
    return _page(words, title, "\n".join(parts))


def _of_their_data(asked: Mapping[RequestKind, str], words: Words) -> list[str]:
    """What may be asked for of it here, or that it has been. A form by itself: Enter in the other one saves."""
    parts = [f'<form class="data" method="post"><fieldset><legend>{_said(words, "data")}</legend>']
    for kind in ASKED_HERE:
        if kind in asked:
            parts.append(f"<p>{escape(_noted(kind, asked, words))}</p>")
        else:
            hint = f"<small>{_said(words, 'data_erasure_text')}</small>" if kind is RequestKind.ERASURE else ""
            parts.append(f'<p><button name="do" value="{kind}">{_said(words, f"data_{kind}")}</button>{hint}</p>')
    return [*parts, f"<p>{_said(words, 'data_text')}</p>", "</fieldset></form>"]


def _noted(kind: RequestKind, asked: Mapping[RequestKind, str], words: Words) -> str:
    return words[f"data_{kind}_noted"].format(due=asked[kind])


def _said(words: Words, name: str) -> str:
    return escape(words[name])


def _row(choice: Choice, words: Words) -> str:
    name = escape(choice.channel, quote=True)
    state = " checked" if choice.wanted else "" if choice.may_want else " disabled"
    shown = f'<input type="hidden" name="shown" value="{name}">' if choice.wanted else ""
    hint = "" if choice.wanted or choice.may_want else f"<small>{_said(words, 'turn_on')}</small>"
    return (
        f'<label><input type="checkbox" name="want" value="{name}"{state}>{shown}'
        f"<span>{escape(text_of(choice, words))}{hint}</span></label>"
    )


def _how_often(pause: timedelta | None, words: Words, paused_until: tuple[str, str] | None) -> list[str]:
    """The pauses to choose from, and beside them one that was chosen elsewhere; one until a day can be ended."""
    offered = PAUSES if pause in PAUSES else (*PAUSES, pause)
    rows = [
        f'<label><input type="radio" name="pause" value="{days(one)}"{" checked" if one == pause else ""}>'
        f"<span>{escape(often(one, words))}</span></label>"
        for one in offered
    ]
    if paused_until is not None:
        until, day = escape(paused_until[0], quote=True), words["paused_until"].format(day=paused_until[1])
        rows.append(
            f'<label><input type="checkbox" name="paused" value="{until}" checked>'
            f'<input type="hidden" name="paused_shown" value="{until}"><span>{escape(day)}</span></label>'
        )
    shown = f'<input type="hidden" name="pause_shown" value="{days(pause)}">'
    return [f"<fieldset><legend>{_said(words, 'how_often')}</legend>", *rows, shown, "</fieldset>"]


def days(pause: timedelta | None) -> str:
    """A pause as the form names it."""
    return str(pause.days if pause is not None else 0)


def often(pause: timedelta | None, words: Words) -> str:
    """How often somebody with this pause gets marketing, in words."""
    return words["often_any"] if pause is None else words["often_days"].format(days=pause.days)


def _of_signal(words: Words, signal: bool) -> str:
    return f"<b>{_said(words, 'signal_title')}</b> {_said(words, 'signal')}" if signal else _said(words, "no_signal")


def asking(words: Words) -> str:
    """Where to send the link to."""
    parts = [
        f"<h1>{_said(words, 'ask_title')}</h1>",
        f"<p>{_said(words, 'ask_text')}</p>",
        '<form method="post">',
        f'<p><label for="address">{_said(words, "ask_label")}</label></p>',
        '<p><input id="address" name="address" required maxlength="254" autocomplete="email" dir="ltr"></p>',
        f"<p><button>{_said(words, 'ask_send')}</button></p>",
        "</form>",
    ]
    return _page(words, words["ask_title"], "\n".join(parts))


def confirmation(challenge: Challenge, words: Words) -> str:
    """What is to be confirmed, in the words that were shown, and a button, which no scanner of links presses."""
    text = words["confirm_text"].format(addresses=_address(challenge.address, words))
    agreed = challenge.consent.text if challenge.consent is not None else ""
    parts = [
        f"<h1>{_said(words, 'confirm_title')}</h1>",
        f"<p>{escape(text)}</p>",
        f'<blockquote dir="auto">{escape(agreed)}</blockquote>',
        f'<form method="post"><p><button name="do" value="confirm">{_said(words, "confirm")}</button></p></form>',
        f'<p class="note">{_said(words, "confirm_not_you")}</p>',
    ]
    return _page(words, words["confirm_title"], "\n".join(parts))


def told(words: Words, name: str, text: str, *, more: str = "") -> str:
    """A page that only says something: the words of this name, and more of them."""
    return _page(words, words[name], f"<h1>{_said(words, name)}</h1>\n<p>{_said(words, text)}</p>{more}")


def refusal(words: Words, name: str, *, new_link: bool = False) -> str:
    """What was wrong; `new_link` leads to where another link can be asked for."""
    more = f'\n<p><a class="button" href="/preferences">{_said(words, "ask_send")}</a></p>' if new_link else ""
    return told(words, name, f"{name}_advice", more=more)


def _page(words: Words, title: str, body: str) -> str:
    page = PAGE.replace("{lang}", words.language).replace("{dir}", words.direction)
    return page.replace("{title}", escape(title)).replace("{body}", body)


PAGE = """<!doctype html>
<html lang="{lang}" dir="{dir}">
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
