"""Reads what is written of a person as the value that its attribute has."""

from __future__ import annotations

from typing import Any

from bot.domain.audience import Attribute, AttributeType
from bot.domain.folding import fold
from bot.entrypoints.importing.dates import read_date
from bot.entrypoints.importing.numbers import read_number
from bot.entrypoints.importing.words import says_yes


def read_value(text: str, attribute: Attribute | None, *, mark: str = "", order: str = "") -> Any:
    """The value; raises ValueError where the text is none. `mark` and `order` are how its file writes decimals and
    days, or empty where nobody knows."""
    match attribute.type if attribute is not None else None:
        case AttributeType.NUMBER:
            return read_number(text, mark)
        case AttributeType.DATE:
            return read_date(text, order)
        case AttributeType.YES_NO:
            return read_yes_no(text)
        case AttributeType.LIST:
            return [one.strip() for one in text.split(";") if one.strip()]
        case _:
            return _as_declared(text, attribute)


def _as_declared(text: str, attribute: Attribute | None) -> str:
    """The value of `one_of` that the text is, be it in other capitals or in the words by which people are told it."""
    if attribute is None or text in attribute.one_of:
        return text
    named = [(one, str(said)) for one in attribute.one_of for said in (one, attribute.in_words(one))]
    meant = {one for one, said in named if isinstance(one, str) and fold(said) == fold(text)}
    return meant.pop() if len(meant) == 1 else text


def read_yes_no(text: str) -> bool:
    answer = says_yes(text)
    if answer is None:
        raise ValueError("it must be yes or no")
    return answer
