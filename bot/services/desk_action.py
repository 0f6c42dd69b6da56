"""Desk action: what a rep does with a hand-off, from taking the floor to its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from bot.domain.conversation import BotUttered
from bot.domain.delivery import ChannelMessage
from bot.domain.effects import ChangeScore, Emit, PersonEffect, SyncCrm
from bot.domain.handoff import SNOOZES, Handoff, HandoffState
from bot.domain.journey import HANDED_BACK, TAKEN_OVER
from bot.domain.message import (
    Author,
    DeskAction,
    DeskLine,
    DeskVerb,
    HandoffCard,
    ReplyForm,
    SnoozeOver,
    Suggestion,
    Text,
)
from bot.domain.score import total_score
from bot.ports import HasPortraits, UnitOfWork
from bot.services.book_meeting import offer_times
from bot.services.cause import Cause
from bot.services.enrol import tell_journeys
from bot.services.hand_off import (
    announce,
    bring_up_at,
    refresh_card,
    relay,
    say_to_customer,
    show_as_sent,
    shown_key,
    suggestion_key,
    to_desk,
)
from bot.services.name_customer import name_customer
from bot.services.offer import desk_time, offer, start_clock
from bot.services.perform import perform
from bot.services.rearrange_meeting import rearrange_meeting
from bot.services.reassign import assign, mentions_of
from bot.services.runtime import Runtime
from bot.services.tell_desk import OURSELVES

FORM_OPENS_WITHIN = timedelta(seconds=10)
"""A desk's trigger for opening a form lives for seconds; later the click is lost anyway."""


async def desk_action(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, action: DeskAction, now: datetime) -> None:
    """A rep pressed a button. Where it was meant for what is not so any more, it does nothing, and the desk is told."""
    if action.verb in (DeskVerb.CANCEL_MEETING, DeskVerb.MOVE_MEETING):
        await rearrange_meeting(uow, runtime, handoff, action, now)
        return
    if handoff.state is HandoffState.CLOSED:
        await _tell_that_it_is_over(uow, handoff, action, now)
        return
    if _is_out_of_date(handoff, action):
        await _refuse(uow, handoff, action, f"{handoff.rep} has this conversation by now", now)
        return
    match action.verb:
        case DeskVerb.SAY:
            key = said_key(action.channel, action.vendor_id)
            await rep_says(uow, runtime, handoff, action.rep, key, Text(action.words), now)
            await relay(uow, handoff, f"{key}:said", action.rep, action.words, now)
        case DeskVerb.CLAIM:
            await claim(uow, runtime, handoff, action.rep, now)
        case DeskVerb.TAKE_OVER:
            await _take_over(uow, runtime, handoff, action.rep, now)
        case DeskVerb.ASSIGN:
            await assign(uow, runtime, handoff, action, now)
        case DeskVerb.REPLY:
            await _open_form(uow, runtime, handoff, action, ReplyForm(handoff.id, "", action.trigger), now)
        case DeskVerb.DISQUALIFY if not action.words:
            await _open_form(
                uow, runtime, handoff, action, ReplyForm(handoff.id, "", action.trigger, "reason", handoff.rep), now
            )
        case DeskVerb.DISQUALIFY:
            await _disqualify(uow, runtime, handoff, action.rep, action.words, now)
        case DeskVerb.MEET:
            told = await offer_times(uow, runtime, handoff, handoff.rep or action.rep, action.vendor_id, now)
            await relay(uow, handoff, f"{action.vendor_id}:meet", "Overture", told, now)
        case DeskVerb.HAND_BACK | DeskVerb.RESOLVE:
            await _close(uow, runtime, handoff, action.rep, ENDS[action.verb], now)
        case DeskVerb.SNOOZE:
            await _snooze(uow, runtime, handoff, action.rep, SNOOZES[action.words], now)
        case DeskVerb.SEND:
            await _send_suggestion(uow, runtime, handoff, action.rep, action.words, now)


Outcome = Literal["handed_back", "resolved", "disqualified"]
ENDS: Mapping[DeskVerb, Outcome] = {
    DeskVerb.HAND_BACK: "handed_back",
    DeskVerb.RESOLVE: "resolved",
    DeskVerb.DISQUALIFY: "disqualified",
}
FOR_WHOEVER_HAS_IT = (
    DeskVerb.TAKE_OVER,
    DeskVerb.ASSIGN,
    DeskVerb.SNOOZE,
    DeskVerb.MEET,
    *ENDS,
)
"""What is done to the hand-off of somebody, and means no one who has it since."""


def _is_out_of_date(handoff: Handoff, action: DeskAction) -> bool:
    """Whether a colleague has it by now who did not when it was pressed."""
    if action.held_by is None or action.verb not in FOR_WHOEVER_HAS_IT:
        return False
    return handoff.rep not in (action.held_by, action.rep)


async def _tell_that_it_is_over(uow: UnitOfWork, handoff: Handoff, action: DeskAction, now: datetime) -> None:
    """Unless they have ended it themselves by just that, as the second press of a double click has."""
    card = await uow.outbox.by_key(shown_key(handoff))
    content = card.dispatch.content if card is not None and isinstance(card.dispatch, ChannelMessage) else None
    standing = content.standing if isinstance(content, HandoffCard) else ""
    if action.verb in ENDS and standing.partition(":")[0] == _standing(ENDS[action.verb], action.rep):
        return
    await _refuse(uow, handoff, action, standing or "This conversation is closed", now)


async def _refuse(uow: UnitOfWork, handoff: Handoff, action: DeskAction, why: str, now: datetime) -> None:
    if action.verb in (DeskVerb.SAY, DeskVerb.SEND):
        words = f"{why}, so the customer did not get what {action.rep} sent."
    else:
        pressed = action.verb.replace("_", " ").capitalize()
        words = f'{why}, so "{pressed}" by {action.rep} did nothing.'
    await to_desk(uow, handoff, refused_key(action.channel, action.vendor_id), DeskLine(OURSELVES, words), now)


def refused_key(desk: str, vendor_id: str) -> str:
    """The outbox key of why what a rep pressed was not done, by what their desk calls it."""
    return f"relay:{said_key(desk, vendor_id)}:refused"


def said_key(desk: str, vendor_id: str) -> str:
    """The outbox key of what a rep said, by what their desk calls it."""
    return f"{desk}:{vendor_id}"


async def claim(
    uow: UnitOfWork,
    runtime: Runtime,
    handoff: Handoff,
    rep: str,
    now: datetime,
    *,
    aloud: bool = True,
    speaks: bool = False,
) -> None:
    """Give the rep the floor, and tell the customer `aloud`. A second rep is told in the thread who was faster, and,
    who `speaks`, that it leaves."""
    if handoff.state is HandoffState.CLOSED:
        return
    if handoff.state is HandoffState.CLAIMED:
        if handoff.rep != rep:
            line = f"{handoff.rep} has this conversation already"
            line += "; the customer gets your message all the same." if speaks else "."
            what = "spoke" if speaks else "taken"
            await relay(uow, handoff, f"{handoff.id}:{what}:{handoff.version}:{rep}", OURSELVES, line, now)
        return
    claimed = replace(handoff, state=HandoffState.CLAIMED, rep=rep, version=handoff.version + 1, claimed_at=now)
    await uow.handoffs.save(claimed)
    await refresh_card(uow, runtime, claimed, now, was=handoff.offered_to)
    if aloud:
        await announce(uow, runtime, claimed, "utter_rep_joined", now)
    event = Emit(TAKEN_OVER, {"desk": claimed.desk, "rep": rep})
    await tell_journeys(uow, runtime, claimed.profile_id, [event], now)


async def _take_over(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, rep: str, now: datetime) -> None:
    """Give the floor to another rep; the one who had it reads so in the thread."""
    if handoff.state is HandoffState.REQUESTED or handoff.rep == rep:
        await claim(uow, runtime, handoff, rep, now)
        return
    taken = replace(handoff, rep=rep, version=handoff.version + 1)
    await uow.handoffs.save(taken)
    await refresh_card(uow, runtime, taken, now, was=handoff.rep)
    line = f"{rep} has taken this conversation over from {handoff.rep}."
    await relay(uow, taken, f"{taken.id}:taken-over:{taken.version}", "Overture", line, now)
    await announce(uow, runtime, taken, "utter_rep_joined", now)


async def _open_form(
    uow: UnitOfWork, runtime: Runtime, handoff: Handoff, action: DeskAction, form: ReplyForm, now: datetime
) -> None:
    form = replace(form, customer=await name_customer(uow, runtime, handoff.profile_id))
    await to_desk(uow, handoff, f"form:{action.vendor_id}", form, now, expires_at=now + FORM_OPENS_WITHIN)


async def _disqualify(
    uow: UnitOfWork, runtime: Runtime, handoff: Handoff, rep: str, reason: str, now: datetime
) -> None:
    """It is no lead: whatever spoke for the person counts no more, and the log of their score says who said why."""
    fit = total_score(await uow.scores.of(handoff.profile_id), now).fit
    said = f"Disqualified by {rep}: {reason}"
    score = [ChangeScore("fit", -fit, said, f"disqualified:{handoff.id}")] if fit > 0 else []
    await _close(uow, runtime, handoff, rep, "disqualified", now, reason=reason, effects=score)


def _standing(outcome: Outcome, rep: str) -> str:
    return f"{outcome.replace('_', ' ').capitalize()} by {rep}"


async def _close(
    uow: UnitOfWork,
    runtime: Runtime,
    handoff: Handoff,
    rep: str,
    outcome: Outcome,
    now: datetime,
    *,
    reason: str = "",
    effects: Sequence[PersonEffect] = (),
) -> None:
    """End the hand-off: the bot answers again, and knows what was said. Journeys, timeline and CRM hear of the end."""
    closed = replace(handoff, state=HandoffState.CLOSED, rep=handoff.rep or rep, version=handoff.version + 1)
    await uow.handoffs.save(closed)
    standing = _standing(outcome, rep) + (f": {reason}" if reason else "")
    cause = Cause(f"handoff:{handoff.id}:{outcome}", handoff.profile_id, handoff.conversation_id)
    emitted = await perform(uow, runtime, [*effects, SyncCrm(standing)], cause, now)
    await refresh_card(uow, runtime, closed, now, standing=standing, was=handoff.offered_to)
    if handoff.state is HandoffState.CLAIMED:
        await announce(uow, runtime, closed, "utter_rep_left", now)
    event = Emit(HANDED_BACK, {"desk": closed.desk, "rep": rep, "outcome": outcome, "reason": reason})
    await tell_journeys(uow, runtime, closed.profile_id, [event, *emitted], now)


async def rep_says(
    uow: UnitOfWork,
    runtime: Runtime,
    handoff: Handoff,
    rep: str,
    key: str,
    content: Text,
    now: datetime,
    *,
    said: str = "",
) -> None:
    """A rep's words take the floor, go to the customer, and are kept with what was said; `said` tells what has none."""
    await claim(uow, runtime, handoff, rep, now, speaks=True)
    conversation = await uow.conversations.get(handoff.conversation_id)
    spoken = BotUttered(said or content.text, speaker=rep, at=now, beside=content.beside)
    await uow.conversations.log(conversation.id, [spoken], now)
    await uow.conversations.save(
        replace(conversation, tracker=conversation.tracker.apply(spoken), version=conversation.version + 1)
    )
    picture = ""
    if isinstance(runtime.channels.get(handoff.desk), HasPortraits):
        member = next(iter(mentions_of(runtime, handoff, rep)), rep)
        picture = runtime.links.portrait(handoff.desk, member)
    words = replace(content, author=Author.PERSON, author_name=rep, author_picture=picture)
    await say_to_customer(uow, conversation, key, words, now)


async def _send_suggestion(
    uow: UnitOfWork, runtime: Runtime, handoff: Handoff, rep: str, of: str, now: datetime
) -> None:
    """What was suggested, as it was shown; once, however often it is pressed."""
    shown = await uow.outbox.by_key(suggestion_key(of))
    suggestion = shown.dispatch.content if shown is not None and isinstance(shown.dispatch, ChannelMessage) else None
    key = f"{suggestion_key(of)}:reply"
    if not isinstance(suggestion, Suggestion) or suggestion.handoff_id != handoff.id or await uow.outbox.by_key(key):
        return
    answer = Text(suggestion.text, source_title=suggestion.source_title, source_url=suggestion.source_url)
    await rep_says(uow, runtime, handoff, rep, key, answer, now)
    await show_as_sent(uow, handoff, suggestion, rep, now)


async def _snooze(
    uow: UnitOfWork, runtime: Runtime, handoff: Handoff, rep: str, pause: timedelta, now: datetime
) -> None:
    """Put it aside: who has the floor stays so, and whatever is done to it before that time calls the return off."""
    until = now + pause
    snoozed = replace(handoff, version=handoff.version + 1)
    await uow.handoffs.save(snoozed)
    standing = f"Snoozed by {rep} until {desk_time(runtime, handoff, until)}"
    await refresh_card(uow, runtime, snoozed, now, standing=standing)
    await bring_up_at(uow, snoozed, until, now)


async def bring_back(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, over: SnoozeOver, now: datetime) -> None:
    """What was put aside, or came out of hours, is brought up for the whole desk to see."""
    if handoff.state is HandoffState.CLOSED or handoff.version != over.version:
        return
    back = replace(handoff, version=handoff.version + 1)
    if back.state is HandoffState.REQUESTED and not back.offered_to:
        back = await offer(uow, runtime, back, now)
    await uow.handoffs.save(back)
    await refresh_card(uow, runtime, back, now)
    mentions = mentions_of(runtime, back, back.rep or back.offered_to)
    words = f"{await name_customer(uow, runtime, handoff.profile_id)} is waiting; look into it now."
    line = DeskLine(OURSELVES, words, to_all=True, mentions=mentions)
    await to_desk(uow, back, f"relay:{over.vendor_id}", line, now)
    if back.state is HandoffState.REQUESTED:
        await start_clock(uow, runtime, back, now)
