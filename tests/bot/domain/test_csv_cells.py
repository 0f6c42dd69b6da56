"""No cell is a formula to a spreadsheet, and none loses anything by that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.csv_cells import guarded, unguarded


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3+cmd|' /C calc'!A0", "＝1+1", "\t1"])
def test_a_formula_is_made_a_text(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["+447700900123", "-5", "-1.5", "Ana", "'tis", "a=b", ""])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert guarded(text) == unguarded(text) == text


def test_a_number_that_another_system_has_guarded_is_a_number() -> None:
    assert unguarded("'+447700900123") == "+447700900123"
    assert unguarded("'101") == "101"


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("Ana;=cmd|' /C calc'!A0;", "Ana;'=cmd|' /C calc'!A0;"),
        ("Ana\n-2+3", "Ana\n'-2+3"),
        ("=1;@SUM(A1)", "'=1;'@SUM(A1)"),
        ("a;-b", "a;'-b"),
        ("\t=1", "'\t'=1"),
        ("b;+447700900123;-5", "b;+447700900123;-5"),
        ("a; b;c", "a; b;c"),
    ],
)
def test_nor_is_what_stands_behind_a_semicolon_which_is_a_cell_of_its_own_in_half_of_europe(
    text: str, cell: str
) -> None:
    assert guarded(text) == cell
    assert unguarded(cell) == text


@given(st.text("'=+-@1a ;\t\n", max_size=8))
def test_what_was_guarded_is_read_as_it_was(text: str) -> None:
    assert unguarded(guarded(text)) == text
