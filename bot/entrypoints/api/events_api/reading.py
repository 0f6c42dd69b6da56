"""Reads one event as another system tells it, in Segment's shape: "track" (what happened), "identify" (who it is)."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.documents import did_you_mean
from bot.domain.audience import ProfileSchema
from bot.domain.folding import plain_letters
from bot.domain.ids import ProfileId, new_id
from bot.domain.journey import TOLD_BY_SERVICE
from bot.domain.message import storable
from bot.domain.person import ANONYMOUS_ID, USER_ID, Identity
from bot.entrypoints.api.events_api.traits import Refused, Traits, read_traits
from bot.entrypoints.api.named_person import is_usable, read_own_id, read_person
from bot.services.take_events import Told

IDENTIFIED = "person.identified"
NAME = re.compile(r"[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)+")
ONE_WORD = "track"
"""What stands before an event of one word, for journeys name one in two; it is Segment's word for telling of it."""
LARGEST_EVENT = 32 * 1024
"""Bytes of JSON."""

DEEPEST = 20
LONGEST_KEY = 255
LONGEST_NAME = 200
EARLIEST = datetime(1971, 1, 1, tzinfo=UTC)

FIELDS = (
    "type", "event", "person", "userId", "anonymousId", "properties", "traits", "timestamp", "messageId",
)  # fmt: skip
IGNORED = (
    "context", "integrations", "originalTimestamp", "sentAt", "receivedAt", "channel", "version", "writeKey",
    "projectId", "_metadata", "metadata",
)  # fmt: skip
"""What Segment sends besides, and we have no use for."""

MEANT = {
    **{name: f'Write "person": {{"{name}": ...}}.' for name in ("id", "phone", "email")},
    **dict.fromkeys(("data", "payload", "attributes"), 'Write what comes with it as "properties": {...}.'),
}
"""What to write for names that others have for the same."""


class CannotBeTaken(ValueError):
    """What is wrong with an event, and what to do."""


@dataclass(frozen=True, slots=True)
class Item:
    """An event that can be taken, and what of it was left out with the reason."""

    told: Told
    refused: tuple[Refused, ...] = ()


def read_item(item: Any, schema: ProfileSchema | None, now: datetime, by: str = "", request: str = "") -> Item:
    """`by` is the key of whoever sends it, `request` what they call it where it has no id of its own.

    Raises ValueError, whose words say what is wrong.
    """
    if not isinstance(item, Mapping):
        raise CannotBeTaken("an event must be a JSON object")
    kind = item.get("type") or ("identify" if "traits" in item and "event" not in item else "track")
    if kind not in ("track", "identify"):
        raise CannotBeTaken(f'"{_shown(kind)}" events are not taken. Send "track" or "identify".')
    for name in item:
        if name not in FIELDS and name not in IGNORED:
            advice = MEANT.get(name) or did_you_mean(name, FIELDS)
            raise CannotBeTaken(f'there is no "{_shown(name)}" in an event. {advice}'.rstrip())
    _check_size(item)
    key = _key(item.get("messageId"), now, request)
    return _track(item, now, by, key) if kind == "track" else _identify(item, schema, now, by, key)


def _track(item: Mapping[str, Any], now: datetime, by: str, key: str) -> Item:
    if item.get("traits"):
        raise CannotBeTaken('what people are is told by "identify", and "traits" have no place in "track"')
    who, identities = _named(item)
    told = Told(
        event=event_name(item.get("event")),
        at=_time(item.get("timestamp"), now),
        key=key,
        data=_group(item.get("properties"), "properties"),
        profile_id=who,
        identities=identities,
        by=by,
    )
    return Item(told)


def _identify(item: Mapping[str, Any], schema: ProfileSchema | None, now: datetime, by: str, key: str) -> Item:
    if item.get("properties") or item.get("event"):
        raise CannotBeTaken('"identify" says what people are, in "traits"; what happened is told by "track"')
    traits: Traits = read_traits(_group(item.get("traits"), "traits"), schema)
    who, identities = _named(item)
    told = Told(
        event=IDENTIFIED,
        at=_time(item.get("timestamp"), now),
        key=key,
        data={"attributes": sorted(traits.attributes)},
        profile_id=who,
        identities=(*identities, *(one for one in traits.identities if one not in identities)),
        attributes=traits.attributes,
        time_zone=traits.time_zone,
        locale=traits.locale,
        by=by,
    )
    return Item(told, traits.refused)


def event_name(told: Any) -> str:
    """The event as journeys name it: `Order Completed` and `orderCompleted` are `order.completed`, without accents, and
    one word, as `Purchase` or `add_to_cart`, stands behind `track`: `track.purchase`."""
    if not isinstance(told, str) or not told.strip():
        raise CannotBeTaken('"event" must say what happened, such as "pricing.viewed"')
    if len(told) > LONGEST_NAME:
        raise CannotBeTaken(f"the event's name is longer than {LONGEST_NAME} characters")
    name = told.strip()
    if not NAME.fullmatch(name):
        apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", ".", name)
        name = re.sub(r"[^\w-]+", ".", plain_letters(apart)).strip(".")
        name = f"{ONE_WORD}.{name}" if name and not NAME.fullmatch(name) else name
    if not NAME.fullmatch(name):
        raise CannotBeTaken(
            f'"{_shown(told)}" cannot be an event\'s name: write two words with a dot, such as pricing.viewed'
        )
    if name in TOLD_BY_SERVICE or name == IDENTIFIED:
        raise CannotBeTaken(f'"{name}" is told by the service itself; choose another name')
    return name


# ---------------------------------------------------------------- its parts


def _named(item: Mapping[str, Any]) -> tuple[ProfileId | None, tuple[Identity, ...]]:
    """Who is meant: `person`, else `userId`, else `anonymousId`; the others are claimed to be theirs."""
    profile_id, found = None, []
    if item.get("person") is not None:
        wanted = read_person(item["person"])
        profile_id = wanted.profile_id
        found += [wanted.identity] if wanted.identity is not None else []
    ways: tuple[tuple[str, str, Callable[[str, Any], Identity]], ...] = (
        ("userId", USER_ID, read_own_id),
        ("anonymousId", ANONYMOUS_ID, read_own_id),
    )
    for field, kind, read in ways:
        if item.get(field) not in (None, ""):
            found.append(read(kind, item[field]))
    if profile_id is None and not found:
        raise CannotBeTaken('it says of nobody. Send "userId", "anonymousId", or "person": {"email": ...}')
    return profile_id, tuple(dict.fromkeys(found))


def _time(told: Any, now: datetime) -> datetime:
    """When it happened; now, where it is not said."""
    if told is None:
        return now
    try:
        if not isinstance(told, str):
            raise ValueError
        moment = datetime.fromisoformat(told.strip())
    except ValueError:
        raise CannotBeTaken('"timestamp" must be a time such as 2026-11-24T09:00:00Z') from None
    moment = moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        raise CannotBeTaken('"timestamp" is a time of no calendar') from None
    if moment < EARLIEST:
        raise CannotBeTaken('"timestamp" is before 1971, which no event is')
    return moment


def _key(told: Any, now: datetime, request: str) -> str:
    """What the other system calls it, or else the request with it; something new, where it does not say."""
    if told is None:
        return f"request:{request}" if request else f"new:{new_id(now)}"
    if not isinstance(told, str) or not is_usable(told) or len(told) > LONGEST_KEY:
        raise CannotBeTaken(f'"messageId" is a text of at least one and at most {LONGEST_KEY} characters')
    return told


def _group(told: Any, name: str) -> dict[str, Any]:
    if told is None:
        return {}
    if not isinstance(told, dict):
        raise CannotBeTaken(f'"{name}" must be an object')
    return told


def _check_size(item: Mapping[str, Any]) -> None:
    told = {name: value for name, value in item.items() if name not in IGNORED}
    if _depth(told) > DEEPEST:
        raise CannotBeTaken(f"it is nested more than {DEEPEST} deep")
    try:
        size = len(json.dumps(told, ensure_ascii=False).encode())
    except UnicodeEncodeError:
        raise CannotBeTaken("it has a character that no text has (half of a surrogate pair)") from None
    if size > LARGEST_EVENT:
        raise CannotBeTaken(f"it is larger than {LARGEST_EVENT // 1024} kB")


def _depth(told: Any) -> int:
    """How deep it is nested, without recursion."""
    deepest, waiting = 0, [(told, 1)]
    while waiting:
        one, depth = waiting.pop()
        deepest = max(deepest, depth)
        if depth <= DEEPEST and isinstance(one, dict | list):
            waiting += [(inner, depth + 1) for inner in (one.values() if isinstance(one, dict) else one)]
    return deepest


def _shown(told: Any) -> str:
    """A text of theirs as an error may repeat it."""
    return storable(str(told))[:60]
