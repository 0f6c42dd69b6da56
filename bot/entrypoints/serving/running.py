"""Whoever serves or works is known to run, so that nobody takes the database away from under it."""

from __future__ import annotations

import asyncio
import hmac
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.adapters.database import Database
from bot.domain.errors import OvertureError, SettingsError
from bot.entrypoints.serving.sole_user import sole_user
from bot.ports import Process, Running, Store

log = structlog.get_logger()

KNOWN_FOR = timedelta(seconds=30)
"""After it was last said. So long one that was killed counts as running, and one that stands still may not longer."""

SAID_EVERY = KNOWN_FOR / 3
PUT_BACK = 1
"""The exit status of one whose database was put back under it."""

SHARE = (
    "Chats that one has begun, and links that it has sent, such as to preferences, open nothing at the other. Give all "
    "of them the file `secret` of the OVERTURE_DATA whose links people have, and start them again."
)

AWAY = (OvertureError, SQLAlchemyError, OSError)


@asynccontextmanager
async def known_to_run(
    store: Store, command: str, secret: str, *, end: Callable[[int], object] = os._exit
) -> AsyncIterator[None]:
    """Meanwhile this process is found in the database. For a SQLite file, which one process has, see `sole_user`.

    One that stood still for so long that it was forgotten, and finds tables that a restore made meanwhile, ends: what
    it knows is of the tables before.
    """
    if not store.shared:
        yield
        return
    this = Process(f"{signs_as(secret)}-{secrets.token_hex(8)}", command, socket.gethostname(), os.getpid())
    began_with = await _say(store, this)
    await _tell_of_other_secrets(store, this)
    saying = asyncio.create_task(_go_on_saying(store, this, began_with, end), name="known to run")
    try:
        yield
    finally:
        saying.cancel()
        with suppress(asyncio.CancelledError):
            await saying
        with suppress(*AWAY):  # then it is forgotten in a while
            async with store.transaction() as uow:
                await uow.processes.has_ended(this)


@asynccontextmanager
async def alone_with(database: Database) -> AsyncIterator[None]:
    """Raises SettingsError where any process serves from it or works on it. None can begin to on a SQLite file."""
    with sole_user(database.file):
        if database.shared:
            await refuse_beside_others(database)
        yield


async def refuse_beside_others(store: Store) -> None:
    """Raises SettingsError where any process is known to run on this database."""
    async with store.reading() as uow:
        running = await uow.processes.running()
    if running:
        named = ", ".join(in_words(one) for one in running)
        raise SettingsError(
            f"these run on the database: {named}. Stop them first: they would go on with what they know of it now. "
            f"One that was killed is forgotten after {KNOWN_FOR.total_seconds():.0f} seconds."
        )


def signs_as(secret: str) -> str:
    """What tells this secret from others in the database, from which nobody can learn it."""
    return hmac.new(secret.encode(), b"which secret", sha256).hexdigest()[:16]


def with_other_secrets(running: Iterable[Running], mark: str) -> list[Running]:
    """Those that sign with another, so that what is signed by one opens nothing at the other."""
    return [one for one in running if one.process.signs_as not in ("", mark)]


def in_words(one: Running) -> str:
    process = one.process
    return f"{process.command} on {process.host} (process {process.pid}, since {one.since:%Y-%m-%d %H:%M} UTC)"


async def _go_on_saying(store: Store, this: Process, began_with: int | None, end: Callable[[int], object]) -> None:
    while True:
        await asyncio.sleep(SAID_EVERY.total_seconds())
        tables = await _say(store, this)
        began_with = began_with or tables
        if tables and tables != began_with:
            log.error("the database was put back under this process, which ends; start it again")
            end(PUT_BACK)


async def _tell_of_other_secrets(store: Store, this: Process) -> None:
    with suppress(*AWAY):
        async with store.reading() as uow:
            others = with_other_secrets(await uow.processes.running(), this.signs_as)
        if others:
            log.error("on the database run others with another secret", others=list(map(in_words, others)), so=SHARE)


async def _say(store: Store, this: Process) -> int | None:
    """Of which tables, where that could be said."""
    try:
        async with store.transaction() as uow:
            tables = await uow.processes.tables()
            await uow.processes.runs(this, KNOWN_FOR, datetime.now(UTC))
    except AWAY as error:
        log.warning("could not say in the database that this process runs", error=type(error).__name__)
        return None
    return tables
