"""What a custom action may know of the person that it talks with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.dialogue.personal import PREFERENCES
from bot.domain.consent import all_standing
from bot.domain.effects import ChangeScore, RecordConsent, SetAttribute
from bot.domain.handoff import HandoffState
from bot.domain.ids import ConversationId, MessageId
from bot.domain.person import Profile
from bot.domain.phone_forms import forms_of
from bot.domain.score import ScoreChange, total_score
from bot.journeys.scoring import reasons_of
from bot.ports import METADATA, SENDER, UnitOfWork
from bot.services.hand_off import opening_told
from bot.services.person_facts import day_of, foresee
from bot.services.runtime import Runtime
from bot.services.thought import Awaited, Person, Thought


async def action_context(
    runtime: Runtime, thought: Thought, profile: Profile, message_id: MessageId
) -> Mapping[str, Any]:
    """With what this turn has changed already."""
    person = await _person(runtime, thought, profile)
    link = runtime.links.preferences(profile.id, thought.now)
    abilities = runtime.channel(thought.channel).abilities
    here: dict[str, Any] = {
        "has_desk": bool(runtime.desks),
        "channels": sorted(runtime.channels),
        "region": runtime.country_at(thought.channel, thought.address),
        "awaited": None if person.awaited is None else {"opens": person.awaited.opens},
        METADATA: thought.metadata,
    }
    if abilities.named_by_callers:
        here[SENDER] = thought.address
    return {**_known_of(thought, person, message_id), **here, PREFERENCES: link}


async def _person(runtime: Runtime, thought: Thought, profile: Profile) -> Person:
    """Scores and consents are read when an action first wants them; most turns run none."""
    if thought.person is None:
        playbook = runtime.library.current()
        async with runtime.store.transaction() as uow:
            thought.person = Person(
                profile=profile,
                identities=tuple(await uow.profiles.identities(profile.id)),
                score_changes=tuple(await uow.scores.of(profile.id)),
                consents=tuple(await uow.consents.of(profile.id)),
                foretold=await foresee(uow, playbook.scorecards, profile, thought.now),
                grades=playbook.grades,
                awaited=await _awaited(uow, runtime, thought),
            )
    return thought.person


async def _awaited(uow: UnitOfWork, runtime: Runtime, thought: Thought) -> Awaited | None:
    handoff = await uow.handoffs.open_in(ConversationId(thought.tracker.conversation_id))
    if handoff is None or handoff.state is not HandoffState.REQUESTED:
        return None
    return Awaited(await opening_told(uow, runtime, handoff, thought.tracker, thought.now))


def _known_of(thought: Thought, person: Person, message_id: MessageId) -> Mapping[str, Any]:
    attributes = dict(person.profile.attributes)
    changes = list(person.score_changes)
    standing = all_standing(person.consents).items()
    consents = {f"{purpose}:{channel}": one.counts(thought.now) for (purpose, channel), one in standing}
    counted = {change.rule for change in changes}
    for effect in thought.effects:
        match effect:
            case SetAttribute(name=name, value=value):
                attributes[name] = value
            case RecordConsent(purpose=purpose, channel=channel, granted=granted):
                consents[f"{purpose}:{channel}"] = granted
            case ChangeScore() if effect.again or effect.rule not in counted:
                counted.add(effect.rule)
                changes.append(
                    ScoreChange(
                        person.profile.id, "", effect.dimension, effect.points, effect.reason, effect.rule, thought.now
                    )
                )
            case _:
                pass
    score = total_score(changes, thought.now)
    return {
        "profile": {**attributes, "id": person.profile.id},
        "time_zone": person.profile.time_zone,
        "locale": person.profile.locale,
        "tags": sorted(person.profile.tags),
        "created_on": day_of(person.profile.created_at),
        "lead": {
            "fit": score.fit,
            "engagement": score.engagement,
            "total": score.total,
            "grade": person.grades.of(score),
            "reasons": list(reasons_of(changes, person.foretold, thought.now)),
            **{name: one.percent for name, one in person.foretold.items()},
            **{f"{name}_reasons": one.told() for name, one in person.foretold.items()},
        },
        "consents": consents,
        "channel": thought.channel,
        **{kind: _written_from(kind, person, thought) for kind in ("phone", "email")},
        "message_id": message_id,
        "now": thought.now.isoformat(),
    }


def _written_from(kind: str, person: Person, thought: Thought) -> str | None:
    """The number or e-mail address that they talk with us from; a caller who withholds theirs has proved none."""
    proved = (one for one in person.identities if one.kind == kind and one.verified)
    return next((one.value for one in proved if one.value in forms_of(thought.address)), None)
