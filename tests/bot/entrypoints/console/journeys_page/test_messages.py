"""What the page "Journeys" is told of a step's message on each channel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot.domain.assistant import Variation
from bot.entrypoints.wiring.service import Service
from tests.bot.entrypoints.console.conftest import ClientMaker
from tests.bot.entrypoints.console.journeys_page.conftest import ServiceMaker
from tests.bot.services.linking import say
from tests.bot.services.stage import Stage, journey_of


@pytest.fixture
def service(service_of: ServiceMaker, stage: Stage, folder: Path) -> Service:
    stage.play(journey_of("- wait: 1d"))
    return service_of(connectors="webchat,twilio_messaging,slack,rest", journeys=folder)


async def told_of(service: Service, client_of: ClientMaker, **body: Any) -> tuple[int, dict[str, Any]]:
    async with client_of(service) as client:
        answer = await client.post("/journeys/messages", json=body)
        return answer.status, await answer.json()


async def test_the_channels_of_the_step_come_first_then_one_of_each_other_kind(
    service: Service, client_of: ClientMaker
) -> None:
    status, told = await told_of(service, client_of, response="utter_tip", channels=["sms"])
    channels = told["messages"][0]["channels"]
    assert status == 200
    assert [(one["channel"], one["kind"], one["chosen"]) for one in channels] == [
        ("sms", "sms", True),
        ("webchat", "chat", False),
        ("slack", "blocks", False),
        ("voice", "speech", False),
    ]
    assert not channels[-1]["connected"]
    assert channels[0]["wordings"][0]["previews"][0]["segments"]["count"] == 1


async def test_links_with_a_variable_are_told_of_a_message_whose_links_are_followed(
    service_of: ServiceMaker, stage: Stage, folder: Path, client_of: ClientMaker
) -> None:
    stage.play(journey_of("- wait: 1d"))
    say(stage, Variation("Pay: https://example.com/{slot}, or see https://example.com/prices"), response="utter_tip")
    service = service_of(connectors="webchat,twilio_messaging", journeys=folder)
    for follows, not_followed in ((True, ["https://example.com/{slot}"]), (False, [])):
        _, told = await told_of(service, client_of, response="utter_tip", channels=["sms"], follows=follows)
        assert told["messages"][0]["not_followed"] == not_followed


async def test_what_is_not_there_is_told(service: Service, client_of: ClientMaker) -> None:
    assert (await told_of(service, client_of, response="utter_none"))[0] == 404
    assert (await told_of(service, client_of, form="none"))[0] == 404
    assert (await told_of(service, client_of))[0] == 400
