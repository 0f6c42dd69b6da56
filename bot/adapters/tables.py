"""The tables, as SQLAlchemy Core sees them. Rows stay in `bot/adapters`: the repositories return domain types.

Hot tables carry `shard`, the same number for all rows of a person, so that they can be spread over workers and
databases. Partial indexes hold only what is unfinished, so that what is done costs a look into a queue nothing. Queries
write the same conditions with literals, because neither database matches a bound value with an index's condition.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.types import UserDefinedType

SHARDS = 1024

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def shard_of(person_or_conversation: str) -> int:
    """A number below SHARDS that never changes for this id."""
    return zlib.crc32(person_or_conversation.encode()) % SHARDS


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970; raises ValueError for a time without a zone."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment!r} has no time zone; use datetime.now(UTC) or an aware datetime.")
    return (moment - _EPOCH) // _MICROSECOND


def _moment(value: int | None) -> datetime | None:
    return None if value is None else _EPOCH + value * _MICROSECOND


class Moment(TypeDecorator[datetime]):
    """An aware datetime, stored as whole microseconds since 1970, which sort alike on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return None if value is None else microseconds(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return _moment(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
        """Without the layers that SQLAlchemy puts around `process_result_value`: it is called for every row."""
        return _moment


class Words(TypeDecorator[str]):
    """Text from outside. PostgreSQL has no NUL character in text, so it is shown as the replacement character."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return value.replace("\0", "\ufffd") if value else value


class Jsonb(UserDefinedType[str]):
    """PostgreSQL's JSON, written and read as text: we have a codec of our own."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        return "JSONB"


Json = Text().with_variant(Jsonb(), "postgresql")
"""JSON that conditions look into. Casting text to JSONB for each row would take ten times as long."""


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)


def _position() -> Column[int]:
    """Grows with each new row, and is never used twice."""
    return Column("position", BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True)


def _shard() -> Column[int]:
    return Column("shard", SmallInteger, nullable=False)


def _profile_id(*, nullable: bool = False) -> Column[str]:
    return Column("profile_id", Text, ForeignKey("profile.id"), nullable=nullable)


def _partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


# ---------------------------------------------------------------- people

profile = Table(
    "profile",
    metadata,
    Column("id", Text, primary_key=True),
    _shard(),
    Column("created_at", Moment, nullable=False),
    Column("time_zone", Text),
    Column("locale", Text),
    Column("attributes", Json, nullable=False),
    Column("tags", Json, nullable=False),
    Column("objected_at", Moment),
    Column("restricted_at", Moment),
)

identity = Table(
    "identity",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("profile_id", Text, ForeignKey("profile.id"), primary_key=True),
    Column("verified", Boolean, nullable=False),
    Column("claimed_at", Moment, nullable=False),
    Index("ix_identity_profile_id", "profile_id"),
)

score_change = Table(
    "score_change",
    metadata,
    _position(),
    _profile_id(),
    Column("key", Text, nullable=False, unique=True),
    Column("dimension", Text, nullable=False),
    Column("points", Integer, nullable=False),
    Column("reason", Words, nullable=False),
    Column("rule", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("half_life", Integer),
    Index("ix_score_change_profile_id", "profile_id", "position"),
)

crm_link = Table(
    "crm_link",
    metadata,
    Column("crm", Text, primary_key=True),
    Column("profile_id", Text, ForeignKey("profile.id"), primary_key=True),
    Column("crm_id", Text, nullable=False),
    Index("ix_crm_link_crm_id", "crm", "crm_id"),
)

crm_write = Table(
    "crm_write",
    metadata,
    _position(),
    _profile_id(),
    _shard(),
    Column("crm", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("key", Text, nullable=False),
    Column("record", Words),
    Column("fields", Text, nullable=False),
    Index("ix_crm_write_profile_id", "profile_id", "position"),
    Index("ix_crm_write_key", "key"),
)
"""The ledger of what CRMs were given. `record` is null until the CRM has answered; `key` is the outbox entry's."""

person_event = Table(
    "person_event",
    metadata,
    _position(),
    _profile_id(),
    _shard(),
    Column("event", Words, nullable=False),
    Column("at", Moment, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("source", Text, nullable=False),
    Column("key", Text),
    Column("data", Text, nullable=False),
    Index("ix_person_event_profile_id", "profile_id", "event", "at"),
    _partial("ux_person_event_key", "key", where="key IS NOT NULL", unique=True),
)
"""The timeline of everybody: append-only."""

merge = Table(
    "merge",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kept", Text, nullable=False),
    Column("merged", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("undone_at", Moment),
    Column("body", Text, nullable=False),
    Index("ix_merge_kept", "kept"),
    Index("ix_merge_merged", "merged"),
)
"""Profiles that were made one, with what it takes to part them."""

people_import = Table(
    "people_import",
    metadata,
    Column("id", Text, primary_key=True),
    Column("source", Words, nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("cursor", Text, nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("new", BigInteger, nullable=False),
    Column("changed", BigInteger, nullable=False),
    Column("same", BigInteger, nullable=False),
    Column("refused", BigInteger, nullable=False),
    Column("warned", BigInteger, nullable=False),
    Column("reported", BigInteger, nullable=False),
)
"""How far each import of people has come, written with the people."""

# ---------------------------------------------------------------- segments

segment = Table(
    "segment",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("finished_at", Moment),
)
"""How far each segment is worked out: everybody up to `after`, by the condition of this version."""

segment_member = Table(
    "segment_member",
    metadata,
    Column("segment", Text, primary_key=True),
    Column("profile_id", Text, primary_key=True),
    Column("since", Moment, nullable=False),
    Index("ix_segment_member_profile_id", "profile_id"),
)
"""Without a foreign key: a million rows may be written at once, and each would be looked up."""

segment_change = Table(
    "segment_change",
    metadata,
    _position(),
    Column("segment", Text, nullable=False),
    Column("profile_id", Text, nullable=False),
    Column("entered", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Column("error", Words, nullable=False),
    sqlite_autoincrement=True,
)
"""Who came into a segment or left it, until journeys have been told. Those that failed stay, with their error."""

# ---------------------------------------------------------------- consent

consent = Table(
    "consent",
    metadata,
    _position(),
    _profile_id(),
    Column("purpose", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("granted", Boolean, nullable=False),
    Column("at", Moment, nullable=False),
    Column("how", Words, nullable=False),
    Column("text", Words, nullable=False),
    Column("message_id", Text),
    Column("basis", Text, nullable=False, server_default=text("'consent'")),
    Column("expires_at", Moment),
    Column("address", Words),
    Index("ix_consent_profile_id", "profile_id", "position"),
)

challenge = Table(
    "challenge",
    metadata,
    Column("id", Text, primary_key=True),
    _profile_id(),
    Column("channel", Text, nullable=False),
    Column("address", Words, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("purpose", Text),
    Column("text", Words),
    Column("how", Words),
    Column("message_id", Text),
    Column("code", Text, nullable=False),
    Column("tries_left", Integer, nullable=False),
    Column("settled_at", Moment),
    Column("outcome", Text),
    Index("ix_challenge_profile_id", "profile_id", "asked_at"),
    Index("ix_challenge_address", "address", "channel", "asked_at"),
)
"""Proof that was asked of people: `purpose` to `message_id` are of the consent that waits for it, null for a code."""

privacy_request = Table(
    "privacy_request",
    metadata,
    Column("id", Text, primary_key=True),
    _profile_id(),
    Column("kind", Text, nullable=False),
    Column("how", Words, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("done_at", Moment),
    Column("outcome", Words, nullable=False),
    Index("ix_privacy_request_profile_id", "profile_id", "received_at"),
    _partial("ix_privacy_request_open", "due_at", where="done_at IS NULL"),
)
"""What people asked for, and by when it has to be done."""

suppression = Table(
    "suppression",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("reason", Words, nullable=False),
    Column("at", Moment, nullable=False),
)

erased_address = Table(
    "erased_address",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("reason", Words, nullable=False),
    Column("at", Moment, nullable=False),
)
"""Suppressions of addresses that were erased: only a salted digest is left of each."""

erasure = Table(
    "erasure",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("who", Words, nullable=False),
    Column("rows", Text, nullable=False),
    Column("salt", Text, nullable=False),
)
"""Receipts: how many rows of which table were erased. The salt is the same in all."""

decision = Table(
    "decision",
    metadata,
    _position(),
    Column("profile_id", Text),
    Column("at", Moment, nullable=False),
    Column("entry_key", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("why", Words, nullable=False),
    Index("ix_decision_profile_id", "profile_id", "position"),
)

# ---------------------------------------------------------------- conversations

conversation = Table(
    "conversation",
    metadata,
    Column("id", Text, primary_key=True),
    _shard(),
    _profile_id(),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("tracker", Text, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("last_message_at", Moment),
    Column("disclosed_at", Moment),
    Column("asking_enrolment", Text),
    Column("version", Integer, nullable=False),
    UniqueConstraint("channel", "address"),
    Index("ix_conversation_profile_id", "profile_id"),
)

event = Table(
    "event",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversation.id"), primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    _shard(),
    Column("at", Moment, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    _partial("ix_event_speech", "conversation_id", "sequence", where="kind IN ('user', 'bot')"),
    _partial("ix_event_heard", "at", where="kind IN ('user', 'rewind')"),
)

inbox = Table(
    "inbox",
    metadata,
    _position(),
    Column("conversation_id", Text, ForeignKey("conversation.id"), nullable=False),
    _shard(),
    Column("channel", Text, nullable=False),
    Column("vendor_id", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("done_at", Moment),
    Column("status", Text, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("error", Words, nullable=False),
    UniqueConstraint("channel", "vendor_id"),
    _partial("ix_inbox_waiting", "conversation_id", "position", where="status = 'waiting'"),
    _partial("ix_inbox_due", "due_at", where="status = 'waiting'"),
    sqlite_autoincrement=True,
)

handoff = Table(
    "handoff",
    metadata,
    Column("id", Text, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversation.id"), nullable=False),
    _profile_id(),
    Column("desk", Text, nullable=False),
    Column("desk_address", Text, nullable=False),
    Column("reason", Words, nullable=False),
    Column("summary", Words, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("card_key", Text, nullable=False, unique=True),
    Column("state", Text, nullable=False),
    Column("rep", Words, nullable=False),
    Column("version", Integer, nullable=False),
    Column("offered_to", Words, nullable=False, server_default=""),
    Column("offered_why", Words, nullable=False, server_default=""),
    Column("claimed_at", Moment),
    _partial("ux_handoff_open", "conversation_id", where="state <> 'closed'", unique=True),
    _partial("ix_handoff_open_for", "profile_id", where="state <> 'closed'"),
    _partial("ix_handoff_open_at", "desk", "desk_address", where="state <> 'closed'"),
    Index("ix_handoff_asked", "desk", "desk_address", "created_at"),
)

desk_turn = Table(
    "desk_turn",
    metadata,
    Column("desk", Text, primary_key=True),
    Column("rep", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
)
"""Whose turn was when: the number of a rep's last turn at a desk, and (for the rep "") how many there have been."""

desk_page = Table(
    "desk_page",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("address", Text, primary_key=True),
    Column("rep", Words, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Index("ix_desk_page_rep", "channel", "rep"),
)
"""The pages on which reps see their own leads, at the desk."""

meeting = Table(
    "meeting",
    metadata,
    Column("id", Text, primary_key=True),
    Column("rep", Words, nullable=False),
    Column("handoff_id", Text, nullable=False),
    _profile_id(),
    Column("conversation_id", Text, ForeignKey("conversation.id"), nullable=False),
    Column("starts_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("booked_at", Moment, nullable=False),
    Column("state", Text, nullable=False),
    Index("ix_meeting_profile", "profile_id"),
    _partial("ix_meeting_rep", "rep", "starts_at", where="state = 'booked'"),
)

meeting_quarter = Table(
    "meeting_quarter",
    metadata,
    Column("rep", Text, primary_key=True),
    Column("at", Moment, primary_key=True),
    Column("meeting_id", Text, nullable=False),
    Index("ix_meeting_quarter_meeting", "meeting_id"),
)
"""Each quarter of an hour of a rep's time that is booked; the key is what makes double booking impossible."""

# ---------------------------------------------------------------- where channels are installed

installation = Table(
    "installation",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("workspace", Text, primary_key=True),
    Column("name", Words, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("installed_at", Moment, nullable=False),
    Column("ended", Words, nullable=False),
    Column("renewing_until", Moment),
    Column("version", Integer, nullable=False),
)

used_token = Table(
    "used_token",
    metadata,
    Column("token", Text, primary_key=True),
    Column("until", Moment, nullable=False),
    Index("ix_used_token_until", "until"),
)
"""What may be used once, until it would not be taken any more anyway."""

# ---------------------------------------------------------------- who may come in, and what they did

account = Table(
    "account",
    metadata,
    Column("id", Text, primary_key=True),
    Column("email", Words, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("password", Text, nullable=False),
    Column("subject", Words, unique=True),
    Column("disabled_at", Moment),
)

login_session = Table(
    "login_session",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("account", Text, ForeignKey("account.id"), nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Index("ix_login_session_account", "account"),
)

api_key = Table(
    "api_key",
    metadata,
    Column("prefix", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("name", Words, nullable=False),
    Column("role", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("revoked_at", Moment),
)

login_try = Table(
    "login_try",
    metadata,
    Column("key", Text, primary_key=True),
    Column("times", Integer, nullable=False),
    Column("last_at", Moment, nullable=False),
    Index("ix_login_try_last_at", "last_at"),
)
"""Tries in a row that failed, by a digest of whom and from where: it says neither."""

audit_entry = Table(
    "audit_entry",
    metadata,
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("who", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("about", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("digest", Text, nullable=False),
)
"""Rows are added and never changed; `bot/domain/audit.py` says how they are chained."""

# ---------------------------------------------------------------- what leaves

outbox = Table(
    "outbox",
    metadata,
    _position(),
    Column("id", Text, nullable=False),
    Column("key", Text, nullable=False, unique=True),
    Column("profile_id", Text),
    _shard(),
    Column("conversation_id", Text),
    Column("enrolment_id", Text),
    Column("channel", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("dispatch", Text, nullable=False),
    Column("window", Text),
    Column("created_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("status", Text, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("first_tried_at", Moment),
    Column("claimed_at", Moment),
    Column("sent_at", Moment),
    Column("vendor_id", Text),
    Column("reason", Words, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("cap", Text, nullable=False),
    Column("lane", Text, nullable=False),
    _partial("ix_outbox_due", "lane", "due_at", "position", where="status = 'waiting'"),
    _partial("ix_outbox_sending", "claimed_at", where="status = 'sending'"),
    _partial("ix_outbox_lane", "conversation_id", "channel", "position", where="status IN ('waiting', 'sending')"),
    _partial("ix_outbox_queued_for", "profile_id", where="status = 'waiting'"),
    _partial("ix_outbox_sent_to", "profile_id", "channel", "sent_at", where="status = 'sent'"),
    _partial("ix_outbox_dead", "position", where="status = 'dead'"),
    _partial("ix_outbox_vendor_id", "channel", "vendor_id", where="vendor_id IS NOT NULL"),
    sqlite_autoincrement=True,
    postgresql_with={"fillfactor": 85},
)

delivery = Table(
    "delivery",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("vendor_id", Text, primary_key=True),
    Column("outbox_key", Text),
    Column("state", Text, nullable=False),
    Column("error", Words, nullable=False),
    Column("at", Moment, nullable=False),
    _partial("ix_delivery_outbox_key", "outbox_key", where="outbox_key IS NOT NULL"),
)

# ---------------------------------------------------------------- journeys

journey = Table(
    "journey",
    metadata,
    Column("id", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("body", Text, nullable=False),
    Column("drained", Boolean, nullable=False, server_default=false()),
)

journey_state = Table(
    "journey_state",
    metadata,
    Column("journey", Text, primary_key=True),
    Column("running", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("version", Text),
)
"""How each journey stands that was published, paused or stopped once."""

journey_change = Table(
    "journey_change",
    metadata,
    _position(),
    Column("journey", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("who", Words, nullable=False),
    Column("what", Text, nullable=False),
    Column("version", Text),
    Column("people", Integer, nullable=False),
    Index("ix_journey_change_journey", "journey", "position"),
)

passage = Table(
    "passage",
    metadata,
    Column("journey", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("target", Text, primary_key=True),
    Column("moved", Boolean, primary_key=True),
    Column("times", BigInteger, nullable=False),
    postgresql_with={"fillfactor": 50},
)
"""How many times people went from one step to another. Nothing in it says who."""

enrolment = Table(
    "enrolment",
    metadata,
    Column("id", Text, primary_key=True),
    _shard(),
    _profile_id(),
    Column("journey", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("entered_at", Moment, nullable=False),
    Column("step", Text, nullable=False),
    Column("visit", Integer, nullable=False),
    Column("due_at", Moment),
    Column("waiting_for", Text, nullable=False),
    Column("arrived_at", Moment),
    Column("reminded", SmallInteger, nullable=False),
    Column("status", Text, nullable=False),
    Column("reason", Words, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("data", Text, nullable=False),
    Column("entry", Text),
    Column("lane", Text, nullable=False),
    Column("goal_at", Moment),
    Column("paused_at", Moment),
    ForeignKeyConstraint(["journey", "version"], ["journey.id", "journey.version"]),
    _partial("ux_enrolment_waiting", "profile_id", "journey", "lane", where="status = 'waiting'", unique=True),
    _partial("ux_enrolment_entry", "journey", "entry", where="entry IS NOT NULL", unique=True),
    _partial("ix_enrolment_due", "due_at", "shard", where="status = 'waiting' AND paused_at IS NULL"),
    Index("ix_enrolment_entered", "profile_id", "journey", "entered_at"),
    postgresql_with={"fillfactor": 85},
)

schedule = Table(
    "schedule",
    metadata,
    Column("id", Text, primary_key=True),
    Column("journey", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("due_at", Moment),
    Column("reached", Text, nullable=False),
    _partial("ix_schedule_due", "due_at", where="due_at IS NOT NULL"),
)

# ---------------------------------------------------------------- files

sent_file = Table(
    "sent_file",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    _profile_id(),
    Column("conversation_id", Text, ForeignKey("conversation.id"), nullable=False),
    Column("place", Text, nullable=False),
    Column("name", Words, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("at", Moment, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Words, nullable=False),
    Index("ix_sent_file_profile", "profile_id", "at"),
    Index("ix_sent_file_conversation", "conversation_id", "at"),
)

# ---------------------------------------------------------------- feeds

feed = Table(
    "feed",
    metadata,
    _position(),
    Column("feed", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("at", Moment, nullable=False),
    UniqueConstraint("feed", "key"),
    Index("ix_feed_feed", "feed", "position"),
    sqlite_autoincrement=True,
)

# ---------------------------------------------------------------- authors

review = Table(
    "review",
    metadata,
    Column("key", Text, primary_key=True),
    Column("verdict", Text, nullable=False),
    Column("intent", Text, nullable=False),
    Column("at", Moment, nullable=False),
)
