"""Opt out whom we had written to: a STOP may come from another address, such as a mailbox that our mail went on to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.domain.consent import Suppression, Wish
from bot.domain.conversation import Conversation
from bot.domain.delivery import ChannelMessage
from bot.domain.effects import Emit, OptOut, PersonEffect
from bot.domain.ids import ProfileId
from bot.domain.phone_forms import forms_of
from bot.ports import UnitOfWork
from bot.services.cause import Cause
from bot.services.opt_out import opt_out
from bot.services.runtime import Runtime


async def opt_out_written_to(
    uow: UnitOfWork, runtime: Runtime, here: Conversation, effects: Iterable[PersonEffect], cause: Cause, now: datetime
) -> Sequence[tuple[ProfileId, Sequence[Emit]]]:
    """Let each opt-out hold for the addresses that the messages which it answers went to, and for their owners; word of
    the journeys that end, by person. Who only knows the id of a message can do no more than end what is sent there."""
    told: list[tuple[ProfileId, Sequence[Emit]]] = []
    done = {here.profile_id}
    how = f"answered what we had sent, from another address on {here.channel}"
    for effect in effects:
        if not isinstance(effect, OptOut) or not effect.answering:
            continue
        wish = Wish(how, now, cause.text, cause.message_id)
        for entry in await uow.outbox.sent_as(here.channel, effect.answering):
            message, person = entry.dispatch, entry.profile_id
            if not isinstance(message, ChannelMessage) or message.address in forms_of(here.address):
                continue
            await uow.consents.suppress_anew(Suppression(here.channel, message.address, effect.how, wish.at))
            if person is not None and person not in done:
                done.add(person)
                told.append((person, await opt_out(uow, runtime, person, wish, keeping=effect.keeping)))
    return told
