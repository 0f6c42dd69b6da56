"""A conversation as JSON: what was said, what the desk was told beside it, and who has it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from bot.domain.consent import Purpose
from bot.domain.conversation import Conversation
from bot.domain.delivery import ChannelMessage, OutboxEntry
from bot.domain.handoff import Handoff, HandoffState
from bot.domain.message import DeskLine, HandoffCard, Suggestion
from bot.entrypoints.console.conversations_page.lines import sent_lines, short_line, spoken_lines
from bot.ports import Abilities, UnitOfWork
from bot.services.list_conversations import ConversationList, ListedConversation, call_customer
from bot.services.offer import plan_of
from bot.services.runtime import Runtime
from bot.services.tell_desk import OURSELVES

MOST_LINES = 300
MOST_NOTES = 200


def list_json(found: ConversationList) -> dict[str, Any]:
    return {
        "conversations": [_listed_json(one) for one in found.listed],
        "waiting": found.waiting,
        "taken": found.taken,
        "calls": [
            {
                "key": one.key,
                "conversation": one.conversation_id,
                "customer": one.customer,
                "why": "has written to you" if one.written else "waits for a person",
            }
            for one in found.calls
        ],
        "more_before": _moment(found.more_before),
    }


def _listed_json(one: ListedConversation) -> dict[str, Any]:
    return {
        "id": one.glimpse.conversation_id,
        "customer": one.customer,
        "channel": one.glimpse.channel,
        "at": one.at.isoformat(),
        "last": short_line(one.glimpse.last) if one.glimpse.last is not None else None,
        "handoff": _handoff_json(one.handoff),
    }


async def conversation_json(uow: UnitOfWork, runtime: Runtime, conversation: Conversation) -> dict[str, Any]:
    said = await uow.conversations.transcript(conversation.id, last=MOST_LINES)
    told = await uow.outbox.in_conversation(conversation.id, Purpose.DESK, limit=MOST_NOTES)
    handoff = await uow.handoffs.latest_in(conversation.id)
    is_open = handoff is not None and handoff.state is not HandoffState.CLOSED
    is_whole = len(said) < MOST_LINES
    files = [one for one in await uow.files.of(conversation.profile_id) if one.conversation_id == conversation.id]
    sent = [
        entry
        for purpose in (Purpose.SERVICE, Purpose.MARKETING)
        for entry in await uow.outbox.in_conversation(conversation.id, purpose, limit=MOST_NOTES)
    ]
    channel = runtime.channels.get(conversation.channel)
    abilities = channel.abilities if channel is not None else Abilities(identity=conversation.channel)
    spoken = [*spoken_lines(said, files, abilities, runtime.links)]
    besides = [*sent_lines(sent, said, abilities), *_notes(told)]
    shown = [one for one in (*spoken, *besides) if is_whole or one["at"] >= said[0].at.isoformat()]
    return {
        "id": conversation.id,
        "person": conversation.profile_id,
        "customer": await call_customer(uow, runtime, conversation.profile_id),
        "channel": conversation.channel,
        "is_spoken": abilities.spoken,
        "lines": sorted(shown, key=lambda line: str(line["at"])),
        "is_whole": is_whole,
        "suggestions": list(_suggestions(told, handoff)) if is_open else [],
        "handoff": _handoff_json(handoff),
        "standing": _standing(told, handoff),
        "desk": _desk(runtime, handoff),
        "colleagues": _colleagues(runtime, handoff),
    }


def _notes(told: Iterable[OutboxEntry]) -> Iterator[dict[str, str]]:
    """What the desk was told that nobody said in the conversation."""
    for entry in told:
        line = content_of(entry)
        if isinstance(line, DeskLine) and line.speaker == OURSELVES:
            yield {"at": entry.created_at.isoformat(), "by": "note", "speaker": line.speaker, "text": line.text}


def _suggestions(told: Iterable[OutboxEntry], handoff: Handoff | None) -> Iterator[dict[str, str]]:
    """Those of this hand-off that nobody has sent."""
    shown = [(entry.created_at, one) for entry in told if isinstance(one := content_of(entry), Suggestion)]
    sent = {one.key for _, one in shown if one.sent_by}
    for at, one in shown:
        if handoff is not None and one.handoff_id == handoff.id and one.key not in sent:
            yield {"at": at.isoformat(), "key": one.key, "text": one.text, "source": one.source_title}


def _standing(told: Iterable[OutboxEntry], handoff: Handoff | None) -> str:
    """What its card says was done last, where that is more than a claim."""
    cards = [one for entry in told if isinstance(one := content_of(entry), HandoffCard)]
    mine = [one.standing for one in cards if handoff is not None and one.handoff_id == handoff.id]
    return mine[-1] if mine else ""


def content_of(entry: OutboxEntry) -> object:
    """What an entry says, where it says something."""
    return entry.dispatch.content if isinstance(entry.dispatch, ChannelMessage) else None


def _handoff_json(handoff: Handoff | None) -> Mapping[str, Any] | None:
    if handoff is None:
        return None
    return {
        "id": handoff.id,
        "state": handoff.state.value,
        "rep": handoff.rep,
        "offered_to": handoff.offered_to,
        "offered_why": handoff.offered_why,
        "reason": handoff.reason,
        "since": handoff.created_at.isoformat(),
        "desk": f"{handoff.desk}:{handoff.desk_address}",
    }


def _desk(runtime: Runtime, handoff: Handoff | None) -> str:
    """Whose hand-off it is, or becomes; empty where there is no desk."""
    if handoff is not None and handoff.state is not HandoffState.CLOSED:
        return f"{handoff.desk}:{handoff.desk_address}"
    return f"{runtime.desk.channel}:{runtime.desk.address}" if runtime.desk is not None else ""


def _colleagues(runtime: Runtime, handoff: Handoff | None) -> list[str]:
    """The names of those who work at that desk, where a file says so."""
    channel, _, address = _desk(runtime, handoff).partition(":")
    plan = plan_of(runtime, channel, address)
    return [rep.name for rep in plan.reps.values()] if plan is not None else []


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at is not None else None
