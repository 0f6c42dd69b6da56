"""How a run enters a journey, does what its steps say, branches and waits."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.effects import (
    AddTag,
    ChangeScore,
    RequestHandoff,
    SendResponse,
    SetAttribute,
    SyncCrm,
)
from bot.domain.ids import EnrolmentId, ProfileId
from bot.domain.journey import (
    ENTRANCE,
    EnrolmentStatus,
    Entered,
    Facts,
    TimerFired,
)
from bot.domain.steps import END, TagStep
from bot.journeys.interpreter import advance, begin, heeds
from tests.bot.journeys.walk import ASKING, AWAITED, DAY, START, Reader, Walk

# ---------------------------------------------------------------- entering


def test_an_enrolment_begins_at_the_first_step_and_is_due_at_once(journey_of: Reader) -> None:
    journey = journey_of("- wait: 1d")
    enrolment = begin(journey, EnrolmentId("e1"), ProfileId("p1"), {"size": 50}, START)
    assert (enrolment.journey, enrolment.version, enrolment.step) == ("welcome", journey.version, journey.first)
    assert (enrolment.due_at, enrolment.seq, enrolment.status) == (START, 0, EnrolmentStatus.WAITING)
    assert enrolment.data["event"] == {"size": 50}


def test_entering_runs_to_the_first_rest(journey_of: Reader) -> None:
    walk = Walk(journey_of("- add_to: seen\n- wait: 2h\n- add_to: later")).enters()
    assert walk.tags == ["seen"]
    assert walk.at.due_at == START + timedelta(hours=2)
    assert walk.at.step == "steps.1"
    assert walk.at.seq == 1


def test_a_lost_entry_is_made_up_for_by_the_timer(journey_of: Reader) -> None:
    walk = Walk(journey_of("- add_to: seen\n- wait: 2h"))
    walk.meets(TimerFired())
    assert walk.tags == ["seen"]


def test_nobody_enters_twice(journey_of: Reader) -> None:
    walk = Walk(journey_of("- add_to: seen\n- wait: 2h")).enters()
    before = walk.at
    assert walk.meets(Entered()).enrolment is before


def test_a_journey_without_a_rest_is_over_at_once(journey_of: Reader) -> None:
    walk = Walk(journey_of("- add_to: seen")).enters()
    assert (walk.at.status, walk.at.step, walk.at.due_at) == (EnrolmentStatus.DONE, END, None)
    assert walk.at.reason == "came to the end"


def test_who_comes_again_runs_on_a_new_enrolment_with_keys_of_its_own(journey_of: Reader) -> None:
    journey = journey_of("- send: {response: utter_tip, channels: [sms]}")
    keys = set()
    for name in ("first", "second"):
        enrolment = begin(journey, EnrolmentId(name), ProfileId("p1"), {}, START)
        (effect,) = advance(journey, enrolment, Facts(Entered(), {}, {}), START).effects
        assert isinstance(effect, SendResponse)
        keys.add(effect.key)
    assert keys == {"first:steps.0:1", "second:steps.0:1"}


# ---------------------------------------------------------------- steps that act


def test_each_step_asks_for_its_effect(journey_of: Reader) -> None:
    walk = Walk(
        journey_of(
            """
            - id: tip
              send: {response: utter_tip, channels: [sms, webchat]}
            - set: {stage: warm, size: "= event.size", nothing: "= profile.unknown"}
            - add_to: nurture-list
            - id: points
              score: {engagement: 10, reason: got a tip}
            - id: both
              score: {fit: 5, engagement: -2, reason: two at once}
            - crm: {note: "= 'Size ' + text(event.size)"}
            - handoff: {to: "slack:#sales", reason: wants to talk}
            - handoff: {reason: "= profile.unknown"}
            """
        )
    ).enters()
    assert walk.effects == [
        SendResponse("utter_tip", ("sms", "webchat"), "e1:tip:1", event={"size": 50}),
        SetAttribute("stage", "warm"),
        SetAttribute("size", 50),
        SetAttribute("nothing", None),
        AddTag("nurture-list"),
        ChangeScore("engagement", 10, "got a tip", "journey:welcome:points"),
        ChangeScore("fit", 5, "two at once", "journey:welcome:both"),
        ChangeScore("engagement", -2, "two at once", "journey:welcome:both:engagement"),
        SyncCrm("Size 50"),
        RequestHandoff("wants to talk", "slack:#sales"),
        RequestHandoff("", ""),
    ]


def test_a_step_sees_what_the_steps_before_it_changed(journey_of: Reader) -> None:
    walk = Walk(
        journey_of(
            """
            - set: {stage: warm}
            - score: {fit: 45, engagement: 35, reason: very good}
            - add_to: vip
            - branch:
                - if: "profile.stage == 'warm' and lead.grade == 'A1' and lead.total == 80 and 'vip' in profile.tags"
                  do: [add_to: saw-it-all]
            """
        )
    ).enters()
    assert walk.tags == ["vip", "saw-it-all"]


SPLIT_FOR_CLICKS = """
- id: test
  split: [{name: a, weight: 50}, {name: b, weight: 50}]
  metric: link.clicked
- wait: 1d
"""


@pytest.mark.parametrize(
    ("steps", "head", "hears"),
    [
        ("- wait: {for: link.clicked, at_most: 1d}", "", True),
        ("- wait: {for: [reply, link.clicked], at_most: 1d}", "", True),
        ("- wait: {for: page.viewed, at_most: 1d}", "", False),
        ("- wait: 1d", "exit: {goal: event link.clicked}", True),
        ("- wait: 1d", "exit: {when: profile.vip}", True),
        (SPLIT_FOR_CLICKS, "", True),
        ("- wait: 1d", "", False),
    ],
)
def test_a_journey_heeds_what_may_move_or_end_it_or_is_counted(
    journey_of: Reader, steps: str, head: str, hears: bool
) -> None:
    assert heeds(journey_of(steps, head), "link.clicked") is hears


def test_a_run_leaves_the_facts_it_was_given_alone(journey_of: Reader) -> None:
    walk = Walk(journey_of("- set: {stage: warm}\n- score: {fit: 5, reason: x}\n- add_to: vip")).enters()
    assert "stage" not in walk.profile
    assert walk.lead["fit"] == 0


def test_each_way_that_was_gone_is_told_once_and_a_go_is_none(journey_of: Reader) -> None:
    walk = Walk(journey_of(NESTED), {"size": 10}).enters()
    at = {step.tag: step.id for step in walk.journey.steps.values() if isinstance(step, TagStep)}
    first = walk.journey.first
    assert walk.ways == [
        (ENTRANCE, first),
        (first, at["middle"]),
        (at["middle"], at["elsewhere"]),
        (at["elsewhere"], END),
    ]


# ---------------------------------------------------------------- branches


NESTED = """
- branch:
    - if: profile.size > 20
      do:
        - branch:
            - if: profile.country == 'GB'
              do: [add_to: big-gb]
            - else: {go: elsewhere}
        - add_to: after-inner
    - if: profile.size > 5
      do:
        - add_to: middle
      go: elsewhere
    - else:
        do: [add_to: small]
- add_to: after-all
  then: end
- id: elsewhere
  add_to: elsewhere
"""


@pytest.mark.parametrize(
    ("profile", "tags"),
    [
        ({"size": 50, "country": "GB"}, ["big-gb", "after-inner", "after-all"]),
        ({"size": 50, "country": "US"}, ["elsewhere"]),
        ({"size": 10}, ["middle", "elsewhere"]),
        ({"size": 1}, ["small", "after-all"]),
        ({}, ["small", "after-all"]),
        ({"size": "fifty"}, ["small", "after-all"]),
    ],
)
def test_a_branch_goes_where_the_first_true_condition_points(
    journey_of: Reader, profile: dict[str, Any], tags: list[str]
) -> None:
    assert Walk(journey_of(NESTED), profile).enters().tags == tags


def test_without_else_an_unmet_branch_goes_on_below(journey_of: Reader) -> None:
    walk = Walk(journey_of("- branch:\n    - if: profile.vip\n      do: [add_to: vip]\n- add_to: all")).enters()
    assert walk.tags == ["all"]


def test_a_rest_inside_a_branch_goes_on_inside_it(journey_of: Reader) -> None:
    steps = """
    - branch:
        - if: profile.vip
          do:
            - wait: 1d
            - add_to: vip
    - add_to: all
    """
    walk = Walk(journey_of(steps), {"vip": True}).enters()
    assert walk.at.step == "steps.0.branch.0.do.0"
    assert walk.waits(DAY).tags == ["vip", "all"]


# ---------------------------------------------------------------- waits


def test_a_wait_lasts_exactly_as_long_as_stated(journey_of: Reader) -> None:
    walk = Walk(journey_of("- wait: 1d\n- add_to: done")).enters()
    walk.now = START + DAY - timedelta(microseconds=1)
    early = walk.at
    assert walk.meets(TimerFired()).enrolment is early
    walk.now = START + DAY
    walk.meets(TimerFired())
    assert walk.tags == ["done"]


def test_an_awaited_event_ends_the_wait_and_can_be_looked_at(journey_of: Reader) -> None:
    walk = Walk(journey_of(AWAITED)).enters().hears("link.clicked", url="/prices")
    assert walk.tags == ["prices"]
    assert Walk(journey_of(AWAITED)).enters().hears("page.viewed").tags == ["other"]


def test_an_event_that_does_not_come_ends_the_wait_in_time(journey_of: Reader) -> None:
    assert Walk(journey_of(AWAITED)).enters().waits(2 * DAY).tags == ["silent"]


def test_an_event_that_nobody_waits_for_changes_nothing(journey_of: Reader) -> None:
    walk = Walk(journey_of(AWAITED)).enters()
    before = walk.at
    assert walk.hears("meeting.booked").at is before
    assert Walk(journey_of("- wait: 1d\n- add_to: x")).enters().hears("link.clicked").tags == []


def test_an_event_called_answer_answers_nothing(journey_of: Reader) -> None:
    walk = Walk(journey_of(ASKING)).enters()
    before = walk.at
    assert walk.hears("answer").at is before


def test_what_happened_in_an_earlier_wait_is_not_taken_for_the_later_one(journey_of: Reader) -> None:
    steps = """
    - wait: {for: link.clicked, at_most: 1d}
    - wait: {for: page.viewed, at_most: 1d}
    - branch:
        - if: exists(happened.event)
          do: [add_to: saw]
        - else: {do: [add_to: none]}
    """
    walk = Walk(journey_of(steps)).enters().hears("link.clicked").waits(DAY)
    assert walk.tags == ["none"]
