"""Start a conversation with somebody who is already known."""

from __future__ import annotations

from datetime import datetime

from bot.domain.conversation import Conversation, Tracker
from bot.domain.ids import ConversationId, ProfileId, new_id
from bot.ports import UnitOfWork


async def start_conversation(
    uow: UnitOfWork, profile_id: ProfileId, channel: str, address: str, now: datetime
) -> Conversation:
    """A new, empty conversation."""
    conversation_id = ConversationId(new_id(now))
    conversation = Conversation(
        id=conversation_id,
        profile_id=profile_id,
        channel=channel,
        address=address,
        tracker=Tracker(conversation_id),
        started_at=now,
    )
    await uow.conversations.add(conversation)
    return conversation
