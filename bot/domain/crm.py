"""What a CRM is to have of a lead: which field gets what, and what becomes of a value that is there already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal, get_args

from bot.domain.ids import ProfileId

FieldValue = str | int | float | bool


@dataclass(frozen=True, slots=True)
class MappedField:
    """One field of the CRM's. `source` is an expression over `profile` and `lead`."""

    name: str
    source: str
    overwrite: bool = False


OnErasure = Literal["delete", "anonymise", "leave"]
"""What becomes of a CRM's record of a person who asked to be erased."""


@dataclass(frozen=True, slots=True)
class CrmMapping:
    """The fields of one CRM that we write, by its own names, and what becomes of a record whose person is erased."""

    crm: str
    fields: tuple[MappedField, ...] = ()
    on_erasure: OnErasure = "delete"


@dataclass(frozen=True, slots=True)
class CrmRecord:
    """A record as the CRM has it now: its id there, and those of its fields that were asked for."""

    id: str
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CrmPerson:
    """A record as an import reads it. `opted_out`: over there they get no more marketing."""

    record: CrmRecord
    opted_out: bool = False


@dataclass(frozen=True, slots=True)
class CrmPage:
    """Some records, in an order that new ones do not disturb; the next page is behind `after`, empty on the last."""

    people: Sequence[CrmPerson]
    after: str = ""


CrmNews = Literal["stage_changed", "owner_changed", "unsubscribed", "erased"]
CRM_EVENTS = tuple(f"crm.{news}" for news in get_args(CrmNews))
"""As journeys enter on them and wait for them."""

CRM_WRITTEN = "crm.written"
"""On a timeline: we wrote something into a CRM. No journey enters on it."""


@dataclass(frozen=True, slots=True)
class CrmEvent:
    """What a CRM tells of one of its records. `id` is what it calls the event: the same one again has the same,
    and another one of the same kind and record has another.

    `lead` is our own id of the person, where the CRM says it. `data` is what journeys may read of the event. `channel`
    is the one of which they are unsubscribed, where the CRM tells which: whoever has said no there before is told back
    to us by it, and says nothing new. `only_there`: it says nothing of other channels.
    """

    id: str
    news: CrmNews
    record: str
    at: datetime
    lead: str = ""
    data: Mapping[str, str] = field(default_factory=dict)
    channel: str = ""
    only_there: bool = False

    @property
    def name(self) -> str:
        return f"crm.{self.news}"


@dataclass(frozen=True, slots=True)
class CrmMerge:
    """A CRM has merged `records` into the record `into`, and names them by that from then on."""

    records: tuple[str, ...]
    into: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SentField:
    """One field as it was sent. `source` is the mapping's expression, `journey` for what a step says, or `note`."""

    name: str
    value: str
    source: str


@dataclass(frozen=True, slots=True)
class CrmWrite:
    """A line of the ledger: what left for a CRM in one try, which may not have arrived.

    `key` is the outbox entry's. `record` is the id over there, empty where the CRM has not said that it took it.
    """

    profile_id: ProfileId
    crm: str
    at: datetime
    key: str
    fields: tuple[SentField, ...]
    record: str = ""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What a sync means for one field. Where we know nothing (`ours` is None), it is always kept."""

    name: str
    ours: FieldValue | None
    theirs: FieldValue | None
    verdict: Literal["set", "overwrite", "keep", "same"]

    @property
    def is_written(self) -> bool:
        return self.verdict in ("set", "overwrite")


def weigh_fields(
    mapping: CrmMapping, values: Mapping[str, Any], told: Mapping[str, Any], record: CrmRecord | None
) -> Sequence[FieldChange]:
    """What becomes of each field, given our `values` and the record as it is there.

    A value that is there already stays, unless the mapping says `overwrite`. What a journey is `told` to write is
    written in any case.
    """
    theirs = record.fields if record is not None else {}
    free = {one.name for one in mapping.fields if one.overwrite} | told.keys()
    return [
        _change(name, as_field(value), as_field(theirs.get(name)), overwrite=name in free)
        for name, value in {**values, **told}.items()
    ]


def sent_fields(
    mapping: CrmMapping,
    told: Mapping[str, Any],
    fields: Mapping[str, FieldValue],
    *,
    note: str = "",
    task: str = "",
    deal: Mapping[str, FieldValue] = MappingProxyType({}),
) -> tuple[SentField, ...]:
    """What is written, each field with where it came from; what comes with the record is last."""
    sources = {one.name: one.source for one in mapping.fields} | dict.fromkeys(told, "journey")
    sent = [SentField(name, as_text(value), sources.get(name, "")) for name, value in fields.items()]
    sent += [SentField("note", note, "note")] if note else []
    sent += [SentField("task", task, "journey")] if task else []
    return (*sent, *(SentField(f"deal.{name}", as_text(value), "journey") for name, value in deal.items()))


def _change(name: str, ours: FieldValue | None, theirs: FieldValue | None, *, overwrite: bool) -> FieldChange:
    if ours is not None and theirs is None:
        return FieldChange(name, ours, theirs, "set")
    if ours is None or as_text(ours) == as_text(theirs):
        return FieldChange(name, ours, theirs, "keep" if ours is None else "same")
    return FieldChange(name, ours, theirs, "overwrite" if overwrite else "keep")


def as_field(value: Any) -> FieldValue | None:
    """The value as a field can hold it: lists as lines, 50.0 as 50; None for what is empty or no value of a field."""
    match value:
        case bool() | int():
            return value
        case float():
            return int(value) if value.is_integer() else value
        case str():
            return value.strip() or None
        case list() | tuple():
            return "\n".join(as_text(one) for one in map(as_field, value) if one is not None) or None
        case _:
            return None


def as_text(value: FieldValue | None) -> str:
    """As CRMs give values back: a yes as true, lines ended by LF alone."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value).replace("\r\n", "\n").strip()
