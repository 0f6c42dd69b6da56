"""The installations of channels for those who have no transaction of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.domain.installation import Installation
from bot.ports import Store


class OwnInstallations:
    """`Installations` in which each call is a transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def of(self, channel: str) -> Sequence[Installation]:
        async with self._store.transaction() as uow:
            return await uow.installations.of(channel)

    async def get(self, channel: str, workspace: str) -> Installation | None:
        async with self._store.transaction() as uow:
            return await uow.installations.get(channel, workspace)

    async def put(self, installation: Installation) -> None:
        async with self._store.transaction() as uow:
            await uow.installations.put(installation)

    async def renew(self, installation: Installation) -> bool:
        async with self._store.transaction() as uow:
            return await uow.installations.renew(installation)

    async def claim_renewal(self, installation: Installation, now: datetime, until: datetime) -> bool:
        async with self._store.transaction() as uow:
            return await uow.installations.claim_renewal(installation, now, until)

    async def end(self, channel: str, workspace: str, at: datetime, why: str) -> bool:
        async with self._store.transaction() as uow:
            return await uow.installations.end(channel, workspace, at, why)

    async def use_once(self, token: str, now: datetime, until: datetime) -> bool:
        async with self._store.transaction() as uow:
            return await uow.installations.use_once(token, now, until)
