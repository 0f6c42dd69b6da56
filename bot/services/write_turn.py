"""Write a turn: all that came of one message, in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import perf_counter
from typing import Any

import structlog

from bot.domain.consent import ConsentRecord, Purpose
from bot.domain.conversation import Conversation, Tracker
from bot.domain.delivery import AWAITED, ChannelMessage, OutboxEntry
from bot.domain.effects import Emit, Say
from bot.domain.handoff import Handoff, HandoffState
from bot.domain.ids import EnrolmentId, MessageId, OutboxId, ProfileId, new_id
from bot.domain.journey import REPLIED, Answered, Enrolment, EnrolmentStatus, Journey, Refused
from bot.domain.message import CustomerMessage, Text
from bot.domain.provenance import Origin, Source
from bot.domain.score import Grades, ScoreChange, total_score
from bot.domain.send_window import SendWindow
from bot.domain.steps import AskStep
from bot.domain.understanding import Understood
from bot.journeys.scoring import on_event
from bot.ports import Abilities, UnitOfWork
from bot.services.ask_model import ModelCall
from bot.services.enrol import step, tell_journeys
from bot.services.hand_off import relay, suggest
from bot.services.opt_out_written_to import opt_out_written_to
from bot.services.perform import Cause, perform
from bot.services.runtime import Runtime
from bot.services.situation import Situation
from bot.services.thought import Thought

log = structlog.get_logger()

OPTED_OUT, OPTED_OUT_IN_PART = "utter_opted_out", "utter_opted_out_in_part"
OPTED_OUT_WITHIN = timedelta(minutes=5)
"""The one confirmation of an opt-out leaves within five minutes, or not at all (47 CFR 64.1200(a)(12))."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A finished thought and where it belongs. `key` is unique for ever: outbox keys are `<key>:<n>`."""

    conversation: Conversation
    thought: Thought
    key: str
    purpose: Purpose
    message_id: MessageId | None
    text: str
    understood: Understood | None
    handoff: Handoff | None
    begun: float
    enrolment_id: EnrolmentId | None = None
    window: SendWindow | None = None
    priority: int = AWAITED


def unasked(
    situation: Situation,
    thought: Thought,
    key: str,
    *,
    understood: Understood | None = None,
    begun: float | None = None,
) -> Turn:
    """The turn of what no customer wrote. What it says is no reply: the gate lets it out as a service message."""
    return Turn(
        conversation=situation.conversation,
        thought=thought,
        key=key,
        purpose=Purpose.SERVICE,
        message_id=None,
        text="",
        understood=understood,
        handoff=situation.handoff,
        begun=perf_counter() if begun is None else begun,
    )


def of_journey(
    situation: Situation,
    thought: Thought,
    key: str,
    *,
    enrolment: Enrolment,
    journey: Journey,
    purpose: Purpose,
    begun: float,
) -> Turn:
    """The turn of what a step of a journey wants. What it says goes out as the journey's messages do."""
    return replace(
        unasked(situation, thought, key, begun=begun),
        purpose=purpose,
        enrolment_id=enrolment.id,
        window=journey.window,
        priority=journey.priority,
    )


def replying(
    situation: Situation, thought: Thought, message: CustomerMessage, understood: Understood, *, begun: float
) -> Turn:
    """The turn of what a customer wrote. What it says is the reply to that."""
    message_id = message.message_id
    return Turn(
        conversation=situation.conversation,
        thought=thought,
        key=message_id,
        purpose=Purpose.REPLY,
        message_id=message_id,
        text=message.text,
        understood=understood,
        handoff=situation.handoff,
        begun=begun,
    )


async def write_turn(
    uow: UnitOfWork, runtime: Runtime, turn: Turn, now: datetime, told: Sequence[Emit] = ()
) -> Sequence[OutboxEntry]:
    """Events, snapshot, outbox, effects, journeys and the explanation; what it says, as it waits in the outbox.

    `told` is what journeys are told of the turn once all else of it has been.
    """
    written = perf_counter()
    thought, conversation = turn.thought, turn.conversation
    before = await _ledger(uow, conversation.profile_id) if _concerns_the_person(runtime, turn) else None
    await uow.conversations.log(conversation.id, thought.events, now)
    still_asking = await _is_asking(uow, turn)
    await uow.conversations.save(
        replace(
            conversation,
            tracker=thought.tracker,
            last_message_at=now,
            asking_enrolment=conversation.asking_enrolment if still_asking else None,
            version=conversation.version + 1,
        )
    )
    abilities = runtime.channel(conversation.channel).abilities
    said: list[OutboxEntry] = []
    for number, say in enumerate(thought.says):
        if _can_show(abilities, say.content):
            said.append(_entry(turn, number, say, now))
            await uow.outbox.add(said[-1])
        else:
            log.warning("a response has nothing that its channel can show", response=say.response)
    cause = Cause(
        key=turn.key,
        profile_id=conversation.profile_id,
        conversation_id=conversation.id,
        message_id=turn.message_id,
        text=turn.text,
        purpose=turn.purpose,
        told=Origin(Source.ACTION, now, conversation.channel, f"message {turn.message_id}" if turn.message_id else ""),
    )
    emitted = await perform(uow, runtime, thought.effects, cause, now)
    for person, ended in await opt_out_written_to(uow, runtime, conversation, thought.effects, cause, now):
        await tell_journeys(uow, runtime, person, ended, now)
    if conversation.asking_enrolment is not None and not still_asking:
        # Before the events: what the form's action emits may end the journey that waits for the answer.
        await _resume(uow, runtime, turn, EnrolmentId(conversation.asking_enrolment), now)
    await tell_journeys(uow, runtime, conversation.profile_id, emitted, now)
    await _relay_to_desk(uow, turn, now)
    await tell_journeys(uow, runtime, conversation.profile_id, told, now)
    grades = runtime.library.current().grades
    learnt = _learnt(before, await _ledger(uow, conversation.profile_id), grades, now) if before is not None else {}
    thought.took("store", perf_counter() - written)
    await uow.feeds.append("explain", turn.key, {**explain(turn), **learnt}, now)
    return said


@dataclass(frozen=True, slots=True)
class _Ledger:
    scores: Sequence[ScoreChange]
    consents: Sequence[ConsentRecord]


def _concerns_the_person(runtime: Runtime, turn: Turn) -> bool:
    """Whether the turn may change scores and consents: most do not, and then neither is read."""
    if turn.thought.effects or turn.conversation.asking_enrolment is not None:
        return True
    return bool(on_event(runtime.library.current().score_rules, REPLIED))


async def _ledger(uow: UnitOfWork, profile_id: ProfileId) -> _Ledger:
    return _Ledger(await uow.scores.of(profile_id), await uow.consents.of(profile_id))


def _can_show(abilities: Abilities, content: Text) -> bool:
    return bool(content.text or content.buttons or content.image) or (abilities.extras and bool(content.extras))


def _entry(turn: Turn, number: int, say: Say, now: datetime) -> OutboxEntry:
    conversation = turn.conversation
    return OutboxEntry(
        id=OutboxId(new_id(now)),
        key=f"{turn.key}:{number}",
        dispatch=ChannelMessage(conversation.channel, conversation.address, say.content),
        purpose=turn.purpose,
        profile_id=conversation.profile_id,
        conversation_id=conversation.id,
        enrolment_id=turn.enrolment_id,
        created_at=now,
        due_at=now,
        window=turn.window,
        priority=turn.priority,
        expires_at=now + OPTED_OUT_WITHIN if say.response in (OPTED_OUT, OPTED_OUT_IN_PART) else None,
    )


async def _is_asking(uow: UnitOfWork, turn: Turn) -> bool:
    """Whether the form that a journey opened here is still open after this turn, or was left for another one."""
    before, after = turn.conversation.tracker, turn.thought.tracker
    if turn.enrolment_id is not None:
        return after.loop is not None
    if turn.conversation.asking_enrolment is None or before.loop is None or after.loop is None:
        return False
    if before.loop.name == after.loop.name:
        return True
    under_way = before.forms_under_way & after.forms_under_way
    return bool(under_way) and await _form_asked(uow, EnrolmentId(turn.conversation.asking_enrolment)) in under_way


async def _form_asked(uow: UnitOfWork, enrolment_id: EnrolmentId) -> str | None:
    """The form that the journey asks at its step; None where it has gone on."""
    enrolment = await uow.enrolments.get(enrolment_id)
    journey = await uow.enrolments.version(enrolment.journey, enrolment.version)
    asks = journey.steps.get(enrolment.step)
    return asks.form if isinstance(asks, AskStep) else None


async def _resume(uow: UnitOfWork, runtime: Runtime, turn: Turn, enrolment_id: EnrolmentId, now: datetime) -> None:
    """The journey's form is closed: filled in, or refused."""
    enrolment = await uow.enrolments.get(enrolment_id)
    if enrolment.status is not EnrolmentStatus.WAITING:
        return
    journey = await uow.enrolments.version(enrolment.journey, enrolment.version)
    asks, under_way = journey.steps.get(enrolment.step), turn.conversation.tracker.forms_under_way
    opened_now = turn.enrolment_id == enrolment.id
    # It may have gone on, and ask something else by now.
    if not isinstance(asks, AskStep) or not (opened_now or asks.form in under_way):
        return
    answers = _answers(runtime, turn, asks.form)
    if answers or not opened_now:
        await step(uow, runtime, enrolment, Answered(answers) if answers else Refused(), now)


def _answers(runtime: Runtime, turn: Turn, form_name: str) -> dict[str, Any] | None:
    """The values of the form's slots as they were when it closed; None where one was never given."""
    form = runtime.library.current().assistant.forms.get(form_name)
    if form is None:
        return None
    given = _last_values(turn.thought, turn.conversation.tracker)
    answers = {slot: given.get(slot) for slot in form.required_slots}
    return answers if all(value is not None for value in answers.values()) else None


def _last_values(thought: Thought, before: Tracker) -> dict[str, Any]:
    """Slots as last given, whatever was reset after the form had been submitted."""
    values = dict(before.slots)
    for event in thought.events:
        if event.kind == "slot" and event.value is not None:
            values[event.name] = event.value
    return values


async def _relay_to_desk(uow: UnitOfWork, turn: Turn, now: datetime) -> None:
    """While a hand-off is open its thread shows what is said."""
    if turn.handoff is None:
        return
    if turn.text:
        await relay(uow, turn.handoff, f"{turn.key}:in", "Customer", turn.text, now)
    answer = turn.understood.answer if turn.understood is not None else None
    if answer is not None and turn.handoff.state is HandoffState.CLAIMED:
        await suggest(uow, turn.handoff, turn.key, answer, now)
    for number, say in enumerate(turn.thought.says):
        await relay(uow, turn.handoff, f"{turn.key}:{number}", "Assistant", say.content.text, now)


def explain(turn: Turn) -> dict[str, Any]:
    """The turn as the explain panel shows it, but for what only the store knows."""
    thought, understood = turn.thought, turn.understood
    total = round((perf_counter() - turn.begun) * 1000, 2)
    return {
        "type": "turn",
        "channel": turn.conversation.channel,
        "conversation": turn.conversation.id,
        "person": turn.conversation.profile_id,
        "message_id": turn.key,
        "text": turn.text,
        "understood": None if understood is None else _reading(understood),
        "acted": [{"action": action, "why": why} for action, why in thought.acted],
        "slots_before": dict(turn.conversation.tracker.slots),
        "slots_after": dict(thought.tracker.slots),
        "milliseconds": {**thought.milliseconds, "total": total},
        "model": [_model_call(call) for call in thought.model_calls],
    }


def _model_call(call: ModelCall) -> dict[str, Any]:
    return {
        "use": call.use,
        "outcome": call.outcome,
        "kept": list(call.kept),
        "dropped": list(call.dropped),
        "tokens": call.tokens_in + call.tokens_out,
        "milliseconds": call.milliseconds,
    }


def _reading(understood: Understood) -> dict[str, Any]:
    return {
        "stage": understood.stage,
        "language": understood.language,
        "intent": understood.intent.name,
        "confidence": round(understood.intent.confidence, 3),
        "ranking": [{"name": one.name, "confidence": round(one.confidence, 3)} for one in understood.ranking[:5]],
        "entities": [{"name": one.name, "value": one.value, "text": one.text} for one in understood.entities],
        "also": [
            {"intent": one.intent.name, "confidence": round(one.intent.confidence, 3), "text": one.text}
            for one in understood.further
        ],
    }


def _learnt(before: _Ledger, after: _Ledger, grades: Grades, now: datetime) -> dict[str, Any]:
    """What came to the person's scores and consents, and where the score stands now."""
    changes, records = after.scores[len(before.scores) :], after.consents[len(before.consents) :]
    score = total_score(after.scores, now)
    return {
        "scores": [{"dimension": one.dimension, "points": one.points, "reason": one.reason} for one in changes],
        "score": {"fit": score.fit, "engagement": score.engagement, "grade": grades.of(score)},
        "consents": [
            {
                "purpose": record.purpose.value,
                "channel": record.channel,
                "granted": record.granted,
                "text": record.text,
                "how": record.how,
            }
            for record in records
        ],
    }
