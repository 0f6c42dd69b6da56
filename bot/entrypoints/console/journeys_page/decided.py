"""What came of the messages of a step: how many left, and why others did not."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from bot.domain.delivery import Outcome, Verdicts
from bot.entrypoints.web.translate import private_json, query_of
from bot.entrypoints.wiring.service import Service

MOST_SHOWN = 8
ON_A_DAY = re.compile(r" (?:of|on) \d{1,2} [A-Z][a-z]+ \d{4}")


class Decided:
    """One question at a time, however many pages are open: it looks at every run."""

    def __init__(self, service: Service) -> None:
        self._runtime = service.runtime
        self._lock = asyncio.Lock()

    async def messages(self, request: web.Request) -> web.StreamResponse:
        of_step = (request.match_info["journey"], query_of(request, "version"), query_of(request, "step"))
        async with self._lock, self._runtime.store.reading(at_length=True) as uow:
            found = await uow.enrolments.decided(*of_step)
        return private_json(
            {
                "sent": sum(one.messages for one in found if one.outcome == "send"),
                "later": _reasons(found, "later"),
                "withheld": _reasons(found, "withhold"),
            }
        )


def _reasons(found: Iterable[Verdicts], outcome: Outcome) -> list[dict[str, Any]]:
    """The commonest first, each once, on whichever day it began."""
    counts: Counter[str] = Counter()
    for one in found:
        if one.outcome == outcome:
            counts[ON_A_DAY.sub("", one.why)] += one.messages
    return [{"why": why, "messages": messages} for why, messages in counts.most_common(MOST_SHOWN)]
