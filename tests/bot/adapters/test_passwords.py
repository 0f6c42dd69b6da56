"""Passwords by Argon2id."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import closing
from threading import Event
from typing import Literal

import pytest
from argon2 import PasswordHasher

from bot.adapters.passwords import AT_ONCE, MOST_WAITING, Argon2Passwords
from bot.domain.errors import WebhookRejected


@pytest.fixture
async def passwords() -> AsyncIterator[Argon2Passwords]:
    made = Argon2Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    yield made
    made.close()


async def test_a_password_is_known_again_and_no_other(passwords: Argon2Passwords) -> None:
    kept = await passwords.hash("correct horse \0 é \ud800")
    assert kept.startswith("$argon2id$")
    assert await passwords.verify(kept, "correct horse \0 é \ud800")
    assert not await passwords.verify(kept, "correct horse")
    assert kept != await passwords.hash("correct horse \0 é \ud800")


@pytest.mark.parametrize("kept", ["", "nonsense", "$argon2id$v=19$"])
async def test_where_nothing_is_kept_no_password_is_right(passwords: Argon2Passwords, kept: str) -> None:
    for password in ("", "what is checked where there is no password"):
        assert not await passwords.verify(kept, password)


class _Held(PasswordHasher):
    """Says of no password whether it is right before it is told to."""

    def __init__(self) -> None:
        super().__init__(time_cost=1, memory_cost=8, parallelism=1)
        self.told = Event()

    def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002
        self.told.wait(10)
        return super().verify(hash, password)


async def test_more_than_can_wait_are_told_to_come_later() -> None:
    held = _Held()
    with closing(Argon2Passwords(held)) as passwords:
        kept = await passwords.hash("correct horse")
        tasks = [asyncio.create_task(passwords.verify(kept, "x")) for _ in range(MOST_WAITING + AT_ONCE)]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        held.told.set()
        done = await asyncio.gather(*tasks, return_exceptions=True)
        refused = [one for one in done if isinstance(one, WebhookRejected)]
        assert [one.status for one in refused] == [503] * AT_ONCE
        assert not await passwords.verify(kept, "x")


def test_the_parameters_are_those_of_the_rfc_for_little_memory() -> None:
    hasher = PasswordHasher()
    assert (hasher.memory_cost, hasher.time_cost, hasher.parallelism) == (64 * 1024, 3, 4)
