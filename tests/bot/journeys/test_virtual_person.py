from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.audience import Segment
from bot.domain.consent import Purpose
from bot.domain.ids import ProfileId
from bot.domain.journey import Finished, Journey
from bot.domain.send_window import SendWindow
from bot.domain.sending_rules import EVERYWHERE_ELSE, FrequencyCap, SendingHours, SendingRules
from bot.journeys.virtual_person import VirtualPerson
from bot.journeys.virtual_world import Noted, Someone, World
from tests.bot.journeys.conftest import Reader

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)  # a Tuesday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ADA = Someone(
    ProfileId("ada"),
    time_zone="Europe/London",
    addresses={"phone": "+447700900123", "webchat": "v1"},
    consents={"sms": True, "webchat": True},
)
CHANNELS = {"sms": "phone", "webchat": "webchat"}
CAP = FrequencyCap(
    "cap", EVERYWHERE_ELSE, date(2020, 1, 1), None, "test", Purpose.MARKETING, frozenset({"sms"}), 1, 7 * DAY
)
HOURS = SendingHours(
    "hours", EVERYWHERE_ELSE, date(2020, 1, 1), None, "test", frozenset({"sms"}), SendWindow(time(9), time(20))
)


def live(
    *journeys: Journey, someone: Someone = ADA, rules: SendingRules | None = None, **more: Any
) -> tuple[VirtualPerson, list[Noted]]:
    """The person, and everything that comes of what they live through."""
    noted: list[Noted] = []
    world = World({one.id: one for one in journeys}, rules or SendingRules(), CHANNELS, **more)
    return VirtualPerson(world, someone, NOON, noted.append), noted


def told(noted: list[Noted], *kinds: str) -> list[tuple[str, str]]:
    return [(one.what, one.subject) for one in noted if one.what in kinds]


def test_marketing_goes_out_on_the_first_channel_that_the_person_agreed_to(journey_of: Reader) -> None:
    journey = journey_of("- send: {response: utter_tip, channels: [sms, webchat]}")
    service = replace(journey, purpose=Purpose.SERVICE)
    for consents, tried, channel in (
        ({"webchat": True}, journey, "webchat"),
        ({"sms": False, "webchat": True}, journey, "webchat"),
        ({"webchat": True}, service, "sms"),
    ):
        person, noted = live(tried, someone=replace(ADA, consents=consents))
        person.happens("demo.requested", {}, NOON)
        person.run_until(NOON)
        (sent,) = [one for one in noted if one.what == "sent"]
        assert sent.channel == channel


def test_a_message_goes_out_on_the_first_channel_that_reaches_the_person(journey_of: Reader) -> None:
    journey = journey_of("- send: {response: utter_tip, channels: [sms, webchat]}")
    without_phone = Someone(
        ProfileId("bo"), time_zone="Europe/London", addresses={"webchat": "v"}, consents={"webchat": True}
    )
    for someone, channel in ((ADA, "sms"), (without_phone, "webchat")):
        person, noted = live(journey, someone=someone)
        person.happens("demo.requested", {}, NOON)
        person.run_until(NOON)
        (sent,) = [one for one in noted if one.what == "sent"]
        assert (sent.channel, sent.at, sent.step) == (channel, NOON, "steps.0")
    person, noted = live(journey, someone=Someone(ProfileId("cy")))
    person.happens("demo.requested", {}, NOON)
    (withheld,) = [one for one in noted if one.what == "withheld"]
    assert withheld.why == "no address of this person on sms or webchat"


def test_at_night_a_message_waits_for_the_morning_of_the_law(journey_of: Reader) -> None:
    journey = journey_of("- send: {response: utter_tip, channels: [sms]}")
    person, noted = live(journey, rules=SendingRules(hours=(HOURS,)))
    night = NOON + 11 * HOUR
    person.happens("demo.requested", {}, night)
    person.run_until(night + DAY)
    assert [(one.what, one.at) for one in noted if one.what in ("later", "sent")] == [
        ("later", night),
        ("sent", datetime(2026, 11, 25, 9, tzinfo=UTC)),
    ]


def test_whoever_is_asked_in_the_morning_has_from_then_on_to_answer(journey_of: Reader) -> None:
    asks = "ask: {form: qualify_form, channels: [sms], need: [team_size]}"
    ends = "remind: [2h]\n  silent: {after: 4h, go: end}\n  refuse: {go: end}"
    journey = journey_of(f"- id: ask-size\n  {asks}\n  {ends}")
    person, noted = live(journey, rules=SendingRules(hours=(HOURS,)))
    night, morning = NOON + 11 * HOUR, NOON + 21 * HOUR
    person.happens("demo.requested", {}, night)
    person.run_until(night + DAY)
    assert [(one.what, one.at) for one in noted if one.what in ("asked", "reminded")] == [
        ("asked", morning),
        ("reminded", morning + 2 * HOUR),
    ]
    assert noted[-1].at == morning + 4 * HOUR


@pytest.mark.parametrize(
    ("wait", "first", "second"),
    [
        ("1h", 21 * HOUR, 22 * HOUR),
        ("1d", 21 * HOUR, 45 * HOUR),
        ("{for: link.clicked, at_most: 2h}", 21 * HOUR, 23 * HOUR),
        ('{until: "09:00"}', 21 * HOUR, 45 * HOUR),
        ("{until: wed 14:00}", 21 * HOUR, 26 * HOUR),
    ],
)
def test_the_wait_behind_a_message_that_is_held_until_the_morning_begins_then(
    journey_of: Reader, wait: str, first: timedelta, second: timedelta
) -> None:
    """By the hours of the rules as by those of the journey: two messages never leave one right after the other."""
    steps = f"""
    - send: {{response: utter_tip, channels: [sms]}}
    - add_to: written
    - wait: {wait}
    - send: {{response: utter_offer, channels: [sms]}}
    """
    of_journey = "send_window: {hours: '09:00-20:00', zone: person}"
    for journey, rules in (
        (journey_of(steps), SendingRules(hours=(HOURS,))),
        (journey_of(steps, of_journey), SendingRules()),
    ):
        person, noted = live(journey, rules=rules)
        person.happens("demo.requested", {}, NOON + 11 * HOUR)
        person.run_until(NOON + 4 * DAY)
        assert [one.at for one in noted if one.what == "sent"] == [NOON + first, NOON + second]


def test_what_happens_while_a_message_is_held_moves_its_run_on(journey_of: Reader) -> None:
    """The next wait is not behind that message any more."""
    steps = """
    - send: {response: utter_tip, channels: [sms]}
    - wait: {for: link.clicked, at_most: 2d}
    - wait: 1h
    - add_to: through
    """
    person, _ = live(journey_of(steps), rules=SendingRules(hours=(HOURS,)))
    person.happens("demo.requested", {}, NOON + 11 * HOUR)
    person.run_until(NOON + 11 * HOUR)
    person.happens("link.clicked", {}, NOON + 12 * HOUR)
    person.run_until(NOON + 13 * HOUR)
    assert person.profile["tags"] == ["through"]


def test_what_waits_for_the_morning_is_not_sent_to_who_leaves_in_the_night(journey_of: Reader) -> None:
    steps = "- send: {response: utter_tip, channels: [sms]}\n- wait: 5d"
    journey = journey_of(steps, "exit: {goal: event meeting.booked}")
    person, noted = live(journey, rules=SendingRules(hours=(HOURS,)))
    night = NOON + 11 * HOUR
    person.happens("demo.requested", {}, night)
    person.run_until(night + HOUR)
    person.happens("meeting.booked", {}, night + 2 * HOUR)
    person.run_until(night + DAY)
    assert told(noted, "sent", "withheld") == [("withheld", "utter_tip")]
    assert noted[-1].why == "they have left the journey: meeting.booked happened"


def test_over_the_cap_it_is_left_out_or_waits_as_the_step_says(journey_of: Reader) -> None:
    steps = """
    - send: {response: utter_tip, channels: [sms]}
    - send: {response: utter_offer, channels: [sms]}
    - send: {response: utter_offer, channels: [sms], cap: wait}
    """
    person, noted = live(journey_of(steps), rules=SendingRules(caps=(CAP,)))
    person.happens("demo.requested", {}, NOON)
    person.run_until(NOON + 30 * DAY)
    assert told(noted, "sent", "withheld") == [
        ("sent", "utter_tip"),
        ("withheld", "utter_offer"),
        ("sent", "utter_offer"),
    ]
    assert noted[-1].at == NOON + 7 * DAY + timedelta(seconds=1)


def test_of_messages_due_together_the_journey_of_higher_priority_goes_first(journey_of: Reader) -> None:
    low = journey_of("- send: {response: utter_tip, channels: [sms]}", "priority: 10")
    high = journey_of("- send: {response: utter_offer, channels: [sms]}", "priority: 90")
    low, high = replace(low, id="low"), replace(high, id="high")
    person, noted = live(low, high, rules=SendingRules(caps=(CAP,)))
    person.happens("demo.requested", {}, NOON)
    person.run_until(NOON)
    assert told(noted, "sent", "withheld") == [("sent", "utter_offer"), ("withheld", "utter_tip")]


def test_an_opt_out_ends_marketing_journeys_and_purges_what_waits(journey_of: Reader) -> None:
    steps = """
    - send: {response: utter_tip, channels: [sms], send_window: {hours: "14:00-15:00"}}
    - wait: 1d
    - send: {response: utter_offer, channels: [webchat]}
    """
    person, noted = live(journey_of(steps, enter="{event: demo.requested, again: always}"))
    person.happens("demo.requested", {}, NOON)
    person.run_until(NOON)
    person.opts_out(NOON + HOUR)
    assert not person.inside
    person.happens("demo.requested", {}, NOON + 2 * HOUR)
    person.run_until(NOON + 30 * DAY)
    assert told(noted, "sent", "withheld") == [
        ("withheld", "utter_tip"), ("withheld", "utter_tip"), ("withheld", "utter_offer"),
    ]  # fmt: skip


def test_a_reply_goes_to_the_run_that_wrote_last(journey_of: Reader) -> None:
    steps = """
    - wait: {hours}
    - send: {{response: utter_tip, channels: [sms]}}
    - wait: {{for: reply, at_most: 5d}}
    - add_to: {tag}
    """
    first = replace(journey_of(steps.format(hours="2h", tag="late")), id="a")
    second = replace(journey_of(steps.format(hours="1h", tag="early")), id="b")
    person, _ = live(first, second)
    person.happens("demo.requested", {}, NOON)
    person.run_until(NOON + 3 * HOUR)
    person.replies("yes", "greet", "sms", NOON + 3 * HOUR)
    assert person.profile["tags"] == ["late"]
    person.replies("yes", "greet", "sms", NOON + 4 * HOUR)
    assert person.profile["tags"] == ["early", "late"]


def test_a_journey_that_is_run_sends_its_person_back_with_what_it_learnt(journey_of: Reader) -> None:
    outer = journey_of("- run: {journey: nurture, with: {size: 5}}\n- add_to: through")
    inner = replace(journey_of('- wait: 1d\n- set: {size: "= event.size"}', enter="{api: true}"), id="nurture")
    person, noted = live(outer, inner)
    person.happens("demo.requested", {}, NOON)
    person.run_until(NOON + 2 * DAY)
    assert (person.profile["size"], person.profile["tags"]) == (5, ["through"])
    assert [one.run.journey for one in noted if one.what == "ended"] == ["nurture", "welcome"]


def test_what_runs_outside_is_told_of_and_waited_for(journey_of: Reader) -> None:
    person, noted = live(journey_of('- action: action_quote\n- set: {quote: "= answer.quote"}'))
    person.happens("demo.requested", {}, NOON)
    (started,) = [one for one in noted if one.what == "started"]
    assert "quote" not in person.profile
    person.hears_of(started.run.id, Finished(started.why, {"quote": 900}), NOON + HOUR)
    assert person.profile["quote"] == 900
    assert not person.inside


def test_what_a_step_sets_moves_people_between_segments_and_so_into_journeys(journey_of: Reader) -> None:
    first = journey_of("- set: {team_size: 50}")
    second = replace(journey_of("- add_to: big", enter="{segment: big-teams}"), id="second")
    person, _ = live(first, second, segments={"big-teams": Segment("big-teams", "profile.team_size > 20")})
    person.happens("demo.requested", {}, NOON)
    assert person.profile["tags"] == ["big"]


def test_what_people_did_counts_in_segments_and_in_other_journeys(journey_of: Reader) -> None:
    keen = Segment("keen", "did('pricing.viewed', 2) >= 2")
    views = replace(journey_of("- emit: pricing.viewed", enter="{event: page.viewed, again: after 1s}"), id="views")
    steps = """- set: {seen: "= did('pricing.viewed')"}"""
    greets = replace(journey_of(steps, enter="{event: segment.entered}"), id="greets")
    person, noted = live(views, greets, segments={"keen": keen})
    person.happens("page.viewed", {}, NOON)
    assert "seen" not in person.profile
    person.happens("page.viewed", {}, NOON + DAY)
    assert person.profile["seen"] == 2
    assert [one.run.journey for one in noted if one.what == "entered"] == ["views", "views", "greets"]


def test_a_goal_counts_after_leaving_as_long_as_it_says(journey_of: Reader) -> None:
    journey = journey_of("- wait: 1h", "exit: {goal: event meeting.booked within 30d}")
    for after, reached in ((29 * DAY, 1), (31 * DAY, 0)):
        person, noted = live(journey)
        person.happens("demo.requested", {}, NOON)
        person.run_until(NOON + after)
        person.happens("meeting.booked", {}, NOON + after)
        person.happens("meeting.booked", {}, NOON + after)
        assert len([one for one in noted if one.what == "goal"]) == reached


def test_what_one_journey_sets_ends_another_that_is_over_by_it(journey_of: Reader) -> None:
    sells = journey_of("- wait: 9d", """exit: {when: "profile.stage == 'customer'"}""")
    buys = replace(journey_of("- set: {stage: customer}", enter="{event: order.placed}"), id="buys")
    person, _ = live(sells, buys)
    person.happens("demo.requested", {}, NOON)
    person.happens("order.placed", {}, NOON + DAY)
    assert person.inside == {}


def test_a_goal_after_leaving_is_the_one_that_is_meant(journey_of: Reader) -> None:
    journey = journey_of("- wait: 1h", "exit: {goal: event order.paid within 30d, if: happened.order == event.order}")
    person, noted = live(journey)
    person.happens("demo.requested", {"order": 1}, NOON)
    person.run_until(NOON + DAY)
    for order, reached in ((2, 0), (1, 1), (1, 1)):
        person.happens("order.paid", {"order": order}, NOON + DAY)
        assert len([one for one in noted if one.what == "goal"]) == reached


def test_every_way_is_told_from_step_to_step(journey_of: Reader) -> None:
    person, noted = live(journey_of("- wait: 1h\n- id: last\n  add_to: done"))
    person.happens("demo.requested", {}, NOON)
    person.run_until(NOON + DAY)
    went = [(one.step, one.subject) for one in noted if one.what == "went"]
    assert went == [("", "steps.0"), ("steps.0", "last"), ("last", "end")]


@given(
    granted=st.booleans(),
    stops_after=st.none() | st.integers(0, 9 * 24),
    starts=st.integers(0, 7 * 24),
)
def test_nothing_of_marketing_goes_out_without_consent_or_in_the_night(
    journey_of: Reader, granted: bool, stops_after: int | None, starts: int
) -> None:
    steps = """
    - send: {response: utter_tip, channels: [sms]}
    - wait: 1d
    - ask: {form: booking_form, channels: [sms]}
      remind: [1d]
      silent: {after: 3d, go: end}
    """
    someone = Someone(ProfileId("p"), time_zone="Europe/London", addresses=ADA.addresses, consents={"sms": granted})
    person, noted = live(journey_of(steps), someone=someone, rules=SendingRules(hours=(HOURS,), caps=(CAP,)))
    begun = NOON + starts * HOUR
    stopped = None if stops_after is None else begun + stops_after * HOUR
    person.happens("demo.requested", {}, begun)
    if stopped is not None:
        person.run_until(stopped)
        person.opts_out(stopped)
    person.run_until(begun + 20 * DAY)
    out = [one.at for one in noted if one.what in ("sent", "asked", "reminded")]
    assert granted or not out
    assert all(9 <= at.hour < 20 for at in out)  # London is on UTC in November
    assert all(stopped is None or at <= stopped for at in out)
    assert all(later - earlier > 7 * DAY for earlier, later in pairwise(out))
    assert not person.inside
