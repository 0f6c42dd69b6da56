"""What something that happened is to somebody inside: what they wait for, or what ends their journey."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.domain.journey import REPLIED, EnrolmentStatus, Journey
from tests.bot.journeys.walk import DAY, Reader, Walk

SHIPPED = """
- wait: {for: order.shipped, if: happened.order == event.order, at_most: 9d}
- branch:
    - if: exists(happened.event)
      do: [add_to: shipped]
- wait: 30d
"""


@pytest.fixture
def waiting(journey_of: Reader) -> Walk:
    """Somebody who waits for their order 7 to be shipped."""
    return Walk(journey_of(SHIPPED), event={"order": 7}).enters()


def test_an_event_is_waited_for_if_it_is_the_one_that_is_meant(waiting: Walk) -> None:
    due_at = waiting.at.due_at
    waiting.hears("order.shipped", order=8)
    assert (waiting.tags, waiting.at.due_at) == ([], due_at)
    assert waiting.hears("order.shipped", order=7).tags == ["shipped"]


def test_where_it_is_not_the_one_the_time_is_over_as_if_nothing_had_happened(waiting: Walk) -> None:
    waiting.hears("order.shipped").hears("order.shipped", order=8).waits(10 * DAY)
    assert waiting.tags == []
    assert waiting.at.step == "steps.2"


def test_a_condition_on_what_is_waited_for_may_look_at_the_person_too(journey_of: Reader) -> None:
    condition = "happened.total > 100 and profile.vip and happened.event == 'order.placed'"
    journey = journey_of(f"""
        - wait: {{for: [order.placed, order.paid], if: "{condition}", at_most: 2d}}
        - add_to: big
        - wait: 9d
    """)
    walk = Walk(journey, {"time_zone": "UTC", "vip": False}).enters().hears("order.placed", total=200)
    walk.profile["vip"] = True
    assert walk.hears("order.paid", total=200).hears("order.placed", total=50).tags == []
    assert walk.hears("order.placed", total=200).tags == ["big"]


CALLED_OFF = "exit: {goal: event visit.made within 9d, events: visit.cancelled, if: happened.visit == event.visit}"


@pytest.mark.parametrize("event", ["visit.made", "visit.cancelled"])
def test_an_event_ends_the_journey_if_it_is_the_one_that_is_meant(journey_of: Reader, event: str) -> None:
    walk = Walk(journey_of("- wait: 30d", CALLED_OFF), event={"visit": "a"}).enters()
    walk.hears(event, visit="b").hears(event)
    assert (walk.at.status, walk.at.goal_at) == (EnrolmentStatus.WAITING, None)
    walk.hears(event, visit="a")
    assert (walk.at.status, walk.at.reason) == (EnrolmentStatus.DONE, f"{event} happened")
    assert walk.at.goal_at == (walk.now if event == "visit.made" else None)


def test_what_is_not_the_goal_may_be_waited_for_and_counted(journey_of: Reader) -> None:
    journey = journey_of(
        """
        - id: offer
          split: [{name: a, weight: 50}, {name: b, weight: 50}]
          metric: event visit.made
        - wait: {for: visit.made, at_most: 9d}
        - add_to: visited
        - wait: 9d
        """,
        CALLED_OFF,
    )
    walk = Walk(journey, event={"visit": "a"}).enters()
    walk.hears("visit.made", visit="b")
    assert (walk.tags, walk.at.goal_at) == (["visited"], None)
    assert "offer" in walk.at.data["reached"]


def test_a_reply_to_another_journey_moves_nobody_whose_metric_it_is(journey_of: Reader) -> None:
    journey = journey_of("""
        - id: offer
          split: [{name: a, weight: 50}, {name: b, weight: 50}]
          metric: event message.received
        - wait: {for: reply, at_most: 2d}
        - add_to: replied
        - wait: 9d
    """)
    walk = Walk(journey).enters().hears(REPLIED, text="yes", enrolment="another")
    assert walk.tags == []
    assert "offer" in walk.at.data["reached"]
    assert walk.waits(timedelta(days=1)).hears(REPLIED, text="yes", enrolment="e1").tags == ["replied"]


THEN_THE_OTHER = """
- {id: first, send: {response: utter_tip, channels: [sms]}}
- wait: 1h
- {id: second, send: {response: utter_offer, channels: [sms]}}
- wait: {for: message.read, at_most: 1d%s}
- add_to: read
- wait: 9d
"""


def became(walk: Walk, step: str, run: str = "e1", journey: str = "welcome") -> Walk:
    """The message of this step of this run was read."""
    data = {"journey": journey, "step": step, "enrolment": run, "message": f"{run}:{step}:1"}
    return walk.hears("message.read", **data)


def test_a_wait_for_what_became_of_a_message_is_for_the_one_that_was_sent_last(journey_of: Reader) -> None:
    walk = Walk(journey_of(THEN_THE_OTHER % "")).enters().waits(timedelta(hours=1))
    assert became(walk, "second", "e2").tags == [], "another journey's, or another run's"
    assert became(walk, "first").tags == [], "a late word on the one before"
    assert became(walk, "second").tags == ["read"]


def test_a_wait_may_say_of_which_message_it_is(journey_of: Reader) -> None:
    walk = Walk(journey_of(THEN_THE_OTHER % ", if: happened.step == 'first'")).enters().waits(timedelta(hours=1))
    assert became(became(walk, "second"), "first", "e2").tags == []
    assert became(walk, "first").tags == ["read"]
    walk = Walk(journey_of(THEN_THE_OTHER % ", if: happened.journey == 'news'")).enters().waits(timedelta(hours=1))
    assert became(walk, "second").tags == []
    assert became(walk, "any", "e2", "news").tags == ["read"]


def test_a_test_of_a_journey_need_not_say_of_which_message_it_is(journey_of: Reader) -> None:
    walk = Walk(journey_of(THEN_THE_OTHER % "")).enters().waits(timedelta(hours=1))
    assert walk.hears("message.read").tags == ["read"]


def test_what_became_of_another_journeys_message_ends_none_and_is_no_metric(journey_of: Reader) -> None:
    steps = """
        - id: offer
          split: [{name: a, weight: 50}, {name: b, weight: 50}]
          metric: event message.read
        - wait: 9d
    """
    walk = Walk(journey_of(steps, "exit: {events: message.read}")).enters()
    became(walk, "first", "e2", "news")
    assert walk.at.status is EnrolmentStatus.WAITING
    assert "reached" not in walk.at.data
    assert became(walk, "first").at.status is EnrolmentStatus.DONE
    assert "offer" in walk.at.data["reached"]


@pytest.mark.parametrize(
    ("head", "steps", "wrong"),
    [
        ("", "- wait: {if: happened.order == event.order, at_most: 2d}", 'wait lacks "for". "if" is about an event'),
        ("", "- wait: {for: order.shipped, if: order == 7, at_most: 2d}", 'there is no "order" to look at'),
        ("", "- wait: {for: order.shipped, if: ' ', at_most: 2d}", "the condition is empty"),
        ("exit: {when: profile.vip, if: happened.order == 7}", "- wait: 1d", '"exit" lacks "events". "if" is about'),
        ("exit: {events: [order.paid], if: hapened.order == 7}", "- wait: 1d", 'there is no "hapened" to look at'),
    ],
)
def test_a_condition_on_an_event_is_checked(
    faults_in: Callable[[str], list[str]], head: str, steps: str, wrong: str
) -> None:
    [fault] = faults_in(
        f"journey: welcome\npurpose: marketing\nenter: {{event: order.placed}}\n{head}\nsteps:\n  {steps}\n"
    )
    assert wrong in fault


def test_versions_differ_in_which_events_they_wait_for(journey_of: Reader) -> None:
    def version(condition: str) -> Journey:
        return journey_of(f"- wait: {{for: order.shipped, if: {condition}, at_most: 2d}}")

    assert version("happened.order == 1").version != version("happened.order == 2").version
