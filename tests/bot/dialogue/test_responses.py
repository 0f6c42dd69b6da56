from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.dialogue.personal import Personal, Unsayable
from bot.dialogue.responses import fill_in, find_words, render, says_something
from bot.domain.assistant import Response, SlotCondition, Variation
from bot.domain.conversation import FollowupAction, Tracker
from bot.domain.errors import ContentError
from bot.domain.ids import ConversationId
from bot.domain.message import Button
from tests.bot.dialogue.chat import assistant_of


def tracker(**slots: Any) -> Tracker:
    return Tracker(ConversationId("c1"), slots=slots)


def response(*variations: Variation) -> Response:
    return Response("utter_x", variations)


@pytest.mark.parametrize(
    ("text", "slots", "said"),
    [
        ("Hello {name}!", {"name": "Ana"}, "Hello Ana!"),
        ("Hello, {name}!", {}, "Hello!"),
        ("Hello {name}!", {"name": None}, "Hello!"),
        ("{name}, hello", {"name": ""}, ", hello"),
        ("{n} people", {"n": 50.0}, "50 people"),
        ("{n} people", {"n": 2.5}, "2.5 people"),
        ("{amount-of-money} due", {"amount-of-money": 7}, "7 due"),
        ("{toppings}", {"toppings": ["ham", "egg"]}, "ham, egg"),
        ('/inform{{"size": "{size}"}}', {"size": "L"}, '/inform{"size": "L"}'),
        ('/inform{"a": {"b": 1}}', {}, '/inform{"a": {"b": 1}}'),
        ("a {{brace}}", {"brace": 1}, "a {brace}"),
    ],
)
def test_slots_are_filled_in(text: str, slots: dict[str, Any], said: str) -> None:
    assert render(response(Variation(text)), tracker(**slots), None).text == said


def test_a_missing_slot_has_its_default() -> None:
    variation = Variation("Hi {name}!", metadata={"defaults": {"name": "there"}})
    assert render(response(variation), tracker(), None).text == "Hi there!"
    assert render(response(variation), tracker(name="Ana"), None).text == "Hi Ana!"


def test_values_of_the_moment_go_before_slots() -> None:
    said = render(response(Variation("{a} {b}")), tracker(a=1, b=2), None, values={"b": 3})
    assert said.text == "1 3"


def test_buttons_and_images_are_filled_in_too() -> None:
    variation = Variation("", image="https://example.com/{n}.png", buttons=(Button("Yes, {n}", "/yes"),))
    said = render(response(variation), tracker(n=1), None)
    assert (said.image, said.buttons) == ("https://example.com/1.png", (Button("Yes, 1", "/yes"),))


CHOICES = response(
    Variation("plain"),
    Variation("plain vip", conditions=(SlotCondition("vip", True),)),
    Variation("sms", channel="sms"),
    Variation("sms vip", channel="sms", conditions=(SlotCondition("vip", True),)),
)


@pytest.mark.parametrize(
    ("channel", "vip", "said"),
    [
        ("sms", True, "sms vip"),
        ("sms", False, "sms"),
        ("webchat", True, "plain vip"),
        ("webchat", None, "plain"),
        (None, 1, "plain"),
    ],
)
def test_the_channel_goes_before_the_condition(channel: str | None, vip: Any, said: str) -> None:
    assert render(CHOICES, tracker(vip=vip), channel).text == said


def test_where_no_variation_fits_nothing_is_said() -> None:
    assert render(response(Variation("sms", channel="sms")), tracker(), "webchat").text == ""


def test_the_wording_varies_as_a_conversation_goes_on_and_is_the_same_in_a_replay() -> None:
    many = response(*(Variation(str(number)) for number in range(5)))
    state, said = tracker(), []
    for _ in range(30):
        state = state.apply(FollowupAction(None))
        said.append(render(many, state, None).text)
        assert render(many, state, None).text == said[-1]
    assert len(set(said)) == 5


@given(st.text(), st.dictionaries(st.text(), st.none() | st.text() | st.floats() | st.lists(st.integers())))
def test_any_text_can_be_filled_in(text: str, values: dict[str, Any]) -> None:
    assert "None" not in fill_in(text.replace("None", ""), dict.fromkeys(values))
    fill_in(text, values)


def test_what_only_some_channels_show_goes_along_with_its_placeholders_filled_in() -> None:
    assistant = assistant_of("""
responses:
  utter_card:
    - text: Your card
      custom: {blocks: [{text: "For {name}", size: 2}]}
      attachment: {type: template}
      elements: [{title: "{name}"}]
      metadata: {tone: warm}
""")
    content = render(assistant.responses["utter_card"], Tracker(ConversationId("c"), slots={"name": "Ada"}), "webchat")
    assert content.extras == {
        "custom": {"blocks": [{"text": "For Ada", "size": 2}]},
        "attachment": {"type": "template"},
        "elements": [{"title": "Ada"}],
    }
    assert assistant.responses["utter_card"].variations[0].metadata == {"tone": "warm"}


def test_what_only_some_channels_show_is_warned_of() -> None:
    assistant = assistant_of("responses: {utter_card: [{custom: {a: 1}}]}")
    assert "others say nothing" in str(assistant.warnings[0])
    assert says_something(render(assistant.responses["utter_card"], Tracker(ConversationId("c")), None))


def test_a_variation_in_the_language_of_the_conversation_goes_before_the_assistants_own() -> None:
    both = response(Variation("Hello", channel="sms"), Variation("Hi"), Variation("Hallo", language="de"))
    assert render(both, tracker(), "sms").text == "Hello"
    assert render(both, tracker(language="de"), "sms").text == "Hallo"
    assert render(both, tracker(language="fr"), "web").text == "Hi"
    assert render(both, tracker(), "web", language="de").text == "Hallo"


def test_channel_and_condition_choose_among_the_variations_of_a_language() -> None:
    german = response(
        Variation("Hi"),
        Variation("Hallo", language="de"),
        Variation("Hallo per SMS", channel="sms", language="de"),
        Variation("Hallo Ana", conditions=(SlotCondition("name", "Ana"),), language="de"),
    )
    assert render(german, tracker(language="de"), "sms").text == "Hallo per SMS"
    assert render(german, tracker(language="de", name="Ana"), "web").text == "Hallo Ana"


def test_a_response_in_other_languages_only_is_said_all_the_same() -> None:
    assert render(response(Variation("Hallo", language="de")), tracker(language="fr"), None).text == "Hallo"


def test_the_assistants_own_language_may_be_named_and_changes_nothing() -> None:
    text = """
language: de-AT
responses:
  utter_greet:
    - {text: "Servus", language: de}
    - {text: "Hi", language: en-GB}
"""
    assistant = assistant_of(text)
    assert [one.language for one in assistant.responses["utter_greet"].variations] == [None, "en"]
    assert render(assistant.responses["utter_greet"], tracker(), None).text == "Servus"


# ---------------------------------------------------------------- Liquid


def liquid(text: str, **more: Any) -> Variation:
    return Variation(text, liquid=True, **more)


ANA = Personal({"first_name": "Ana", "price": 5}, {"grade": "A1"}, "de-AT")


def test_liquid_says_what_is_known_of_the_person_and_of_the_conversation() -> None:
    button = Button("{{ profile.first_name }}?", '/inform{{"size": "{size}"}}')
    variation = liquid("{{ profile.first_name }}, {{ slots.size }}, {{ lead.grade }}", buttons=(button,))
    said = render(response(variation), tracker(size=7.0), None, personal=ANA)
    assert (said.text, said.buttons) == ("Ana, 7, A1", (Button("Ana?", '/inform{"size": "7"}'),))


def test_without_liquid_braces_mean_what_they_mean_to_rasa() -> None:
    variation = Variation("{{ profile.first_name }} {% if x %} {size}")
    said = render(response(variation), tracker(size="L"), None, personal=ANA)
    assert said.text == "{ profile.first_name } {% if x %} L"


def test_numbers_are_written_as_in_the_language_of_the_variation() -> None:
    price = '{{ profile.price | money: "EUR" }}'
    personal = replace(ANA, profile={"price": 1234.5})
    said = render(response(liquid(price, language="de")), tracker(language="de"), None, personal=personal)
    assert said.text == "€\xa01.234,50"
    assert render(response(liquid(price)), tracker(), None, personal=personal).text == "€1,234.50"


def test_a_variation_that_lacks_a_value_gives_way_to_one_that_does_not() -> None:
    both = response(liquid("Hi {{ profile.last_name }},"), Variation("Hi,"))
    assert {render(both, replace(tracker(), event_count=n), None, personal=ANA).text for n in range(5)} == {"Hi,"}


def test_where_no_variation_can_be_said_nothing_is_and_it_is_told_why() -> None:
    alone = response(liquid("Hi {{ profile.last_name }},"))
    assert not says_something(render(alone, tracker(), None, personal=ANA))
    assert find_words(alone, tracker(), None, personal=ANA) == Unsayable(
        "profile.last_name is missing, and has no default"
    )


def test_of_somebody_of_whom_nothing_is_known_defaults_are_said() -> None:
    assert render(response(liquid('Hi {{ profile.x | default: "there" }}!')), tracker(), None).text == "Hi there!"


def test_a_subject_is_filled_in_as_the_text_is() -> None:
    plain = response(Variation("Hi.", subject="{name}, your demo"))
    assert render(plain, tracker(name="Ana"), "email").subject == "Ana, your demo"
    personal = response(liquid("Hi.", subject="About {{ slots.size }} people"))
    assert render(personal, tracker(size=50), "email").subject == "About 50 people"


@pytest.mark.parametrize(
    ("variation", "fault"),
    [
        ("text: Hi\n      subject: |-\n        One\n        Two", "a subject has one line"),
        (f"text: Hi\n      subject: {'a' * 201}", "this subject has 201 characters; it may have 200"),
        ("text: Hi\n      subject: '{{ profile.x }'\n      metadata: {liquid: true}", "cannot be used"),
    ],
)
def test_a_subject_that_cannot_be_one_is_told_with_its_line(variation: str, fault: str) -> None:
    with pytest.raises(ContentError) as told:
        assistant_of(f"responses:\n  utter_x:\n    - {variation}\n")
    assert fault in str(told.value)
    assert ":4:" in str(told.value)
