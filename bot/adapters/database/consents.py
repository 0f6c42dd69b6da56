"""The consent ledger, the addresses that must be left alone, and the record of every verdict of the gate."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import and_, bindparam, delete, insert, or_, select

from bot.adapters.database.erased_addresses import erased_among, forget_erased
from bot.adapters.database.repository import OfPeople, Repository, insert_once
from bot.adapters.tables import consent, decision, suppression
from bot.domain.consent import EVERY_ADDRESS, ConsentRecord, Consequence, LegalBasis, Purpose, Suppression
from bot.domain.delivery import Decision
from bot.domain.ids import ProfileId

ADD_CONSENT = insert(consent)
CONSENTS = select(consent).where(consent.c.profile_id == bindparam("profile")).order_by(consent.c.position)
CONSENTS_OF = OfPeople(select(consent).order_by(consent.c.position), consent.c.profile_id)
SUPPRESS = insert_once(suppression)
OPTED_OUT = select(suppression).where(suppression.c.address.in_(bindparam("addresses", expanding=True)))
IN_THE_WAY = select(suppression).where(
    or_(
        and_(
            suppression.c.channel.in_((bindparam("on_channel"), bindparam("unreachable"))),
            suppression.c.address == bindparam("to_address"),
        ),
        and_(suppression.c.channel == bindparam("stopped"), suppression.c.address == EVERY_ADDRESS),
    )
)
STOPPED = select(suppression).where(suppression.c.address == EVERY_ADDRESS).order_by(suppression.c.channel)
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
        await self._session.execute(ADD_CONSENT, _consent_row(record))

    async def add_all(self, records: Sequence[ConsentRecord]) -> None:
        if records:
            await self._session.execute(ADD_CONSENT, [_consent_row(one) for one in records])

    async def of(self, profile_id: ProfileId) -> Sequence[ConsentRecord]:
        return [_record_of(row) for row in await self._session.execute(CONSENTS, {"profile": profile_id})]

    async def of_all(self, people: Collection[ProfileId]) -> Mapping[ProfileId, Sequence[ConsentRecord]]:
        found = await CONSENTS_OF.read(self._session, people) if people else {}
        return {ProfileId(who): [_record_of(row) for row in rows] for who, rows in found.items()}

    async def suppress(self, suppression: Suppression) -> None:
        """The first reason stays: it is when and why we had to stop."""
        await self._session.execute(SUPPRESS, _suppression_row(suppression))

    async def suppress_all(self, suppressions: Sequence[Suppression]) -> None:
        if suppressions:
            await self._session.execute(SUPPRESS, [_suppression_row(one) for one in suppressions])

    async def opted_out(self, addresses: Collection[str]) -> Mapping[str, frozenset[str]]:
        if not addresses:
            return {}
        rows = await self._session.execute(OPTED_OUT, {"addresses": sorted(addresses)})
        suppressed = [suppression_of(row) for row in rows]
        pairs = [(one.address, one.channel) for one in suppressed if one.cause is Consequence.OPTED_OUT]
        pairs += [(address, row.channel) for address, row in await erased_among(self._session, addresses)]
        found: dict[str, frozenset[str]] = {}
        for address, channel in pairs:
            found[address] = found.get(address, frozenset()) | {channel}
        return found

    async def lift(self, channel: str, address: str, cause: Consequence = Consequence.OPTED_OUT) -> None:
        await self._session.execute(LIFT, {"on_channel": _kept_as(channel, cause), "to_address": address})
        await forget_erased(self._session, channel, address)

    async def suppression(self, channel: str, address: str) -> Suppression | None:
        found = await self._session.execute(SUPPRESSION, {"on_channel": channel, "to_address": address})
        row = found.first()
        return None if row is None else suppression_of(row)

    async def in_the_way(self, channel: str, address: str) -> Sequence[Suppression]:
        values = {
            "on_channel": channel,
            "to_address": address,
            "unreachable": _kept_as(channel, Consequence.UNREACHABLE),
            "stopped": _kept_as(channel, Consequence.SENDER_STOPPED),
        }
        return [suppression_of(row) for row in await self._session.execute(IN_THE_WAY, values)]

    async def stopped(self) -> Sequence[Suppression]:
        return [suppression_of(row) for row in await self._session.execute(STOPPED)]

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


def _consent_row(record: ConsentRecord) -> dict[str, Any]:
    return {
        "profile_id": record.profile_id,
        "purpose": record.purpose,
        "channel": record.channel,
        "granted": record.granted,
        "at": record.at,
        "how": record.how,
        "text": record.text,
        "message_id": record.message_id,
        "basis": record.basis,
        "expires_at": record.expires_at,
        "address": record.address,
    }


def _record_of(row: Any) -> ConsentRecord:
    return ConsentRecord(
        profile_id=row.profile_id,
        purpose=Purpose(row.purpose),
        channel=row.channel,
        granted=row.granted,
        at=row.at,
        how=row.how,
        text=row.text,
        message_id=row.message_id,
        basis=LegalBasis(row.basis),
        expires_at=row.expires_at,
        address=row.address,
    )


def _suppression_row(suppression: Suppression) -> dict[str, Any]:
    return {
        "channel": _kept_as(suppression.channel, suppression.cause),
        "address": suppression.address,
        "reason": suppression.reason,
        "at": suppression.at,
    }


def suppression_of(row: Any) -> Suppression:
    """The suppression in a row that has its columns."""
    channel, _, cause = row.channel.partition(":")
    return Suppression(channel, row.address, row.reason, row.at, Consequence(cause or Consequence.OPTED_OUT))


def _kept_as(channel: str, cause: Consequence) -> str:
    """An address may be suppressed for several causes, each in a row of its own, which the channel tells apart."""
    return channel if cause is Consequence.OPTED_OUT else f"{channel}:{cause.value}"
