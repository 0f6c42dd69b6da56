"""Count goals: what is reached by people who have left a journey, or were held out."""

from __future__ import annotations

import pytest

from bot.domain.journey import Enrolment
from tests.bot.services.stage import ANA, Stage, journey_of

SOLD = "exit: {goal: event order.paid within 9d, if: happened.order == event.order}"


async def runs(stage: Stage) -> list[Enrolment]:
    async with stage.store.transaction() as uow:
        return sorted(await uow.enrolments.of(ANA), key=lambda one: one.data["event"]["order"])


@pytest.mark.parametrize("steps", ["- add_to: over", "- wait: 1d"])
async def test_the_goal_is_reached_by_the_run_that_it_is_about(stage: Stage, steps: str) -> None:
    """Whether people have left meanwhile or not."""
    await stage.meet()
    stage.play(journey_of(steps, f"enter: {{event: order.placed, again: always}}\nat_once: many\n{SOLD}"))
    for order in (1, 2):
        await stage.happens("order.placed", order=order)
    await stage.happens("order.paid", order=2)
    await stage.later(days=10)
    await stage.happens("order.paid", order=1)
    first, second = await runs(stage)
    assert first.goal_at is None
    assert second.goal_at is not None
