"""While the disk is full nothing is given up: not a message, not a person in a journey; with room it goes on."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.domain.journey import EnrolmentStatus
from bot.services.advance import advance_due
from bot.services.converse import PARK_AFTER, converse
from tests.bot.services.stage import Stage
from tests.bot.services.test_advance import people_in_a_journey

LONG = "pardon " * 20_000
"""More than fits into the pages that there are."""


async def test_a_turn_that_finds_no_room_is_taken_later_however_often_it_was_tried(stage: Stage) -> None:
    await stage.hear(LONG)
    conversation = (await stage.at()).id
    async with full_disk(stage):
        for _ in range(PARK_AFTER + 1):
            with pytest.raises(OperationalError):
                await converse(stage.runtime, conversation)
    await stage.settle()
    assert stage.sms.texts() == ["I am a machine. Pardon?"]


async def test_a_database_that_was_away_for_a_moment_is_no_fault_of_the_message(stage: Stage) -> None:
    """Away while the turn is taken, and there again when the failure could be counted."""

    async def away() -> None:
        gone = sqlite3.OperationalError("disk I/O error")
        gone.sqlite_errorcode = sqlite3.SQLITE_IOERR
        raise OperationalError("COMMIT", None, gone)

    stage.actions.before = away
    await stage.hear("lead")
    conversation = (await stage.at()).id
    for _ in range(PARK_AFTER + 1):
        with pytest.raises(OperationalError):
            await converse(stage.runtime, conversation)
    stage.actions.before = None
    await stage.settle()
    assert stage.actions.ran[-2:] == ["action_lead", "action_more"]


async def test_nobody_is_parked_in_a_journey_for_want_of_room(stage: Stage) -> None:
    people = await people_in_a_journey(stage, 40)
    stage.clock.forward(timedelta(days=1))
    async with full_disk(stage):
        for _ in range(3):
            with pytest.raises(OperationalError):
                await advance_due(stage.runtime)
    waiting = [one.status for person in people for one in await stage.enrolments(person)]
    assert waiting == [EnrolmentStatus.WAITING] * len(people)


@asynccontextmanager
async def full_disk(stage: Stage) -> AsyncIterator[None]:
    """Every page is used, and there may be no other."""
    most = await pages(stage, "PRAGMA max_page_count")
    await pages(stage, f"PRAGMA max_page_count = {await pages(stage, 'PRAGMA page_count')}")
    yield
    await pages(stage, f"PRAGMA max_page_count = {most}")


async def pages(stage: Stage, pragma: str) -> int:
    async with stage.store.transaction() as uow:
        found = await uow.inbox._session.execute(text(pragma))  # type: ignore[attr-defined]
    return int(found.scalar_one())
