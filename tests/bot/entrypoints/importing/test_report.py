"""The report of an import, read again."""

from __future__ import annotations

from pathlib import Path

from bot.entrypoints.importing.report import IN_PART, REFUSED, Report, Reported, commonest
from bot.entrypoints.importing.sources import Row


def test_the_commonest_reasons_of_each_kind_are_told_with_the_first_row_of_each(tmp_path: Path) -> None:
    path = tmp_path / "report.csv"
    reasons = ["rare", "=1; no", "twice", "=1; no", "twice", "=1; no"]
    lines = [(Row(number, {"email": "x"}), REFUSED, [why]) for number, why in enumerate(reasons, 1)]
    with Report(path, ["email"], 0) as report:
        report.keep(report.write([*lines, (Row(9, {"email": "y"}), IN_PART, ["left out"])]))
    assert commonest(path, 2) == [
        Reported(2, REFUSED, "=1; no", 3),
        Reported(3, REFUSED, "twice", 2),
        Reported(9, IN_PART, "left out", 1),
    ]
