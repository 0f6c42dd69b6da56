from __future__ import annotations

import pytest

from bot.domain.message import choices_line


@pytest.mark.parametrize(
    ("language", "line"),
    [("de", "Antwort: Ja / Nein"), ("fr", "Réponse: Ja / Nein"), ("", "Reply: Ja / Nein"), ("fi", "Reply: Ja / Nein")],
)
def test_what_may_be_answered_is_told_in_the_language_of_the_message(language: str, line: str) -> None:
    assert choices_line(["Ja", "Nein"], language) == line
