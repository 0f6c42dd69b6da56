"""What every store keeps of workspaces in which a channel was installed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from bot.domain.installation import Installation
from bot.ports import Store
from tests.contracts.samples import NOON

ACME = Installation("slack", "T0ACME", "Acme", "sealed-1", NOON)
LATER = NOON + timedelta(minutes=1)


async def put(store: Store, *installations: Installation) -> None:
    async with store.transaction() as uow:
        for one in installations:
            await uow.installations.put(one)


async def test_an_installation_is_read_as_it_was_written_and_by_the_names_of_workspaces(store: Store) -> None:
    first = replace(ACME, workspace="T0FIRST", name="A first one")
    await put(store, ACME, first, replace(ACME, channel="other"))
    async with store.transaction() as uow:
        assert await uow.installations.of("slack") == [first, ACME]
        assert await uow.installations.get("slack", "T0ACME") == ACME
        assert await uow.installations.get("slack", "T0NOBODY") is None


async def test_a_second_installation_takes_the_place_of_the_first(store: Store) -> None:
    await put(store, ACME)
    async with store.transaction() as uow:
        assert await uow.installations.end("slack", "T0ACME", LATER, "uninstalled")
    await put(store, replace(ACME, sealed="sealed-2", installed_at=LATER))
    async with store.transaction() as uow:
        again = await uow.installations.get("slack", "T0ACME")
    assert again == replace(ACME, sealed="sealed-2", installed_at=LATER, version=2)


async def test_one_that_ended_keeps_no_token_and_says_why(store: Store) -> None:
    await put(store, ACME)
    async with store.transaction() as uow:
        assert await uow.installations.end("slack", "T0ACME", NOON, "the app was uninstalled")
        assert not await uow.installations.end("slack", "T0ACME", LATER, "once more")
        ended = await uow.installations.get("slack", "T0ACME")
    assert ended == replace(ACME, sealed="", ended="the app was uninstalled", version=1)


async def test_late_word_of_an_end_does_not_end_what_was_installed_since(store: Store) -> None:
    await put(store, replace(ACME, installed_at=LATER))
    async with store.transaction() as uow:
        assert not await uow.installations.end("slack", "T0ACME", NOON, "uninstalled")
        assert (await uow.installations.of("slack"))[0].ended == ""


async def test_a_renewal_is_written_once_and_not_over_a_new_installation(store: Store) -> None:
    await put(store, ACME)
    async with store.transaction() as uow:
        assert await uow.installations.renew(replace(ACME, sealed="sealed-2"))
        assert not await uow.installations.renew(replace(ACME, sealed="sealed-3"))
        assert await uow.installations.get("slack", "T0ACME") == replace(ACME, sealed="sealed-2", version=1)


async def test_of_many_who_want_to_renew_one_may(store: Store) -> None:
    await put(store, ACME)

    async def claim() -> bool:
        async with store.transaction() as uow:
            return await uow.installations.claim_renewal(ACME, NOON, LATER)

    assert sorted(await asyncio.gather(*(claim() for _ in range(5)))) == [False] * 4 + [True]
    async with store.transaction() as uow:
        assert await uow.installations.claim_renewal(ACME, LATER, LATER + timedelta(minutes=1)), "the first one died"


async def test_a_token_is_used_once_and_forgotten_when_it_is_too_old(store: Store) -> None:
    async with store.transaction() as uow:
        assert await uow.installations.use_once("token", NOON, LATER)
        assert not await uow.installations.use_once("token", NOON, LATER)
        assert await uow.installations.use_once("other", LATER, LATER)
        assert await uow.installations.use_once("token", LATER, LATER + timedelta(minutes=1))


async def test_whose_a_page_at_the_desk_is_stays_known(store: Store) -> None:
    async with store.transaction() as uow:
        assert await uow.desk_pages.open("slack", "T0/U0SAM", "", NOON) == ""
        assert await uow.desk_pages.open("slack", "T0/U0SAM", "Sam", NOON) == "Sam"
        assert await uow.desk_pages.open("slack", "T0/U0SAM", "", LATER) == "Sam"
        await uow.desk_pages.open("slack", "T1/U1SAM", "Sam", NOON)
        await uow.desk_pages.open("slack", "T0/U0BEN", "", NOON)
        assert await uow.desk_pages.of("slack", ["Sam", "Ben", ""]) == ["T0/U0SAM", "T1/U1SAM"]
        assert await uow.desk_pages.of("slack", [""]) == []
