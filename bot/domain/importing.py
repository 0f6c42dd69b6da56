"""People whom a file or a CRM tells of, and how far the taking of them has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from bot.domain.consent import Purpose
from bot.domain.ids import ProfileId
from bot.domain.person import Identity
from bot.domain.provenance import Origin, Source

IMPORTED = "person.imported"
"""On a timeline: a file or a CRM told of them. No journey enters on it."""


@dataclass(frozen=True, slots=True)
class GivenConsent:
    """A consent, or a refusal, that was recorded elsewhere, with what proves it."""

    purpose: Purpose
    channel: str
    granted: bool
    at: datetime
    how: str
    text: str
    ip: str | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """One person as they are told of. `row` is the number of the row, or of the record in the order of reading.

    Of several identities of a kind the first is the main one. They are found by the record in the CRM (`record`), else
    by the first of `identities` that somebody has. `opted_out` says where they want no marketing at all, and is empty
    where that is not told; `unreachable` is the same for e-mail addresses at which nothing arrives. `silent` are single
    addresses that get no more marketing. `halves` are attributes
    of which the row tells a part, such as the first name alone of a name: they are not written over a whole one.
    `left_out` is what was wrong with the rest of the row, of which their refusal alone is taken.
    """

    row: int
    identities: tuple[Identity, ...]
    attributes: Mapping[str, Any] = field(default_factory=dict)
    halves: frozenset[str] = frozenset()
    time_zone: str | None = None
    locale: str | None = None
    tags: frozenset[str] = frozenset()
    consents: tuple[GivenConsent, ...] = ()
    opted_out: str = ""
    unreachable: str = ""
    silent: tuple[Identity, ...] = ()
    record: str = ""
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Landing:
    """What became of an arrival. `warnings` are what was left out of it, each in a sentence."""

    row: int
    result: Literal["new", "changed", "same", "left alone"]
    profile_id: ProfileId
    warnings: tuple[str, ...] = ()


class Foreseen:
    """Whom the arrivals of a dry run would have made known so far. Nothing is kept of them, so that whoever is told of
    once more in a later transaction would count as new again."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], int] = {}

    def see(self, arrivals: Sequence[Arrival], landings: Sequence[Landing]) -> Sequence[Landing]:
        """The same landings; of whoever was new before, they say so no more."""
        return [self._seen(*both) for both in zip(arrivals, landings, strict=True)]

    def _seen(self, arrival: Arrival, landing: Landing) -> Landing:
        names = [(one.kind, one.value) for one in arrival.identities] + [("record", arrival.record)]
        before = {self._told[name] for name in names if name in self._told}
        told = hash(repr(replace(arrival, row=0)))
        self._told.update({name: told for name in names if name[1] and landing.result == "new"})
        if landing.result != "new" or not before:
            return landing
        return replace(landing, result="same" if before == {told} else "changed")


@dataclass(frozen=True, slots=True)
class Taking:
    """How arrivals are taken. `crm` is the one whose records they are; `fill`: values that are there already stay.

    `key` is of whoever tells of them over HTTP.
    """

    source: str
    crm: str = ""
    fill: bool = False
    dry_run: bool = False
    key: str = ""
    foreseen: Foreseen = field(default_factory=Foreseen)

    def origin(self, arrival: Arrival, now: datetime) -> Origin:
        if self.key:
            return Origin(Source.API, now, self.key)
        if self.crm:
            return Origin(Source.CRM, now, self.crm, f"record {arrival.record}" if arrival.record else "")
        return Origin(Source.IMPORT, now, self.source, f"row {arrival.row}")


@dataclass(frozen=True, slots=True)
class ImportProgress:
    """How far an import has come, as it was written with the people themselves.

    `id` is made of what is read and how it is understood. `cursor` says where reading goes on, in the words of what is
    read; `rows` were read, `refused` of them not taken, `warned` taken in part. `reported` is the length of the report
    in bytes, whose end may be of a chunk that never was committed.
    """

    id: str
    source: str
    begun_at: datetime
    cursor: str = ""
    rows: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0
    warned: int = 0
    reported: int = 0
    finished_at: datetime | None = None
