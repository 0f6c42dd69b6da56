"""When a desk reads its digest, and what counts in it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.handoff import Handoff, HandoffState
from bot.domain.ids import ConversationId, HandoffId, ProfileId
from bot.domain.routing import DaysOff, WorkingHours
from bot.domain.send_window import SendWindow
from bot.journeys.desk_digest import Tally, latest_digest, tally

LISBON = ZoneInfo("Europe/Lisbon")
WEEK = SendWindow(time(9), time(17), frozenset(range(5)), "Europe/Lisbon")
HOURS = WorkingHours(WEEK, (DaysOff(date(2026, 12, 1), date(2026, 12, 1)),))
NINE = time(9)


def at(year: int, month: int, day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=LISBON)


def test_it_comes_each_working_day_and_goes_back_to_the_one_before() -> None:
    assert latest_digest(HOURS, NINE, at(2026, 11, 27, 9)) == (
        date(2026, 11, 27),
        at(2026, 11, 27, 9),
        at(2026, 11, 26, 9),
    )
    assert latest_digest(HOURS, NINE, at(2026, 11, 30, 8, 59)) == latest_digest(HOURS, NINE, at(2026, 11, 27, 9))
    monday = latest_digest(HOURS, NINE, at(2026, 11, 30, 12))
    assert monday == (date(2026, 11, 30), at(2026, 11, 30, 9), at(2026, 11, 27, 9)), "what came at the weekend is in it"
    assert latest_digest(HOURS, NINE, at(2026, 12, 2, 9)) == (date(2026, 12, 2), at(2026, 12, 2, 9), monday[1])


def test_a_desk_that_never_works_has_none() -> None:
    holiday = WorkingHours(WEEK, (DaysOff(date(2026, 1, 1), date(2026, 12, 31)),))
    assert latest_digest(holiday, NINE, at(2026, 11, 27, 9)) is None


@given(st.integers(0, 700 * 24 * 60), st.times(), st.integers(0, 24 * 60))
def test_every_moment_falls_into_one_digest(since_january: int, when: time, minutes: int) -> None:
    moment = datetime(2026, 1, 2, tzinfo=UTC) + timedelta(minutes=since_january)
    found = latest_digest(HOURS, when, moment)
    assert found is not None
    _, due, since = found
    assert since < due <= moment
    later = latest_digest(HOURS, when, moment + timedelta(minutes=minutes))
    assert later is not None
    assert later[1] == due or later[2] >= due, "and none is left out in between"


def handoff(minutes: int | None, state: HandoffState) -> Handoff:
    now = at(2026, 11, 27, 9)
    claimed_at = None if minutes is None else now + timedelta(minutes=minutes)
    return Handoff(
        HandoffId("h"), ConversationId("c"), ProfileId("p"), "slack", "#sales", "r", "s", now, "k",
        state=state, claimed_at=claimed_at,
    )  # fmt: skip


def test_what_was_claimed_soon_enough_is_counted_apart() -> None:
    day = [
        handoff(3, HandoffState.CLAIMED),
        handoff(15, HandoffState.CLOSED),
        handoff(16, HandoffState.CLAIMED),
        handoff(None, HandoffState.REQUESTED),
        handoff(None, HandoffState.CLOSED),
    ]
    assert tally(day, timedelta(minutes=15)) == Tally(asked=5, claimed=3, in_time=2, left=1)
    assert tally([], timedelta(minutes=15)) == Tally(0, 0, 0, 0)
