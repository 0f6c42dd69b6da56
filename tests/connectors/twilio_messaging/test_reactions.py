"""A reaction that comes as a text is its emoji, and not the words of ours that it quotes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.twilio_messaging.reactions import reaction_in, takes_back_reaction

OURS = "Your demo is on Tuesday. Reply STOP to opt out."


@pytest.mark.parametrize(
    ("text", "emoji"),
    [
        (f"Liked “{OURS}”", "👍"),
        (f"Loved “{OURS}”", "❤️"),
        (f"Disliked “{OURS}”", "👎"),
        (f"Laughed at “{OURS}”", "😂"),
        (f"Emphasised “{OURS}”", "‼️"),
        (f"Questioned “{OURS}”", "❓"),
        (f"Reacted 🎉 to “{OURS}”", "🎉"),
        (f"\u200a\u200b👍🏽\u200b to\u200a“{OURS}\u200a”\u200a", "👍🏽"),
        (f'Liked "{OURS}"', "👍"),
        ("Liked “one\ntwo”", "👍"),
        ("Loved an image", "❤️"),
        (f"Reacted with 🎉 to “{OURS}”", "🎉"),
        (f"Reaccionó con 🫡 a “{OURS}”", "🫡"),
        (f"Le gustó “{OURS}”", "👍"),
        (f"No le gustó “{OURS}”", "👎"),
        (f"A aimé «\u00a0{OURS}\u00a0»", "👍"),
        (f"N’a pas aimé « {OURS} »", "👎"),
        (f"Понравилось «{OURS}»", "👍"),
        (f"Gefällt „{OURS}“", "👍"),
        (f"Gefällt „{OURS}“ nicht", "👎"),
        (f"Hob „{OURS}“ hervor", "‼️"),
        ("Gefällt ein Bild", "👍"),
        (f"Curtiu “{OURS}”", "👍"),
        (f"Não gostou de “{OURS}”", "👎"),
        (f"Ha adorato “{OURS}”", "❤️"),
        (f'Ha messo "Mi piace" a “{OURS}”', "👍"),
        (f"A adoré « {OURS} »", "❤️"),
        (f"Se rió de “{OURS}”", "😂"),
        (f"Reagierte mit 🎉 auf „{OURS}“", "🎉"),
        (f"A réagi avec 🔥 à « {OURS} »", "🔥"),
        (f"Reagiu com 🙌 a “{OURS}”", "🙌"),
        (f"Ha reagito con 🔥 a “{OURS}”", "🔥"),
        (f"Reageerde met 🔥 op “{OURS}”", "🔥"),
    ],
)
def test_a_reaction_is_its_emoji(text: str, emoji: str) -> None:
    assert reaction_in(text) == emoji
    assert not takes_back_reaction(text)


@pytest.mark.parametrize(
    "text",
    [
        "Liked it a lot, thanks",
        "I liked “The Office” too",
        "Liked “Hello” but I have a question",
        "STOP",
        "10 to “Ana”",
        "- to “Ana”",
        "Loved",
        "Me gustó “The Office”",
        "Ana a aimé « le film »",
        "Mag sein, „Harbour“ sagt mir nichts",
        "Gefällt mir „Harbour“ besser?",
        "Hat „Harbour“ geöffnet",
        "Hat Ana „Harbour“ gelesen",
        "Curtiu o filme",
        "I wrote @ana about “Harbour”",
        "We paid €50 for “Harbour”",
        "🔥 “wow”",
        "",
    ],
)
def test_what_somebody_says_themselves_is_none(text: str) -> None:
    assert reaction_in(text) == ""
    assert not takes_back_reaction(text)


@pytest.mark.parametrize("what", ["a like", "a heart", "an exclamation", "👍", "a question mark"])
def test_a_reaction_may_be_taken_back(what: str) -> None:
    assert takes_back_reaction(f"Removed {what} from “{OURS}”")
    assert reaction_in(f"Removed {what} from “{OURS}”") == ""


@pytest.mark.parametrize(
    "text",
    [
        f"Hat ein Herz von „{OURS}“ entfernt",
        f"Hat 👍 von „{OURS}“ entfernt",
        f"A supprimé un cœur de « {OURS} »",
        f"Quitó un corazón de “{OURS}”",
        f"Removeu um coração de “{OURS}”",
        f"Ha rimosso un cuore da “{OURS}”",
    ],
)
def test_so_it_may_be_in_other_languages(text: str) -> None:
    assert takes_back_reaction(text)
    assert reaction_in(text) == ""


@given(st.text(max_size=80))
def test_any_text_is_looked_at(text: str) -> None:
    assert isinstance(reaction_in(text), str)
    assert reaction_in(f"Liked “{text}”") == "👍"
