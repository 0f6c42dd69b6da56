"""The report of an import, read again."""

from __future__ import annotations

from pathlib import Path

from bot.entrypoints.importing.report import IN_PART, REFUSED, Report, Reported, first_of
from bot.entrypoints.importing.sources import Row


def test_the_first_of_each_kind_are_told_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    lines = [(Row(number, {"email": "x"}), REFUSED, ["=1", "no"]) for number in range(1, 9)]
    with Report(path, ["email"], 0) as report:
        report.keep(report.write([*lines, (Row(9, {"email": "y"}), IN_PART, ["left out"])]))
    assert first_of(path, 2) == [
        Reported(1, REFUSED, "=1; no"),
        Reported(2, REFUSED, "=1; no"),
        Reported(9, IN_PART, "left out"),
    ]
