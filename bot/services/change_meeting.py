"""Change a meeting: what a customer asks in words of one that is booked, as the buttons beneath it would."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from bot.domain.conversation import Tracker
from bot.domain.meeting_wish import MeetingWish, meeting_wish
from bot.domain.message import CustomerMessage
from bot.domain.time_expressions import resolve_expression
from bot.domain.time_grammar import TimeExpression
from bot.domain.time_shifts import shift_in
from bot.domain.told_questions import TIME, asks_what_was_told
from bot.nlu.chosen_time import fits
from bot.nlu.translated_times import times_in
from bot.services.book_meeting import Picked, one_of, read_pick
from bot.services.other_languages import languages_read
from bot.services.runtime import Runtime
from bot.services.situation import Situation
from bot.services.tell_of_meeting import Option, about, payload

MOST_MEETINGS = 5


async def asked_of_meeting(runtime: Runtime, message: CustomerMessage, situation: Situation) -> Picked | None:
    """To have it so much later or earlier or at the time that is named, to be offered other times, or to be told when
    the meeting is, with what can be done with it: nothing is cancelled by words alone. None where it says something
    else, or nothing is booked.

    Of several the one is meant that is at the time that they name; else it is asked which.
    """
    tracker = situation.conversation.tracker
    languages = languages_read(runtime.library.current(), tracker)
    if message.payload:
        return None
    shift = shift_in(message.text, languages)
    if shift is not None and (shift.asked or _told_of_a_meeting(tracker)):
        return await _shifted(runtime, situation, shift.later)
    wish = meeting_wish(message.text, languages)
    asks = asks_what_was_told(message.text, languages) == TIME
    if wish is None and not asks:
        return None
    now, person = runtime.clock.now(), situation.profile.id
    async with runtime.store.reading() as uow:
        booked = await uow.meetings.of_person(person, now, limit=MOST_MEETINGS)
    named = times_in(message.text, languages) if booked and not asks else []
    zone = situation.zone
    meant = [one for one in booked if any(fits(time, one.starts_at.astimezone(zone), now) for time in named)]
    if not meant and (wish is MeetingWish.MOVE or not named):  # else they cannot come to something else
        meant = list(booked)
    if wish is MeetingWish.MOVE and len(meant) == 1:
        [one] = meant
        if (wanted := _wanted(named, one.starts_at.astimezone(zone), now)) is not None:
            return read_pick(payload("shift", about(one), wanted))
    do = "move" if wish is MeetingWish.MOVE else "show"
    options = [Option(one.starts_at.astimezone(zone), payload(do, about(one))) for one in meant]
    return one_of(options) if options else None


def _wanted(named: Sequence[TimeExpression], at: datetime, now: datetime) -> datetime | None:
    """The one moment that is named besides that of the meeting; an hour alone is one of its day."""
    others = [one for one in named if not fits(one, at, now)]
    if len(others) != 1 or at.tzinfo is None:
        return None
    [one] = others
    if one.clock is None or one.clock.start != one.clock.end:
        return None
    if one.day is None and one.zone is None:
        hour, minute = divmod(one.clock.start, 60)
        return at.replace(hour=hour % 24, minute=minute, fold=0).astimezone(UTC)
    span = resolve_expression(one, now, at.tzinfo)
    return None if span is None else span[0]


def _told_of_a_meeting(tracker: Tracker) -> bool:
    """Whether what was said last is about one, so that "an hour later" is."""
    return tracker.last_uttered is not None and tracker.last_uttered.response.startswith("utter_meeting_")


async def _shifted(runtime: Runtime, situation: Situation, later: timedelta) -> Picked | None:
    """To have the meeting that much later on the clock of whoever asks."""
    async with runtime.store.reading() as uow:
        booked = await uow.meetings.of_person(situation.profile.id, runtime.clock.now(), limit=MOST_MEETINGS)
    times = [(one, one.starts_at.astimezone(situation.zone)) for one in booked]
    options = [Option(at, payload("shift", about(one), (at + later).astimezone(UTC))) for one, at in times]
    return one_of(options) if options else None
