"""Hand off: a person takes over from the bot, and gives back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.dialogue.responses import render
from bot.domain.consent import Purpose
from bot.domain.conversation import Conversation
from bot.domain.delivery import ChannelMessage, CrmNote, OutboxEntry
from bot.domain.handoff import Handoff, HandoffState
from bot.domain.ids import HandoffId, OutboxId, new_id
from bot.domain.message import Author, Content, DeskAction, DeskLine, DeskVerb, HandoffCard, ReplyForm, Text, Transfer
from bot.domain.score import total_score
from bot.ports import UnitOfWork
from bot.services.runtime import Desk, Runtime

log = structlog.get_logger()

MOST_FACTS = 10
"""On a card; what consents there are comes before attributes that are one too many."""

FACTS_ALOUD = 4
"""What is known of a customer that a person is told by voice: nobody keeps more in mind."""

FORM_OPENS_WITHIN = timedelta(seconds=10)
"""A desk's trigger for opening a form lives for seconds; later the click is lost anyway."""


async def request_handoff(
    uow: UnitOfWork,
    runtime: Runtime,
    conversation: Conversation,
    reason: str,
    now: datetime,
    *,
    crm: str = "",
    message_id: str | None = None,
) -> Handoff | None:
    """Tell the sales desk about this conversation, unless it has been told; None where there is no desk.

    Every CRM gets a note, or only the one that `crm` names. Whoever asked for a person by the message of this id is put
    through to one, where the channel can do that.
    """
    handoff = await uow.handoffs.open_in(conversation.id)
    if handoff is None and runtime.desk is not None:
        handoff = await _tell_desk(uow, runtime, runtime.desk, conversation, reason, now, crm=crm)
    if handoff is not None and message_id is not None and runtime.channel(conversation.channel).abilities.transfers:
        await _transfer(uow, runtime, handoff, conversation, message_id, now)
    return handoff


async def _tell_desk(
    uow: UnitOfWork, runtime: Runtime, desk: Desk, conversation: Conversation, reason: str, now: datetime, *, crm: str
) -> Handoff:
    handoff_id = HandoffId(new_id(now))
    verb = "calls" if runtime.channel(conversation.channel).abilities.spoken else "writes"
    handoff = Handoff(
        id=handoff_id,
        conversation_id=conversation.id,
        profile_id=conversation.profile_id,
        desk=desk.channel,
        desk_address=desk.address,
        reason=reason,
        summary=f"{reason}; {verb} on {conversation.channel}",
        created_at=now,
        card_key=f"handoff:{handoff_id}:card",
    )
    await uow.handoffs.add(handoff)
    await _to_desk(uow, handoff, handoff.card_key, await _card(uow, runtime, handoff, now), now, in_thread=False)
    await _to_desk(uow, handoff, f"handoff:{handoff_id}:transcript", await _recent_lines(uow, conversation), now)
    for name in [crm] if crm in runtime.crms else runtime.crms:
        note = CrmNote(name, handoff_id, f"Handed over to sales: {handoff.summary}")
        await _queue(uow, handoff, f"handoff:{handoff_id}:note:{name}", note, Purpose.DESK, now)
    return handoff


async def _transfer(
    uow: UnitOfWork, runtime: Runtime, handoff: Handoff, conversation: Conversation, message_id: str, now: datetime
) -> None:
    """What the person hears first is what the card says: who it is, why, and what is known of them."""
    card = await _card(uow, runtime, handoff, now)
    facts = [f"{name}: {value}" for name, value in card.facts[:FACTS_ALOUD]]
    transfer = Transfer(handoff.id, ". ".join([card.title, *facts]))
    entry = OutboxEntry(
        id=OutboxId(new_id(now)),
        key=transfer_key(message_id),
        dispatch=ChannelMessage(conversation.channel, conversation.address, transfer),
        purpose=Purpose.REPLY,
        profile_id=conversation.profile_id,
        conversation_id=conversation.id,
        created_at=now,
        due_at=now,
    )
    await uow.outbox.add(entry)


def transfer_key(message_id: str) -> str:
    """The key of the transfer that comes of the message of this id."""
    return f"{message_id}:transfer"


async def desk_action(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, action: DeskAction, now: datetime) -> None:
    """A rep pressed Claim, Reply or Hand back."""
    match action.verb:
        case DeskVerb.CLAIM:
            await claim(uow, runtime, handoff, action.rep, now)
        case DeskVerb.REPLY:
            if handoff.state is HandoffState.CLOSED:
                return
            customer = await _customer_name(uow, handoff)
            form = ReplyForm(handoff.id, customer, action.trigger)
            await _to_desk(uow, handoff, f"form:{action.vendor_id}", form, now, expires_at=now + FORM_OPENS_WITHIN)
        case DeskVerb.HAND_BACK:
            await hand_back(uow, runtime, handoff, action.rep, now)


async def claim(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, rep: str, now: datetime) -> Handoff:
    """Give the rep the floor. A second rep is told in the thread who was faster."""
    if handoff.state is HandoffState.CLOSED:
        return handoff
    if handoff.state is HandoffState.CLAIMED:
        if handoff.rep != rep:
            line = DeskLine("Overture", f"{handoff.rep} has this conversation already.")
            await _to_desk(uow, handoff, f"handoff:{handoff.id}:taken:{handoff.version}:{rep}", line, now)
        return handoff
    claimed = replace(handoff, state=HandoffState.CLAIMED, rep=rep, version=handoff.version + 1)
    await uow.handoffs.save(claimed)
    await _refresh_card(uow, runtime, claimed, now)
    await _announce(uow, runtime, claimed, "utter_rep_joined", now)
    return claimed


async def hand_back(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, rep: str, now: datetime) -> Handoff:
    """Close the hand-off: the bot answers again."""
    if handoff.state is HandoffState.CLOSED:
        return handoff
    closed = replace(handoff, state=HandoffState.CLOSED, rep=handoff.rep or rep, version=handoff.version + 1)
    await uow.handoffs.save(closed)
    await _refresh_card(uow, runtime, closed, now)
    if handoff.state is HandoffState.CLAIMED:
        await _announce(uow, runtime, closed, "utter_rep_left", now)
    return closed


async def relay(uow: UnitOfWork, handoff: Handoff, key: str, speaker: str, text: str, now: datetime) -> None:
    """Show the desk a line of the conversation in the hand-off's thread."""
    await _to_desk(uow, handoff, f"relay:{key}", DeskLine(speaker, text), now)


async def say_to_customer(uow: UnitOfWork, conversation: Conversation, key: str, content: Text, now: datetime) -> None:
    """What a rep wrote, or word of who is here, to the customer on their own channel."""
    entry = OutboxEntry(
        id=OutboxId(new_id(now)),
        key=key,
        dispatch=ChannelMessage(conversation.channel, conversation.address, content),
        purpose=Purpose.SERVICE,
        profile_id=conversation.profile_id,
        conversation_id=conversation.id,
        created_at=now,
        due_at=now,
    )
    await uow.outbox.add(entry)


async def _announce(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, response: str, now: datetime) -> None:
    conversation = await uow.conversations.get(handoff.conversation_id)
    template = runtime.library.current().assistant.responses.get(response)
    if template is None:
        return
    words = render(template, conversation.tracker, conversation.channel, values={"rep": handoff.rep}).text
    content = Text(words, author=Author.SYSTEM, author_name=handoff.rep)
    await say_to_customer(uow, conversation, f"handoff:{handoff.id}:{response}:{handoff.version}", content, now)


async def _refresh_card(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, now: datetime) -> None:
    card = await _card(uow, runtime, handoff, now)
    message = ChannelMessage(handoff.desk, handoff.desk_address, card, replaces_of=handoff.card_key)
    await _queue(uow, handoff, f"{handoff.card_key}:{handoff.version}", message, Purpose.DESK, now)


async def _to_desk(
    uow: UnitOfWork,
    handoff: Handoff,
    key: str,
    content: Content,
    now: datetime,
    *,
    in_thread: bool = True,
    expires_at: datetime | None = None,
) -> None:
    thread = handoff.card_key if in_thread else None
    message = ChannelMessage(handoff.desk, handoff.desk_address, content, thread_of=thread)
    await _queue(uow, handoff, key, message, Purpose.DESK, now, expires_at=expires_at)


async def _queue(
    uow: UnitOfWork,
    handoff: Handoff,
    key: str,
    dispatch: ChannelMessage | CrmNote,
    purpose: Purpose,
    now: datetime,
    *,
    expires_at: datetime | None = None,
) -> None:
    entry = OutboxEntry(
        id=OutboxId(new_id(now)),
        key=key,
        dispatch=dispatch,
        purpose=purpose,
        profile_id=handoff.profile_id,
        conversation_id=handoff.conversation_id,
        created_at=now,
        due_at=now,
        expires_at=expires_at,
    )
    await uow.outbox.add(entry)


async def _card(uow: UnitOfWork, runtime: Runtime, handoff: Handoff, now: datetime) -> HandoffCard:
    profile = await uow.profiles.get(handoff.profile_id)
    changes = await uow.scores.of(handoff.profile_id)
    score = total_score(changes, now)
    consents = await uow.consents.of(handoff.profile_id)
    latest = {f"{record.purpose} by {record.channel}": record.granted for record in consents}
    facts = [
        (name.replace("_", " ").capitalize(), _in_words(value))
        for name, value in profile.attributes.items()
        if value is not None
    ]
    answers = [(f"Consent: {what}", "yes" if granted else "no") for what, granted in latest.items()]
    return HandoffCard(
        handoff_id=handoff.id,
        title=f"{await _customer_name(uow, handoff)} — {handoff.reason}",
        summary=handoff.summary,
        facts=(*facts[: max(MOST_FACTS - len(answers), 0)], *answers),
        score=score.total,
        grade=score.grade,
        reasons=tuple(change.told(now) for change in changes),
        transcript_url=runtime.transcript_url(handoff.conversation_id),
        claimed_by=handoff.rep,
        closed=handoff.state is HandoffState.CLOSED,
    )


def _in_words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).replace("_", " ")


async def _customer_name(uow: UnitOfWork, handoff: Handoff) -> str:
    profile = await uow.profiles.get(handoff.profile_id)
    return str(profile.attributes.get("name") or profile.attributes.get("email") or "A visitor")


async def _recent_lines(uow: UnitOfWork, conversation: Conversation) -> DeskLine:
    speeches = await uow.conversations.transcript(conversation.id, last=12)
    lines = "\n".join(f"{speech.speaker}: {speech.text}" for speech in speeches if speech.text)
    return DeskLine("The conversation so far", lines or "Nothing has been said yet.")
