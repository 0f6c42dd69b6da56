"""Attribute a reply: to the journey whose message it answers, where several wait for one; and say so in the record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.audience import Segment
from bot.domain.consent import Purpose
from bot.domain.effects import Emit
from bot.domain.entries import EventEntry
from bot.domain.handoff import HandoffState
from bot.domain.ids import EnrolmentId
from bot.domain.journey import REPLIED, WROTE_TO_REP, Enrolment, Journey
from bot.domain.understanding import OPT_OUT_INTENT
from bot.journeys.expression import counted_events
from bot.journeys.hearing import ANSWER
from bot.ports import UnitOfWork
from bot.services.count_splits import measures
from bot.services.note_decision import Matter, note_decision
from bot.services.note_event import note_event
from bot.services.read_version import read_version
from bot.services.respond import OPENED
from bot.services.write_turn import Turn

LONGEST_TEXT = 1000
"""Characters of a message that journeys get to see."""


async def attribute_reply(
    uow: UnitOfWork,
    journeys: Iterable[Journey],
    segments: Iterable[Segment],
    turn: Turn,
    now: datetime,
    *,
    scored: bool = False,
) -> Sequence[Emit]:
    """The event of this message for journeys and segments, before its turn is written; where it is nothing for them, it
    only goes onto the person's timeline. `scored`: a rule may give points for it.

    `journeys` are those in force. Keywords and opt-outs are none, nor that somebody has opened the chat; what is said
    to a colleague goes onto the timeline under a name of its own.
    """
    understood = turn.understood
    if understood is None or understood.stage == "keyword" or understood.intent.name in (OPT_OUT_INTENT, OPENED.name):
        return ()
    if turn.handoff is not None and turn.handoff.state is HandoffState.CLAIMED:
        said = Emit(WROTE_TO_REP, {"channel": turn.conversation.channel})
        await note_event(uow, turn.conversation.profile_id, said, now)
        return ()
    conversation = turn.conversation
    inside = await uow.enrolments.waiting(conversation.profile_id)
    owner = await _owner(uow, turn, inside)
    if owner is not None:
        await _note(uow, turn, owner, inside, now)
    asked = conversation.asking_enrolment is not None
    event = Emit(
        REPLIED,
        {
            "channel": conversation.channel,
            "text": turn.text[:LONGEST_TEXT],
            "intent": understood.intent.name,
            # What answers a form is no reply to anything else, nor to what the journey does next.
            "enrolment": "" if asked or owner is None else owner.id,
        },
    )
    awaited = any(REPLIED in one.waiting_for for one in inside)
    if scored or awaited or _is_heeded(journeys, segments) or await _is_heeded_inside(uow, inside):
        return (event,)
    await note_event(uow, conversation.profile_id, event, now)
    return ()


def _is_heeded(journeys: Iterable[Journey], segments: Iterable[Segment]) -> bool:
    """Whether a message lets anybody into a journey or segment, or is what something in one is for. Where none does, it
    costs them nothing."""
    return any(
        measures(journey, REPLIED)
        or any(goal.event == REPLIED for goal in journey.goals)
        or any(isinstance(entry, EventEntry) and entry.event == REPLIED for entry in journey.entries)
        for journey in journeys
    ) or any(REPLIED in counted_events(segment.condition) for segment in segments)


async def _is_heeded_inside(uow: UnitOfWork, inside: Iterable[Enrolment]) -> bool:
    """Whether it may end a run that the person is in, on the version that they are on, or is what its steps are for."""
    return any([await _heeds(uow, one) for one in inside])


async def _heeds(uow: UnitOfWork, run: Enrolment) -> bool:
    journey = await read_version(uow, run.journey, run.version, otherwise="what the person writes is told to it")
    if journey is None:
        return True
    ends_by = counted_events(journey.exit_when) if journey.exit_when is not None else frozenset[str]()
    return REPLIED in journey.exit_events or REPLIED in ends_by or measures(journey, REPLIED)


async def _owner(uow: UnitOfWork, turn: Turn, inside: Sequence[Enrolment]) -> Enrolment | None:
    """The run whose form is open here; else, of those that wait for a reply, the one that wrote last."""
    asking = turn.conversation.asking_enrolment
    if asking is not None:
        return next((one for one in inside if one.id == asking), None)
    waiting = {one.id: one for one in inside if REPLIED in one.waiting_for}
    if len(waiting) < 2:
        return next(iter(waiting.values()), None)
    last = await uow.outbox.wrote_last(turn.conversation.profile_id, waiting.keys())
    if last is not None:
        return waiting[EnrolmentId(last)]
    return max(waiting.values(), key=lambda one: (one.arrived_at or one.entered_at, one.id))


async def _note(uow: UnitOfWork, turn: Turn, owner: Enrolment, inside: Sequence[Enrolment], now: datetime) -> None:
    """Where others wait for a word of this person, too, the record says who got it."""
    others = [one for one in inside if one.id != owner.id and {ANSWER, REPLIED} & set(one.waiting_for)]
    if not others:
        return
    names = " and ".join(sorted({f'"{one.journey}"' for one in others}))
    wait = "waits" if len(others) == 1 else "wait"
    matter = Matter(
        key=f"{turn.key}:reply",
        purpose=Purpose.REPLY,
        channel=turn.conversation.channel,
        address=turn.conversation.address,
        profile_id=turn.conversation.profile_id,
        enrolment_id=owner.id,
    )
    why = f'the reply goes to the journey "{owner.journey}", which asked last; {names} {wait} for one, too'
    await note_decision(uow, matter, "reply", why, now)
