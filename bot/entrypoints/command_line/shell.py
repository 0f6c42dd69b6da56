"""Shell: talk to the assistant in the terminal, through the console channel and a store in memory."""

from __future__ import annotations

import signal
import sys
from contextlib import suppress
from datetime import timedelta
from tempfile import TemporaryDirectory

from bot.domain.ids import new_id
from bot.domain.message import CustomerMessage
from bot.entrypoints.command_line.typed_lines import TypedLines
from bot.entrypoints.wiring.connectors import channel_names, shelves_of
from bot.entrypoints.wiring.service import open_service
from bot.services.converse import converse
from bot.services.deliver import deliver_due
from bot.services.receive import receive
from bot.services.runtime import Runtime
from bot.settings import Settings

ADDRESS = "you"
LOOK_EVERY = timedelta(seconds=1)
"""For what is due while nobody types."""


async def talk(settings: Settings) -> None:
    """Read lines until the end of input; each is a turn, and so is a reminder that is due. Nothing is kept."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # asyncio's would wait for the end of the line
    with TemporaryDirectory() as folder:
        here = settings.model_copy(
            update={
                "connectors": "console",
                "desk": "",
                "database": f"sqlite+aiosqlite:///{folder}/shell.db",
                "redis": "",
            }
        )
        # The content may refer to the channels and the desk of the settings, though nothing leaves by them here.
        shelves = shelves_of(settings, (*channel_names(settings), "console"))
        async with open_service(here, progress=_tell, shelves=shelves) as service:
            runtime, lines = service.runtime, TypedLines(sys.stdin.fileno())
            await _say(runtime, "")
            with suppress(KeyboardInterrupt):
                while (line := await _next_line(runtime, lines)) is not None:
                    await _say(runtime, line)


async def _next_line(runtime: Runtime, lines: TypedLines) -> str | None:
    """None at the end of input. What is due meanwhile is done, and shown above a new prompt.

    Nothing else runs while a line is waited for: in a thread that could not be interrupted.
    """
    _prompt()
    while (line := lines.next(LOOK_EVERY)) is None and not lines.ended:
        if await take_turns(runtime):
            _prompt()
    return line


async def _say(runtime: Runtime, text: str) -> None:
    """A turn of the person's; without words they have opened the conversation."""
    channel = runtime.channel("console")
    message = CustomerMessage(channel.name, new_id(runtime.clock.now()), ADDRESS, text=text, opened=not text)
    await receive(runtime, channel, [message])
    await take_turns(runtime)


async def take_turns(runtime: Runtime) -> bool:
    """Those that are due, of the person or of a reminder; whether there were any."""
    async with runtime.store.transaction() as uow:
        waiting = await uow.inbox.waiting_conversations(runtime.clock.now(), 10)
    for conversation_id in waiting:
        await converse(runtime, conversation_id)
    while await deliver_due(runtime):
        pass
    return bool(waiting)


def _prompt() -> None:
    if sys.stdin.isatty():
        print("> ", end="", flush=True)  # noqa: T201  a person is waiting


def _tell(progress: str) -> None:
    print(progress, file=sys.stderr)  # noqa: T201  a person is waiting
