"""Converse: take the turns that wait in a conversation, one at a time, in the order in which they came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from time import perf_counter

import structlog

from bot.domain.consent import Purpose
from bot.domain.conversation import BotUttered, UserUttered
from bot.domain.effects import Emit
from bot.domain.errors import Conflict
from bot.domain.handoff import Handoff, HandoffState
from bot.domain.ids import ConversationId, MessageId
from bot.domain.journey import HANDED_BACK, REPLIED, TAKEN_OVER
from bot.domain.message import (
    Author,
    CheckIn,
    CustomerMessage,
    DeskAction,
    DeskReply,
    ExecuteAction,
    OpenForm,
    PageReport,
    Reminder,
    Text,
    TriggerIntent,
)
from bot.domain.sending_rules import Meaning
from bot.domain.understanding import IntentScore, Understood
from bot.journeys.scoring import on_event
from bot.ports import InboxEntry, UnitOfWork
from bot.services.answer_further import answer_further
from bot.services.ask import ask, finish
from bot.services.attribute_reply import attribute_reply
from bot.services.check_in import check_in, plan_check_in
from bot.services.enrol import tell_journeys
from bot.services.hand_off import claim, desk_action, relay, say_to_customer
from bot.services.in_force import open_journeys
from bot.services.interpret import go_to_form, interpret, withhold_consent
from bot.services.learn import learn
from bot.services.move_question import close_where_it_was_asked, question_elsewhere
from bot.services.other_languages import keep_language, language_of, title_pressed
from bot.services.remind import remind
from bot.services.respond import OPENED, read_by_vendor, respond
from bot.services.runtime import FEEDS, INBOX, OUTBOX, TIMERS, Runtime
from bot.services.situation import Situation, asker_of, begin_session, read_situation
from bot.services.think import Thought, read_payload, understand
from bot.services.trigger import execute, trigger
from bot.services.write_turn import Turn, write_turn

log = structlog.get_logger()

FLOOR_EVENTS = {HandoffState.CLAIMED: TAKEN_OVER, HandoffState.CLOSED: HANDED_BACK}
PARK_AFTER = 3
"""A message whose turn fails this often is parked, so that those behind it get theirs."""


async def converse(
    runtime: Runtime, conversation_id: ConversationId, *, stopping: Callable[[], bool] = lambda: False
) -> int:
    """Take every turn that is due in this conversation, until `stopping`; how many were taken."""
    async with runtime.store.transaction() as uow:
        entries = await uow.inbox.waiting(conversation_id, runtime.clock.now())
        situation = await read_situation(uow, runtime, conversation_id) if entries else None
    taken = 0
    try:
        with structlog.contextvars.bound_contextvars(conversation=conversation_id):
            for entry in entries:
                if stopping() or not await _try_turn(runtime, entry, situation):
                    break
                situation = None  # the turn has changed it
                taken += 1
    finally:
        if taken:
            for topic in (OUTBOX, FEEDS, TIMERS):
                await runtime.wakeups.notify(topic)
    return taken


async def _try_turn(runtime: Runtime, entry: InboxEntry, situation: Situation | None) -> bool:
    """False when somebody else writes to this conversation; a failed turn raises until its message is parked."""
    begun = perf_counter()
    try:
        await _take_turn(runtime, entry, situation)
        runtime.meter.took_turn(entry.inbound.channel, timedelta(seconds=perf_counter() - begun))
    except Conflict:
        log.info("somebody else wrote to this conversation; taking the turn again")
        await runtime.wakeups.notify(INBOX)
        return False
    except Exception as error:
        # Its type only: the words of an error may repeat those of the customer, and stay in the store.
        async with runtime.store.transaction() as uow:
            parked = await uow.inbox.failed(entry.position, type(error).__name__, park_after=PARK_AFTER)
        if not parked:
            raise
        log.exception("a message is parked: its turn failed each time", attempts=entry.attempts + 1)
    return True


async def _take_turn(runtime: Runtime, entry: InboxEntry, situation: Situation | None) -> None:
    match entry.inbound:
        case CustomerMessage() as message:
            await _customer_turn(runtime, entry, message, situation)
        case PageReport() as report:
            await learn(runtime, entry, report)
        case OpenForm() as question:
            await ask(runtime, entry, question)
        case Reminder() as reminder:
            await remind(runtime, entry, reminder)
        case CheckIn() as planned:
            await check_in(runtime, entry, planned)
        case TriggerIntent() as wanted:
            await trigger(runtime, entry, wanted)
        case ExecuteAction() as wanted:
            await execute(runtime, entry, wanted)
        case DeskReply() | DeskAction() as desk:
            await _desk_turn(runtime, entry, desk)
        case _:
            raise TypeError(f"{type(entry.inbound).__name__} does not wait for a turn")


# ---------------------------------------------------------------- the customer writes


async def _customer_turn(
    runtime: Runtime, entry: InboxEntry, message: CustomerMessage, situation: Situation | None
) -> None:
    begun = perf_counter()
    now = runtime.clock.now()
    message_id = MessageId(f"{message.channel}:{message.vendor_id}")
    if situation is None:
        async with runtime.store.transaction() as uow:
            situation = await read_situation(uow, runtime, entry.conversation_id)
    thought = Thought(situation.conversation.tracker, message.channel, now)
    thought.took("store", perf_counter() - begun)
    await begin_session(runtime, thought, situation, message_id)
    keyword = _keyword(runtime, message, situation)
    conversation = situation.conversation
    moved = None if keyword else await question_elsewhere(runtime, thought, situation, message)
    if moved is not None:
        conversation = moved.into(replace(conversation, tracker=thought.tracker))
        for event in moved.events:
            thought.apply(event)
    reading = await _understand(runtime, thought, situation, message, keyword)
    interpreted = await interpret(runtime, thought, situation, reading)
    understood = interpreted.understood
    if situation.rep_has_the_floor:
        understood = replace(understood, further=())  # nothing of it is answered here
    first, *further = understood.apart()
    thought.passages = first.passages
    text = first.text if further else message.text
    thought.apply(UserUttered(text, replace(first, passages=()), message_id, now, message.channel))
    keep_language(runtime.library.current(), thought, understood)
    if interpreted.opens is not None:
        go_to_form(thought, interpreted.opens)
    await respond(runtime, thought, situation, message, message_id, keyword)
    await answer_further(runtime, thought, situation, message_id, further)
    withhold_consent(thought, understood)
    turn = Turn(
        conversation=conversation,
        thought=thought,
        key=message_id,
        purpose=Purpose.REPLY,
        message_id=message_id,
        text=message.text,
        understood=understood,
        handoff=situation.handoff,
        begun=begun,
    )
    async with runtime.store.transaction() as uow:
        if moved is not None:
            await close_where_it_was_asked(uow, moved, now)
        journeys = (await open_journeys(uow, runtime)).values()
        playbook = runtime.library.current()
        scored = bool(on_event(playbook.score_rules, REPLIED))
        reply = await attribute_reply(uow, journeys, playbook.segments.values(), turn, now, scored=scored)
        await write_turn(uow, runtime, turn, now, reply)
        await plan_check_in(uow, runtime, turn, now)
        await finish(uow, entry, now)


def _keyword(runtime: Runtime, message: CustomerMessage, situation: Situation) -> Meaning | None:
    """STOP, START and HELP, on channels where people write to a number; a vendor may have read them for us.

    START takes back an opt-out; where there is none, it is a word like others.
    """
    if runtime.channel(message.channel).abilities.identity != "phone":
        return None
    match read_by_vendor(message):
        case "stop" | "start" | "help" as read:
            return read
    keyword = runtime.library.current().rules.keyword(message.text)
    return None if keyword == "start" and not situation.suppressed else keyword


async def _understand(
    runtime: Runtime, thought: Thought, situation: Situation, message: CustomerMessage, keyword: Meaning | None
) -> Understood:
    if message.opened:
        return Understood("", OPENED, stage="opened")
    if keyword is not None:
        return Understood(message.text, IntentScore(keyword, 1.0), stage="keyword")
    begun = perf_counter()
    if message.payload:
        understood = await read_payload(runtime, thought.tracker, message.payload, situation.region)
    else:
        asker = asker_of(situation, message.channel, thought.now, language_of(thought.tracker))
        understood = await understand(runtime, thought.tracker, message.text, situation.region, situation.zone, asker)
        if understood.foreign and (payload := title_pressed(thought.tracker, message.text)) is not None:
            understood = await read_payload(runtime, thought.tracker, payload, situation.region)
    thought.took("understand", perf_counter() - begun)
    return understood


# ---------------------------------------------------------------- the sales desk acts


async def _desk_turn(runtime: Runtime, entry: InboxEntry, desk: DeskReply | DeskAction) -> None:
    now = runtime.clock.now()
    async with runtime.store.transaction() as uow:
        match desk:
            case DeskAction():
                handoff = await uow.handoffs.get(desk.handoff_id)
                await desk_action(uow, runtime, handoff, desk, now)
                await _tell_of_the_floor(uow, runtime, handoff, now)
            case DeskReply():
                thread = await uow.handoffs.in_thread(desk.channel, desk.thread)
                if thread is not None:
                    await _rep_replies(uow, runtime, thread, desk, now)
                    await _tell_of_the_floor(uow, runtime, thread, now)
        await finish(uow, entry, now)


async def _tell_of_the_floor(uow: UnitOfWork, runtime: Runtime, before: Handoff, now: datetime) -> None:
    """Journeys stand still while a rep has the floor, and may wait for one to take it."""
    after = await uow.handoffs.get(before.id)
    if after.state is not before.state and after.state in FLOOR_EVENTS:
        event = Emit(FLOOR_EVENTS[after.state], {"desk": after.desk, "rep": after.rep})
        await tell_journeys(uow, runtime, after.profile_id, [event], now)


async def _rep_replies(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, reply: DeskReply, now: datetime) -> None:
    """A reply in the thread takes the floor and goes to the customer; the thread of a closed hand-off says so."""
    key = f"{reply.channel}:{reply.vendor_id}"
    if handoff.state is HandoffState.CLOSED:
        words = "This conversation was handed back, so the customer did not get your message."
        await relay(uow, handoff, f"{key}:closed", "Overture", words, now)
        return
    await claim(uow, runtime, handoff, reply.rep, now)
    conversation = await uow.conversations.get(handoff.conversation_id)
    spoken = BotUttered(reply.text, speaker=reply.rep, at=now)
    await uow.conversations.log(conversation.id, [spoken], now)
    await uow.conversations.save(
        replace(conversation, tracker=conversation.tracker.apply(spoken), version=conversation.version + 1)
    )
    content = Text(reply.text, author=Author.PERSON, author_name=reply.rep)
    await say_to_customer(uow, conversation, key, content, now)
