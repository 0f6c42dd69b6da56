"""Profiles that were made one: their rows are moved, and what was moved is kept."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Integer,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from bot.adapters.codec import MERGE
from bot.adapters.database.people import claims_of
from bot.adapters.database.repository import Repository, Session
from bot.adapters.tables import (
    challenge,
    consent,
    conversation,
    crm_link,
    crm_write,
    decision,
    enrolment,
    handoff,
    identity,
    meeting,
    merge,
    opt_out_question,
    outbox,
    person_event,
    privacy_request,
    profile,
    score_change,
    segment_change,
    segment_member,
    sent_file,
    shard_of,
)
from bot.adapters.tables.sealing import BODY_OF_MERGE
from bot.domain.ids import ProfileId
from bot.domain.merging import Claim, Merge

CARRIED: Mapping[str, tuple[Table, Column[Any]]] = {
    table.name: (table, key)
    for table, key in (
        (outbox, outbox.c.position),
        (person_event, person_event.c.position),
        (score_change, score_change.c.position),
        (crm_write, crm_write.c.position),
        (consent, consent.c.position),
        (challenge, challenge.c.id),
        (opt_out_question, opt_out_question.c.id),
        (privacy_request, privacy_request.c.id),
        (segment_change, segment_change.c.position),
        (conversation, conversation.c.id),
        (handoff, handoff.c.id),
        (meeting, meeting.c.id),
        (sent_file, sent_file.c.id),
        (enrolment, enrolment.c.id),
        (decision, decision.c.position),
    )
}
"""Whose rows are one person's, and their keys. The outbox first: whoever lets a message go has its row until what was
decided on it is kept, which a merge that waits there moves, too. Decisions last: whoever takes a step has the run's row
until then."""

AT_ONCE = 500
"""Rows that are moved back by one statement."""

ADD = insert(merge)
_of_person = (merge.c.kept == bindparam("person")) | (merge.c.merged == bindparam("person"))
ALL_OF = select(merge.c.id, merge.c.body, merge.c.undone_at).where(_of_person).order_by(merge.c.at, merge.c.id)
LATEST = (
    select(merge.c.id, merge.c.body)
    .where(_of_person, merge.c.undone_at.is_(None))
    .order_by(merge.c.at.desc(), merge.c.id.desc())
    .limit(1)
)
_moment = bindparam("moment", type_=merge.c.at.type)
UNDONE = update(merge).where(merge.c.id == bindparam("of_id")).values(undone_at=_moment)
CLAIMS = (
    select(identity)
    .where(identity.c.profile_id == bindparam("person"))
    .order_by(identity.c.claimed_at, identity.c.kind, identity.c.value)
)
REKEY = (
    update(score_change).where(score_change.c.key == bindparam("old_key")).values(key=bindparam("new_key", type_=Text))
)
UNCOUNT = delete(score_change).where(score_change.c.key.in_(bindparam("keys", expanding=True)))
_WITH_THE_PROFILE = (identity, crm_link, segment_member)
REMOVALS = tuple(delete(one).where(one.c.profile_id == bindparam("person")) for one in _WITH_THE_PROFILE)
REMOVE = delete(profile).where(profile.c.id == bindparam("person"))


def _new_values(table: Table) -> dict[str, Any]:
    """Who has the row now. A shard goes with the person, and whoever is at work on a conversation looks again."""
    values: dict[str, Any] = {"profile_id": bindparam("to_person", type_=Text)}
    if "shard" in table.c:
        values["shard"] = bindparam("to_shard", type_=Integer)
    if "version" in table.c and isinstance(table.c.version.type, Integer):
        values["version"] = table.c.version + 1
    return values


CARRY = {
    name: update(table)
    .where(table.c.profile_id == bindparam("of_person", type_=Text))
    .values(_new_values(table))
    .returning(key)
    for name, (table, key) in CARRIED.items()
}
CARRY_BACK = {
    name: update(table)
    .where(table.c.profile_id == bindparam("of_person", type_=Text), key.in_(bindparam("keys", expanding=True)))
    .values(_new_values(table))
    for name, (table, key) in CARRIED.items()
}
COUNTS = {
    name: select(func.count()).select_from(table).where(table.c.profile_id == bindparam("person"))
    for name, (table, _) in CARRIED.items()
}


class StoredMerges(Repository):
    def __init__(self, session: Session, write: Callable[[], Awaitable[None]]) -> None:
        super().__init__(session)
        self._write_what_waits = write

    async def add(self, merge: Merge) -> None:
        row = {"id": merge.id, "kept": merge.kept.id, "merged": merge.merged.id, "at": merge.at, "undone_at": None}
        await self._session.execute(
            ADD, {**row, "body": self._sealing.seal(BODY_OF_MERGE, MERGE.dump(_as_they_were(merge)), merge.id)}
        )

    async def latest(self, profile_id: ProfileId) -> Merge | None:
        row = (await self._session.execute(LATEST, {"person": profile_id})).first()
        return None if row is None else self._merge(row)

    async def all_of(self, profile_id: ProfileId) -> Sequence[Merge]:
        rows = await self._session.execute(ALL_OF, {"person": profile_id})
        return [replace(self._merge(row), undone_at=row.undone_at) for row in rows]

    def _merge(self, row: Any) -> Merge:
        return MERGE.load(self._sealing.open(BODY_OF_MERGE, row.body, row.id))

    async def undone(self, merge_id: str, at: datetime) -> None:
        await self._session.execute(UNDONE, {"of_id": merge_id, "moment": at})

    async def claims(self, profile_id: ProfileId) -> Sequence[Claim]:
        return claims_of(await self._session.execute(CLAIMS, {"person": profile_id}), self._sealing)

    async def count(self, profile_id: ProfileId) -> Mapping[str, int]:
        counts = {}
        for name, statement in COUNTS.items():
            counts[name] = int((await self._session.execute(statement, {"person": profile_id})).scalar())
        return counts

    async def carry(self, source: ProfileId, target: ProfileId) -> Mapping[str, tuple[str, ...]]:
        await self._write_what_waits()
        moved = {}
        values = {"of_person": source, "to_person": target, "to_shard": shard_of(target)}
        for name, statement in CARRY.items():
            rows = await self._session.execute(statement, values)
            if keys := tuple(str(row[0]) for row in rows):
                moved[name] = keys
        return moved

    async def carry_back(self, moved: Mapping[str, Sequence[str]], source: ProfileId, target: ProfileId) -> None:
        await self._write_what_waits()
        values = {"of_person": source, "to_person": target, "to_shard": shard_of(target)}
        for name, texts in moved.items():
            keys = [int(one) for one in texts] if CARRIED[name][1].name == "position" else list(texts)
            for start in range(0, len(keys), AT_ONCE):
                await self._session.execute(CARRY_BACK[name], {**values, "keys": keys[start : start + AT_ONCE]})

    async def rekey(self, keys: Mapping[str, str]) -> None:
        for old, new in keys.items():
            await self._session.execute(REKEY, {"old_key": old, "new_key": new})

    async def uncount(self, keys: Sequence[str]) -> None:
        if keys:
            await self._session.execute(UNCOUNT, {"keys": list(keys)})

    async def remove(self, profile_id: ProfileId) -> None:
        for statement in (*REMOVALS, REMOVE):
            await self._session.execute(statement, {"person": profile_id})


def _as_they_were(merge: Merge) -> Merge:
    """With all that the two profiles have of who told what."""
    kept, merged = (replace(one, provenance=dict(one.provenance)) for one in (merge.kept, merge.merged))
    return replace(merge, kept=kept, merged=merged)
