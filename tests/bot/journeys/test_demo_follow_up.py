"""The journey that comes with Overture, walked through as it stands in `journeys/`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.documents import parse
from bot.domain.consent import Purpose
from bot.domain.effects import (
    AddTag,
    AskForm,
    ChangeScore,
    JourneyEffect,
    RequestHandoff,
    SetAttribute,
    SyncCrm,
    WithdrawMessages,
)
from bot.domain.entries import EventEntry
from bot.domain.ids import EnrolmentId, ProfileId
from bot.domain.journey import (
    Answered,
    Enrolment,
    EnrolmentStatus,
    Entered,
    Facts,
    Happened,
    Journey,
    Refused,
    TimerFired,
    Trigger,
)
from bot.journeys.content import Known, read_journey
from bot.journeys.interpreter import advance, begin

FILE = Path(__file__).parents[3] / "journeys" / "demo-follow-up.yml"
PROFILE = {"time_zone": "Europe/London", "name": "Ada"}
TUESDAY = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
QUESTION = AskForm("booking_form", ("sms",), "e1:ask-for-time:1")


@pytest.fixture(scope="module")
def journey() -> Journey:
    known = Known(forms={"booking_form": ("meeting_time",)}, channels=frozenset({"sms"}))
    return read_journey(parse(str(FILE), FILE.read_text(encoding="utf-8")), known)


def walk(journey: Journey, *moves: tuple[timedelta, Trigger]) -> tuple[Enrolment, list[JourneyEffect]]:
    """Where somebody stands who entered on a Tuesday afternoon, after each trigger at its time from then."""
    enrolment = begin(journey, EnrolmentId("e1"), ProfileId("p1"), {}, TUESDAY)
    effects: list[JourneyEffect] = []
    for after, trigger in ((timedelta(), Entered()), *moves):
        result = advance(journey, enrolment, Facts(trigger, PROFILE, {}), TUESDAY + after)
        enrolment = result.enrolment
        effects += result.effects
    return enrolment, effects


def days(number: int) -> timedelta:
    return timedelta(days=number)


def test_it_is_marketing_on_a_demo_request_and_leaves_on_a_booking(journey: Journey) -> None:
    assert (journey.id, journey.purpose) == ("demo-follow-up", Purpose.MARKETING)
    (entry,) = journey.entries
    assert isinstance(entry, EventEntry)
    assert (entry.event, journey.exit_events) == ("demo.requested", ("meeting.booked",))
    assert journey.window is not None
    assert 6 not in journey.window.days


def test_nothing_is_said_for_a_day_and_then_one_question_is_asked(journey: Journey) -> None:
    enrolment, effects = walk(journey)
    assert effects == []
    assert enrolment.due_at == TUESDAY + days(1)
    _, effects = walk(journey, (days(1), TimerFired()))
    assert effects == [QUESTION]


def test_an_answer_is_kept_scored_noted_and_handed_to_sales(journey: Journey) -> None:
    answer = Answered({"meeting_time": "next week"})
    enrolment, effects = walk(journey, (days(1), TimerFired()), (days(1) + timedelta(hours=2), answer))
    assert effects == [
        QUESTION,
        SetAttribute("meeting_preference", "next week"),
        ChangeScore("engagement", 10, "Answered the follow-up text", "journey:demo-follow-up:steps.3"),
        SyncCrm("Answered the follow-up text. Preferred time for the demo: next week"),
        RequestHandoff("Wants a demo: next week"),
    ]
    assert enrolment.status is EnrolmentStatus.DONE


def test_silence_is_reminded_once_and_then_nurtured(journey: Journey) -> None:
    timers = [(days(number), TimerFired()) for number in (1, 2, 4)]
    enrolment, effects = walk(journey, *timers)
    reminder = AskForm("booking_form", ("sms",), "e1:ask-for-time:1:remind1", again=True)
    assert effects == [QUESTION, reminder, AddTag("nurture")]
    assert enrolment.status is EnrolmentStatus.DONE


def test_who_is_not_interested_hears_no_more(journey: Journey) -> None:
    enrolment, effects = walk(journey, (days(1), TimerFired()), (days(1), Refused()), (days(2), TimerFired()))
    assert effects == [QUESTION]
    assert enrolment.status is EnrolmentStatus.DONE


@pytest.mark.parametrize("before", [(), ((days(1), TimerFired()),)])
def test_a_booking_ends_it_before_and_after_the_question(
    journey: Journey, before: tuple[tuple[timedelta, Trigger], ...]
) -> None:
    enrolment, effects = walk(journey, *before, (days(1), Happened("meeting.booked")), (days(5), TimerFired()))
    assert enrolment.status is EnrolmentStatus.DONE
    assert all(isinstance(effect, AskForm | WithdrawMessages) for effect in effects)


def test_a_saturday_night_question_is_reminded_from_monday_on(journey: Journey) -> None:
    saturday = datetime(2026, 11, 28, 21, 0, tzinfo=ZoneInfo("Europe/London"))
    enrolment, _ = walk(journey, (saturday - TUESDAY, TimerFired()))
    assert enrolment.due_at == datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
