"""Steps at which people rest, but for questions: what they wait for, and what lets them go on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.effects import CallWebhook, RequestHandoff, StartAction, StartJourney, StopJourney, WithdrawMessages
from bot.domain.journey import ENDED, HANDED_BACK, REPLIED, TAKEN_OVER, EnrolmentStatus, Failed, Finished, Journey
from bot.journeys.resting import due_by_profile
from tests.bot.journeys.walk import DAY, START, Walk

Reader = Callable[..., Journey]

HOUR = timedelta(hours=1)

# ---------------------------------------------------------------- waits


@pytest.mark.parametrize(
    ("wait", "due_at"),
    [
        ("{until: '13:30'}", datetime(2026, 11, 24, 13, 30, tzinfo=UTC)),
        ("{until: '09:00'}", datetime(2026, 11, 25, 9, tzinfo=UTC)),
        ("{until: tue 09:00}", datetime(2026, 12, 1, 9, tzinfo=UTC)),
        ("{until: thu-fri 09:00}", datetime(2026, 11, 26, 9, tzinfo=UTC)),
        ("{until: profile.renewal_date - 3d}", datetime(2026, 12, 7, 9, tzinfo=UTC)),
        ("{until: profile.renewal_date - 3d at 17:00}", datetime(2026, 12, 7, 17, tzinfo=UTC)),
        ("{until: profile.renewal_date - 3 days at 17:00}", datetime(2026, 12, 7, 17, tzinfo=UTC)),
        ("{until: profile.renewal_date + 1w}", datetime(2026, 12, 17, 9, tzinfo=UTC)),
        ("{until: profile.renewal_date, at_most: 2d}", START + 2 * DAY),
        ("{until: profile.unknown, at_most: 2d}", START + 2 * DAY),
        ("{for: link.clicked, until: '13:30', at_most: 2d}", datetime(2026, 11, 24, 13, 30, tzinfo=UTC)),
    ],
)
def test_a_wait_may_end_at_a_time_of_day_on_a_weekday_or_by_a_date(
    journey_of: Reader, wait: str, due_at: datetime
) -> None:
    walk = Walk(journey_of(f"- wait: {wait}"), {"time_zone": "UTC", "renewal_date": "2026-12-10"}).enters()
    assert walk.at.due_at == due_at


def test_a_time_of_day_is_that_of_the_person(journey_of: Reader) -> None:
    walk = Walk(journey_of("- wait: {until: '09:00'}"), {"time_zone": "America/New_York"}).enters()
    assert walk.at.due_at == START + 2 * HOUR


@pytest.mark.parametrize(
    ("wait", "before", "after", "goes_on"),
    [
        ("{until: '09:00'}", "America/New_York", "America/Los_Angeles", datetime(2026, 11, 24, 17, tzinfo=UTC)),
        ("{until: '09:00'}", "America/Los_Angeles", "America/New_York", datetime(2026, 11, 24, 17, tzinfo=UTC)),
        (
            "{until: '09:00', at_most: 3h}",
            "America/New_York",
            "Pacific/Honolulu",
            datetime(2026, 11, 24, 15, tzinfo=UTC),
        ),
        ("{until: wed 09:00}", "Pacific/Auckland", "Pacific/Pago_Pago", datetime(2026, 11, 25, 20, tzinfo=UTC)),
        ("{until: profile.renewal_date}", "Pacific/Kiritimati", "Pacific/Niue", datetime(2026, 12, 10, 20, tzinfo=UTC)),
    ],
)
def test_whoever_moves_while_they_wait_does_not_go_on_before_that_hour_where_they_are(
    journey_of: Reader, wait: str, before: str, after: str, goes_on: datetime
) -> None:
    journey = journey_of(f"- wait: {wait}\n- add_to: done\n- wait: 9d")
    walk = Walk(journey, {"time_zone": before, "renewal_date": "2026-12-10"}).enters()
    walk.profile["time_zone"] = after
    walk.waits(goes_on - START - timedelta(minutes=1))
    assert walk.tags == []
    assert walk.waits(timedelta(minutes=1)).tags == ["done"]


CHANGES = [
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
]
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "Antarctica/Troll", "Pacific/Niue"]


@given(
    change=st.sampled_from(CHANGES),
    before=st.integers(1, 3000),
    clock=st.times(time(0), time(4)),
    homes=st.lists(st.sampled_from(ZONES), min_size=1, max_size=3),
    moves=st.lists(st.integers(1, 1500), min_size=2, max_size=2),
)
def test_a_wait_for_a_time_of_day_ends_once_and_never_before_it(
    journey_of: Reader, change: datetime, before: int, clock: time, homes: list[str], moves: list[int]
) -> None:
    """Wherever they move meanwhile, and whatever their clocks do."""
    begun, at = change - timedelta(minutes=before), clock.replace(second=0, microsecond=0)
    walk = Walk(journey_of(f"- wait: {{until: '{at:%H:%M}'}}\n- add_to: done\n- wait: 90d"), {"time_zone": homes[0]})
    walk.now = begun
    walk.enters()
    for home, pause in zip(homes[1:], moves, strict=False):
        walk.waits(timedelta(minutes=pause))
        if walk.tags:
            return
        walk.profile["time_zone"] = home
    while not walk.tags:
        walk.waits(timedelta(minutes=5))
        assert walk.now < begun + timedelta(days=6)
    now_there = walk.now.astimezone(ZoneInfo(walk.profile["time_zone"]))
    asked_for = datetime.combine(now_there.date(), at, tzinfo=now_there.tzinfo)
    last = [day for back in range(3) if (day := (asked_for - timedelta(days=back)).astimezone(UTC)) <= walk.now]
    assert any(begun < day for day in last)
    assert walk.waits(3 * DAY).tags == ["done"]


@pytest.mark.parametrize(
    ("until", "due_at"),
    [
        ("event.starts_at - 1d", datetime(2026, 12, 9, 14, 30, tzinfo=UTC)),
        ("event.starts_at + 2h", datetime(2026, 12, 10, 16, 30, tzinfo=UTC)),
        ("event.visit.day - 1d at 17:00", datetime(2026, 12, 11, 17, tzinfo=UTC)),
    ],
)
def test_a_wait_may_end_by_what_the_person_came_in_with(journey_of: Reader, until: str, due_at: datetime) -> None:
    brought = {"starts_at": "2026-12-10T15:30:00+01:00", "visit": {"day": "2026-12-12"}}
    walk = Walk(journey_of(f"- wait: {{until: {until}}}"), {"time_zone": "UTC"}, event=brought).enters()
    assert walk.at.due_at == due_at


def test_what_the_event_did_not_bring_is_not_waited_for(journey_of: Reader) -> None:
    journey = journey_of("- wait: {until: event.visit.day - 1d}\n- add_to: done")
    for brought in ({}, {"visit": "soon"}, {"visit": {"day": 5}}):
        assert Walk(journey, {"time_zone": "UTC"}, event=brought).enters().tags == ["done"]


def test_a_time_of_the_clock_comes_though_a_colleague_has_the_floor_meanwhile(journey_of: Reader) -> None:
    """A reminder of an appointment is not to come after it, since somebody had talked with them for some days."""
    journey = journey_of("- wait: {until: event.starts_at - 1d}\n- add_to: done\n- wait: 9d")
    walk = Walk(journey, {"time_zone": "UTC"}, event={"starts_at": "2026-12-10T15:30:00Z"}).enters()
    due_at = walk.at.due_at
    walk.rep_has_the_floor = True
    walk.hears(TAKEN_OVER).waits(5 * DAY)
    walk.rep_has_the_floor = False
    walk.hears(HANDED_BACK)
    assert walk.at.due_at == due_at
    assert walk.tags == []


def test_a_day_that_moves_while_a_colleague_has_the_floor_is_waited_for_afterwards(journey_of: Reader) -> None:
    journey = journey_of("- wait: {until: profile.renewal_date}\n- add_to: done\n- wait: 9d")
    walk = Walk(journey, {"time_zone": "UTC", "renewal_date": "2026-12-24"}).enters()
    walk.rep_has_the_floor = True
    walk.hears(TAKEN_OVER)
    walk.at = due_by_profile(journey, walk.at, {"renewal_date": "2026-12-10"}, ["UTC"], walk.now)
    walk.profile["renewal_date"] = "2026-12-10"
    walk.rep_has_the_floor = False
    walk.hears(HANDED_BACK)
    assert walk.at.due_at == datetime(2026, 12, 10, 9, tzinfo=UTC)


def test_what_came_while_a_colleague_had_the_floor_is_done_when_they_are_gone(journey_of: Reader) -> None:
    walk = Walk(journey_of("- wait: {until: '15:00'}\n- add_to: done\n- wait: 9d"), {"time_zone": "UTC"}).enters()
    walk.rep_has_the_floor = True
    walk.hears(TAKEN_OVER).waits(5 * HOUR)
    assert walk.tags == []
    walk.rep_has_the_floor = False
    walk.hears(HANDED_BACK).waits(timedelta())
    assert walk.tags == ["done"]


@pytest.mark.parametrize("renewal", ["2026-11-20", "soon", None, 5])
def test_nobody_waits_for_a_day_that_is_past_or_not_known(journey_of: Reader, renewal: object) -> None:
    journey = journey_of("- wait: {until: profile.renewal_date}\n- add_to: done")
    assert Walk(journey, {"time_zone": "UTC", "renewal_date": renewal}).enters().tags == ["done"]


def test_a_reply_can_be_waited_for_and_looked_at(journey_of: Reader) -> None:
    steps = """
    - wait: {for: [reply, link.clicked], at_most: 2d}
    - branch:
        - if: happened.intent == 'ask_price'
          do: [add_to: asked]
        - if: exists(happened.text)
          do: [add_to: wrote]
        - else: {do: [add_to: silent]}
    """
    walk = Walk(journey_of(steps)).enters()
    assert walk.at.waiting_for == (REPLIED, "link.clicked")
    assert walk.hears(REPLIED, channel="sms", text="how much?", intent="ask_price").tags == ["asked"]
    assert Walk(journey_of(steps)).enters().hears(REPLIED, text="hm", intent="nlu_fallback").tags == ["wrote"]
    assert Walk(journey_of(steps)).enters().waits(2 * DAY).tags == ["silent"]


# ---------------------------------------------------------------- actions and webhooks

QUOTES = """
- id: quote
  action: {name: action_quote, channels: [sms]}
  failed: {do: [add_to: no-quote]}
- set: {price: "= answer.quote"}
- add_to: quoted
"""


def test_an_action_is_run_and_its_slots_are_answers(journey_of: Reader) -> None:
    walk = Walk(journey_of(QUOTES)).enters()
    assert walk.effects == [StartAction("action_quote", ("sms",), "e1:quote:1")]
    walk.meets(Finished("e1:quote:1", {"quote": 90}))
    assert walk.tags == ["quoted"]
    assert walk.at.data["answer"] == {"quote": 90}


def test_an_action_that_fails_goes_where_its_failure_points(journey_of: Reader) -> None:
    walk = Walk(journey_of(QUOTES)).enters()
    walk.meets(Failed("e1:quote:1", "it raised KeyError"))
    assert walk.tags == ["no-quote", "quoted"]
    assert ("quote", "it failed: it raised KeyError") in walk.trail


def test_an_action_of_which_nothing_is_heard_has_failed(journey_of: Reader) -> None:
    assert Walk(journey_of(QUOTES)).enters().waits(DAY).tags == ["no-quote", "quoted"]


def test_without_a_way_for_failures_the_run_is_parked_with_the_reason(journey_of: Reader) -> None:
    walk = Walk(journey_of("- id: quote\n  action: action_quote\n- add_to: quoted")).enters()
    walk.meets(Failed("e1:quote:1", "it raised KeyError"))
    assert (walk.at.status, walk.at.reason, walk.tags) == (EnrolmentStatus.PARKED, "it raised KeyError", [])


def test_word_of_another_step_or_an_earlier_visit_changes_nothing(journey_of: Reader) -> None:
    walk = Walk(journey_of(QUOTES)).enters()
    before = walk.at
    for key in ("e1:quote:2", "e2:quote:1", "e1:other:1"):
        assert walk.meets(Finished(key)).enrolment is before
    walk.hears("outcome")
    assert walk.at is before


def test_an_endpoint_is_told_what_the_journey_knows(journey_of: Reader) -> None:
    steps = """
    - id: tell
      webhook: {to: billing, body: {size: "= event.size", kind: demo, nothing: "= profile.unknown"}}
    - add_to: told
    """
    walk = Walk(journey_of(steps)).enters()
    assert walk.effects == [CallWebhook("billing", {"size": 50, "kind": "demo", "nothing": None}, "e1:tell:1")]
    assert walk.tags == []
    walk.meets(Finished("e1:tell:1"))
    assert walk.tags == ["told"]


# ---------------------------------------------------------------- journeys that run others

RUNS = """
- id: sub
  run: {journey: nurture, with: {again: "= profile.stage"}}
- add_to: back
"""


def test_a_journey_is_run_with_the_data_of_the_one_that_runs_it(journey_of: Reader) -> None:
    walk = Walk(journey_of(RUNS), {"time_zone": "UTC", "stage": "warm"}).enters()
    assert walk.effects == [StartJourney("nurture", {"size": 50, "again": "warm"}, "e1:sub:1")]
    walk.hears(ENDED, key="e9:sub:1", status="done").hears(ENDED, key="e1:sub:2", status="done")
    assert walk.tags == []
    assert walk.hears(ENDED, key="e1:sub:1", status="done").tags == ["back"]


def test_a_run_whose_child_is_parked_is_parked_too(journey_of: Reader) -> None:
    walk = Walk(journey_of(RUNS)).enters().hears(ENDED, key="e1:sub:1", status="parked")
    assert walk.at.status is EnrolmentStatus.PARKED
    assert "nurture" in walk.at.reason


def test_a_journey_that_ends_ends_the_one_that_it_runs(journey_of: Reader) -> None:
    walk = Walk(journey_of(RUNS, "exit: {goal: event meeting.booked}")).enters().hears("meeting.booked")
    withdrawn = WithdrawMessages("they have left the journey: meeting.booked happened")
    assert walk.effects[1:] == [withdrawn, StopJourney("e1:sub:1")]


def test_a_journey_that_goes_on_stops_nothing(journey_of: Reader) -> None:
    walk = Walk(journey_of(RUNS, "exit: {goal: event meeting.booked}")).enters()
    walk.hears(ENDED, key="e1:sub:1", status="done")
    assert walk.at.status is EnrolmentStatus.DONE
    assert not any(isinstance(effect, StopJourney) for effect in walk.effects)


# ---------------------------------------------------------------- hand-offs with a deadline

URGENT = """
- handoff: {to: "slack:#sales", reason: hot, crm: hubspot, within: 15m, late: {go: book}}
- add_to: taken
  then: end
- id: book
  add_to: late
"""


def test_a_hand_off_waits_for_a_rep_and_goes_on_when_one_claims_it(journey_of: Reader) -> None:
    walk = Walk(journey_of(URGENT)).enters()
    assert walk.effects == [RequestHandoff("hot", "slack:#sales", "hubspot")]
    assert walk.at.due_at == START + timedelta(minutes=15)
    walk.rep_has_the_floor = True
    assert walk.hears(TAKEN_OVER).tags == ["taken"]


def test_a_hand_off_that_nobody_claims_in_time_is_late(journey_of: Reader) -> None:
    assert Walk(journey_of(URGENT)).enters().waits(timedelta(minutes=15)).tags == ["late"]


def test_a_rep_who_has_the_floor_already_is_not_waited_for(journey_of: Reader) -> None:
    walk = Walk(journey_of(URGENT))
    walk.rep_has_the_floor = True
    assert walk.enters().tags == ["taken"]


def test_a_claim_that_nobody_told_of_is_found_by_the_clock(journey_of: Reader) -> None:
    walk = Walk(journey_of(URGENT)).enters()
    walk.rep_has_the_floor = True
    assert walk.waits(timedelta(minutes=15)).tags == ["taken"]


@pytest.mark.parametrize(
    ("awaited", "ends"), [("message.read", "2026-12-01T09:00"), ("link.clicked", "2026-11-29T22:00")]
)
def test_a_wait_for_what_becomes_of_a_message_counts_from_when_that_can_go_out(
    journey_of: Reader, awaited: str, ends: str
) -> None:
    steps = f"- send: {{response: utter_tip, channels: [sms]}}\n- wait: {{for: {awaited}, at_most: 1d}}"
    window = 'send_window: {hours: "09:00-20:00", days: mon-sat, zone: person}'
    walk = Walk(journey_of(steps, window), {"time_zone": "Europe/London"})
    walk.now = datetime(2026, 11, 28, 22, 0, tzinfo=UTC)  # a Saturday
    assert walk.enters().at.due_at == datetime.fromisoformat(ends).replace(tzinfo=UTC)
