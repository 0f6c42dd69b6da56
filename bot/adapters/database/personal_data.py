"""All that is kept of one person: which rows of which table are theirs, read or deleted table by table.

Every table is named here, either among those that hold something of people or among those that do not; a test says so
when a new one is not.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from math import ceil
from typing import Any

from sqlalchemy import ColumnElement, Delete, Select, Table, and_, bindparam, delete, insert, or_, select

from bot.adapters.codec import INBOUND
from bot.adapters.database.erased_addresses import keep_erased, salt_of
from bot.adapters.database.opening import opened
from bot.adapters.database.outbox_rows import entry_of
from bot.adapters.database.repository import Repository, Session
from bot.adapters.database.sealing import Sealing
from bot.adapters.database.search import escaped
from bot.adapters.tables import (
    account,
    active_hour,
    api_key,
    audit_entry,
    challenge,
    consent,
    conversation,
    crm_link,
    crm_write,
    decision,
    delivery,
    desk_page,
    desk_turn,
    enrolment,
    erased_address,
    erased_place,
    erasure,
    event,
    feed,
    field_key,
    handoff,
    identity,
    inbox,
    installation,
    journey,
    journey_change,
    journey_state,
    lease,
    linked_page,
    login_session,
    login_try,
    meeting,
    meeting_quarter,
    merge,
    opt_out_question,
    outbox,
    passage,
    people_import,
    person_event,
    privacy_request,
    process,
    profile,
    resealing,
    review,
    schedule,
    score_change,
    score_rule,
    segment,
    segment_change,
    segment_member,
    sent_file,
    sent_link,
    split_tally,
    suppression,
    used_token,
)
from bot.domain.consent import WRITTEN_TO, Suppression
from bot.domain.delivery import OutboxEntry
from bot.domain.ids import ProfileId, new_id
from bot.domain.message import DeskReply
from bot.domain.phone_forms import forms_of
from bot.domain.privacy import Erasure

Condition = ColumnElement[bool]

PERSON: Any = bindparam("person")
AT_ONCE = 500


def _theirs(table: Table) -> Condition:
    theirs: Condition = table.c.profile_id == PERSON
    return theirs


_conversations = select(conversation.c.id).where(conversation.c.profile_id == PERSON)
_sent = (
    select(outbox.c.key)
    .where(outbox.c.profile_id == PERSON)
    .union(select(outbox.c.key).where(outbox.c.conversation_id.in_(_conversations)))
)
"""Each half goes by its index; joined by OR they would read the whole outbox. What a run of theirs sends names them."""
_people: Any = bindparam("people", expanding=True)
"""They, and whoever was merged into them, or into one of those."""

MERGED_INTO = select(merge.c.merged).where(merge.c.kept.in_(_people), merge.c.undone_at.is_(None))
_addresses: Any = bindparam("addresses", expanding=True)
"""As they stand in the database, in each form that a number has: a STOP may have come from the other one."""

ANOTHERS_TOO = select(identity.c.value).where(
    identity.c.kind.in_(bindparam("kinds", expanding=True)),
    identity.c.value.in_(_addresses),
    identity.c.profile_id != PERSON,
)
"""Who typed somebody else's address takes no opt-out of theirs along."""

OWNED: Mapping[Table, Condition] = {
    delivery: delivery.c.outbox_key.in_(_sent),
    sent_link: sent_link.c.outbox_key.in_(_sent),
    outbox: outbox.c.key.in_(_sent),
    event: event.c.conversation_id.in_(_conversations),
    inbox: inbox.c.conversation_id.in_(_conversations),
    meeting_quarter: meeting_quarter.c.meeting_id.in_(select(meeting.c.id).where(meeting.c.profile_id == PERSON)),
    meeting: _theirs(meeting),
    sent_file: _theirs(sent_file),
    handoff: _theirs(handoff),
    suppression: suppression.c.address.in_(_addresses),
    conversation: _theirs(conversation),
    enrolment: _theirs(enrolment),
    person_event: _theirs(person_event),
    score_change: _theirs(score_change),
    crm_link: _theirs(crm_link),
    crm_write: _theirs(crm_write),
    segment_member: _theirs(segment_member),
    segment_change: _theirs(segment_change),
    consent: _theirs(consent),
    challenge: _theirs(challenge),
    opt_out_question: _theirs(opt_out_question),
    privacy_request: _theirs(privacy_request),
    decision: _theirs(decision),
    merge: or_(merge.c.kept.in_(_people), merge.c.merged.in_(_people)),
    identity: _theirs(identity),
    profile: profile.c.id == PERSON,
}
"""In an order in which they can be deleted. Items of feeds go first, by what they say."""

NOT_OF_PEOPLE = frozenset(
    {
        *(journey, journey_state, journey_change, passage, split_tally, active_hour, schedule, review),
        *(segment, score_rule, linked_page),
        *(erasure, erased_address, erased_place),
        *(installation, used_token, desk_page, desk_turn, people_import, lease, process),
        *(account, api_key, login_session, login_try, audit_entry, field_key, resealing),
    }
)
"""Content, how far work has come, sums, what authors said of texts that are masked, receipts, the desk's own,
who may come in, and which keys seal fields. The audit log names people by their ids, and outlives them: it proves that
they were erased."""

READ = {table: select(table).where(condition) for table, condition in OWNED.items()}
DELETE = {table: delete(table).where(condition) for table, condition in OWNED.items()}
ADD_RECEIPT = insert(erasure)
MOST_WORDS = 10
"""Of a look through the feeds: each goes through all that is on them, so that few people take more than one."""

ITEMS_AT_ONCE = 100_000
"""Items of feeds that one statement goes through: some tenths of a second, however many there are in all."""

LAST_POSITION = 2**63 - 1

ITEMS_UNTIL = (
    select(feed.c.position)
    .where(feed.c.position > bindparam("after"))
    .order_by(feed.c.position)
    .offset(bindparam("others"))
    .limit(1)
)

KEYED = and_(
    feed.c.key.in_(bindparam("keys", expanding=True)),
    or_(feed.c.feed.in_(("decisions", "external")), feed.c.feed.like("sandbox:%")),
)
_feed_to_its_end = feed.c.feed + ":"


def _mentioning(one: int, *, sealed: bool) -> Condition:
    """An item that has this id or address of theirs as a value, or in its key; or is of a feed that is named by it."""
    readable = or_(
        feed.c.item.like(bindparam(f"as_value_{one}"), escape="!"),
        feed.c.key.like(bindparam(f"begins_{one}"), escape="!"),
        _feed_to_its_end.like(bindparam(f"inside_{one}"), escape="!"),
    )
    if not sealed:
        return readable
    return or_(
        readable,
        feed.c.mentions.like(bindparam(f"mentioned_{one}"), escape="!"),
        _feed_to_its_end.like(bindparam(f"sealed_inside_{one}"), escape="!"),
    )


@cache
def _on_feeds(words: int, *, sealed: bool) -> tuple[Select[Any], Delete]:
    """How what one of so many words is found in, or what has one of the keys, is read and deleted."""
    theirs = and_(
        feed.c.position > bindparam("after"),
        feed.c.position <= bindparam("until"),
        or_(*(_mentioning(one, sealed=sealed) for one in range(words)), KEYED),
    )
    return select(feed).where(theirs), delete(feed).where(theirs)


def _patterns(one: int, word: str, sealing: Sealing) -> dict[str, str]:
    mark = escaped(json.dumps(word, ensure_ascii=False)[1:-1])
    readable = {f"as_value_{one}": f'%"{mark}"%', f"begins_{one}": f"{mark}:%", f"inside_{one}": f"%:{mark}:%"}
    if not sealing.is_on:
        return readable
    behind = escaped(sealing.feed_name(f":{word}"))
    mentioned = escaped(sealing.index(word))
    return {**readable, f"mentioned_{one}": f"%{mentioned}%", f"sealed_inside_{one}": f"%{behind}:%"}


_JSON = (
    *("attributes", "tags", "body", "fields", "data", "item", "tracker", "dispatch", "window", "waiting_for"),
    *("provenance", "origin"),
)


@dataclass(frozen=True, slots=True)
class _Marks:
    """What items of feeds are found by: words that they contain, and keys that they have."""

    words: tuple[str, ...]
    keys: tuple[str, ...]

    def looks(self, sealing: Sealing) -> Iterator[tuple[Select[Any], Delete, Mapping[str, Any]]]:
        """How each look through the feeds reads and deletes, and with which values."""
        for look in range(max(ceil(len(self.words) / MOST_WORDS), ceil(len(self.keys) / AT_ONCE))):
            words = self.words[look * MOST_WORDS :][:MOST_WORDS]
            values: dict[str, Any] = {"keys": list(self.keys[look * AT_ONCE :][:AT_ONCE])}
            for one, word in enumerate(words):
                values |= _patterns(one, word, sealing)
            yield *_on_feeds(len(words), sealed=sealing.is_on), values


@dataclass(frozen=True, slots=True)
class Whose:
    """By what a person's rows are theirs: who they once were, what they go by and where they were written to (each with
    its kind), and their conversations."""

    person: ProfileId
    once_were: Sequence[str]
    addresses: Collection[tuple[str, str]]
    conversations: Sequence[str]


class StoredPersonalData(Repository):
    has_erased = False

    async def of(self, profile_id: ProfileId) -> Mapping[str, Sequence[Mapping[str, Any]]]:
        found: dict[str, list[Mapping[str, Any]]] = {}
        for table in READ:
            found[table.name] = await self._rows(table, profile_id)
        marks = await self._marks(await whose_rows(self._session, profile_id))
        items = {row.position: row for row in await self._feed_items(marks)}
        found["feed"] = [_plain(opened(feed, items[position], self._sealing)) for position in sorted(items)]
        return found

    async def left_alone(self, profile_id: ProfileId) -> Sequence[Mapping[str, Any]]:
        return await self._rows(suppression, profile_id)

    async def _rows(self, table: Table, profile_id: ProfileId) -> list[Mapping[str, Any]]:
        values: Mapping[str, Any] = {"person": profile_id}
        if table is suppression:
            theirs = (await whose_rows(self._session, profile_id)).addresses
            values = {"addresses": _as_stored(self._sealing, [one for _, one in theirs])}
        elif table is merge:
            values = {"people": await _once_were(self._session, profile_id)}
        rows = await self._session.execute(READ[table], values)
        return [_plain(opened(table, row, self._sealing)) for row in rows]

    async def erase(
        self, profile_id: ProfileId, suppressions: Sequence[Suppression], *, who: str, at: datetime
    ) -> Erasure:
        self.has_erased = True
        links = await self._session.execute(READ[crm_link], {"person": profile_id})
        elsewhere = {row.crm: row.crm_id for row in links}
        whose = await whose_rows(self._session, profile_id)
        rows = {"feed": await self._delete_feed_items(await self._marks(whose))}
        rows |= await delete_rows(self._session, whose)
        rows = {name: count for name, count in rows.items() if count}
        salt = await salt_of(self._session)
        await keep_erased(self._session, suppressions, salt)
        left_alone = {one.address for one in suppressions}
        receipt = Erasure(new_id(at), at, who, rows, len(left_alone), elsewhere)
        kept = {"id": receipt.id, "at": at, "who": who, "rows": json.dumps(rows), "salt": salt}
        await self._session.execute(ADD_RECEIPT, {**kept, "suppressed": receipt.suppressed})
        return receipt

    async def sent(self, profile_id: ProfileId) -> Sequence[OutboxEntry]:
        return [
            entry_of(row, self._sealing) for row in await self._session.execute(READ[outbox], {"person": profile_id})
        ]

    async def cards(self, profile_id: ProfileId) -> Collection[tuple[str, str]]:
        found = await self._session.execute(READ[handoff], {"person": profile_id})
        return {(row.desk, row.card_key) for row in found}

    async def heard_from_reps(self, profile_id: ProfileId) -> Mapping[str, int]:
        rows = await self._session.execute(READ[inbox], {"person": profile_id})
        told = [(row.channel, INBOUND.load(opened(inbox, row, self._sealing)["body"])) for row in rows]
        return Counter(channel for channel, inbound in told if isinstance(inbound, DeskReply))

    async def _marks(self, whose: Whose) -> _Marks:
        """Ids and addresses of theirs, also from before a merge, and keys of what came in, what left and what was
        decided."""
        of = {"person": whose.person}
        words: set[str] = {*whose.once_were, *whose.conversations}
        words |= {row.id for table in (enrolment, handoff) for row in await self._session.execute(READ[table], of)}
        words |= {form for _, one in whose.addresses for form in forms_of(one)}
        sent = (await self._session.execute(READ[outbox], of)).all()
        cards = {row.card_key for row in await self._session.execute(READ[handoff], of)}
        words |= {row.vendor_id for row in sent if row.key in cards and row.vendor_id}
        keys = {row.vendor_id for row in await self._session.execute(READ[inbox], of)}
        keys |= {row.vendor_id for row in sent if row.vendor_id}
        decisions = await self._session.execute(READ[decision], of)
        keys |= {f"{row.entry_key}:{row.outcome}:{row.at.isoformat()}" for row in decisions}
        return _Marks(tuple(sorted(words)), tuple(sorted(keys)))

    async def _feed_items(self, marks: _Marks) -> list[Any]:
        return [
            row
            async for part in self._parts_of_feeds()
            for read, _, values in marks.looks(self._sealing)
            for row in await self._session.execute_at_length(read, {**values, **part})
        ]

    async def _delete_feed_items(self, marks: _Marks) -> int:
        count = 0
        async for part in self._parts_of_feeds():
            for _, deletion, values in marks.looks(self._sealing):
                count += int((await self._session.execute_at_length(deletion, {**values, **part})).rowcount)
        return count

    async def _parts_of_feeds(self) -> AsyncIterator[Mapping[str, int]]:
        """From behind which position to which: no statement may take a minute."""
        after = 0
        while after is not None:
            until = (await self._session.execute(ITEMS_UNTIL, {"after": after, "others": ITEMS_AT_ONCE - 1})).scalar()
            yield {"after": after, "until": LAST_POSITION if until is None else until}
            after = until


async def delete_rows(session: Session, whose: Whose) -> dict[str, int]:
    """Delete what is theirs, table by table; how many rows of each."""
    profile_id, known, sealing = whose.person, whose.addresses, session.sealing
    sought = {"kinds": sorted({kind for kind, _ in known}), "addresses": _as_stored(sealing, [one for _, one in known])}
    others = {row.value for row in await session.execute(ANOTHERS_TOO, {"person": profile_id, **sought})}
    theirs = [one for _, one in known if others.isdisjoint(sealing.forms(one))]
    values = {"person": profile_id, "addresses": _as_stored(sealing, theirs)}
    values |= {"people": whose.once_were}
    return {table.name: int((await session.execute(one, values)).rowcount) for table, one in DELETE.items()}


async def _once_were(session: Session, profile_id: ProfileId) -> list[str]:
    """The ids of those who are this person by now, their own first."""
    found = new = [str(profile_id)]
    while new:
        rows = await session.execute(MERGED_INTO, {"people": new})
        new = sorted({row.merged for row in rows}.difference(found))
        found = [*found, *new]
    return found


async def whose_rows(session: Session, profile_id: ProfileId) -> Whose:
    """Read once for all that is then looked for or deleted."""
    of, sealing = {"person": profile_id}, session.sealing
    identities = [opened(identity, row, sealing) for row in await session.execute(READ[identity], of)]
    talks = [opened(conversation, row, sealing) for row in await session.execute(READ[conversation], of)]
    found = {(one["kind"], one["value"]) for one in identities}
    found |= {(WRITTEN_TO.get(one["channel"], one["channel"]), one["address"]) for one in talks}
    return Whose(profile_id, await _once_were(session, profile_id), found, [one["id"] for one in talks])


def _as_stored(sealing: Sealing, addresses: Collection[str]) -> list[str]:
    return sorted({form for one in addresses for form in sealing.forms(one)})


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row as JSON has it: times in ISO 8601, and JSON that is kept as text as what it says."""
    found = {}
    for name, value in row.items():
        if isinstance(value, datetime):
            found[name] = value.isoformat()
        elif name in _JSON and isinstance(value, str):
            found[name] = json.loads(value)
        else:
            found[name] = value
    return found
