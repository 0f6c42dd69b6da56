"""Review: the messages that were not clearly understood, and what an author says of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.audit import Deed
from bot.domain.errors import Conflict, Place
from bot.domain.review import Review, ReviewVerdict, UnclearMessage
from bot.domain.understanding import OUT_OF_SCOPE_INTENTS
from bot.nlu.masking import masked
from bot.nlu.new_example import as_example
from bot.nlu.unclear import message_key, unclear_messages
from bot.ports import Clock, ExampleFiles, LoggedEvent, Store

LOOKED_THROUGH = 5000
"""So many of the last messages are looked through: more than an author reads, and done in a moment."""


@dataclass(frozen=True, slots=True)
class ReviewDesk:
    """What reviewing needs; `region` is the country of phone numbers without a country code, and `by` and `origin` are
    who reviews in the audit log, and from which address."""

    store: Store
    clock: Clock
    files: ExampleFiles
    region: str
    by: str = "terminal"
    origin: str = ""


async def unclear(desk: ReviewDesk) -> Sequence[UnclearMessage]:
    """The review queue, the newest message first: what was handled or has become an example is not in it."""
    async with desk.store.reading(at_length=True) as uow:
        logged = await uow.conversations.heard(limit=LOOKED_THROUGH)
    found = await asyncio.to_thread(_not_yet_examples, logged, desk)
    async with desk.store.reading() as uow:
        handled = await uow.reviews.handled([message.key for message in found])
    return [message for message in found if message.key not in handled]


def _not_yet_examples(logged: Sequence[LoggedEvent], desk: ReviewDesk) -> Sequence[UnclearMessage]:
    known = {message_key(text) for text in desk.files.examples()}
    return unclear_messages(logged, handled=known, region=desk.region)


async def label(desk: ReviewDesk, key: str, text: str, intent: str) -> Place:
    """Make `text` an example of the intent, and the message of this key handled; where the example stands.

    `text` is the message as the author would have it. Raises ContentError where it cannot be written, and Conflict
    where somebody else handled the message.
    """
    await _require_open(desk, key)
    example = as_example(masked(text, region=desk.region))
    place = await asyncio.to_thread(desk.files.add, example, intent)
    await _handle(desk, key, ReviewVerdict.LABELLED, intent)
    return place


async def refuse(desk: ReviewDesk, key: str, text: str) -> Place | None:
    """Note that the message is out of scope; it becomes an example where the assistant has an intent for such."""
    intents = await asyncio.to_thread(desk.files.intents)
    if intent := next((one for one in intents if one in OUT_OF_SCOPE_INTENTS), None):
        return await label(desk, key, text, intent)
    await _handle(desk, key, ReviewVerdict.OUT_OF_SCOPE)
    return None


async def dismiss(desk: ReviewDesk, key: str) -> None:
    """The message teaches nothing; it does not come back."""
    await _handle(desk, key, ReviewVerdict.DISMISSED)


async def _require_open(desk: ReviewDesk, key: str) -> None:
    async with desk.store.transaction() as uow:
        if await uow.reviews.handled([key]):
            raise _handled_before()


async def _handle(desk: ReviewDesk, key: str, verdict: ReviewVerdict, intent: str = "") -> None:
    now = desk.clock.now()
    async with desk.store.transaction() as uow:
        if not await uow.reviews.add(Review(key, verdict, now, intent)):
            raise _handled_before()
        # Not the key, which would stay for good: it is made of what a customer wrote.
        await uow.audit.note(Deed(f"message.{verdict.name.lower()}", desk.by, intent, desk.origin), now)


def _handled_before() -> Conflict:
    return Conflict("somebody else has handled this message; load the queue again.")
