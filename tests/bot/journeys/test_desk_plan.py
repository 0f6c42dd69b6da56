"""A desk's file: what it says, and what is wrong with it, with file, line and column."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from bot.documents import parse
from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.errors import ContentError
from bot.domain.routing import DaysOff, DeskPlan, Escalation, MeetingTerms, Rep, Route, WorkingHours
from bot.domain.send_window import SendWindow
from bot.journeys.desk_plan import read_desk_plan

SCHEMA = ProfileSchema({"team_size": Attribute("team_size", AttributeType.NUMBER)})
WINDOW = SendWindow(time(9), time(17, 30), frozenset(range(5)), "Europe/London")


def plan(text: str) -> DeskPlan:
    return read_desk_plan(parse("journeys/desks/sales.yml", text), ("slack:#sales", "support"), SCHEMA)


def test_a_desk_says_who_works_there_who_is_offered_what_and_who_is_told() -> None:
    found = plan(
        """desk: sales
for: slack:#sales
hours: mon-fri 09:00-17:30 Europe/London
holidays: [2026-12-25, 2026-12-28..2027-01-01]
reps:
  ana: {name: Ana Lima, member: U0ANA0001, languages: [en, pt], at_most: 8, holidays: 2026-11-30}
  ben: {name: Ben Okoro, hours: mon-thu 10:00-16:00 Africa/Lagos}
routes:
  - route: large
    if: "profile.team_size > 200 and customer.country in ['GB', 'IE']"
    to: [ana]
    pick: least_busy
    reason: large teams
  - {route: rest, to: everybody}
first_reply:
  - {within: 15m, tell: [ben]}
  - {within: 1h, tell: everybody, desk: support}
"""
    )
    off = (DaysOff(date(2026, 12, 25), date(2026, 12, 25)), DaysOff(date(2026, 12, 28), date(2027, 1, 1)))
    lagos = SendWindow(time(10), time(16), frozenset(range(4)), "Africa/Lagos")
    own = DaysOff(date(2026, 11, 30), date(2026, 11, 30))
    assert found == DeskPlan(
        "slack:#sales",
        {
            "ana": Rep("ana", "Ana Lima", "U0ANA0001", WorkingHours(WINDOW, (*off, own)), frozenset({"en", "pt"}), 8),
            "ben": Rep("ben", "Ben Okoro", hours=WorkingHours(lagos, off)),
        },
        (
            Route(
                "large", ("ana",), "profile.team_size > 200 and customer.country in ['GB', 'IE']", "least_busy",
                "large teams",
            ),
            Route("rest", ("ana", "ben")),
        ),
        (
            Escalation(timedelta(minutes=15), ("ben",)),
            Escalation(timedelta(hours=1), ("everybody",), "support"),
        ),
        WorkingHours(WINDOW, off),
    )  # fmt: skip


def test_meetings_are_in_hours_of_their_own_in_the_reps_or_on_a_page() -> None:
    found = plan(
        """desk: sales
for: slack:#sales
hours: mon-fri 09:00-17:30 Europe/London
holidays: 2026-12-25
reps:
  ana: {name: Ana, meetings: {length: 45m, notice: 1d, ahead: 7d, hours: tue 09:00-17:30 Europe/London}}
  ben: {name: Ben, meetings: {}}
  cleo: {name: Cleo, meetings: {link: "https://meet.example.com/cleo"}}
"""
    )
    own = found.reps["ana"].meetings
    assert own is not None
    assert (own.length, own.notice, own.ahead) == (timedelta(minutes=45), timedelta(days=1), timedelta(days=7))
    assert own.hours == WorkingHours(replace(WINDOW, days=frozenset({1})), (DaysOff(*[date(2026, 12, 25)] * 2),))
    assert found.meeting_hours(found.reps["ana"]) == own.hours
    assert found.meeting_hours(found.reps["ben"]) == found.hours
    assert found.reps["cleo"].meetings == MeetingTerms("https://meet.example.com/cleo")


HEAD = "desk: sales\nfor: slack:#sales\n"
REPS = HEAD + "reps: {ana: {name: Ana}}\n"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("- a", "1:1: a desk must be a mapping"),
        ("desk: sales", '1:1: a desk lacks "for". Write for: slack:#sales'),
        ("desk: other\nfor: slack:#sales", '1:1: the desk "other" stands in a file of another name.'),
        ("desk: sales\nfor: supprt", '2:1: there is no desk "supprt". Did you mean "support"?'),
        (HEAD + "hour: x", '3:1: a desk has no "hour". Did you mean "hours"?'),
        (HEAD + "hours: mon-fri 09:00-17:30", '3:1: "mon-fri 09:00-17:30" is no week'),
        (HEAD + "hours: mon-fri 9-5 Europe/London", '3:1: "9-5" are no hours.'),
        (HEAD + "hours: mon-fri 09:00-17:30 person", "3:1: a desk is in one time zone"),
        (HEAD + 'digest: "09:00"', "3:1: a digest comes on working days of some time zone. Write hours"),
        (HEAD + "hours: mon 09:00-17:30 UTC\ndigest: nine", '4:1: "nine" is no time of day.'),
        (HEAD + "holidays: 2026-12-25", "3:1: holidays are days of some time zone. Write hours"),
        (HEAD + "hours: mon 09:00-17:30 UTC\nholidays: [x]", '4:12: "x" is no day. Write 2026-12-25'),
        (HEAD + "hours: mon 09:00-17:30 UTC\nholidays: [2026-12-25..2026-12-01]", "ends before it begins"),
        (HEAD + "reps: {ana: {}}", '3:8: the rep "ana" lacks "name". Customers'),
        (HEAD + "reps: {ana: {name: A, at_most: 0}}", "3:23: who may have none is no rep"),
        (HEAD + "reps: {ana: {name: A}, ben: {name: A}}", 'another rep has the name "A"'),
        (HEAD + "reps: {ana: {name: A, languages: [german]}}", '"german" is no language. Write its code'),
        (HEAD + "reps: {ana: {name: A, meetings: {length: 20m}}}", '"20m" is no length of a meeting.'),
        (HEAD + "reps: {ana: {name: A, meetings: {length: 30m}}}", "3:23: times come from the hours"),
        (HEAD + "reps: {ana: {name: A, meetings: {link: ftp://x}}}", '"ftp://x" is no address of a page'),
        (HEAD + 'reps: {ana: {name: A, meetings: {link: "https://x.example", length: 30m}}}', "the link has its own"),
        (REPS + "routes: [{route: x, to: [bob]}]", '4:26: there is no rep "bob".'),
        (REPS + "routes: [{route: x}]", '4:10: a route lacks "to". Name reps'),
        (REPS + "routes: [{route: x, to: ana}, {route: x, to: ana}]", '4:32: there is another route "x".'),
        (REPS + "routes: [{route: x, to: ana, pick: random}]", 'there is no way to pick "random"'),
        (REPS + "routes: [{route: x, to: ana, if: profile.size > 2}]", '4:30: the condition "profile.size > 2" cannot'),
        (REPS + "routes: [{route: x, to: ana, if: customer.country > 2}]", "cannot be used"),
        (REPS + "routes: [{route: x, to: ana, if: ' '}]", "4:30: the condition is empty. Write one"),
        (REPS + "first_reply: [{within: 15m}]", '4:15: a step of first_reply lacks "tell"'),
        (REPS + "first_reply: [{within: 1h, tell: ana}, {within: 5m, tell: ana}]", "each step comes later"),
        (REPS + "first_reply: [{within: 1h, desk: sails}]", '4:28: there is no desk "sails"'),
    ],
)
def test_what_is_wrong_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(ContentError) as refused:
        plan(text)
    assert told in str(refused.value).replace("journeys/desks/sales.yml:", "")


def test_the_desk_of_the_sample_reads_a_digest_and_is_open_whenever_it_is_tried() -> None:
    text = (Path(__file__).parents[3] / "journeys" / "desks" / "sales.yml").read_text(encoding="utf-8")
    sample = plan(text)
    assert sample.digest == time(9)
    assert sample.hours is not None
    assert sample.hours.window.days == frozenset(range(7))
