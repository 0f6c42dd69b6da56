"""Until which day somebody wants no marketing, and what only sounds like it."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.nlu.marketing_pause import no_marketing_until, not_until

LONDON = ZoneInfo("Europe/London")
MONDAY = datetime(2026, 11, 30, 14, tzinfo=UTC)
# fmt: off
UNTIL = (
    ("No texts until January", "01 Jan"), ("don't write to me before the 15th", "15 Dec"),
    ("no texts until after my holidays, back on Monday", "07 Dec"), ("pause the texts for two weeks", "14 Dec"),
    ("I don't want any messages until the new year", "01 Jan"), ("no more texts for a month please", "30 Dec"),
    ("don't text me this week", "07 Dec"), ("until January no texts please", "01 Jan"),
    ("Only text me after the 15th", "16 Dec"), ("no texts until after christmas", "26 Dec"),
    ("don't send me anything until the end of the month", "01 Jan"), ("don't text me this month", "01 Dec"),
    ("no emails till next week", "07 Dec"), ("please don't text me again until march pls thx", "01 Mar"),
    ("Bitte keine SMS bis Januar", "01 Jan"), ("Bis Januar bitte keine SMS mehr", "01 Jan"),
    ("Schreiben Sie mir nicht vor dem 15.", "15 Dec"), ("Schreibt mir bitte erst wieder im Februar", "01 Feb"),
    ("keine Werbung bis nach meinem Urlaub, ich bin am Montag wieder da", "07 Dec"),
    ("keine sms für zwei wochen", "14 Dec"),
    ("Bitte erst ab Februar wieder schreiben", "01 Feb"), ("Ich möchte bis März keine SMS bekommen", "01 Mar"),
    ("bitte diese Woche keine SMS", "07 Dec"), ("Bitte nicht vor Montag schreiben", "07 Dec"),
    ("Pas de SMS avant janvier", "01 Jan"), ("Ne m'écrivez pas avant le 15", "15 Dec"),
    ("plus de messages jusqu'en janvier s'il vous plaît", "01 Jan"), ("pas de sms pendant deux semaines", "14 Dec"),
    ("jusqu'en janvier, pas de SMS", "01 Jan"), ("pas de SMS jusqu'après mes vacances, je reviens lundi", "07 Dec"),
    ("ne m'écrivez plus cette semaine", "07 Dec"), ("Ne m'envoyez pas de SMS avant la fin du mois", "01 Jan"),
    ("Nada de SMS hasta enero", "01 Jan"), ("No me escriban antes del 15", "15 Dec"),
    ("hasta enero no me escriban", "01 Jan"), ("no me envien mensajes durante dos semanas", "14 Dec"),
    ("no me manden SMS hasta después de mis vacaciones, vuelvo el lunes", "07 Dec"),
)
OTHERS = (
    "stop texting me until January", "Don't text me before nine", "don't text me", "no texts",
    "pause the texts for a while", "no texts until January or ever again", "not before Monday",
    "We don't need a demo until January",
    "no marketing team until January", "i don't want emails before the demo on Friday", "don't email me in the morning",
    "when do I get my texts, before Monday?", "no texts until yesterday", "no texts until after my holidays",
    "Nicht vor Montag", "Ich kann nicht vor Montag schreiben", "Schreiben Sie mir nicht vor neun", "bisher keine SMS",
    "pas avant lundi", "ne pas m'écrire avant 9h", "no antes del lunes", "No me escriba antes de las nueve",
)
# fmt: on


@pytest.mark.parametrize(("text", "day"), UNTIL)
def test_a_wish_for_none_until_a_day_names_that_day(text: str, day: str) -> None:
    stated = no_marketing_until(text, MONDAY, LONDON)
    assert stated is not None
    assert f"{stated.until.astimezone(LONDON):%d %b}" == day
    assert stated.rest == ""


@pytest.mark.parametrize("text", OTHERS)
def test_what_names_no_day_or_says_something_else_is_no_such_wish(text: str) -> None:
    assert no_marketing_until(text, MONDAY, LONDON) is None


def test_the_day_begins_where_they_are_and_what_else_is_said_is_left() -> None:
    stated = no_marketing_until("Hi, no texts until 2 January. What does it cost?", MONDAY, ZoneInfo("America/Denver"))
    assert stated is not None
    assert stated.until == datetime(2027, 1, 2, 7, tzinfo=UTC)
    assert stated.rest == "What does it cost?"


ALONE = (
    ("Not until Monday", "07 Dec"), ("not before january please", "01 Jan"), ("not until after christmas", "26 Dec"),
    ("im on holiday until the 12th", "12 Dec"), ("try me again in february", "01 Feb"),
    ("nicht vor montag", "07 Dec"), ("erst ab januar wieder", "01 Jan"), ("bin bis montag im urlaub", "07 Dec"),
    ("pas avant lundi", "07 Dec"), ("à partir de janvier", "01 Jan"),
    ("je suis en vacances jusqu'au 12 janvier", "12 Jan"),
    ("no antes del lunes", "07 Dec"), ("estoy de vacaciones hasta el lunes", "07 Dec"),
)  # fmt: skip


@pytest.mark.parametrize(("text", "day"), ALONE)
def test_a_day_alone_is_a_pause_where_marketing_is_answered(text: str, day: str) -> None:
    found = not_until(text, MONDAY, LONDON)
    assert found is not None
    assert f"{found.until.astimezone(LONDON):%d %b}" == day
    assert no_marketing_until(text, MONDAY, LONDON) is None, "in answer to anything else it is none"


@pytest.mark.parametrize("text", ["Monday", "until Monday", "not before 9", "not until you fix it", "not me", "no"])
def test_what_names_no_day_or_wants_it_then_is_no_pause(text: str) -> None:
    assert not_until(text, MONDAY, LONDON) is None
