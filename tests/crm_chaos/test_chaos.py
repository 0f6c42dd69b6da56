"""A few kills of a real worker; `make crm-chaos` does 200 for each CRM."""

from __future__ import annotations

from pathlib import Path

from tests.crm_chaos.chaos import chaos

KILLS = 10


async def test_a_worker_that_is_killed_leaves_each_lead_and_each_note_once(tmp_path: Path) -> None:
    outcome = await chaos("hubspot", KILLS, tmp_path)
    assert outcome.kills == KILLS
    assert outcome.notes == 2 * KILLS
    assert outcome.is_clean, outcome
