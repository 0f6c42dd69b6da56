"""Leave alone: a STOP from the address of somebody who was erased is heeded and answered, and makes nobody known."""

from __future__ import annotations

from datetime import datetime

import structlog

from bot.dialogue.personal import Unsayable
from bot.dialogue.responses import find_words
from bot.domain.consent import Purpose, Suppression
from bot.domain.conversation import Tracker
from bot.domain.delivery import ChannelMessage, OutboxEntry
from bot.domain.ids import ConversationId, OutboxId, new_id
from bot.domain.message import CustomerMessage
from bot.domain.person import Identity
from bot.ports import Channel, UnitOfWork
from bot.services.disclose import DISCLOSURE, with_disclosure
from bot.services.hear import says_stop
from bot.services.respond import is_answered_by_vendor
from bot.services.runtime import Runtime
from bot.services.weigh import ERASED_KEY
from bot.services.write_turn import OPTED_OUT, OPTED_OUT_WITHIN

log = structlog.get_logger()


async def stops_when_erased(
    uow: UnitOfWork, runtime: Runtime, channel: Channel, message: CustomerMessage, now: datetime
) -> bool:
    """Whether the message is such a STOP, which is then done with; `leave_alone` says what that comes to."""
    kind = channel.abilities.identity
    if kind not in ("phone", "email") or channel.abilities.spoken or message.nameless:
        return False
    if not says_stop(runtime.library.current().rules, message):
        return False
    if not await uow.consents.erased(message.address):
        return False
    await uow.profiles.lock_identities([Identity(kind, message.address)])
    if await uow.profiles.owner_of(kind, message.address) is not None:
        return False
    if await leave_alone(uow, runtime, channel.name, message.address, f"wrote so on {channel.name}", now):
        await _confirm(uow, runtime, channel, message, now)
    return True


async def leave_alone(uow: UnitOfWork, runtime: Runtime, channel: str, address: str, how: str, now: datetime) -> bool:
    """Keep it, as a digest of the address, for every channel that reaches it. False if they had said so before."""
    if any(one.reason == how for one in await uow.consents.erased(address)):
        return False
    kind = runtime.marketed[channel]
    reaching = sorted(name for name, one in runtime.marketed.items() if one == kind)
    await uow.consents.suppress_erased([Suppression(name, address, how, now) for name in reaching])
    log.info("somebody who was erased has opted out", channel=channel)
    return True


async def _confirm(
    uow: UnitOfWork, runtime: Runtime, channel: Channel, message: CustomerMessage, now: datetime
) -> None:
    """Once, within five minutes, as nobody's; it is forgotten when it has left."""
    responses = runtime.library.current().assistant.responses
    tracker = Tracker(ConversationId(message.message_id))
    said = [find_words(responses[name], tracker, channel.name) for name in (DISCLOSURE, OPTED_OUT) if name in responses]
    words = [one for one in said if one is not None and not isinstance(one, Unsayable)]
    if is_answered_by_vendor(message) or not words:
        return
    *disclosure, confirmation = words
    parts = with_disclosure(confirmation, disclosure[0], channel.abilities) if disclosure else (confirmation,)
    for part in parts:
        entry = OutboxEntry(
            id=OutboxId(new_id(now)),
            key=f"{ERASED_KEY}stop:{new_id(now)}",
            dispatch=ChannelMessage(channel.name, message.address, part, response=OPTED_OUT),
            purpose=Purpose.SERVICE,
            profile_id=None,
            created_at=now,
            due_at=now,
            expires_at=now + OPTED_OUT_WITHIN,
        )
        await uow.outbox.add(entry)
