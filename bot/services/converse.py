"""Converse: take the turns that wait in a conversation, one at a time, in the order in which they came."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from time import perf_counter

import structlog

from bot.domain.conversation import UserUttered, takes_back
from bot.domain.errors import Conflict, ConversationGone
from bot.domain.ids import ConversationId
from bot.domain.journey import REPLIED
from bot.domain.message import (
    CheckIn,
    ColleagueMessage,
    CustomerMessage,
    ExecuteAction,
    FromDesk,
    HoldOver,
    Interruption,
    OpenForm,
    PageReport,
    Reminder,
    Text,
    TriggerIntent,
)
from bot.domain.privacy import RequestKind
from bot.domain.second_thoughts import WANTED
from bot.domain.understanding import FALLBACK_INTENT
from bot.journeys.scoring import on_event
from bot.ports import InboxEntry
from bot.services.answer_further import answer_further
from bot.services.ask import ask, finish
from bot.services.attribute_reply import attribute_reply
from bot.services.book_meeting import picked, take_pick
from bot.services.change_meeting import asked_of_meeting
from bot.services.check_in import check_in, plan_check_in
from bot.services.clear_up_opt_out import (
    awaited_answer,
    end_hold,
    hold_marketing,
    is_in_doubt,
    says_nothing_else,
    take_answer,
)
from bot.services.confirm_consent import awaited_yes, take_yes
from bot.services.cut_short import cut_short
from bot.services.desk_turn import take_desk_turn
from bot.services.earlier_press import pressed_earlier
from bot.services.hear import Hearing, hear, hear_preference, keyword_of
from bot.services.heed_stop import heed_stop, is_stop, written_in
from bot.services.in_force import journeys_in_force
from bot.services.interpret import go_to_form, withhold_consent
from bot.services.learn import learn
from bot.services.leave_to_colleague import leave_to_colleague
from bot.services.move_question import Moved, close_where_it_was_asked, put_here, question_elsewhere
from bot.services.other_languages import keep_language, languages_read
from bot.services.post import PostingFailed, post_answer, tell_of
from bot.services.put_aside import put_aside
from bot.services.reconsider import answer_anew, withdraw_unsaid
from bot.services.remind import remind
from bot.services.respond import ask_once_more, respond
from bot.services.runtime import INBOX, Runtime
from bot.services.situation import Situation, begin_session, read_situation
from bot.services.take_preference import preference_of
from bot.services.take_request import besides_requests, requests_in
from bot.services.take_slots import take_slots
from bot.services.tell_news import ANY_NEWS, News, news_of, tell_news
from bot.services.think import make_personal
from bot.services.thought import Thought
from bot.services.trigger import execute, trigger
from bot.services.write_turn import Turn, replying, write_turn

log = structlog.get_logger()

PARK_AFTER = 3
"""A message whose turn fails this often is parked, so that those behind it get theirs."""

MOST_CONFLICTS = 20
"""The same where others write to the conversation each time, which is counted by itself: whoever they are would have
been through by then."""


async def converse(
    runtime: Runtime, conversation_id: ConversationId, *, stopping: Callable[[], bool] = lambda: False
) -> int:
    """Take every turn that is due in this conversation, until `stopping`; how many were taken."""
    try:
        async with runtime.store.reading() as uow:
            entries = await uow.inbox.waiting(conversation_id, runtime.clock.now())
            situation = await read_situation(uow, runtime, conversation_id) if entries else None
    except ConversationGone:
        return 0
    taken = 0
    with structlog.contextvars.bound_contextvars(conversation=conversation_id):
        for entry in entries:
            with structlog.contextvars.bound_contextvars(message=entry.position):
                if stopping() or (news := await _try_turn(runtime, entry, situation)) is None:
                    break
            await tell_news(runtime, news)
            situation = None  # the turn has changed it
            taken += 1
    return taken


async def _try_turn(runtime: Runtime, entry: InboxEntry, situation: Situation | None) -> News | None:
    """What it has left to others; None when somebody else writes to this conversation, or it is gone.

    A failed turn raises until its message is parked.
    """
    begun = perf_counter()
    try:
        with runtime.tracer.span(
            f"turn {entry.inbound.channel}",
            "work",
            follows=entry.trace,
            conversation=entry.conversation_id,
            message=entry.position,
            attempt=entry.attempts + 1,
        ):
            news = await _take_turn(runtime, entry, situation)
        runtime.meter.took_turn(entry.inbound.channel, timedelta(seconds=perf_counter() - begun))
    except ConversationGone:
        log.info("a message is not answered: its conversation was deleted while it waited")
        return None
    except Conflict as error:
        if await _is_parked(runtime, entry, error):
            return ANY_NEWS
        log.info("somebody else wrote to this conversation; taking the turn again")
        await runtime.wakeups.notify(INBOX)
        return None
    except Exception as error:
        if runtime.store.is_away(error) or not await _is_parked(runtime, entry, error):
            raise
        return ANY_NEWS
    return news


async def _is_parked(runtime: Runtime, entry: InboxEntry, error: Exception) -> bool:
    """Note that its turn has failed; whether that was once too often. A STOP counts though nobody answers it."""
    try:
        parked = await _fail(runtime, entry, error, heeding=True)
    except Conflict:
        return False
    except Exception as another:
        if runtime.store.is_away(another):
            raise
        log.exception("what a message asks for whose turn failed could not be heeded, either")
        parked = await _fail(runtime, entry, error, heeding=False)
    if parked:
        log.exception("a message is parked: its turn failed each time", attempts=entry.attempts + 1)
    return parked


async def _fail(runtime: Runtime, entry: InboxEntry, error: Exception, *, heeding: bool) -> bool:
    conflict, written = isinstance(error, Conflict), written_in(entry) if heeding else None
    after = MOST_CONFLICTS if conflict else PARK_AFTER
    stops = written is not None and entry.attempts + 1 >= after and await is_stop(runtime, entry, written)
    # Its type only: the words of an error may repeat those of the customer, and stay in the store.
    async with runtime.store.transaction() as uow:
        parked = await uow.inbox.failed(entry.position, type(error).__name__, park_after=after, conflict=conflict)
        if parked and written is not None:
            await heed_stop(uow, runtime, entry, written, runtime.clock.now(), stops=stops, is_answered_later=False)
    return parked


async def _take_turn(runtime: Runtime, entry: InboxEntry, situation: Situation | None) -> News:
    if await put_aside(runtime, entry):
        return ANY_NEWS
    match entry.inbound:
        case CustomerMessage(automatic=True):
            async with runtime.store.transaction() as uow:
                await finish(uow, entry, runtime.clock.now())
        case CustomerMessage() as message:
            return await _customer_turn(runtime, entry, message, situation)
        case Interruption() as interruption:
            await cut_short(runtime, entry, interruption)
        case ColleagueMessage() as written:
            await leave_to_colleague(runtime, entry, written)
        case PageReport() as report:
            await learn(runtime, entry, report)
        case OpenForm() as question:
            await ask(runtime, entry, question)
        case Reminder() as reminder:
            await remind(runtime, entry, reminder)
        case CheckIn() as planned:
            await check_in(runtime, entry, planned)
        case HoldOver() as over:
            await end_hold(runtime, entry, over)
        case TriggerIntent() as wanted:
            await trigger(runtime, entry, wanted)
        case ExecuteAction() as wanted:
            await execute(runtime, entry, wanted)
        case deed if isinstance(deed, FromDesk):
            await take_desk_turn(runtime, entry, deed)
        case _:
            raise TypeError(f"{type(entry.inbound).__name__} does not wait for a turn")
    return ANY_NEWS


# ---------------------------------------------------------------- the customer writes


async def _customer_turn(
    runtime: Runtime, entry: InboxEntry, message: CustomerMessage, situation: Situation | None
) -> News:
    begun, now = perf_counter(), runtime.clock.now()
    if situation is None:
        async with runtime.store.reading() as uow:
            situation = await read_situation(uow, runtime, entry.conversation_id)
    earlier = await pressed_earlier(runtime, message, situation)
    if await _answers_us(runtime, entry, message, situation, pressed=earlier):
        return ANY_NEWS
    address = situation.conversation.address
    thought = Thought(situation.conversation.tracker, message.channel, address, now, metadata=message.metadata)
    thought.took("store", perf_counter() - begun)
    await begin_session(runtime, thought, situation, message.message_id)
    take_slots(runtime.library.current().assistant, thought, message.slots)
    keyword = await keyword_of(runtime, situation, message)
    asked = requests_in(runtime, thought.tracker, message, keyword)
    preference = None
    if not (keyword or asked):
        preference = await preference_of(runtime, thought.tracker, message, situation, now)
    moved = None if keyword or asked or preference else await question_elsewhere(runtime, thought, situation, message)
    if moved is not None:
        situation = put_here(thought, situation, moved)
    reading = moved.reading if moved is not None else None
    if preference is not None:
        heard = await hear_preference(runtime, thought, situation, message, preference)
    else:
        heard = await hear(runtime, thought, situation, message, keyword, asked, reading=reading, earlier=earlier)
    await _answer(runtime, thought, situation, message, heard)
    turn = replying(situation, thought, message, heard.understood, begun=begun)
    try:
        return await _write(runtime, entry, turn, moved, now, posting=True)
    except PostingFailed as error:
        if runtime.store.is_away(error):
            raise
        log.exception("an answer could not be put on our feed with its turn; it is delivered by itself")
        return await _write(runtime, entry, turn, moved, now, posting=False)


async def _answers_us(
    runtime: Runtime, entry: InboxEntry, message: CustomerMessage, situation: Situation, *, pressed: Text | None
) -> bool:
    """Take what is no matter of a dialogue: a time to meet, or a meeting that is booked; the answer to our question for
    consent, or for what an opt-out meant, unless a button of an earlier message was `pressed`."""
    tracker = situation.conversation.tracker
    languages = languages_read(runtime.library.current(), tracker)
    pick = picked(situation.conversation, message, runtime.clock.now(), languages)
    if (pick := pick or await asked_of_meeting(runtime, message, situation)) is not None:
        await take_pick(runtime, entry, message, pick)
    elif pressed is not None:
        return False
    elif (challenge := await awaited_yes(runtime, message, situation)) is not None:
        await take_yes(runtime, entry, message, situation, challenge)
    elif (cleared := await awaited_answer(runtime, message, situation)) is not None:
        await take_answer(runtime, entry, message, situation, cleared)
    else:
        return False
    return True


async def _answer(
    runtime: Runtime, thought: Thought, situation: Situation, message: CustomerMessage, heard: Hearing
) -> None:
    """Note in the dialogue what the customer has said, and answer all of it; a doubtful opt-out holds marketing."""
    message_id, understood = message.message_id, heard.understood
    first, *further = understood.apart()
    if heard.asked and not situation.rep_has_the_floor:
        further = [*besides_requests(runtime, heard.reading)]
    elif heard.preference is not None and heard.preference.rest and not situation.rep_has_the_floor:
        further = [one for one in heard.reading.apart() if one.intent.name != FALLBACK_INTENT]
    thought.passages, before, anew = first.passages, thought.tracker, heard.reconsidered
    text = first.text if understood.further else message.text
    said = UserUttered(text, replace(first, passages=()), message_id, thought.now, message.channel)
    thought.apply(replace(said, attachments=message.attachments))
    keep_language(runtime.library.current(), thought, understood)
    if heard.opens is not None and not heard.asked:
        go_to_form(thought, heard.opens)
    elif anew is not None and anew.opens is not None and not situation.rep_has_the_floor:
        go_to_form(thought, anew.opens, WANTED)
    elif anew is not None and anew.opens is None:
        answer_anew(runtime, thought, anew)
        ask_once_more(runtime.library.current().assistant, thought)
        return
    ends_it = RequestKind.ERASURE in heard.asked  # which leaves no doubt
    in_doubt = not ends_it and await is_in_doubt(runtime, situation, understood, heard.keyword, thought.now)
    if not in_doubt or not says_nothing_else(thought, understood):
        await respond(
            runtime, thought, situation, message, message_id, heard.keyword, heard.asked, preference=heard.preference
        )
        await answer_further(runtime, thought, situation, message_id, further)
    if takes_back(thought.events):
        await withdraw_unsaid(runtime, thought, situation, before)
    if in_doubt:
        await make_personal(runtime, thought, situation.profile, message_id)
        hold_marketing(runtime, thought, situation)
    withhold_consent(thought, heard.reading)


async def _write(
    runtime: Runtime, entry: InboxEntry, turn: Turn, moved: Moved | None, now: datetime, *, posting: bool
) -> News:
    """All of the turn, and its answer where that leaves by a feed of ours; what else it has left to others."""
    async with runtime.store.transaction() as uow:
        if moved is not None:
            await close_where_it_was_asked(uow, moved, now)
        journeys = (await journeys_in_force(uow, runtime)).values()
        playbook = runtime.library.current()
        scored = bool(on_event(playbook.score_rules, REPLIED))
        reply = await attribute_reply(uow, journeys, playbook.segments.values(), turn, now, scored=scored)
        said = await write_turn(uow, runtime, turn, now, reply)
        await plan_check_in(uow, runtime, turn, now)
        await finish(uow, entry, now)
        posted = await post_answer(uow, runtime, said, now) if posting else ()
        news = news_of(uow)
    tell_of(runtime, posted)
    return news
