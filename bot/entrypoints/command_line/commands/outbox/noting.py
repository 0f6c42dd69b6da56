"""What is done to queues in a terminal, in the audit log as what is done on their page."""

from __future__ import annotations

from bot.domain.audit import Deed
from bot.entrypoints.command_line.commands.people.working import whoever
from bot.entrypoints.command_line.commands.segments.reading import now_of
from bot.ports import UnitOfWork
from bot.settings import Settings


async def note_queue(uow: UnitOfWork, settings: Settings, what: str, about: str = "", **detail: int) -> None:
    """In the transaction that does it."""
    await uow.audit.note(Deed(what, f"terminal:{whoever()}", about, detail=detail), now_of(settings))
