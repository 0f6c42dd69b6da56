"""Responses: which wording of one is said, and with which values.

`{slot}` is the slot's value; `{{` and `}}` are braces. A slot without a value is its default in the variation's
metadata (`metadata: {defaults: {lead_name: there}}`), else it is left out with the comma and space before it:
"Thanks, {lead_name}!" is "Thanks!". Numbers that are whole are said so (50, not 50.0), and lists with commas.

The variables of a template are filled in alike. A variation with `metadata: {liquid: true}` is Liquid instead, and may
say what is known of the person. Where something is missing that it would say, the next variation is taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from zlib import crc32

from bot.dialogue.personal import Personal, Unsayable
from bot.domain.assistant import Response, SlotCondition, Variation
from bot.domain.conversation import Tracker
from bot.domain.languages import LANGUAGE_SLOT
from bot.domain.message import Button, Template, Text

_PLACEHOLDER = re.compile(r"\{\{|\}\}|(?P<before>,?[ \t]+)?\{(?P<name>[\w.\-]+)\}")


def render(
    response: Response,
    tracker: Tracker,
    channel: str | None,
    *,
    values: Mapping[str, Any] | None = None,
    language: str | None = None,
    personal: Personal | None = None,
) -> Text:
    """What is said, on `channel`, in the state of `tracker`; an empty text where no variation fits or can be said.

    `values` go before slots of the same name. `language` is that of the conversation, unless it is given. The choice
    among variations depends only on the conversation and how far it has come, so a replay says the same.
    """
    words = find_words(response, tracker, channel, values=values, language=language, personal=personal)
    return Text("") if isinstance(words, Unsayable) else words


def find_words(
    response: Response,
    tracker: Tracker,
    channel: str | None,
    *,
    values: Mapping[str, Any] | None = None,
    language: str | None = None,
    personal: Personal | None = None,
) -> Text | Unsayable:
    """As `render`; where variations fit and none of them can be said, why."""
    fitting = _fitting(response, tracker, channel, language or tracker.slots.get(LANGUAGE_SLOT))
    if not fitting:
        return Text("")
    choice = crc32(f"{tracker.conversation_id}:{tracker.event_count}:{response.name}".encode()) % len(fitting)
    known = {**tracker.slots, **(values or {})}
    why: Unsayable | None = None
    for number in range(len(fitting)):
        words = words_of(fitting[(choice + number) % len(fitting)], known, personal or Personal())
        if isinstance(words, Text):
            return words
        why = why or words
    assert why is not None  # noqa: S101  there was one at least
    return why


def words_of(variation: Variation, known: Mapping[str, Any], personal: Personal) -> Text | Unsayable:
    """What the variation says where `known` are the slots' values."""
    if variation.liquid:
        return _personal_words(variation, known, personal)
    defaults = variation.metadata.get("defaults")
    defaults = defaults if isinstance(defaults, Mapping) else {}
    return Text(
        text=fill_in(variation.text, known, defaults),
        buttons=tuple(
            Button(fill_in(button.title, known, defaults), fill_in(button.payload, known, defaults))
            for button in variation.buttons
        ),
        image=fill_in(variation.image, known, defaults) if variation.image else None,
        extras={key: _fill_in_all(value, known, defaults) for key, value in variation.extras.items()},
        template=_template(variation, lambda value: fill_in(value, known, defaults)),
        subject=fill_in(variation.subject, known, defaults),
        language=variation.language or "",
    )


def _template(variation: Variation, fill: Callable[[str], str]) -> Template | None:
    if variation.template is None:
        return None
    variables = {name: fill(value) for name, value in variation.template.variables.items()}
    return replace(variation.template, variables=variables)


def _personal_words(variation: Variation, known: Mapping[str, Any], personal: Personal) -> Text | Unsayable:
    from bot.dialogue.liquid import locale_for, render_liquid  # not loaded where nobody uses it: it takes 0.2 seconds

    locale = locale_for(personal, variation.language)
    variables = variation.template.variables if variation.template is not None else {}
    titles = [button.title for button in variation.buttons]
    texts = [variation.text, variation.image or "", variation.subject, *titles, *variables.values()]
    said_so = []
    for text in texts:
        words = render_liquid(text, personal, known, locale)
        if isinstance(words, Unsayable):
            return words
        said_so.append(words)
    text, image, subject, *rest = said_so
    payloads = [fill_in(button.payload, known) for button in variation.buttons]
    filled = dict(zip(variables, rest[len(titles) :], strict=True))
    return Text(
        text=text,
        buttons=tuple(Button(title, payload) for title, payload in zip(rest[: len(titles)], payloads, strict=True)),
        image=image or None,
        extras={key: _fill_in_all(value, known, {}) for key, value in variation.extras.items()},
        template=replace(variation.template, variables=filled) if variation.template is not None else None,
        subject=subject,
        language=variation.language or "",
    )


def placeholders_in(text: str) -> list[str]:
    """The names of what would be filled in."""
    return [found["name"] for found in _PLACEHOLDER.finditer(text) if found["name"] is not None]


def says_something(content: Text) -> bool:
    """Whether there is anything in it, though perhaps not for every channel."""
    return bool(content.text or content.buttons or content.image or content.extras)


def in_own_language(response: Response, language: str) -> Response:
    """The response; a variation that is marked as of the assistant's own language is as if it were not marked."""
    return replace(
        response,
        variations=tuple(
            replace(one, language=None) if one.language == language else one for one in response.variations
        ),
    )


def _fitting(response: Response, tracker: Tracker, channel: str | None, language: Any) -> Sequence[Variation]:
    """Those in the language of the conversation go first, then those in the assistant's own, then any."""
    own = [one for one in response.variations if one.language is None]
    if len(own) == len(response.variations):
        return _in_order(own, tracker, channel)
    spoken = [one for one in response.variations if one.language is not None and one.language == language]
    return (
        _in_order(spoken, tracker, channel)
        or _in_order(own, tracker, channel)
        or _in_order(response.variations, tracker, channel)
    )


def _in_order(variations: Sequence[Variation], tracker: Tracker, channel: str | None) -> Sequence[Variation]:
    """Rasa's order: for this channel and on a condition, for this channel, on a condition, then the others."""
    groups: tuple[list[Variation], ...] = ([], [], [], [])
    for variation in variations:
        if variation.channel not in (None, channel) or not _hold(variation.conditions, tracker):
            continue
        groups[(0 if variation.conditions else 1) + (2 if variation.channel is None else 0)].append(variation)
    return next((group for group in groups if group), [])


def _hold(conditions: Sequence[SlotCondition], tracker: Tracker) -> bool:
    return all(_same(tracker.slots.get(condition.name), condition.value) for condition in conditions)


def _same(found: Any, wanted: Any) -> bool:
    if isinstance(found, bool) != isinstance(wanted, bool):
        return False
    if isinstance(found, str) and isinstance(wanted, str):
        return found.casefold() == wanted.casefold()
    return bool(found == wanted)


def fill_in(text: str, values: Mapping[str, Any], defaults: Mapping[str, Any] | None = None) -> str:
    """The text with its placeholders filled in."""
    if "{" not in text:
        return text
    escaped = "{{" in text  # only then is "}}" a brace, so that "}}" in unescaped JSON stays

    def value_of(match: re.Match[str]) -> str:
        if match["name"] is None:
            return match[0][0] if escaped else match[0]
        before = match["before"] or ""
        value = values.get(match["name"])
        if value is None or value == "":
            value = (defaults or {}).get(match["name"])
        return before + said(value) if value is not None else ""

    return _PLACEHOLDER.sub(value_of, text).strip()


def as_template(text: str) -> str:
    """As it has to be written in a response so that `fill_in` gives the text."""
    return text.replace("{", "{{").replace("}", "}}") if "{" in text else text  # only beside "{{" is "}}" one brace


def _fill_in_all(value: Any, values: Mapping[str, Any], defaults: Mapping[str, Any]) -> Any:
    """The texts inside of a value, filled in."""
    match value:
        case str():
            return fill_in(value, values, defaults)
        case Mapping():
            return {key: _fill_in_all(one, values, defaults) for key, one in value.items()}
        case list() | tuple():
            return [_fill_in_all(one, values, defaults) for one in value]
        case _:
            return value


def said(value: Any) -> str:
    """A slot's value as it is said."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, (list, tuple)):
        return ", ".join(said(one) for one in value)
    return str(value)
