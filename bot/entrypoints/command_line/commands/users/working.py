"""What the commands about users, keys and the audit log share: the database alone, and who is at the terminal."""

from __future__ import annotations

import asyncio
import getpass
import sys
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

from bot.adapters.passwords import Argon2Passwords
from bot.domain.errors import SettingsError
from bot.entrypoints.command_line.commands.people.working import whoever
from bot.entrypoints.command_line.commands.segments.reading import now_of
from bot.entrypoints.command_line.event_log import require_file
from bot.entrypoints.wiring.own_secret import check_data_folder
from bot.entrypoints.wiring.stores import store_of
from bot.ports import Store, UnitOfWork
from bot.services.keep_accounts import require_good_password
from bot.settings import Settings

T = TypeVar("T")
Work = Callable[[UnitOfWork, datetime], Awaitable[T]]


def work(settings: Settings, doing: Work[T], *, may_begin: bool = False) -> T:
    """Do it in one transaction. Raises SettingsError where there is no database, unless this `may_begin` one."""

    async def in_store(store: Store) -> T:
        async with store.transaction() as uow:
            return await doing(uow, now_of(settings))

    return with_store(settings, in_store, may_begin=may_begin)


def with_store(settings: Settings, doing: Callable[[Store], Awaitable[T]], *, may_begin: bool = False) -> T:
    if may_begin:
        check_data_folder(settings.data)  # which a start needs, too
    else:
        require_file(settings.database_url, "look into")
    return asyncio.run(_with_store(settings, doing))


async def _with_store(settings: Settings, doing: Callable[[Store], Awaitable[T]]) -> T:
    store = store_of(settings)
    try:
        await store.migrate()
        return await doing(store)
    finally:
        await store.close()


def at_terminal() -> str:
    """Who does it, for the audit log: the name of the account on this machine."""
    return f"terminal:{whoever()}"


def hashed_password(email: str) -> str:
    """Ask for a password twice where somebody is there to type it; otherwise the first line of the input is it."""
    password = _typed(email) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    require_good_password(password, email)
    passwords = Argon2Passwords()
    try:
        return asyncio.run(passwords.hash(password))
    finally:
        passwords.close()


def _typed(email: str) -> str:
    password = getpass.getpass(f"Password of {email}: ")
    if getpass.getpass("The same again: ") != password:
        raise SettingsError("the two were not the same. Nothing was changed.")
    return password
