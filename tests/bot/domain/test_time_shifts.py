from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.domain.time_shifts import shift_in, shifted

LANGUAGES = ("de", "es", "fr")
NOW, LONDON = datetime(2026, 11, 30, 11, tzinfo=UTC), ZoneInfo("Europe/London")
# fmt: off
SHIFTS = (
    ("push it back an hour", 60), ("can we do it an hour later?", 60), ("an hour later please", 60),
    ("move it back by an hour", 60), ("Could we make it 1 hour later?", 60), ("delay the meeting by an hour", 60),
    ("postpone it for 60 minutes", 60), ("would an hour later work?", 60), ("eine Stunde später bitte", 60),
    ("können wir den Termin um eine Stunde verschieben?", 60), ("Geht es eine Stunde später?", 60),
    ("une heure plus tard, s'il vous plaît", 60), ("pourrait-on décaler d'une heure ?", 60),
    ("una hora más tarde por favor", 60), ("¿podemos retrasarla una hora?", 60), ("put it off by an hour", 60),
    ("half an hour later please", 30), ("30 minutes later", 30), ("eine halbe Stunde später", 30),
    ("media hora después", 30), ("une demi-heure plus tard", 30), ("push back the demo by half an hour", 30),
    ("bring it forward an hour", -60), ("an hour earlier", -60), ("can we meet one hour earlier", -60),
    ("eine Stunde früher", -60), ("können wir es um eine Stunde vorziehen?", -60), ("avancer d'une heure", -60),
    ("adelantar una hora", -60), ("una hora antes", -60), ("a day earlier", -1440), ("einen Tag früher", -1440),
    ("un jour plus tôt", -1440), ("un día antes", -1440), ("make it a day earlier", -1440),
    ("postpone it a week", 10080), ("can we move it a week later?", 10080), ("eine Woche später", 10080),
    ("and 30 mins earlier", -30), ("und eine Stunde später", 60), ("ten minutes later", 10),
    ("dreißig Minuten später", 30), ("quinze minutes plus tard", 15),
    ("change it to the week after", 10080), ("the week after", 10080),
    ("can we move it to the following day?", 1440), ("können wir es auf die Woche danach verschieben?", 10080),
    ("verschieben wir den Termin auf den Tag darauf", 1440), ("pourrait-on la reporter à la semaine suivante ?", 10080),
    ("au lendemain plutôt", 1440),
    ("the following day would be better", 1440), ("an hour earlier would be better", -60),
    ("eine Stunde später wäre besser", 60), ("une heure plus tard serait mieux", 60),
    ("una hora más tarde sería mejor", 60),
    ("¿podemos moverla a la semana siguiente?", 10080), ("al día siguiente", 1440),
    ("veinte minutos antes", -20), ("two hours later", 120), ("move it out by 2h", 120),
    ("an hour and a half later", 90),
)
NONE = (
    "we start an hour later on Mondays", "an hour later my boss called", "push notifications back an hour", "later",
    "a day later it broke", "can staff clock in an hour later?", "reminders an hour earlier", "how much later?",
    "two hours", "half an hour", "in an hour", "call me in an hour", "an hour is fine", "one day",
    "it takes a week longer", "earlier please", "can I pay a week later?", "send the reminder a day earlier",
    "shifts start two hours earlier", "the day before", "call me an hour later", "eine Stunde", "in einer Stunde",
    "une heure", "hace una hora", "hace un día", "la semana antes", "one hour later he left",
)
# fmt: on


@pytest.mark.parametrize(("text", "minutes"), SHIFTS)
def test_how_much_later_or_earlier_is_read(text: str, minutes: int) -> None:
    shift = shift_in(text, LANGUAGES)
    assert shift is not None
    assert shift.later == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", NONE)
def test_what_says_something_else_is_none(text: str) -> None:
    assert shift_in(text, LANGUAGES) is None


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("an hour later", False),
        ("an hour later please", True),
        ("a day earlier?", True),
        ("push it back an hour", True),
    ],
)
def test_a_shift_alone_may_answer_another_question(text: str, asked: bool) -> None:
    shift = shift_in(text)
    assert shift is not None
    assert shift.asked is asked


@pytest.mark.parametrize(
    ("known", "later", "moved"),
    [
        ("Tuesday 1 December at 10:00", timedelta(hours=1), "Tuesday 1 December at 11:00"),
        ("Tuesday 1 December at 23:30", timedelta(hours=1), "Wednesday 2 December at 00:30"),
        ("Friday 4 December", timedelta(days=-1), "Thursday 3 December"),
        ("Friday 4 December, from 13:00 to 15:00", timedelta(hours=1), "Friday 4 December from 14:00 to 16:00"),
        ("Friday 4 December", timedelta(hours=1), None),
        ("next week (Monday 7 December to Friday 11 December)", timedelta(days=7), None),
        ("any time", timedelta(hours=1), None),
        ("Monday 30 November at 10:00", timedelta(hours=1), None),
    ],
)
def test_a_known_time_is_moved_by_the_clock_where_it_is_one(known: str, later: timedelta, moved: str | None) -> None:
    assert shifted(known, later, NOW, LONDON) == moved


def test_a_day_later_is_at_the_same_hour_where_the_clocks_change() -> None:
    saturday = datetime(2027, 3, 26, 11, tzinfo=UTC)
    moved = shifted("Saturday 27 March at 10:00", timedelta(days=1), saturday, LONDON)
    assert moved == "Sunday 28 March at 10:00"
