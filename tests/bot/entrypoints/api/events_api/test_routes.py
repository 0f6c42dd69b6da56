"""Events over HTTP: what is taken, what moves by it, and what a caller is told of the rest."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from bot.adapters.api_access import CredentialAccess
from bot.domain.audience import Attribute, AttributeType, ProfileSchema, Segment
from bot.domain.errors import Conflict
from bot.domain.ids import ProfileId
from bot.domain.person import Identity, Profile
from bot.entrypoints.serving.http import Server
from bot.entrypoints.wiring.service import Service
from bot.services import enrol, take_events
from tests.bot.services.stage import ANA, PHONE, Stage, journey_of

Client = TestClient[Any, Any]
SCHEMA = ProfileSchema(
    {
        "team_size": Attribute("team_size", AttributeType.NUMBER),
        "stage": Attribute("stage", AttributeType.TEXT, ("lead", "customer")),
        "renews_on": Attribute("renews_on", AttributeType.DATE),
    }
)
VIEWED = {"type": "track", "userId": "u1", "event": "pricing.viewed", "messageId": "m1"}


@pytest.fixture
def service(service_of: Callable[..., Service], stage: Stage) -> Service:
    stage.library.playbook = replace(stage.library.playbook, profile=SCHEMA)
    return service_of(connectors="")


@pytest_asyncio.fixture
async def client(service: Service) -> AsyncIterator[Client]:
    async with TestClient(TestServer(Server(service).application(), host="127.0.0.1")) as client:
        yield client


async def tell(client: Client, *events: Any) -> dict[str, Any]:
    answer = await client.post("/v1/events", json={"batch": events})
    told: dict[str, Any] = await answer.json()
    return {"status": answer.status, **told}


async def owner(stage: Stage, kind: str, value: str) -> Profile | None:
    async with stage.store.transaction() as uow:
        return await uow.profiles.owner_of(kind, value)


async def known(stage: Stage, user: str = "u1") -> Profile:
    found = await owner(stage, "user_id", user)
    assert found is not None
    return found


async def timeline(stage: Stage, who: ProfileId) -> list[tuple[str, dict[str, Any]]]:
    async with stage.store.transaction() as uow:
        return [(one.event, dict(one.data)) for one in reversed(await uow.timeline.of(who, limit=100))]


async def test_one_event_makes_somebody_known_and_lets_them_into_a_journey(client: Client, stage: Stage) -> None:
    stage.play(journey_of("- set: {plan: = event.plan}", "enter: {event: pricing.viewed}"))
    answer = await client.post("/v1/events", json={**VIEWED, "properties": {"plan": "pro"}, "context": {"ip": "::1"}})
    assert (answer.status, await answer.json()) == (200, {"taken": 1, "duplicates": 0, "errors": []})
    person = await known(stage)
    assert person.attributes == {"plan": "pro"}
    assert await timeline(stage, person.id) == [("pricing.viewed", {"plan": "pro"})]


async def test_an_event_that_comes_again_acts_once(client: Client, stage: Stage) -> None:
    stage.play(journey_of("- score: {fit: 1, reason: again}", "enter: {event: pricing.viewed, again: after 1s}"))
    told = [await tell(client, VIEWED, {**VIEWED, "messageId": "m2"}, VIEWED) for _ in range(2)]
    assert [(one["taken"], one["duplicates"]) for one in told] == [(2, 1), (0, 3)]
    assert len(await timeline(stage, (await known(stage)).id)) == 2


async def test_a_request_that_comes_again_acts_once_by_its_key(client: Client, stage: Stage) -> None:
    nameless = {name: value for name, value in VIEWED.items() if name != "messageId"}
    batch = {"batch": [nameless, nameless, VIEWED]}
    told = []
    for key in ("order-7", "order-7", "order-8"):
        answer = await client.post("/v1/events", json=batch, headers={"Idempotency-Key": key})
        told.append(await answer.json())
    assert [(one["taken"], one["duplicates"]) for one in told] == [(3, 0), (0, 3), (2, 1)]
    refused = await client.post("/v1/events", json=nameless, headers={"Idempotency-Key": "k" * 200})
    assert (refused.status, "128" in await refused.text()) == (400, True)


async def test_the_good_ones_of_a_batch_are_taken_and_the_others_told_by_their_index(
    client: Client, stage: Stage
) -> None:
    told = await tell(
        client,
        {**VIEWED, "event": "?!"},
        VIEWED,
        "no event",
        {**VIEWED, "userId": None},
        {**VIEWED, "person": {"id": "nobody"}},
        {**VIEWED, "evnt": 1},
    )
    assert (told["status"], told["taken"]) == (200, 1)
    said = {one["index"]: one["error"] for one in told["errors"]}
    assert "two words with a dot" in said[0]
    assert "must be a JSON object" in said[2]
    assert "it says of nobody" in said[3]
    assert 'there is no person "nobody"' in said[4]
    assert 'there is no "evnt" in an event. Did you mean "event"?' in said[5]


async def test_where_nothing_can_be_taken_the_request_is_refused(client: Client) -> None:
    told = await tell(client, {**VIEWED, "type": "page", "name": "Pricing"})
    assert (told["status"], told["taken"]) == (400, 0)
    assert told["error"] == '"page" events are not taken. Send "track" or "identify".'
    assert await tell(client) == {"status": 200, "taken": 0, "duplicates": 0, "errors": []}


async def test_what_people_are_is_kept_as_far_as_it_was_declared(client: Client, stage: Stage) -> None:
    stage.library.playbook = replace(stage.library.playbook, segments={"big": Segment("big", "profile.team_size > 20")})
    traits = {
        "teamSize": 50,
        "stage": "friend",
        "renews_on": "soon",
        "timezone": "Europe/Paris",
        "locale": "fr-FR",
        "tags": ["vip"],
        "nickname": "Ana",
        "email": "Ana@Example.com",
        "phone": "07700 900123",
    }
    told = await tell(client, {"type": "identify", "userId": "u1", "traits": traits, "messageId": "m1"})
    assert told["taken"] == 1
    assert {one["attribute"]: one["error"] for one in told["errors"]} == {
        "stage": "it must be one of lead, customer",
        "renews_on": "it must be a date such as 2026-11-24",
        "tags": '"tags" belongs to the profile itself and cannot be set. Choose another name.',
        "nickname": 'journeys/profile.yml declares no attribute "nickname".',
        "phone": "the phone number must begin with + and the country's code",
    }
    person = await known(stage)
    assert (person.attributes, person.time_zone, person.locale) == ({"team_size": 50}, "Europe/Paris", "fr-FR")
    async with stage.store.transaction() as uow:
        assert set(await uow.segments.of(person.id)) == {"big"}
        assert set(await uow.profiles.identities(person.id)) == {
            Identity("user_id", "u1"),
            Identity("email", "ana@example.com"),
        }
    events = [event for event, _ in await timeline(stage, person.id)]
    assert events == ["person.identified", "segment.entered"]


@pytest.mark.parametrize("written", ["+44 7700 900123", "+44 (0)7700-900123", "+447700900123"])
async def test_a_phone_number_is_kept_alike_however_it_is_written(client: Client, stage: Stage, written: str) -> None:
    told = await tell(client, {"type": "identify", "userId": "u1", "traits": {"phone": written}})
    assert (told["taken"], told["errors"]) == (1, [])
    assert await owner(stage, "phone", PHONE) == await known(stage)


async def test_an_address_that_somebody_else_has_proved_stays_theirs(client: Client, stage: Stage) -> None:
    await stage.meet()
    for number in range(2):
        await tell(
            client,
            {"type": "identify", "userId": "u1", "traits": {"phone": PHONE}, "messageId": f"m{number}"},
            {"event": "trial.started", "person": {"phone": PHONE}, "messageId": f"n{number}"},
        )
    found = await owner(stage, "phone", PHONE)
    assert found is not None
    assert found.id == ANA
    assert [event for event, _ in await timeline(stage, ANA)] == ["trial.started"] * 2


async def test_a_visitor_who_signs_up_stays_the_same_person(client: Client, stage: Stage) -> None:
    await tell(client, {"event": "pricing.viewed", "anonymousId": "a1"})
    await tell(client, {"type": "identify", "userId": "u1", "anonymousId": "a1", "traits": {"teamSize": 5}})
    await tell(client, {"event": "trial.started", "anonymousId": "a1"})
    person = await known(stage)
    events = [event for event, _ in await timeline(stage, person.id)]
    assert events == ["pricing.viewed", "person.identified", "trial.started"]


async def test_who_uses_the_same_browser_after_somebody_else_is_another_person(client: Client, stage: Stage) -> None:
    for user in ("u1", "u2"):
        await tell(client, {"event": "trial.started", "userId": user, "anonymousId": "a1"})
        stage.clock.forward(timedelta(minutes=1))
    first, second = await known(stage, "u1"), await known(stage, "u2")
    assert first.id != second.id
    assert await owner(stage, "anonymous_id", "a1") == second


async def test_history_is_counted_and_moves_nobody_in_a_journey(client: Client, stage: Stage) -> None:
    stage.library.playbook = replace(
        stage.library.playbook, segments={"keen": Segment("keen", "did('pricing.viewed', 30)")}
    )
    stage.play(journey_of("- add_to: entered", "enter: {event: pricing.viewed}"))
    long_ago = (stage.clock.now() - timedelta(days=4)).isoformat()
    await tell(client, {**VIEWED, "timestamp": long_ago})
    person = await known(stage)
    assert person.tags == frozenset()
    async with stage.store.transaction() as uow:
        assert set(await uow.segments.of(person.id)) == {"keen"}
    ahead = (stage.clock.now() + timedelta(days=4)).isoformat()
    await tell(client, {**VIEWED, "timestamp": ahead, "messageId": "m2"})
    assert (await known(stage)).tags == {"entered"}
    async with stage.store.transaction() as uow:
        assert (await uow.timeline.of(person.id, limit=1))[0].at == stage.clock.now()


async def test_an_event_that_breaks_journeys_is_kept_and_the_others_go_on(
    client: Client, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_journeys = enrol.tell_journeys

    async def broken(uow: Any, runtime: Any, who: Any, events: Any, now: Any, **more: Any) -> None:
        if any(one.event == "odd.thing" for one in events):
            raise ValueError("a fault of ours")
        await tell_journeys(uow, runtime, who, events, now, **more)

    monkeypatch.setattr(take_events, "tell_journeys", broken)
    stage.play(journey_of("- add_to: entered", "enter: {event: pricing.viewed}"))
    told = await tell(client, {**VIEWED, "event": "odd.thing", "messageId": "m0"}, VIEWED)
    assert (told["status"], told["taken"]) == (200, 2)
    assert told["errors"][0]["index"] == 0
    assert "segments and journeys could not be told" in told["errors"][0]["warning"]
    person = await known(stage)
    assert person.tags == {"entered"}
    assert [event for event, _ in await timeline(stage, person.id)] == ["odd.thing", "pricing.viewed"]


async def test_a_batch_that_others_get_into_the_way_of_each_time_is_taken_one_by_one(
    client: Client, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_journeys, faster = enrol.tell_journeys, [Conflict("somebody is faster")] * take_events.MOST_TRIES

    async def contended(uow: Any, runtime: Any, who: Any, events: Any, now: Any, **more: Any) -> None:
        if faster and any(one.event == "busy.thing" for one in events):
            raise faster.pop()
        await tell_journeys(uow, runtime, who, events, now, **more)

    monkeypatch.setattr(take_events, "tell_journeys", contended)
    stage.play(journey_of("- add_to: entered", "enter: {event: pricing.viewed}"))
    told = await tell(client, {**VIEWED, "event": "busy.thing", "messageId": "m0"}, VIEWED)
    assert (told["status"], told["taken"], told.get("errors", [])) == (200, 2, [])
    person = await known(stage)
    assert person.tags == {"entered"}
    assert [event for event, _ in await timeline(stage, person.id)] == ["busy.thing", "pricing.viewed"]


DEEP: Any = 1
for _ in range(30):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("event", "words"),
    [
        ({**VIEWED, "phone": "+447700900123"}, 'no "phone" in an event. Write "person": {"phone": ...}.'),
        ({**VIEWED, "data": {"a": 1}}, 'no "data" in an event. Write what comes with it as "properties"'),
        ({**VIEWED, "properties": [1]}, '"properties" must be an object'),
        ({**VIEWED, "properties": {"a": "x" * 40_000}}, "larger than 32 kB"),
        ({**VIEWED, "properties": {"a": DEEP}}, "nested more than 20 deep"),
        ({**VIEWED, "properties": {"a": "\ud800"}}, "half of a surrogate pair"),
        ({**VIEWED, "timestamp": "yesterday"}, '"timestamp" must be a time'),
        ({**VIEWED, "timestamp": 5}, '"timestamp" must be a time'),
        ({**VIEWED, "timestamp": "0001-01-01T00:00:00+14:00"}, "a time of no calendar"),
        ({**VIEWED, "timestamp": "1950-01-01"}, "before 1971"),
        ({**VIEWED, "messageId": ""}, '"messageId" is a text'),
        ({**VIEWED, "messageId": 5}, '"messageId" is a text'),
        ({**VIEWED, "userId": {}}, "an id of yours is a text"),
        ({**VIEWED, "userId": "x" * 300}, "an id of yours is a text"),
        ({**VIEWED, "person": {"email": "nobody"}}, "the e-mail address is not valid"),
        ({**VIEWED, "person": {"email": 5}}, "the e-mail address is not valid"),
        ({**VIEWED, "event": None}, '"event" must say what happened'),
        ({**VIEWED, "event": "x" * 500}, "longer than 200 characters"),
        ({**VIEWED, "event": "Message Received"}, "told by the service itself"),
        ({**VIEWED, "event": "person.identified"}, "told by the service itself"),
        ({**VIEWED, "traits": {"a": 1}}, 'told by "identify"'),
        ({"type": "identify", "userId": "u1", "event": "a.b"}, 'what happened is told by "track"'),
        ({"type": "identify", "userId": "u1", "traits": "x"}, '"traits" must be an object'),
        ({**VIEWED, "event": "заказ order created"}, "cannot be an event's name"),
    ],
)
async def test_an_event_that_cannot_be_taken_says_why(client: Client, event: Any, words: str) -> None:
    told = await tell(client, event)
    assert told["status"] == 400
    assert words in told["error"]


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ("Order Completed", "order.completed"),
        ("orderCompleted", "order.completed"),
        ("Prüfung.bestanden", "prufung.bestanden"),
        ("order.completed", "order.completed"),
        (" Pricing: page viewed! ", "pricing.page.viewed"),
        ("trial-v2.started_now", "trial-v2.started_now"),
        ("Purchase", "track.purchase"),
        ("add_to_cart", "track.add_to_cart"),
        ("2nd visit", "track.2nd.visit"),
    ],
)
async def test_events_get_the_names_that_journeys_give_them(client: Client, stage: Stage, told: str, name: str) -> None:
    await tell(client, {**VIEWED, "event": told})
    assert [event for event, _ in await timeline(stage, (await known(stage)).id)] == [name]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"nothing", 400, "the body is not JSON"),
        (b'{"event": NaN}', 400, "the body is not JSON"),
        (b"[" * 100_000, 400, "the body is not JSON"),
        (b"\xff\xfe", 400, "the body is not JSON"),
        (b'{"batch": 5}', 400, '"batch" must be a list'),
        (json.dumps([VIEWED] * 501).encode(), 413, "at most 500 events"),
        (b'"' + b"x" * 600_000 + b'"', 413, "at most 512 kB"),
    ],
)
async def test_a_request_that_cannot_be_read_says_why(client: Client, body: bytes, status: int, words: str) -> None:
    answer = await client.post("/v1/events", data=body)
    assert answer.status == status
    assert words in (await answer.json())["error"]


async def test_the_value_of_an_attribute_has_its_bounds(client: Client, stage: Stage) -> None:
    stage.library.playbook = replace(stage.library.playbook, profile=None)
    told = await tell(client, {"userId": "u1", "traits": {"notes": "x" * 20_000, "plan": "pro"}})
    assert [one["error"] for one in told["errors"]] == ["its value is longer than 10000 characters"]
    assert (await known(stage)).attributes == {"plan": "pro"}


async def test_nobody_tells_anything_without_a_credential(service: Service) -> None:
    for access, status in ((CredentialAccess(), 404), (CredentialAccess(token="secret"), 401)):
        server = Server(replace(service, access=access)).application()
        async with TestClient(TestServer(server, host="127.0.0.1")) as client:
            assert (await client.post("/v1/events", json=VIEWED)).status == status


async def test_who_told_what_is_kept_and_a_later_event_does_not_undo_a_correction(client: Client, stage: Stage) -> None:
    identify = {"type": "identify", "userId": "u1", "traits": {"team_size": 50}}
    await tell(client, {**identify, "messageId": "i1"})
    await client.patch("/v1/people/u1/attributes", json={"team_size": 60})
    await tell(client, {**identify, "messageId": "i2"})
    person = await (await client.get("/v1/people/u1")).json()
    told = person["provenance"]["attributes"]["team_size"]
    assert (person["attributes"]["team_size"], told["source"]) == (60, "correction")
    assert told["differing"]["words"] == "API, machine: person.identified"
