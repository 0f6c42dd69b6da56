from __future__ import annotations

import json

from bot.dialogue.trail import UNKNOWN, State, Trail, as_stories_see_it, trail_of
from bot.domain.conversation import RECENT_EVENTS, BotUttered, SlotSet, Tracker, UserUttered
from tests.bot.dialogue.chat import Chat, assistant_of, sets

DOMAIN = """
intents: [book, inform, faq, bye]
entities: [number]
slots:
  people: {type: float, mappings: [{type: from_entity, entity: number}]}
  place: {type: text, mappings: [{type: from_entity, entity: number, role: none}]}
  flag: {type: bool, mappings: [{type: custom}]}
responses:
  utter_ask_people: [{text: "How many?"}]
  utter_ask_place: [{text: "Where?"}]
  utter_faq: [{text: "An answer"}]
actions: [action_bye]
forms: {table_form: {required_slots: [people, place]}}
rules:
  - {rule: book, steps: [{intent: book}, {action: table_form}, {active_loop: table_form}]}
  - {rule: faq, steps: [{intent: faq}, {action: utter_faq}]}
  - {rule: bye, steps: [{intent: bye}, {action: action_bye}]}
"""


def trail(chat: Chat) -> Trail:
    return trail_of(chat.tracker, chat.assistant.intents, frozenset({"faq"}))


def outline(states: list[State]) -> list[tuple[str, str | None, str | None]]:
    return [(state.previous, state.intent, state.loop) for state in states]


def test_a_state_goes_before_each_action() -> None:
    chat = Chat(assistant_of(DOMAIN))
    chat.hear("faq")
    chat.hear("bye")
    assert outline(trail(chat).states()) == [
        ("", None, None),
        ("action_listen", "faq", None),
        ("utter_faq", "faq", None),
        ("action_listen", "bye", None),
        ("action_bye", "bye", None),
    ]


def test_answers_to_a_form_leave_no_states() -> None:
    chat = Chat(assistant_of(DOMAIN))
    chat.hear("book")
    before = outline(trail(chat).states())
    chat.hear("inform", number=2)
    assert outline(trail(chat).states()) == before
    assert trail(chat).states()[-1].slots["people"] == 2


def test_a_question_inside_a_form_leaves_states() -> None:
    chat = Chat(assistant_of(DOMAIN))
    chat.hear("book")
    chat.hear("faq")
    assert outline(trail(chat).states())[-3:] == [
        ("action_listen", "faq", "table_form"),
        ("utter_faq", "faq", "table_form"),
        ("table_form", "faq", "table_form"),
    ]


def test_what_rules_dealt_with_alone_is_not_seen_by_stories() -> None:
    chat = Chat(assistant_of(DOMAIN))
    chat.hear("faq")
    chat.hear("bye")
    chat.hear("faq")
    seen = outline(as_stories_see_it(trail(chat)).states())
    assert [intent for _, intent, _ in seen if intent == "bye"] == []


def test_what_a_message_fills_counts_from_it_on_for_stories_too() -> None:
    chat = Chat(assistant_of(DOMAIN))
    chat.hear("faq", number=3)
    before, after = as_stories_see_it(trail(chat)).states()[:2]
    assert (before.slots.get("people"), after.slots["people"]) == (None, 3)


def test_what_a_hidden_turn_fills_stays_filled_for_stories() -> None:
    chat = Chat(assistant_of(DOMAIN))
    chat.hear("bye", number=3)
    chat.hear("faq")
    states = as_stories_see_it(trail(chat)).states()
    assert [state.intent for state in states] == [None, "faq", "faq"]
    assert states[0].slots["people"] == 3


def test_what_an_action_sets_counts_after_it() -> None:
    chat = Chat(assistant_of(DOMAIN), {"action_bye": sets(flag=True)})
    chat.hear("bye", number=3)
    before, after = trail(chat).states()[-2:]
    assert (before.slots.get("people"), before.slots.get("flag")) == (3, None)
    assert after.slots["flag"] is True


def test_slots_from_before_what_the_tracker_remembers_are_known() -> None:
    chat = Chat(assistant_of(DOMAIN))
    chat.apply(SlotSet("flag", True))
    chat.apply(SlotSet("place", "Leeds"))
    for number in range(RECENT_EVENTS):
        chat.apply(BotUttered(str(number)))
    chat.apply(SlotSet("place", "York"))
    long_ago = trail(chat)
    assert (long_ago.previous, dict(long_ago.slots)) == (UNKNOWN, {"flag": True, "place": "Leeds"})
    assert long_ago.states()[-1].slots == {"flag": True, "place": "York"} == chat.slots


def test_first_slots_are_not_forgotten_either() -> None:
    first = {"flag": False}
    chat = Chat(assistant_of(DOMAIN), tracker=Tracker(Chat(assistant_of(DOMAIN)).tracker.conversation_id, first, first))
    for number in range(2 * RECENT_EVENTS):
        chat.apply(BotUttered(str(number)))
    assert trail(chat).states()[-1].slots == first


QUESTIONS = [f"part_{number}" for number in range(RECENT_EVENTS // 2)]
ASKED = {
    name: {
        "type": "text",
        "influence_conversation": False,
        "mappings": [{"type": "from_text", "conditions": [{"active_loop": "long_form", "requested_slot": name}]}],
    }
    for name in QUESTIONS
}
WORDS = {name: [{"text": name}] for name in ["utter_ordered", *(f"utter_ask_{one}" for one in QUESTIONS)]}
LONG_FORM = f"""
intents: [order, inform]
slots: {json.dumps(ASKED)}
responses: {json.dumps(WORDS)}
forms: {json.dumps({"long_form": {"required_slots": QUESTIONS}})}
stories:
  - story: order
    steps:
      - intent: order
      - action: long_form
      - active_loop: long_form
      - active_loop: null
      - action: utter_ordered
"""


def asked_before_the_latest_message(chat: Chat) -> str:
    events = list(chat.tracker.recent)
    latest = max(index for index, event in enumerate(events) if isinstance(event, UserUttered))
    return next(event.response for event in reversed(events[:latest]) if isinstance(event, BotUttered))


def test_a_story_goes_on_after_a_form_of_many_questions() -> None:
    chat = Chat(assistant_of(LONG_FORM))
    chat.hear("order")
    for name in QUESTIONS[:-1]:
        assert chat.hear("inform", f"the {name}") == ["long_form"]
        assert asked_before_the_latest_message(chat) == f"utter_ask_{name}"
    assert chat.hear("inform", "the last") == ["long_form", "utter_ordered"]
    assert dict(chat.acted)["utter_ordered"] == "story: order"
    assert len(chat.tracker.recent) <= RECENT_EVENTS
    assert chat.slots[QUESTIONS[0]] == f"the {QUESTIONS[0]}"


LONG = """
intents: [order, inform, bye]
entities: [size]
slots:
  size: {type: any, mappings: [{type: from_entity, entity: size}]}
  place: {type: any, mappings: [{type: from_text, conditions: [{active_loop: place_form, requested_slot: place}]}]}
  known: {type: any, mappings: [{type: custom}]}
responses:
  utter_ask_size: [{text: "Which size?"}]
  utter_ask_place: [{text: "Where to?"}]
  utter_done: [{text: "Ordered."}]
actions: [action_look_up]
forms: {size_form: {required_slots: [size]}, place_form: {required_slots: [place]}}
stories:
  - story: order
    steps:
      - {intent: order}
      - {action: size_form}
      - {active_loop: size_form}
      - {active_loop: null}
      - {action: action_look_up}
      - {action: place_form}
      - {active_loop: place_form}
      - {active_loop: null}
      - {action: utter_done}
"""


def test_a_story_goes_on_after_more_events_than_a_tracker_carries() -> None:
    many = [SlotSet("known", number) for number in range(RECENT_EVENTS - 8)]
    chat = Chat(assistant_of(LONG), {"action_look_up": lambda _: many})
    chat.hear("order")
    assert chat.hear("inform", size="L") == ["size_form", "action_look_up", "place_form"]
    assert chat.tracker.past_message is not None
    assert chat.hear("bye", "12 Mill Lane") == ["place_form", "utter_done"]


def test_an_answer_to_a_form_is_not_what_was_said_before_the_oldest_event() -> None:
    many = [SlotSet("known", number) for number in range(RECENT_EVENTS)]
    chat = Chat(assistant_of(LONG), {"action_look_up": lambda _: many})
    chat.hear("order")
    chat.hear("inform", size="L")
    assert {state.intent for state in trail(chat).states()} == {"order"}
