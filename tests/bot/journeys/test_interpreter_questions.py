"""Questions: answers, reminders, silence, refusals, colleagues who have the floor, and what comes at one instant."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from bot.domain.effects import (
    AddTag,
    AskForm,
    SetAttribute,
)
from bot.domain.journey import (
    HANDED_BACK,
    TAKEN_OVER,
    Answered,
    EnrolmentStatus,
    Entered,
    Facts,
    Happened,
    Refused,
    TimerFired,
)
from bot.journeys.interpreter import advance
from tests.bot.journeys.walk import ASKING, AWAITED, DAY, START, Reader, Walk, asks

# ---------------------------------------------------------------- questions


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
