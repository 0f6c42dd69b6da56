"""How content words lengths of time, hours, weekdays and names: `2d`, `09:00-20:00`, `mon-sat`, `meeting.booked`."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, time, timedelta

from bot.documents import did_you_mean
from bot.domain.journey import REPLIED, TOLD_BY_SERVICE, WHOLE
from bot.domain.send_window import PERSON_ZONE
from bot.domain.steps import USUAL_HOUR, AttributeTime, ClockTime, Until
from bot.domain.time_zones import zone_called, zone_names
from bot.journeys.schedule import cron_fault
from bot.journeys.send_window import is_zone

UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
PART = "([0-9]{1,9}) ?(s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:(?:ou)?rs?)?|d(?:ays?)?|w(?:eeks?)?)(?![a-z])"
"""A number and its unit: `2d`, `2 days`, `30 min`."""
DURATION = f"{PART}(?: ?{PART})*"
LONGEST = timedelta(days=3660)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONG_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

ID = re.compile("[a-z][a-z0-9_-]{0,79}")
ID_WORDS = "an id begins with a small letter; small letters, digits, - and _ follow"


class Unreadable(ValueError):
    """A value is not worded as it should be; `advice` shows how."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


def duration(text: str) -> timedelta:
    """`30m`, `12h`, `2d`, `1w`, `2 days`, or several together: `1d12h`."""
    advice = "Write a number and a unit, such as 30m, 12h, 2d (or 2 days), 1w or 1d12h."
    said = text.strip().lower()
    if not re.fullmatch(DURATION, said):
        raise Unreadable(f'"{text}" is no length of time.', advice)
    try:
        total = sum((int(number) * UNITS[unit[0]] for number, unit in re.findall(PART, said)), timedelta())
    except OverflowError:
        total = LONGEST * 2
    if not timedelta() < total <= LONGEST:
        raise Unreadable(f'"{text}" is no usable length of time: it must be more than nothing, and ten years at most.')
    return total


def hours(text: str) -> tuple[time, time]:
    """`09:00-20:00`, `22:00-06:00` (over midnight), `00:00-24:00` (all day; it closes when it opens)."""
    advice = 'Write two times on the 24-hour clock in quotes, such as "09:00-20:00".'
    match = re.fullmatch(r"([0-9]{1,2}):([0-9]{2}) ?[-–] ?([0-9]{1,2}):([0-9]{2})", text.strip())
    if match is None:
        raise Unreadable(f'"{text}" are no hours.', advice)
    first, second, third, fourth = (int(part) for part in match.groups())
    if first > 23 or second > 59 or fourth > 59 or (third > 23 and (third, fourth) != (24, 0)):
        raise Unreadable(f'"{text}" has a time that is on no clock.', advice)
    opens, closes = time(first, second), time(third % 24, fourth)
    if opens == closes and (first, third) != (0, 24):
        raise Unreadable(f'"{text}" ends when it begins.', 'For the whole day write "00:00-24:00".')
    return opens, closes


def days(text: str) -> frozenset[int]:
    """`mon-sat`, `fri-mon`, `mon, wed`: 0 is Monday."""
    found: set[int] = set()
    for part in text.lower().replace(" ", "").split(","):
        first, to, last = part.partition("-")
        begin, end = _weekday(first, text), _weekday(last if to else first, text)
        found.update((begin + number) % 7 for number in range((end - begin) % 7 + 1))
    return frozenset(found)


def time_of_day(text: str) -> time:
    """`09:00`, on the 24-hour clock."""
    match = re.fullmatch(r"([0-9]{1,2}):([0-9]{2})", text.strip())
    hour, minute = (int(part) for part in match.groups()) if match else (24, 0)
    if hour > 23 or minute > 59:
        raise Unreadable(f'"{text}" is no time of day.', 'Write it on the 24-hour clock in quotes, such as "09:00".')
    return time(hour, minute)


def local_time(text: str) -> datetime:
    """`2026-12-01 09:00`, by the clocks of a zone that stands elsewhere."""
    match = re.fullmatch(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{1,2}:[0-9]{2})(:00)?", text.strip())
    try:
        day = date.fromisoformat(match[1] if match else "")
    except ValueError:
        advice = "Write year-month-day and the time: 2026-12-01 09:00."
        raise Unreadable(f'"{text}" is no day with a time.', advice) from None
    return datetime.combine(day, time_of_day(match[2] if match else ""))


def day(text: str) -> date:
    """`2026-11-24`."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Unreadable(f'"{text}" is no day.', "Write it as 2026-11-24.") from None


def cron(text: str) -> str:
    """`0 9 * * mon`: minute, hour, day, month and weekday."""
    expression = " ".join(text.split()).upper()
    if fault := cron_fault(expression):
        raise Unreadable(f'"{text}" is no cron expression: {fault}.', 'Nine on Mondays is "0 9 * * mon".')
    return expression


def percentage(text: str) -> int:
    """`5%` or `2.5%`, in parts of 10,000; less than all."""
    match = re.fullmatch(r"([0-9]{1,2})(?:\.([0-9]{1,2}))? ?%", text.strip())
    share = int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0")) if match else 0
    if not 0 < share < WHOLE:
        raise Unreadable(f'"{text}" is no share of people.', "Write a percentage below 100, such as 5%.")
    return share


def until(text: str) -> Until:
    """`09:00`, `tue 09:00`, `mon-fri 09:00`, or `profile.renewal_date - 3d`, perhaps with `at 09:00`; so too what the
    person came in with, `event.starts_at - 1d`."""
    if text.strip().startswith(("profile.", "event.")):
        return _attribute_time(text)
    named, _, clock = text.strip().rpartition(" ")
    try:
        return ClockTime(time_of_day(clock), days(named) if named else frozenset(range(7)))
    except Unreadable:
        raise Unreadable(
            f'"{text}" is no time to wait for.',
            'Write "09:00", tue 09:00, profile.renewal_date - 3d, or event.starts_at - 1d.',
        ) from None


def _attribute_time(text: str) -> Until:
    match = re.fullmatch(r"(\w+)(\.\S+)(?: *([+-]) *([0-9][0-9a-z ]*?))?(?: at ([0-9:]+))?", text.strip())
    if match is None:
        raise Unreadable(f'"{text}" is no time to wait for.', "Write profile.renewal_date - 3d at 09:00.")
    of, name, sign, length, at = match.groups()
    offset = duration(length) if length else timedelta()
    offset = -offset if sign == "-" else offset
    hour = USUAL_HOUR if at is None else time_of_day(at)
    if of == "event":
        return AttributeTime(_told(name), offset, hour, of="event")
    return AttributeTime(profile_attribute(of + name), offset, hour)


def _told(path: str) -> str:
    """`.appointment.starts_at`, as the data of an event are looked at: the names, with dots between."""
    if not re.fullmatch(r"(\.[A-Za-z_]\w*)+", path):
        raise Unreadable(f'"event{path}" is no value that an event brings.', "Write event.<name>: event.starts_at.")
    return path.removeprefix(".")


def profile_attribute(text: str) -> str:
    """`profile.renewal_date`: the attribute's name."""
    if not text.startswith("profile."):
        raise Unreadable(f'"{text}" is no attribute of the profile.', "Write profile.<name>: profile.renewal_date.")
    return attribute(text.removeprefix("profile."))


def _weekday(name: str, text: str) -> int:
    for names in (WEEKDAYS, LONG_WEEKDAYS):
        if name in names:
            return names.index(name)
    raise Unreadable(f'"{text}" are no weekdays: "{name}".', f"Use {', '.join(WEEKDAYS)}, such as mon-sat.")


def zone(text: str) -> str:
    """`person`, or an IANA time zone such as Europe/London."""
    if text == PERSON_ZONE or is_zone(text):
        return text
    if called := zone_called(text):
        raise Unreadable(f'"{text}" is not how a time zone is written here.', f"Write {called}.")
    near = did_you_mean(text, zone_names())
    raise Unreadable(f'there is no time zone "{text}".', near or 'Write "person", or a name such as Europe/London.')


def event(text: str) -> str:
    """`meeting.booked`, or `event meeting.booked`."""
    name = text.removeprefix("event ").strip()
    if not re.fullmatch(r"[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)+", name):
        raise Unreadable(f'"{text}" is no event.', "Events are named like meeting.booked: two words with a dot.")
    return name


def emitted(text: str) -> str:
    """An event that is ours to tell, and not the service's."""
    name = event(text)
    if name in TOLD_BY_SERVICE:
        raise Unreadable(f'"{name}" is told by the service itself.', "Choose another name, such as trial.started.")
    return name


def awaited(text: str) -> str:
    """An event, or `reply`: any message of the person's."""
    return REPLIED if text == "reply" else event(text)


def identifier(text: str) -> str:
    """The id of a journey, step or rule: small letters, digits, - and _."""
    if not ID.fullmatch(text):
        raise Unreadable(f'"{text}" cannot be an id.', "Use small letters, digits, - and _, such as ask-for-time.")
    return text


def near_id(name: str, *, besides: str = "") -> str:
    """An id that is near what was typed, as the end of a sentence; nothing where none is, or it is `besides`."""
    apart = unicodedata.normalize("NFKD", name.casefold())  # a letter, and behind it its accent
    letters = "".join(one for one in apart if not unicodedata.combining(one))
    near = re.sub("[^a-z0-9_-]+", "-", letters).lstrip("-_0123456789").rstrip("-_")
    return f", such as {near}." if ID.fullmatch(near) and near != besides else ""


def split_id(text: str) -> str:
    """The id of a split, which conditions read: `split.offer_test`."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,79}", text):
        raise Unreadable(
            f'"{text}" cannot be the id of a split, for conditions read it as split.<id>.',
            "Use small letters, digits and _, such as offer_test.",
        )
    return text


def field(text: str) -> str:
    """The name of a field in another system."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}", text):
        raise Unreadable(
            f'"{text}" cannot be the name of a field.', "Use letters, digits, _ and -, such as deal_stage."
        )
    return text


def attribute(text: str) -> str:
    """The name of a profile attribute."""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,79}", text):
        raise Unreadable(f'"{text}" cannot be an attribute.', "Use small letters, digits and _, such as team_size.")
    if text in ("id", "tags", "time_zone", "locale", "created_on"):
        raise Unreadable(f'"{text}" belongs to the profile itself and cannot be set.', "Choose another name.")
    return text


def tag(text: str) -> str:
    if not re.fullmatch(r"[\w][\w.:-]{0,79}", text):
        raise Unreadable(f'"{text}" cannot be a tag.', "Use letters, digits, - and _, such as nurture-list.")
    return text
