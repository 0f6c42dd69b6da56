from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.patterns import Pattern, named

SLOW = [r"(a+)+$", r"(\w+\s?)*\.$", r"^(\d+)*x$", r"(a|aa)+$", r"([a-zA-Z]+)*@"]


@pytest.mark.parametrize("written", SLOW)
def test_a_pattern_that_never_ends_is_given_up(written: str) -> None:
    assert list(Pattern(written).find("a1 " * 10 + "a" * 5_000 + "1" * 5_000 + "!x@.!")) == []


@pytest.mark.parametrize("written", [r"(a+)+$", r"(a|aa)+$"])
def test_a_pattern_that_never_ends_is_told(written: str) -> None:
    assert Pattern(written).hangs()


@pytest.mark.parametrize(
    "written",
    [r"\d{5}", r"[A-Z]{2}\d+", r"(?<!\w)ord-\d{4,9}\b", r"\b\d{3}[ -]?\d{4}\b", r"(?:very )?urgent", r"\w+@\w+"],
)
def test_a_sound_pattern_is_not_suspected(written: str) -> None:
    assert not Pattern(written).hangs()


def test_matches_are_told_from_left_to_right_whatever_the_case() -> None:
    assert list(Pattern(r"ord-\d+").find("ORD-12 and ord-7")) == [(0, 6), (11, 16)]


def test_what_was_found_before_the_time_was_over_stays_found() -> None:
    found = list(Pattern(r"x|(a+)+b").find("x" + "a" * 60))
    assert found == [(0, 1)]


def test_what_is_no_pattern_says_why() -> None:
    with pytest.raises(ValueError, match="missing"):
        Pattern("(")


def test_patterns_of_one_name_keep_their_order() -> None:
    assert named([("zip", r"\d{5}"), ("zip", r"[A-Z]\d")]) == (("zip", Pattern(r"\d{5}")), ("zip", Pattern(r"[A-Z]\d")))


@given(st.text(max_size=80))
def test_any_text_is_read(text: str) -> None:
    for start, end in Pattern(r"\d+|(\w+ ?)+$").find(text):
        assert 0 <= start <= end <= len(text)
