"""What came of the messages of a step: how many left, and why others did not."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from typing import Any

from aiohttp import web

from bot.domain.delivery import Outcome, Verdicts
from bot.entrypoints.console.journeys_page.counting import Kept
from bot.entrypoints.web.translate import private_json, query_of
from bot.entrypoints.wiring.service import Service
from bot.journeys.judge import on_any_day

MOST_SHOWN = 8
MOST_KEPT = 100
"""Steps whose messages were asked for lately."""


class Decided:
    """One question at a time, however many pages are open: it looks at every run of the version."""

    def __init__(self, service: Service) -> None:
        self._store = service.runtime.store
        self._lock = asyncio.Lock()
        self._kept: OrderedDict[tuple[str, str, str], Kept[Sequence[Verdicts]]] = OrderedDict()

    async def messages(self, request: web.Request) -> web.StreamResponse:
        of_step = (request.match_info["journey"], query_of(request, "version"), query_of(request, "step"))
        async with self._lock:
            found = await self._of(of_step).told()
        return private_json(
            {
                "sent": sum(one.messages for one in found if one.outcome == "send"),
                "later": _reasons(found, "later"),
                "withheld": _reasons(found, "withhold"),
            }
        )

    def _of(self, step: tuple[str, str, str]) -> Kept[Sequence[Verdicts]]:
        kept = self._kept.setdefault(step, Kept(self._store, lambda uow: uow.enrolments.decided(*step)))
        self._kept.move_to_end(step)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return kept


def _reasons(found: Iterable[Verdicts], outcome: Outcome) -> list[dict[str, Any]]:
    """The commonest first, each once, on whichever day it began."""
    counts: Counter[str] = Counter()
    for one in found:
        if one.outcome == outcome:
            counts[on_any_day(one.why)] += one.messages
    return [{"why": why, "messages": messages} for why, messages in counts.most_common(MOST_SHOWN)]
