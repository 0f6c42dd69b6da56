"""What files of people call their columns and write into cells, in each language of `words.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.documents import parse
from bot.domain.folding import close_up, fold

FILE = Path(__file__).with_name("words.yml")
FULL_NAME = "full_name"
OF_SOMEBODY = frozenset(("email", "phone", "first_name", "last_name", FULL_NAME, "profile.country", "time_zone"))
"""What a column may mean whose name begins with whose it is."""


@dataclass(frozen=True, slots=True)
class Words:
    """All of them folded. `columns` leads from a name, closed up, to what the column means, `in_any_order` from the
    words of a name that has several, `begins` from how a name begins; `whose` are words that may stand before a name;
    `rank` says which of two is taken; `either_name` is what may be half of a name, or the whole; `speaks_of` leads from
    what may be within a name to what of marketing the column tells."""

    columns: Mapping[str, str]
    in_any_order: Mapping[frozenset[str], str]
    begins: Mapping[str, str]
    whose: frozenset[str]
    speaks_of: Mapping[str, str]
    either_name: frozenset[str]
    rank: Mapping[str, int]
    answers: Mapping[str, bool]
    states: Mapping[str, str]


@cache
def words() -> Words:
    told = parse(FILE.name, FILE.read_text(encoding="utf-8")).data
    columns = _closed_up(told["columns"])
    return Words(
        columns,
        _in_any_order(told["columns"]),
        _closed_up(told["begins"]),
        frozenset(fold(one) for said in told["whose"].values() for one in said),
        _closed_up(told["speaks_of"]),
        frozenset(_meanings(told["half_or_whole_name"])),
        {name: place for place, name in enumerate(columns)},
        {word: answer == "yes" for word, answer in _meanings(told["answers"]).items()},
        _meanings(told["status"]),
    )


def _meanings(told: Mapping[str, Mapping[str, list[str]]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for meaning, by_language in told.items():
        for said in by_language.values():
            for one in said:
                found.setdefault(fold(str(one)), str(meaning))
    return found


def _closed_up(told: Mapping[str, Mapping[str, list[str]]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, meaning in _meanings(told).items():
        found.setdefault(close_up(name), meaning)
    return found


def _in_any_order(told: Mapping[str, Mapping[str, list[str]]]) -> dict[frozenset[str], str]:
    found: dict[frozenset[str], str] = {}
    for name, meaning in _meanings(told).items():
        if len(parts := _parts(name)) > 1:
            found.setdefault(parts, meaning)
    return found


def _parts(folded: str) -> frozenset[str]:
    return frozenset(folded.split("_"))


def meaning_of(column: str) -> str:
    """What a column of this name means, as far as the name is known, be its words in another order; else empty."""
    found, name = words(), close_up(column)
    if meaning := found.columns.get(name):
        return meaning
    begun = (meaning for begins, meaning in found.begins.items() if name.startswith(begins))
    ordered = (
        found.in_any_order.get(_parts(fold(one)), "") for one in (column, column.lower())
    )  # "WhatsApp" is one word
    return next(begun, "") or next(filter(None, ordered), "") or _of_somebody(fold(column))


def _of_somebody(folded: str) -> str:
    """What is behind the word for whose it is: "Billing Email" is an e-mail address."""
    found, (first, _, rest) = words(), folded.partition("_")
    if first not in found.whose or not rest:
        return ""
    meaning = FULL_NAME if rest in found.either_name else found.columns.get(close_up(rest), "")
    return meaning if meaning in OF_SOMEBODY else ""


def speaks_of(column: str) -> str:
    """What of marketing a column of this name tells: `opted_out`, `subscribed`, or nothing."""
    name = close_up(column)
    return next((meaning for within, meaning in words().speaks_of.items() if within in name), "")


def rank_of(column: str) -> int:
    """How early its name stands among those that mean the same."""
    found = words()
    return found.rank.get(close_up(column), len(found.rank))


def says_yes(text: str) -> bool | None:
    """None where it is neither yes nor no."""
    return words().answers.get(fold(text))
