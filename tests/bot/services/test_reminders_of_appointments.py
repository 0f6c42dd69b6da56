"""A journey that reminds of an appointment: the day before, at its latest time, and not of one that was called off."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.adapters.content.recipes import prepare, recipes
from bot.dialogue.content import read_assistant
from bot.documents import parse
from bot.journeys.content import read_journey
from tests.bot.services.stage import KNOWN, Stage

BOOKED, CANCELLED = "meeting.booked", "meeting.cancelled"
NAME, SAYS = "reminder", "utter_reminder_the_day_before"


@pytest.fixture
async def reminding(stage: Stage) -> Stage:
    """Ana in London, at midnight of 1 June, and the journey of the recipe."""
    recipe = next(one for one in recipes() if one.id == "appointment")
    prepared = prepare(recipe, NAME, ["sms"], "en")
    [words] = read_assistant([parse("reminder", prepared.responses)]).responses.values()
    assistant = stage.library.playbook.assistant
    stage.library.playbook = replace(
        stage.library.playbook, assistant=replace(assistant, responses={**assistant.responses, SAYS: words})
    )
    known = replace(KNOWN, responses=frozenset({SAYS}))
    stage.play(read_journey(parse("journeys/reminder.yml", prepared.journey), known))
    stage.clock.forward(datetime.fromisoformat("2027-06-01T00:00:00+01:00") - stage.clock.now())
    await stage.meet()
    return stage


def texts(stage: Stage) -> list[str]:
    return [one.removeprefix("I am a machine. ") for one in stage.sms.texts()]


async def three_weeks_go_by(stage: Stage) -> None:
    for _ in range(21 * 6):
        await stage.later(hours=4)


async def test_who_has_booked_is_reminded_the_day_before_on_their_own_clock(reminding: Stage) -> None:
    await reminding.happens(BOOKED, starts_at="2027-06-10T14:30:00+00:00")
    await reminding.later(days=8, hours=15)
    assert texts(reminding) == []
    await reminding.later(hours=1)
    assert texts(reminding) == [
        "A reminder of your appointment: Thursday, 10 June 2027, 15:30. "
        "Write back if that no longer suits you. Reply STOP to opt out."
    ]


async def test_who_moves_it_is_reminded_of_the_new_time_alone(reminding: Stage) -> None:
    await reminding.happens(BOOKED, starts_at="2027-06-10T14:30:00+00:00")
    await reminding.later(days=2)
    await reminding.happens(BOOKED, starts_at="2027-06-20T10:00:00+00:00")
    await three_weeks_go_by(reminding)
    [told] = texts(reminding)
    assert "20 June 2027, 11:00" in told


async def test_who_calls_it_off_or_has_it_tomorrow_is_reminded_of_nothing(reminding: Stage) -> None:
    await reminding.happens(BOOKED, starts_at="2027-06-10T14:30:00+00:00")
    await reminding.later(days=2)
    await reminding.happens(CANCELLED)
    tomorrow = reminding.clock.now() + timedelta(days=1)
    await reminding.happens(BOOKED, starts_at=tomorrow.isoformat())
    await three_weeks_go_by(reminding)
    assert texts(reminding) == []
