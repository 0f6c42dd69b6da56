"""Nothing that sells may be in what an opt-out is answered with (47 CFR 64.1200(a)(12))."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.domain.assistant import Assistant, Variation
from bot.domain.errors import Fault

ANSWERS_TO_OPT_OUTS: Final = (
    "utter_opted_out",
    "utter_opt_out_scope",
    "utter_opt_out_narrowed",
    "utter_may_opt_out",
    "utter_marketing_kept",
)
_LINK: Final = re.compile(r"https?://|www\.", re.IGNORECASE)
_PRICE: Final = re.compile(r"[%€$£¥]|\b(?:USD|EUR|GBP|CHF)\b")
_LIQUID: Final = re.compile(r"\{%.*?%\}", re.DOTALL)


def what_sells(assistant: Assistant) -> Iterator[Fault]:
    """What in these responses leads to an offer: a link that is not to the person's preferences, a price, a picture,
    a button."""
    for name in ANSWERS_TO_OPT_OUTS:
        response = assistant.responses.get(name)
        for variation in response.variations if response is not None else ():
            for what in _found(variation):
                yield Fault(
                    variation.place,
                    f"{name} has {what} in it, and an opt-out is answered without anything that may sell.",
                    "Take it out. A link to {{ preferences_link }} may stay.",
                )


def _found(variation: Variation) -> Iterator[str]:
    words = _LIQUID.sub("", f"{variation.subject} {variation.text}")
    if _LINK.search(words):
        yield "a link"
    if _PRICE.search(words):
        yield "a price or a percentage"
    if variation.image or variation.extras:
        yield "a picture or a card"
    if variation.buttons:
        yield "buttons"
