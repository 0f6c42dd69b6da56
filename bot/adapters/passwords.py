"""Passwords by Argon2id (RFC 9106), in threads of their own: each check costs memory and time, and is meant to."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.domain.errors import WebhookRejected

AT_ONCE = 2
"""Checks: each takes 64 MiB while it runs."""

MOST_WAITING = 20

T = TypeVar("T")


class Argon2Passwords:
    """`hasher` is with the parameters of RFC 9106 for machines with little memory unless another is given."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="passwords")
        self._waiting = 0
        self._nobodys = ""

    async def hash(self, password: str) -> str:
        return await self._run(partial(self._hasher.hash, password.encode("utf-8", "replace")))

    async def verify(self, kept: str, password: str) -> bool:
        # The first time this takes longer, whoever it is for.
        self._nobodys = self._nobodys or await self.hash("what is checked where there is no password")
        right = await self._run(partial(_verify, self._hasher, kept or self._nobodys, password))
        return right and bool(kept)

    async def _run(self, work: partial[T]) -> T:
        if self._waiting >= MOST_WAITING:
            raise WebhookRejected(503, "too many people log in at the moment; try again", headers={"Retry-After": "5"})
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _verify(hasher: PasswordHasher, kept: str, password: str) -> bool:
    try:
        return hasher.verify(kept, password.encode("utf-8", "replace"))
    except (VerificationError, InvalidHashError):
        return False
