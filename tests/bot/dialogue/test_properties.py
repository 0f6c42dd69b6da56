"""What holds for any content, any message and anything that a custom action may answer."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.codec import EVENT, TRACKER
from bot.dialogue.content import read_assistant
from bot.dialogue.engine import decide
from bot.documents import parse
from bot.domain.conversation import (
    RECENT_EVENTS,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    AllSlotsReset,
    ConversationPaused,
    ConversationResumed,
    Event,
    FollowupAction,
    LoopInterrupted,
    Restarted,
    SessionStarted,
    SlotSet,
    Tracker,
    UserUtteranceReverted,
)
from bot.domain.errors import ContentError
from bot.domain.ids import ConversationId
from tests.bot.dialogue.chat import Chat, assistant_of

CONTENT = """
version: "3.1"
intents: [book, inform, faq, stop, affirm, deny, switch]
entities: [number, place, mood]
slots:
  people: {type: float, max_value: 20, mappings: [{type: from_entity, entity: number}]}
  place: {type: text, influence_conversation: false, mappings: [{type: from_entity, entity: place, not_intent: faq}]}
  wish:
    type: text
    mappings:
      - {type: from_text, not_intent: [faq, stop], conditions: [{active_loop: table_form, requested_slot: wish}]}
  happy: {type: bool, initial_value: true, mappings: [{type: custom, action: action_feel}]}
  mood: {type: categorical, values: [good, bad], mappings: [{type: from_entity, entity: mood}]}
responses:
  utter_ask_people: [{text: "How many? {wish}"}]
  utter_ask_place: [{text: "Where?", channel: sms}, {text: "Where at all?"}]
  utter_faq: [{text: a}, {text: b}]
  utter_sad: [{text: "Oh", condition: [{type: slot, name: happy, value: false}]}]
  utter_default: [{text: "Pardon?"}]
actions:
  [validate_table_form, action_ask_wish, action_do, action_feel, action_validate_slot_mappings]
forms:
  table_form: {required_slots: [people, place, wish], ignored_intents: [switch]}
  small_form: {required_slots: [place]}
rules:
  - {rule: book, steps: [{intent: book}, {action: table_form}, {active_loop: table_form}]}
  - rule: booked
    condition: [{active_loop: table_form}]
    steps: [{action: table_form}, {active_loop: null}, {action: action_do}, {action: small_form}]
  - {rule: faq, steps: [{intent: faq}, {action: utter_faq}]}
  - {rule: switch, steps: [{intent: switch}, {action: small_form}, {active_loop: small_form}]}
  - rule: sad
    condition: [{slot_was_set: [{happy: false}]}]
    steps: [{intent: affirm}, {action: utter_sad}]
  - rule: what?
    steps: [{intent: nlu_fallback}, {action: action_two_stage_fallback}, {active_loop: action_two_stage_fallback}]
  - {rule: chase, wait_for_user_input: false, steps: [{action: action_do}, {action: utter_faq}]}
stories:
  - story: stop
    steps: [{intent: book}, {action: table_form}, {active_loop: table_form}, {intent: stop}, {action: utter_faq},
            {intent: affirm}, {action: table_form}, {active_loop: table_form}]
  - story: stop for good
    steps: [{intent: book}, {action: table_form}, {active_loop: table_form}, {intent: stop}, {action: utter_faq},
            {intent: deny}, {action: action_deactivate_loop}, {active_loop: null}]
"""

ASSISTANT = assistant_of(CONTENT)
INTENTS = [
    *ASSISTANT.intents,
    "restart",
    "session_start",
    "nlu_fallback",
    "back",
    "out_of_scope",
    "of another assistant",
    "",
    "a/b",
]
CUSTOM = sorted(ASSISTANT.actions)
NAMES = st.sampled_from([*ASSISTANT.slots, "requested_slot", "nonsense"])
VALUES = st.sampled_from([None, True, False, 0, 3, -1.5, "x", "3", [], ["a"], {"a": 1}, *ASSISTANT.slots])
ACTIONS = st.sampled_from([*CUSTOM, *ASSISTANT.forms, "utter_faq", "action_listen", "action_restart", "no such"])

EVENTS: st.SearchStrategy[Event] = st.one_of(
    st.builds(SlotSet, NAMES, VALUES),
    st.builds(ActiveLoop, st.sampled_from([None, "table_form", "small_form", "nonsense"])),
    st.builds(FollowupAction, st.none() | ACTIONS),
    st.builds(ActionExecutionRejected, st.sampled_from(["table_form", "validate_table_form", "action_do"])),
    st.builds(LoopInterrupted, st.booleans()),
    st.sampled_from([Restarted(), SessionStarted(), AllSlotsReset(), ConversationPaused(), ConversationResumed()]),
    st.sampled_from([UserUtteranceReverted(), ActionReverted()]),
)
MESSAGES = st.tuples(
    st.sampled_from(INTENTS),
    st.sampled_from(["", "some words", "{people}"]),
    st.dictionaries(st.sampled_from(["number", "place", "mood", "stranger"]), VALUES, max_size=2),
)
ANSWERS = st.dictionaries(st.sampled_from(CUSTOM), st.lists(EVENTS, max_size=4), max_size=4)

MOST_CALLS = 12
"""As many actions as the service allows in a turn; what chains of custom actions may ask for is bounded there."""


class LimitedChat(Chat):
    def go_on(self) -> list[str]:
        allowed = [MOST_CALLS]

        def limited(events: list[Event]) -> Any:
            def run(_: Tracker) -> list[Event]:
                allowed[0] -= 1
                return events if allowed[0] > 0 else []

            return run

        self.actions = {name: limited(list(action(self.tracker))) for name, action in self.answers.items()}
        return super().go_on()

    answers: dict[str, Any] = {}  # noqa: RUF012  set by each example


@settings(max_examples=80)
@given(st.lists(MESSAGES | EVENTS, max_size=12), ANSWERS)
def test_any_conversation_goes_on_and_replays_to_the_same_state(
    course: list[Any], answers: dict[str, list[Event]]
) -> None:
    chat = LimitedChat(ASSISTANT)
    chat.answers = {name: (lambda _, events=events: events) for name, events in answers.items()}
    for step in course:
        if isinstance(step, tuple):
            intent, text, entities = step
            chat.hear(intent, text, **entities)
        else:
            chat.apply(step)
            chat.go_on()
        assert decide(ASSISTANT, chat.tracker) == []
    assert Tracker(ConversationId("c1")).apply_all(chat.events) == chat.tracker
    assert TRACKER.load(TRACKER.dump(chat.tracker)) == chat.tracker
    stored = [EVENT.load(EVENT.dump(event)) for event in chat.events]
    assert Tracker(ConversationId("c1")).apply_all(stored) == chat.tracker
    assert len(chat.tracker.recent) <= RECENT_EVENTS


@settings(max_examples=60)
@given(st.lists(st.tuples(st.text(max_size=30), st.text(max_size=30)), max_size=4))
def test_no_text_and_no_intent_makes_it_raise_or_go_on_for_ever(course: list[tuple[str, str]]) -> None:
    chat = Chat(ASSISTANT)
    for intent, text in course:
        chat.hear(intent, text)
        assert decide(ASSISTANT, chat.tracker) == []


@settings(max_examples=20)
@given(st.lists(MESSAGES, max_size=6))
def test_the_same_state_always_gives_the_same_decision(course: list[Any]) -> None:
    first, second = Chat(ASSISTANT), Chat(ASSISTANT)
    for intent, text, entities in course:
        assert first.hear(intent, text, **entities) == second.hear(intent, text, **entities)
        assert first.said == second.said


# ---------------------------------------------------------------- content

PLAIN: dict[str, Any] = json.loads(json.dumps(parse("content.yml", CONTENT).data))
JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2),
    max_leaves=3,
)


def _paths(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(deeper for key, child in children for deeper in _paths(child, (*path, key)))]


PATHS = [path for path in _paths(PLAIN) if path]


@settings(max_examples=80)
@given(st.sampled_from(PATHS), JUNK)
def test_content_that_is_broken_anywhere_is_reported_and_never_raises_anything_else(
    path: tuple[Any, ...], junk: Any
) -> None:
    broken = copy.deepcopy(PLAIN)
    node = broken
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = junk
    try:
        assistant = read_assistant([parse("content.yml", json.dumps(broken))])
    except ContentError as error:
        reported = error.faults
    else:
        assert decide(assistant, Chat(assistant).tracker) == []
        return
    assert reported
    assert all(fault.place.path == "content.yml" and fault.message for fault in reported)
