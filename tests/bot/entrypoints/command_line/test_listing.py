from __future__ import annotations

import pytest

from bot.entrypoints.command_line.listing import LONGEST, on_one_line


@pytest.mark.parametrize(
    ("text", "listed"),
    [
        ("how much is it?", "how much is it?"),
        ("two\nlines\tand more", "two lines and more"),
        ("\x1b[2Jgone \u202eolleh", "[2Jgone olleh"),
        ("?" * 4000, "?" * LONGEST + "…"),
    ],
)
def test_what_customers_wrote_takes_a_line_and_leaves_the_terminal_alone(text: str, listed: str) -> None:
    assert on_one_line(text) == listed
