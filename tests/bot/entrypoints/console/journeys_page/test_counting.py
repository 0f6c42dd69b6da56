"""Counting people for the page."""

from __future__ import annotations

import pytest

from bot.entrypoints.console.journeys_page import counting
from bot.entrypoints.console.journeys_page.counting import Counter
from tests.bot.services.stage import Stage, journey_of


async def count(counter: Counter) -> int:
    return sum(one.people for one in await counter.headcounts())


async def test_a_count_is_kept_for_a_while(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    stage.play(journey_of("- wait: 1d"))
    counter = Counter(stage.store)
    assert await count(counter) == 0
    await stage.meet()
    await stage.happens("demo.requested")
    assert await count(counter) == 0
    monkeypatch.setattr(counting, "KEPT_AT_LEAST", 0.0)
    monkeypatch.setattr(counting, "SHARE", 0)
    fresh = Counter(stage.store)
    assert await count(fresh) == 1
    await stage.settle()
    assert [one.step for one in await fresh.headcounts()] == ["steps.0"]
