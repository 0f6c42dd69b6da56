"""What a file is called that somebody sends."""

from __future__ import annotations

import pytest

from bot.entrypoints.console.import_page.receiving import plain_name


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("fair.csv", "fair.csv"),
        ("C:\\Users\\ana\\fair.csv", "fair.csv"),
        ("../../etc/passwd", "passwd"),
        ("x" * 300 + ".csv", "x" * 100 + ".csv"),
        ("a\x00b.csv", "ab.csv"),
        ("", "people"),
    ],
)
def test_it_goes_by_its_own_name_without_folders(given: str, name: str) -> None:
    assert plain_name(given) == name
