"""What every store promises of links that are followed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.delivery import OutboxStatus
from bot.domain.links import Clicks, SentLink
from bot.domain.retention import DataClass
from bot.ports import Store
from tests.contracts import samples
from tests.contracts.samples import ANNA, CHAT, NOON, add_chat

HALF_AN_HOUR = timedelta(minutes=30)
URL = "https://example.com/prices"


def link(code: str, key: str = "run:offer:1", step: str = "offer") -> SentLink:
    return SentLink(code, key, "welcome", step)


@pytest.fixture(autouse=True)
async def sent(store: Store) -> None:
    """Two messages to Anna have left."""
    async with store.transaction() as uow:
        await add_chat(uow, CHAT)
        for key in ("run:offer:1", "run:offer:2"):
            entry = samples.entry(key, profile_id=ANNA)
            await uow.outbox.add(entry)
            await uow.outbox.settle(replace(entry, status=OutboxStatus.SENT, vendor_id=key, first_tried_at=NOON))


async def test_a_code_is_of_one_page_for_ever(store: Store) -> None:
    async with store.transaction() as uow:
        assert await uow.sent_links.keep_page("abcd", URL)
        assert await uow.sent_links.keep_page("abcd", URL)
        assert not await uow.sent_links.keep_page("abcd", "https://example.com/other")
        assert (await uow.sent_links.page("abcd"), await uow.sent_links.page("abce")) == (URL, None)


async def test_a_code_is_of_one_message(store: Store) -> None:
    async with store.transaction() as uow:
        assert await uow.sent_links.keep(link("abcd1"))
        assert await uow.sent_links.keep(link("abcd1")), "at a second try of the same message"
        assert not await uow.sent_links.keep(link("abcd1", "run:offer:2"))
        assert await uow.sent_links.get("abcd1") == link("abcd1")
        assert await uow.sent_links.get("Abcd1") is None


async def test_clicks_in_quick_succession_are_one(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.sent_links.keep(link("abcd1"))
        clicks = [
            await uow.sent_links.click("abcd1", at, unless_since=at - HALF_AN_HOUR)
            for at in (NOON, NOON + timedelta(seconds=1), NOON + HALF_AN_HOUR, NOON + timedelta(hours=2))
        ]
        assert clicks == [True, False, True, True]
        assert not await uow.sent_links.click("nothing", NOON, unless_since=NOON)


async def test_of_two_clicks_at_once_one_counts(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.sent_links.keep(link("abcd1"))

    async def click() -> bool:
        async with store.transaction() as uow:
            return await uow.sent_links.click("abcd1", NOON, unless_since=NOON - HALF_AN_HOUR)

    assert sorted(await asyncio.gather(click(), click())) == [False, True]


async def test_messages_are_counted_and_not_links(store: Store) -> None:
    async with store.transaction() as uow:
        for one in (link("a"), link("b"), link("c", "run:offer:2"), link("d", "run:tip:1", step="tip")):
            await uow.sent_links.keep(one)
        for code in ("a", "b"):
            await uow.sent_links.click(code, NOON, unless_since=NOON - HALF_AN_HOUR)
        assert await uow.sent_links.clicks() == {("welcome", "offer"): Clicks(2, 1), ("welcome", "tip"): Clicks(1, 0)}


async def test_links_are_forgotten_with_their_message_and_pages_are_not(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.sent_links.keep_page("abcd", URL)
        await uow.sent_links.keep(link("abcd1"))
    async with store.transaction() as uow:
        await uow.retention.drop(DataClass.MESSAGES, NOON + timedelta(days=1), after="", limit=100)
        assert (await uow.sent_links.get("abcd1"), await uow.sent_links.page("abcd")) == (None, URL)


async def test_links_are_in_the_data_of_their_person_and_erased_with_them(store: Store) -> None:
    async with store.transaction() as uow:
        await uow.sent_links.keep_page("abcd", URL)
        await uow.sent_links.keep(link("abcd1"))
        [row] = (await uow.personal_data.of(ANNA))["sent_link"]
        assert row["step"] == "offer"
        await uow.personal_data.erase(ANNA, [], who="a test", at=NOON)
    async with store.transaction() as uow:
        assert (await uow.sent_links.get("abcd1"), await uow.sent_links.page("abcd")) == (None, URL)
