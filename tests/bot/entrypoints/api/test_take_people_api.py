"""`POST /v1/people`: who is taken, what is refused and why, and that nobody becomes reachable by it who had refused."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.consent import Purpose, standing_consent
from bot.domain.person import Profile
from bot.entrypoints.serving.http import Server
from bot.entrypoints.wiring.service import Service
from bot.services.respect_wishes import restrict
from tests.bot.services.stage import Stage

Client = TestClient[Any, Any]
SCHEMA = ProfileSchema(
    {
        "team_size": Attribute("team_size", AttributeType.NUMBER),
        "stage": Attribute("stage", AttributeType.TEXT, ("lead", "customer")),
        "interests": Attribute("interests", AttributeType.LIST),
    }
)
PHONE = "+447700900123"
PROOF = {"how": "newsletter form", "at": "2026-03-01", "text": "May we text you?"}
YES = {"purpose": "marketing", "channel": "sms", "granted": True, **PROOF}
NO = {"purpose": "marketing", "channel": "sms", "granted": False}


@pytest.fixture
def service(service_of: Callable[..., Service], stage: Stage) -> Service:
    stage.library.playbook = replace(stage.library.playbook, profile=SCHEMA)
    return service_of(connectors="")


@pytest_asyncio.fixture
async def client(service: Service) -> AsyncIterator[Client]:
    async with TestClient(TestServer(Server(service).application(), host="127.0.0.1")) as client:
        yield client


async def take(client: Client, *people: Any, **more: Any) -> list[dict[str, Any]]:
    answer = await client.post("/v1/people", json={"people": people, **more})
    told: list[dict[str, Any]] = (await answer.json())["people"]
    return told


async def known(stage: Stage, kind: str, value: str) -> Profile:
    async with stage.store.transaction() as uow:
        found = await uow.profiles.owner_of(kind, value)
    assert found is not None
    return found


async def consent(stage: Stage, who: Profile) -> bool | None:
    async with stage.store.transaction() as uow:
        standing = standing_consent(await uow.consents.of(who.id), Purpose.MARKETING, "sms")
    return None if standing is None else standing.granted


async def test_one_person_or_many_are_made_known_and_the_same_again_changes_nothing(
    client: Client, stage: Stage
) -> None:
    ana = {
        "user_id": 7,
        "email": "Ana@Example.com",
        "attributes": {"teamSize": 50, "interests": ["rota"]},
        "time_zone": "Europe/Lisbon",
        "locale": "pt-PT",
        "tags": ["fair-2026"],
    }
    answer = await client.post("/v1/people", json=ana)
    [first] = (await answer.json())["people"]
    assert (answer.status, first["result"]) == (200, "new")
    profile = await known(stage, "email", "ana@example.com")
    assert (profile.id, profile.attributes) == (first["person"], {"team_size": 50, "interests": ["rota"]})
    assert (profile.time_zone, profile.locale, profile.tags) == ("Europe/Lisbon", "pt-PT", frozenset({"fair-2026"}))
    again, ben = await take(client, ana, {"phone": PHONE})
    assert again == {"result": "same", "person": profile.id}
    assert ben["result"] == "new"
    assert (await take(client, {**ana, "attributes": {"team_size": 80}}))[0]["result"] == "changed"


async def test_to_fill_in_leaves_what_is_there(client: Client, stage: Stage) -> None:
    await take(client, {"email": "ana@example.com", "attributes": {"team_size": 50}})
    more = {"email": "ana@example.com", "attributes": {"team_size": 9, "stage": "lead"}}
    assert (await take(client, more, fill=True))[0]["result"] == "changed"
    assert (await known(stage, "email", "ana@example.com")).attributes == {"team_size": 50, "stage": "lead"}


@pytest.mark.parametrize(
    ("person", "why"),
    [
        ({"attributes": {"team_size": 5}}, "names nobody"),
        ({"email": "ana@example.com", "tags": ["fair", {"of": 2026}]}, "tags: each of them must be a text"),
        ({"email": "ana"}, "e-mail address is not valid"),
        ({"email": "a@b.com", "phone": "12"}, "phone"),
        ({"email": "a@b.com", "shoe_size": 44}, 'What else is known of them stands in "attributes".'),
        ({"email": "a@b.com", "attributes": {"shoe_size": 44}}, 'no attribute "shoe_size"'),
        ({"email": "a@b.com", "attributes": {"team_size": "many"}}, "number"),
        ({"email": "a@b.com", "attributes": {"stage": "fan"}}, "lead, customer"),
        ({"email": "a@b.com", "attributes": {"email": "a@b.com"}}, "beside the attributes"),
        ({"email": "a@b.com", "attributes": [1]}, "an object"),
        ({"email": "a@b.com", "name": "Ana"}, 'no "name"'),
        ({"email": {"is": "a@b.com"}}, "email"),
        ({"email": "a@b.com", "opted_out": "perhaps"}, "yes or no"),
        ({"email": "a@b.com", "consents": {"channel": "sms"}}, "consents"),
        ({"email": "a@b.com", "consents": [{**YES, "word": "x"}]}, 'no "word"'),
        ({"email": "a@b.com", "consents": [{**YES, "text": ""}]}, "only taken with its proof"),
        ({"email": "a@b.com", "consents": [{**YES, "granted": None}]}, 'consents[0]: "granted" must say'),
        ({"email": "a@b.com", "consents": [{"purpose": "marketing"}]}, 'consents[0]: "granted" must say'),
        ({"email": "a@b.com", "consents": [{**YES, "purpose": "fun"}]}, "no such purpose"),
        ({"email": "a@b.com", "consents": [{**YES, "channel": "pigeon"}]}, "pigeon"),
        ({"email": "a@b.com", "consents": [{**YES, "at": "2099-01-01"}]}, "consent"),
        ("Ana", "JSON object"),
    ],
)
async def test_a_person_who_cannot_be_taken_is_refused_with_the_reason_and_the_others_are_taken(
    client: Client, stage: Stage, person: Any, why: str
) -> None:
    refused, taken = await take(client, person, {"phone": PHONE})
    assert (refused["result"], taken["result"]) == ("refused", "new")
    assert why in refused["error"]
    async with stage.store.transaction() as uow:
        assert await uow.profiles.owner_of("email", "a@b.com") is None


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ("nonsense", "JSON"),
        ("[]", "people"),
        ('{"people": {}}', "list"),
        ('{"people": [], "more": 1}', "fill"),
        ('{"people": [], "fill": 1}', "fill"),
        ('{"email": "ana@example.com", "fill": true}', 'no "fill"'),
        ("[" * 100_000, "JSON"),
    ],
)
async def test_a_body_that_says_nothing_of_people_is_refused(client: Client, body: str, why: str) -> None:
    answer = await client.post("/v1/people", data=body)
    assert answer.status == 400
    assert why in (await answer.json())["error"]


async def test_too_many_are_refused(client: Client) -> None:
    answer = await client.post("/v1/people", json={"people": [{"user_id": n} for n in range(501)]})
    assert answer.status == 413


async def test_what_no_database_takes_is_left_out(client: Client, stage: Stage) -> None:
    body = b'{"email": "ana@example.com", "attributes": {"interests": ["a\\u0000b", "\\ud800c"], "team_size": 1e999}}'
    answer = await client.post("/v1/people", data=body)
    assert answer.status == 200, await answer.text()
    assert (await known(stage, "email", "ana@example.com")).attributes["interests"] == ["ab", "c"]


async def test_nobody_consents_without_all_of_the_proof(client: Client, stage: Stage) -> None:
    for missing in PROOF:
        told = {"phone": PHONE, "consents": [{name: value for name, value in YES.items() if name != missing}]}
        assert (await take(client, told))[0]["result"] == "refused"
    assert (await take(client, {"phone": PHONE, "consents": [YES]}))[0]["result"] == "new"
    assert await consent(stage, await known(stage, "phone", PHONE)) is True


async def test_a_consent_brings_nobody_back_who_had_refused(client: Client, stage: Stage) -> None:
    await take(client, {"phone": PHONE, "consents": [NO]})
    [again] = await take(client, {"phone": PHONE, "consents": [YES]})
    assert "refused" in again["warnings"][0]
    assert await consent(stage, await known(stage, "phone", PHONE)) is False


async def test_an_opt_out_is_taken_though_the_rest_is_wrong(client: Client, stage: Stage) -> None:
    wrong = {"phone": PHONE, "opted_out": True, "attributes": {"team_size": "many"}, "shoe": 1}
    [taken] = await take(client, wrong)
    assert taken["result"] == "new"
    assert any("team_size" in one for one in taken["warnings"])
    assert await consent(stage, await known(stage, "phone", PHONE)) is False
    async with stage.store.transaction() as uow:
        assert await uow.consents.suppression("sms", PHONE) is not None


async def test_of_whom_is_restricted_nothing_changes(client: Client, stage: Stage) -> None:
    await take(client, {"email": "ana@example.com"})
    ana = await known(stage, "email", "ana@example.com")
    async with stage.store.transaction() as uow:
        await restrict(uow, ana.id, now=stage.clock.now())
    [left] = await take(client, {"email": "ana@example.com", "attributes": {"team_size": 5}})
    assert left["result"] == "left_alone"
    assert left["warnings"]


async def test_two_people_are_not_made_one(client: Client) -> None:
    await take(client, {"email": "ana@example.com"}, {"phone": PHONE})
    [told] = await take(client, {"email": "ana@example.com", "phone": PHONE})
    assert "overture people merge" in told["warnings"][0]


async def test_the_audit_log_says_who_told_of_how_many(client: Client, stage: Stage) -> None:
    await take(client, {"email": "ana@example.com"}, {"phone": PHONE})
    async with stage.store.transaction() as uow:
        [entry] = [one for one in await uow.audit.latest(10) if one.deed.what == "people.taken"]
    assert (entry.deed.who, entry.deed.detail) == ("machine", {"new": 2})
    assert "ana" not in str(entry)


async def test_what_was_put_right_stays_and_the_answer_says_so(client: Client, stage: Stage) -> None:
    [told] = await take(client, {"user_id": "u1", "attributes": {"team_size": 50}})
    right = await client.patch(f"/v1/people/{told['person']}/attributes", json={"team_size": 60})
    assert right.status == 200
    [again] = await take(client, {"user_id": "u1", "attributes": {"team_size": 50}})
    assert again["warnings"] == ["team_size stays as it is: it is known from somebody whose word counts for more"]
    person = await (await client.get("/v1/people/u1")).json()
    assert person["attributes"] == {"team_size": 60}
    provenance = person["provenance"]["attributes"]["team_size"]
    assert (provenance["words"], provenance["replaced"]["words"]) == ("put right by machine", "API, machine")
