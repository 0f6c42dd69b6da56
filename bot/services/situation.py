"""The situation: what a turn starts from, and the session that it begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from bot.dialogue.builtin import SESSION_START
from bot.domain.assistant import Assistant
from bot.domain.conversation import (
    REQUESTED_SLOT,
    ActiveLoop,
    AllSlotsReset,
    Conversation,
    SessionStarted,
    SlotSet,
)
from bot.domain.handoff import Handoff, HandoffState
from bot.domain.ids import ConversationId, MessageId
from bot.domain.person import Profile
from bot.domain.understanding import Asker
from bot.journeys.send_window import zones_of
from bot.ports import UnitOfWork
from bot.services.runtime import Runtime
from bot.services.think import answer
from bot.services.thought import Thought


@dataclass(frozen=True, slots=True)
class Situation:
    """What a turn starts from. `known` are slots from the person's other conversations, for one that begins.

    `zone` is the time zone that the person is taken to be in, the likeliest where there are several. `asking_elsewhere`
    is another conversation of theirs, in which a journey has asked something.
    """

    conversation: Conversation
    profile: Profile
    handoff: Handoff | None
    suppressed: bool
    region: str
    zone: tzinfo
    known: Mapping[str, Any]
    asking_elsewhere: ConversationId | None = None

    @property
    def rep_has_the_floor(self) -> bool:
        return self.handoff is not None and self.handoff.state is HandoffState.CLAIMED


async def read_situation(uow: UnitOfWork, runtime: Runtime, conversation_id: ConversationId) -> Situation:
    standing = await uow.conversations.standing(conversation_id)
    conversation = standing.conversation
    phone = runtime.phone_at(conversation.channel, conversation.address)
    return Situation(
        conversation=conversation,
        profile=standing.profile,
        handoff=standing.handoff,
        suppressed=standing.suppression is not None,
        region=runtime.country_at(conversation.channel, conversation.address),
        zone=zone_of(standing.profile.time_zone, phone, runtime.region),
        known=await _known(uow, conversation) if conversation.tracker.event_count == 0 else {},
        asking_elsewhere=standing.asking_elsewhere,
    )


def zone_of(time_zone: str | None, phone: str | None, region: str) -> tzinfo:
    """The first of the zones that somebody may be in (see `zones_of`), UTC where none is known."""
    zones = zones_of(time_zone, phone, region)
    return ZoneInfo(zones[0]) if zones else UTC


async def _known(uow: UnitOfWork, conversation: Conversation) -> Mapping[str, Any]:
    """Slots follow the person: a conversation that begins on a second channel knows what was said on the first."""
    others = [one for one in await uow.conversations.of(conversation.profile_id) if one.id != conversation.id]
    slots: dict[str, Any] = {}
    for other in sorted(others, key=lambda one: one.last_message_at or one.started_at):
        slots.update(other.tracker.slots)
    return {name: value for name, value in slots.items() if name != REQUESTED_SLOT and value is not None}


async def begin_session(runtime: Runtime, thought: Thought, situation: Situation, message_id: MessageId) -> None:
    """Start the first session; after a long silence a new one, without the form that the customer left open.

    Where the assistant has an `action_session_start` of its own, that says what else a session begins with.
    """
    assistant = runtime.library.current().assistant
    if _begins(assistant, thought, situation) and SESSION_START in assistant.actions:
        await answer(runtime, thought, situation.profile, message_id, only=SESSION_START)


def _begins(assistant: Assistant, thought: Thought, situation: Situation) -> bool:
    conversation = situation.conversation
    if thought.tracker.event_count == 0:
        initial = {slot.name: slot.initial_value for slot in assistant.slots.values() if slot.initial_value is not None}
        thought.tracker = replace(thought.tracker, slots=initial, initial_slots=initial)
        thought.apply(SessionStarted())
        for name, value in situation.known.items():
            if initial.get(name) != value:
                thought.apply(SlotSet(name, value))
        return True
    last, expires = conversation.last_message_at, assistant.session_expires_after
    if last is None or not expires or thought.now - last < expires or conversation.asking_enrolment is not None:
        return False
    if thought.tracker.loop is not None:
        close_form(thought)
    if not assistant.carry_over_slots:
        thought.apply(AllSlotsReset())
    thought.apply(SessionStarted())
    return True


def close_form(thought: Thought) -> None:
    thought.apply(ActiveLoop(None))
    thought.apply(SlotSet(REQUESTED_SLOT, None))


def spoke_here_since(conversation: Conversation, moment: datetime) -> bool:
    """Whether the customer or we said something in this conversation after `moment`."""
    return conversation.last_message_at is not None and conversation.last_message_at > moment


def asker_of(situation: Situation, channel: str, now: datetime, language: str = "") -> Asker:
    """Which knowledge pages may answer this person, here and today; and in which language they may write.

    Their audiences are their tags, and what their attribute `audience` holds: a name, or a list of names.
    """
    profile = situation.profile
    named = profile.attributes.get("audience")
    names = named if isinstance(named, (list, tuple)) else [named]
    audiences = {str(name).casefold() for name in (*names, *profile.tags) if name}
    today = now.astimezone(situation.zone).date()
    return Asker(today, channel, frozenset(audiences), language, profile.locale or "")
