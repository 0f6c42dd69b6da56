"""What a text states that other words must not change: numbers and their units, amounts, dates, links, and a "not"."""

from __future__ import annotations

import re
from typing import Final

_LINK: Final = re.compile(
    r"(?:https?://|www\.)[^\s<>\"')\]]+|[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"
    r"|(?<![\w.@-])[\w-]{1,63}(?:\.[\w-]{1,63})*\.[a-z]{2,}(?:/[^\s<>\"')\]]*)?",
    re.IGNORECASE,
)
"""An address with or without its scheme: harbourline.example/terms. Bounded, so that no text takes long."""

_NUMBER: Final = re.compile(
    r"(?P<currency>[£$€¥₹]\s?)?(?P<digits>\d+(?:[.,:]\d+)*)(?P<scale>\s?(?:k|m|bn)\b)?(?P<after>\s?[%£$€¥₹])?"
    r"(?:[\s-]*(?P<rate>/|\b(?:an?|per|each|every)\s)?\s*(?P<unit>[^\W\d_]+))?",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[^\W\d_]+")
_COUNTED_WORDS: Final = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen
nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion dozen half quarter once
twice double free unlimited always never every all none any only monday tuesday wednesday thursday friday saturday
sunday january february march april june july august september october november december today tomorrow
"""
_UNIT_WORDS: Final = """
second minute hour day week month quarter year percent pound dollar euro cent pence penny user people person seat
employee team text message mail gb mb km mile metre kilo am pm
"""
_COUNTED: Final = frozenset(_COUNTED_WORDS.split())
_UNITS: Final = tuple(_UNIT_WORDS.split())
_NOT: Final = re.compile(
    r"\b(?:not?|never|none|nothing|nobody|neither|nor|without|cannot|unable)\b|n['’]t\b", re.IGNORECASE
)


def facts_in(text: str) -> frozenset[str]:
    """The numbers, amounts, days and links of a text, each in one form however it is written."""
    facts: set[str] = set()

    def take_link(match: re.Match[str]) -> str:
        link = match[0].lower().rstrip(".,;:!?")
        facts.add(link.removeprefix("https://").removeprefix("http://").removeprefix("www.").rstrip("/"))
        return " "

    rest = _LINK.sub(take_link, text)
    for match in _NUMBER.finditer(rest):
        facts.update(_number(match))
    facts.update(word for word in (found.lower() for found in _WORD.findall(rest)) if word in _COUNTED)
    return frozenset(facts)


def _number(match: re.Match[str]) -> set[str]:
    digits = re.sub(r",(?=\d{3}\b)", "", match["digits"]).strip(".,:")
    number = digits + (match["scale"] or "").strip().lower()
    signed = f"{match['currency'] or ''}".strip() + number + f"{match['after'] or ''}".strip()
    found = {number, signed}
    unit = (match["unit"] or "").lower()
    known = next((one for one in _UNITS if unit in (one, f"{one}s")), None)
    return found | ({f"{number} {'a ' if match['rate'] else ''}{known}"} if known else set())


def is_negated(text: str) -> bool:
    """Whether it says that something is not so."""
    return _NOT.search(text) is not None
