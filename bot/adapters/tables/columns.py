"""Types and columns that tables share, and the numbers by which rows are spread."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Text,
    TypeDecorator,
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


def _stored(value: datetime | None) -> int | None:
    return None if value is None else microseconds(value)


def _moment(value: int | None) -> datetime | None:
    return None if value is None else _EPOCH + value * _MICROSECOND


class Moment(TypeDecorator[datetime]):
    """An aware datetime, stored as whole microseconds since 1970, which sort alike on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        return _stored(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        return _moment(value)

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], int | None]:
        """Without the layers that SQLAlchemy puts around `process_bind_param`: it is called for every row."""
        return _stored

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None]:
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


def position() -> Column[int]:
    """Grows with each new row, and is never used twice."""
    return Column("position", BigInteger().with_variant(Integer, "sqlite"), Identity(), primary_key=True)


def shard() -> Column[int]:
    return Column("shard", SmallInteger, nullable=False)


def profile_id(*, nullable: bool = False) -> Column[str]:
    return Column("profile_id", Text, ForeignKey("profile.id"), nullable=nullable)


def partial(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))
