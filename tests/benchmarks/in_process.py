"""Turns of the engine and the store alone: receive and converse, in this process, without HTTP, encoder and delivery.

Messages are buttons, so nothing has to be understood. CPU time of this process; PostgreSQL's own is not in it.
"""

from __future__ import annotations

import logging
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import structlog
import uvloop

from bot.domain.ids import ConversationId
from bot.domain.message import CustomerMessage
from bot.entrypoints.wiring.service import Service, open_service
from bot.services.converse import converse
from bot.services.receive import receive
from bot.settings import Settings
from tests.lending import lend_model
from tests.ports import free_port
from tests.servers import postgresql_url

RULES = ("/greet", "/help", "/thank")
FORM = (
    "/request_demo",
    '/inform{"name": "Ana Weaver"}',
    '/inform{"email": "ana@weaver.example"}',
    '/inform{"number": 3}',
    '/inform{"timeline": "now"}',
    "/not_interested",
)
WARM_UP = 20


@dataclass(slots=True)
class Customer:
    """One conversation with the sample assistant; `say` returns the CPU seconds of receiving and of the turn."""

    service: Service
    address: str
    conversation_id: ConversationId | None = None

    async def say(self, payload: str) -> tuple[float, float]:
        runtime = self.service.runtime
        message = CustomerMessage("webchat", str(uuid4()), self.address, text=payload, payload=payload)
        begun = time.process_time()
        await receive(runtime, runtime.channel("webchat"), [message])
        received = time.process_time()
        if self.conversation_id is None:
            async with runtime.store.transaction() as uow:
                (self.conversation_id,) = await uow.inbox.waiting_conversations(runtime.clock.now(), 1)
        turn = time.process_time()
        await converse(runtime, self.conversation_id)
        return received - begun, time.process_time() - turn


async def _turns(service: Service, payloads: Sequence[str], turns: int) -> str:
    customer = Customer(service, str(uuid4()))
    for number in range(WARM_UP):
        await customer.say(payloads[number % len(payloads)])
    figures = [await customer.say(payloads[number % len(payloads)]) for number in range(turns)]
    received, turned = (statistics.mean(column) * 1000 for column in zip(*figures, strict=True))
    return f"{turned:.2f} | {received:.2f}"


async def _long(service: Service) -> str:
    """The turn at message 10, 100 and 1,000, each as the median of the turns around it."""
    customer = Customer(service, str(uuid4()))
    costs = [(await customer.say(RULES[number % len(RULES)]))[1] * 1000 for number in range(1010)]
    at = {number: statistics.median(costs[number - 6 : number + 6]) for number in (10, 100, 1000)}
    return f"{at[10]:.2f} | {at[100]:.2f} | {at[1000]:.2f} | {at[1000] / at[10]:.2f}"


async def _on(database: str, turns: int) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        lend_model(data)
        settings = Settings(data=data, port=free_port(), database=database, _env_file=None)  # type: ignore[call-arg]
        async with open_service(settings) as service:
            rules = await _turns(service, RULES, turns)
            form = await _turns(service, FORM, turns)
            return [rules, form, await _long(service)]


def tables(turns: int) -> Iterator[str]:
    """The lines of two tables: what a turn costs, and what it costs in a long conversation."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with postgresql_url() as url:
        measured = {
            "SQLite": uvloop.run(_on("", turns)),
            "PostgreSQL": uvloop.run(_on(url, turns)),
        }
    yield "| engine and store alone | database | CPU ms/turn | CPU ms to receive it |\n|---|---|---|---|"
    for name, (rules, form, _) in measured.items():
        yield f"| rules | {name} | {rules} |"
        yield f"| forms with custom actions | {name} | {form} |"
    yield "\n| CPU ms of message | 10 | 100 | 1,000 | 1,000 to 10 |\n|---|---|---|---|---|"
    for name, (_, _, long) in measured.items():
        yield f"| {name} | {long} |"
