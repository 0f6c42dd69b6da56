"""Who wants marketing at other hours has not opted out, and whoever may want none any more is not taken for that."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.nlu.marketing_hours import hours_wanted
from bot.nlu.marketing_pause import no_marketing_until
from tests.opt_outs import PARTS, phrases

# fmt: off
HOURS = (
    "Don't text me before nine", "please don't text me before 9am", "no texts after 8pm", "don't text me so late",
    "i dont wanna get texts at night",
    "Don't write to me in the evening", "only text me in the morning", "no messages on Sundays please",
    "Don't text me between 9 and 5", "no texts at the weekend or after 8pm", "Bitte nicht vor neun schreiben",
    "Schreiben Sie mir nicht nach 20 Uhr", "keine SMS am Wochenende", "sonntags bitte keine SMS",
    "schreibt mir bitte nicht so früh", "Ne m'écrivez pas avant 9h", "pas de SMS le dimanche",
    "ne m'écrivez pas si tard",
    "No me escriban antes de las nueve", "no me manden mensajes por la noche", "no me escriban los domingos",
    "no me escribais antes de las 9", "no me mandeis sms por la noche", "no me escriban mas por la noche",
    "ne mecrivez pas avant 9h", "ne m ecrivez pas si tard",
)
OTHERS = (
    "don't text me", "don't text me any more after today", "no more texts after 8pm", "don't text me again after 9",
    "don't text me after today", "don't text me at all", "don't text me ever in the evening", "don't text me at work",
    "stop texting me before nine", "don't text me at this number", "don't text me in the future",
    "don't email me at 9 or any other time", "Schreiben Sie mir nicht mehr", "keine SMS mehr nach 20 Uhr",
    "plus de SMS après 20h", "no me escriban más después de las 8", "no me escriban mas despues de las 8",
    "can I text you on Sundays?",
)
# fmt: on


@pytest.mark.parametrize("text", HOURS)
def test_a_wish_for_other_hours_is_one(text: str) -> None:
    assert hours_wanted(text) is not None


@pytest.mark.parametrize("text", OTHERS)
def test_what_may_be_for_good_or_is_about_something_else_is_none(text: str) -> None:
    assert hours_wanted(text) is None


def test_no_opt_out_of_the_table_is_a_wish_for_a_pause_or_for_hours() -> None:
    now, london = datetime(2026, 11, 30, 14, tzinfo=UTC), ZoneInfo("Europe/London")
    for text in phrases(*PARTS)["opt_out"]:
        assert hours_wanted(text) is None, text
        assert no_marketing_until(text, now, london) is None, text


def test_what_else_is_said_is_left() -> None:
    stated = hours_wanted("Bitte keine SMS nach 20 Uhr. Was kostet das?")
    assert stated is not None
    assert (stated.language, stated.rest) == ("de", "Was kostet das?")
