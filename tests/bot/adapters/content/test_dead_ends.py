"""What an author forgot, and nothing else, is warned of."""

from __future__ import annotations

import pytest

from bot.adapters.content.dead_ends import dead_ends, without_code
from bot.dialogue.content import read_assistant
from bot.documents import parse
from bot.journeys.content import Known, read_journey

DOMAIN = """
version: "3.1"
intents: [order, stop, greet]
entities: [size]
slots:
  size: {type: text, mappings: [{type: from_entity, entity: size, intent: [order, stop, greet]}]}
forms:
  order_form: {required_slots: [size]}
responses:
  utter_ask_size: [{text: "Which size?"}]
  utter_ordered: [{text: "Done."}]
"""
MAPPINGS = "[{type: from_entity, entity: size, intent: [order, stop, greet]}]"
OPENS = "- rule: Order\n  steps: [intent: order, action: order_form, active_loop: order_form]\n"
ENDS = (
    "- rule: Ordered\n  condition: [active_loop: order_form]\n"
    "  steps: [action: order_form, active_loop: null, slot_was_set: [requested_slot: null], action: utter_ordered]\n"
)
LEAVES = (
    "- rule: Left\n  condition: [active_loop: order_form]\n"
    "  steps: [intent: stop, action: action_deactivate_loop, active_loop: null, action: utter_ordered]\n"
)
SAID = frozenset({"order", "stop", "greet/warmly"})


def warnings(
    *rules: str, domain: str = DOMAIN, stories: str = "", said: frozenset[str] = SAID, marked: tuple[str, ...] = ()
) -> list[str]:
    documents = [parse("domain.yml", domain), parse("rules.yml", "rules:\n" + "".join(rules))]
    if stories:
        documents.append(parse("stories.yml", stories))
    return [str(one) for one in dead_ends(read_assistant(documents), documents, (), dict.fromkeys(said, marked))]


def test_a_form_that_a_rule_opens_and_another_follows_is_no_dead_end() -> None:
    assert warnings(OPENS, ENDS, LEAVES) == []


def test_a_form_may_be_opened_and_followed_in_a_story() -> None:
    steps = "[intent: order, action: order_form, active_loop: order_form, active_loop: null, action: utter_ordered]"
    assert warnings(stories=f"stories:\n- story: Order\n  steps: {steps}\n") == []


ELSEWHERE = "{type: from_text, conditions: [{active_loop: other_form}]}"


@pytest.mark.parametrize(
    ("mappings", "further", "told"),
    [
        ("[]", "", True),
        (f"[{ELSEWHERE}]", "", True),
        (f"[{ELSEWHERE}, {{type: custom}}]", "", False),
        ("[{type: from_text, conditions: [{active_loop: order_form, requested_slot: size}]}]", "", False),
        ("[]", "actions: [validate_order_form]", False),
        ("[]", "actions: [action_ask_size]", False),
    ],
)
def test_a_question_that_nothing_answers_is_told(mappings: str, further: str, told: bool) -> None:
    other = "  other_form: {required_slots: [size]}\n" if "other_form" in mappings else ""
    domain = DOMAIN.replace(MAPPINGS, mappings) + further
    found = warnings(OPENS, ENDS, domain=domain.replace("responses:", f"{other}responses:"))
    assert any(one.startswith('domain.yml:8:3: nothing fills the slot "size" while') for one in found) == told


def test_a_form_that_nothing_opens_is_told_at_its_place() -> None:
    (told,) = warnings(ENDS)
    assert told.startswith('domain.yml:8:3: nothing opens the form "order_form"')
    assert "`- action: order_form` and `- active_loop: order_form`" in told


@pytest.mark.parametrize("rules", [(OPENS,), (OPENS, LEAVES)], ids=["nothing", "only that it is left"])
def test_a_form_that_nothing_follows_is_told(rules: tuple[str, ...]) -> None:
    (told,) = warnings(*rules)
    assert told.startswith('domain.yml:8:3: nothing is said when the form "order_form" is filled in')
    assert "`- active_loop: null`" in told


def test_a_rule_that_does_not_say_that_its_form_is_open_then_is_told() -> None:
    (told,) = warnings(OPENS.replace(", active_loop: order_form", ""), ENDS)
    assert told.startswith('rules.yml:2:3: the rule "Order" runs order_form')
    assert "Add `- active_loop: order_form` below `- action: order_form`." in told


ASK = "\nintents: [order, stop, greet, ask]\n"
ASKED = SAID | {"ask", "restart", "opt_out"}


def test_an_intent_with_examples_that_nothing_follows_is_told() -> None:
    domain = DOMAIN.replace("\nintents: [order, stop, greet]\n", ASK)
    (told,) = warnings(OPENS, ENDS, domain=domain, said=ASKED)
    assert told.startswith('domain.yml:3:31: nothing follows the intent "ask": no rule, story, slot or journey has it')
    rule = "- rule: Asked\n  steps: [intent: ask, action: utter_ordered]\n"
    assert warnings(OPENS, ENDS, rule, domain=domain, said=ASKED) == []
    story = "stories:\n- story: Asked\n  steps: [intent: ask, action: utter_ordered]\n"
    assert warnings(OPENS, ENDS, domain=domain, stories=story, said=ASKED) == []


@pytest.mark.parametrize(
    ("mapping", "marked", "told"),
    [
        ("{type: from_entity, entity: size}", ("size",), False),
        ("{type: from_entity, entity: size}", (), True),
        ("{type: from_entity, entity: size, not_intent: ask}", ("size",), True),
    ],
)
def test_an_intent_whose_examples_answer_a_form_is_followed(mapping: str, marked: tuple[str, ...], told: bool) -> None:
    domain = DOMAIN.replace("\nintents: [order, stop, greet]\n", ASK).replace(MAPPINGS, f"[{mapping}]")
    found = warnings(OPENS, ENDS, domain=domain, said=frozenset({"order", "stop", "ask", "greet"}), marked=marked)
    assert any('nothing follows the intent "ask"' in one for one in found) == told


def test_an_intent_by_which_people_enter_a_journey_is_followed() -> None:
    documents = [
        parse("domain.yml", DOMAIN.replace("\nintents: [order, stop, greet]\n", ASK)),
        parse("r.yml", f"rules:\n{OPENS}{ENDS}"),
    ]
    head = "journey: j\npurpose: marketing\nenter: {message: true, intent: [ask]}\nsteps: [add_to: x]\n"
    journey = read_journey(parse("journeys/j.yml", head), Known(intents=frozenset({"ask"})))
    assert list(dead_ends(read_assistant(documents), documents, [journey], dict.fromkeys(ASKED, ()))) == []


def test_a_rule_that_goes_on_to_nothing_is_told() -> None:
    greets = "- rule: Greet\n  wait_for_user_input: false\n  steps: [intent: greet/warmly, action: utter_ordered]\n"
    (told,) = warnings(OPENS, ENDS, LEAVES, greets)
    assert told.startswith('rules.yml:10:3: the rule "Greet" does not wait after utter_ordered, and no other rule')
    asks = "- rule: More\n  steps: [action: utter_ordered, action: utter_ask_size]\n"
    assert warnings(OPENS, ENDS, LEAVES, greets, asks) == []


def test_an_intent_without_examples_is_told() -> None:
    (told,) = warnings(OPENS, ENDS, said=frozenset({"order", "stop"}))
    assert told.startswith('domain.yml:3:24: the intent "greet" has no examples, so no message is understood as it.')


def test_what_buttons_and_channels_say_needs_no_examples() -> None:
    domain = DOMAIN.replace(
        "[order, stop, greet]", "[order, stop, greet, open_chat, out_of_scope, opt_out, restart]"
    ).replace('{text: "Done."}', '{text: "Done.", buttons: [{title: "Hi", payload: "/greet"}]}')
    assert warnings(OPENS, ENDS, domain=domain, said=frozenset({"order", "stop"})) == []


def test_all_actions_that_nobody_wrote_are_told_in_one_line() -> None:
    document = parse("domain.yml", DOMAIN + "actions: [validate_order_form, action_pack, action_listen]\n")
    (told,) = map(str, without_code(read_assistant([document]), [document], set[str]().__contains__))
    assert 'no code has the actions "action_pack", "validate_order_form", so whoever comes to one of them' in told


def test_an_action_that_nobody_wrote_is_told() -> None:
    actions = "order_form, validate_order_form, action_pack, utter_ordered, action_restart, action_send_code"
    domain = f"{DOMAIN}actions: [{actions}]\n"
    document = parse("domain.yml", domain)
    told, built_in = map(str, without_code(read_assistant([document]), [document], {"action_pack"}.__contains__))
    assert told.startswith('domain.yml:12:23: no code has the action "validate_order_form"')
    assert "OVERTURE_ACTIONS" in told
    assert 'no code has the action "action_restart"' in built_in
    assert built_in.endswith("or take it out, and what is built in runs.")
