"""Which field keys the database was sealed with, held against those of the settings before anything is done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, exists, literal_column, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.adapters.database.repository import Session
from bot.adapters.database.sealing import Sealing
from bot.adapters.field_keys import INDEX, FieldKeys
from bot.adapters.tables import conversation, field_key, profile, suppression
from bot.adapters.tables.sealing import Place
from bot.domain.errors import CannotOpen, SettingsError

KEYS = select(field_key)
_keep = insert(field_key)
KEEP = _keep.on_conflict_do_update(
    index_elements=["id"], set_={"proof": _keep.excluded.proof, "since": _keep.excluded.since}
)
KEEP_NEW = _keep.on_conflict_do_nothing()
BEGIN = update(field_key).where(field_key.c.id == INDEX).values(since=None)
FORGET = delete(field_key).where(field_key.c.id.not_in(bindparam("needed", expanding=True)))
ANYBODY = select(
    or_(*(exists(select(literal_column("1")).select_from(one)) for one in (profile, conversation, suppression)))
)
PROOF = Place(field_key.c.proof, (field_key.c.id,))
NOT_SET = "OVERTURE_FIELD_KEYS (or OVERTURE_FIELD_KEYS_FILE)"
SEAL_ALL = "overture field-keys rotate --service-stopped"


async def require_keys(session: Session) -> None:
    """Raises SettingsError where the settings' keys are not those that the database is sealed with."""
    known = {row.id: row for row in await session.execute(KEYS)}
    require_known(session.sealing, {name: row.proof for name, row in known.items()})
    if session.sealing.keys is None:
        return
    if INDEX not in known and await _anybody(session):
        raise SettingsError(
            f"{NOT_SET} is set, and there are people in the database who are not sealed. Stop every process, then: "
            f"{SEAL_ALL}. Or take the setting away."
        )
    if INDEX in known and known[INDEX].since is None:
        raise SettingsError(
            f"addresses in the database are sealed in part: that was begun and has not ended. Go on: {SEAL_ALL}"
        )


def require_known(sealing: Sealing, proofs: Mapping[str, str]) -> None:
    """Raises SettingsError where our keys are not those of which a database has these proofs, by their ids."""
    if sealing.keys is None:
        if proofs:
            named = ", ".join(sorted(proofs))
            raise SettingsError(
                f"the database is sealed with field keys ({named}), and {NOT_SET} is not set. Set it as it was; "
                "without these keys nobody can read what is sealed."
            )
        return
    for name, proof in proofs.items():
        _require_key(sealing, sealing.keys, name, proof)


async def note_keys(session: Session, now: datetime) -> None:
    """Note the keys that are used from now on, where they are not known yet."""
    keys = session.sealing.keys
    if keys is not None:
        await session.execute(KEEP_NEW, [_row(session, name, now) for name in (INDEX, keys.first)])


async def begin_indexing(session: Session, now: datetime) -> None:
    """From here on until `end_indexing` no service starts: some addresses stand for themselves, and some do not."""
    keys = session.sealing.keys
    if keys is not None:
        await session.execute(KEEP_NEW, [_row(session, name, now) for name in (INDEX, keys.first)])
    await session.execute(BEGIN)


async def end_indexing(session: Session, now: datetime) -> None:
    keys = session.sealing.keys
    if keys is not None:
        await session.execute(KEEP, _row(session, INDEX, now))


async def forget_keys(session: Session, needed: list[str]) -> None:
    """Nothing is sealed with the others any more."""
    await session.execute(FORGET, {"needed": needed})


async def index_is_new(session: Session) -> bool:
    """Whether addresses are yet to be indexed with the index key of the settings."""
    known = {row.id: row for row in await session.execute(KEYS)}
    row = known.get(INDEX)
    return row is None or row.since is None or row.proof != session.sealing.index(INDEX)


async def was_indexed(session: Session) -> bool:
    """Whether addresses are indexed, in part at least, perhaps with another index key."""
    return any(row.id == INDEX for row in await session.execute(KEYS))


async def _anybody(session: Session) -> bool:
    return bool((await session.execute(ANYBODY)).scalar())


def _require_key(sealing: Sealing, keys: FieldKeys, name: str, proof: str) -> None:
    if name == INDEX:
        if proof != sealing.index(INDEX):
            raise SettingsError(
                f'the key "{INDEX}" in {NOT_SET} is not the one that addresses are indexed with. Put that one back. '
                f"To change it on purpose, stop every process, then: {SEAL_ALL}"
            )
        return
    if name not in keys.by_id:
        raise SettingsError(
            f'the database has fields that are sealed with the key "{name}", which {NOT_SET} does not name. '
            "Put it back, behind the others, until overture field-keys rotate has sealed them with the first."
        )
    try:
        sealing.open(PROOF, proof, name)
    except CannotOpen as error:
        raise SettingsError(
            f'the key "{name}" in {NOT_SET} is another than the one that fields were sealed with under this id. '
            "Put that one back, and give a new key an id of its own."
        ) from error


def _row(session: Session, name: str, now: datetime) -> Mapping[str, Any]:
    proof = session.sealing.index(INDEX) if name == INDEX else session.sealing.proof(PROOF, name)
    return {"id": name, "proof": proof, "since": now}
