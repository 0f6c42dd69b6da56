"""Give data: all that is kept of a person, and the proof of what they consented to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.domain.challenge import Challenge
from bot.domain.conversation import UserUttered
from bot.domain.ids import ProfileId
from bot.domain.opt_out_question import OptOutQuestion
from bot.domain.person import Identity
from bot.domain.privacy import RequestKind
from bot.ports import UnitOfWork
from bot.services.note_request import settle_requests
from bot.services.tell_provenance import identities_of, provenance_of


async def all_data(uow: UnitOfWork, profile_id: ProfileId, now: datetime) -> Mapping[str, Any]:
    """Every row of every table, and who told what, to be read by people and programs (GDPR articles 15 and 20)."""
    tables = {name: rows for name, rows in (await uow.personal_data.of(profile_id)).items() if rows}
    told = {
        **provenance_of(await uow.profiles.get(profile_id)),
        "identities": identities_of(await uow.merges.claims(profile_id)),
    }
    return {"person": profile_id, "given_at": now.isoformat(), "provenance": told, "tables": tables}


async def give_data(uow: UnitOfWork, profile_id: ProfileId, *, who: str, now: datetime) -> Mapping[str, Any]:
    """All of it, for `who` gives it to the person: what they asked for is done by that."""
    told = await all_data(uow, profile_id, now)
    await settle_requests(uow, profile_id, {RequestKind.ACCESS, RequestKind.PORTABILITY}, f"exported by {who}", now)
    return told


async def consent_proof(uow: UnitOfWork, profile_id: ProfileId, now: datetime) -> Mapping[str, Any]:
    """Who was asked what, when, how and in which words, what they answered, which addresses are left alone,
    and what the gate decided of each message.

    The controller must be able to demonstrate consent (GDPR article 7(1)).
    """
    said = await _said(uow, profile_id)
    records = [
        {
            "at": one.at.isoformat(),
            "purpose": one.purpose.value,
            "channel": one.channel,
            "granted": one.granted,
            "how": one.how,
            "words_shown": one.text,
            "message_id": one.message_id,
            "words_answered": said.get(one.message_id or ""),
            "basis": one.basis.value,
            "confirmed_from": one.address,
            "ip": one.ip,
            "expires_at": one.expires_at.isoformat() if one.expires_at is not None else None,
        }
        for one in await uow.consents.of(profile_id)
    ]
    identities = await uow.profiles.identities(profile_id)
    return {
        "person": profile_id,
        "told_at": now.isoformat(),
        "identities": [_identity(one) for one in identities],
        "records": records,
        "confirmations": [_challenge(one) for one in await uow.challenges.of(profile_id)],
        "opt_out_questions": [_question(one) for one in await uow.opt_out_questions.of(profile_id)],
        "left_alone": await _left_alone(uow, profile_id),
        "decisions": [
            {
                "at": one.at.isoformat(),
                "key": one.entry_key,
                "purpose": one.purpose.value,
                "channel": one.channel,
                "outcome": one.outcome,
                "why": one.why,
            }
            for one in await uow.consents.decisions(profile_id)
        ],
    }


async def _said(uow: UnitOfWork, profile_id: ProfileId) -> Mapping[str, str]:
    """What they wrote, by the id of the message."""
    return {
        event.message_id: event.text
        for conversation in await uow.conversations.of(profile_id)
        for event in await uow.conversations.events(conversation.id)
        if isinstance(event, UserUttered)
    }


async def _left_alone(uow: UnitOfWork, profile_id: ProfileId) -> list[Mapping[str, Any]]:
    rows = await uow.personal_data.left_alone(profile_id)
    return [{name: row[name] for name in ("channel", "address", "reason", "at")} for row in rows]


def _challenge(one: Challenge) -> Mapping[str, Any]:
    """What was asked of which address, and how it ended."""
    return {
        "asked_at": one.asked_at.isoformat(),
        "channel": one.channel,
        "address": one.address,
        "for": "consent" if one.consent is not None else "a code",
        "ended_at": one.settled_at.isoformat() if one.settled_at is not None else None,
        "outcome": one.outcome.value if one.outcome is not None else None,
    }


def _question(one: OptOutQuestion) -> Mapping[str, Any]:
    """What was asked of an opt-out, and what came of it."""
    return {
        "asked_at": one.asked_at.isoformat(),
        "channel": one.channel,
        "asked": one.asking.value,
        "words_shown": one.text,
        "about_message": one.message_id,
        "ended_at": one.settled_at.isoformat() if one.settled_at is not None else None,
        "outcome": one.outcome.value if one.outcome is not None else None,
    }


def _identity(identity: Identity) -> Mapping[str, Any]:
    return {"kind": identity.kind, "value": identity.value, "proved": identity.verified}
