"""Masking: what tells who somebody is does not reach authors or files."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.understanding import Entity
from bot.nlu.masking import masked


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mail ana.lund@quayside.example.com!", "mail name@example.com!"),
        ("I'm at bø@exämple", "I'm at name@example.com"),
        ("a@b!c@d and e@", "name@example.comname@example.com and e@"),
        ("call +44 7700 900123 or 07700 900123", "call +00 0000 000000 or 00000 000000"),
        ("I'm on oh seven seven double oh nine double oh one two three", "I'm on 00000 000000"),
        ("card 4111-1111-1111-1111, order 12345678", "card 0000-0000-0000-0000, order 00000000"),
        ("see https://shop.example/reset?token=abc&u=ana", "see https://shop.example"),
        ("www.shop.example/u/ana rocks", "https://www.shop.example rocks"),
        ("we are 40 people, maybe 1500 in 2027", "we are 40 people, maybe 1500 in 2027"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_what_tells_who_somebody_is_is_masked(text: str, shown: str) -> None:
    assert masked(text, region="GB") == shown


def test_names_that_were_found_are_masked_where_they_stand() -> None:
    text = "I'm Ana, Ana from Oslo"
    name = Entity("person", "Ana", "Ana", 4, 7)
    elsewhere = Entity("person", "Bo", "Bo", 0, 2)
    assert masked(text, entities=[name, elsewhere, Entity("city", "Oslo", "Oslo", 18, 22)]) == "I'm NAME, Ana from Oslo"


@given(st.text(), st.sampled_from([None, "GB", "US"]))
def test_any_text_can_be_masked(text: str, region: str | None) -> None:
    assert isinstance(masked(text, region=region), str)


@given(st.from_regex(r"[a-z]{1,9}@[a-z]{1,9}\.com", fullmatch=True), st.integers(10**6, 10**15))
def test_no_address_and_no_long_number_is_left(email: str, number: int) -> None:
    shown = masked(f"I am {email}, customer {number}.", region="GB")
    assert email == "name@example.com" or email not in shown
    assert str(number) not in shown


def test_a_word_without_end_is_looked_at_once() -> None:
    """Each of its letters might begin an address; read from each of them to the end, it would take minutes."""
    endless = "a" * 200_000
    assert masked(endless) == endless
