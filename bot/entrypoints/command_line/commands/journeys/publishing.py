"""What the commands that look at and change what is in force share: the database, the content, and their words."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from bot.adapters.clock import SandboxClock
from bot.adapters.content.library import read_contents
from bot.documents import did_you_mean
from bot.domain.errors import SettingsError
from bot.domain.journey import Journey
from bot.domain.publishing import Move
from bot.entrypoints.command_line.event_log import require_file
from bot.entrypoints.wiring.connectors import channel_names, shelves_of
from bot.entrypoints.wiring.stores import store_of
from bot.ports import UnitOfWork
from bot.services.publish import Plan, Publisher
from bot.settings import Settings

T = TypeVar("T")

SHORT = 8
"""Characters of a version that are shown."""


def journey_files(settings: Settings) -> Mapping[str, Journey]:
    """The journeys as their files say; raises ContentError where the content has faults."""
    return read_contents(shelves_of(settings, channel_names(settings))).journeys


def work(settings: Settings, doing: Callable[[Publisher], Awaitable[T]], *, who: str | None = None) -> T:
    """Do it on the database; raises SettingsError where there is none."""
    require_file(settings.database_url, "look into")
    return asyncio.run(_work(settings, doing, who or _user()))


async def _work(settings: Settings, doing: Callable[[Publisher], Awaitable[T]], who: str) -> T:
    store = store_of(settings)
    try:
        await store.migrate()
        return await doing(
            Publisher(store, SandboxClock(settings.data / "sandbox-clock"), who, by=f"terminal:{_user()}")
        )
    finally:
        await store.close()


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"


async def require_known(uow: UnitOfWork, settings: Settings, name: str) -> None:
    """Raises SettingsError for a journey that neither files nor the database know."""
    known = {*journey_files(settings), *await uow.journeys.states(), *await uow.journeys.names()}
    if name not in known:
        raise SettingsError(f'there is no journey "{name}". {did_you_mean(name, known)}'.rstrip())


def people(count: int) -> str:
    return f"{count} {'person' if count == 1 else 'people'}"


def short(version: str) -> str:
    return version[:SHORT]


def told(plan: Plan) -> list[str]:
    """What publishing does, a line for each group of people."""
    head = f"{plan.journey.id} {short(plan.journey.version)} (on_edit: {plan.on_edit.policy})"
    if not plan.moves:
        return [head, "  nobody is inside"]
    return [head, *(f"  {_told(move)}" for move in plan.moves)]


def _told(move: Move) -> str:
    group = move.resting
    where = f'{people(group.people)} at "{group.step}" of {short(group.version)}'
    match move.way:
        case "stays":
            return f"{where}: {move.why}"
        case "moves":
            return f"{where} -> the same step"
        case "begins":
            return f'{where}, not begun -> begins at "{move.to}"'
        case "arrives":
            return f'{where} -> comes to "{move.to}"'
        case "lost":
            return f"{where} -> LOST: the step {move.why}"
