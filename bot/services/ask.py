"""Ask: open a journey's form in a conversation, when its turn has come and the gate lets it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from itertools import takewhile
from time import perf_counter

from bot.domain.conversation import FollowupAction, SlotSet, Tracker, UserUttered
from bot.domain.delivery import Later, Send, Verdict, Withhold
from bot.domain.errors import Conflict
from bot.domain.ids import EnrolmentId, MessageId
from bot.domain.journey import Enrolment, Journey
from bot.domain.message import OpenForm
from bot.journeys.judge import JOURNEY_PAUSED, LOOK_AGAIN, held_question
from bot.journeys.resting import put_off
from bot.ports import InboxEntry, UnitOfWork
from bot.services.enrol import park
from bot.services.note_decision import Matter, keep_decision
from bot.services.runtime import Runtime
from bot.services.situation import Situation, begin_session, read_situation, spoke_here_since
from bot.services.think import answer
from bot.services.thought import Thought
from bot.services.weigh import weigh
from bot.services.write_turn import of_journey, write_turn


async def ask(runtime: Runtime, entry: InboxEntry, question: OpenForm) -> None:
    """Take the turn of a question that waits in the inbox."""
    begun = perf_counter()
    now = runtime.clock.now()
    async with runtime.store.transaction() as uow:
        enrolment = await uow.enrolments.get(EnrolmentId(question.enrolment_id))
        journey = await uow.enrolments.version(enrolment.journey, enrolment.version)
        situation = await read_situation(uow, runtime, entry.conversation_id)
        if not await _may_ask(uow, runtime, entry, question, situation, enrolment, journey, now):
            return
    thought = Thought(situation.conversation.tracker, question.channel, situation.conversation.address, now)
    await begin_session(runtime, thought, situation, MessageId(question.vendor_id))
    _open_form(runtime, thought, question, enrolment)
    await answer(runtime, thought, situation.profile, MessageId(question.vendor_id))
    turn = of_journey(
        replace(situation, conversation=replace(situation.conversation, asking_enrolment=question.enrolment_id)),
        thought,
        question.vendor_id,
        enrolment=enrolment,
        journey=journey,
        purpose=question.purpose,
        begun=begun,
    )
    async with runtime.store.transaction() as uow:
        if (await uow.enrolments.get(enrolment.id)).seq != enrolment.seq:
            raise Conflict("the journey went on while its question was being put")
        await write_turn(uow, runtime, turn, now)
        await finish(uow, entry, now)


async def finish(uow: UnitOfWork, entry: InboxEntry, now: datetime) -> None:
    """Mark the entry as dealt with; raises Conflict when somebody else has, so that nothing of this turn stays."""
    if not await uow.inbox.done(entry, now):
        raise Conflict("somebody else took this turn")


async def _may_ask(
    uow: UnitOfWork,
    runtime: Runtime,
    entry: InboxEntry,
    question: OpenForm,
    situation: Situation,
    enrolment: Enrolment,
    journey: Journey,
    now: datetime,
) -> bool:
    """Whether to ask now. If not, the question is put off or done with, and the decision record says why."""
    if not _is_asked_by(enrolment, question):
        await finish(uow, entry, now)
        return False
    if question.form not in runtime.library.current().assistant.forms:
        reason = f'step {enrolment.step} asks "{question.form}"; there is no such form any more'
        unasked = replace(enrolment, due_at=None, waiting_for=())
        await park(uow, runtime, unasked, reason, now)
        await finish(uow, entry, now)
        return False
    matter = Matter(
        key=question.vendor_id,
        purpose=question.purpose,
        channel=question.channel,
        address=question.address,
        profile_id=enrolment.profile_id,
        enrolment_id=enrolment.id,
        window=journey.window,
        template=runtime.library.current().assistant.asks_by_template(question.form, question.channel),
    )
    verdict = _in_its_place(question, entry, situation, await weigh(uow, runtime, matter, now), now)
    if isinstance(verdict, Send):
        return True
    await keep_decision(uow, matter, verdict, now)
    if isinstance(verdict, Later):
        is_held = verdict.why == JOURNEY_PAUSED
        if is_held and not await uow.journeys.stays_paused(journey.id):
            raise Conflict("the journey went on while its question was being put off")
        await uow.inbox.put_off(entry.position, verdict.at, why=held_question(journey.id) if is_held else "")
        waits = enrolment if question.again else put_off(journey, enrolment, verdict.at)
        if waits is not enrolment:
            await uow.enrolments.save(waits)
    else:
        await finish(uow, entry, now)
    return False


def _is_asked_by(enrolment: Enrolment, question: OpenForm) -> bool:
    """Whether the enrolment still waits at the step that asked this, or that reminds of it."""
    place = f"{enrolment.id}:{enrolment.step}:{enrolment.visit}"
    here = question.vendor_id == place or question.vendor_id.startswith(f"{place}:")
    return here and "answer" in enrolment.waiting_for


def _in_its_place(
    question: OpenForm, entry: InboxEntry, situation: Situation, verdict: Verdict, now: datetime
) -> Verdict:
    """What only the conversation can tell: a colleague is talking here, or a reminder reminds of nothing any more."""
    if not isinstance(verdict, Send):
        return verdict
    if situation.rep_has_the_floor:
        return Later(now + LOOK_AGAIN, "a colleague is talking with this person")
    if question.again and spoke_here_since(situation.conversation, entry.received_at):
        return Withhold("something was said here since this reminder was due")
    return verdict


def _open_form(runtime: Runtime, thought: Thought, question: OpenForm, enrolment: Enrolment) -> None:
    """Begin the form with what the message said that let the person in, and nothing else; or go on with it where it is
    open."""
    if thought.tracker.loop is None or thought.tracker.loop.name != question.form:
        form = runtime.library.current().assistant.forms[question.form]
        said = _said_on_entering(thought.tracker, enrolment)
        for slot in form.required_slots:
            if slot not in said and thought.tracker.slots.get(slot) is not None:
                thought.apply(SlotSet(slot, None))
    thought.apply(FollowupAction(question.form))


def _said_on_entering(tracker: Tracker, enrolment: Enrolment) -> frozenset[str]:
    """The slots that the message filled by which they came into the journey, where they have said nothing since."""
    latest, event = tracker.latest_message, enrolment.data.get("event")
    if latest is None or not isinstance(event, Mapping):
        return frozenset()
    if (event.get("text"), event.get("intent")) != (latest.text, latest.understood.intent.name):
        return frozenset()
    since = takewhile(lambda one: not isinstance(one, UserUttered), reversed(tracker.recent))
    return frozenset(one.name for one in since if isinstance(one, SlotSet) and one.heard)
