"""Days are read by what their column shows, and refused where they may be two."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.entrypoints.importing.dates import evident_order, read_date, read_day_of_late
from bot.entrypoints.importing.evidence import Evidence


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("2026-03-01", "", "2026-03-01"),
        ("2026/3/1", "", "2026-03-01"),
        ("1.3.2026 9:12", "mdy", "2026-03-01T09:12"),
        ("13/4/2026", "", "2026-04-13"),
        ("4/13/2026, 12:05 am", "", "2026-04-13T00:05:00"),
        ("4/4/2026", "", "2026-04-04"),
        ("03/04/2026", "dmy", "2026-04-03"),
        ("03/04/2026 10:00:00+02:00", "mdy", "2026-03-04T10:00:00+02:00"),
        ("03-04-2026", "dmy", "2026-04-03"),
        ("soon", "dmy", "soon"),
        ("5 Mar 2026", "", "2026-03-05"),
        ("March 5th, 2026 9:12", "", "2026-03-05T09:12"),
        ("05-Mar-2026", "mdy", "2026-03-05"),
        ("5. März 2026", "", "2026-03-05"),
        ("1er août 2026", "", "2026-08-01"),
        ("5 de marzo de 2026", "", "2026-03-05"),
        ("5 sept. 2026", "", "2026-09-05"),
        ("5 Nonsense 2026", "", "5 Nonsense 2026"),
        ("3.4.26", "", "3.4.26"),
    ],
)
def test_a_day_is_read_as_it_is_meant(text: str, order: str, day: str) -> None:
    assert read_date(text, order) == day


@pytest.mark.parametrize(
    ("text", "order", "why"),
    [
        ("03/04/2026", "", r"may be 3 April or 4 March.* \(--dates dmy or --dates mdy\)"),
        ("13/14/2026", "", "must be a date"),
        ("13/04/2026", "mdy", "must be a date"),
        ("31.2.2026", "", "must be a date"),
        ("2026/2/31", "", "must be a date"),
        ("31 Feb 2026", "", "must be a date"),
        ("13/04/2026 13:00 PM", "", "must be a date"),
        ("13/04/2026 noon", "", "must be a date"),
    ],
)
def test_what_is_no_day_or_two_is_refused(text: str, order: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_date(text, order)


@pytest.mark.parametrize("text", ["3.4.26", "03.04.2026", "3 April 2026"])
def test_the_year_of_what_happened_lately_may_have_two_digits(text: str) -> None:
    assert read_day_of_late(text, "") == "2026-04-03"


def test_a_column_shows_its_order_by_any_of_its_days_and_none_by_both() -> None:
    orders = Evidence(evident_order)
    for column, text in (
        ("a", "3/4/2026"),
        ("a", "3/14/2026"),
        ("b", "14/3/2026"),
        ("b", "3/14/2026"),
        ("c", "1.2.2026"),
    ):
        orders.see(column, text)
    assert orders.found() == {"a": "mdy", "c": "dmy"}


@given(day=st.dates(date(1971, 1, 1)), order=st.sampled_from(["%d/%m/%Y", "%m/%d/%Y"]))
def test_a_day_of_a_known_order_is_that_day(day: date, order: str) -> None:
    known = "dmy" if order.startswith("%d") else "mdy"
    assert read_date(datetime.strftime(datetime.combine(day, datetime.min.time()), order), known) == day.isoformat()


@given(st.text(alphabet="0123456789./-: apm,T", max_size=22), st.sampled_from(["", "dmy", "mdy"]))
def test_whatever_stands_there_is_read_or_refused(text: str, order: str) -> None:
    with suppress(ValueError):
        assert read_date(text, order)[:4] in text or not text.strip()
