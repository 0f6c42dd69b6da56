"""A desk's file is edited as text: what changes is written anew, and comments and all else stay."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.routing import DaysOff
from bot.domain.send_window import SendWindow
from bot.journeys.desk_edit import (
    days_off_of,
    days_said,
    hours_said,
    new_desk,
    said_of,
    with_days_off,
    with_digest,
    with_hours,
    with_items,
    with_rep,
    with_said,
    without_days_before,
    without_days_off,
    without_rep,
)
from bot.journeys.desk_plan import working_window
from bot.journeys.wording import days
from bot.yaml_lines import CannotEdit

SALES = """\
# Who gets what.
desk: sales
for: slack:#sales # the usual one
hours: mon-fri 09:00-17:30 Europe/London
reps:
  # the first of us
  ana:
    name: Ana
    languages: [en, pt]
  ben: {name: Ben, holidays: [2026-10-01, 2026-12-28..2027-01-01]}
routes:
  # large ones
  - {route: large, if: profile.team_size > 200, to: [ana, ben]}
  # all others
  - {route: rest, to: everybody} # whoever it is
first_reply:
  - {within: 15m, tell: [ben]}
"""


def off(first: str, last: str = "") -> DaysOff:
    return DaysOff(date.fromisoformat(first), date.fromisoformat(last or first))


CHRISTMAS = off("2026-12-24", "2026-12-26")


def test_a_closed_day_is_one_line_more() -> None:
    closed = with_said(SALES, with_days_off(said_of(SALES), CHRISTMAS))
    line = "hours: mon-fri 09:00-17:30 Europe/London\n"
    assert closed == SALES.replace(line, f"{line}holidays: [2026-12-24..2026-12-26]\n")
    assert days_off_of(said_of(closed)) == [CHRISTMAS]
    assert with_said(closed, without_days_off(said_of(closed), CHRISTMAS)) == SALES


def test_somebody_is_away_from_the_first_to_the_last_day_in_the_order_of_the_calendar() -> None:
    away = with_days_off(said_of(SALES), off("2026-11-02", "2026-11-13"), "ben")
    text = with_said(SALES, away)
    assert "  ana:\n    name: Ana\n    languages: [en, pt]\n" in text
    assert "holidays: [2026-10-01, 2026-11-02..2026-11-13, 2026-12-28..2027-01-01]}" in text
    assert days_off_of(away, "ana") == []
    assert days_off_of(away, "ben")[1] == off("2026-11-02", "2026-11-13")


def test_days_off_take_in_those_within_them_and_are_not_said_twice() -> None:
    longer = with_days_off(said_of(SALES), off("2026-12-20", "2027-01-03"), "ben")
    assert longer["reps"]["ben"]["holidays"] == ["2026-10-01", "2026-12-20..2027-01-03"]
    with pytest.raises(CannotEdit, match=r"the rep is away on 2026-12-29 already"):
        with_days_off(longer, off("2026-12-29"), "ben")
    with pytest.raises(CannotEdit, match=r"is not in the file any more"):
        without_days_off(longer, CHRISTMAS)
    with pytest.raises(CannotEdit, match=r'there is no rep "cleo"'):
        with_days_off(longer, CHRISTMAS, "cleo")


def test_what_is_over_is_taken_out_of_the_desks_days_and_of_everybodys() -> None:
    said = with_days_off(with_days_off(said_of(SALES), off("2026-05-01")), CHRISTMAS)
    left = without_days_before(said, date(2026, 11, 30))
    assert (left["holidays"], left["reps"]["ben"]["holidays"]) == (
        ["2026-12-24..2026-12-26"],
        ["2026-12-28..2027-01-01"],
    )
    assert "holidays" not in left["reps"]["ana"]


def test_a_rep_who_begins_later_is_away_until_then_and_keeps_days_off_when_changed() -> None:
    cara = {"name": "Cara", "languages": ["de"]}
    begun = with_rep(said_of(SALES), "cara", cara, begins=date(2026, 12, 7), today=date(2026, 12, 1))
    text = with_said(SALES, begun)
    assert "  cara: {name: Cara, languages: [de], holidays: [2026-12-01..2026-12-06]}\n" in text
    changed = with_rep(begun, "cara", {"name": "Cara", "at_most": 4})
    assert changed["reps"]["cara"] == {"name": "Cara", "holidays": ["2026-12-01..2026-12-06"], "at_most": 4}
    assert "# the first of us" in with_said(text, changed)


def test_a_rep_who_goes_is_named_nowhere_unless_nobody_else_would_be() -> None:
    gone = without_rep(said_of(SALES), "ana")
    assert ([*gone["reps"]], gone["routes"][0]["to"], gone["routes"][1]["to"]) == (["ben"], ["ben"], "everybody")
    with pytest.raises(CannotEdit, match="step of the first reply 1 is for nobody else"):
        without_rep(said_of(SALES), "ben")
    with pytest.raises(CannotEdit, match='the route "large" is for nobody else'):
        without_rep({**gone, "first_reply": []}, "ben")


def test_routes_change_places_with_what_is_said_above_them() -> None:
    large, rest = said_of(SALES)["routes"]
    turned = with_items(SALES, "routes", [(1, rest), (0, large)])
    assert turned.split("routes:\n")[1].split("first_reply")[0] == (
        "  # all others\n  - {route: rest, to: everybody} # whoever it is\n"
        "  # large ones\n  - {route: large, if: profile.team_size > 200, to: [ana, ben]}\n"
    )
    german = {"route": "german", "if": "customer.country == 'DE'", "to": ["ana"]}
    more = with_items(SALES, "routes", [(0, large), (None, german), (1, rest)])
    assert "  - {route: german, if: customer.country == 'DE', to: [ana]}\n" in more
    assert "routes" not in said_of(with_items(SALES, "routes", []))
    assert said_of(with_items("desk: x\nfor: y\n", "routes", [(None, german)]))["routes"] == [german]


def test_hours_and_the_digest_are_said_as_one_would_write_them() -> None:
    early = SendWindow(time(8), time(17, 30), frozenset(range(5)), "Europe/London")
    said = with_digest(with_hours(said_of(SALES), early), "08:30")
    text = with_said(SALES, said)
    assert "hours: mon-fri 08:00-17:30 Europe/London\n" in text
    assert text.endswith("digest: 08:30\n")
    assert "hours" not in with_hours(said, None)
    assert new_desk("sales", "slack:#sales", early) == (
        "desk: sales\nfor: slack:#sales\nhours: mon-fri 08:00-17:30 Europe/London\n"
    )
    begun = new_desk("sales", "slack:#sales", early, (CHRISTMAS, off("2027-01-01")))
    assert begun.endswith("Europe/London\nholidays: [2026-12-24..2026-12-26, 2027-01-01]\n")
    with pytest.raises(CannotEdit, match="no desk yet"):
        said_of("- a\n")


@given(st.sets(st.integers(0, 6), min_size=1), st.times(), st.times())
def test_hours_read_back_as_what_was_meant(chosen: set[int], opens: time, closes: time) -> None:
    opens, closes = opens.replace(second=0, microsecond=0), closes.replace(second=0, microsecond=0)
    assert days(days_said(frozenset(chosen))) == chosen
    if opens != closes or opens == time():
        window = SendWindow(opens, closes, frozenset(chosen), "UTC")
        assert working_window(hours_said(window)) == window
