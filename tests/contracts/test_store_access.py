"""What every store keeps of who may come in, and of what they did."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.domain.access import Account, AccountId, ApiKey, LoginSession, Role
from bot.domain.audit import Deed
from bot.ports import Store
from tests.audit_log import first_flaw
from tests.contracts.samples import NOON

ADA = Account(AccountId("a1"), "ada@example.com", Role.ADMIN, NOON, "hash", "https://id.example.com|7")
LATER = NOON + timedelta(hours=1)


async def test_an_account_is_found_by_id_address_and_subject(store: Store) -> None:
    async with store.transaction() as uow:
        assert not await uow.accounts.any()
        assert await uow.accounts.add(ADA)
        assert await uow.accounts.any()
    async with store.transaction() as uow:
        assert await uow.accounts.get(ADA.id) == ADA
        assert await uow.accounts.by_email(ADA.email) == ADA
        assert await uow.accounts.by_subject(ADA.subject or "") == ADA
        assert await uow.accounts.by_email("nobody@example.com") is None
        assert await uow.accounts.all() == [ADA]


async def test_there_is_one_account_of_an_address_and_of_a_subject(store: Store) -> None:
    async with store.transaction() as uow:
        assert await uow.accounts.add(ADA)
        assert not await uow.accounts.add(replace(ADA, id=AccountId("a2"), subject=None))
        assert not await uow.accounts.add(replace(ADA, id=AccountId("a2"), email="other@example.com"))
        assert await uow.accounts.add(replace(ADA, id=AccountId("a2"), email="other@example.com", subject=None))
        assert await uow.accounts.add(replace(ADA, id=AccountId("a3"), email="third@example.com", subject=None))


async def test_an_account_changes(store: Store) -> None:
    changed = replace(ADA, role=Role.REP, password="other", disabled_at=LATER)
    async with store.transaction() as uow:
        await uow.accounts.add(ADA)
        await uow.accounts.put(changed)
        assert await uow.accounts.get(ADA.id) == changed


async def test_sessions_begin_are_seen_and_end(store: Store) -> None:
    one, two = LoginSession("d1", ADA.id, NOON, NOON), LoginSession("d2", ADA.id, NOON, NOON)
    async with store.transaction() as uow:
        await uow.accounts.add(ADA)
        for session in (one, two):
            await uow.accounts.begin_session(session)
        await uow.accounts.see_session("d1", LATER)
        assert await uow.accounts.session("d1") == replace(one, seen_at=LATER)
        assert await uow.accounts.sessions() == [replace(one, seen_at=LATER), two]
        await uow.accounts.forget_sessions(begun_before=NOON, seen_before=LATER)
        assert await uow.accounts.session("d2") is None
        await uow.accounts.begin_session(two)
        await uow.accounts.end_session("d1")
        assert await uow.accounts.session("d1") is None
        assert await uow.accounts.end_sessions(ADA.id) == 1
        assert await uow.accounts.session("d2") is None


async def test_a_key_is_found_by_how_it_begins(store: Store) -> None:
    key = ApiKey("ab12", "digest", "crm", Role.MARKETER, NOON)
    revoked = replace(key, revoked_at=LATER)
    async with store.transaction() as uow:
        await uow.accounts.put_key(key)
        assert await uow.accounts.key("ab12") == key
        await uow.accounts.put_key(revoked)
        assert await uow.accounts.keys() == [revoked]
        assert await uow.accounts.key("xx") is None


async def test_tries_are_counted_until_they_are_long_past_or_forgiven(store: Store) -> None:
    async with store.transaction() as uow:
        assert await uow.accounts.tries("k", NOON) == (0, None)
        await uow.accounts.count_try("k", NOON, NOON - timedelta(hours=1))
        await uow.accounts.count_try("k", LATER, NOON)
        assert await uow.accounts.tries("k", NOON) == (2, LATER)
        await uow.accounts.count_try("k", LATER + timedelta(hours=9), LATER + timedelta(hours=8))
        assert await uow.accounts.tries("k", NOON) == (1, LATER + timedelta(hours=9))
        await uow.accounts.forgive("k")
        assert await uow.accounts.tries("k", NOON) == (0, None)


async def test_what_was_done_is_chained_in_the_order_in_which_it_was_noted(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.audit.note(Deed("key.added", "terminal", "ab12", detail={"role": "rep", "n": 1}), NOON)
        await uow.audit.note(Deed("login.failed", "", origin="192.0.2.1\0"), LATER)
    async with store.transaction() as uow:
        entries = await uow.audit.after(0, 10)
        assert [one.deed.what for one in entries] == ["key.added", "login.failed"]
        assert await uow.audit.latest(1) == [entries[1]]
        assert await uow.audit.after(1, 10) == [entries[1]]
        assert (await uow.audit.head()).digest == entries[1].digest
    assert first_flaw(entries) is None


async def test_many_writers_at_once_make_one_chain(store: Store) -> None:
    async def write(number: int) -> None:
        async with store.transaction() as uow:
            await uow.audit.note(Deed("key.added", "terminal", str(number)), NOON)

    await asyncio.gather(*(write(number) for number in range(20)))
    async with store.transaction() as uow:
        entries = await uow.audit.after(0, 100)
    assert {one.deed.about for one in entries} == {str(number) for number in range(20)}
    assert first_flaw(entries) is None


async def test_what_is_rolled_back_was_not_done(store: Store) -> None:
    try:
        async with store.transaction() as uow:
            await uow.audit.note(Deed("key.added", "terminal"), NOON)
            raise RuntimeError
    except RuntimeError:
        pass
    async with store.transaction() as uow:
        assert await uow.audit.latest(10) == []
