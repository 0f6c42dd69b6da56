"""What an author lets a slot hold: any other answer is refused, in the author's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.domain.word_forms import spelled


@dataclass(frozen=True, slots=True)
class AnAddress:
    """An e-mail address in normal form, or a telephone number in E.164."""

    kind: Literal["email", "phone"]


@dataclass(frozen=True, slots=True)
class ANumber:
    """A number from `least` to `most`, both among them (None: no limit)."""

    least: float | None = None
    most: float | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class ADay:
    """One day, kept as 2026-12-24, from `first` to `last` days after the one on which it is said (None: no limit)."""

    first: int = 0
    last: int | None = None


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of these values, each with the words by which customers call it."""

    values: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class APattern:
    """What this regular expression fits, whatever the case of the letters; it is kept as it was written."""

    pattern: str


Accepts = AnAddress | ANumber | ADay | OneOf | APattern


def words_of(accepts: Accepts | None) -> frozenset[tuple[str, ...]]:
    """The answers that are listed, and what customers call them, as `spelled` has them."""
    if not isinstance(accepts, OneOf):
        return frozenset()
    return frozenset(spelled(word) for value, words in accepts.values.items() for word in (value, *words)) - {()}


def entities_of(accepts: Accepts | None) -> tuple[str, ...]:
    """The names of the entities that hold such an answer: what we call them, and what Duckling does."""
    match accepts:
        case AnAddress(kind="phone"):
            return ("phone", "phone-number")
        case AnAddress(kind="email"):
            return ("email",)
        case ANumber():
            return ("number",)
        case ADay():
            return ("time",)
        case _:
            return ()
