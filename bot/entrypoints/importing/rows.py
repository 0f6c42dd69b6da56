"""Reads one row of a file of people: who it is and what is told of them, or what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Any

from bot.documents import did_you_mean
from bot.domain.audience import ProfileSchema
from bot.domain.consent import WRITTEN_TO, Purpose
from bot.domain.folding import fold
from bot.domain.importing import Arrival, GivenConsent
from bot.domain.message import storable
from bot.domain.person import Identity
from bot.entrypoints.api.events_api.traits import LONGEST_VALUE, read_traits
from bot.entrypoints.api.named_person import NobodyNamed, read_email, read_own_id
from bot.entrypoints.importing.dates import read_day_of_late
from bot.entrypoints.importing.home_numbers import home_of
from bot.entrypoints.importing.mapping import (
    CONSENT,
    IDENTITIES,
    NAME_PARTS,
    WISHES,
    ColumnMapping,
)
from bot.entrypoints.importing.values import read_value, read_yes_no
from bot.entrypoints.importing.words import says_yes, words
from bot.journeys import wording
from bot.journeys.told.addresses import phone_in
from bot.journeys.told.countries import country_as_declared, is_country

SHORTENED = re.compile(r"\d(?:[.,]\d+)?E\+\d{2,}", re.IGNORECASE)
WITH_DECIMALS = re.compile(r"(\+?\d{5,})\.0+")
"""A phone number of a column that a program took for one of amounts, some of which were missing."""

DAY = re.compile(r"\d{4}-\d\d-\d\d(?!\d)|\d{1,2}[./]\d{1,2}[./]\d{4}(?!\d)")
"""How a cell begins that tells on which day somebody left."""

BETWEEN_ADDRESSES = re.compile(r":::|[;,\n|]")
"""What systems write between several addresses of one person; Google Contacts three colons."""

WITH_NAME = re.compile(r"(?:[^<>]*<|mailto:)([^<>]+)>?", re.IGNORECASE)
BETWEEN_TAGS = re.compile(r":::|[;,\n]")
NOT_OF_TAGS = re.compile(r"[^\w.:-]+")

CLOCKS_DIFFER = timedelta(hours=26)
"""A day without a zone may already be over elsewhere."""

EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)
LONGEST_WORDS = 10_000


class RowRefused(ValueError):
    """What is wrong with a row, each fault in a sentence. Nothing of it is taken."""

    def __init__(self, faults: Collection[str]) -> None:
        super().__init__("; ".join(faults))


NEEDED = (*WISHES, "opted_out_addresses", "consent", "user_id", "anonymous_id")
"""Columns that a row is never taken without, where they cannot be read."""


@dataclass(slots=True)
class _Row:
    """What was read of one row so far."""

    traits: dict[str, Any] = field(default_factory=dict)
    ids: dict[str, tuple[Identity, ...]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    halves: set[str] = field(default_factory=set)
    tags: set[str] = field(default_factory=set)
    consents: dict[str, dict[str, str]] = field(default_factory=dict)
    silent: dict[Identity, None] = field(default_factory=dict)
    opted_out: bool = False
    unreachable: bool = False
    faults: list[str] = field(default_factory=list)
    regions: Sequence[str] = ()
    """As whose country's numbers those are read that name none: the person's own, then the file's."""

    is_doubtful: bool = False
    """Who they are, or what they want of marketing, cannot be read."""

    @property
    def identities(self) -> tuple[Identity, ...]:
        return tuple(dict.fromkeys(one for kind in IDENTITIES for one in self.ids.get(kind, ())))


class RowReader:
    """Reads rows by a mapping. `channels` are those on which people may consent; `source` is told as how somebody
    refused, where the row does not say it. `marks` are the decimal marks of columns of people's numbers; without them a
    program wrote the numbers, with a point. `orders` are those of days and months in columns of dates. `in_part`: a row
    is taken without an address or attribute that cannot be read."""

    def __init__(
        self,
        mapping: ColumnMapping,
        schema: ProfileSchema | None,
        channels: Collection[str],
        *,
        source: str,
        now: Callable[[], datetime],
        marks: Mapping[str, str] | None = None,
        orders: Mapping[str, str] | None = None,
        in_part: bool = False,
    ) -> None:
        self._columns = [(column, target) for column, target in mapping.columns.items() if target != "ignore"]
        self._values = mapping.values
        self._region = mapping.region
        self._home = home_of(mapping, schema)
        self._schema = schema
        self._channels = channels
        self._source = source
        self._now = now
        self._marks = marks
        self._orders = orders or {}
        self._in_part = in_part

    def by(self, mapping: ColumnMapping) -> RowReader:
        """The same, for rows whose columns have other meanings; numbers are of the same country."""
        mapping = replace(mapping, region=self._region)
        return RowReader(mapping, self._schema, self._channels, source=self._source, now=self._now)

    def read(
        self,
        number: int,
        values: Mapping[str, Any],
        *,
        record: str = "",
        opted_out: bool = False,
        faults: Sequence[str] = (),
    ) -> Arrival:
        """Raises RowRefused with everything that is wrong (`faults` were found before). That somebody wants no more is
        taken in any case."""
        row = _Row(opted_out=opted_out, faults=list(faults), is_doubtful=bool(faults), regions=self._regions(values))
        for target, value in self._values.items():
            self._take(row, target, target, value)
        for column, target in self._columns:
            told = values.get(column)
            if isinstance(told, str):
                told = told.strip()
            if told is not None and told != "" and not _stands_for_nothing(target, told):
                self._take(row, column, target, told)
        if row.names and "name" not in row.traits:
            row.traits["name"] = _whole_name([row.names[part] for part in NAME_PARTS if part in row.names])
            row.halves |= {"name"} if len(row.names) == 1 else set()
        traits = read_traits(row.traits, self._schema)
        row.faults += [f"{one.attribute}: {one.why}" for one in traits.refused]
        readable = len(row.faults)
        consents = [one for group in row.consents.values() if (one := self._consent(row, group)) is not None]
        row.is_doubtful = row.is_doubtful or len(row.faults) > readable
        takes_rest = self._in_part and bool(row.ids) and not row.is_doubtful
        if not row.ids and not row.faults:
            row.faults.append("it names nobody: no e-mail address, phone number or id of yours")
        refusals = tuple(one for one in consents if not one.granted)
        left_out = tuple(f"left out: {one}" for one in row.faults)
        if row.faults and not takes_rest:
            if not row.ids or not (row.opted_out or row.unreachable or row.silent or refusals):
                raise RowRefused(row.faults)
            return Arrival(
                row=number,
                identities=row.identities,
                consents=refusals,
                opted_out=self._opted_out(row),
                unreachable=self._unreachable(row),
                silent=tuple(row.silent),
                record=record,
                left_out=left_out,
            )
        return Arrival(
            row=number,
            identities=row.identities,
            attributes=traits.attributes | self._contacts(row),
            halves=frozenset(row.halves),
            time_zone=traits.time_zone,
            locale=traits.locale,
            tags=frozenset(row.tags),
            consents=tuple(consents),
            opted_out=self._opted_out(row),
            unreachable=self._unreachable(row),
            silent=tuple(row.silent),
            record=record,
            left_out=left_out,
        )

    def _regions(self, values: Mapping[str, Any]) -> Sequence[str]:
        own = self._home(values)
        return (own, self._region) if own else (self._region,)

    def _opted_out(self, row: _Row) -> str:
        return f"opted out in {self._source}" if row.opted_out else ""

    def _unreachable(self, row: _Row) -> str:
        return f"nothing arrives there, by {self._source}" if row.unreachable else ""

    def _contacts(self, row: _Row) -> dict[str, str]:
        """Addresses are attributes, too, where those are declared."""
        declared = self._schema.attributes if self._schema is not None else ("email", "phone")
        return {name: row.ids[name][0].value for name in ("email", "phone") if name in row.ids and name in declared}

    def _take(self, row: _Row, column: str, target: str, value: Any) -> None:
        try:
            match target.partition("."):
                case "email", _, _:
                    self._take_addresses(row, "email", column, map(_bare, _each(value)))
                case "time_zone" | "locale", _, _:
                    row.traits[target] = value
                case "phone", _, _:
                    self._take_addresses(row, "phone", column, _each(value))
                case "user_id" | "anonymous_id", _, _:
                    row.ids[target] = (read_own_id(target, _unshortened(value)),)
                case "first_name" | "last_name", _, _:
                    row.names[target] = _name(value)
                case "tags", _, _:
                    row.tags |= _tags(value)
                case wish, _, channel if wish in WISHES:
                    self._take_wish(row, wish, channel, value)
                case "opted_out_addresses", _, _:
                    given = value if isinstance(value, list) else _each(value)
                    row.silent |= dict.fromkeys(
                        _address("email" if "@" in str(one) else "phone", one, row.regions) for one in given
                    )
                case "profile", _, name:
                    row.traits[name] = self._cast(column, name, value)
                case "consent", _, _:
                    self._take_consent(row, column, target, value)
        except (NobodyNamed, ValueError) as error:
            row.faults.append(_fault(column, error))
            row.is_doubtful = row.is_doubtful or target.partition(".")[0] in NEEDED

    def _take_wish(self, row: _Row, wish: str, channel: str, value: Any) -> None:
        """A yes, a no, a day on which it began, or a state such as "unsubscribed" or "cleaned".

        What somebody did counts as STOP does: they left. That they are not subscribed is a refusal, on the channel that
        it is said of or on all, and silences no address. That they may be written to is heard, and is no consent.
        """
        text = str(value).strip()
        state, answer = words().states.get(fold(text), ""), says_yes(text)
        if not state and answer is None:
            if not DAY.match(text):
                raise ValueError("it must be yes or no, a day, or a state such as subscribed or unsubscribed")
            answer = True
        refused = not state and answer == (wish == "opted_out")
        if state == "unreachable":
            row.unreachable = True
        elif state == "opted_out" or (refused and not channel and wish == "opted_out"):
            row.opted_out = True
        elif refused:
            for one in [channel] if channel else sorted({*self._channels, *WRITTEN_TO}):
                row.consents[f"no {one}"] = {"purpose": Purpose.MARKETING, "channel": one, "granted": "no"}

    def _take_addresses(self, row: _Row, kind: str, column: str, told: Iterable[Any]) -> None:
        """Each by itself: whoever wants no more is known by one though another is none."""
        found = []
        for one in told:
            try:
                found.append(_address(kind, one, row.regions))
            except ValueError as error:
                row.faults.append(_fault(column, error))
        if found:
            row.ids[kind] = tuple(found)

    def _take_consent(self, row: _Row, column: str, target: str, value: Any) -> None:
        matched = CONSENT.fullmatch(target)
        if matched is None or isinstance(value, dict | list):
            raise ValueError("it must be a text")
        text = storable(str(value)).strip()
        if len(text) > LONGEST_WORDS:
            raise ValueError(f"it is longer than {LONGEST_WORDS} characters")
        if matched["part"] == "at":
            text = read_day_of_late(text, self._orders.get(column, ""))
        row.consents.setdefault(matched["group"] or "", {})[matched["part"]] = text

    def _cast(self, column: str, name: str, value: Any) -> Any:
        """A text of a file as its attribute's type; what is no such text is refused with the other faults."""
        attribute = self._schema.attributes.get(name) if self._schema is not None else None
        if isinstance(value, str):
            value = storable(value)
        if not isinstance(value, str) or len(value) > LONGEST_VALUE:
            return value
        if is_country(name, attribute):
            return country_as_declared(value, attribute)
        mark = "." if self._marks is None else self._marks.get(column, "")
        return read_value(value, attribute, mark=mark, order=self._orders.get(column, ""))

    def _consent(self, row: _Row, told: Mapping[str, str]) -> GivenConsent | None:
        """None where the row says nothing of it. A consent needs all of its proof; a refusal counts without."""
        if "granted" not in told:
            return None
        try:
            granted = _granted(told["granted"])
            missing = [one for one in ("purpose", "channel", *(("how", "at", "text") * granted)) if not told.get(one)]
            if missing:
                raise ValueError(f"{', '.join(missing)} is empty, and a consent is only taken with its proof")
            if told["purpose"].lower() != Purpose.MARKETING:
                raise ValueError(f'consent is for marketing, and "{storable(told["purpose"])[:40]}" is no such purpose')
            if told["channel"] not in self._channels and (granted or told["channel"] not in WRITTEN_TO):
                near = did_you_mean(told["channel"], self._channels)
                raise ValueError(f'there is no channel "{told["channel"][:40]}". {near}'.rstrip())
            at = _moment(told["at"], self._now()) if told.get("at") else self._now()
            ip = _network_address(told["ip"]) if told.get("ip") else None
        except ValueError as error:
            row.faults.append(f"consent: {error}")
            return None
        how = told.get("how") or f"refused in {self._source}"
        return GivenConsent(Purpose.MARKETING, told["channel"], granted, at, how, told.get("text", ""), ip)


def _address(kind: str, value: Any, regions: Sequence[str]) -> Identity:
    if kind == "email":
        return read_email(value)
    written = _unshortened(str(value) if isinstance(value, float) else value)
    if isinstance(written, str) and (found := WITH_DECIMALS.fullmatch(written)):
        written = found[1]
    return Identity("phone", phone_in(written, regions))


def _stands_for_nothing(target: str, value: Any) -> bool:
    """The dash of somebody who has no such address."""
    return target in ("email", "phone") and isinstance(value, str) and not any(map(str.isalnum, value))


def _each(value: Any) -> Sequence[Any]:
    """The addresses of a cell, the first of which is the main one; whatever else is in it is read as one. The comma of
    4,47701E+11 stands between none."""
    is_several = isinstance(value, str) and not SHORTENED.fullmatch(value)
    parts = BETWEEN_ADDRESSES.split(value) if is_several else []
    return [one.strip() for one in parts if one.strip()] or [value]


def _bare(value: Any) -> Any:
    """The address alone, where a mail program has written `Ana Weaver <ana@example.com>`."""
    found = WITH_NAME.fullmatch(value) if isinstance(value, str) else None
    return found[1].strip() if found is not None else value


def _fault(column: str, error: Exception) -> str:
    return f"{storable(column)[:80]}: {error}"


def _unshortened(value: Any) -> Any:
    """What it is, unless a spreadsheet has made 4.47701E+11 of it, which was somebody else's as well."""
    if isinstance(value, str) and SHORTENED.fullmatch(value):
        raise ValueError(
            f"a spreadsheet has shortened the number to {value}; format its column there as text, and write it whole"
        )
    return value


def _name(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("it must be a text")
    return storable(value).strip()


def _whole_name(parts: Sequence[str]) -> str:
    """Of a part that has the other within it, it alone is the name: "Ana" beside "Ana Weaver"."""
    whole = [one for one in parts if all(f" {other} " in f" {one} " for other in parts)]
    return whole[0] if whole else " ".join(parts)


def _tags(value: Any) -> frozenset[str]:
    """As journeys name them: `Big spender` of another system is `Big-spender`."""
    given = value if isinstance(value, list) else BETWEEN_TAGS.split(str(value))
    if not all(isinstance(one, str | int) for one in given):
        raise ValueError("each of them must be a text")
    try:
        return frozenset(wording.tag(_joined_up(one) or one) for one in map(str, given) if one.strip())
    except wording.Unreadable as error:
        raise ValueError(f"{error} {error.advice}"[:200]) from error


def _joined_up(tag: str) -> str:
    return NOT_OF_TAGS.sub("-", tag).lstrip(".:-").rstrip("-")


def _granted(told: str) -> bool:
    """A yes or a no, or a state of a subscription: what is no consent is a refusal where somebody said so."""
    match words().states.get(fold(told)):
        case "subscribed":
            return True
        case "opted_out":
            return False
        case _:
            return read_yes_no(told)


def _network_address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        raise ValueError("where it was sent from must be a network address such as 203.0.113.5") from None


def _moment(text: str, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        moment = (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(
            "when they consented must be a time such as 2026-11-24T09:00:00Z, or a day such as 2026-11-24"
        ) from None
    if moment < EARLIEST or moment > now + CLOCKS_DIFFER:
        raise ValueError("they cannot have consented then")
    return min(moment, now)
