"""Calls wait for their turn, over all processes where these share a Redis."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.adapters.call_budgets import CallTurns, MemoryCallBudgets
from bot.adapters.redis import RedisCallBudgets
from bot.domain.call_budget import CallBudget
from bot.domain.errors import NotTried
from bot.ports import CallBudgets
from tests.manual_clock import ManualClock


@pytest.mark.parametrize("shared", [False, True], ids=["memory", "redis"])
async def test_both_counters_let_the_same_calls_through(
    shared: bool, request: pytest.FixtureRequest, clock: ManualClock
) -> None:
    counters: list[CallBudgets] = [MemoryCallBudgets()]
    if shared:
        url = request.getfixturevalue("redis_server")
        counters = [RedisCallBudgets(url), RedisCallBudgets(url)]  # two processes, one account
    budget, waits = CallBudget(per_second=4, per_day=12), []
    for number in range(20):
        waits.append(await counters[number % len(counters)].take(f"crm-{shared}", budget, clock.now()))
        clock.forward(timedelta(milliseconds=100))
    for one in counters:
        await one.close()
    # Four at once, which fills up while time goes by; then one each 250 ms; then the day is used up.
    assert [number for number, wait in enumerate(waits) if not wait] == [0, 1, 2, 3, 4, 5, 8, 10, 13, 15, 18]
    assert waits[6] == timedelta(milliseconds=150)


@pytest.mark.parametrize("shared", [False, True], ids=["memory", "redis"])
async def test_a_clock_that_is_put_back_holds_up_no_call(
    shared: bool, request: pytest.FixtureRequest, clock: ManualClock
) -> None:
    counter: CallBudgets = RedisCallBudgets(request.getfixturevalue("redis_server")) if shared else MemoryCallBudgets()
    budget = CallBudget(per_second=2)
    earlier = clock.now() - timedelta(hours=1)
    assert not await counter.take(f"back-{shared}", budget, clock.now())
    waits = [await counter.take(f"back-{shared}", budget, earlier) for _ in range(3)]
    await counter.close()
    assert [bool(wait) for wait in waits] == [False, False, True]


async def test_without_redis_a_process_keeps_to_the_budget_by_itself(clock: ManualClock) -> None:
    budgets = RedisCallBudgets("redis://127.0.0.1:1/0")
    waits = [await budgets.take("crm", CallBudget(per_day=1), clock.now()) for _ in range(2)]
    assert waits[0] == timedelta()
    assert waits[1] > timedelta()
    await budgets.close()


async def test_a_turn_that_is_far_off_is_not_waited_for(clock: ManualClock) -> None:
    turn = CallTurns(MemoryCallBudgets(), "hubspot", CallBudget(per_day=2), clock)
    await turn()
    await turn()
    with pytest.raises(NotTried, match="hubspot") as refused:
        await turn()
    assert refused.value.retry_after is not None
