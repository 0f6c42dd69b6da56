from __future__ import annotations

from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.message import Button, Text
from bot.domain.spoken import LINK_KEY, Choice, named, pressed, speak

YES_NO = (Button("Yes", "/affirm"), Button("No thanks", "/deny"))
SIZES = (Button("1–10", '/inform{"size": 5}'), Button("11–50", '/inform{"size": 20}'))


def said(text: str, **options: object) -> str:
    return speak(Text(text), **options).plain()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("It starts on 2026-12-01 at 15:30.", "It starts on 1 December 2026 at 3:30 pm."),
        ("Booked for 2026-12-01T15:00:00+00:00", "Booked for 1 December 2026 at 3 pm."),
        ("Call +44 7700 900123", "Call plus 4 4, 7 7 0 0, 9 0 0 1 2 3."),
        ("Call +44 20 7946-0018 or 020 7946-0018", "Call plus 4 4, 2 0, 7 9 4 6, 0 0 1 8 or 0 2 0, 7 9 4 6, 0 0 1 8."),
        ("Open 9:00-17:30, for 3-5 days", "Open 9 am to 5:30 pm, for 3 to 5 days."),
        ("For 10-50 people, £40/user/month", "For 10 to 50 people, £40 per user per month."),
        ("Mail sam@example.com & wait", "Mail sam at example dot com and wait."),
        ("From $10k", "From $10 thousand."),
        ("**Pro** is _new_ 🎉, really", "Pro is new, really."),
        ("We have:\n- chat\n- calls", "We have: chat. calls."),
        ("It never closes: 24/7, v1.2, 2026-02-31", "It never closes: 24/7, v1.2, 2026-02-31."),
    ],
)
def test_what_a_voice_would_stumble_over_is_put_in_words(written: str, heard: str) -> None:
    assert said(written) == heard


def test_a_day_and_a_time_are_said_in_the_language_of_the_message() -> None:
    assert said("Am 2026-03-01 um 15:00", language="de") == "Am 1. März 2026 um 15:00."


def test_ssml_marks_days_and_telephone_numbers_as_what_they_are() -> None:
    ssml = speak(Text("On 2026-12-01 call +44 7700 900123, R&D <now>")).ssml()
    assert '<say-as interpret-as="date" format="ymd">20261201</say-as>' in ssml
    assert '<say-as interpret-as="telephone">+44 7700 900123</say-as>' in ssml
    assert "R&amp;D &lt;now&gt;" in ssml


def test_buttons_become_choices_that_are_said_or_pressed() -> None:
    spoken = speak(Text("Shall we?", buttons=YES_NO), keypad=True)
    assert spoken.plain() == "Shall we? You can say Yes, or press 1; or No thanks, or press 2."
    assert pressed("2", spoken.choices) == Choice("2", "No thanks", "/deny")
    assert pressed("3", spoken.choices) is None


def test_without_a_keypad_choices_are_only_said() -> None:
    spoken = speak(Text("Shall we?", buttons=YES_NO))
    assert spoken.plain() == "Shall we? You can say Yes; or No thanks."
    assert [choice.key for choice in spoken.choices] == ["", ""]


@pytest.mark.parametrize("words", ["No thanks.", "the second one", "two", "Number 2 please", "second"])
def test_a_choice_is_named_by_its_title_or_its_place(words: str) -> None:
    choice = named(words, speak(Text("Shall we?", buttons=YES_NO)).choices)
    assert choice is not None
    assert choice.payload == "/deny"


@pytest.mark.parametrize("words", ["", "no", "two people said yes", "the ninth", "one or two"])
def test_what_names_no_choice_is_left_to_be_understood(words: str) -> None:
    assert named(words, speak(Text("Shall we?", buttons=YES_NO)).choices) is None


def test_a_number_said_to_choices_of_numbers_is_no_place() -> None:
    assert named("two", speak(Text("How many are you?", buttons=SIZES)).choices) is None


def test_a_link_is_not_read_out_but_offered_as_a_text() -> None:
    page = "https://example.com/pricing?a=1"
    spoken = speak(Text(f"It is on {page}.", source_url=page), keypad=True, links="text")
    assert spoken.links == (page,)
    assert spoken.plain().startswith("It is on the link. I can text you the link.")
    offered = pressed(LINK_KEY, spoken.choices)
    assert offered is not None
    assert offered.payload == f'/send_link{{"link": "{page}"}}'


def test_where_nothing_can_be_texted_the_link_is_on_the_card_or_unsaid() -> None:
    content = Text("See [our prices](https://example.com/pricing).")
    assert speak(content, links="card").plain() == "See our prices. I have put the link into your app."
    assert speak(content).plain() == "See our prices."


MARKUP = st.lists(
    st.sampled_from(
        [
            "**",
            "[a](https://b.c/d)",
            "https://e.f/?g=1&h",
            "\n- ",
            "2026-12-01",
            "25:00",
            "+44 20 7946 0000",
            "1-2",
            "<",
            "&",
            "👍",
        ]
    )
    | st.text(max_size=8),
    max_size=12,
).map("".join)


@given(text=MARKUP, titles=st.lists(MARKUP, max_size=12), language=st.sampled_from(["en", "de", "fr", "es", "xx", ""]))
def test_whatever_is_written_can_be_said(text: str, titles: list[str], language: str) -> None:
    buttons = tuple(Button(title, f"/{number}") for number, title in enumerate(titles))
    spoken = speak(Text(text, buttons=buttons), keypad=True, links="text", language=language)
    ElementTree.fromstring(f"<speak>{spoken.ssml()}</speak>")
    assert "https://" not in spoken.plain()
    assert "\n" not in spoken.plain()
    keys = [choice.key for choice in spoken.choices if choice.key]
    assert len(keys) == len(set(keys))
    for choice in spoken.choices:
        if choice.key:
            assert pressed(choice.key, spoken.choices) == choice


@given(said=st.text(max_size=40), language=st.sampled_from(["en", "de", "fr", "es"]))
def test_whatever_is_said_names_a_choice_or_none(said: str, language: str) -> None:
    choices = speak(Text("?", buttons=YES_NO), language=language).choices
    assert named(said, choices, language) in (*choices, None)


def test_a_button_that_leads_to_a_page_is_a_link_and_no_choice() -> None:
    spoken = speak(Text("Look.", (Button("Our prices", "https://acme.example/prices"), *YES_NO)), keypad=True)
    assert spoken.links == ("https://acme.example/prices",)
    assert [(choice.key, choice.title) for choice in spoken.choices] == [("1", "Yes"), ("2", "No thanks")]
