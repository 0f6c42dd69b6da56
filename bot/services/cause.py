"""What effects come from."""

from __future__ import annotations

from dataclasses import dataclass

from bot.domain.consent import Purpose
from bot.domain.delivery import AWAITED
from bot.domain.ids import ConversationId, EnrolmentId, MessageId, ProfileId
from bot.domain.provenance import Origin
from bot.domain.send_window import SendWindow


@dataclass(frozen=True, slots=True)
class Cause:
    """What the effects came from. `key` is unique for ever and makes a second try harmless.

    `message_id` is the customer's message, `text` what they wrote; a journey's step names its enrolment, and its
    journey's purpose, send window and priority instead. `told` says who tells what the effects set.
    """

    key: str
    profile_id: ProfileId
    conversation_id: ConversationId | None = None
    message_id: MessageId | None = None
    text: str = ""
    enrolment_id: EnrolmentId | None = None
    purpose: Purpose = Purpose.SERVICE
    window: SendWindow | None = None
    priority: int = AWAITED
    told: Origin | None = None


class CannotPerform(Exception):
    """What a journey's step wants done outside cannot even be begun; its words say why."""
