"""What is known of a person as JSON: for the page People, as a role sees it, and for `overture people show --json`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from bot.adapters.content.library import Contents
from bot.domain.access import MASKED, RIGHTS, SEES, Right, Role, Sensitivity
from bot.domain.audience import ProfileSchema, Segment
from bot.domain.consent import ConsentRecord
from bot.domain.ids import ProfileId
from bot.domain.journey import Enrolment, EnrolmentStatus
from bot.domain.opt_out_question import Asking
from bot.domain.person import Identity, Profile
from bot.domain.score import total_score
from bot.domain.timeline import PersonEvent
from bot.journeys.picture import picture_of
from bot.journeys.selection import looks_at
from bot.ports import Playbook, UnitOfWork
from bot.services.note_request import told_of as request_told
from bot.services.read_version import read_version
from bot.services.tell_provenance import identities_of, provenance_of

SHOWN = 30
"""Decisions and lines of the timeline."""


async def named(
    uow: UnitOfWork, content: Contents | Playbook, person: ProfileId, *, role: Role = Role.ADMIN
) -> Mapping[str, Any]:
    """By what they are known; without a name for a role that may not see it."""
    profile = await uow.profiles.get(person)
    name = (content.profile or ProfileSchema()).shown_to(role, profile.attributes).get("name")
    told = name if isinstance(name, str) and name != MASKED else ""
    identities = [_identity(one, role) for one in await uow.profiles.identities(person)]
    since = profile.created_at.isoformat()
    return {"person": person, "name": told, "identities": identities, "known_since": since}


async def told_of_person(
    uow: UnitOfWork, content: Contents | Playbook, person: ProfileId, now: datetime, *, role: Role = Role.ADMIN
) -> Mapping[str, Any]:
    """All of it that the role sees, with who told it, by the content that is in force.

    Addresses, what was said and what came with an event are personal, unless it is called as an attribute that tells
    more; what they asked for is for those who do it.
    """
    schema, profile = content.profile or ProfileSchema(), await uow.profiles.get(person)
    shown, personal = partial(schema.shown_to, role), sees_personal(role)
    hidden = schema.hidden_from(role) | {name for name, value in shown(profile.attributes).items() if value == MASKED}
    requests = await uow.privacy_requests.of(person) if Right.HONOUR_WISHES in RIGHTS[role] else ()
    changes = await uow.scores.of(person)
    score = total_score(changes, now)
    held = [one for one in await uow.opt_out_questions.unsettled(person) if one.asking is Asking.DOUBT]
    return {
        **await named(uow, content, person, role=role),
        "identities": [_shown(one, role) for one in identities_of(await uow.merges.claims(person))],
        "time_zone": profile.time_zone,
        "locale": profile.locale,
        "provenance": provenance_of(profile, shown),
        "objects_since": _moment(profile.objected_at),
        "restricted_since": _moment(profile.restricted_at),
        "marketing_pause_days": profile.marketing_pause.days if profile.marketing_pause is not None else None,
        "paused_until": _moment(profile.paused_until),
        "held_until": _moment(held[0].ends_at if held else None),
        "attributes": _attributes(schema, shown(profile.attributes)),
        "tags": sorted(profile.tags),
        "segments": [
            {"segment": name, "since": since.isoformat(), "while": _condition(content.segments.get(name), hidden)}
            for name, since in (await uow.segments.of(person)).items()
        ],
        "journeys": [await _run(uow, one, profile) for one in list(reversed(await uow.enrolments.of(person)))[:SHOWN]],
        "grade": f"{content.grades.of(score)}: fit {score.fit}, engagement {score.engagement}",
        "score": [
            {"at": one.at.isoformat(), "dimension": one.dimension, "why": one.told(now)} for one in reversed(changes)
        ],
        "consent": [_consent(one, personal=personal) for one in reversed(await uow.consents.of(person))],
        "requests": [{**request_told(one), "overdue": one.is_overdue(now)} for one in requests],
        "decisions": [
            {"at": one.at.isoformat(), "channel": one.channel, "outcome": one.outcome, "why": one.why}
            for one in list(reversed(await uow.consents.decisions(person)))[:SHOWN]
        ],
        "timeline": [
            _line(one, shown(one.data) if personal else {}) for one in await uow.timeline.of(person, limit=SHOWN)
        ],
    }


def _attributes(schema: ProfileSchema, shown: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """By their names; those that nobody has declared are personal."""
    told: list[Mapping[str, Any]] = []
    for name, value in sorted(shown.items()):
        one = schema.attributes.get(name)
        if value is not None:
            told.append(
                {
                    "name": name,
                    "label": (one.label if one is not None else "") or name,
                    "value": value,
                    "shown": one.in_words(value) if one is not None else value,
                    "one_of": [(each, one.in_words(each)) for each in one.one_of] if one is not None else [],
                    "sensitivity": (one.sensitivity if one is not None else Sensitivity.PERSONAL).value,
                }
            )
    return told


def _consent(record: ConsentRecord, *, personal: bool) -> Mapping[str, Any]:
    return {
        "at": record.at.isoformat(),
        "channel": record.channel,
        "granted": record.granted,
        "how": record.how,
        "words": record.text if personal else "",
        "until": _moment(record.expires_at),
        "ip": record.ip if personal else "",
        "address": record.address if personal else "",
    }


def _line(event: PersonEvent, data: Mapping[str, Any]) -> Mapping[str, Any]:
    return {
        "at": event.at.isoformat(),
        "event": event.event,
        "source": event.source,
        "data": data,
    }


async def _run(uow: UnitOfWork, one: Enrolment, profile: Profile) -> Mapping[str, Any]:
    """Where they stand in a journey, their step called as the journey's picture calls it.

    Nobody goes on at a known time whose journey is paused, or who is restricted.
    """
    waits = one.status is EnrolmentStatus.WAITING and one.paused_at is None and profile.restricted_at is None
    journey = await read_version(uow, one.journey, one.version, otherwise="their step is called by its id")
    boxes = picture_of(journey).boxes if journey is not None else ()
    return {
        "journey": one.journey,
        "step": one.step,
        "title": next((box.title for box in boxes if box.id == one.step), one.step),
        "status": one.status.value,
        "reason": one.reason,
        "entered_at": one.entered_at.isoformat(),
        "due_at": _moment(one.due_at if waits else None),
    }


def sees_personal(role: Role) -> bool:
    return Sensitivity.PERSONAL in SEES[role]


def _condition(segment: Segment | None, hidden: Collection[str]) -> str:
    """Masked where it looks at an attribute that is hidden: for whoever is in the segment, it tells the value."""
    tells = segment is not None and not looks_at(segment.condition).isdisjoint(f"profile.{one}" for one in hidden)
    return MASKED if tells else condition_of(segment)


def condition_of(segment: Segment | None) -> str:
    """What is true of whoever is in the segment, on one line; nothing of one that is no more."""
    return " ".join(segment.condition.split()) if segment is not None else ""


def _identity(one: Identity, role: Role) -> Mapping[str, Any]:
    return _shown({"kind": one.kind, "value": one.value, "proved": one.verified}, role)


def _shown(identity: Mapping[str, Any], role: Role) -> Mapping[str, Any]:
    return identity if sees_personal(role) else {**identity, "value": MASKED}


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
