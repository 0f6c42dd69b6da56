"""A real server with copies of the sample journeys, and seven people in one of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from bot.adapters.database import Database
from bot.documents import parse
from bot.domain.ids import ProfileId
from bot.domain.journey import ENTRANCE, EnrolmentStatus
from bot.journeys.content import version_of
from tests.browser.stocked import stock
from tests.contracts.samples import NOON, enrolment, journey, profile
from tests.lending import ROOT
from tests.running import RunningServer, running

pytestmark = pytest.mark.browser

NAME = "demo-follow-up"
PARKED = EnrolmentStatus.PARKED


@dataclass
class Site:
    server: RunningServer
    file: Path

    @property
    def list(self) -> str:
        return f"{self.server.address}/journeys"

    @property
    def url(self) -> str:
        return f"{self.list}/{NAME}"


@contextmanager
def with_people(tmp_path: Path) -> Iterator[Site]:
    data, content = tmp_path / "data", tmp_path / "journeys"
    shutil.copytree(ROOT / "journeys", content)
    file = content / f"{NAME}.yml"
    stock(data, partial(populate, version=version_of(parse(str(file), file.read_text()))))
    with running(data, {"OVERTURE_JOURNEYS": str(content)}) as server:
        yield Site(server, file)


@contextmanager
def with_drafts(tmp_path: Path) -> Iterator[Site]:
    """Where a file waits until it is published; nobody is inside."""
    data, content = tmp_path / "data", tmp_path / "journeys"
    data.mkdir()
    shutil.copytree(ROOT / "journeys", content)
    with running(data, {"OVERTURE_JOURNEYS": str(content), "OVERTURE_PUBLISHING": "on_command"}) as server:
        yield Site(server, content / f"{NAME}.yml")


async def populate(store: Database, *, version: str) -> None:
    """Seven people: three wait for an answer, one waits in an older version, two have left, one is parked."""
    stands: list[dict[str, Any]] = [
        {"step": "ask-for-time", "due_at": NOON + timedelta(days=9000)},
        {"step": "ask-for-time", "due_at": NOON + timedelta(days=9000)},
        {"step": "ask-for-time", "due_at": NOON + timedelta(days=9000)},
        {"step": "old-question", "due_at": NOON + timedelta(days=9000), "version": "older"},
        {"step": "ask-for-time", "status": EnrolmentStatus.DONE, "reason": "meeting.booked happened", "goal_at": NOON},
        {"step": "end", "status": EnrolmentStatus.DONE, "reason": "came to the end"},
        {"step": "steps.4", "status": PARKED, "reason": "the note is no text: <b>50</b>"},
    ]
    async with store.transaction() as uow:
        for made in (version, "older"):
            await uow.enrolments.publish(replace(journey(made, NAME), first="begin"))
        uow.passages.add(NAME, version, [(ENTRANCE, "steps.0"), ("ask-for-time", "steps.2")], times=1_234)
        uow.passages.add(NAME, version, [("old-question", "ask-for-time")], times=2, moved=True)
        for number, more in enumerate(stands):
            person = ProfileId(f"person-{number}")
            await uow.profiles.add(profile(person))
            await uow.enrolments.add(
                enrolment(f"e{number}", of=person, into=NAME, **{"version": version, "due_at": None} | more)
            )
