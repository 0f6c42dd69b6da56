"""`overture people show`: one person, as far as Overture knows them."""

from __future__ import annotations

import argparse
import json
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from bot.adapters.content.library import Contents
from bot.domain.audience import Segment
from bot.domain.consent import ConsentRecord, LegalBasis
from bot.domain.delivery import Decision, Outcome
from bot.domain.ids import ProfileId
from bot.domain.journey import Enrolment, EnrolmentStatus
from bot.domain.merging import Claim
from bot.domain.opt_out_question import Asking
from bot.domain.person import Profile
from bot.domain.provenance import LOCALE, TIME_ZONE, Origin, Provenance, Statement, of_tag
from bot.domain.score import Grades, ScoreChange, total_score
from bot.domain.timeline import PersonEvent
from bot.entrypoints.command_line.commands.people.merge import merge_told
from bot.entrypoints.command_line.commands.people.naming import named
from bot.entrypoints.command_line.commands.people.working import note, whoever
from bot.entrypoints.command_line.commands.segments.reading import contents_of, now_of, read
from bot.entrypoints.console.known_person import condition_of, told_of_person
from bot.ports import Playbook, UnitOfWork
from bot.services.tell_provenance import in_words
from bot.settings import Settings

SHOWN = 30
"""Lines of the timeline, and of what was decided of messages."""

OUTCOMES: Final[Mapping[Outcome, str]] = {
    "send": "sent",
    "later": "later",
    "withhold": "withheld",
    "dead": "given up",
    "reply": "reply",
}

LONGEST = 200
"""Characters of a value."""


def run(settings: Settings, options: argparse.Namespace) -> int:
    contents = contents_of(settings)

    async def reading(uow: UnitOfWork) -> list[str]:
        who, now = await named(uow, options.person), now_of(settings)
        await note(uow, "looked_at", who, whoever(), now)
        if options.json:
            told = await told_of_person(uow, contents, who, now)
            return [json.dumps(told, ensure_ascii=False, indent=2)]
        return [line async for line in told_of(uow, who, contents, now)]

    print("\n".join(read(settings, reading)))
    return 0


async def told_of(uow: UnitOfWork, who: ProfileId, contents: Contents | Playbook, now: datetime) -> AsyncIterator[str]:
    profile = await uow.profiles.get(who)
    sections: dict[str, Iterable[str]] = {
        "known as": _identities(await uow.merges.claims(who)),
        "attributes": _attributes(profile),
        "tags": _tags(profile),
        "segments": _segments(await uow.segments.of(who), contents.segments),
        "consent": _consents(await uow.consents.of(who)),
        "score": _scores(await uow.scores.of(who), contents.grades, now),
        "journeys": _journeys(await uow.enrolments.of(who)),
        "decided of messages": _decisions(await uow.consents.decisions(who)),
    }
    merges = [line for one in await uow.merges.all_of(who) for line in merge_told(one)]
    if merges:
        sections["merges"] = merges
    events = await uow.timeline.of(who, limit=SHOWN + 1)
    yield f"{who}, known since {shown_moment(profile.created_at)}"
    if profile.objected_at is not None:
        yield f"objects to marketing since {shown_moment(profile.objected_at)}"
    if profile.restricted_at is not None:
        yield f"restricted since {shown_moment(profile.restricted_at)}"
    if profile.marketing_pause is not None:
        yield f"wants marketing at most once in {profile.marketing_pause.days} days"
    if profile.paused_until is not None and profile.paused_until > now:
        yield f"wants no marketing before {shown_moment(profile.paused_until)}"
    for one in await uow.opt_out_questions.unsettled(who):
        if one.asking is Asking.DOUBT:
            until = f"counts as an opt-out from {shown_moment(one.ends_at)}"
            yield f"may have opted out on {one.channel} on {shown_moment(one.asked_at)}: marketing is held, {until}"
    for title, lines in {**sections, "timeline": _timeline(events)}.items():
        yield f"{title}:"
        for line in list(lines) or ["none"]:
            yield f"  {line}"


def _identities(claims: Iterable[Claim]) -> Iterator[str]:
    for claim in claims:
        one = claim.identity
        yield f"{one.kind} {one.value} ({'proved' if one.verified else 'claimed'})"
        yield f"  {shown_value(in_words(claim.origin))}; noted {shown_moment(claim.at)}"


def _attributes(profile: Profile) -> Iterator[str]:
    """Each with who told it, what it replaced, and who says otherwise."""
    known = profile.provenance
    for name, value, key in (("time_zone", profile.time_zone, TIME_ZONE), ("locale", profile.locale, LOCALE)):
        if value:
            yield f"{name}: {value}"
            yield from _told(known.get(key))
    for name, value in profile.attributes.items():
        yield f"{name}: {shown_value(value)}"
        yield from _told(known.get(name))


def _tags(profile: Profile) -> Iterator[str]:
    for tag in sorted(profile.tags):
        yield tag
        yield from _told(profile.provenance.get(of_tag(tag)))


def _told(told: Provenance | None) -> Iterator[str]:
    yield f"  {_origin(told.origin if told is not None else None)}"
    if told is not None and told.replaced is not None:
        yield f"  before that{_value(told.replaced)}: {_origin(told.replaced.origin)}"
    if told is not None and told.differing is not None:
        yield f"  differs{_value(told.differing)}: {_origin(told.differing.origin)}"


def _origin(origin: Origin | None) -> str:
    return shown_value(in_words(origin)) + (f", {shown_moment(origin.at)}" if origin is not None else "")


def _value(statement: Statement) -> str:
    return f" {shown_value(statement.value)}" if statement.kept else ""


def _segments(since: Mapping[str, datetime], segments: Mapping[str, Segment]) -> Iterator[str]:
    """Each with the condition that lets them in; who told what it looks at stands with the attributes."""
    for name, at in since.items():
        yield f"{name}, since {shown_moment(at)}"
        if condition := condition_of(segments.get(name)):
            yield f"  while {shown_value(condition)}"


def _decisions(records: Sequence[Decision]) -> Iterator[str]:
    """The latest of why messages were sent, put off or withheld."""
    for one in reversed(records[-SHOWN:]):
        yield f"{shown_moment(one.at)}  {OUTCOMES[one.outcome]} by {one.channel}: {shown_value(one.why)}"
    if len(records) > SHOWN:
        yield "... and what was decided before"


def _consents(records: Iterable[ConsentRecord]) -> Iterator[str]:
    """Each line of the ledger, with the words that were shown."""
    for one in records:
        answer = "yes" if one.granted else "no"
        words = f' to "{one.text}"' if one.text else ""
        message = f", message {one.message_id}" if one.message_id else ""
        sent_from = f", sent from {one.ip}" if one.ip else ""
        sent_from += f", at {one.address}" if one.address else ""
        basis = f" ({one.basis.replace('_', ' ')})" if one.granted and one.basis is not LegalBasis.CONSENT else ""
        ends = f", until {shown_moment(one.expires_at)}" if one.expires_at is not None else ""
        told = f"{answer}{basis}{ends}{words}; {one.how}{message}{sent_from}"
        yield f"{shown_moment(one.at)}  {one.purpose} by {one.channel}: {told}"


def _scores(changes: Sequence[ScoreChange], grades: Grades, now: datetime) -> Iterator[str]:
    score = total_score(changes, now)
    yield f"{grades.of(score)}: fit {score.fit}, engagement {score.engagement}"
    for one in changes:
        worth = one.worth(now)
        faded = "" if worth == one.points else f" ({worth:+d} by now)"
        yield f"{shown_moment(one.at)}  {one.points:+d} {one.dimension}: {one.reason}{faded}"


def _journeys(enrolments: Iterable[Enrolment]) -> Iterator[str]:
    for one in enrolments:
        state = f"{one.status}: {one.reason}" if one.reason else str(one.status)
        if one.status is EnrolmentStatus.WAITING:
            state = f'waits at "{one.step}"' + (f" until {shown_moment(one.due_at)}" if one.due_at is not None else "")
        yield f"{shown_moment(one.entered_at)}  {one.journey}: {state}"


def _timeline(events: Sequence[PersonEvent]) -> Iterator[str]:
    """The newest first."""
    for one in events[:SHOWN]:
        data = f"  {shown_value(dict(one.data))}" if one.data else ""
        told = "" if one.source == "service" else f" ({one.source})"
        yield f"{shown_moment(one.at)}  {one.event}{told}{data}"
    if len(events) > SHOWN:
        yield "... and what happened before"


def shown_value(value: Any) -> str:
    """One line, whatever it holds."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    # What people typed must not move the cursor of whoever reads it.
    plain = "".join(one if one.isprintable() else "\ufffd" for one in text.replace("\n", " / "))
    return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]}..."


def shown_moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
