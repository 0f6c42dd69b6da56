from __future__ import annotations

from datetime import timedelta

import pytest

from bot.adapters.content.assistant_settings import read_assistant_settings
from bot.documents import parse
from bot.domain.errors import ContentError


@pytest.mark.parametrize(
    ("text", "silence"),
    [
        ("overture: {silence: 5m}", timedelta(minutes=5)),
        ("overture: {silence: false}", None),
        ("overture: {}", None),
        ("language: en", None),
        ("", None),
    ],
)
def test_the_silence_is_a_length_of_time_or_never(text: str, silence: timedelta | None) -> None:
    assert read_assistant_settings([parse("config.yml", text)]).silence == silence
    assert read_assistant_settings([]).silence is None


def test_other_languages_are_told_so_unless_the_author_wants_them_answered() -> None:
    assert not read_assistant_settings([parse("config.yml", "overture: {other_languages: say_so}")]).answers_strangers
    assert read_assistant_settings([parse("config.yml", "overture: {other_languages: answer}")]).answers_strangers


def test_a_message_is_one_thing_unless_the_author_wants_several_answered() -> None:
    assert not read_assistant_settings([parse("config.yml", "overture: {}")]).several_intents
    assert read_assistant_settings([parse("config.yml", "overture: {several_intents: true}")]).several_intents


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("overture:\n  silence: soon", 'config.yml:2:3: "soon" is no length of time.'),
        ("overture:\n  silense: 5m", 'config.yml:2:3: overture has no "silense". Did you mean "silence"?'),
        ("overture: {other_languages: anser}", 'config.yml:1:12: there is no way with other languages "anser"'),
        ("overture:\n  several_intents: 2", 'config.yml:2:3: "several_intents" must be true or false.'),
        ("overture: 5m", "config.yml:1:1: overture must be a mapping"),
        ("overture:\n  silence: true", 'config.yml:2:3: "silence" must be a text'),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, fault: str) -> None:
    with pytest.raises(ContentError) as raised:
        read_assistant_settings([parse("config.yml", text)])
    assert str(raised.value.faults[0]).startswith(fault)


def test_whose_assistant_it_is_may_be_said() -> None:
    assert read_assistant_settings([parse("config.yml", "overture: {company: 24 Hours}")]).company == "24 Hours"
    assert read_assistant_settings([parse("config.yml", "overture: {}")]).company == ""
