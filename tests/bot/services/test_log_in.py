"""Logging in, slowly for whoever guesses; and keys."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import pytest
from argon2 import PasswordHasher

from bot.adapters.database import Database
from bot.adapters.passwords import Argon2Passwords
from bot.domain.access import Account, Role
from bot.services.keep_accounts import (
    AccountRefused,
    add_key,
    add_user,
    disable,
    require_good_password,
    revoke_key,
    set_password,
    set_role,
)
from bot.services.log_in import (
    FIRST_WAIT,
    FREE_TRIES_FROM_HERE,
    IDLE,
    LONGEST,
    LoggedIn,
    account_of,
    digest_of,
    key_of,
    log_in,
    log_out,
)
from tests.contracts.samples import NOON

WORD = "correct horse battery"
QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Door:
    """A store with Ada in it, and a clock that tests move."""

    def __init__(self, store: Database, ada: Account, passwords: Argon2Passwords) -> None:
        self.store, self.ada, self.passwords, self.now = store, ada, passwords, NOON

    async def try_(self, password: str, email: str = "ada@example.com", origin: str = "192.0.2.1") -> LoggedIn | None:
        return await log_in(self.store, self.passwords, email, password, origin=origin, now=self.now)

    async def logged_in(self) -> str:
        found = await self.try_(WORD)
        assert found is not None
        return found.token

    async def is_in(self, token: str, at: datetime | None = None) -> bool:
        async with self.store.transaction() as uow:
            return await account_of(uow, token, at or self.now) is not None

    async def deeds(self) -> list[str]:
        async with self.store.transaction() as uow:
            return [one.deed.what for one in await uow.audit.after(0, 100)]


@pytest.fixture
async def door(sqlite_store: Database) -> Door:
    passwords = Argon2Passwords(QUICK)
    async with sqlite_store.transaction() as uow:
        ada = await add_user(
            uow, "Ada@Example.com ", Role.REP, password=await passwords.hash(WORD), who="test", now=NOON
        )
    return Door(sqlite_store, ada, passwords)


async def test_the_right_password_opens_a_session_and_no_word_of_it_is_kept(door: Door) -> None:
    found = await door.try_(WORD, email=" ADA@example.com")
    assert found is not None
    assert found.account == door.ada
    assert await door.is_in(found.token)
    assert not await door.is_in(digest_of(found.token))
    assert not await door.is_in("")
    assert await door.deeds() == ["user.added", "login.succeeded"]


async def test_each_login_has_a_session_of_its_own(door: Door) -> None:
    one, two = await door.logged_in(), await door.logged_in()
    assert one != two
    async with door.store.transaction() as uow:
        await log_out(uow, door.ada, one, everywhere=False, origin="", now=door.now)
    assert not await door.is_in(one)
    assert await door.is_in(two)
    async with door.store.transaction() as uow:
        await log_out(uow, door.ada, one, everywhere=True, origin="", now=door.now)
    assert not await door.is_in(two)


async def test_a_session_ends_when_nobody_uses_it_and_after_a_day_of_work_anyway(door: Door) -> None:
    token = await door.logged_in()
    assert await door.is_in(token, NOON + IDLE - timedelta(seconds=1))  # and is seen then
    assert not await door.is_in(token, NOON + 2 * IDLE)
    at = NOON
    again = await door.logged_in()
    while at < NOON + LONGEST - timedelta(hours=1):
        at += timedelta(hours=1)
        assert await door.is_in(again, at)
    assert not await door.is_in(again, NOON + LONGEST)


@pytest.mark.parametrize(
    ("email", "password"),
    [("ada@example.com", "wrong"), ("nobody@example.com", WORD), ("", ""), ("ada@example.com", ""), ("a\0\ud800", "é")],
)
async def test_whatever_is_wrong_opens_nothing(door: Door, email: str, password: str) -> None:
    assert await door.try_(password, email) is None
    assert (await door.deeds())[-1] == "login.failed"


async def test_after_some_tries_from_one_address_each_has_to_wait_longer(door: Door) -> None:
    for _ in range(FREE_TRIES_FROM_HERE):
        assert await door.try_("wrong") is None
    assert await door.try_(WORD) is None
    assert await door.try_(WORD, origin="198.51.100.7") is not None  # who sits elsewhere is not locked out
    door.now += FIRST_WAIT
    assert await door.try_("wrong") is None
    door.now += FIRST_WAIT
    assert await door.try_(WORD) is None
    door.now += FIRST_WAIT
    assert await door.try_(WORD) is not None
    assert await door.try_("wrong") is None
    assert await door.try_(WORD) is not None


async def test_many_tries_at_once_are_no_way_around_the_count(door: Door) -> None:
    async def guess(word: str) -> LoggedIn | None:
        return await door.try_(word)

    found = await asyncio.gather(*(guess("wrong") for _ in range(12)), guess(WORD))
    assert not any(found)


async def test_who_is_disabled_is_out_at_once_and_cannot_come_in(door: Door) -> None:
    token = await door.logged_in()
    async with door.store.transaction() as uow:
        await disable(uow, door.ada, who="test", now=NOON)
    assert not await door.is_in(token)
    assert await door.try_(WORD) is None


async def test_a_new_password_ends_sessions_and_a_new_role_holds_in_them(door: Door) -> None:
    token = await door.logged_in()
    async with door.store.transaction() as uow:
        changed = await set_role(uow, door.ada, Role.ADMIN, who="test", now=NOON)
        found = await account_of(uow, token, NOON)
        assert found is not None
        assert found.role is Role.ADMIN
        await set_password(uow, changed, await door.passwords.hash("another good one"), who="test", now=NOON)
    assert not await door.is_in(token)
    assert await door.try_(WORD) is None
    assert await door.try_("another good one") is not None


async def test_an_account_without_a_password_has_none_that_opens(door: Door) -> None:
    async with door.store.transaction() as uow:
        await add_user(uow, "bea@example.com", Role.REP, password="", who="test", now=NOON)
    for word in ("", WORD, "what is checked where there is no password"):
        assert await door.try_(word, "bea@example.com") is None


async def test_nothing_that_was_noted_has_an_address_or_a_word(door: Door) -> None:
    await door.logged_in()
    await door.try_(WORD, "a password typed into the wrong field")
    async with door.store.transaction() as uow:
        told = str(await uow.audit.after(0, 100))
    assert "ada@example.com" not in told
    assert "wrong field" not in told
    assert door.ada.id in told


async def test_a_key_opens_until_it_is_revoked_and_only_whole(sqlite_store: Database) -> None:
    async with sqlite_store.transaction() as uow:
        key, word = await add_key(uow, "crm", Role.MARKETER, who="test", now=NOON)
        other, _ = await add_key(uow, "shop", Role.REP, who="test", now=NOON)
        assert await key_of(uow, word) == key
        assert word not in str(await uow.accounts.keys())
        for wrong in (
            "",
            "ovt_",
            word[:-1],
            word + "0",
            word.replace(key.prefix, other.prefix),
            word[4:],
            f"ovt_{key.prefix}_",
            "ovt_\udcff_\udcff",
            word + "\udcff",
        ):
            assert await key_of(uow, wrong) is None
        await revoke_key(uow, word, who="test", now=NOON)
        assert await key_of(uow, word) is None
        with pytest.raises(AccountRefused, match="there is no key"):
            await revoke_key(uow, "nothing", who="test", now=NOON)
        with pytest.raises(AccountRefused, match="name"):
            await add_key(uow, "  ", Role.REP, who="test", now=NOON)


@pytest.mark.parametrize("password", ["", "short", "ada@example.com", "aaaaaaaaaaaaaaa", "x" * 2000])
def test_a_password_that_is_short_or_easily_guessed_is_refused(password: str) -> None:
    with pytest.raises(AccountRefused):
        require_good_password(password, "ada@example.com")


async def test_an_address_has_one_account_and_is_one(door: Door) -> None:
    async with door.store.transaction() as uow:
        with pytest.raises(AccountRefused, match="has an account already"):
            await add_user(uow, "ADA@example.com", Role.REP, password="", who="test", now=NOON)
        with pytest.raises(AccountRefused, match="no e-mail address"):
            await add_user(uow, "ada", Role.REP, password="", who="test", now=NOON)
