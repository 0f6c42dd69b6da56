"""Assistants that others wrote for Rasa 3, run as they are."""

from __future__ import annotations

import pytest

from tests.bot.dialogue.chat import Chat, sets, shared_assistant


@pytest.mark.parametrize(
    ("name", "rules", "stories"), [("moodbot", 2, 3), ("formbot", 6, 2), ("financial-demo", 20, 19)]
)
def test_it_loads_without_faults(name: str, rules: int, stories: int) -> None:
    assistant = shared_assistant(name)
    assert (len(assistant.rules), len(assistant.stories)) == (rules, stories)


def test_moodbot_cheers_up() -> None:
    chat = Chat(shared_assistant("moodbot"))
    assert chat.hear("greet") == ["utter_greet"]
    assert chat.hear("mood_unhappy") == ["utter_cheer_up", "utter_did_that_help"]
    assert chat.hear("deny") == ["utter_goodbye"]
    assert chat.hear("bot_challenge") == ["utter_iamabot"]
    assert chat.hear("goodbye") == ["utter_goodbye"]


def test_formbot_fills_its_form() -> None:
    chat = Chat(shared_assistant("formbot"))
    assert chat.hear("request_restaurant") == ["validate_restaurant_form", "restaurant_form"]
    chat.hear("inform", cuisine="italian")
    assert (chat.asked_for, chat.said) == ("num_people", ["How many people?"])
    chat.hear("inform", number="4")
    chat.hear("affirm", "yes please")
    assert (chat.slots["num_people"], chat.slots["outdoor_seating"], chat.asked_for) == (4, True, "preferences")
    chat.hear("deny", "no")
    assert chat.slots["preferences"] == "no additional preferences"
    acted = chat.hear("inform", "very good so far")
    assert acted == ["validate_restaurant_form", "restaurant_form", "utter_submit", "utter_slots_values"]
    assert chat.form is None


def test_formbot_chats_in_the_middle_of_its_form() -> None:
    chat = Chat(shared_assistant("formbot"))
    chat.hear("request_restaurant")
    chat.hear("chitchat")
    assert chat.said == ["chitchat", "What cuisine?"]


@pytest.mark.parametrize(
    ("answer", "acted", "form"),
    [
        ("affirm", ["validate_restaurant_form", "restaurant_form"], "restaurant_form"),
        ("deny", ["action_deactivate_loop"], None),
    ],
)
def test_formbot_asks_whether_to_go_on(answer: str, acted: list[str], form: str | None) -> None:
    chat = Chat(shared_assistant("formbot"))
    chat.hear("request_restaurant")
    chat.hear("inform", cuisine="thai")
    assert chat.hear("stop")[-1] == "utter_ask_continue"
    assert chat.hear(answer) == acted
    assert chat.form == form


def test_financial_demo_switches_between_forms_and_back() -> None:
    chat = Chat(
        shared_assistant("financial-demo"),
        {
            "action_switch_forms_ask": sets(next_form_name="transfer_money_form"),
            "action_switch_forms_affirm": sets(next_form_name=None, previous_form_name="cc_payment_form"),
        },
    )
    assert chat.hear("pay_cc")[-1] == "cc_payment_form"
    assert chat.hear("transfer_money")[-1] == "action_switch_forms_ask"
    assert "transfer_money_form" in chat.hear("affirm")
    assert chat.form == "transfer_money_form"
