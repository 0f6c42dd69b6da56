from __future__ import annotations

from bot.adapters.content.built_in_responses import with_built_in_responses
from bot.dialogue.content import read_assistant
from bot.documents import parse
from bot.domain.assistant import Response


def responses_of(text: str) -> dict[str, Response]:
    return dict(with_built_in_responses(read_assistant([parse("domain.yml", text)])).responses)


def test_a_person_is_offered_where_the_assistant_can_bring_one() -> None:
    with_person, without = responses_of("intents: [talk_to_person]"), responses_of("intents: [greet]")
    for name in ("utter_no_answer", "utter_language_not_spoken"):
        assert all(one.buttons for one in with_person[name].variations)
    pressed = [button.payload for one in without.values() for words in one.variations for button in words.buttons]
    assert "/talk_to_person" not in pressed


def test_what_the_assistant_says_itself_stays() -> None:
    own = responses_of('responses: {utter_no_answer: [{text: "No idea."}]}')
    assert [one.text for one in own["utter_no_answer"].variations] == ["No idea."]


def test_an_assistant_in_another_language_has_no_answer_in_that_language() -> None:
    variations = responses_of("language: de")["utter_no_answer"].variations
    assert [one.text[:6] for one in variations if one.language is None] == ["Darauf"]
    assert sum(one.language == "en" for one in variations) == 1


def test_a_language_that_is_not_among_the_built_in_ones_is_answered_in_english() -> None:
    variations = responses_of("language: fi")["utter_no_answer"].variations
    assert [one.text[:6] for one in variations if one.language is None] == ["I don'"]


def test_what_is_worded_for_calls_is_said_on_calls_alone() -> None:
    variations = responses_of("intents: [greet]")["utter_opted_out_in_part"].variations
    spoken = [one for one in variations if one.channel == "voice"]
    assert "Say stop to end that, too." in spoken[0].text
    assert not any("Say stop" in one.text for one in variations if one.channel is None)


def test_a_form_for_an_address_comes_with_the_words_that_ask_for_one() -> None:
    variations = responses_of("{}")["utter_desk_closed"].variations
    assert all(one.extras == {"custom": {"widget": {"show": "contact"}}} for one in variations)
