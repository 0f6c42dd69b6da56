"""How many calls an account may make, and when the next one may."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.call_budget import CallBudget, day_of, read_budgets, unused

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


@given(
    per_second=st.integers(1, 50),
    per_day=st.integers(1, 200),
    gaps=st.lists(st.floats(0, 2_000).map(lambda ms: timedelta(milliseconds=ms)), max_size=150),
)
def test_no_second_and_no_day_sees_more_calls_than_the_plan_allows(
    per_second: int, per_day: int, gaps: list[timedelta]
) -> None:
    budget, now = CallBudget(per_second, per_day), NOON + timedelta(hours=11, minutes=59)
    calls, made = unused(now), []
    for gap in gaps:
        now += gap
        calls, wait = calls.take(budget, now)
        if not wait:
            made.append(now)
    for at in made:
        # A burst of a second's calls may come just before their pace begins anew.
        assert sum(at <= one < at + SECOND for one in made) <= 2 * per_second
    for day in {day_of(one) for one in made}:
        assert sum(day_of(one) == day for one in made) <= per_day


@given(per_second=st.floats(0.2, 50), ahead=st.integers(0, 120))
def test_whoever_comes_when_told_to_goes(per_second: float, ahead: int) -> None:
    budget, calls, now = CallBudget(per_second), unused(NOON), NOON
    for _ in range(ahead):
        calls, wait = calls.take(budget, now)
        if wait:
            now += wait
            calls, wait = calls.take(budget, now)
        assert not wait
    # The pace holds however long it goes on, but for the first second's burst.
    assert (now - NOON) >= budget.pause * ahead - max(SECOND, budget.pause)


def test_a_day_that_is_used_up_begins_anew_at_midnight() -> None:
    budget, calls = CallBudget(per_day=1), unused(NOON)
    calls, _ = calls.take(budget, NOON)
    calls, wait = calls.take(budget, NOON)
    assert wait == timedelta(hours=12)
    assert calls.take(budget, NOON + wait)[1] == timedelta()


def test_budgets_are_read_as_they_are_written() -> None:
    read = read_budgets("hubspot=19/s 650000/d; webhook=none; marketo=0.5/s;")
    assert read == {
        "hubspot": CallBudget(19, 650_000),
        "webhook": CallBudget(),
        "marketo": CallBudget(per_second=0.5),
    }


@pytest.mark.parametrize(
    "text", ["hubspot", "hubspot=", "hubspot=9", "hubspot=9/h", "hubspot=0/s", "a=1/s 2/s", "=1/s"]
)
def test_what_is_no_budget_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="hubspot=19/s"):
        read_budgets(text)
