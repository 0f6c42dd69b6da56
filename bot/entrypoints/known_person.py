"""All that is known of a person as JSON: for the page People, and for `overture people show --json`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.adapters.library import Contents
from bot.domain.audience import ProfileSchema, Segment
from bot.domain.ids import ProfileId
from bot.domain.opt_out_question import Asking
from bot.domain.person import Identity
from bot.domain.score import total_score
from bot.ports import Playbook, UnitOfWork
from bot.services.note_request import told_of as request_told
from bot.services.tell_provenance import identities_of, provenance_of

SHOWN = 30
"""Decisions and lines of the timeline."""


async def named(uow: UnitOfWork, person: ProfileId) -> Mapping[str, Any]:
    """By what they are known."""
    profile = await uow.profiles.get(person)
    name = profile.attributes.get("name")
    identities = [_identity(one) for one in await uow.profiles.identities(person)]
    return {"person": person, "name": name if isinstance(name, str) else "", "identities": identities}


async def told_of_person(
    uow: UnitOfWork, content: Contents | Playbook, person: ProfileId, now: datetime
) -> Mapping[str, Any]:
    """All of it, with who told it, by the content that is in force."""
    schema, profile = content.profile or ProfileSchema(), await uow.profiles.get(person)
    changes = await uow.scores.of(person)
    score = total_score(changes, now)
    held = [one for one in await uow.opt_out_questions.unsettled(person) if one.asking is Asking.DOUBT]
    events = await uow.timeline.of(person, limit=SHOWN)
    return {
        **await named(uow, person),
        "identities": identities_of(await uow.merges.claims(person)),
        "time_zone": profile.time_zone,
        "locale": profile.locale,
        "provenance": provenance_of(profile),
        "known_since": profile.created_at.isoformat(),
        "objects_since": _moment(profile.objected_at),
        "restricted_since": _moment(profile.restricted_at),
        "marketing_pause_days": profile.marketing_pause.days if profile.marketing_pause is not None else None,
        "held_until": _moment(held[0].ends_at if held else None),
        "attributes": [
            {
                "name": name,
                "label": schema.attributes[name].label or name if name in schema.attributes else name,
                "value": value,
                "sensitivity": schema.attributes[name].sensitivity.value if name in schema.attributes else "personal",
            }
            for name, value in sorted(profile.attributes.items())
            if value is not None
        ],
        "tags": sorted(profile.tags),
        "segments": [
            {"segment": name, "since": since.isoformat(), "while": condition_of(content.segments.get(name))}
            for name, since in (await uow.segments.of(person)).items()
        ],
        "grade": f"{content.grades.of(score)}: fit {score.fit}, engagement {score.engagement}",
        "score": [
            {"at": one.at.isoformat(), "dimension": one.dimension, "why": one.told(now)} for one in reversed(changes)
        ],
        "consent": [
            {
                "at": one.at.isoformat(),
                "channel": one.channel,
                "granted": one.granted,
                "how": one.how,
                "words": one.text,
                "until": _moment(one.expires_at),
                "ip": one.ip,
            }
            for one in reversed(await uow.consents.of(person))
        ],
        "requests": [request_told(one) for one in await uow.privacy_requests.of(person)],
        "decisions": [
            {"at": one.at.isoformat(), "channel": one.channel, "outcome": one.outcome, "why": one.why}
            for one in list(reversed(await uow.consents.decisions(person)))[:SHOWN]
        ],
        "timeline": [
            {"at": one.at.isoformat(), "event": one.event, "source": one.source, "data": dict(one.data)}
            for one in events
        ],
    }


def condition_of(segment: Segment | None) -> str:
    """What is true of whoever is in the segment, on one line; nothing of one that is no more."""
    return " ".join(segment.condition.split()) if segment is not None else ""


def _identity(one: Identity) -> Mapping[str, Any]:
    return {"kind": one.kind, "value": one.value, "proved": one.verified}


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
