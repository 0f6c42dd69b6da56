"""The consent ledger, the addresses that must be left alone, and the record of every verdict of the gate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete, insert, select

from bot.adapters.database.erased_addresses import forget_erased
from bot.adapters.database.repository import Repository, insert_once
from bot.adapters.tables import consent, decision, suppression
from bot.domain.consent import ConsentRecord, Purpose, Suppression
from bot.domain.delivery import Decision
from bot.domain.ids import ProfileId

ADD_CONSENT = insert(consent)
CONSENTS = select(consent).where(consent.c.profile_id == bindparam("profile")).order_by(consent.c.position)
SUPPRESS = insert_once(suppression)
LIFT = delete(suppression).where(
    suppression.c.channel == bindparam("on_channel"), suppression.c.address == bindparam("to_address")
)
SUPPRESSION = select(suppression).where(
    suppression.c.channel == bindparam("on_channel"), suppression.c.address == bindparam("to_address")
)
ADD_DECISION = insert(decision)
DECISIONS = select(decision).where(decision.c.profile_id == bindparam("profile")).order_by(decision.c.position)


class StoredConsents(Repository):
    async def add(self, record: ConsentRecord) -> None:
        row = {
            "profile_id": record.profile_id,
            "purpose": record.purpose,
            "channel": record.channel,
            "granted": record.granted,
            "at": record.at,
            "how": record.how,
            "text": record.text,
            "message_id": record.message_id,
        }
        await self._session.execute(ADD_CONSENT, row)

    async def of(self, profile_id: ProfileId) -> Sequence[ConsentRecord]:
        rows = await self._session.execute(CONSENTS, {"profile": profile_id})
        return [
            ConsentRecord(
                profile_id=row.profile_id,
                purpose=Purpose(row.purpose),
                channel=row.channel,
                granted=row.granted,
                at=row.at,
                how=row.how,
                text=row.text,
                message_id=row.message_id,
            )
            for row in rows
        ]

    async def suppress(self, suppression: Suppression) -> None:
        """The first reason stays: it is when and why we had to stop."""
        row = {
            "channel": suppression.channel,
            "address": suppression.address,
            "reason": suppression.reason,
            "at": suppression.at,
        }
        await self._session.execute(SUPPRESS, row)

    async def lift(self, channel: str, address: str) -> None:
        await self._session.execute(LIFT, {"on_channel": channel, "to_address": address})
        await forget_erased(self._session, channel, address)

    async def suppression(self, channel: str, address: str) -> Suppression | None:
        found = await self._session.execute(SUPPRESSION, {"on_channel": channel, "to_address": address})
        row = found.first()
        return None if row is None else suppression_of(row)

    async def decided(self, decision: Decision) -> None:
        row = {
            "profile_id": decision.profile_id,
            "at": decision.at,
            "entry_key": decision.entry_key,
            "purpose": decision.purpose,
            "channel": decision.channel,
            "outcome": decision.outcome,
            "why": decision.why,
        }
        await self._session.execute(ADD_DECISION, row)

    async def decisions(self, profile_id: ProfileId) -> Sequence[Decision]:
        rows = await self._session.execute(DECISIONS, {"profile": profile_id})
        return [
            Decision(
                at=row.at,
                entry_key=row.entry_key,
                profile_id=row.profile_id,
                purpose=Purpose(row.purpose),
                channel=row.channel,
                outcome=row.outcome,
                why=row.why,
            )
            for row in rows
        ]


def suppression_of(row: Any) -> Suppression:
    """The suppression in a row that has its columns."""
    return Suppression(row.channel, row.address, row.reason, row.at)
