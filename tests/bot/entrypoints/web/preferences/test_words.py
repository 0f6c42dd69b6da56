"""The preference pages speak the widget's languages."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import bot.entrypoints
import connectors
from bot.entrypoints.web.preferences.page import text_of
from bot.entrypoints.web.preferences.words import FALLBACK, LANGUAGES, words_for, words_in
from bot.entrypoints.wiring.connectors import channel_kinds
from bot.services.change_preferences import Choice
from bot.settings import Settings

WIDGET = Path(bot.entrypoints.__file__).parent / "web" / "widget" / "locales"


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_they_are_those_of_the_widget() -> None:
    assert set(LANGUAGES) == {file.stem for file in WIDGET.glob("*.js")}


def test_each_channel_by_which_people_are_written_to_or_called_has_a_name() -> None:
    folders = sorted(file.parent.name for file in Path(connectors.__file__).parent.glob("*/__init__.py"))
    settings = Settings(connectors=",".join(folders), _env_file=None)  # type: ignore[call-arg]
    kinds = channel_kinds(settings).items()
    writing = {name for name, one in kinds if one.abilities.proactive and not one.abilities.desk}
    assert words_in(FALLBACK).channels.keys() == writing


def test_the_name_of_a_channel_that_others_bring_is_written_as_a_name() -> None:
    choice = Choice("my_messenger", ("+447700900123",), wanted=True, may_want=True)
    assert "by My messenger to" in text_of(choice, words_in("en"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_says_all_that_english_says(language: str) -> None:
    words, english = words_in(language), words_in(FALLBACK)
    assert words.texts.keys() == english.texts.keys()
    assert words.channels.keys() == english.channels.keys()
    assert all(text.strip() for text in words.texts.values())
    for name, text in english.texts.items():
        assert placeholders(words[name]) == placeholders(text), name
    assert words.direction == ("rtl" if language in ("ar", "he") else "ltr")
    if language != FALLBACK:
        assert words.version != english.version


@pytest.mark.parametrize(
    ("accepted", "locale", "language"),
    [
        ("de-AT,de;q=0.9,en;q=0.8", None, "de"),
        ("ja, fr;q=0.5, en;q=0.7", None, "en"),
        ("de;q=0, it", None, "it"),
        ("ja", "pt-BR", "pt"),
        ("", "iw_IL", "he"),
        ("*", "xx", "en"),
        ("", None, "en"),
    ],
)
def test_a_reader_gets_their_browsers_language_else_their_own(accepted: str, locale: str | None, language: str) -> None:
    assert words_for(accepted, locale).language == language


@given(st.text(), st.none() | st.text())
def test_whatever_is_asked_for_there_are_words(accepted: str, locale: str | None) -> None:
    assert words_for(accepted, locale).language in LANGUAGES
