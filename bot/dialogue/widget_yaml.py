"""Checks how a response is to look in the chat widget: `custom: {widget: {...}}`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.dialogue.source import Source

KEYS = ("show", "label", "input", "min", "max")
SHOWS = ("list", "rating", "consent", "contact")
INPUTS = ("email", "tel", "date", "number")


def check_widget(source: Source, variation: Mapping[Any, Any], what: str) -> None:
    """Report what the widget would not understand, and answers that it could not offer."""
    custom = variation.get("custom")
    if not isinstance(custom, Mapping) or custom.get("widget") is None:
        return
    what = f"the widget of {what}"
    looks = source.mapping(custom["widget"], source.place(custom, "widget"), what)
    source.only_keys(looks, KEYS, what)
    for key, known in (("show", SHOWS), ("input", INPUTS)):
        if looks.get(key) is not None and looks[key] not in known:
            source.faults.unknown(source.place(looks, key), f"{key} of a widget", str(looks[key]), known)
    answers = len(variation.get("buttons") or variation.get("quick_replies") or [])
    if looks.get("show") == "consent" and answers != 2:
        source.faults.add(
            source.place(looks, "show"),
            f"a consent checkbox needs two buttons, what ticked and what unticked means, and has {answers}.",
            "Put the button for yes first, the one for no second.",
        )
    if looks.get("show") == "rating" and not answers:
        source.faults.add(source.place(looks, "show"), "a rating needs buttons, one for each mark.", "Add buttons.")
