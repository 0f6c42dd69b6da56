"""What a text states is told in one form, however it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.stated_facts import facts_in, is_negated


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("It is 1,000 pounds.", {"1000", "1000 pound"}),
        ("£1000 a month", {"1000", "£1000", "1000 a month"}),
        ("£1000/month or 1000 months", {"1000", "£1000", "1000 a month", "1000 month"}),
        ("2.5k and 20 %", {"2.5k", "20", "20%"}),
        ("within 14 days", {"14", "14 day"}),
        ("at 9:30 on Monday", {"9:30", "monday"}),
        ("fifty people, at most twice", {"fifty", "twice"}),
        ("see https://www.harbourline.example/terms.", {"harbourline.example/terms"}),
        ("see harbourline.example/terms, please", {"harbourline.example/terms"}),
        ("write to help@harbourline.example!", {"help@harbourline.example"}),
        ("A line without any of it", {"any"}),
        ("We plan rotas, e.g. for nurses", set()),
    ],
)
def test_facts(text: str, facts: set[str]) -> None:
    assert facts_in(text) == facts


@pytest.mark.parametrize("text", ["It is not so", "we don't", "There is no charge", "cannot", "without a card"])
def test_a_no(text: str) -> None:
    assert is_negated(text)


@pytest.mark.parametrize("text", ["Nothern lights", "we note that", "a nook"])
def test_no_no(text: str) -> None:
    assert not is_negated(text)


@given(st.text())
def test_any_text_has_facts_or_none(text: str) -> None:
    assert all(fact for fact in facts_in(text))


def test_a_word_without_end_takes_no_more_time_than_it_is_long() -> None:
    assert facts_in("-" * 50_000 + "a" * 50_000) == set()
    assert len(facts_in("1." * 20_000)) == 1
