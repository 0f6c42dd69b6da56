"""Reads what a marketer says of the people of a simulation: a small YAML file, or people of their own as CSV."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.documents import Document, Faults, did_you_mean, plain
from bot.domain.audience import Attribute, AttributeType, ProfileSchema, written_day
from bot.domain.errors import Place
from bot.domain.ids import ProfileId
from bot.domain.time_zones import zone_called
from bot.journeys import wording
from bot.journeys.fields import Fields
from bot.journeys.known import Known
from bot.journeys.people import Behaviour, Crowd, Day, Occurrence, OneOf, Reaction, Spread, WholeNumber
from bot.journeys.virtual_world import Someone
from bot.journeys.wording import Unreadable

MOST_PEOPLE = 10_000_000
WHO = ("countries", "zone_known", "locales", "reachable", "consent", "profile", "tags")
BEHAVIOUR = (
    "arrive", "comes_with", "answers", "refuses", "opts_out", "answer", "events", "colleague", "fails",
)  # fmt: skip
OWN_COLUMNS = ("id", "time_zone", "locale", "phone", "email", "created_on", "tags", "consent")


@dataclass(frozen=True, slots=True)
class PeopleFile:
    """What the file says; `file` is a CSV of people that it names instead of a number."""

    crowd: Crowd
    behaviour: Behaviour
    file: str = ""


def read_people(document: Document, known: Known) -> PeopleFile:
    """Read the file; raises ContentError with every fault. What it leaves out is as in `Crowd` and `Behaviour`."""
    faults = Faults()
    head = Fields(document, faults, document.data, "a file of people")
    head.only("people", *WHO, "behaviour")
    reader = _Reader(known, faults)
    count, file = reader.people(head)
    crowd = reader.crowd(head, count)
    behaviour = reader.behaviour(head.inner("behaviour", '"behaviour"')) if head.has("behaviour") else Behaviour()
    faults.raise_if_any()
    return PeopleFile(crowd, behaviour, file)


class _Reader:
    def __init__(self, known: Known, faults: Faults) -> None:
        self._known = known
        self._faults = faults

    def people(self, head: Fields) -> tuple[int, str]:
        """How many are made up, or the file in which they are."""
        said = head.node.get("people", Crowd().count)
        if isinstance(said, str) and said.endswith(".csv"):
            return 0, said
        if not isinstance(said, int) or isinstance(said, bool) or not 0 < said <= MOST_PEOPLE:
            self._faults.add(
                head.place("people"),
                f'"people" is neither a number of people nor a CSV file: {said}.',
                "Write people: 1000.",
            )
            return 0, ""
        return said, ""

    def crowd(self, head: Fields, count: int) -> Crowd:
        own = Crowd()
        return Crowd(
            count,
            self._countries(head) or own.countries,
            self._share(head, "zone_known", own.zone_known),
            self._weights(head, "locales") or own.locales,
            self._shares(head, "reachable", self._known.channels, "channel"),
            self._shares(head, "consent", self._known.channels, "channel"),
            self._spreads(head, "profile", self._known.profile),
            self._shares(head, "tags", None, "tag"),
        )

    def behaviour(self, fields: Fields) -> Behaviour:
        fields.only(*BEHAVIOUR)
        own = Behaviour()
        claims, talks = own.claims, own.talks
        if fields.has("colleague"):
            colleague = fields.inner("colleague", '"colleague"')
            colleague.only("chance", "within", "talks")
            claims = self._reaction(colleague, own.claims)
            talks = colleague.read("talks", wording.duration) or talks
        return Behaviour(
            fields.read("arrive", wording.duration) or own.arrive,
            self._spreads(fields, "comes_with", None),
            self._reaction_at(fields, "answers", own.answers),
            self._reaction_at(fields, "refuses", own.refuses),
            self._reaction_at(fields, "opts_out", own.opts_out),
            self._spreads(fields, "answer", None),
            self._events(fields),
            claims,
            talks,
            self._share(fields, "fails", own.fails),
        )

    # ------------------------------------------------------------ parts

    def _events(self, fields: Fields) -> tuple[Occurrence, ...]:
        """`meeting.booked: {chance: 5%, within: 30d}`, or `link.clicked: {of_messages: 10%, within: 2h}`."""
        if not fields.has("events"):
            return ()
        events = fields.inner("events", '"events"')
        found = []
        for key in events.node:
            name = events.parsed(str(key), wording.event, events.place(key))
            entry = events.inner(key, f'the event "{key}"')
            entry.only("chance", "of_messages", "within")
            of_messages = "of_messages" in entry.node
            if entry.is_mapping and of_messages == ("chance" in entry.node):
                self._faults.add(
                    entry.place(),
                    f'"{key}" is either of people or of messages.',
                    "Write chance: 5%, or of_messages: 5%.",
                )
                continue
            chance = self._share(entry, "of_messages" if of_messages else "chance", 0)
            within = entry.read("within", wording.duration) or timedelta(days=1)
            if name is not None:
                found.append(Occurrence(name, Reaction(chance, within), of_messages))
        return tuple(found)

    def _reaction_at(self, fields: Fields, key: str, own: Reaction) -> Reaction:
        """`answers: 35%`, or `answers: {chance: 35%, within: 8h}`."""
        if not fields.has(key):
            return own
        if not isinstance(fields.node[key], Mapping):
            return Reaction(self._share(fields, key, own.chance), own.within)
        inner = fields.inner(key, f'"{key}"')
        inner.only("chance", "within")
        return self._reaction(inner, own)

    def _reaction(self, fields: Fields, own: Reaction) -> Reaction:
        within = fields.read("within", wording.duration) or own.within
        return Reaction(self._share(fields, "chance", own.chance), within)

    def _share(self, fields: Fields, key: str, otherwise: float) -> float:
        share = fields.read(key, _share)
        return otherwise if share is None else share

    def _shares(self, fields: Fields, key: str, known: Iterable[str] | None, what: str) -> dict[str, float]:
        if not fields.has(key):
            return {}
        inner = fields.inner(key, f'"{key}"')
        for name in inner.node:
            if known is not None and name not in known:
                self._faults.unknown(inner.place(name), what, str(name), known)
        return {str(name): self._share(inner, name, 0) for name in inner.node}

    def _countries(self, head: Fields) -> OneOf | None:
        found = self._weights(head, "countries")
        for country in found.values if found is not None else ():
            if not re.fullmatch("[A-Z]{2}", str(country)):
                place = head.inner("countries", "").place(country)
                self._faults.add(place, f'"{country}" is no country.', "Write its two letters, such as GB.")
        return found

    def _weights(self, fields: Fields, key: str) -> OneOf | None:
        """`{GB: 70, US: 30}`; the weights need not sum to 100."""
        if not fields.has(key):
            return None
        inner = fields.inner(key, f'"{key}"')
        weights = {name: inner.read(name, _weight) for name in inner.node}
        if weights and all(weight == 0 for weight in weights.values()):
            self._faults.add(inner.place(), f'"{key}" has nothing with a weight above 0.', "Write one, such as 70.")
        if not any(weights.values()):
            return None
        return OneOf(tuple(str(name) for name in weights), tuple(weight or 0 for weight in weights.values()))

    def _spreads(self, fields: Fields, key: str, schema: ProfileSchema | None) -> dict[str, Spread]:
        if not fields.has(key):
            return {}
        inner = fields.inner(key, f'"{key}"')
        found = {}
        for name in inner.node:
            if schema is not None and name not in schema.attributes:
                self._faults.unknown(inner.place(name), "attribute", str(name), schema.attributes)
            spread = self._spread(inner, name)
            if spread is not None:
                found[str(name)] = spread
        return found

    def _spread(self, fields: Fields, name: str) -> Spread | None:
        """A value, `{from: 1, to: 200}`, `{from: 2026-12-01, to: 2027-02-01}`, a list, or values with weights."""
        given = fields.node[name]
        if isinstance(given, list):
            return OneOf(tuple(plain(given)), (1,) * len(given)) if given else None
        if not isinstance(given, Mapping):
            return OneOf((plain(given),), (1,))
        if set(given) != {"from", "to"}:
            return self._weights(fields, name)
        inner = fields.inner(name, f'"{name}"')
        least, most = inner.node["from"], inner.node["to"]
        if isinstance(least, int) and isinstance(most, int) and least <= most:
            return WholeNumber(int(least), int(most))
        first, last = inner.read("from", _day), inner.read("to", _day)
        if first is None or last is None:
            return None
        if last < first:
            self._faults.add(inner.place("to"), f'"{name}" ends before it begins.', "Exchange from and to.")
            return None
        return Day(first, last)


# ---------------------------------------------------------------- people of their own


def read_people_csv(path: str, lines: Iterable[str], known: Known, channels: Mapping[str, str]) -> list[Someone]:
    """One person a row; raises ContentError with what is wrong in the first rows that are.

    Columns are `id`, `time_zone`, `locale`, `phone`, `email`, `created_on`, `tags` and `consent` (several parted by
    `;`), a channel's name for an address on it, and attributes.
    """
    faults = Faults()
    rows = csv.DictReader(lines)
    columns = _columns(path, rows, known, faults)
    found, seen = [], set()
    for number, row in enumerate(rows, 1):
        place = Place(path, rows.line_num)
        someone = _someone(row, place, number, columns, known, channels, faults)
        if someone.id in seen:
            faults.add(place, f'the id "{someone.id}" is there twice.', "Give each person an id of their own.")
        seen.add(someone.id)
        found.append(someone)
        if len(faults.in_order()) >= 20:
            break
    if not found:
        faults.add(Place(path), "there is nobody in this file.", "Write a header and a row for each person.")
    faults.raise_if_any()
    return found


def _columns(path: str, rows: Any, known: Known, faults: Faults) -> dict[str, Attribute | None]:
    """The attributes among the columns, with what is declared of them."""
    found: dict[str, Attribute | None] = {}
    declared = known.profile.attributes if known.profile is not None else None
    for name in rows.fieldnames or ():
        if name in OWN_COLUMNS or name in known.channels:
            if name in ("phone", "email") and declared is not None and name in declared:
                found[name] = declared[name]
            continue
        if declared is not None and name not in declared:
            known_columns = [*OWN_COLUMNS, *known.channels, *declared]
            faults.add(Place(path), f'there is no attribute "{name}".', did_you_mean(str(name), known_columns))
        found[name] = declared.get(name) if declared is not None else None
    return found


def _someone(
    row: Mapping[str, str],
    place: Place,
    number: int,
    columns: Mapping[str, Attribute | None],
    known: Known,
    channels: Mapping[str, str],
    faults: Faults,
) -> Someone:
    def listed(key: str) -> list[str]:
        return [part.strip() for part in (row.get(key) or "").split(";") if part.strip()]

    written = row.get("time_zone") or None
    zone = zone_called(written)
    if written is not None and zone is None:
        faults.add(
            place, f'there is no time zone "{written}".', "Write a name such as Europe/London, or leave it empty."
        )
    for channel in listed("consent"):
        if channel not in known.channels:
            faults.unknown(place, "channel", channel, known.channels)
    created_on = row.get("created_on") or ""
    if created_on and written_day(created_on) is None:
        faults.add(place, f'"{created_on}" is no day.', "Write it as 2026-11-24, or leave it empty.")
    addresses = {kind: row[kind] for kind in ("phone", "email") if row.get(kind)}
    addresses |= {kind: row[name] for name, kind in channels.items() if row.get(name)}
    values = {name: _value(row.get(name) or "", one, name, place, faults) for name, one in columns.items()}
    return Someone(
        ProfileId(row.get("id") or f"row-{number}"),
        {name: value for name, value in values.items() if value is not None},
        zone,
        row.get("locale") or None,
        frozenset(listed("tags")),
        created_on,
        addresses,
        dict.fromkeys(listed("consent"), True),
    )


def _value(text: str, attribute: Attribute | None, name: str, place: Place, faults: Faults) -> Any:
    """The value as it is declared; nothing for an empty cell."""
    if text == "":
        return None
    value: Any = text
    match attribute.type if attribute is not None else None:
        case AttributeType.NUMBER if re.fullmatch(r"-?\d+", text):
            value = int(text)
        case AttributeType.NUMBER if re.fullmatch(r"-?\d+\.\d+", text):
            value = float(text)
        case AttributeType.YES_NO:
            value = {"yes": True, "true": True, "no": False, "false": False}.get(text.lower(), text)
        case AttributeType.LIST:
            value = [part.strip() for part in text.split(";")]
        case _:
            pass
    if attribute is not None and not attribute.takes(value):
        faults.add(place, f'the attribute "{name}" cannot be "{text}".', f"It is a {attribute.type.value}.")
    return value


# ---------------------------------------------------------------- wordings


def _share(text: str) -> float:
    """`35%`, from 0% to 100%."""
    match = re.fullmatch(r"([0-9]{1,3}(?:\.[0-9]{1,3})?) ?%", text)
    if match is None or float(match[1]) > 100:
        raise Unreadable(f'"{text}" is no share of people.', "Write a percentage, such as 35%.")
    return float(match[1]) / 100


def _weight(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?%?", text):
        raise Unreadable(f'"{text}" is no weight.', "Write a number, such as 70.")
    return float(text.rstrip("%"))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unreadable(f'"{text}" is neither a number nor a day.', "Write numbers, or days as 2026-12-01.") from None
