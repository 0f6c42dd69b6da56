"""Addresses of people who were erased: they are not written to again, though nobody can read them here."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import bindparam, delete, select, text

from bot.adapters.database.repository import Session, insert_once
from bot.adapters.tables import erased_address, erasure, suppression
from bot.adapters.tables.sealing import ADDRESS_OF_SUPPRESSION
from bot.domain.consent import Suppression
from bot.domain.phone_forms import forms_of

SALT = select(erasure.c.salt).order_by(erasure.c.id).limit(1)
KEEP = insert_once(erased_address)
FOUND = select(erased_address).where(erased_address.c.digest.in_(bindparam("of_digests", expanding=True)))
FORGET = delete(erased_address).where(
    erased_address.c.digest == bindparam("of_digest"), erased_address.c.channel == bindparam("on_channel")
)
SUPPRESS = insert_once(suppression)
ONE_OF_THE_FIRST = text("SELECT pg_advisory_xact_lock(7306082716)")
"""The number is Overture's own and means nothing."""


async def salt_of(session: Session) -> str:
    """The salt of the first erasure; a new one, where this is the first: of two at once, the second waits for it."""
    salt = await _salt(session)
    if salt is None and session.is_postgresql:
        await session.execute(ONE_OF_THE_FIRST)
        salt = await _salt(session)
    return salt or secrets.token_hex(32)


async def keep_erased(session: Session, suppressions: Sequence[Suppression], salt: str) -> None:
    for one in suppressions:
        row = {"digest": _digest(one.address, salt), "channel": one.channel, "reason": one.reason, "at": one.at}
        await session.execute(KEEP, row)


async def suppress_erased(session: Session, addresses: Collection[str]) -> None:
    """Suppress each of these again that somebody had who was erased."""
    again = [
        {
            "channel": row.channel,
            "address": session.sealing.index(address),
            "sealed_address": session.sealing.seal_beside(ADDRESS_OF_SUPPRESSION, address, row.channel),
            "reason": row.reason,
            "at": row.at,
        }
        for address, row in await erased_among(session, addresses)
    ]
    if again:
        await session.execute(SUPPRESS, again)


async def erased_among(session: Session, addresses: Collection[str]) -> Sequence[tuple[str, Any]]:
    """Each of these that somebody had who was erased, with a row for each channel on which they are left alone."""
    salt = await _salt(session) if addresses else None
    if salt is None:
        return []
    digests: dict[str, list[str]] = {}
    for address in sorted(addresses):
        for form in forms_of(address):
            digests.setdefault(_digest(form, salt), []).append(address)
    rows = (await session.execute(FOUND, {"of_digests": list(digests)})).all()
    return [(address, row) for row in rows for address in digests[row.digest]]


async def forget_erased(session: Session, channel: str, address: str) -> None:
    """They want to hear from us again."""
    salt = await _salt(session)
    if salt is None:
        return
    for form in forms_of(address):
        await session.execute(FORGET, {"of_digest": _digest(form, salt), "on_channel": channel})


async def _salt(session: Session) -> str | None:
    salt: str | None = (await session.execute(SALT)).scalar()
    return salt


def _digest(address: str, salt: str) -> str:
    return hashlib.blake2b(address.lower().encode("utf-8", "surrogatepass"), key=bytes.fromhex(salt)).hexdigest()
