from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.effects import (
    AddTag,
    AskForm,
    CallWebhook,
    ChangeScore,
    JourneyEffect,
    RequestHandoff,
    SendResponse,
    SetAttribute,
    StartAction,
    StartJourney,
    SyncCrm,
)
from bot.domain.ids import EnrolmentId, ProfileId
from bot.domain.journey import (
    ENDED,
    ENTRANCE,
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
    Journey,
    Refused,
    TimerFired,
    Trigger,
)
from bot.domain.steps import END, GoStep, SendStep, TagStep
from bot.journeys.interpreter import Advance, advance, begin, heeds
from bot.journeys.picture import picture_of

Reader = Callable[..., Journey]

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)  # a Tuesday
DAY = timedelta(days=1)


class Walk:
    """One person on their way through a journey, step by step, with everything that was done on the way."""

    def __init__(self, journey: Journey, profile: Mapping[str, Any] | None = None, **lead: Any) -> None:
        self.journey = journey
        self.profile = dict(profile or {"time_zone": "UTC"})
        self.lead = {"fit": 0, "engagement": 0, "total": 0, "grade": "C3", **lead}
        self.rep_has_the_floor = False
        self.now = START
        self.effects: list[JourneyEffect] = []
        self.trail: list[tuple[str, str]] = []
        self.ways: list[tuple[str, str]] = []
        self.at = begin(journey, EnrolmentId("e1"), ProfileId("p1"), {"size": 50}, START)

    def meets(self, trigger: Trigger) -> Advance:
        scored = frozenset(effect.rule for effect in self.effects if isinstance(effect, ChangeScore))
        facts = Facts(trigger, self.profile, self.lead, self.rep_has_the_floor, scored=scored)
        result = advance(self.journey, self.at, facts, self.now)
        if result.enrolment == self.at:
            assert result.effects == ()
            assert result.trail == ()
            assert result.ways == ()
        else:
            assert result.enrolment.seq == self.at.seq + 1
        self.at = result.enrolment
        self.effects += result.effects
        self.trail += result.trail
        self.ways += result.ways
        return result

    def enters(self) -> Walk:
        self.meets(Entered())
        return self

    def waits(self, pause: timedelta) -> Walk:
        """Let time pass; timers fire when they are due."""
        until = self.now + pause
        while self.at.due_at is not None and self.at.due_at <= until:
            self.now = max(self.now, self.at.due_at)
            self.meets(TimerFired())
        self.now = until
        return self

    def hears(self, event: str, **data: Any) -> Walk:
        self.meets(Happened(event, data))
        return self

    @property
    def sent(self) -> list[str]:
        return [effect.response for effect in self.effects if isinstance(effect, SendResponse)]

    @property
    def tags(self) -> list[str]:
        return [effect.tag for effect in self.effects if isinstance(effect, AddTag)]


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
        SendResponse("utter_tip", ("sms", "webchat"), "e1:tip:1"),
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


AWAITED = """
- wait: {for: [link.clicked, page.viewed], at_most: 2d}
- branch:
    - if: happened.event == 'link.clicked' and happened.url == '/prices'
      do: [add_to: prices]
    - if: exists(happened.event)
      do: [add_to: other]
    - else: {do: [add_to: silent]}
"""


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


# ---------------------------------------------------------------- questions

ASKING = """
- id: when
  ask: {form: booking_form, channels: [sms], need: [meeting_time]}
  remind: [1d, 2d]
  silent: {after: 3d, go: nurture}
  refuse: {go: sorry}
- set: {preference: "= answer.meeting_time"}
- add_to: answered
  then: end
- id: nurture
  add_to: nurture
  then: end
- id: sorry
  add_to: sorry
"""


def asks(walk: Walk) -> list[tuple[str, bool]]:
    return [(effect.key, effect.again) for effect in walk.effects if isinstance(effect, AskForm)]


def test_a_question_opens_its_form_and_rests(journey_of: Reader) -> None:
    walk = Walk(journey_of(ASKING)).enters()
    assert walk.effects == [AskForm("booking_form", ("sms",), "e1:when:1")]
    assert walk.at.waiting_for == ("answer",)
    assert walk.at.due_at == START + DAY


def test_an_answer_is_kept_and_the_journey_goes_on(journey_of: Reader) -> None:
    walk = Walk(journey_of(ASKING)).enters().waits(timedelta(hours=5))
    walk.meets(Answered({"meeting_time": "next week"}))
    assert walk.tags == ["answered"]
    assert SetAttribute("preference", "next week") in walk.effects
    assert walk.at.data["answer"] == {"meeting_time": "next week"}
    assert walk.at.status is EnrolmentStatus.DONE


def test_answers_of_several_questions_add_up(journey_of: Reader) -> None:
    steps = """
    - ask: {form: qualify_form, channels: [sms]}
      silent: {after: 1d, go: end}
    - ask: {form: booking_form, channels: [sms]}
      silent: {after: 1d, go: end}
    """
    walk = Walk(journey_of(steps)).enters()
    walk.meets(Answered({"team_size": 50, "timeline": "now"}))
    walk.meets(Answered({"meeting_time": "noon"}))
    assert walk.at.data["answer"] == {"team_size": 50, "timeline": "now", "meeting_time": "noon"}


def test_an_answer_that_lacks_what_is_needed_is_no_answer(journey_of: Reader) -> None:
    walk = Walk(journey_of(ASKING)).enters()
    before = walk.at
    assert walk.meets(Answered({"meeting_time": None})).enrolment is before
    assert walk.meets(Answered({})).enrolment is before


def test_reminders_come_one_by_one_and_then_the_silence_is_the_answer(journey_of: Reader) -> None:
    walk = Walk(journey_of(ASKING)).enters().waits(10 * DAY)
    assert asks(walk) == [("e1:when:1", False), ("e1:when:1:remind1", True), ("e1:when:1:remind2", True)]
    assert walk.tags == ["nurture"]


def test_after_a_standstill_two_due_reminders_are_one(journey_of: Reader) -> None:
    walk = Walk(journey_of(ASKING)).enters()
    walk.now = START + 2 * DAY + timedelta(hours=1)
    walk.meets(TimerFired())
    assert asks(walk)[1:] == [("e1:when:1:remind2", True)]
    assert walk.at.due_at == START + 3 * DAY


def test_after_a_long_standstill_nobody_is_reminded_any_more(journey_of: Reader) -> None:
    walk = Walk(journey_of(ASKING)).enters()
    walk.now = START + 5 * DAY
    walk.meets(TimerFired())
    assert len(asks(walk)) == 1
    assert walk.tags == ["nurture"]


def test_an_answer_after_a_reminder_ends_the_reminders(journey_of: Reader) -> None:
    walk = Walk(journey_of(ASKING)).enters().waits(DAY)
    walk.meets(Answered({"meeting_time": "noon"}))
    walk.waits(10 * DAY)
    assert len(asks(walk)) == 2
    assert walk.tags == ["answered"]


def test_a_refusal_goes_its_own_way_and_is_not_asked_again(journey_of: Reader) -> None:
    walk = Walk(journey_of(ASKING)).enters()
    walk.meets(Refused())
    walk.waits(10 * DAY)
    assert walk.tags == ["sorry"]
    assert len(asks(walk)) == 1


def test_an_answer_before_the_question_or_after_the_end_changes_nothing(journey_of: Reader) -> None:
    walk = Walk(journey_of("- wait: 1d\n- add_to: x")).enters()
    for trigger in (Answered({"meeting_time": "noon"}), Refused()):
        before = walk.at
        assert walk.meets(trigger).enrolment is before
    walk.waits(DAY)
    for late in (Answered({}), Refused(), TimerFired(), Entered(), Happened("link.clicked")):
        before = walk.at
        assert walk.meets(late).enrolment is before


def test_silence_counts_from_when_the_question_can_go_out_and_not_from_the_night_before(journey_of: Reader) -> None:
    journey = journey_of(ASKING, 'send_window: {hours: "09:00-20:00", days: mon-sat, zone: person}')
    saturday_night = datetime(2026, 11, 28, 22, 0, tzinfo=UTC)
    monday_morning = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)
    walk = Walk(journey, {"time_zone": "Europe/London"})
    walk.now = saturday_night
    walk.enters()
    assert walk.at.due_at == monday_morning + DAY
    walk.waits(timedelta(days=3))
    assert len(asks(walk)) == 2
    assert walk.at.due_at == monday_morning + 2 * DAY


def test_while_a_rep_has_the_floor_the_time_of_a_question_stands_still(journey_of: Reader) -> None:
    walk = Walk(journey_of(ASKING)).enters().waits(timedelta(hours=12))
    walk.rep_has_the_floor = True
    walk.hears(TAKEN_OVER).waits(5 * DAY)
    assert len(asks(walk)) == 1
    assert walk.tags == []
    walk.rep_has_the_floor = False
    walk.hears(HANDED_BACK)
    assert walk.at.due_at == walk.now + timedelta(hours=12)
    walk.waits(DAY)
    assert asks(walk)[1:] == [("e1:when:1:remind1", True)]
    walk.waits(2 * DAY)
    assert walk.tags == ["nurture"]


def test_a_hand_back_that_nobody_told_of_is_found_by_the_clock(journey_of: Reader) -> None:
    walk = Walk(journey_of("- wait: 1d\n- add_to: done")).enters()
    walk.rep_has_the_floor = True
    walk.waits(3 * DAY)
    assert walk.tags == []
    walk.rep_has_the_floor = False
    walk.waits(timedelta(hours=1))
    assert walk.tags == ["done"]


def test_while_a_rep_has_the_floor_what_is_waited_for_still_counts(journey_of: Reader) -> None:
    walk = Walk(journey_of(AWAITED)).enters()
    walk.rep_has_the_floor = True
    walk.hears(TAKEN_OVER).waits(5 * DAY)
    assert walk.tags == []
    assert walk.hears("link.clicked", url="/prices").tags == ["prices"]


EXITING = ASKING.replace("  refuse:", "  human: exit\n  refuse:")


def test_a_question_may_end_the_journey_when_a_colleague_takes_over(journey_of: Reader) -> None:
    walk = Walk(journey_of(EXITING)).enters()
    walk.rep_has_the_floor = True
    walk.hears(TAKEN_OVER)
    assert (walk.at.status, walk.at.reason) == (EnrolmentStatus.DONE, "a colleague took over")


def test_such_a_question_is_not_asked_while_a_colleague_has_the_floor(journey_of: Reader) -> None:
    walk = Walk(journey_of(EXITING))
    walk.rep_has_the_floor = True
    walk.enters()
    assert (walk.at.status, walk.at.reason, walk.effects) == (EnrolmentStatus.DONE, "a colleague took over", [])


def test_a_take_over_that_nobody_told_of_ends_such_a_question_by_the_clock(journey_of: Reader) -> None:
    walk = Walk(journey_of(EXITING)).enters()
    walk.rep_has_the_floor = True
    walk.waits(DAY)
    assert walk.at.reason == "a colleague took over"


def test_an_answer_of_the_same_moment_counts_for_such_a_question(journey_of: Reader) -> None:
    walk = Walk(journey_of(EXITING)).enters()
    walk.rep_has_the_floor = True
    walk.meets(Answered({"meeting_time": "noon"}))
    assert walk.tags == ["answered"]


def test_while_a_rep_has_the_floor_an_answer_still_counts(journey_of: Reader) -> None:
    walk = Walk(journey_of(ASKING)).enters()
    walk.rep_has_the_floor = True
    walk.meets(Answered({"meeting_time": "noon"}))
    assert walk.tags == ["answered"]


# ---------------------------------------------------------------- races


def test_a_reply_and_the_timeout_at_one_instant_take_exactly_one_branch(journey_of: Reader) -> None:
    journey = journey_of(ASKING)
    start = Walk(journey).enters().waits(2 * DAY + timedelta(hours=1))
    answered, timed_out = Answered({"meeting_time": "noon"}), TimerFired()
    deadline = START + 3 * DAY
    by_timer = advance(journey, start.at, Facts(timed_out, {}, {}), deadline)
    by_answer = advance(journey, start.at, Facts(answered, {}, {}), deadline)
    # Both begin from the same seq, so the store lets one of them write; whichever it is, the other finds it done.
    assert by_timer.enrolment.seq == by_answer.enrolment.seq == start.at.seq + 1
    assert AddTag("nurture") in by_timer.effects
    assert AddTag("answered") in by_answer.effects
    for won, lost in ((by_timer, answered), (by_answer, timed_out)):
        second = advance(journey, won.enrolment, Facts(lost, {}, {}), deadline)
        assert second.enrolment is won.enrolment
        assert second.effects == ()


def test_a_reply_that_beats_a_late_timer_still_counts(journey_of: Reader) -> None:
    walk = Walk(journey_of(ASKING)).enters()
    walk.now = START + 4 * DAY
    walk.meets(Answered({"meeting_time": "noon"}))
    assert walk.tags == ["answered"]


def test_the_same_event_twice_moves_on_once(journey_of: Reader) -> None:
    walk = Walk(journey_of("- wait: {for: link.clicked, at_most: 1d}\n- add_to: once\n- wait: 1d")).enters()
    walk.hears("link.clicked").hears("link.clicked")
    assert walk.tags == ["once"]


def test_a_timer_that_fires_twice_moves_on_once(journey_of: Reader) -> None:
    walk = Walk(journey_of("- wait: 1d\n- add_to: once\n- wait: 1d")).enters()
    walk.now = START + DAY
    walk.meets(TimerFired())
    walk.meets(TimerFired())
    assert walk.tags == ["once"]
    assert walk.at.seq == 2


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
    assert result.effects == ()


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
