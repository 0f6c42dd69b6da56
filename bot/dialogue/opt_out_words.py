"""Nothing that sells may be in what an opt-out is answered with (47 CFR 64.1200(a)(12))."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from bot.dialogue.responses import as_template
from bot.domain.assistant import Assistant, Variation
from bot.domain.errors import Fault

ANSWERS_TO_OPT_OUTS: Final = (
    "utter_opted_out",
    "utter_opted_out_in_part",
    "utter_opt_out_scope",
    "utter_opt_out_narrowed",
    "utter_may_opt_out",
    "utter_consent_taken_back",
    "utter_marketing_kept",
    "utter_wrong_number",
    "utter_erasure_noted",
    "utter_erased",
)
_LINK: Final = re.compile(r"https?://|www\.", re.IGNORECASE)
_PRICE: Final = re.compile(r"[%€$£¥]|\b(?:USD|EUR|GBP|CHF)\b")
_A_PRICE: Final = "a price or a percentage"
_ADVICE: Final = "Take it out. A link to {{ preferences_link }} may stay."
_PRICE_ADVICE: Final = "Take it out. If your company is called so, say that with overture: company: in config.yml."
_LIQUID: Final = re.compile(r"\{%.*?%\}", re.DOTALL)


def what_sells(assistant: Assistant, company: str = "") -> Iterator[Fault]:
    """What in these responses leads to an offer: a link that is not to the person's preferences, a price, a picture,
    a button. The company's name is no price, whatever signs it has; a link in it is a link."""
    for name in ANSWERS_TO_OPT_OUTS:
        response = assistant.responses.get(name)
        for variation in response.variations if response is not None else ():
            for what in _found(variation, company):
                yield Fault(
                    variation.place,
                    f"{name} has {what} in it, and an opt-out is answered without anything that may sell.",
                    _PRICE_ADVICE if what == _A_PRICE else _ADVICE,
                )


def _found(variation: Variation, company: str) -> Iterator[str]:
    words = _LIQUID.sub("", f"{variation.subject} {variation.text}")
    if _LINK.search(words):
        yield "a link"
    if _PRICE.search(words.replace(as_template(company), "") if company else words):
        yield _A_PRICE
    if variation.image or variation.extras:
        yield "a picture or a card"
    if variation.buttons:
        yield "buttons"
