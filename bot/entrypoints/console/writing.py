"""Files of content that pages write: with an entry in the audit log, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from bot.domain.audit import Deed
from bot.domain.errors import Conflict
from bot.services.runtime import Runtime

Written = TypeVar("Written")


async def write_noted(runtime: Runtime, deed: Deed, write: Callable[[], Written]) -> Written:
    """What `write` gives, which runs in a thread; raises Conflict where the file cannot be written."""
    async with runtime.store.transaction() as uow:
        await uow.audit.note(deed, runtime.clock.now())
        try:
            return await asyncio.to_thread(write)
        except OSError as error:
            raise Conflict(f"the file cannot be written: {error.strerror or error}.") from error
