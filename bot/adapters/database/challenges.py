"""Proof that was asked of people: links and codes that went to their addresses."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from bot.adapters.database.repository import Repository
from bot.adapters.database.sealing import Sealing
from bot.adapters.tables import challenge
from bot.adapters.tables.sealing import ADDRESS_OF_CHALLENGE, HOW_OF_CHALLENGE, TEXT_OF_CHALLENGE
from bot.domain.challenge import Asked, Challenge, ChallengeId, Outcome
from bot.domain.consent import Purpose
from bot.domain.ids import ProfileId

ADD = insert(challenge)
GET = select(challenge).where(challenge.c.id == bindparam("this_id"))
OF = (
    select(challenge)
    .where(challenge.c.profile_id == bindparam("person"))
    .order_by(challenge.c.asked_at, challenge.c.id)
)
AT = (
    select(challenge)
    .where(
        challenge.c.address.in_((bindparam("to_address"), bindparam("in_other_form"))),
        challenge.c.channel == bindparam("on_channel"),
        challenge.c.asked_at >= bindparam("since"),
    )
    .order_by(challenge.c.asked_at, challenge.c.id)
)
SETTLE = (
    update(challenge)
    .where(challenge.c.id == bindparam("this_id"), challenge.c.settled_at.is_(None))
    .values(settled_at=bindparam("now", type_=challenge.c.settled_at.type), outcome=bindparam("came_to"))
)
TAKE_TRY = (
    update(challenge)
    .where(challenge.c.id == bindparam("this_id"), challenge.c.settled_at.is_(None), challenge.c.tries_left > 0)
    .values(tries_left=challenge.c.tries_left - 1)
)


class StoredChallenges(Repository):
    async def add(self, one: Challenge) -> None:
        asked = one.consent
        row = {
            "id": one.id,
            "profile_id": one.profile_id,
            "channel": one.channel,
            "address": self._sealing.index(one.address),
            "sealed_address": self._sealing.seal_beside(ADDRESS_OF_CHALLENGE, one.address, one.id),
            "asked_at": one.asked_at,
            "ends_at": one.ends_at,
            "purpose": asked.purpose if asked else None,
            "text": self._sealing.seal(TEXT_OF_CHALLENGE, asked.text, one.id) if asked else None,
            "how": self._sealing.seal(HOW_OF_CHALLENGE, asked.how, one.id) if asked else None,
            "message_id": asked.message_id if asked else one.asked_by,
            "code": one.code,
            "tries_left": one.tries_left,
            "settled_at": one.settled_at,
            "outcome": one.outcome,
        }
        await self._session.execute(ADD, row)

    async def get(self, challenge_id: ChallengeId) -> Challenge | None:
        row = (await self._session.execute(GET, {"this_id": challenge_id})).first()
        return None if row is None else _challenge(row, self._sealing)

    async def of(self, profile_id: ProfileId) -> Sequence[Challenge]:
        return [_challenge(row, self._sealing) for row in await self._session.execute(OF, {"person": profile_id})]

    async def at(self, channel: str, address: str, since: datetime) -> Sequence[Challenge]:
        written, other = self._sealing.forms(address)
        values = {"on_channel": channel, "to_address": written, "in_other_form": other, "since": since}
        return [_challenge(row, self._sealing) for row in await self._session.execute(AT, values)]

    async def settle(self, challenge_id: ChallengeId, outcome: Outcome, at: datetime) -> bool:
        values = {"this_id": challenge_id, "now": at, "came_to": outcome}
        return bool((await self._session.execute(SETTLE, values)).rowcount)

    async def take_try(self, challenge_id: ChallengeId) -> bool:
        return bool((await self._session.execute(TAKE_TRY, {"this_id": challenge_id})).rowcount)


def _challenge(row: Any, sealing: Sealing) -> Challenge:
    asked = None
    if row.purpose is not None:
        text, how = (sealing.open(TEXT_OF_CHALLENGE, row.text, row.id), sealing.open(HOW_OF_CHALLENGE, row.how, row.id))
        asked = Asked(Purpose(row.purpose), text, how, row.message_id)
    return Challenge(
        id=ChallengeId(row.id),
        profile_id=ProfileId(row.profile_id),
        channel=row.channel,
        address=sealing.open_beside(ADDRESS_OF_CHALLENGE, row.address, row.sealed_address, row.id),
        asked_at=row.asked_at,
        ends_at=row.ends_at,
        consent=asked,
        code=row.code,
        asked_by=row.message_id if asked is None else None,
        tries_left=row.tries_left,
        settled_at=row.settled_at,
        outcome=Outcome(row.outcome) if row.outcome is not None else None,
    )
