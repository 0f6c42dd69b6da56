"""Conversations: the snapshot of each, and its append-only log of events."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import BindParameter, bindparam, func, insert, select, text, tuple_, update
from sqlalchemy.exc import IntegrityError

from bot.adapters.codec import EVENT, TRACKER
from bot.adapters.database.consents import suppression_of
from bot.adapters.database.handoffs import handoff_of
from bot.adapters.database.lately_read import LatelyRead
from bot.adapters.database.people import profile_of
from bot.adapters.database.repository import Expected, Listed, OfPeople, Repository, Session, insert_once
from bot.adapters.database.standing import STANDING, taken_apart
from bot.adapters.tables import conversation, event, handoff, profile, shard_of, suppression
from bot.adapters.tables.sealing import ADDRESS_OF_CONVERSATION, BODY_OF_EVENT, TRACKER_OF_CONVERSATION
from bot.domain.conversation import BotUttered, Conversation, Event, UserUttered, as_heard
from bot.domain.errors import Conflict, ConversationGone
from bot.domain.ids import ConversationId, ProfileId
from bot.domain.message import ASSISTANT, CUSTOMER, Speech
from bot.domain.understanding import REMINDED
from bot.ports import Glimpse, LoggedEvent, Standing

ADD = insert_once(conversation).returning(conversation.c.id)
GET = select(conversation).where(conversation.c.id == bindparam("conversation"))


def _at(*columns: Any) -> Any:
    """Of the conversation with an address in either form of its number; the one in which it is written comes first."""
    return (
        select(*columns)
        .where(
            conversation.c.channel == bindparam("on_channel"),
            conversation.c.address.in_((bindparam("from_address"), bindparam("in_other_form"))),
        )
        .order_by((conversation.c.address == bindparam("from_address")).desc())
        .limit(1)
    )


AT = _at(conversation)
SUPPRESSED_AT = select(suppression).where(
    suppression.c.channel == bindparam("on_channel"), suppression.c.address == bindparam("to_address")
)
OF = (
    select(conversation)
    .where(conversation.c.profile_id == bindparam("profile"))
    .order_by(conversation.c.started_at, conversation.c.id)
)
OF_PEOPLE = OfPeople(
    select(conversation).order_by(conversation.c.started_at, conversation.c.id), conversation.c.profile_id
)
_first_disclosed = bindparam("first_disclosed", type_=conversation.c.disclosed_at.type)
SAVE = (
    update(conversation)
    .where(conversation.c.id == bindparam("conversation"), conversation.c.version == bindparam("version_read"))
    .values(disclosed_at=func.coalesce(conversation.c.disclosed_at, _first_disclosed))
)
READDRESS = (
    update(conversation)
    .where(conversation.c.id == bindparam("conversation"))
    .values(address=bindparam("new_address"), sealed_address=bindparam("new_sealed_address"))
)
DISCLOSED = (
    update(conversation)
    .where(conversation.c.id == bindparam("conversation"), conversation.c.disclosed_at.is_(None))
    .values(disclosed_at=_first_disclosed)
)
IS_DISCLOSED = select(conversation.c.disclosed_at.is_not(None)).where(conversation.c.id == bindparam("conversation"))
UNDISCLOSED = update(conversation).where(conversation.c.id == bindparam("conversation")).values(disclosed_at=None)

_here: BindParameter[str] = bindparam("in_conversation")
LOG = insert(event).values(
    sequence=select(func.coalesce(func.max(event.c.sequence), 0) + 1)
    .where(event.c.conversation_id == _here)
    .scalar_subquery(),
    shard=select(conversation.c.shard).where(conversation.c.id == _here).scalar_subquery(),
)
SPEECH = (
    select(event.c.conversation_id, event.c.sequence, event.c.at, event.c.body)
    .where(event.c.conversation_id == bindparam("conversation"), text("kind IN ('user', 'bot')"))
    .order_by(event.c.sequence.desc())
    .limit(bindparam("last"))
)

CUTS = select(event.c.conversation_id, event.c.sequence, event.c.at, event.c.body).where(
    event.c.conversation_id == bindparam("conversation"),
    event.c.sequence >= bindparam("first"),
    event.c.kind == "reply_cut_short",
)

HEARD_AT = (
    select(event.c.conversation_id, event.c.at, event.c.body)
    .where(
        event.c.conversation_id == _at(conversation.c.id).scalar_subquery(),
        text("event.kind IN ('user', 'bot') AND event.kind = 'user'"),
    )
    .order_by(event.c.sequence.desc())
    .limit(50)
)

LOGGED = (
    select(event.c.conversation_id, event.c.sequence, event.c.at, event.c.body)
    .where(
        tuple_(event.c.conversation_id, event.c.sequence)
        > tuple_(bindparam("after_conversation"), bindparam("after_sequence"))
    )
    .order_by(event.c.conversation_id, event.c.sequence)
    .limit(bindparam("at_most"))
)
LOGGED_SINCE = LOGGED.where(event.c.at >= bindparam("since"))
HEARD = (
    select(event.c.conversation_id, event.c.sequence, event.c.at, event.c.body)
    .where(text("kind IN ('user', 'rewind')"))
    .order_by(event.c.at.desc(), event.c.conversation_id, event.c.sequence.desc())
    .limit(bindparam("at_most"))
)
HEARD_BEFORE = (
    select(event.c.conversation_id, event.c.at)
    .where(text("kind IN ('user', 'rewind')"), event.c.at < bindparam("before"))
    .order_by(event.c.at.desc())
    .limit(bindparam("at_most"))
)
"""Of the newest events, however many of them are of one conversation: they are read by their index alone."""
GLIMPSES = Listed(
    lambda among: select(conversation.c.id, conversation.c.profile_id, conversation.c.channel).where(
        among(conversation.c.id, "conversations")
    )
)
LAST_SPEECHES = Listed(
    lambda among: select(event.c.conversation_id, event.c.sequence, event.c.at, event.c.body).where(
        tuple_(event.c.conversation_id, event.c.sequence).in_(
            select(event.c.conversation_id, func.max(event.c.sequence))
            .where(among(event.c.conversation_id, "conversations"), text("kind IN ('user', 'bot')"))
            .group_by(event.c.conversation_id)
        )
    )
)
EVENTS = (
    select(event.c.conversation_id, event.c.body)
    .where(event.c.conversation_id == bindparam("conversation"))
    .order_by(event.c.sequence)
)
EVENTS_UNTIL = EVENTS.where(event.c.at <= bindparam("until"))


EVENTS_OF_ONE = 4
"""How many messages somebody writes, about: so many events are read at once for each conversation that is wanted."""


class StoredConversations(Repository):
    def __init__(self, session: Session, lately_read: LatelyRead) -> None:
        super().__init__(session)
        self._lately_read = lately_read
        self._expected = Expected(session, OF_PEOPLE)
        self._disclosed: set[ConversationId] = set()
        """Of those that this transaction has written, which nobody else can change meanwhile."""

    def expect(self, people: Collection[ProfileId]) -> None:
        self._expected.expect(people)

    async def get(self, conversation_id: ConversationId) -> Conversation:
        row = (await self._session.execute(GET, {"conversation": conversation_id})).first()
        if row is None:
            raise ConversationGone(f'there is no conversation "{conversation_id}" in the store.')
        return self._conversation(row)

    async def standing(self, conversation_id: ConversationId) -> Standing:
        row = (await self._session.execute(STANDING, {"conversation": conversation_id})).first()
        if row is None:
            raise ConversationGone(f'there is no conversation "{conversation_id}" in the store.')
        parts = taken_apart(row)
        handed_over = parts[handoff]
        talk = self._conversation(parts[conversation])
        opted_out = parts[suppression] or await self._suppressed_in_other_form(talk)
        return Standing(
            conversation=talk,
            profile=profile_of(parts[profile], self._sealing),
            handoff=handoff_of(handed_over, self._sealing) if handed_over else None,
            suppression=suppression_of(opted_out, self._sealing) if opted_out else None,
            asking_elsewhere=row.asking_elsewhere,
        )

    async def _suppressed_in_other_form(self, talk: Conversation) -> Any:
        written, other = self._sealing.forms(talk.address)
        if other == written:
            return None
        values = {"on_channel": talk.channel, "to_address": other}
        return (await self._session.execute(SUPPRESSED_AT, values)).first()

    async def at_of(self, profile_id: ProfileId, channel: str, address: str) -> Conversation | None:
        rows = await self._expected.rows(profile_id) or ()
        for form in self._sealing.forms(address):
            for row in rows:
                if (row.channel, row.address) == (channel, form):
                    return self._conversation(row)
        return await self.at(channel, address)

    async def at(self, channel: str, address: str) -> Conversation | None:
        row = (await self._session.execute(AT, self._there(channel, address))).first()
        return None if row is None else self._conversation(row)

    def _there(self, channel: str, address: str) -> dict[str, str]:
        written, other = self._sealing.forms(address)
        return {"on_channel": channel, "from_address": written, "in_other_form": other}

    async def of(self, profile_id: ProfileId) -> Sequence[Conversation]:
        rows = await self._expected.rows(profile_id)
        if rows is None:
            rows = (await self._session.execute(OF, {"profile": profile_id})).all()
        return [self._conversation(row) for row in rows]

    async def add(self, conversation: Conversation) -> None:
        """Raises Conflict when somebody was faster to start one with this address."""
        self._expected.forget(conversation.profile_id)
        row = {
            "id": conversation.id,
            "shard": shard_of(conversation.profile_id),
            "profile_id": conversation.profile_id,
            "channel": conversation.channel,
            "address": self._sealing.index(conversation.address),
            "sealed_address": self._sealing.seal_beside(ADDRESS_OF_CONVERSATION, conversation.address, conversation.id),
            "started_at": conversation.started_at,
            "disclosed_at": conversation.disclosed_at,
            **self._state(conversation),
        }
        if (await self._session.execute(ADD, row)).first() is None:
            raise Conflict(f"there is a conversation with this address on {conversation.channel} already.")

    async def save(self, conversation: Conversation) -> None:
        self._expected.forget(conversation.profile_id)
        row = {
            "conversation": conversation.id,
            "version_read": conversation.version - 1,
            "first_disclosed": conversation.disclosed_at,
            **self._state(conversation),
        }
        if not (await self._session.execute(SAVE, row)).rowcount:
            raise Conflict(f"conversation {conversation.id} is not at version {conversation.version - 1} any more.")
        if conversation.disclosed_at is not None:
            self._disclosed.add(conversation.id)

    async def readdress(self, conversation: Conversation, address: str) -> None:
        self._expected.forget(conversation.profile_id)
        sealed = self._sealing.seal_beside(ADDRESS_OF_CONVERSATION, address, conversation.id)
        row = {
            "conversation": conversation.id,
            "new_address": self._sealing.index(address),
            "new_sealed_address": sealed,
        }
        await self._session.execute(READDRESS, row)

    async def disclosed(self, conversations: Collection[ConversationId], at: datetime) -> None:
        rows = [{"conversation": one, "first_disclosed": at} for one in sorted(set(conversations) - self._disclosed)]
        if rows:
            await self._session.execute(DISCLOSED, rows)

    async def is_disclosed(self, conversation_id: ConversationId) -> bool:
        if conversation_id in self._disclosed:
            return True
        return bool((await self._session.execute(IS_DISCLOSED, {"conversation": conversation_id})).scalar())

    async def undisclosed(self, conversation_id: ConversationId) -> None:
        self._disclosed.discard(conversation_id)
        await self._session.execute(UNDISCLOSED, {"conversation": conversation_id})

    async def log(self, conversation_id: ConversationId, events: Sequence[Event], at: datetime) -> None:
        """Append the events in this order; `at` dates those that have no time of their own."""
        rows = [
            {
                "conversation_id": conversation_id,
                "in_conversation": conversation_id,
                "at": one.at or at,
                "kind": one.kind,
                "body": self._sealing.seal(BODY_OF_EVENT, EVENT.brief(one), conversation_id),
            }
            for one in events
        ]
        if not rows:
            return
        try:
            await self._session.execute(LOG, rows)
        except IntegrityError as error:
            raise Conflict(f"somebody else wrote to the log of conversation {conversation_id}.") from error

    async def events(self, conversation_id: ConversationId, *, until: datetime | None = None) -> Sequence[Event]:
        values: dict[str, Any] = {"conversation": conversation_id}
        statement = EVENTS if until is None else EVENTS_UNTIL
        found = await self._session.execute(statement, values if until is None else values | {"until": until})
        return [self._event(row) for row in found]

    async def heard_at(self, channel: str, address: str) -> datetime | None:
        for row in await self._session.execute(HEARD_AT, self._there(channel, address)):
            event = self._event(row)
            if isinstance(event, UserUttered) and event.is_theirs:
                at: datetime = event.at or row.at
                return at
        return None

    async def transcript(self, conversation_id: ConversationId, *, last: int = 200) -> Sequence[Speech]:
        found = await self._session.execute(SPEECH, {"conversation": conversation_id, "last": last})
        rows = found.all()
        if rows:
            values = {"conversation": conversation_id, "first": rows[-1].sequence}
            rows = sorted([*rows, *await self._session.execute(CUTS, values)], key=lambda row: row.sequence)
        lines = [_speech(event) for event in as_heard([self._logged(row).event for row in rows])]
        return [line for line in lines if line is not None and not line.is_blank]

    async def logged(
        self, *, after: tuple[str, int] = ("", 0), since: datetime | None = None, limit: int
    ) -> Sequence[LoggedEvent]:
        values = {"after_conversation": after[0], "after_sequence": after[1], "at_most": limit}
        if since is None:
            found = await self._session.execute(LOGGED, values)
        else:
            found = await self._session.execute(LOGGED_SINCE, values | {"since": since})
        return [self._logged(row) for row in found]

    async def heard(self, *, limit: int) -> Sequence[LoggedEvent]:
        return [self._logged(row) for row in await self._session.execute(HEARD, {"at_most": limit})]

    async def heard_lately(self, *, before: datetime, limit: int) -> Mapping[ConversationId, datetime]:
        found: dict[ConversationId, datetime] = {}
        at_once = limit * EVENTS_OF_ONE
        while len(found) < limit:
            rows = (await self._session.execute(HEARD_BEFORE, {"before": before, "at_most": at_once})).all()
            for row in rows:
                found.setdefault(row.conversation_id, row.at)
            if len(rows) < at_once:
                break
            before = rows[-1].at
            at_once *= 2  # one long conversation is read past in few statements
        return dict(islice(found.items(), limit))

    async def glimpses(self, conversations: Collection[ConversationId]) -> Mapping[ConversationId, Glimpse]:
        said = await LAST_SPEECHES.run(self._session, conversations=conversations)
        last = {row.conversation_id: _speech(self._logged(row).event) for row in said}
        rows = await GLIMPSES.run(self._session, conversations=conversations)
        return {row.id: Glimpse(row.id, row.profile_id, row.channel, last.get(row.id)) for row in rows}

    def _event(self, row: Any) -> Event:
        return EVENT.load(self._sealing.open(BODY_OF_EVENT, row.body, row.conversation_id))

    def _logged(self, row: Any) -> LoggedEvent:
        event = self._event(row)
        return LoggedEvent(row.conversation_id, row.sequence, event if event.at else replace(event, at=row.at))

    def _state(self, conversation: Conversation) -> dict[str, Any]:
        """What a turn may change."""
        return {
            "tracker": self._sealing.seal(
                TRACKER_OF_CONVERSATION, TRACKER.brief(conversation.tracker), conversation.id
            ),
            "last_message_at": conversation.last_message_at,
            "asking_enrolment": conversation.asking_enrolment,
            "version": conversation.version,
        }

    def _conversation(self, row: Any) -> Conversation:
        return Conversation(
            id=row.id,
            profile_id=row.profile_id,
            channel=row.channel,
            address=self._sealing.open_beside(ADDRESS_OF_CONVERSATION, row.address, row.sealed_address, row.id),
            tracker=self._lately_read.tracker(self._sealing.open(TRACKER_OF_CONVERSATION, row.tracker, row.id)),
            started_at=row.started_at,
            last_message_at=row.last_message_at,
            disclosed_at=row.disclosed_at,
            asking_enrolment=row.asking_enrolment,
            version=row.version,
        )


def _speech(event: Event) -> Speech | None:
    match event:
        case UserUttered() if event.retold or event.understood.stage == REMINDED:
            return None
        case UserUttered(at=datetime() as at):
            return Speech(at, CUSTOMER, event.text, event.message_id, attachments=event.attachments)
        case BotUttered(at=datetime() as at):
            return Speech(at, event.speaker or ASSISTANT, event.text, buttons=event.buttons, beside=event.beside)
        case _:
            return None
