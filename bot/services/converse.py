"""Converse: take the turns that wait in a conversation, one at a time, in the order in which they came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from time import perf_counter

import structlog

from bot.domain.consent import Purpose
from bot.domain.conversation import UserUttered
from bot.domain.errors import Conflict
from bot.domain.ids import ConversationId, MessageId
from bot.domain.journey import REPLIED
from bot.domain.message import (
    CheckIn,
    CustomerMessage,
    DeskAction,
    DeskReply,
    DeskRevision,
    ExecuteAction,
    Interruption,
    OpenForm,
    PageReport,
    Reminder,
    ReplyOverdue,
    SnoozeOver,
    TriggerIntent,
    Unattended,
)
from bot.domain.sending_rules import Meaning
from bot.domain.understanding import IntentScore, Understood
from bot.journeys.scoring import on_event
from bot.ports import InboxEntry
from bot.services.answer_further import answer_further
from bot.services.ask import ask, finish
from bot.services.attribute_reply import attribute_reply
from bot.services.book_meeting import picked, take_pick
from bot.services.check_in import check_in, plan_check_in
from bot.services.confirm_consent import awaited_yes, take_yes
from bot.services.cut_short import cut_short
from bot.services.desk_turn import take_desk_turn
from bot.services.in_force import open_journeys
from bot.services.interpret import go_to_form, interpret, withhold_consent
from bot.services.learn import learn
from bot.services.move_question import close_where_it_was_asked, question_elsewhere
from bot.services.other_languages import keep_language, language_of, title_pressed
from bot.services.remind import remind
from bot.services.respond import OPENED, read_by_vendor, respond
from bot.services.runtime import FEEDS, INBOX, OUTBOX, TIMERS, Runtime
from bot.services.situation import Situation, asker_of, begin_session, read_situation
from bot.services.take_slots import take_slots
from bot.services.think import Thought, read_payload, understand
from bot.services.trigger import execute, trigger
from bot.services.write_turn import Turn, write_turn

log = structlog.get_logger()

SENT_FILE = IntentScore("send_file", 1.0)
"""The intent of a message that is a file and nothing else, in an assistant that has it."""

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
                with structlog.contextvars.bound_contextvars(message=entry.position):
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
        case CustomerMessage(automatic=True):
            async with runtime.store.transaction() as uow:
                await finish(uow, entry, runtime.clock.now())
        case CustomerMessage() as message:
            await _customer_turn(runtime, entry, message, situation)
        case Interruption() as interruption:
            await cut_short(runtime, entry, interruption)
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
        case DeskReply() | DeskRevision() | DeskAction() | SnoozeOver() | ReplyOverdue() | Unattended() as deed:
            await take_desk_turn(runtime, entry, deed)
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
    if (pick := picked(situation.conversation, message)) is not None:
        await take_pick(runtime, entry, message, pick)
        return
    if (challenge := await awaited_yes(runtime, message, situation)) is not None:
        await take_yes(runtime, entry, message, situation, challenge)
        return
    thought = Thought(situation.conversation.tracker, message.channel, now)
    thought.took("store", perf_counter() - begun)
    await begin_session(runtime, thought, situation, message_id)
    take_slots(runtime.library.current().assistant, thought, message.slots)
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
    said = UserUttered(text, replace(first, passages=()), message_id, now, message.channel)
    thought.apply(replace(said, attachments=message.attachments))
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
    """STOP, START and HELP, on channels where people write to a number or an e-mail address; a vendor may have read
    them for us.

    START takes back an opt-out; where there is none, it is a word like others.
    """
    if runtime.channel(message.channel).abilities.identity not in ("phone", "email"):
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
    if message.attachments and not message.text and SENT_FILE.name in runtime.library.current().assistant.intents:
        return Understood("", SENT_FILE, stage="attachment")
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
