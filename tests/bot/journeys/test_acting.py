"""Steps that act: the newer ones, and what a second time does."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import time, timedelta

import pytest

from bot.domain.effects import AddTag, ChangeScore, Emit, RemoveTag, SendResponse, SetAttribute, SyncCrm
from bot.domain.errors import ContentError
from bot.domain.ids import EnrolmentId, ProfileId
from bot.domain.journey import Enrolment, EnrolmentStatus, Entered, Facts, Happened, Journey, SplitCount, Tally
from bot.domain.score import Grades
from bot.domain.send_window import SendWindow
from bot.domain.steps import SplitStep
from bot.journeys.chance import arm_for
from bot.journeys.interpreter import advance, begin
from tests.bot.journeys.walk import DAY, START, Walk

Reader = Callable[..., Journey]


def entered(journey: Journey, person: str) -> Enrolment:
    enrolment = begin(journey, EnrolmentId(f"of {person}"), ProfileId(person), {}, START)
    return advance(journey, enrolment, Facts(Entered(), {}, {}), START).enrolment


def test_a_message_may_have_hours_and_a_cap_rule_of_its_own(journey_of: Reader) -> None:
    send = "{response: utter_tip, channels: [sms], cap: wait, send_window: {hours: '10:00-12:00', closed: skip}}"
    walk = Walk(journey_of(f"- id: tip\n  send: {send}")).enters()
    window = SendWindow(time(10), time(12), closed="skip")
    assert walk.effects == [SendResponse("utter_tip", ("sms",), "e1:tip:1", window, "wait", event={"size": 50})]


def test_a_tag_can_be_taken_back(journey_of: Reader) -> None:
    steps = """
    - tag: vip
    - remove_from: vip
    - branch:
        - if: "'vip' in profile.tags"
          do: [add_to: still]
    """
    walk = Walk(journey_of(steps)).enters()
    assert walk.tags == ["vip"]
    assert RemoveTag("vip") in walk.effects


def test_a_crm_record_gets_fields_of_its_own(journey_of: Reader) -> None:
    walk = Walk(journey_of('- crm: {record: {deal_stage: demo, size: "= event.size"}}')).enters()
    assert walk.effects == [SyncCrm("", {"deal_stage": "demo", "size": 50})]


def test_a_crm_gets_a_task_and_a_deal(journey_of: Reader) -> None:
    step = """
    - crm:
        task: "= 'Call about ' + text(event.size)"
        deal: {dealname: demo, amount: "= event.size * 10"}
    """
    walk = Walk(journey_of(step)).enters()
    assert walk.effects == [SyncCrm(task="Call about 50", deal={"dealname": "demo", "amount": 500})]


SCORED = """
- score: {engagement: 30, reason: came}
- branch:
    - if: lead.engagement >= 40
      do: [add_to: twice]
- add_to: once
"""


def test_points_that_were_given_before_are_not_counted_again_in_what_branches_read(journey_of: Reader) -> None:
    """The score counts once for a person: a second run must not go by points that nobody gets."""
    journey = journey_of(SCORED)
    first = Walk(journey).enters()
    assert [effect for effect in first.effects if isinstance(effect, ChangeScore)] == [
        ChangeScore("engagement", 30, "came", "journey:welcome:steps.0")
    ]
    second = begin(journey, EnrolmentId("e2"), ProfileId("p1"), {}, START)
    lead = {"fit": 0, "engagement": 30, "total": 30, "grade": "C1"}
    facts = Facts(Entered(), {}, lead, scored=frozenset({"journey:welcome:steps.0"}))
    result = advance(journey, second, facts, START)
    assert not any(isinstance(effect, ChangeScore) for effect in result.effects)
    assert [name for name, _ in result.trail] == ["steps.0", "steps.1", "steps.2"]


def test_branches_behind_a_score_go_by_the_grades_that_content_says(journey_of: Reader) -> None:
    journey = journey_of(
        "- score: {engagement: 5, reason: came}\n- branch:\n    - if: lead.grade == 'C1'\n      do: [add_to: best]"
    )
    begun = begin(journey, EnrolmentId("e1"), ProfileId("p1"), {}, START)
    for grades, best in ((Grades(one=5, two=1), True), (Grades(), False)):
        result = advance(journey, begun, Facts(Entered(), {}, {}, grades=grades), START)
        assert (AddTag("best") in result.effects) is best


def test_a_score_in_a_loop_counts_once(journey_of: Reader) -> None:
    walk = Walk(journey_of("- id: a\n  score: {fit: 5, engagement: 5, reason: x}\n- branch:\n    - if: lead.fit > 5\n"
                           "      do: [add_to: more]\n- wait: 1d\n- go: a")).enters().waits(3 * DAY)  # fmt: skip
    assert sum(isinstance(effect, ChangeScore) for effect in walk.effects) == 2
    assert walk.tags == []


# ---------------------------------------------------------------- splits

PARTED = """
- id: offer_test
  split:
    - {name: a, weight: 50, do: [add_to: got-a]}
    - {name: b, weight: 30, do: [add_to: got-b]}
    - {name: none, weight: 20}
  metric: event meeting.booked
- branch:
    - if: split.offer_test == 'a'
      do: [add_to: read-a]
- wait: 1d
"""


def test_people_go_one_way_each_and_conditions_can_read_which(journey_of: Reader) -> None:
    journey = journey_of(PARTED)
    step = journey.steps["offer_test"]
    assert isinstance(step, SplitStep)
    for number in range(50):
        person = f"person {number}"
        arm = arm_for(person, "welcome", "offer_test", step.arms)
        assert entered(journey, person).data["split"] == {"offer_test": arm.name}
        visits = entered(journey, person).data["visits"]
        assert ("steps.1.branch.0.do.0" in visits) == (arm.name == "a")


def test_a_split_that_is_come_to_again_goes_the_same_way(journey_of: Reader) -> None:
    walk = Walk(journey_of(PARTED + "- go: offer_test")).enters().waits(5 * DAY)
    ways = {tag for tag in walk.tags if tag.startswith("got-")}
    assert len(ways) <= 1
    assert walk.at.data["visits"]["offer_test"] == 6


def test_the_metric_is_noted_once_for_the_arm(journey_of: Reader) -> None:
    walk = Walk(journey_of(PARTED)).enters()
    assert "reached" not in walk.at.data
    walk.hears("meeting.booked")
    assert walk.at.data["reached"] == {"offer_test": START.isoformat()}
    assert walk.at.status is EnrolmentStatus.WAITING
    before = walk.at
    walk.now += timedelta(hours=1)
    assert walk.hears("meeting.booked").at is before


def test_a_metric_counts_on_the_day_that_the_person_went_and_in_time_only(journey_of: Reader) -> None:
    steps = PARTED.replace("meeting.booked", "meeting.booked\n  within: 2d").replace("1d", "9d")
    walk = Walk(journey_of(steps))
    (went,) = walk.meets(Entered()).counted
    assert went == SplitCount("offer_test", went.arm, START.date())
    walk.now += timedelta(days=2)
    assert walk.meets(Happened("meeting.booked")).counted == (replace(went, reached=True),)

    late = Walk(journey_of(steps)).enters()
    late.now += timedelta(days=2, seconds=1)
    assert late.meets(Happened("meeting.booked")).counted == ()


def test_a_split_that_chooses_the_best_goes_by_what_is_known(journey_of: Reader) -> None:
    journey = journey_of(PARTED.replace("  metric:", "  choose: best\n  metric:") + "- go: offer_test")
    tallies = {"offer_test": {"a": Tally(900, 10), "b": Tally(900, 500), "none": Tally(900, 10)}}
    walk = Walk(journey)
    walk.tallies = tallies
    assert "goes the way b, for 500 of 900 reached the metric" in [did for _, did in walk.enters().trail]
    walk.tallies = {"offer_test": {"a": Tally(900, 800), "b": Tally(900, 5), "none": Tally(900, 10)}}
    walk.waits(3 * DAY)
    assert set(walk.tags) == {"got-b"}, "whoever comes here again goes the same way"


def test_a_journey_tells_that_something_has_happened(journey_of: Reader) -> None:
    told = [Emit("trial.started", {"size": 50, "plan": "pro"}), Emit("trial.noted", {})]
    steps = """
    - emit: {event: trial.started, with: {size: "= event.size", plan: pro}}
    - emit: trial.noted
    """
    assert Walk(journey_of(steps)).enters().effects == told


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("emit: started", '"started" is no event. Events are named like meeting.booked'),
        ("emit: message.received", '"message.received" is told by the service itself.'),
        ("emit: {with: {a: 1}}", 'emit lacks "event"'),
        ("emit: {event: a.b, size: 1}", 'emit has no "size"'),
    ],
)
def test_an_event_that_cannot_be_told_is_a_fault(journey_of: Reader, step: str, told: str) -> None:
    with pytest.raises(ContentError, match=re.escape(told)):
        journey_of(f"- {step}")


def test_a_journey_says_which_events_its_conditions_count(journey_of: Reader) -> None:
    steps = """
    - branch:
        - if: did('pricing.viewed', 30) >= 3
          do: [add_to: keen]
    - set: {visits: "= did('site.visited')"}
    """
    journey = journey_of(steps, "exit: {when: did('trial.started')}")
    assert journey.counted == ("pricing.viewed", "site.visited", "trial.started")
    did = {"pricing.viewed": {START.date(): 2, (START - 29 * DAY).date(): 1, (START - 30 * DAY).date(): 5}}
    enrolment = begin(journey, EnrolmentId("e1"), ProfileId("p"), {}, START)
    assert advance(journey, enrolment, Facts(Entered(), {}, {}, did=did), START).effects == (
        AddTag("keen"),
        SetAttribute("visits", 0),
    )
