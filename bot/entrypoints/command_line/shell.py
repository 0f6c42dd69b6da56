"""Shell: talk to the assistant in the terminal, through the console channel and a store in memory."""

from __future__ import annotations

import signal
import sys
from tempfile import TemporaryDirectory

from bot.domain.ids import new_id
from bot.domain.message import CustomerMessage
from bot.entrypoints.wiring.connectors import channel_names, shelves_of
from bot.entrypoints.wiring.service import open_service
from bot.services.converse import converse
from bot.services.deliver import deliver_due
from bot.services.receive import receive
from bot.settings import Settings

ADDRESS = "you"


async def talk(settings: Settings) -> None:
    """Read lines until the end of input; each is a turn. Nothing is kept."""
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
            runtime = service.runtime
            channel = runtime.channel("console")
            line: str | None = ""
            while line is not None:
                message = CustomerMessage(
                    channel.name, new_id(runtime.clock.now()), ADDRESS, text=line, opened=not line
                )
                await receive(runtime, channel, [message])
                async with runtime.store.transaction() as uow:
                    waiting = await uow.inbox.waiting_conversations(runtime.clock.now(), 10)
                for conversation_id in waiting:
                    await converse(runtime, conversation_id)
                while await deliver_due(runtime):
                    pass
                # Nothing else runs meanwhile, and in a thread it could not be interrupted.
                line = _ask()


def _ask() -> str | None:
    """The next line that is not empty; None at the end of input, and after Ctrl-C."""
    try:
        while not (line := input("> " if sys.stdin.isatty() else "").strip()):
            pass
    except (EOFError, KeyboardInterrupt):
        return None
    return line


def _tell(progress: str) -> None:
    print(progress, file=sys.stderr)  # noqa: T201  a person is waiting
