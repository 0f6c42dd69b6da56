"""Simulating on the page "Journeys": the figures of the command, told of as they grow, and ended by who goes away."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

import pytest

from bot.entrypoints.command_line.simulating import simulate_in_processes, usual_answers, usual_people
from bot.entrypoints.console.journeys_page import simulating as page
from bot.entrypoints.console.journeys_page.simulating import figures_json
from bot.entrypoints.wiring.service import Service
from bot.journeys.simulate import Simulation, only
from bot.journeys.virtual_world import World
from tests.bot.entrypoints.console.conftest import Client, ClientMaker
from tests.bot.entrypoints.console.journeys_page.conftest import WELCOME

PATH = "/journeys/welcome/simulation"


async def lines(client: Client, **more: Any) -> list[dict[str, Any]]:
    answer = await client.post(PATH, json={"text": WELCOME, "people": 600, "days": 30, "seed": 3} | more)
    assert answer.status == 200, await answer.text()
    return [json.loads(line) for line in (await answer.text()).splitlines()]


async def test_it_tells_how_far_it_is_and_then_what_the_command_tells(service: Service, client_of: ClientMaker) -> None:
    async with client_of(service) as client:
        told = await lines(client)
    assert [one["done"] for one in told[:-1]] == [0, 200, 400, 600]
    playbook = service.library.current()
    journey = playbook.journeys["welcome"]
    world = only(World(playbook.journeys, playbook.rules, {}, playbook.segments, "GB"), "welcome")
    start = datetime.combine(service.runtime.clock.now().date(), time(), tzinfo=UTC)
    usual = usual_people(world, start.date(), 30)
    behaviour = replace(usual.behaviour, answer=usual_answers(playbook.assistant))
    simulation = Simulation(world, behaviour, start, 30, 3)
    expected = simulate_in_processes(simulation, replace(usual.crowd, count=600), ())
    figures = told[-1]["figures"]
    assert {**figures, "assumed": []} == json.loads(json.dumps(figures_json(expected, journey, [])))
    assert [one["step"] for one in figures["steps"]] == ["steps.0", "tip"]
    assert (figures["people"], figures["steps"][0]["came"]) == (600, 600)


async def test_what_is_typed_and_not_saved_is_what_is_tried(service: Service, client_of: ClientMaker) -> None:
    async with client_of(service) as client:
        told = await lines(client, text=WELCOME + "  - wait: 400d\n", people=50)
    assert told[-1]["figures"]["steps"][2]["words"] == "Wait 400 days"


async def test_people_of_whom_nothing_is_said_go_every_way(service: Service, client_of: ClientMaker) -> None:
    branch = "  - branch:\n      - if: profile.team_size > 20 and 'trial' in profile.tags\n        do: [add_to: big]\n"
    async with client_of(service) as client:
        told = await lines(client, text=WELCOME + branch, people=200)
    figures = told[-1]["figures"]
    big = next(one for one in figures["steps"] if one["words"] == "Add to big")
    assert 0 < big["came"] < 200
    assert {"team_size: 0 to 40", "the tag trial: 50%"} <= set(figures["assumed"])


async def test_what_becomes_of_messages_is_made_up_where_a_journey_asks(
    service: Service, client_of: ClientMaker
) -> None:
    async with client_of(service) as client:
        told = await lines(client, text=WELCOME + "  - wait: {for: message.read, at_most: 2d}\n", people=20)
    [assumed] = [one for one in told[-1]["figures"]["assumed"] if one.startswith("message.")]
    assert (assumed[:17], assumed[-13:]) == ("message.read: 60%", ", of messages")


async def test_what_a_journey_waits_for_happens_to_some(service: Service, client_of: ClientMaker) -> None:
    steps = (
        "  - wait: {for: [team.invited], at_most: 2d}\n"
        "  - branch:\n      - if: happened.event == 'team.invited' and happened.count >= 3\n"
        "        do: [add_to: grown]\n"
    )
    async with client_of(service) as client:
        told = await lines(client, text=WELCOME + steps, people=200)
    figures = told[-1]["figures"]
    grown = next(one for one in figures["steps"] if one["words"] == "Add to grown")
    assert 0 < grown["came"] < 100
    assert any(one.startswith("team.invited: 30%") for one in figures["assumed"])


async def test_what_cannot_be_simulated_is_refused(service: Service, client_of: ClientMaker) -> None:
    body = {"text": WELCOME, "people": 10, "days": 30, "seed": 1}
    async with client_of(service) as client:
        for more, status in (
            ({"people": 0}, 400),
            ({"people": page.MOST_PEOPLE + 1}, 400),
            ({"people": True}, 400),
            ({"days": 366}, 400),
            ({"text": WELCOME.replace("utter_tip", "utter_tipp")}, 422),
        ):
            assert (await client.post(PATH, json=body | more)).status == status


async def test_who_goes_away_ends_the_simulation(
    service: Service, client_of: ClientMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    shares = 0

    def counted(*given: Any) -> Any:
        nonlocal shares
        for share in given_shares(*given):
            shares += 1
            yield share

    given_shares = page._shares
    monkeypatch.setattr(page, "_shares", counted)
    monkeypatch.setattr(page, "AT_A_TIME", 10)
    async with client_of(service) as client:
        answer = await client.post(PATH, json={"text": WELCOME, "people": 10_000, "days": 365, "seed": 1})
        await answer.content.readline()
        answer.close()
        told = await asyncio.wait_for(lines(client, people=10), 60)  # its turn comes before the first would be through
    assert told[-1]["figures"]["people"] == 10
    assert shares < 900
