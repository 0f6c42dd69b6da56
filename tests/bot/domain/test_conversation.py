"""Conversation: a tracker is what its events add up to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.conversation import (
    RECENT_EVENTS,
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    AgentUttered,
    AllSlotsReset,
    BotUttered,
    ConversationExported,
    ConversationPaused,
    ConversationResumed,
    EntitiesAdded,
    Event,
    FollowupAction,
    LoopInterrupted,
    OpenLoop,
    ReminderCancelled,
    ReminderScheduled,
    ReplyCutShort,
    Restarted,
    SessionStarted,
    SlotSet,
    Tracker,
    UserUtteranceReverted,
    UserUttered,
    takes_back,
)
from bot.domain.ids import ConversationId, MessageId
from bot.domain.understanding import Entity, IntentScore, Understood

NAMES = st.sampled_from(["demo_form", "booking_form", "action_a", "action_b"])
SLOTS = st.sampled_from(["name", "size", "phone"])


def said(text: str) -> UserUttered:
    understood = Understood(text, IntentScore("inform", 1.0))
    return UserUttered(text, understood, MessageId(text), datetime(2026, 11, 24, tzinfo=UTC), "webchat")


NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
KEPT: st.SearchStrategy[Event] = st.one_of(
    st.builds(said, st.sampled_from(["yes", "no"])),
    st.builds(BotUttered, st.just("Hello")),
    st.builds(ActionExecuted, NAMES),
    st.builds(SlotSet, SLOTS, st.none() | st.integers(0, 3)),
    st.builds(ActiveLoop, st.none() | NAMES),
    st.builds(LoopInterrupted, st.booleans()),
    st.builds(ActionExecutionRejected, NAMES),
    st.just(SessionStarted()),
    st.just(Restarted()),
    st.just(AllSlotsReset()),
    st.builds(FollowupAction, st.none() | NAMES),
    st.just(ConversationPaused()),
    st.just(ConversationResumed()),
    st.just(ConversationExported()),
    st.builds(AgentUttered, st.just("Hello, I am a person")),
    st.builds(EntitiesAdded, st.just((Entity("size", 3),))),
    st.builds(ReminderScheduled, NAMES, st.just("still_there"), st.just(NOON), kill_on_user_message=st.booleans()),
    st.builds(ReminderCancelled, st.none() | NAMES),
)
EVENTS = KEPT | st.sampled_from([UserUtteranceReverted(), ActionReverted(), ReplyCutShort("Hello", "He")])
INITIAL = {"size": 1}
FRESH = Tracker(ConversationId("c"), slots=INITIAL, initial_slots=INITIAL, past_slots=INITIAL)
LOGS = st.lists(EVENTS, max_size=20) | st.lists(EVENTS, min_size=RECENT_EVENTS, max_size=RECENT_EVENTS + 30)
KEPT_LOGS = st.lists(KEPT, max_size=20) | st.lists(KEPT, min_size=RECENT_EVENTS, max_size=RECENT_EVENTS + 30)


@given(LOGS, st.integers(0, 100))
def test_a_replay_gives_the_same_tracker_wherever_it_was_interrupted(events: list[Event], cut: int) -> None:
    assert FRESH.apply_all(events[:cut]).apply_all(events[cut:]) == FRESH.apply_all(events)


@given(KEPT_LOGS)
def test_a_tracker_counts_all_events_and_carries_the_last(events: list[Event]) -> None:
    tracker = FRESH.apply_all(events)
    assert tracker.event_count == len(events)
    assert len(tracker.recent) <= RECENT_EVENTS
    assert tracker.recent == tuple(events)[len(events) - len(tracker.recent) :]


@given(LOGS)
def test_the_slots_before_the_recent_events_and_these_give_the_slots_now(events: list[Event]) -> None:
    tracker = FRESH.apply_all(events)
    before = Tracker(ConversationId("c"), slots=tracker.past_slots, initial_slots=INITIAL)
    again = before.apply_all(tracker.recent)
    assert {name: value for name, value in again.slots.items() if value is not None} == {
        name: value for name, value in tracker.slots.items() if value is not None
    }


@given(LOGS)
def test_applying_an_event_leaves_the_tracker_before_it_alone(events: list[Event]) -> None:
    tracker = FRESH
    for event in events:
        copy = (dict(tracker.slots), tracker.recent, tracker.event_count, tracker.loop)
        following = tracker.apply(event)
        assert (dict(tracker.slots), tracker.recent, tracker.event_count, tracker.loop) == copy
        tracker = following


@given(LOGS)
def test_a_restart_forgets_all_but_the_count_and_the_reminders(events: list[Event]) -> None:
    tracker = FRESH.apply_all([*events, Restarted()])
    assert (tracker.slots, tracker.loop, tracker.latest_message, tracker.latest_action) == (INITIAL, None, None, None)
    assert (tracker.followup, tracker.paused, tracker.recent) == (None, False, (Restarted(),))
    assert tracker.event_count == len(events) + 1


def test_a_message_begins_a_turn() -> None:
    tracker = FRESH.apply(ActionExecuted("action_a")).apply(said("yes"))
    assert tracker.latest_action is None
    assert tracker.latest_message == said("yes")


def test_what_was_said_last_is_told_whoever_spoke_since() -> None:
    spoken = BotUttered("How many?", "utter_ask_size")
    assert FRESH.last_uttered is None
    assert FRESH.apply(BotUttered("Hello", "utter_greet")).apply(spoken).apply(said("12")).last_uttered == spoken


def test_a_form_that_passed_is_asked_again_when_it_runs() -> None:
    open_form = FRESH.apply(ActiveLoop("demo_form")).apply(ActionExecutionRejected("demo_form"))
    assert open_form.loop == OpenLoop("demo_form", rejected=True)
    assert open_form.apply(LoopInterrupted(True)).loop == OpenLoop("demo_form", rejected=True, interrupted=True)
    assert open_form.apply(ActionExecuted("demo_form")).loop == OpenLoop("demo_form")
    assert open_form.apply(ActionExecutionRejected("booking_form")).loop == OpenLoop("demo_form", rejected=True)
    assert open_form.apply(ActiveLoop(None)).loop is None


def test_a_followup_is_done_with_when_it_has_run() -> None:
    waiting = FRESH.apply(FollowupAction("action_a"))
    assert waiting.apply(ActionExecuted("action_b")).followup == "action_a"
    assert waiting.apply(ActionExecuted("action_a")).followup is None


# ---------------------------------------------------------------- taking back


def state_of(tracker: Tracker) -> Tracker:
    """Without what going back does not touch: how much there was, and what is still to come."""
    return replace(tracker, event_count=0, reminders=())


@given(st.lists(KEPT, max_size=15), st.lists(KEPT, max_size=15))
def test_a_message_taken_back_leaves_what_was_before_it(before: list[Event], after: list[Event]) -> None:
    after = [one for one in after if not isinstance(one, (UserUttered, Restarted, SessionStarted))]
    answered = FRESH.apply_all([*before, ActionExecuted("action_listen")])
    gone_back = answered.apply_all([said("no"), *after, UserUtteranceReverted()])
    assert state_of(gone_back) == state_of(answered)
    assert gone_back.event_count == len(before) + len(after) + 3


@given(LOGS)
def test_going_back_never_leaves_more_than_there_was(events: list[Event]) -> None:
    tracker = FRESH.apply_all(events)
    for event in (UserUtteranceReverted(), ActionReverted()):
        gone_back = tracker.apply(event)
        assert gone_back.recent == tracker.recent[: len(gone_back.recent)]
        assert gone_back.event_count == tracker.event_count + 1


def test_what_is_older_than_the_window_cannot_be_taken_back() -> None:
    old = FRESH.apply(SlotSet("name", "Ada")).apply(ActiveLoop("demo_form")).apply(ConversationPaused())
    tracker = old.apply_all([said("yes"), *(BotUttered("Hello") for _ in range(RECENT_EVENTS))])
    gone_back = tracker.apply(UserUtteranceReverted())
    assert gone_back.recent == ()
    assert (gone_back.slots["name"], gone_back.loop, gone_back.paused) == ("Ada", OpenLoop("demo_form"), True)


def test_messages_that_nothing_has_acted_on_go_with_the_one_after_them() -> None:
    tracker = FRESH.apply_all([said("yes"), ActionExecuted("action_a"), said("no"), said("yes")])
    assert tracker.apply(UserUtteranceReverted()).recent == (said("yes"), ActionExecuted("action_a"))


def test_a_session_is_not_gone_back_behind() -> None:
    tracker = FRESH.apply_all([said("yes"), ActionExecuted("action_a"), SessionStarted(), said("no")])
    gone_back = tracker.apply(UserUtteranceReverted()).apply(UserUtteranceReverted()).apply(ActionReverted())
    assert gone_back.recent == (said("yes"), ActionExecuted("action_a"), SessionStarted())


def test_an_action_is_taken_back_with_what_came_of_it() -> None:
    heard = SlotSet("size", 3, heard=True)
    tracker = FRESH.apply_all([said("yes"), heard])
    did = tracker.apply_all([SlotSet("name", "Ada"), BotUttered("Hello"), ActionExecuted("action_a")])
    assert state_of(did.apply(ActionReverted())) == state_of(tracker)
    assert did.apply(ActionReverted()).apply(ActionReverted()).recent == ()


def test_a_form_is_taken_back_with_its_validation() -> None:
    validation = ActionExecuted("validate_demo_form", "form: demo_form (rule: demo)")
    run: list[Event] = [
        ActiveLoop("demo_form"),
        validation,
        SlotSet("size", None),
        ActionExecuted("demo_form", "form: demo_form"),
    ]
    tracker = FRESH.apply(said("yes")).apply(ActionExecuted("action_a"))
    assert state_of(tracker.apply_all([*run, ActionReverted()])) == state_of(tracker)


def test_an_action_that_takes_something_back_is_among_it() -> None:
    assert takes_back([SlotSet("size", 1), UserUtteranceReverted()])
    assert not takes_back([SlotSet("size", 1)])


# ---------------------------------------------------------------- reminders and entities


def test_a_reminder_waits_until_it_is_called_off_or_replaced() -> None:
    first = ReminderScheduled("call", "call_back", NOON)
    second = ReminderScheduled("call", "call_back", NOON + timedelta(hours=1), kill_on_user_message=False)
    other = ReminderScheduled("other", "still_there", NOON)
    tracker = FRESH.apply_all([first, other, second])
    assert tracker.reminders == (other, second)
    assert tracker.apply(said("yes")).reminders == (second,)
    assert tracker.apply(ReminderCancelled("call")).reminders == (other,)
    assert tracker.apply(ReminderCancelled(intent="still_there")).reminders == (second,)
    assert tracker.apply(ReminderCancelled()).reminders == ()


def test_entities_that_are_added_belong_to_the_last_message() -> None:
    size = Entity("size", 3)
    latest = FRESH.apply_all([said("yes"), EntitiesAdded((size,)), EntitiesAdded((size,))]).latest_message
    assert latest is not None
    assert latest.understood.entities == (size,)


def test_of_a_reply_that_was_cut_short_only_what_was_heard_is_known() -> None:
    plans, person = BotUttered("We have three plans."), BotUttered("We have three plans.", speaker="Robin")
    tracker = FRESH.apply_all([plans, plans, person, ReplyCutShort("We have three plans.", "We have")])
    assert tracker.recent == (plans, BotUttered("We have"), person)


def test_an_interruption_of_what_was_never_said_changes_nothing() -> None:
    tracker = FRESH.apply_all([BotUttered("Hello"), ReplyCutShort("We have three plans.", "")])
    assert tracker.recent == (BotUttered("Hello"),)
