from __future__ import annotations

import pytest

from bot.dialogue.engine import decide
from bot.domain.conversation import (
    ActionExecuted,
    ConversationPaused,
    FollowupAction,
    Restarted,
    SessionStarted,
    SlotSet,
    Tracker,
    UserUttered,
)
from bot.domain.effects import Apply, RunAction, Say
from bot.domain.ids import ConversationId, MessageId
from bot.domain.understanding import Entity, IntentScore, KnowledgeAnswer, Understood
from tests.bot.dialogue.chat import NOON, Chat, assistant_of, sets

SHOP = """
version: "3.1"
intents:
  - greet
  - thank
  - ask_opening
  - order
  - cancel
  - weather: {use_entities: []}
entities:
  - city
  - size: {roles: [wanted, had]}
slots:
  vip: {type: bool, initial_value: false, mappings: [{type: custom}]}
  name: {type: text, mappings: [{type: custom}]}
  mood: {type: categorical, values: [good, bad], mappings: [{type: custom}]}
responses:
  utter_greet: [{text: "Hello"}]
  utter_greet_vip: [{text: "Welcome back"}]
  utter_first: [{text: "Nice to meet you"}]
  utter_open: [{text: "We open at 9"}]
  utter_anything_else: [{text: "Anything else?"}]
  utter_city: [{text: "In that city"}]
  utter_resize: [{text: "We change it"}]
  utter_default: [{text: "Pardon?"}]
  utter_restart: [{text: "From the top"}]
  utter_known: [{text: "I know you, {name}"}]
  utter_cheer: [{text: "Chin up"}]
actions: [action_order, action_look_up, action_first]
rules:
  - rule: greet
    condition: [{slot_was_set: [{vip: false}]}]
    steps:
      - intent: greet
      - action: utter_greet
  - rule: greet a VIP
    condition: [{slot_was_set: [{vip: true}]}]
    steps:
      - intent: greet
      - action: utter_greet_vip
  - rule: the first words
    conversation_start: true
    condition: [{slot_was_set: [{vip: false}]}]
    steps:
      - intent: greet
      - action: utter_first
  - rule: opening hours
    steps:
      - intent: ask_opening
      - action: utter_open
      - action: utter_anything_else
  - rule: opening hours of a city
    steps:
      - intent: ask_opening
        entities: [city]
      - action: utter_city
  - rule: order
    steps:
      - intent: order
      - action: action_order
      - slot_was_set: [{name: someone}]
      - action: utter_known
  - rule: after looking up
    steps:
      - action: action_look_up
      - action: utter_anything_else
  - rule: look up
    wait_for_user_input: false
    steps:
      - or:
          - intent: cancel
          - intent: weather
      - action: action_look_up
"""


def test_a_rule_answers_wherever_the_conversation_is() -> None:
    chat = Chat(assistant_of(SHOP))
    chat.hear("nonsense")
    assert chat.hear("ask_opening") == ["utter_open", "utter_anything_else"]
    assert chat.said == ["We open at 9", "Anything else?"]
    assert chat.acted[0] == ("utter_open", "rule: opening hours")


def test_each_decision_is_one_action_and_nothing_means_listen() -> None:
    chat = Chat(assistant_of(SHOP))
    chat.hear("ask_opening")
    assert chat.decisions == 2
    assert decide(chat.assistant, chat.tracker) == []


def test_an_untouched_conversation_has_nothing_to_decide() -> None:
    assert decide(assistant_of(SHOP), Tracker(ConversationId("new"))) == []


def test_a_condition_on_a_slot_chooses_between_rules() -> None:
    chat = Chat(assistant_of(SHOP))
    chat.hear("ask_opening")
    assert chat.hear("greet") == ["utter_greet"]
    chat.apply(SlotSet("vip", True))
    assert chat.hear("greet") == ["utter_greet_vip"]


def test_a_rule_for_the_start_of_a_conversation_fires_only_there() -> None:
    chat = Chat(assistant_of(SHOP))
    assert chat.hear("greet") == ["utter_first"]
    assert chat.hear("greet") == ["utter_greet"]


def test_a_chat_that_was_only_opened_has_not_begun() -> None:
    """The service asks the engine nothing then, where the assistant has no such intent."""
    opened = UserUttered("", Understood("", IntentScore("open_chat", 1.0)), MessageId("m0"), NOON, "webchat")
    chat = Chat(assistant_of(SHOP))
    chat.apply(opened)
    assert chat.hear("greet") == ["utter_first"]
    chat = Chat(assistant_of(SHOP.replace("  - greet\n", "  - greet\n  - open_chat\n", 1)))
    chat.apply(opened)
    assert chat.hear("greet") == ["utter_greet"]


def test_a_new_session_is_a_start_of_the_conversation() -> None:
    chat = Chat(assistant_of(SHOP))
    chat.hear("thank")
    chat.apply(SessionStarted())
    assert chat.hear("greet") == ["utter_first"]


def test_the_rule_that_says_more_about_the_message_wins() -> None:
    chat = Chat(assistant_of(SHOP))
    assert chat.hear("ask_opening", city="Leeds") == ["utter_city"]


USES = """
intents: [{weather: {use_entities: []}}, {ask: {ignore_entities: [city]}}]
entities: [{city: {roles: [from]}}, day]
responses: {utter_sun: [{text: sun}], utter_rain: [{text: rain}], utter_bye: [{text: bye}]}
rules:
- {rule: weather, steps: [{intent: weather, entities: [city]}, {action: utter_sun}]}
stories:
- story: asked
  steps:
  - {intent: ask, entities: [{city: Leeds, role: from}, {day: Monday}]}
  - {action: utter_rain}
"""


def test_entities_that_the_intent_does_not_use_are_seen_neither_in_a_message_nor_in_a_rule_or_story() -> None:
    chat = Chat(assistant_of(USES))
    assert chat.hear("weather") == ["utter_sun"]
    assert chat.hear("weather", city="Leeds") == ["utter_sun"]
    assert chat.hear("ask", city="Leeds", day="Monday") == ["utter_rain"]
    assert chat.acted[-1] == ("utter_rain", "story: asked")
    assert chat.hear("ask", day="Monday") == ["utter_rain"]


def test_roles_of_entities_are_told_apart() -> None:
    chat = Chat(
        assistant_of(
            SHOP
            + """
  - rule: another size
    steps:
      - intent: order
        entities:
          - {entity: size, role: wanted}
      - action: utter_resize
"""
        )
    )
    assert chat.hear("order", entities=[Entity("size", "L", role="wanted")]) == ["utter_resize"]
    assert chat.hear("order", entities=[Entity("size", "L", role="had")])[0] == "action_order"


def test_a_rule_goes_on_by_what_its_action_has_set() -> None:
    chat = Chat(assistant_of(SHOP), {"action_order": sets(name="Ana")})
    assert chat.hear("order") == ["action_order", "utter_known"]
    assert chat.said == ["I know you, Ana"]


def test_a_rule_does_not_go_on_when_its_action_set_nothing() -> None:
    chat = Chat(assistant_of(SHOP))
    assert chat.hear("order") == ["action_order"]


def test_a_rule_remembers_slots_from_before_the_actions_of_this_turn() -> None:
    """The condition holds for the state in which the rule began, though its own action has changed the slot since."""
    domain = (
        SHOP
        + """
  - rule: cheer up
    condition: [{slot_was_set: [{mood: bad}]}]
    steps:
      - intent: thank
      - action: action_first
      - slot_was_set: [{mood: good}]
      - action: utter_cheer
"""
    )
    chat = Chat(assistant_of(domain), {"action_first": sets(mood="good")})
    chat.apply(SlotSet("mood", "bad"))
    for _ in range(30):  # long ago, as far as the tracker remembers
        chat.hear("ask_opening")
    assert chat.hear("thank") == ["action_first", "utter_cheer"]


def test_alternatives_and_a_rule_that_does_not_wait() -> None:
    for intent in ("cancel", "weather"):
        chat = Chat(assistant_of(SHOP))
        assert chat.hear(intent) == ["action_look_up", "utter_anything_else"]


def test_a_custom_action_is_left_to_the_caller_with_its_reason() -> None:
    chat = Chat(assistant_of(SHOP))
    chat.hear("cancel")
    assert ("action_look_up", "rule: look up") in chat.acted


def test_what_nobody_knows_is_answered_by_the_default_once() -> None:
    chat = Chat(assistant_of(SHOP))
    assert chat.hear("thank") == ["action_default_fallback"]
    assert chat.said == ["Pardon?"]
    assert chat.acted == [("action_default_fallback", "fallback")]


def test_an_assistant_without_a_default_answer_still_ends_the_turn() -> None:
    chat = Chat(assistant_of("intents: [greet]"))
    assert chat.hear("greet") == ["action_default_fallback"]
    assert chat.said == []


def test_an_answer_from_the_knowledge_pages_goes_before_the_fallback_but_not_before_rules() -> None:
    answer = KnowledgeAnswer("At 9.", "Opening", "/opening", 0.9)
    chat = Chat(assistant_of(SHOP))
    assert chat.hear("thank", answer=answer) == ["action_answer_from_knowledge"]
    assert chat.acted[0][1] == "knowledge"
    assert chat.hear("ask_opening", answer=answer)[0] == "utter_open"


def test_a_follow_up_that_an_action_asks_for_comes_next() -> None:
    chat = Chat(assistant_of(SHOP), {"action_order": lambda _: [FollowupAction("action_first")]})
    assert chat.hear("order") == ["action_order", "action_first"]
    assert chat.acted[1][1] == "follow-up"


def test_a_follow_up_that_does_not_exist_is_forgotten() -> None:
    chat = Chat(assistant_of(SHOP), {"action_order": lambda _: [FollowupAction("action_of_another_assistant")]})
    assert chat.hear("order") == ["action_order"]
    assert chat.tracker.followup is None


def test_following_up_with_listening_ends_the_turn_and_not_the_next_one() -> None:
    chat = Chat(assistant_of(SHOP), {"action_look_up": lambda _: [FollowupAction("action_listen")]})
    assert chat.hear("cancel") == ["action_look_up", "action_listen"]
    assert chat.hear("ask_opening") == ["utter_open", "utter_anything_else"]


def test_restart_forgets_everything() -> None:
    chat = Chat(assistant_of(SHOP), {"action_order": sets(name="Ana", vip=True)})
    chat.hear("order")
    assert chat.hear("restart") == ["action_restart"]
    assert chat.said == ["From the top"]
    assert chat.slots == {"vip": False}
    assert chat.hear("greet") == ["utter_first"]


def test_a_restart_by_a_custom_action_ends_the_turn() -> None:
    chat = Chat(assistant_of(SHOP), {"action_order": lambda _: [Restarted()]})
    assert chat.hear("order") == ["action_order"]


def test_a_paused_conversation_hears_only_restart() -> None:
    chat = Chat(assistant_of(SHOP))
    chat.apply(ConversationPaused())
    assert chat.hear("greet") == []
    assert chat.hear("restart") == ["action_restart"]


def test_rules_that_chase_each_other_are_stopped() -> None:
    chat = Chat(
        assistant_of("""
intents: [greet]
responses:
  utter_a: [{text: a}]
  utter_b: [{text: b}]
rules:
  - rule: start
    wait_for_user_input: false
    steps: [{intent: greet}, {action: utter_a}]
  - rule: a to b
    wait_for_user_input: false
    steps: [{action: utter_a}, {action: utter_b}]
  - rule: b to a
    wait_for_user_input: false
    steps: [{action: utter_b}, {action: utter_a}]
""")
    )
    assert len(chat.hear("greet")) == 10
    assert len(chat.hear("greet")) == 10


def test_a_rule_may_say_to_listen() -> None:
    chat = Chat(
        assistant_of("""
intents: [greet]
rules:
  - rule: be quiet
    steps: [{intent: greet}, {action: action_listen}]
""")
    )
    assert chat.hear("greet") == ["action_listen"]
    assert chat.acted == [("action_listen", "rule: be quiet")]


def test_slots_that_have_a_value_from_the_start_have_it() -> None:
    chat = Chat(assistant_of(SHOP))
    chat.hear("ask_opening")
    assert chat.slots["vip"] is False


def test_a_response_is_worded_for_the_channel() -> None:
    assistant = assistant_of("""
intents: [greet]
responses:
  utter_hi: [{text: Long hello}, {text: Hi, channel: sms}]
""")
    tracker = Tracker(ConversationId("c")).apply(FollowupAction("utter_hi"))
    effects = decide(assistant, tracker, channel="sms")
    assert [effect.content.text for effect in effects if isinstance(effect, Say)] == ["Hi"]
    assert Apply(ActionExecuted("utter_hi", "follow-up")) in effects


def test_a_custom_action_takes_the_place_of_a_default_one() -> None:
    assistant = assistant_of("{intents: [greet], actions: [action_default_fallback]}")
    chat = Chat(assistant)
    chat.apply(Restarted())
    assert chat.hear("greet") == ["action_default_fallback"]
    effects = decide(assistant, chat.tracker.apply(FollowupAction("action_default_fallback")))
    assert effects == [RunAction("action_default_fallback", "follow-up")]


# ---------------------------------------------------------------- stories

STORIES = """
intents: [greet, good, bad, faq, yes, no]
slots:
  told: {type: bool, mappings: [{type: custom}]}
responses:
  utter_hi: [{text: hi}]
  utter_great: [{text: great}]
  utter_sorry: [{text: sorry}]
  utter_helped: [{text: did that help}]
  utter_faq: [{text: faq}]
  utter_bye: [{text: bye}]
rules:
  - rule: faq
    steps: [{intent: faq}, {action: utter_faq}]
stories:
  - story: good mood
    steps: [{intent: greet}, {action: utter_hi}, {intent: good}, {action: utter_great}]
  - story: bad mood
    steps:
      - intent: greet
      - action: utter_hi
      - intent: bad
      - action: utter_sorry
      - action: utter_helped
      - checkpoint: helped
  - story: it helped
    steps: [{checkpoint: helped}, {intent: "yes"}, {action: utter_great}]
  - story: it did not help
    steps: [{checkpoint: helped}, {intent: "no"}, {action: utter_bye}]
"""


def test_stories_depend_on_what_went_before() -> None:
    chat = Chat(assistant_of(STORIES))
    assert chat.hear("greet") == ["utter_hi"]
    assert chat.hear("bad") == ["utter_sorry", "utter_helped"]
    assert chat.hear("no") == ["utter_bye"]
    assert chat.acted == [("utter_bye", "story: bad mood > it did not help")]


def test_a_story_may_begin_in_the_middle_of_a_conversation() -> None:
    chat = Chat(assistant_of(STORIES))
    for _ in range(8):
        chat.hear("faq")
    chat.hear("nonsense")
    assert chat.hear("greet") == ["utter_hi"]
    assert chat.hear("good") == ["utter_great"]


def test_slots_from_before_a_story_began_do_not_derail_it_however_long_it_is() -> None:
    chat = Chat(assistant_of(STORIES))
    chat.hear("faq")
    chat.apply(SlotSet("told", True))
    assert chat.hear("greet") == ["utter_hi"]
    assert chat.hear("bad") == ["utter_sorry", "utter_helped"]
    assert chat.hear("no") == ["utter_bye"]


def test_a_rule_in_the_middle_does_not_derail_a_story() -> None:
    chat = Chat(assistant_of(STORIES))
    chat.hear("greet")
    assert chat.hear("faq") == ["utter_faq"]
    assert chat.hear("good") == ["utter_great"]


def test_a_slot_that_no_story_knows_of_derails_them_where_nothing_generalises() -> None:
    chat = Chat(assistant_of(STORIES, "policies: [{name: MemoizationPolicy}, {name: RulePolicy}]"))
    chat.hear("greet")
    chat.apply(SlotSet("told", True))
    assert chat.hear("good") == ["action_default_fallback"]


@pytest.mark.parametrize(("first", "next_action"), [("false", "action_default_fallback"), ("null", "utter_great")])
def test_stories_see_a_slot_that_only_rules_name_where_it_has_a_value_from_the_start(
    first: str, next_action: str
) -> None:
    content = STORIES.replace("told: {", f"told: {{initial_value: {first}, ")
    rule = """
policies: [{name: MemoizationPolicy}, {name: RulePolicy}]
rules: [{rule: told, condition: [{slot_was_set: [{told: true}]}], steps: [{intent: "no"}, {action: utter_bye}]}]
"""
    chat = Chat(assistant_of(content, rule))
    chat.hear("greet")
    chat.apply(SlotSet("told", True))
    assert chat.hear("good") == [next_action]
