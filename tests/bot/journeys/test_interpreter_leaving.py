"""How people leave a journey: goals, conditions, faults; and that no profile and no order of events breaks a run."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.effects import (
    AskForm,
    CallWebhook,
    SendResponse,
    SetAttribute,
    StartAction,
    StartJourney,
    WithdrawMessages,
)
from bot.domain.ids import EnrolmentId, ProfileId
from bot.domain.journey import (
    ENDED,
    HANDED_BACK,
    REPLIED,
    TAKEN_OVER,
    Answered,
    Enrolment,
    EnrolmentStatus,
    Entered,
    Facts,
    Failed,
    Finished,
    Happened,
    Refused,
    TimerFired,
    Trigger,
)
from bot.domain.steps import END, GoStep, SendStep
from bot.journeys.interpreter import advance, begin
from bot.journeys.picture import picture_of
from tests.bot.journeys.walk import ASKING, AWAITED, DAY, START, Reader, Walk

# ---------------------------------------------------------------- leaving


def test_an_exit_event_ends_the_journey_wherever_one_is(journey_of: Reader) -> None:
    for steps in (ASKING, "- wait: 1d\n- add_to: x", AWAITED):
        walk = Walk(journey_of(steps, "exit: {goal: event meeting.booked}")).enters().hears("meeting.booked")
        assert walk.at.status is EnrolmentStatus.DONE
        assert walk.at.reason == "meeting.booked happened"
        assert (walk.at.due_at, walk.at.waiting_for) == (None, ())
        assert walk.waits(10 * DAY).tags == []


@pytest.mark.parametrize(("days", "counts"), [(29, True), (31, False)])
def test_a_goal_counts_within_its_time_and_ends_the_journey_at_any(journey_of: Reader, days: int, counts: bool) -> None:
    walk = Walk(journey_of("- wait: 90d", "exit: {goal: event meeting.booked within 30d}")).enters().waits(days * DAY)
    walk.hears("meeting.booked")
    assert walk.at.status is EnrolmentStatus.DONE
    assert walk.at.goal_at == (walk.now if counts else None)


def test_whoever_is_held_out_is_through_before_anything_happens(journey_of: Reader) -> None:
    journey = journey_of("- add_to: seen", "holdout: 99.99%")
    enrolment = begin(journey, EnrolmentId("e1"), ProfileId("p1"), {}, START)
    assert (enrolment.status, enrolment.due_at) == (EnrolmentStatus.HELD_OUT, None)
    for trigger in (Entered(), TimerFired(), Happened("meeting.booked")):
        assert advance(journey, enrolment, Facts(trigger, {}, {}), START).enrolment is enrolment


def test_runs_side_by_side_have_lanes_of_their_own(journey_of: Reader) -> None:
    many = journey_of("- wait: 1d", "at_once: many", enter="{event: demo.requested, again: always}")
    assert begin(many, EnrolmentId("e1"), ProfileId("p1"), {}, START).lane == "e1"
    one = journey_of("- wait: 1d")
    assert begin(one, EnrolmentId("e1"), ProfileId("p1"), {}, START).lane == ""


def test_an_exit_event_outranks_the_wait_for_it(journey_of: Reader) -> None:
    steps = "- wait: {for: meeting.booked, at_most: 1d}\n- add_to: went-on"
    walk = Walk(journey_of(steps, "exit: {events: [meeting.booked, person.left]}")).enters().hears("meeting.booked")
    assert walk.tags == []


@pytest.mark.parametrize(
    "trigger", [TimerFired(), Answered({"meeting_time": "noon"}), Refused(), Happened("any.thing")]
)
def test_an_exit_condition_is_looked_at_whatever_happens(journey_of: Reader, trigger: Trigger) -> None:
    walk = Walk(journey_of(ASKING, """exit: {when: "profile.stage == 'customer'"}""")).enters()
    walk.now = START + DAY
    walk.profile["stage"] = "customer"
    result = walk.meets(trigger)
    assert result.enrolment.status is EnrolmentStatus.DONE
    assert result.enrolment.reason == "profile.stage == 'customer'"
    assert result.effects == (WithdrawMessages("they have left the journey: profile.stage == 'customer'"),)


def test_an_exit_condition_keeps_people_from_starting(journey_of: Reader) -> None:
    journey = journey_of("- add_to: x", """exit: {when: "profile.stage == 'customer'"}""")
    assert Walk(journey, {"stage": "customer"}).enters().tags == []


def test_an_exit_condition_that_a_step_makes_true_ends_the_journey_before_the_next_step(journey_of: Reader) -> None:
    steps = "- set: {stage: customer}\n- send: {response: utter_offer, channels: [sms]}"
    walk = Walk(journey_of(steps, """exit: {when: "profile.stage == 'customer'"}""")).enters()
    assert walk.effects == [SetAttribute("stage", "customer")]
    assert walk.at.status is EnrolmentStatus.DONE


def test_an_exit_condition_can_look_at_the_answer(journey_of: Reader) -> None:
    walk = Walk(journey_of(ASKING, """exit: {when: "answer.meeting_time == 'never'"}""")).enters()
    walk.meets(Answered({"meeting_time": "never"}))
    assert walk.tags == []
    assert walk.at.status is EnrolmentStatus.DONE


# ---------------------------------------------------------------- loops, faults, odd people


def test_a_loop_with_a_wait_gives_each_round_a_key_of_its_own(journey_of: Reader) -> None:
    steps = """
    - id: again
      send: {response: utter_tip, channels: [sms]}
    - wait: 7d
    - go: again
    """
    walk = Walk(journey_of(steps)).enters().waits(20 * DAY)
    keys = [effect.key for effect in walk.effects if isinstance(effect, SendResponse)]
    assert keys == ["e1:again:1", "e1:again:2", "e1:again:3"]
    assert (walk.at.step, walk.at.visit, walk.at.seq) == ("steps.1", 3, 3)


def test_a_loop_without_a_rest_is_parked_with_its_reason_and_sends_nothing(journey_of: Reader) -> None:
    journey = journey_of("- id: tip\n  send: {response: utter_tip, channels: [sms]}\n- wait: 1d")
    endless = replace(journey, steps={"tip": SendStep("tip", "utter_tip", ("sms",), then="tip")})
    walk = Walk(endless).enters()
    assert walk.at.status is EnrolmentStatus.PARKED
    assert "without a rest" in walk.at.reason
    assert walk.effects == []


def test_a_step_that_is_not_there_parks_with_its_name(journey_of: Reader) -> None:
    journey = replace(journey_of("- wait: 1d"), steps={"steps.0": GoStep("steps.0", "gone")})
    walk = Walk(journey).enters()
    assert (walk.at.status, walk.at.due_at) == (EnrolmentStatus.PARKED, None)
    assert '"gone"' in walk.at.reason


def test_somebody_who_rests_at_a_step_that_is_not_there_is_parked(journey_of: Reader) -> None:
    journey = journey_of("- wait: 1d")
    walk = Walk(journey).enters()
    walk.at = replace(walk.at, step="gone")
    walk.now = START + DAY
    walk.meets(TimerFired())
    assert walk.at.status is EnrolmentStatus.PARKED


def test_the_trail_tells_what_each_step_did(journey_of: Reader) -> None:
    walk = Walk(journey_of(ASKING)).enters().waits(3 * DAY)
    assert walk.trail == [
        ("when", "asks booking_form by sms"),
        ("when", "reminds (1 of 2)"),
        ("when", "reminds (2 of 2)"),
        ("when", "no answer in time"),
        ("nurture", "adds to nurture"),
    ]


def test_the_trail_calls_steps_as_the_picture_does(journey_of: Reader) -> None:
    steps = "- branch:\n    - if: profile.size > 3\n      do: [add_to: big]\n- go: end\n"
    assert Walk(journey_of(steps), {"size": 5}).enters().trail == [
        ("steps.0", 'goes to "Add to big", because profile.size > 3'),
        ("steps.0.branch.0.do.0", "adds to big"),
        ("steps.1", "goes to the end"),
    ]
    assert Walk(journey_of(steps), {"size": 1}).enters().trail[0] == (
        "steps.0",
        'goes to "Go on", because no condition holds',
    )


EVERYTHING = """
- id: top
  branch:
    - if: profile.a > 3 or profile.b in profile.c
      do:
        - wait: {for: link.clicked, at_most: 1d}
    - if: lead.fit > 3 and starts_with(profile.a, profile.b)
      go: ask
- set: {copy: "= profile.a", joined: "= 'x' + profile.b"}
- crm: {note: "= profile.a"}
- score: {engagement: 1, reason: went by}
- add_to: seen
- id: ask
  ask: {form: booking_form, channels: [sms]}
  remind: 1d
  silent: {after: 2d, go: pause}
  refuse: {go: pause}
- handoff: {reason: "= answer.meeting_time"}
- remove_from: seen
- id: parted
  split:
    - name: a
      weight: 60
      do:
        - wait: {for: reply, until: "mon-fri 09:00", at_most: 2d}
        - handoff: {reason: hot, within: 2h, late: {go: pause}}
    - name: b
      weight: 40
      do:
        - wait: {until: profile.a - 3d at 17:00}
        - action: action_quote
          failed: {go: told}
  metric: link.clicked
- id: told
  webhook: {to: billing, body: {a: "= profile.a", b: "= happened.text"}}
  failed: {go: pause}
- run: {journey: nurture, with: {b: "= profile.b"}}
- crm: {record: {stage: "= split.parted"}}
- id: pause
  wait: 1d
- go: top
"""

odd = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
triggers = st.one_of(
    st.just(Entered()),
    st.just(TimerFired()),
    st.just(Refused()),
    st.builds(Answered, st.fixed_dictionaries({"meeting_time": odd})),
    st.builds(
        Happened,
        st.sampled_from(
            [
                "link.clicked",
                "meeting.booked",
                "answer",
                "outcome",
                "other.event",
                REPLIED,
                TAKEN_OVER,
                HANDED_BACK,
                ENDED,
            ]
        ),
        st.fixed_dictionaries({"text": odd}),
    ),
    st.sampled_from(["finishes", "fails", "ends"]),  # what it waits for outside
)


def told(walk: Walk, trigger: Any) -> Trigger:
    """The trigger, addressed to the step at which the walk rests."""
    key = f"{walk.at.id}:{walk.at.step}:{walk.at.visit}"
    match trigger:
        case "finishes":
            return Finished(key, {"quote": 5})
        case "fails":
            return Failed(key, "away")
        case "ends":
            return Happened(ENDED, {"key": key, "status": "done"})
    found: Trigger = trigger
    return found


@given(
    profile=st.dictionaries(st.sampled_from(["a", "b", "c", "tags", "time_zone", "phone"]), odd),
    lead=st.dictionaries(st.sampled_from(["fit", "engagement", "grade"]), odd),
    moves=st.lists(st.tuples(triggers, st.integers(0, 60), st.booleans()), max_size=25),
)
@settings(max_examples=300, deadline=None)
def test_no_profile_and_no_order_of_events_breaks_a_run(
    journey_of: Reader, profile: dict[str, Any], lead: dict[str, Any], moves: list[tuple[Any, int, bool]]
) -> None:
    window = 'send_window: {hours: "09:00-20:00", days: mon-sat}\nexit: {goal: event meeting.booked}'
    walk = Walk(journey_of(EVERYTHING, window), profile)
    walk.lead = lead
    for trigger, hours, with_a_colleague in moves:
        walk.now += timedelta(hours=hours)
        walk.rep_has_the_floor = with_a_colleague
        before = walk.at
        result = walk.meets(told(walk, trigger))
        if before.status is not EnrolmentStatus.WAITING:
            assert result.enrolment is before
        check_rest(walk.at)
    outside = SendResponse | AskForm | StartAction | CallWebhook | StartJourney
    keys = [effect.key for effect in walk.effects if isinstance(effect, outside)]
    assert len(keys) == len(set(keys))
    check_ways(walk)


def check_ways(walk: Walk) -> None:
    """Each is an arrow of the picture, begins where the one before ended, and there is one for each time at a step."""
    arrows = {(arrow.source, arrow.target or END) for arrow in picture_of(walk.journey).arrows}
    assert set(walk.ways) <= arrows
    assert all(before[1] == after[0] for before, after in pairwise(walk.ways))
    come_to = Counter(target for _, target in walk.ways if target != END)
    visits = walk.at.data["visits"]
    assert come_to == {
        step: times for step, times in visits.items() if not isinstance(walk.journey.steps[step], GoStep)
    }


def check_rest(enrolment: Enrolment) -> None:
    """Who waits has a time at which the wait ends; who does not wait, waits for nothing."""
    if enrolment.status is EnrolmentStatus.WAITING:
        assert enrolment.due_at is not None
    else:
        assert enrolment.due_at is None
        assert enrolment.waiting_for == ()
        assert enrolment.reason
    assert enrolment.status is not EnrolmentStatus.PARKED
