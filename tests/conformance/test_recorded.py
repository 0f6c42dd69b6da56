"""Overture's dialogue engine in the conversations that real Rasa 3.6.21 has held, turn by turn, without Rasa."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.conformance.cases import CASES, Case
from tests.conformance.comparison import compare
from tests.conformance.differences import FORKS, MENDS
from tests.conformance.recordings import FOLDER, recorded

DIFFERENCES = Path(__file__).parents[2] / "docs" / "rasa-differences.md"


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
async def test_each_turn_goes_as_in_rasa_or_differs_for_a_reason_that_is_written_down(case: Case) -> None:
    if not case.is_here:
        pytest.skip("../shared is absent: it holds the public assistant that this test runs")
    assistant = case.assistant()
    alike, turns, partings = 0, 0, []
    for conversation in recorded(case.name):
        outcome = await compare(case, assistant, conversation)
        alike += outcome.alike
        turns += len(conversation["turns"])
        if outcome.unexplained:
            partings.append(f"{conversation['name']}:\n{outcome.parting}")
    assert not partings, "\n\n".join(partings)
    assert alike > turns / 3, "most conversations part early: little is compared"


def test_every_difference_has_its_reason_and_every_reason_its_difference() -> None:
    written = re.findall(r"^### `([a-z-]+)`$", DIFFERENCES.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(written) == sorted({**MENDS, **FORKS})


def test_the_recordings_stay_small() -> None:
    assert 0 < sum(file.stat().st_size for file in FOLDER.glob("*.json")) < 400_000
