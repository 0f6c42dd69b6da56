"""Looks at everything that a service needs, and says what to do where something is missing."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

import aiohttp

from bot.adapters.clock import SystemClock
from bot.adapters.database import Database
from bot.adapters.library import Contents, is_trained, read_contents
from bot.adapters.migrations import HEAD
from bot.adapters.prometheus import first_due
from bot.adapters.redis import check_redis
from bot.domain.delivery import OutboxStatus
from bot.domain.errors import ContentError, OvertureError, SettingsError
from bot.domain.likelihood import Scorecard
from bot.domain.statistics import DRIFTED
from bot.entrypoints.connectors import (
    channel_names,
    channels_not_set_up,
    connector_module,
    is_sandboxed,
    shelves_of,
)
from bot.entrypoints.wiring import try_connector
from bot.journeys.channel_fit import journeys_on
from bot.services.measure_drift import drift
from bot.settings import Settings, connector_values

LATE = timedelta(minutes=1)
"""Work that has waited for longer than this, nobody does."""

CLOCK_DIFFERENCE = timedelta(seconds=2)
LEAST_SPACE = 1 << 30
"""In bytes: below this a disk may be full tomorrow."""

ANSWER_WITHIN = aiohttp.ClientTimeout(total=5)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. `advice` says what to do, where it is not well."""

    state: Literal["well", "doubtful", "ill"]
    what: str
    advice: str = ""


async def examine(settings: Settings) -> AsyncIterator[Finding]:
    """Each finding as it is made. Nothing is changed, and no vendor is called."""
    for finding in _how_it_is_reached(settings):
        yield finding
    for finding in _content(settings):
        yield finding
    async for finding in _connectors(settings):
        yield finding
    async for finding in _database(settings, _scorecard(settings)):
        yield finding
    async for finding in _others(settings):
        yield finding


def _how_it_is_reached(settings: Settings) -> Iterator[Finding]:
    where = settings.service_url
    if settings.public_url and not settings.public_url.startswith("https://"):
        yield Finding("doubtful", f"vendors reach us at {where}", "Most want https: set OVERTURE_PUBLIC_URL to it.")
    elif settings.environment == "production" and not settings.public_url:
        yield Finding("ill", f"vendors would reach us at {where}", "Set OVERTURE_PUBLIC_URL to where they can.")
    else:
        yield Finding("well", f"{settings.environment}, reached at {where}")


def _content(settings: Settings) -> Iterator[Finding]:
    shelves = shelves_of(settings, channel_names(settings))
    try:
        contents = read_contents(shelves)
    except ContentError as error:
        first = error.faults[0]
        yield Finding("ill", f"the content has {len(error.faults)} faults, the first: {first}", "overture validate")
        return
    except OvertureError as error:
        yield Finding("ill", "the content cannot be read", str(error))
        return
    yield Finding("well", f"the content: {_counted(contents)}")
    for channel, setting in channels_not_set_up(settings, connector_values()).items():
        if named_by := journeys_on(channel, contents.journeys.values()):
            words = f"{channel} is not set up, so nothing leaves by it; on it are steps of {', '.join(named_by)}"
            yield Finding("doubtful", words, f"Set {setting}, or take the channel out of these journeys.")
    if is_trained(shelves, contents):
        yield Finding("well", "what understands messages is trained on it")
    else:
        advice = "overture train; a start does it, too"
        yield Finding("doubtful", "what understands messages is not trained on it", advice)


def _counted(contents: Contents) -> str:
    return f"{len(contents.assistant.intents)} intents, {len(contents.journeys)} journeys"


async def _connectors(settings: Settings) -> AsyncIterator[Finding]:
    """Each is built, which finds credentials that are missing, or that the vendor could not have given."""
    values = connector_values()
    for name in settings.connector_names:
        if not is_sandboxed(connector_module(name), values):
            try:
                await try_connector(settings, name)
                yield Finding("well", f"connector {name}")
            except SettingsError as error:
                words = str(error).removeprefix(f"the connector {name} cannot be built: ")
                yield Finding("ill", f"connector {name} cannot be built", words)
        elif settings.environment == "production" and not settings.allow_sandbox:
            yield Finding("ill", f"connector {name} has no credentials", f"connectors/{name}/README.md names them")
        else:
            yield Finding("doubtful", f"connector {name} is in its sandbox", f"for real: connectors/{name}/README.md")


def _scorecard(settings: Settings) -> Scorecard | None:
    """The one that there is; faults of the content were told before."""
    try:
        return next(iter(read_contents(shelves_of(settings, channel_names(settings))).scorecards), None)
    except OvertureError:
        return None


async def _database(settings: Settings, card: Scorecard | None) -> AsyncIterator[Finding]:
    database = Database(settings.database_url)
    if not database.shared and not (settings.database or (settings.data / "overture.db").exists()):
        yield Finding("doubtful", "there is no database yet", "The first start makes it.")
        return
    try:
        revision = await database.revision()
        if revision == HEAD:
            yield Finding("well", f"the database answers, its tables are of version {revision}")
        else:
            words = (
                f"the database's tables are of version {revision}, not {HEAD}" if revision else "the database is empty"
            )
            yield Finding("ill" if revision else "doubtful", words, "overture migrate; a start does it, too")
            return
        async for finding in _queues(database):
            yield finding
        if card is not None:
            async with database.transaction() as uow:
                yield _drift(card, await drift(uow, card, SystemClock().now()))
        apart = await database.clock_difference()
        if apart is not None and abs(apart) > CLOCK_DIFFERENCE:
            yield Finding(
                "ill", f"the database server's clock is {apart.total_seconds():+.1f} s from ours", "Set both by NTP."
            )
    except OvertureError as error:
        yield Finding("ill", "the database does not answer", str(error))
    finally:
        await database.close()
    if not database.shared and (free := shutil.disk_usage(settings.data).free) < LEAST_SPACE:
        yield Finding("doubtful", f"{free >> 20:,} MB are free on its disk", "Make room before it is full.")


def _drift(card: Scorecard, found: Mapping[str, float]) -> Finding:
    drifted = sorted(name for name, index in found.items() if index > DRIFTED)
    if drifted:
        words = f"people have changed since the scorecard of {card.trained_on.isoformat()}: {', '.join(drifted)}"
        return Finding("doubtful", words, "overture score check says how far; overture score train learns anew.")
    return Finding("well", f"the scorecard of {card.trained_on.isoformat()} is {'' if card.is_on else 'not '}in force")


async def _queues(database: Database) -> AsyncIterator[Finding]:
    now = SystemClock().now()
    async with database.transaction() as uow:
        due = await first_due(uow)
        dead = await uow.outbox.count(OutboxStatus.DEAD)
    late = {lane: now - at for lane, at in due.items() if at is not None and now - at > LATE}
    for lane, pause in late.items():
        words = f"work in the lane {lane.value} has waited for {pause - pause % timedelta(seconds=1)}"
        yield Finding("doubtful", words, f"Is something at work? overture serve, or overture work --lanes {lane.value}")
    if not late:
        yield Finding("well", "nothing waits longer than it should")
    if dead:
        yield Finding("doubtful", f"{dead:,} messages or records were given up", "overture outbox dead says why.")


async def _others(settings: Settings) -> AsyncIterator[Finding]:
    if settings.redis:
        try:
            await check_redis(settings.redis)
            yield Finding("well", "Redis answers")
        except OvertureError as error:
            yield Finding("ill", "Redis does not answer", str(error))
    elif settings.database_url.startswith("postgresql"):
        yield Finding("doubtful", "no Redis: one process may work, and no second one", "For more, set OVERTURE_REDIS.")
    if settings.actions.startswith(("http://", "https://")):
        health = settings.actions.rsplit("/", 1)[0] + "/health"
        yield await _answers("the action server", health, "make actions, or see OVERTURE_ACTIONS")
    if settings.engine == "rasa":
        yield await _answers("the Rasa server", settings.rasa_url.rstrip("/") + "/version", "see OVERTURE_RASA_URL")


async def _answers(what: str, url: str, advice: str) -> Finding:
    try:
        async with aiohttp.ClientSession(timeout=ANSWER_WITHIN) as session, session.get(url) as response:
            answered = response.status < 500
    except (aiohttp.ClientError, TimeoutError, ValueError):
        answered = False
    return Finding("well", f"{what} answers") if answered else Finding("ill", f"{what} does not answer", advice)
