"""Send the link to somebody's preferences to an address of theirs: only who reads there gets it."""

from __future__ import annotations

from datetime import datetime

from bot.dialogue.personal import Unsayable
from bot.dialogue.responses import find_words
from bot.domain.challenge import MOST_A_DAY
from bot.domain.consent import Purpose
from bot.domain.conversation import Tracker
from bot.domain.delivery import ChannelMessage, OutboxEntry
from bot.domain.ids import ConversationId, OutboxId, new_id
from bot.ports import UnitOfWork
from bot.services.runtime import Runtime
from bot.services.verify_contact import address_in, channels_for
from bot.services.weigh import PREFERENCES_KEY

RESPONSE = "utter_preferences_link"


async def send_preferences_link(uow: UnitOfWork, runtime: Runtime, told: str, *, language: str, now: datetime) -> bool:
    """Queue it, three times a day for one person at most; False where nobody has this address, or no more may go there.

    Whoever asks is not told which it was: else they could ask whom we know.
    """
    kind, address = address_in(told, runtime.region)
    channels = channels_for(runtime, kind) if address else []
    owner = await uow.profiles.owner_of(kind, address) if channels else None
    if owner is None:
        return False
    link = runtime.links.preferences(owner.id, now)
    response = runtime.library.current().assistant.responses[RESPONSE]
    tracker = Tracker(ConversationId(owner.id))
    words = find_words(response, tracker, channels[0], values={"link": link}, language=language)
    if isinstance(words, Unsayable):
        return False
    for number in range(MOST_A_DAY):
        entry = OutboxEntry(
            id=OutboxId(new_id(now)),
            key=f"{PREFERENCES_KEY}{owner.id}:{now.date()}:{number}",
            dispatch=ChannelMessage(channels[0], address, words, response=RESPONSE),
            purpose=Purpose.SERVICE,
            profile_id=owner.id,
            created_at=now,
            due_at=now,
        )
        if await uow.outbox.add(entry):
            return True
    return False
