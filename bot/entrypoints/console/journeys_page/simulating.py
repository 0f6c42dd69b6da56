"""Simulates the text of a journey for its page: a bounded crowd, in a process of its own, told of as it goes."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import AsyncIterator, Mapping
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

from aiohttp import web

from bot.domain.errors import ContentError, WebhookRejected
from bot.domain.journey import Journey
from bot.entrypoints.command_line.simulating import Share, pool_of, shares_of, usual_answers, usual_people
from bot.entrypoints.console.journeys_page.answers import text_of
from bot.entrypoints.console.journeys_page.editing import Editing
from bot.entrypoints.web.translate import json_object
from bot.entrypoints.wiring.connectors import channel_identities
from bot.entrypoints.wiring.service import Service
from bot.journeys.outline import outline
from bot.journeys.people import Crowd
from bot.journeys.simulate import Simulation, only
from bot.journeys.simulated import OUT, JourneySimulated, MessageKind, Simulated
from bot.journeys.simulated_words import assumptions, reasons, summary
from bot.journeys.virtual_world import World

MOST_PEOPLE, MOST_DAYS, MOST_SEED = 10_000, 365, 1_000_000
AT_A_TIME = 250
"""People between two words of how far it is; whoever goes away stops it within as many."""


class Simulating:
    """One at a time, whoever asks: the service needs the machine, too."""

    def __init__(self, service: Service, editing: Editing) -> None:
        self._service = service
        self._editing = editing
        self._turn = asyncio.Lock()

    async def simulate(self, request: web.Request) -> web.StreamResponse:
        """Lines of JSON: how many people are through, and the figures last. Who stops reading stops the simulation."""
        body = await json_object(request)
        name, text = request.match_info["journey"], text_of(body, "text")
        people = _number(body, "people", MOST_PEOPLE)
        days, seed = _number(body, "days", MOST_DAYS), _number(body, "seed", MOST_SEED)
        checked = await asyncio.to_thread(self._editing.checked, name, text)
        if checked.journey is None:
            raise ContentError(checked.faults)
        simulation, crowd = self._simulation(checked.journey, people, days, seed)
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson", "Cache-Control": "no-store"})
        await response.prepare(request)
        try:
            async for told in self._told(simulation, crowd, checked.journey):
                await response.write(json.dumps(told, ensure_ascii=False).encode() + b"\n")
        except ConnectionResetError:
            pass  # nobody reads on, so nobody wants the rest
        return response

    def _simulation(self, journey: Journey, people: int, days: int, seed: int) -> tuple[Simulation, Crowd]:
        """As `overture journeys simulate` begins where nothing is said of people."""
        playbook, settings = self._service.library.current(), self._service.settings
        journeys = {**playbook.journeys, journey.id: journey}
        channels = channel_identities(settings)
        world = World(
            journeys,
            playbook.rules,
            channels,
            playbook.segments,
            settings.region,
            playbook.score_rules,
            playbook.grades,
        )
        world = only(world, journey.id)
        start = datetime.combine(self._service.runtime.clock.now().date(), time(), tzinfo=UTC)
        usual = usual_people(world, start.date(), days)
        behaviour = replace(usual.behaviour, answer=usual_answers(playbook.assistant))
        return Simulation(world, behaviour, start, days, seed), replace(usual.crowd, count=people)

    async def _told(self, simulation: Simulation, crowd: Crowd, journey: Journey) -> AsyncIterator[Mapping[str, Any]]:
        yield {"done": 0, "of": crowd.count, "waits": self._turn.locked()}
        async with self._turn:
            whole: Simulated | None = None
            pool = pool_of(1)
            try:
                for share in _shares(simulation, crowd):
                    figures = await asyncio.get_running_loop().run_in_executor(pool, Share.run, share)
                    if whole is None:
                        whole = figures
                    else:
                        whole.add(figures)
                    yield {"done": whole.people, "of": crowd.count, "waits": False}
            except BrokenProcessPool:
                yield {"error": "The simulation was ended from outside, perhaps for want of memory. Try fewer people."}
                return
            finally:
                pool.shutdown(wait=False, cancel_futures=True)
        assert whole is not None  # noqa: S101  there is at least one person
        yield {"figures": figures_json(whole, journey, list(assumptions(simulation, crowd)))}


def figures_json(simulated: Simulated, journey: Journey, assumed: list[str]) -> dict[str, Any]:
    """The funnel in the order of the file, what went out, and what was withheld or put off and why."""
    one = simulated.journeys[journey.id]
    return {
        "summary": summary(journey.id, one),
        "people": simulated.people,
        "opted_out": simulated.opted_out,
        "steps": [
            {"step": row.id, "depth": row.depth, "words": row.words}
            | {"came": step.came, "went_on": step.went_on, "left": step.left, "there": step.there}
            for row in outline(journey)
            for step in [one.step(row.id)]
        ],
        "out": [_message(kind, number) for kind, number in one.messages.items() if kind.what in OUT],
        "withheld": [_message(*pair) for pair in reasons(one, "withheld")],
        "later": [_message(*pair) for pair in reasons(one, "later")],
        "left": _why(one),
        "assumed": assumed,
    }


def _message(kind: MessageKind, number: int) -> dict[str, Any]:
    return {
        "step": kind.step,
        "what": kind.what,
        "subject": kind.subject,
        "channel": kind.channel,
        "why": kind.why,
        "messages": number,
    }


def _why(one: JourneySimulated) -> list[dict[str, Any]]:
    """Why people left before the end, or were parked."""
    left = [{"why": why, "people": number} for why, number in one.left_why.most_common()]
    parked = one.parked_why.most_common()
    return [*left, *({"why": f"parked at {at}: {why}", "people": number} for (at, why), number in parked)]


def _shares(simulation: Simulation, crowd: Crowd) -> list[Share]:
    count = math.ceil(crowd.count / AT_A_TIME)
    return shares_of(simulation, crowd, (), [crowd.count * number // count for number in range(count + 1)])


def _number(body: Mapping[str, Any], name: str, most: int) -> int:
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= most:
        raise WebhookRejected(400, f'"{name}" wants a whole number from 1 to {most:,}')
    return value
