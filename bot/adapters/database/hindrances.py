"""What keeps a PostgreSQL that answers from keeping all of ours: it would else show with the first message."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, column, func, literal_column, not_, or_, select, table

from bot.adapters.database.repository import Session
from bot.adapters.tables import audit_entry, metadata

STATE = select(
    func.current_setting("transaction_read_only").label("only_read"),
    func.current_setting("server_encoding").label("encoding"),
    func.to_regclass("alembic_version").is_not(None).label("has_tables"),
    func.current_schema().label("schema"),
    literal_column("current_user").label("role"),
)
"""Only read may be a standby, and where default_transaction_read_only is on."""

ENCODING = "UTF8"
BYTES = "SQL_ASCII"
"""It is converted from nothing and to nothing: a letter is several, has no capital, and may not be escaped in JSON."""

MAKE_ONE = f"Make one with createdb --encoding={ENCODING} --template=template0"
MOVE_TO_ONE = (
    f"{MAKE_ONE}, stop every process, bring all over with pg_dump --encoding={ENCODING} and psql, and name the new one "
    "by OVERTURE_DATABASE."
)

RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE")
NEVER_CHANGED = audit_entry.name
"""Whoever runs the service may have taken the rights for it away: see docs/access.md."""

_its = table("pg_class", column("oid"), column("relname"))


def _lacks(right: str) -> ColumnElement[bool]:
    return not_(func.has_table_privilege(_its.c.oid, literal_column(f"'{right}'")))


CLOSED = (
    select(_its.c.relname)
    .where(
        _its.c.relname.in_([literal_column(f"'{name}'") for name in metadata.tables]),
        func.pg_table_is_visible(_its.c.oid),
        or_(
            *map(_lacks, RIGHTS[:2]),
            and_(_its.c.relname != literal_column(f"'{NEVER_CHANGED}'"), or_(*map(_lacks, RIGHTS[2:]))),
        ),
    )
    .order_by(_its.c.relname)
)
"""Those of our tables to which we lack a right."""


async def look_for_hindrance(session: Session) -> str | None:
    """What is to be said of the database, and done about it."""
    state = (await session.execute(STATE)).first()
    if state.only_read == "on":
        return (
            "may only be read: it is a standby, or its default_transaction_read_only is on. Name the primary by "
            "OVERTURE_DATABASE, or switch that off."
        )
    if state.encoding != ENCODING and not state.has_tables:
        return f"{_kept_as(state.encoding)}. {MAKE_ONE}, and name it by OVERTURE_DATABASE."
    if closed := (await session.execute(CLOSED)).all():
        return (
            f'is not open to the role "{state.role}", which lacks rights to tables such as "{closed[0].relname}". Name '
            f"the role that made them by OVERTURE_DATABASE, or let that one GRANT {', '.join(RIGHTS)} ON ALL TABLES IN "
            f'SCHEMA {state.schema} TO "{state.role}"; REVOKE {", ".join(RIGHTS[2:])} ON {NEVER_CHANGED} FROM '
            f'"{state.role}".'
        )
    return None


async def look_for_narrow_encoding(session: Session) -> str | None:
    """What is to be said of the encoding of a database that has our tables, which is no hindrance: it has served."""
    encoding = (await session.execute(STATE)).first().encoding
    return None if encoding == ENCODING else _kept_as(encoding)


def _kept_as(encoding: str) -> str:
    if encoding == BYTES:
        return f"keeps text as {BYTES}, as bytes: it takes letters beyond A to Z apart, and refuses some"
    return f"keeps text as {encoding}, which does not have every letter and emoji that people write"
