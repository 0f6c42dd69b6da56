"""The consent ledger, the addresses that must be left alone, and the record of every verdict of the gate."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, insert, or_, select, update

from bot.adapters.database.erased_addresses import erased_among, forget_erased, keep_erased, salt_of
from bot.adapters.database.repository import Expected, Listed, OfPeople, Repository, Session, insert_once
from bot.adapters.database.sealing import Sealing
from bot.adapters.tables import consent, decision, suppression
from bot.adapters.tables.sealing import (
    ADDRESS_OF_CONSENT,
    ADDRESS_OF_SUPPRESSION,
    HOW_OF_CONSENT,
    IP_OF_CONSENT,
    TEXT_OF_CONSENT,
)
from bot.domain.consent import (
    EVERY_ADDRESS,
    REFUSALS,
    ConsentRecord,
    Consequence,
    LegalBasis,
    Purpose,
    Suppression,
)
from bot.domain.delivery import Decision
from bot.domain.ids import ProfileId
from bot.domain.phone_forms import forms_of

ADD_CONSENT = insert(consent)
CONSENTS = select(consent).where(consent.c.profile_id == bindparam("profile")).order_by(consent.c.position)
CONSENTS_OF = OfPeople(select(consent).order_by(consent.c.position), consent.c.profile_id)
SUPPRESS = insert_once(suppression)
OPTED_OUT = select(suppression).where(suppression.c.address.in_(bindparam("addresses", expanding=True)))
IN_THE_WAY = select(suppression).where(
    or_(
        and_(
            suppression.c.channel.in_(
                (bindparam("on_channel"), bindparam("unwanted"), bindparam("disowned"), bindparam("unreachable"))
            ),
            suppression.c.address.in_((bindparam("to_address"), bindparam("in_other_form"))),
        ),
        and_(suppression.c.channel == bindparam("stopped"), suppression.c.address == EVERY_ADDRESS),
    )
)
COMPLAINTS = (
    select(func.count())
    .select_from(suppression)
    .where(suppression.c.channel == bindparam("complained"), suppression.c.at >= bindparam("since"))
)
STOPPED = select(suppression).where(suppression.c.address == EVERY_ADDRESS).order_by(suppression.c.channel)
_in_either_form = and_(
    suppression.c.channel == bindparam("on_channel"),
    suppression.c.address.in_((bindparam("to_address"), bindparam("in_other_form"))),
)
_asked_at = bindparam("asked_at", type_=suppression.c.at.type)
AGAIN = (
    update(suppression)
    .where(_in_either_form, func.coalesce(suppression.c.again_at, suppression.c.at) < _asked_at)
    .values(again_at=_asked_at)
)
LIFT = delete(suppression).where(_in_either_form)
IN_ANY_WAY = Listed(
    lambda among: select(suppression).where(
        among(suppression.c.channel, "channels"), among(suppression.c.address, "addresses")
    )
)
ADD_DECISION = insert(decision)
DECISIONS = select(decision).where(decision.c.profile_id == bindparam("profile")).order_by(decision.c.position)
LET_GO = (
    select(decision.c.position)
    .where(
        decision.c.profile_id == bindparam("profile"),
        decision.c.entry_key == bindparam("this_key"),
        decision.c.outcome == "send",
    )
    .limit(1)
)


class StoredConsents(Repository):
    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._expected = Expected(session, CONSENTS_OF)
        self._bars: ExpectedBars | None = None

    def expect(self, people: Collection[ProfileId], addresses: Collection[tuple[str, str]]) -> None:
        self._expected.expect(people)
        self._bars = ExpectedBars(
            self._session, {(channel, form) for channel, address in addresses for form in self._forms(address)}
        )

    async def add(self, record: ConsentRecord) -> None:
        self._expected.forget(record.profile_id)
        await self._session.execute(ADD_CONSENT, _consent_row(record, self._sealing))

    async def add_all(self, records: Sequence[ConsentRecord]) -> None:
        for one in records:
            self._expected.forget(one.profile_id)
        if records:
            await self._session.execute(ADD_CONSENT, [_consent_row(one, self._sealing) for one in records])

    async def of(self, profile_id: ProfileId) -> Sequence[ConsentRecord]:
        rows = await self._expected.rows(profile_id)
        if rows is None:
            rows = (await self._session.execute(CONSENTS, {"profile": profile_id})).all()
        return [_record_of(row, self._sealing) for row in rows]

    async def of_all(self, people: Collection[ProfileId]) -> Mapping[ProfileId, Sequence[ConsentRecord]]:
        found = await CONSENTS_OF.read(self._session, people) if people else {}
        return {ProfileId(who): [_record_of(row, self._sealing) for row in rows] for who, rows in found.items()}

    async def suppress(self, suppression: Suppression) -> None:
        """The first reason stays: it is when and why we had to stop."""
        self._bars = None
        await self._session.execute(SUPPRESS, suppression_row(suppression, self._sealing))

    async def suppress_anew(self, suppression: Suppression) -> None:
        self._bars = None
        written, other = self._forms(suppression.address)
        on_channel = _kept_as(suppression.channel, suppression.cause)
        this = {"on_channel": on_channel, "to_address": written, "in_other_form": other, "asked_at": suppression.at}
        if not (await self._session.execute(AGAIN, this)).rowcount:
            await self.suppress(suppression)

    async def suppress_all(self, suppressions: Sequence[Suppression]) -> None:
        self._bars = None
        if suppressions:
            await self._session.execute(SUPPRESS, [suppression_row(one, self._sealing) for one in suppressions])

    async def opted_out(
        self, addresses: Collection[str], cause: Consequence = Consequence.OPTED_OUT
    ) -> Mapping[str, frozenset[str]]:
        if not addresses:
            return {}
        rows = await self._session.execute(
            OPTED_OUT, {"addresses": sorted({form for one in addresses for form in self._forms(one)})}
        )
        suppressed = [suppression_of(row, self._sealing) for row in rows]
        asked = frozenset(addresses)
        pairs = [
            (form, one.channel)
            for one in suppressed
            if one.cause is cause
            for form in forms_of(one.address)
            if form in asked
        ]
        if cause is Consequence.OPTED_OUT:
            pairs += [(address, row.channel) for address, row in await erased_among(self._session, addresses)]
        found: dict[str, frozenset[str]] = {}
        for address, channel in pairs:
            found[address] = found.get(address, frozenset()) | {channel}
        return found

    async def erased(self, address: str) -> Sequence[Suppression]:
        rows = await erased_among(self._session, [address])
        return [Suppression(row.channel, address, row.reason, row.at) for _, row in rows]

    async def suppress_erased(self, suppressions: Sequence[Suppression]) -> None:
        for one in suppressions:
            await forget_erased(self._session, one.channel, one.address)
        await keep_erased(self._session, suppressions, await salt_of(self._session))

    async def lift(self, channel: str, address: str, cause: Consequence = Consequence.OPTED_OUT) -> None:
        self._bars = None
        written, other = self._forms(address)
        values = {"on_channel": _kept_as(channel, cause), "to_address": written, "in_other_form": other}
        await self._session.execute(LIFT, values)
        if cause is Consequence.OPTED_OUT:
            await forget_erased(self._session, channel, address)

    async def suppression(self, channel: str, address: str) -> Suppression | None:
        found = await self.in_the_way(channel, address)
        return next((one for one in found if one.cause is Consequence.OPTED_OUT), None)

    async def refusal(self, channel: str, address: str) -> Suppression | None:
        found = {one.cause: one for one in await self.in_the_way(channel, address)}
        return next((found[one] for one in REFUSALS if one in found), None)

    async def in_the_way(self, channel: str, address: str) -> Sequence[Suppression]:
        written, other = self._forms(address)
        rows = await self._bars.rows(channel, written, other) if self._bars is not None else None
        if rows is None:
            values = {
                "on_channel": channel,
                "to_address": written,
                "in_other_form": other,
                "unwanted": _kept_as(channel, Consequence.UNWANTED),
                "disowned": _kept_as(channel, Consequence.DISOWNED),
                "unreachable": _kept_as(channel, Consequence.UNREACHABLE),
                "stopped": _kept_as(channel, Consequence.SENDER_STOPPED),
            }
            rows = (await self._session.execute(IN_THE_WAY, values)).all()
        found = [suppression_of(row, self._sealing) for row in rows]
        # That nothing arrives is true of a number as it was written: in its other form it may be another account.
        return [one for one in found if one.cause is not Consequence.UNREACHABLE or one.address == address]

    def _forms(self, address: str) -> tuple[str, str]:
        return (address, address) if address == EVERY_ADDRESS else self._sealing.forms(address)

    async def stopped(self) -> Sequence[Suppression]:
        return [suppression_of(row, self._sealing) for row in await self._session.execute(STOPPED)]

    async def complaints(self, channel: str, since: datetime) -> int:
        values = {"complained": _kept_as(channel, Consequence.COMPLAINED), "since": since}
        return int((await self._session.execute(COMPLAINTS, values)).scalar_one())

    async def decided(self, decision: Decision) -> None:
        await self.decided_all([decision])

    async def decided_all(self, decisions: Sequence[Decision]) -> None:
        rows = [
            {
                "profile_id": one.profile_id,
                "at": one.at,
                "entry_key": one.entry_key,
                "purpose": one.purpose,
                "channel": one.channel,
                "outcome": one.outcome,
                "why": one.why,
            }
            for one in decisions
        ]
        if rows:
            await self._session.execute(ADD_DECISION, rows if len(rows) > 1 else rows[0])

    async def was_let_go(self, profile_id: ProfileId, key: str) -> bool:
        found = await self._session.execute(LET_GO, {"profile": profile_id, "this_key": key})
        return found.first() is not None

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


class ExpectedBars:
    """Reads ahead whatever keeps messages from these addresses, each with its channel, in one query."""

    def __init__(self, session: Session, addresses: Collection[tuple[str, str]]) -> None:
        self._session = session
        self._addresses = addresses
        self._found: dict[tuple[str, str], list[Any]] | None = None

    async def rows(self, channel: str, address: str, in_other_form: str) -> list[Any] | None:
        """None where it is not expected."""
        if (channel, address) not in self._addresses:
            return None
        if self._found is None:
            self._found = await self._read()
        of_it = (Consequence.OPTED_OUT, Consequence.UNWANTED, Consequence.DISOWNED, Consequence.UNREACHABLE)
        forms = dict.fromkeys((address, in_other_form))
        to_it = [(_kept_as(channel, cause), form) for cause in of_it for form in forms]
        stopped = (_kept_as(channel, Consequence.SENDER_STOPPED), EVERY_ADDRESS)
        return [row for bar in (*to_it, stopped) for row in self._found.get(bar, ())]

    async def _read(self) -> dict[tuple[str, str], list[Any]]:
        channels = {_kept_as(channel, cause) for channel, _ in self._addresses for cause in Consequence}
        addresses = {EVERY_ADDRESS, *(address for _, address in self._addresses)}
        found: dict[tuple[str, str], list[Any]] = {}
        for row in await IN_ANY_WAY.run(self._session, channels=channels, addresses=addresses):
            found.setdefault((row.channel, row.address), []).append(row)
        return found


def _consent_row(record: ConsentRecord, sealing: Sealing) -> dict[str, Any]:
    this = (record.channel, record.purpose, record.at)
    return {
        "profile_id": record.profile_id,
        "purpose": record.purpose,
        "channel": record.channel,
        "granted": record.granted,
        "at": record.at,
        "how": sealing.seal(HOW_OF_CONSENT, record.how, *this),
        "text": sealing.seal(TEXT_OF_CONSENT, record.text, *this),
        "message_id": record.message_id,
        "basis": record.basis,
        "expires_at": record.expires_at,
        "address": sealing.seal_if_any(ADDRESS_OF_CONSENT, record.address, *this),
        "ip": sealing.seal_if_any(IP_OF_CONSENT, record.ip, *this),
    }


def _record_of(row: Any, sealing: Sealing) -> ConsentRecord:
    this = (row.channel, row.purpose, row.at)
    return ConsentRecord(
        profile_id=row.profile_id,
        purpose=Purpose(row.purpose),
        channel=row.channel,
        granted=row.granted,
        at=row.at,
        how=sealing.open(HOW_OF_CONSENT, row.how, *this),
        text=sealing.open(TEXT_OF_CONSENT, row.text, *this),
        message_id=row.message_id,
        basis=LegalBasis(row.basis),
        expires_at=row.expires_at,
        address=sealing.open_if_any(ADDRESS_OF_CONSENT, row.address, *this),
        ip=sealing.open_if_any(IP_OF_CONSENT, row.ip, *this),
    )


def suppression_row(suppression: Suppression, sealing: Sealing) -> dict[str, Any]:
    channel = _kept_as(suppression.channel, suppression.cause)
    return {
        "channel": channel,
        "address": sealing.stand_in(ADDRESS_OF_SUPPRESSION, suppression.address),
        "sealed_address": sealing.seal_beside(ADDRESS_OF_SUPPRESSION, suppression.address, channel),
        "reason": suppression.reason,
        "at": suppression.at,
    }


def suppression_of(row: Any, sealing: Sealing) -> Suppression:
    """The suppression in a row that has its columns."""
    channel, _, cause = row.channel.partition(":")
    address = sealing.open_beside(ADDRESS_OF_SUPPRESSION, row.address, row.sealed_address, row.channel)
    return Suppression(channel, address, row.reason, row.at, Consequence(cause or Consequence.OPTED_OUT), row.again_at)


def _kept_as(channel: str, cause: Consequence) -> str:
    """An address may be suppressed for several causes, each in a row of its own, which the channel tells apart."""
    return channel if cause is Consequence.OPTED_OUT else f"{channel}:{cause.value}"
