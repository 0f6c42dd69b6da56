"""Counting people for the page."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.domain.journey import Headcount
from bot.entrypoints.console.journeys_page import counting
from bot.entrypoints.console.journeys_page.counting import Kept, headcounts_of
from tests.bot.services.stage import Stage, journey_of


async def count(kept: Kept[Sequence[Headcount]]) -> int:
    return sum(one.people for one in await kept.told())


async def test_a_count_is_kept_for_a_while(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.play(journey_of("- wait: 1d"))
    counter = headcounts_of(stage.store)
    assert await count(counter) == 0
    await stage.meet()
    await stage.happens("demo.requested")
    assert await count(counter) == 0
    monkeypatch.setattr(counting, "KEPT_AT_LEAST", 0.0)
    monkeypatch.setattr(counting, "SHARE", 0)
    fresh = headcounts_of(stage.store)
    assert await count(fresh) == 1
    await stage.settle()
    assert [one.step for one in await fresh.told()] == ["steps.0"]
