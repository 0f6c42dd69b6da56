"""What the store keeps of workspaces in which a channel was installed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.installation import Installation


class Installations(Protocol):
    """Of a transaction, or for connectors, who have none: then each call is one."""

    async def of(self, channel: str) -> Sequence[Installation]:
        """All of the channel's, those that are over among them, in the order of their names."""

    async def get(self, channel: str, workspace: str) -> Installation | None: ...
    async def put(self, installation: Installation) -> None:
        """Write it, in place of an earlier one in this workspace."""

    async def renew(self, installation: Installation) -> bool:
        """Write what is `sealed` now; False where somebody else has changed the installation since it was read."""

    async def claim_renewal(self, installation: Installation, now: datetime, until: datetime) -> bool:
        """Whether the caller is the one, of all processes, who renews it; until that time nobody else is."""

    async def end(self, channel: str, workspace: str, at: datetime, why: str) -> bool:
        """Note that it ended then; False if there is none, or it was installed again after that."""

    async def use_once(self, token: str, now: datetime, until: datetime) -> bool:
        """False where this token was used before. It is remembered until then."""
