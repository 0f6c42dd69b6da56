"""Provenance: who told what is known of a person, when, what it replaced, and who says otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any


class Source(StrEnum):
    """From what something is known of a person.

    A correction was put right as the person asked. An action has worked something out in a conversation; what stands in
    a slot the person has said. The page is what the website tells of its visitor.
    """

    CORRECTION = "correction"
    CONVERSATION = "conversation"
    PAGE = "page"
    CRM = "crm"
    IMPORT = "import"
    API = "api"
    JOURNEY = "journey"
    ACTION = "action"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Origin:
    """Who told something, and when.

    `by` names the source: a channel, a file, a CRM, a key, a journey, whoever put it right. `where` is the place in it:
    a slot and a message, a row, a record, a step.
    """

    source: Source
    at: datetime
    by: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody says of a person, that does not count (any more). `origin` is None where nobody knows it.

    The value is not `kept` where the person had it put right: what is wrong is to be gone, and who told it is not.
    """

    origin: Origin | None
    value: Any = None
    kept: bool = True

    def repeats(self, other: Statement) -> bool:
        """Whether the same source says the same again, at whatever time."""
        if self.origin is None or other.origin is None:
            return self == other
        same_source = (self.origin.source, self.origin.by) == (other.origin.source, other.origin.by)
        return same_source and (self.value, self.kept) == (other.value, other.kept)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Of one value: who told it, what it `replaced`, and what somebody else says who counts for less (`differing`).

    `origin` is None where nobody knows who told it.
    """

    origin: Origin | None
    replaced: Statement | None = None
    differing: Statement | None = None

    @property
    def is_correction(self) -> bool:
        return self.origin is not None and self.origin.source is Source.CORRECTION

    def confirmed(self, origin: Origin) -> Provenance:
        """The same value, told by this origin instead. Where it is found right, what differs from it is wrong."""
        found = replace(self, origin=origin)
        if not found.is_correction:
            return found
        replaced, differing = (one and Statement(one.origin, kept=False) for one in (self.replaced, self.differing))
        return Provenance(origin, replaced, differing)

    def beside(self, other: Origin | None, value: Any) -> Statement:
        """What somebody else says, to stand beside this."""
        return Statement(other, kept=False) if self.is_correction else Statement(other, value)


Known = Mapping[str, Provenance]
"""By the name of the attribute; TIME_ZONE, LOCALE and tags (`tag:fair-2026`) are named so that no attribute is."""

TIME_ZONE, LOCALE = "own:time_zone", "own:locale"


def of_tag(tag: str) -> str:
    return f"tag:{tag}"


@dataclass(frozen=True, slots=True, eq=False)
class Amended(Mapping[str, Provenance]):
    """What was known `before`, with changes; None is gone. What did not change is not looked at."""

    before: Known
    changes: Mapping[str, Provenance | None]

    def __getitem__(self, name: str) -> Provenance:
        found = self.changes[name] if name in self.changes else self.before[name]
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        yield from (name for name, one in self.changes.items() if one is not None)
        yield from (name for name in self.before if name not in self.changes)

    def __len__(self) -> int:
        return sum(1 for _ in self)


# ---------------------------------------------------------------- whose word counts

Trust = tuple[frozenset[Source], ...]
"""Groups of sources, the one that counts most first; those of one group count alike, and all others least."""

USUAL_TRUST: Trust = (frozenset({Source.CORRECTION, Source.CONVERSATION}),)
"""Nobody overwrites what somebody has said of themselves, or had put right; of all others the latest counts."""


def outranks(trust: Trust, one: Provenance | None, other: Provenance | None) -> bool:
    """Whether the one's word counts for more than the other's."""
    return _place(trust, one) < _place(trust, other)


def _place(trust: Trust, told: Provenance | None) -> int:
    return len(trust) if told is None or told.origin is None else _place_of(trust, told.origin.source)


def _place_of(trust: Trust, source: Source) -> int:
    for place, group in enumerate(trust):
        if source in group:
            return place
    return len(trust)


@dataclass(slots=True)
class Weighing:
    """What one origin tells, weighed value by value against what is known; `changes` says who told what from now on."""

    origin: Origin
    trust_in: Callable[[str], Trust]
    known: Known
    changes: dict[str, Provenance | None] = field(default_factory=dict)

    def takes(self, name: str, current: Any, value: Any) -> bool:
        """Whether the value is to be in the place of the current one."""
        trust = self.trust_in(name)
        place = _place_of(trust, self.origin.source)
        if current == value and type(current) is type(value):
            if place < len(trust):
                self._confirm(name, place, trust)
            return False
        there = self.known.get(name)
        if there is not None and _place(trust, there) < place:
            statement = there.beside(self.origin, value)
            if there.differing is None or not there.differing.repeats(statement):
                self.changes[name] = replace(there, differing=statement)
            return False
        new, before = Provenance(self.origin), there.origin if there is not None else None
        self.changes[name] = new if current is None else Provenance(self.origin, new.beside(before, current))
        return True

    def _confirm(self, name: str, place: int, trust: Trust) -> None:
        """The same value, told by somebody whose word counts for more, or who found it right, is theirs from now on."""
        there = self.known.get(name)
        is_found_right = self.origin.source is Source.CORRECTION and there is not None and not there.is_correction
        if is_found_right or place < _place(trust, there):
            self.changes[name] = Provenance(self.origin) if there is None else there.confirmed(self.origin)
