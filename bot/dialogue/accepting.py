"""Whether an answer is what its slot accepts, and how it is then kept. Pure: what day it is, the message tells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

import phonenumbers
import regex
from email_validator import validate_email

from bot.dialogue.features import as_number
from bot.domain.accepting import Accepts, ADay, AnAddress, ANumber, APattern, OneOf, entities_of
from bot.domain.conversation import UserUttered
from bot.domain.phone_forms import dialled
from bot.domain.time_grammar import find_times
from bot.domain.understanding import Entity

LONGEST: Final = 0.02
"""Seconds for one pattern and one message: nobody's answer keeps the others waiting."""

_TELLING: Final = 4
"""Letters that a word of a list has at least which is looked for in any message."""

_LONGEST_DAY = timedelta(hours=25)
_TODAY = re.compile(r"\b(?:this \w+|tonight)$", re.IGNORECASE)
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def invalid(slot: str) -> str:
    """The response that is said to an answer that the slot does not accept."""
    return f"utter_invalid_{slot}"


def accepted(accepts: Accepts, found: Iterable[Entity | str], message: UserUttered) -> Any:
    """The last accepted value among those found, in the form in which it is kept; None if there is none.

    A text is looked through for the entities that it should have; it may be nothing but the answer, too.
    """
    kept = [
        value
        for one in found
        for candidate in _candidates(accepts, one, message)
        if (value := _read(accepts, candidate, message)) is not None
    ]
    return kept[-1] if kept else None


def _candidates(accepts: Accepts, found: Entity | str, message: UserUttered) -> Iterator[Entity | str]:
    if isinstance(found, Entity):
        yield found
        return
    inside: list[Entity | str] = [one for one in message.understood.entities if one.name in entities_of(accepts)]
    yield from inside or [found]


def _read(accepts: Accepts, found: Entity | str, message: UserUttered) -> Any:
    value = found.value if isinstance(found, Entity) else found
    match accepts:
        case AnAddress(kind="email"):
            return _email(str(value))
        case AnAddress(kind="phone"):
            return _phone(str(value))
        case ANumber():
            return _number(accepts, value)
        case ADay():
            return None if _is_of_any_day(found, message.text) else _day(accepts, found, message.at)
        case OneOf():
            return _one_of(accepts, str(value))
        case APattern(pattern=pattern):
            return _fitting(pattern, str(value))


def _email(text: str) -> str | None:
    try:
        return str(validate_email(text.strip(), check_deliverability=False).normalized)
    except ValueError:  # what it raises is one; so is what it meets in exotic domain names
        return None


def _phone(text: str) -> str | None:
    """A number with its country's; those without were read where the message was understood."""
    try:
        told = str(phonenumbers.format_number(phonenumbers.parse(text), phonenumbers.PhoneNumberFormat.E164))
        number = phonenumbers.parse(dialled(told))  # one in the form of an earlier plan is one of today's, too
    except phonenumbers.NumberParseException:
        return None
    # Possible rather than valid: the ranges set aside for examples are not valid to the library.
    return told if phonenumbers.is_possible_number(number) else None


def _number(within: ANumber, value: Any) -> int | float | None:
    number = None if isinstance(value, bool) else as_number(value)
    if number is None or (within.whole and number != int(number)):
        return None
    if (within.least is not None and number < within.least) or (within.most is not None and number > within.most):
        return None
    return int(number) if number == int(number) else number


def _day(within: ADay, found: Entity | str, said_at: datetime | None) -> str | None:
    meant = _meant(found)
    if meant is None:
        return None
    day, zone = meant
    if said_at is not None:
        ahead = (day - said_at.astimezone(zone).date()).days
        if ahead < within.first or (within.last is not None and ahead > within.last):
            return None
    return day.isoformat()


def _meant(found: Entity | str) -> tuple[date, Any] | None:
    """The one day that was said, and the person's zone; None for a week, a month, or what is over."""
    details = (found.details or {}) if isinstance(found, Entity) else {}
    value = found.value if isinstance(found, Entity) else found.strip()
    try:
        if isinstance(start := details.get("from"), str):
            first, end = datetime.fromisoformat(start), datetime.fromisoformat(details["to"])
            return (first.date(), first.tzinfo) if end - first <= _LONGEST_DAY else None
        if isinstance(value, str) and _ISO_DAY.fullmatch(value):
            return date.fromisoformat(value), UTC
        if details.get("grain") in ("day", "hour", "minute", "second"):  # as Duckling tells it
            moment = datetime.fromisoformat(str(value))
            return moment.date(), moment.tzinfo
    except (ValueError, KeyError, TypeError):
        return None
    return None


def _is_of_any_day(found: Entity | str, text: str) -> bool:
    """Whether it is a time of the day ("in the morning", "at 10"): said of a day that was told, or is yet to be."""
    if not isinstance(found, Entity):
        return False
    times = list(find_times(str(found.value)))
    return bool(times) and all(time.day is None for time in times) and not _TODAY.search(text[: found.end])


def _one_of(known: OneOf, text: str) -> str | None:
    """The one value that the text names by its own or another of its words; None where it names several."""
    return _only({_plain(word): value for value, words in known.values.items() for word in (value, *words)}, text)


def named(known: OneOf, text: str) -> str | None:
    """The one value that a text names which answers something else; short words ("am") mean other things there."""
    telling = {
        value: tuple(word for word in (value, *words) if len(word) >= _TELLING or not word.isascii())
        for value, words in known.values.items()
    }
    said = {_plain(word): value for value, words in telling.items() for word in words}
    return _only(said, text)


def _only(named_by: Mapping[str, str], text: str) -> str | None:
    if not named_by:
        return None
    pattern = "|".join(re.escape(word) for word in sorted(named_by, key=len, reverse=True))
    values = {named_by[match[0]] for match in re.finditer(rf"(?<!\w)(?:{pattern})(?!\w)", _plain(text))}
    return values.pop() if len(values) == 1 else None


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _fitting(pattern: str, text: str) -> str | None:
    try:
        match = _compiled(pattern).search(text, timeout=LONGEST)
    except TimeoutError:
        return None
    return str(match[0]) if match and match[0] else None


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    return regex.compile(rf"(?<!\w)(?:{pattern})(?!\w)", regex.IGNORECASE)
