"""Progress is for eyes only."""

from __future__ import annotations

import pytest

from bot.entrypoints.command_line.progress import track


def test_progress_goes_through_all_items_and_is_silent_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(track(iter("abc"), 3, "reading")) == ["a", "b", "c"]
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "")
