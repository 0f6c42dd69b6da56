"""Workspaces in which a channel was installed, and tokens that may be used once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.adapters.database.repository import Repository, insert_once
from bot.adapters.tables import installation, used_token
from bot.domain.installation import Installation

_THIS = (
    installation.c.channel == bindparam("of_channel"),
    installation.c.workspace == bindparam("in_workspace"),
)
OF = (
    select(installation)
    .where(installation.c.channel == bindparam("of_channel"))
    .order_by(installation.c.name, installation.c.workspace)
)
GET = select(installation).where(*_THIS)
_put = insert(installation)
PUT = _put.on_conflict_do_update(
    index_elements=[installation.c.channel, installation.c.workspace],
    set_={
        **{name: _put.excluded[name] for name in ("name", "sealed", "installed_at", "ended", "renewing_until")},
        "version": installation.c.version + 1,
    },
)
_AS_READ = (*_THIS, installation.c.version == bindparam("version_read"), installation.c.ended == "")
RENEW = (
    update(installation)
    .where(*_AS_READ)
    .values(sealed=bindparam("now_sealed"), version=installation.c.version + 1, renewing_until=None)
)
CLAIM = (
    update(installation)
    .where(
        *_AS_READ,
        or_(installation.c.renewing_until.is_(None), installation.c.renewing_until <= bindparam("now")),
    )
    .values(renewing_until=bindparam("until"))
)
END = (
    update(installation)
    .where(*_THIS, installation.c.ended == "", installation.c.installed_at <= bindparam("at"))
    .values(ended=bindparam("why"), sealed="", version=installation.c.version + 1)
)
USE = insert_once(used_token).returning(used_token.c.token)
FORGET = delete(used_token).where(used_token.c.until <= bindparam("now"))


class StoredInstallations(Repository):
    async def of(self, channel: str) -> Sequence[Installation]:
        return [_installation(row) for row in await self._session.execute(OF, {"of_channel": channel})]

    async def get(self, channel: str, workspace: str) -> Installation | None:
        row = (await self._session.execute(GET, _key(channel, workspace))).first()
        return None if row is None else _installation(row)

    async def put(self, installation: Installation) -> None:
        row = {
            "channel": installation.channel,
            "workspace": installation.workspace,
            "name": installation.name,
            "sealed": installation.sealed,
            "installed_at": installation.installed_at,
            "ended": installation.ended,
            "renewing_until": None,
            "version": 0,
        }
        await self._session.execute(PUT, row)

    async def renew(self, installation: Installation) -> bool:
        values = {**_as_read(installation), "now_sealed": installation.sealed}
        return bool((await self._session.execute(RENEW, values)).rowcount)

    async def claim_renewal(self, installation: Installation, now: datetime, until: datetime) -> bool:
        values = {**_as_read(installation), "now": now, "until": until}
        return bool((await self._session.execute(CLAIM, values)).rowcount)

    async def end(self, channel: str, workspace: str, at: datetime, why: str) -> bool:
        """What was sealed is no longer kept: it opens nothing any more."""
        values = {**_key(channel, workspace), "at": at, "why": why}
        return bool((await self._session.execute(END, values)).rowcount)

    async def use_once(self, token: str, now: datetime, until: datetime) -> bool:
        await self._session.execute(FORGET, {"now": now})
        return (await self._session.execute(USE, {"token": token, "until": until})).first() is not None


def _key(channel: str, workspace: str) -> dict[str, Any]:
    return {"of_channel": channel, "in_workspace": workspace}


def _as_read(installation: Installation) -> dict[str, Any]:
    return {**_key(installation.channel, installation.workspace), "version_read": installation.version}


def _installation(row: Any) -> Installation:
    return Installation(
        channel=row.channel,
        workspace=row.workspace,
        name=row.name,
        sealed=row.sealed,
        installed_at=row.installed_at,
        ended=row.ended,
        version=row.version,
    )
