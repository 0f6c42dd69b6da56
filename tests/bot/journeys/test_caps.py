from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.consent import Purpose
from bot.domain.sending_rules import FrequencyCap
from bot.journeys.caps import cap_facts

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
WEEKLY = FrequencyCap(
    "weekly",
    "default",
    date(2026, 1, 1),
    None,
    "house",
    purpose=Purpose.MARKETING,
    channels=frozenset({"sms"}),
    at_most=3,
    within=timedelta(days=7),
)
DAILY = replace(WEEKLY, id="daily", at_most=2, within=timedelta(hours=24))


def test_without_a_cap_nothing_is_told() -> None:
    assert cap_facts((), [NOW], NOW) == {}


def test_the_cap_that_frees_last_is_told() -> None:
    sent = [NOW - timedelta(days=6), NOW - timedelta(hours=2), NOW - timedelta(hours=1)]
    assert cap_facts((DAILY, WEEKLY), sent, NOW)["cap_frees_at"] == NOW + timedelta(days=1, seconds=1)
    assert cap_facts((DAILY, WEEKLY), sent[1:], NOW)["cap_frees_at"] == NOW + timedelta(hours=22, seconds=1)
    assert "cap_frees_at" not in cap_facts((DAILY, WEEKLY), sent[2:], NOW)


@given(st.lists(st.integers(0, 10 * 24 * 60), max_size=8))
def test_when_it_is_free_each_cap_lets_one_more_out(minutes_ago: list[int]) -> None:
    sent = sorted(NOW - timedelta(minutes=one) for one in minutes_ago)
    free = cap_facts((DAILY, WEEKLY), sent, NOW).get("cap_frees_at", NOW)
    for cap in (DAILY, WEEKLY):
        assert sum(at >= free - cap.within for at in sent) < cap.at_most
