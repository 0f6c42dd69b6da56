from __future__ import annotations

import pytest

from bot.nlu.person_words import asks_for_person


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("ich möchte mit einem Menschen sprechen", "de"),
        ("kann ich mit jemandem reden?", "de"),
        ("je veux parler à quelqu'un", "fr"),
        ("puis-je discuter avec un conseiller ?", "fr"),
        ("quiero hablar con una persona", "es"),
        ("parlare con un operatore", "it"),
        ("quero falar com alguém", "pt"),
        ("ik wil graag iemand spreken", "nl"),
        ("chcę rozmawiać z człowiekiem", "pl"),
    ],
)
def test_a_person_is_asked_for_in_other_languages(text: str, language: str) -> None:
    assert asks_for_person(text, besides={"en"}) == language
    assert asks_for_person(text, besides={"en", language}) is None, "its own examples say what that means"


@pytest.mark.parametrize(
    "text",
    ["was kostet das?", "je ne parle pas anglais", "no hablo inglés", "mensch!", "can I talk to a person?", "", "12",
     "for agent and persona"],
)  # fmt: skip
def test_other_words_ask_for_nobody(text: str) -> None:
    assert asks_for_person(text, besides={"en"}) is None
