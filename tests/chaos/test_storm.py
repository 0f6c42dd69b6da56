"""A small storm; `make chaos` makes a large one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.__main__ import report
from tests.chaos.storm import storm

pytestmark = pytest.mark.timeout(300)

CONVERSATIONS = 30
CALL_SECONDS = 3.0
"""The vendor is on this machine, and answers or hangs up at once."""


async def test_whatever_is_killed_nothing_is_lost_doubled_out_of_order_or_sent_after_stop(tmp_path: Path) -> None:
    outcome = await storm(tmp_path, CONVERSATIONS, call_seconds=CALL_SECONDS)
    assert outcome.is_clean, report(outcome)
    assert set(outcome.crashes) >= {"PostgreSQL crashed", "Redis crashed, and emptied"}
