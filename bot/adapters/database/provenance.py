"""Who told what of a person, as JSON in one column: an object, of which each member stands on a line of its own.

Most of who reads a profile never asks for it, and whoever changes it changes a member or two: so it is opened when it
is asked for, and the other lines stay as they are. In JSON no text has a line break in it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import TypeVar

from pydantic_core import PydanticSerializationError

from bot.adapters.codec import ORIGIN, PLAIN, PROVENANCE, Codec
from bot.adapters.database.facts import facts_text, is_storable
from bot.domain.provenance import Amended, Known, Origin, Provenance

T = TypeVar("T")
FIRST, BETWEEN, LAST = "{\n", ",\n", "\n}"


class StoredProvenance(Mapping[str, Provenance]):
    """Of one person, as it lies there. `read` opens it."""

    def __init__(self, read: Callable[[], str]) -> None:
        self._read = read

    @cached_property
    def lines(self) -> list[str]:
        return self._read().removeprefix(FIRST).removesuffix(LAST).split(BETWEEN)

    def __getitem__(self, name: str) -> Provenance:
        start = _start(name)
        for line in self.lines:
            if line.startswith(start):
                return PROVENANCE.load(line[len(start) :])
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(PLAIN.load(self._read()))

    def __len__(self) -> int:
        return len(self.lines)


def provenance_text(known: Known) -> str | None:
    """As JSON; None where nobody has told anything."""
    lines = _lines(known)
    return f"{FIRST}{BETWEEN.join(lines)}{LAST}" if lines else None


def _lines(known: Known) -> list[str]:
    match known:
        case StoredProvenance():
            return known.lines
        case Amended(before, changes):
            changed = tuple(_start(name) for name in changes)
            stay = [line for line in _lines(before) if not line.startswith(changed)]
            return stay + [_start(name) + _text(one) for name, one in changes.items() if one is not None]
        case _:
            return [_start(name) + _text(one) for name, one in known.items()]


def _start(name: str) -> str:
    return f"{json.dumps(name)}:"


def origin_text(origin: Origin | None) -> str | None:
    return None if origin is None else _storable(ORIGIN, origin)


def _text(told: Provenance) -> str:
    return _storable(PROVENANCE, told)


def _storable(codec: Codec[T], value: T) -> str:
    try:
        text = codec.brief(value)
    except PydanticSerializationError:
        return facts_text(codec.plain(value))
    return text if is_storable(text) else facts_text(codec.plain(value))
