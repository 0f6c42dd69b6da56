"""Reads `enter`: what lets people into a journey."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, TypedDict

from bot.documents import Faults
from bot.domain.entries import (
    ApiEntry,
    Cron,
    Entry,
    EventEntry,
    Once,
    OnDate,
    PersonalCron,
    Schedule,
    ScheduleEntry,
)
from bot.domain.errors import Place
from bot.domain.journey import REPLIED, SEGMENT_ENTERED, SEGMENT_LEFT
from bot.domain.send_window import PERSON_ZONE
from bot.journeys import wording
from bot.journeys.fields import Fields
from bot.journeys.kinds import check_day
from bot.journeys.known import Known
from bot.journeys.schedule import moment_of
from bot.journeys.wording import Unreadable

WAYS = ("event", "segment", "left_segment", "schedule", "message", "intent", "api")
TOGETHER = ({"message", "intent"}, {"segment", "schedule"})
SCHEDULES = ("once", "cron", "date")
AT_HAND = "such as enter: {event: demo.requested}"


class _Common(TypedDict):
    """What every entry may have."""

    condition: str | None
    again_after: timedelta | None


def read_entries(head: Fields, known: Known, warnings: Faults) -> tuple[tuple[Entry, ...], list[tuple[Place, str]]]:
    """One entry or a list of them; and their conditions, which are still to be checked, each with its place."""
    if not head.has("enter"):
        head.missing("enter", f"Say what lets people in, {AT_HAND}.")
        return (), []
    given = head.node["enter"]
    if isinstance(given, list):
        listed = [
            Fields(head.document, head.faults, item, "an entry", head.document.place(given, number))
            for number, item in enumerate(given)
        ]
        if not listed:
            head.faults.add(head.place("enter"), "nobody can enter.", f"Say what lets people in, {AT_HAND}.")
    else:
        listed = [head.inner("enter", '"enter"', f"Say what lets people in, {AT_HAND}.")]
    conditions = [(one.place("if"), one.node["if"]) for one in listed if isinstance(one.node.get("if"), str)]
    read = [_entry(one, known, warnings) for one in listed if one.is_mapping]
    return tuple(entry for entry in read if entry is not None), conditions


def _entry(fields: Fields, known: Known, warnings: Faults) -> Entry | None:
    ways = [way for way in WAYS if way in fields.node]
    both = set(ways) in TOGETHER
    if not ways:
        fields.only(*WAYS, "if", "again")
        fields.missing("event", f"Say what lets people in, {AT_HAND}; or one of {', '.join(WAYS[1:])}.")
        return None
    if len(ways) > 1 and not both:
        fields.faults.add(
            fields.place(ways[1]),
            f"one entry lets people in by two things: {' and '.join(ways)}.",
            'Make it a list of two entries, each beginning with "- ".',
        )
        return None
    fields.only(*ways, "if", "again")
    common = _Common(condition=fields.text("if"), again_after=fields.read("again", _again))
    readers: Mapping[str, Callable[[Fields, Known, _Common], Entry | None]] = {
        "schedule": partial(_schedule_entry, warnings),  # before "segment", which narrows it down
        "event": _event,
        "segment": _segment,
        "left_segment": _segment,
        "message": partial(_message, warnings),
        "intent": partial(_message, warnings),
        "api": _api,
    }
    return next(read for way, read in readers.items() if way in ways)(fields, known, common)


def _event(fields: Fields, _: Known, common: _Common) -> Entry | None:
    event = fields.read("event", wording.event, required=True)
    return EventEntry(event, (), **common) if event else None


def _segment(fields: Fields, known: Known, common: _Common) -> Entry | None:
    way = "segment" if "segment" in fields.node else "left_segment"
    segment = fields.choice(way, known.segments, "segment", required=True)
    event = SEGMENT_ENTERED if way == "segment" else SEGMENT_LEFT
    return EventEntry(event, (("segment", (segment,)),), **common) if segment else None


def _message(warnings: Faults, fields: Fields, known: Known, common: _Common) -> Entry | None:
    """`message: true`, `message: {channels: [sms]}`, `intent: [ask_price]`, or the two together."""
    where: list[tuple[str, tuple[str, ...]]] = []
    given = fields.node.get("message")
    if isinstance(given, Mapping):
        message = fields.inner("message", '"message"')
        message.only("channels")
        if channels := message.placed_channels(known.channels, known.left_out, warnings, "nobody writes there"):
            where.append(("channel", tuple(channel for channel, _ in channels)))
    elif "message" in fields.node and given is not True:
        fields.faults.add(
            fields.place("message"), '"message" is neither true nor channels.', "Write message: {channels: [sms]}."
        )
    if "intent" in fields.node and (intents := fields.choices("intent", known.intents, "intent", required=True)):
        where.append(("intent", intents))
    return EventEntry(REPLIED, tuple(where), **common)


def _api(fields: Fields, _: Known, common: _Common) -> Entry | None:
    if fields.node.get("api") is not True:
        fields.faults.add(fields.place("api"), '"api" can only be true.', "Write api: true, or leave it out.")
        return None
    return ApiEntry(**common)


# ---------------------------------------------------------------- schedules


def _schedule_entry(warnings: Faults, fields: Fields, known: Known, common: _Common) -> Entry | None:
    schedule = fields.inner("schedule", "a schedule")
    if not schedule.is_mapping:
        return None
    kinds = [kind for kind in SCHEDULES if kind in schedule.node]
    if len(kinds) != 1:
        wrong = f"says {' and '.join(kinds)}" if kinds else "says neither once nor cron nor date"
        schedule.faults.add(
            schedule.place(), f"a schedule {wrong}.", 'Write one of them, such as schedule: {cron: "0 9 * * mon"}.'
        )
        return None
    readers: Mapping[str, Callable[[Fields], Schedule | None]] = {
        "once": _once,
        "cron": _cron,
        "date": partial(_on_date, known),
    }
    read = readers[kinds[0]](schedule)
    segment = fields.choice("segment", known.segments, "segment")
    if read is not None and not isinstance(read, OnDate) and common["condition"] is None and not fields.has("segment"):
        fields.missing("if", "Say for whom this time is: if: \"'customers' in profile.tags\", or a segment of people.")
        return None
    if isinstance(read, OnDate) and (read.yearly or read.monthly) and common["again_after"] is None:
        every = "year" if read.yearly else "month"
        warnings.add(
            schedule.place("every"),
            f"whoever was let in is let in no more, so this is once and not every {every}.",
            'Write "again: always" beside the schedule.',
        )
    return ScheduleEntry(read, **common, segment=segment) if read is not None else None


def _once(schedule: Fields) -> Schedule | None:
    schedule.only("once", "zone")
    local = schedule.read("once", wording.local_time, required=True)
    zone = _zone(schedule)
    if zone == PERSON_ZONE:
        schedule.faults.add(
            schedule.place("zone"),
            "a single run starts for all at one moment, so it needs one zone.",
            'Begin early, and let the first step be wait: {until: "09:00"}, which goes by the person\'s clock.',
        )
        return None
    if local is None or zone is None:
        return None
    return Once(moment_of(local.date(), local.time(), zone))


def _cron(schedule: Fields) -> Schedule | None:
    schedule.only("cron", "zone")
    expression = schedule.read("cron", wording.cron, required=True)
    zone = _zone(schedule)
    if not expression or not zone:
        return None
    if zone != PERSON_ZONE:
        return Cron(expression, zone)
    if not expression.split()[0].isdigit():
        schedule.faults.add(
            schedule.place("cron"),
            "on people's own clocks a schedule comes once an hour at the most.",
            "Let it begin with one minute, such as 0.",
        )
        return None
    return PersonalCron(expression)


def _zone(schedule: Fields) -> str | None:
    return schedule.read(
        "zone", wording.zone, required=True, advice="Whose clocks count? Write zone: Europe/London, or zone: person."
    )


def _on_date(known: Known, schedule: Fields) -> Schedule | None:
    schedule.only("date", "before", "after", "at", "every")
    attribute = schedule.read("date", wording.profile_attribute, required=True)
    before = schedule.read("before", _days)
    after = schedule.read("after", _days)
    at = schedule.read("at", wording.time_of_day)
    every = schedule.choice("every", ("year", "month"), "period")
    if before is not None and after is not None:
        schedule.faults.add(schedule.place("after"), "a day cannot be before and after another.", "Keep one of them.")
        return None
    if attribute is None:
        return None
    check_day(attribute, known.profile, schedule.faults, schedule.place("date"))
    given: dict[str, Any] = {} if at is None else {"at": at}
    return OnDate(attribute, (before or 0) - (after or 0), yearly=every == "year", monthly=every == "month", **given)


def _days(text: str) -> int:
    length = wording.duration(text)
    if length % timedelta(days=1):
        raise Unreadable(f'"{text}" are no whole days.', 'Write days or weeks, such as 14d, and the hour with "at".')
    return length.days


def _again(text: str) -> timedelta | None:
    """`never` (so it is without a word), `always`, or `after 90d`."""
    if text == "never":
        return None
    if text == "always":
        return timedelta()
    if not text.startswith("after "):
        raise Unreadable(f'"{text}" does not say when somebody may come again.', "Write never, always, or after 90d.")
    return wording.duration(text.removeprefix("after ").strip())
