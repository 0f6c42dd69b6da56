"""Conversation: a tracker is what its events add up to."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.conversation import (
    RECENT_EVENTS,
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    AllSlotsReset,
    BotUttered,
    ConversationPaused,
    ConversationResumed,
    Event,
    FollowupAction,
    LoopInterrupted,
    OpenLoop,
    Restarted,
    SessionStarted,
    SlotSet,
    Tracker,
    UserUttered,
)
from bot.domain.ids import ConversationId, MessageId
from bot.domain.understanding import IntentScore, Understood

NAMES = st.sampled_from(["demo_form", "booking_form", "action_a", "action_b"])
SLOTS = st.sampled_from(["name", "size", "phone"])


def said(text: str) -> UserUttered:
    understood = Understood(text, IntentScore("inform", 1.0))
    return UserUttered(text, understood, MessageId(text), datetime(2026, 11, 24, tzinfo=UTC), "webchat")


EVENTS: st.SearchStrategy[Event] = st.one_of(
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
)
INITIAL = {"size": 1}
FRESH = Tracker(ConversationId("c"), slots=INITIAL, initial_slots=INITIAL, past_slots=INITIAL)
LOGS = st.lists(EVENTS, max_size=20) | st.lists(EVENTS, min_size=RECENT_EVENTS, max_size=RECENT_EVENTS + 30)


@given(LOGS, st.integers(0, 100))
def test_a_replay_gives_the_same_tracker_wherever_it_was_interrupted(events: list[Event], cut: int) -> None:
    assert FRESH.apply_all(events[:cut]).apply_all(events[cut:]) == FRESH.apply_all(events)


@given(LOGS)
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
def test_a_restart_forgets_all_but_the_count(events: list[Event]) -> None:
    tracker = FRESH.apply_all([*events, Restarted()])
    assert (tracker.slots, tracker.loop, tracker.latest_message, tracker.latest_action) == (INITIAL, None, None, None)
    assert (tracker.followup, tracker.paused, tracker.recent) == (None, False, (Restarted(),))
    assert tracker.event_count == len(events) + 1


def test_a_message_begins_a_turn() -> None:
    tracker = FRESH.apply(ActionExecuted("action_a")).apply(said("yes"))
    assert tracker.latest_action is None
    assert tracker.latest_message == said("yes")


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
