"""A response is tried out on a colleague's device: to addresses that the settings name, and to no other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.domain.consent import Consequence, Suppression
from bot.domain.errors import PermanentSendError
from bot.domain.message import Text
from bot.entrypoints.console.responses_page import trying
from bot.entrypoints.wiring.service import Service
from tests.bot.entrypoints.console.conftest import Client, ClientMaker
from tests.bot.entrypoints.console.responses_page.conftest import ServiceMaker
from tests.bot.services.stage import PHONE, Stage

COLLEAGUE = "+447700900555"
TRY: dict[str, Any] = {
    "response": "utter_greet",
    "variations": [{"was": 0, "says": {"text": "Hello, {lead_name}!"}}, {"was": 1, "says": {"text": "Hallo!"}}],
    "number": 0,
    "channel": "sms",
    "address": COLLEAGUE,
    "known": {"slots": {"lead_name": "Ana"}},
}


@pytest.fixture
def service(service_of: ServiceMaker, assistant: Path) -> Service:
    journeys = assistant.parent / "journeys"
    named = f"{COLLEAGUE}, robin@example.com"
    return service_of(connectors="", assistant=assistant, journeys=journeys, test_addresses=named)


async def tried(client: Client, **changes: Any) -> tuple[int, dict[str, Any]]:
    answer = await client.post("/responses/test", json=TRY | changes)
    return answer.status, await answer.json()


async def outcome(client: Client, test: str) -> dict[str, Any]:
    told: dict[str, Any] = await (await client.get("/responses/test", params={"test": test})).json()
    return told


async def test_what_is_typed_reaches_a_colleague_as_a_customer_would_see_it(
    service: Service, client_of: ClientMaker, stage: Stage
) -> None:
    async with client_of(service) as client:
        says = [{"was": 0, "says": {"text": "Good day, {lead_name}!"}}]
        status, told = await tried(client, variations=says)
        assert (status, await outcome(client, told["test"])) == (200, {"status": "waiting", "reason": ""})
        await stage.settle()
        assert await outcome(client, told["test"]) == {"status": "sent", "reason": ""}
    [sent] = stage.sms.taken
    assert (sent.address, sent.content) == (COLLEAGUE, Text("Good day, Ana!"))
    async with stage.store.transaction() as uow:
        [noted] = [one for one in await uow.audit.latest(9) if one.deed.what == "response.tested"]
        assert await uow.profiles.owner_of("phone", COLLEAGUE) is None
    assert (noted.deed.about, noted.deed.detail) == ("utter_greet", {"channel": "sms"})


async def test_nobody_else_gets_a_test(service: Service, client_of: ClientMaker, stage: Stage) -> None:
    async with client_of(service) as client:
        status, told = await tried(client, address=PHONE)
        await stage.settle()
    assert (status, told["error"]) == (403, "this address is not among those of OVERTURE_TEST_ADDRESSES")
    assert stage.sms.taken == []


async def test_where_nobody_is_named_it_is_said_what_to_do(
    service_of: ServiceMaker, assistant: Path, client_of: ClientMaker
) -> None:
    journeys = assistant.parent / "journeys"
    async with client_of(service_of(connectors="", assistant=assistant, journeys=journeys)) as client:
        status, told = await tried(client)
    assert status == 403
    assert "put their address into OVERTURE_TEST_ADDRESSES" in told["error"]


async def test_a_colleague_who_wrote_stop_gets_none_and_it_is_said_why(
    service: Service, client_of: ClientMaker, stage: Stage
) -> None:
    async with stage.store.transaction() as uow:
        now = stage.clock.now()
        await uow.consents.suppress(Suppression("sms", COLLEAGUE, "wrote STOP", now, Consequence.OPTED_OUT))
    async with client_of(service) as client:
        _, told = await tried(client)
        await stage.settle()
        came = await outcome(client, told["test"])
    assert came["status"] == "withheld"
    assert came["reason"].startswith("this address asked to be left alone")
    assert stage.sms.taken == []


async def test_what_the_vendor_refuses_is_told(service: Service, client_of: ClientMaker, stage: Stage) -> None:
    stage.sms.faults.append(PermanentSendError("the vendor knows no such number"))
    async with client_of(service) as client:
        _, told = await tried(client)
        await stage.settle()
        assert await outcome(client, told["test"]) == {"status": "dead", "reason": "the vendor knows no such number"}


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"channel": "slack"}, 404, 'nothing can be tried on "slack" here'),
        ({"channel": "webchat"}, 404, 'nothing can be tried on "webchat" here'),
        ({"address": "nobody"}, 422, "phone number"),
        ({"number": 7}, 422, "variation 8 is not said on sms; choose variation 1"),
        ({"number": "1"}, 400, '"number"'),
        ({"variations": [{"was": 0, "says": {}}]}, 422, "text"),
        ({"response": "utter_nobody"}, 409, "it is no longer there"),
    ],
)
async def test_what_cannot_be_tried_is_told(
    service: Service, client_of: ClientMaker, stage: Stage, changes: dict[str, Any], status: int, words: str
) -> None:
    async with client_of(service) as client:
        answered, told = await tried(client, **changes)
        await stage.settle()
    assert (answered, stage.sms.taken) == (status, [])
    assert words in str(told)


async def test_only_so_many_are_sent(service: Service, client_of: ClientMaker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trying, "OF_TESTS", replace(trying.OF_TESTS, burst=2))
    async with client_of(service) as client:
        assert [(await tried(client))[0] for _ in range(3)] == [200, 200, 429]


async def test_in_the_sandbox_anybody_may_be_named_and_the_page_offers_the_playgrounds_phone(
    service: Service, client_of: ClientMaker, stage: Stage
) -> None:
    made = replace(
        service,
        sandboxed_channels=frozenset({"sms"}),
        settings=service.settings.model_copy(update={"test_addresses": ""}),
    )
    async with client_of(made) as client:
        told = await (await client.get("/responses/utter_greet.json")).json()
        assert told["tests"] == [{"channel": "sms", "addresses": ["+447700900123"], "anybody": True}]
        assert (await tried(client, address=PHONE))[0] == 200


async def test_the_outcome_of_something_else_is_nobodys_business(
    service: Service, client_of: ClientMaker, stage: Stage
) -> None:
    await stage.queue("a reply", profile_id=None)
    async with client_of(service) as client:
        assert (await client.get("/responses/test", params={"test": "a reply"})).status == 404
