"""A number with its noun."""

from __future__ import annotations

import pytest

from bot.entrypoints.command_line.counting import counted


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (counted(1, "journey"), "1 journey"),
        (counted(0, "journey"), "0 journeys"),
        (counted(1, "story", "stories"), "1 story"),
        (counted(2, "story", "stories"), "2 stories"),
    ],
)
def test_one_is_told_from_several(told: str, words: str) -> None:
    assert told == words
