"""`overture nlu review`: the messages that were not clearly understood, and labels for them."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence

from bot.adapters.clock import SystemClock
from bot.adapters.content.example_files import NluFiles
from bot.domain.errors import SettingsError
from bot.domain.review import UnclearMessage
from bot.entrypoints.command_line.commands.people.working import whoever
from bot.entrypoints.command_line.listing import on_one_line
from bot.entrypoints.wiring.connectors import channel_names, shelves_of
from bot.entrypoints.wiring.stores import store_of
from bot.services.review import ReviewDesk, dismiss, label, refuse, unclear
from bot.settings import Settings

SHOWN = 30


def run(settings: Settings, options: argparse.Namespace) -> int:
    return asyncio.run(_review(settings, options))


async def _review(settings: Settings, options: argparse.Namespace) -> int:
    shelves = shelves_of(settings, channel_names(settings))
    store = store_of(settings)
    desk = ReviewDesk(store, SystemClock(), NluFiles(shelves), settings.region, f"terminal:{whoever()}")
    try:
        await store.migrate()
        messages = await unclear(desk)
        for verb in ("label", "out_of_scope", "dismiss"):
            if (given := getattr(options, verb)) is not None:
                print(await _decide(desk, messages, verb, given))
                return 0
    finally:
        await store.close()
    print("\n".join(listed(messages)))
    return 0


async def _decide(desk: ReviewDesk, messages: Sequence[UnclearMessage], verb: str, given: Sequence[str]) -> str:
    message = _chosen(messages, given[0])
    if verb == "label":
        return f"Added to {given[1]}: {await label(desk, message.key, message.text, given[1])}"
    if verb == "dismiss":
        await dismiss(desk, message.key)
        return f'Dismissed: "{message.text}"'
    place = await refuse(desk, message.key, message.text)
    return f"Out of scope: {place}" if place is not None else f'Out of scope: "{message.text}"'


def _chosen(messages: Sequence[UnclearMessage], written: str) -> UnclearMessage:
    """A message by the beginning of its key, which the list shows; numbers would shift as messages come in."""
    found = [message for message in messages if written and message.key.startswith(written)]
    if len(found) == 1:
        return found[0]
    raise SettingsError(
        f'"{written}" is {"no message" if not found else "more than one message"} of the queue. '
        "Give what stands in front of a message in the list: overture nlu review."
    )


def listed(messages: Sequence[UnclearMessage]) -> list[str]:
    """The newest first, a line each."""
    if not messages:
        return ["Nothing waits: everything was understood or handled."]
    lines = []
    for message in messages[:SHOWN]:
        likely = ", ".join(f"{score.name} {score.confidence:.2f}" for score in message.suggestions)
        times = f", {message.count} times" if message.count > 1 else ""
        meant = f", then chose {message.meant}" if message.meant else ""
        lines.append(f'{message.key[:8]}  {message.last_said:%Y-%m-%d %H:%M}  "{on_one_line(message.text)}"')
        lines.append(f"          {message.doubt}{times}{meant}; perhaps {likely or 'nothing known'}")
    if len(messages) > SHOWN:
        lines.append(f"and {len(messages) - SHOWN} more")
    return [*lines, "", "Label one: overture nlu review --label " + messages[0].key[:8] + " INTENT"]
