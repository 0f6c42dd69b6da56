"""Metrics of all processes of a service on one machine, of which a scrape reaches any one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import ClientError, ClientSession, ClientTimeout, UnixConnector, web
from prometheus_client import CollectorRegistry, Metric, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

ANSWER_WITHIN = 5.0
"""Seconds. Prometheus gives up a scrape after ten; a process that does much is one to hear of."""
PROCESS = "process"
"""The label that says whose sample it is."""


class Siblings:
    """The processes whose sockets are in `folder`; this one's is named by its `number`, and `own` reads its metrics."""

    def __init__(self, folder: Path, number: int, own: Callable[[], Awaitable[bytes]]) -> None:
        self._folder, self._number, self._own = folder, number, own

    @asynccontextmanager
    async def answering(self) -> AsyncIterator[None]:
        """Meanwhile this process tells the others its own."""
        app = web.Application()
        app.router.add_get("/metrics", self._tell)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        own = self._socket(self._number)
        own.unlink(missing_ok=True)  # of the one that was in this place before and died
        await web.UnixSite(runner, str(own)).start()
        try:
            yield
        finally:
            await runner.cleanup()

    async def metrics(self) -> bytes:
        """Each process's samples with its number as a label; without those that do not answer."""
        numbers = sorted(int(socket.stem) for socket in self._folder.glob("*.sock"))
        texts = await asyncio.gather(*map(self._ask, numbers))
        told = [(number, text) for number, text in zip(numbers, texts, strict=True) if text]
        registry = CollectorRegistry()
        registry.register(_Together(told))
        return generate_latest(registry)

    async def _tell(self, _request: web.Request) -> web.Response:
        return web.Response(body=await self._own())

    async def _ask(self, number: int) -> str:
        if number == self._number:
            return (await self._own()).decode()
        connector = UnixConnector(str(self._socket(number)))
        try:
            async with (
                ClientSession(connector=connector, timeout=ClientTimeout(total=ANSWER_WITHIN)) as http,
                http.get("http://sibling/metrics") as response,
            ):
                return await response.text() if response.status == 200 else ""
        except (ClientError, OSError, TimeoutError):
            return ""

    def _socket(self, number: int) -> Path:
        return self._folder / f"{number}.sock"


class _Together(Collector):
    """Families of the same name from several processes as one family."""

    def __init__(self, told: Sequence[tuple[int, str]]) -> None:
        self._told = told

    def collect(self) -> Iterable[Metric]:
        families: dict[str, Metric] = {}
        for number, text in self._told:
            for family in text_string_to_metric_families(text):
                kept = families.setdefault(family.name, Metric(family.name, family.documentation, family.type))
                kept.samples += [one._replace(labels={**one.labels, PROCESS: str(number)}) for one in family.samples]
        return families.values()
