"""What people may ask for, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

from bot.adapters.api_access import CredentialAccess
from bot.domain.access import Role
from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.consent import ConsentRecord, Purpose
from bot.domain.ids import MessageId, ProfileId
from bot.domain.person import Identity
from bot.domain.sending_rules import ConsentRule
from bot.entrypoints.api import people_api
from bot.entrypoints.serving.http import Server
from bot.entrypoints.wiring.service import Service
from bot.ports import UnitOfWork
from bot.services.keep_accounts import add_key
from bot.services.know_person import by_name
from tests.bot.services.stage import ANA, PHONE, RULES, Stage

Client = TestClient[Any, Any]
BEA = ProfileId("bea")


@pytest.fixture
async def service(service_of: Callable[..., Service], stage: Stage) -> Service:
    """Ana, who has said yes in a message; and a day later Bea, who is she."""
    await stage.meet(attributes={"team_size": 50})
    message = await stage.hear("greet")
    await stage.settle()
    async with stage.store.transaction() as uow:
        now = stage.clock.now()
        await uow.profiles.claim(ANA, Identity("email", "ana@example.com"), now)
        record = ConsentRecord(
            ANA, Purpose.MARKETING, "sms", True, now, "asked in the chat", "May we?", MessageId(f"sms:{message}")
        )
        await uow.consents.add(record)
    stage.clock.forward(timedelta(days=1))
    await stage.meet(BEA, phone="+447700900456", attributes={"team_size": 20})
    return service_of(connectors="")


@pytest_asyncio.fixture
async def client(service: Service) -> AsyncIterator[Client]:
    async with TestClient(TestServer(Server(service).application(), host="127.0.0.1")) as client:
        yield client


async def ask(client: Client, method: str, path: str, **more: Any) -> tuple[int, Any]:
    answer = await client.request(method, f"/v1/people/{path}", **more)
    return answer.status, await answer.json()


async def test_a_person_gets_all_that_is_kept_of_them(client: Client) -> None:
    for name in ("ana", "%2B447700900123", "ana@example.com", "sms:+447700900123"):
        status, told = await ask(client, "GET", f"{name}/data")
        if name.startswith("sms:"):
            assert status == 404  # an identity is of a kind, and a phone number is no address of one channel
            continue
        assert (status, told["person"]) == (200, "ana")
        assert told["tables"]["profile"][0]["attributes"] == {"team_size": 50}
        assert {"event", "conversation", "identity", "consent", "decision"} <= set(told["tables"])
    answer = await client.get("/v1/people/ana/data")
    assert answer.headers["Cache-Control"] == "no-store"


async def test_consent_is_proved_by_the_words_shown_and_the_words_answered(client: Client) -> None:
    status, told = await ask(client, "GET", "ana/consent")
    assert status == 200
    record = told["records"][0]
    assert (record["words_shown"], record["words_answered"], record["how"]) == ("May we?", "greet", "asked in the chat")
    assert told["identities"][0] == {"kind": "email", "value": "ana@example.com", "proved": False}
    assert told["left_alone"] == []
    await ask(client, "PUT", "ana/objection")
    _, told = await ask(client, "GET", "ana/consent")
    assert {one["address"] for one in told["left_alone"]} == {PHONE, "ana@example.com"}
    assert told["records"][-1]["granted"] is False


async def test_the_proof_is_a_document_too_and_noted(client: Client, stage: Stage) -> None:
    answer = await client.get("/v1/people/ana@example.com/consent.pdf")
    assert (answer.status, answer.content_type) == (200, "application/pdf")
    assert (await answer.read()).startswith(b"%PDF-")
    assert answer.headers["Cache-Control"] == "no-store"
    async with stage.store.transaction() as uow:
        (entry,) = await uow.audit.latest(1)
    assert (entry.deed.what, entry.deed.about) == ("person.consent_proved", "ana")
    assert (await client.get("/v1/people/nobody/consent.pdf")).status == 404


async def test_what_is_asked_of_whom_a_merge_takes_away_in_that_moment_is_done_to_whom_they_became(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    known: list[str] = []

    async def known_before_the_merge(uow: UnitOfWork, name: str) -> ProfileId:
        known.append(name)
        return ProfileId("gone") if len(known) == 1 else await by_name(uow, name)

    monkeypatch.setattr(people_api, "by_name", known_before_the_merge)
    assert await ask(client, "PUT", "ana@example.com/objection") == (200, {"person": "ana", "objects": True})
    assert len(known) == 2


async def test_somebody_is_erased_with_a_receipt(client: Client) -> None:
    status, told = await ask(client, "DELETE", "ana")
    assert (status, told["who"], told["suppressed"]) == (200, "machine", 2)
    assert told["rows"]["profile"] == 1
    assert (await ask(client, "GET", "ana/data"))[0] == 404
    assert (await ask(client, "GET", "bea/data"))[0] == 200


async def test_who_did_it_and_that_somebody_looked_is_on_record(client: Client, stage: Stage) -> None:
    async with stage.store.transaction() as uow:
        _, key = await add_key(uow, "crm", Role.COMPLIANCE, who="a test", now=stage.clock.now())
    by_key = {"headers": {"Authorization": f"Bearer {key}"}}
    assert (await ask(client, "GET", "ana", **by_key))[0] == 200
    assert (await ask(client, "POST", "bea/merges", json={"with": {"id": "ana"}}, **by_key))[0] == 200
    assert (await ask(client, "PUT", "ana/objection", **by_key))[0] == 200
    async with stage.store.transaction() as uow:
        deeds = [one.deed for one in await uow.audit.latest(3)]
        (merge,) = await uow.merges.all_of(ANA)
        ledger = await uow.consents.of(ANA)
    who = deeds[0].who
    assert who.startswith("key:")
    assert [(one.what, one.who, one.about) for one in reversed(deeds)] == [
        ("person.looked_at", who, "ana"),
        ("person.merged", who, "bea"),
        ("person.objected", who, "ana"),
    ]
    assert merge.who == who
    assert ledger[-1].how == f"objection: told by {who}"
    assert (await ask(client, "DELETE", "ana", **by_key))[1]["who"] == who


async def test_wishes_are_noted_and_taken_back(client: Client, stage: Stage) -> None:
    for path, field in (("objection", "objects"), ("restriction", "restricted")):
        for method, wanted in (("PUT", True), ("PUT", True), ("DELETE", False)):
            body = {"informed": "by letter"} if (method, path) == ("DELETE", "restriction") else None
            assert await ask(client, method, f"ana/{path}", json=body) == (200, {"person": "ana", field: wanted})
            async with stage.store.transaction() as uow:
                profile = await uow.profiles.get(ANA)
            noted = profile.objected_at if path == "objection" else profile.restricted_at
            assert (noted is not None) == wanted


async def test_a_restriction_ends_only_for_whom_it_was_told_before(client: Client, stage: Stage) -> None:
    await ask(client, "PUT", "ana/restriction")
    for body in (None, {}, {"informed": " "}, {"informed": 1}, {"informed": "x" * 201}, {"told": "by letter"}):
        status, told = await ask(client, "DELETE", "ana/restriction", json=body)
        assert (status, 'say {"informed": "by letter of 3 March"}' in told["error"]) == (400, True)
    assert "article 18(3)" in (await ask(client, "DELETE", "ana/restriction"))[1]["error"]
    async with stage.store.transaction() as uow:
        assert (await uow.profiles.get(ANA)).restricted_at is not None
    await ask(client, "DELETE", "ana/restriction", json={"informed": "by letter"})
    (line,) = (await ask(client, "GET", "ana/requests"))[1]["requests"]
    assert (line["kind"], line["outcome"]) == ("restriction", "lifted; they were told before: by letter")
    what = [one.what for one in await stage.deeds()]
    assert what.count("person.restriction_lifted") == 1


async def test_two_who_are_one_are_merged_and_parted(client: Client) -> None:
    status, told = await ask(client, "POST", "bea/merges", json={"with": {"email": "ana@example.com"}})
    assert (status, told["person"], told["merged"]) == (200, "ana", "bea")
    assert told["conflicts"] == {"team_size": {"counts": 50, "kept": 20}}
    assert (await ask(client, "GET", "bea/data"))[1]["person"] == "ana"
    status, told = await ask(client, "POST", "ana/merges", json={"with": {"id": "bea"}})
    assert status == 409
    assert "is one person already" in told["error"]
    assert (await ask(client, "DELETE", "ana/merges/latest"))[1]["parted"] == "bea"
    assert (await ask(client, "DELETE", "ana/merges/latest"))[0] == 409


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        (b"x", 400, "not JSON"),
        (b"{}", 400, "say who is the same person"),
        (b'{"with": {"email": "nobody"}}', 400, "the e-mail address is not valid"),
        (b'{"with": {"name": "Bea"}}', 400, '"with" must say who it is'),
        (b'{"with": {"email": "nobody@example.com"}}', 404, "nobody is known"),
        (b'{"with": {"id": "nobody"}}', 404, "there is no person"),
    ],
)
async def test_a_merge_that_cannot_be_read_says_why(client: Client, body: bytes, status: int, words: str) -> None:
    found, told = await ask(client, "POST", "ana/merges", data=body)
    assert found == status
    assert words in told["error"]


async def test_somebody_unknown_is_not_found(client: Client) -> None:
    for method, path in (("GET", "data"), ("GET", "consent"), ("PUT", "objection"), ("DELETE", "merges/latest")):
        status, told = await ask(client, method, f"nobody/{path}")
        assert status == 404
        assert 'nobody is known as "nobody"' in told["error"]
    assert (await ask(client, "DELETE", "nobody"))[0] == 404


async def test_nobody_looks_without_a_credential(service: Service) -> None:
    for access, status in ((CredentialAccess(), 404), (CredentialAccess(token="secret"), 401)):
        server = Server(replace(service, access=access)).application()
        async with TestClient(TestServer(server, host="127.0.0.1")) as client:
            assert (await client.get("/v1/people/ana/data")).status == status
            assert (await client.delete("/v1/people/ana")).status == status


async def test_a_sale_is_a_soft_opt_in_only_where_a_rule_says_so_and_with_the_words(
    client: Client, stage: Stage
) -> None:
    sold = {"channel": "sms", "bought": "Rota Pro", "text": "Say no with STOP."}
    status, told = await ask(client, "PUT", "bea/soft-opt-in", json=sold)
    assert (status, "no rule in force" in told["error"]) == (409, True)
    rule = ConsentRule(
        "soft", "GB", date(2003, 12, 11), None, "PECR", Purpose.MARKETING, frozenset({"sms"}), soft_opt_in=True
    )
    stage.rule(replace(RULES, consents=(rule,)))
    wrongs: list[Any] = [{"channel": "sms"}, {**sold, "text": 3}, {**sold, "channel": "fax"}, []]
    for wrong in wrongs:
        assert (await ask(client, "PUT", "bea/soft-opt-in", json=wrong))[0] == 400
    assert (await ask(client, "PUT", "bea/soft-opt-in", json={**sold, "text": " "}))[0] == 409
    status, told = await ask(client, "PUT", "bea/soft-opt-in", json=sold)
    assert (status, told["basis"]) == (200, "soft_opt_in")
    assert await stage.may_send(of=BEA, address="+447700900456")


async def test_a_refusal_is_logged_without_whom_its_path_and_its_reason_name(client: Client) -> None:
    with capture_logs() as lines:
        assert (await ask(client, "GET", "nobody@example.com/data"))[0] == 404
        assert (await ask(client, "GET", "%2B447700900999/consent"))[0] == 404
    assert [line["event"] for line in lines] == ["request refused", "request refused"]
    assert "900999" not in str(lines)
    assert "nobody@" not in str(lines)


async def test_a_request_is_noted_with_its_due_date_and_done_once(client: Client, stage: Stage) -> None:
    status, noted = await ask(client, "POST", "ana/requests", json={"kind": "erasure", "how": "by letter"})
    assert status == 200
    assert noted["due_at"] == (stage.clock.now() + timedelta(days=28)).isoformat()
    done = {"id": noted["id"], "outcome": "erased in the archive, too"}
    assert (await ask(client, "POST", "bea/requests", json=done))[0] == 409, "it is not Bea's"
    assert (await ask(client, "POST", "ana/requests", json=done))[0] == 200
    assert (await ask(client, "POST", "ana/requests", json=done))[0] == 409
    wrongs: list[Any] = [{}, {"kind": "cake", "how": ""}, {"kind": "access"}, [1]]
    for wrong in wrongs:
        assert (await ask(client, "POST", "ana/requests", json=wrong))[0] == 400
    _, told = await ask(client, "GET", "ana/requests")
    assert [(one["kind"], one["outcome"]) for one in told["requests"]] == [("erasure", "erased in the archive, too")]


async def test_the_same_request_is_noted_once_and_all_that_is_undone_is_listed(client: Client) -> None:
    asks = {"kind": "access", "how": "by letter"}
    _, first = await ask(client, "POST", "ana/requests", json=asks)
    assert (await ask(client, "POST", "ana/requests", json={**asks, "how": "by mail"}))[1] == first
    _, other = await ask(client, "POST", "bea/requests", json={**asks, "kind": "restriction"})
    told = await (await client.get("/v1/requests")).json()
    assert told["more"] is False
    assert {one["id"] for one in told["requests"]} == {first["id"], other["id"]}


@pytest.mark.parametrize(
    ("kind", "method", "path"),
    [
        ("access", "GET", "data"),
        ("portability", "GET", "data"),
        ("objection", "PUT", "objection"),
        ("restriction", "PUT", "restriction"),
    ],
)
async def test_what_is_done_is_no_longer_asked_for(client: Client, kind: str, method: str, path: str) -> None:
    for asked in (kind, "rectification"):
        await ask(client, "POST", "ana/requests", json={"kind": asked, "how": "by letter"})
    assert (await ask(client, method, f"ana/{path}"))[0] == 200
    _, told = await ask(client, "GET", "ana/requests")
    done = {one["kind"]: one["outcome"] for one in told["requests"] if one["done_at"]}
    assert list(done) == [kind]
    assert done[kind]


async def test_what_is_known_is_put_right_whole_or_not_at_all(client: Client, stage: Stage) -> None:
    schema = ProfileSchema({"team_size": Attribute("team_size", AttributeType.NUMBER)})
    stage.library.playbook = replace(stage.library.playbook, profile=schema)
    async with stage.store.transaction() as uow:
        await uow.crm_links.put("crm", ANA, "7")
    stage.crm.fields[ANA] = {}
    status, told = await ask(client, "PATCH", "ana/attributes", json={"teamSize": 51, "timezone": "Europe/Berlin"})
    assert (status, told) == (200, {"person": "ana", "rectified": ["team_size", "time_zone"]})
    await stage.settle()
    async with stage.store.transaction() as uow:
        profile = await uow.profiles.get(ANA)
        (latest, *_) = await uow.timeline.of(ANA, limit=1)
        (entry, *_) = await uow.audit.latest(1)
    assert (profile.attributes["team_size"], profile.time_zone) == (51, "Europe/Berlin")
    assert (latest.event, latest.data) == ("person.rectified", {"attributes": ["team_size", "time_zone"]})
    assert (entry.deed.what, entry.deed.about) == ("person.rectified", "ana")
    assert stage.crm.records, "who was given it is told"
    refused: tuple[Any, ...] = (
        {"team_size": "many"},
        {"team_size": 1, "shoe_size": 40},
        {},
        {"email": "a@example.com"},
        [],
    )
    for wrong in refused:
        status, _ = await ask(client, "PATCH", "ana/attributes", json=wrong)
        assert status == 400
    async with stage.store.transaction() as uow:
        assert (await uow.profiles.get(ANA)).attributes["team_size"] == 51
    assert (await ask(client, "PATCH", "ana/attributes", json={"team_size": None}))[0] == 200
    async with stage.store.transaction() as uow:
        assert (await uow.profiles.get(ANA)).attributes["team_size"] is None
