"""The page "Conversations": who is listed, what is shown of a conversation, and what a rep may do there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from bot.domain.access import Role
from bot.domain.handoff import HandoffState
from bot.domain.message import DeskVerb
from bot.domain.routing import DeskPlan, Rep
from bot.entrypoints.console.conversations_page import showing
from bot.services.keep_accounts import add_key
from tests.bot.entrypoints.conftest import ServiceMaker
from tests.bot.entrypoints.console.conftest import Client, ClientMaker
from tests.bot.services.stage import Stage
from tests.bot.services.test_desk_action import requested


@pytest_asyncio.fixture
async def client(client_of: ClientMaker, service_of: ServiceMaker) -> AsyncIterator[Client]:
    async with client_of(service_of(connectors="")) as client:
        yield client


async def of(stage: Stage) -> str:
    return (await stage.at()).id


async def shown(client: Client, stage: Stage, **query: str) -> Mapping[str, Any]:
    answer = await client.get(f"/conversations/{await of(stage)}.json", params=query)
    assert answer.status == 200
    told: Mapping[str, Any] = await answer.json()
    return told


async def does(
    client: Client, stage: Stage, do: str, words: str = "", name: str = "Ana Rep", key: str = "", **more: str
) -> tuple[int, Mapping[str, Any]]:
    """What a rep does on the page, while the service takes its turns."""
    body = {"do": do, "words": words, "as": name, **more}
    headers = {"Idempotency-Key": key} if key else {}
    asking = asyncio.create_task(client.post(f"/conversations/{await of(stage)}/desk", json=body, headers=headers))
    while not asking.done():
        await stage.settle()
        await asyncio.sleep(0)
    answer = asking.result()
    return answer.status, await answer.json()


async def test_it_lists_who_wrote_and_who_waits_for_a_person(client: Client, stage: Stage) -> None:
    handoff = await requested(stage)
    told = await (await client.get("/conversations.json")).json()
    [one] = told["conversations"]
    assert (one["customer"], one["channel"], one["handoff"]["state"]) == ("Ana Lima", "sms", "requested")
    assert (told["waiting"], told["taken"], told["more_before"]) == (1, 0, None)
    assert (await (await client.get("/conversations.json?show=taken")).json())["conversations"] == []
    await stage.click(handoff, DeskVerb.CLAIM)
    [taken] = (await (await client.get("/conversations.json?show=taken")).json())["conversations"]
    assert taken["handoff"]["rep"] == "Ana Rep"


@pytest.mark.parametrize("query", ["show=some", "before=yesterday"])
async def test_what_it_does_not_know_it_says(client: Client, query: str) -> None:
    answer = await client.get(f"/conversations.json?{query}")
    assert answer.status == 400
    assert query.partition("=")[0] in (await answer.json())["error"]


async def test_it_shows_what_was_said_and_what_the_desk_was_told_besides(client: Client, stage: Stage) -> None:
    handoff = await requested(stage)
    await stage.click(handoff, DeskVerb.CLAIM)
    await stage.says("and for 80 people?")
    await stage.click(handoff, DeskVerb.CLAIM, "Ben Rep")
    told = await shown(client, stage)
    assert [(one["by"], one["text"]) for one in told["lines"]] == [
        ("customer", "lead"),
        ("customer", "and for 80 people?"),
        ("system", "Ana Rep has joined."),
        ("note", "Ana Rep has this conversation already."),
    ]
    assert (told["desk"], told["handoff"]["rep"], told["is_whole"]) == ("slack:#sales", "Ana Rep", True)
    assert (await client.get("/conversations/erased.json")).status == 404


async def test_while_nothing_changes_only_that_is_told(client: Client, stage: Stage) -> None:
    await stage.says("greet")
    seen = (await shown(client, stage))["seen"]
    assert await shown(client, stage, seen=seen) == {"seen": seen}
    await stage.says("greet")
    assert (await shown(client, stage, seen=seen))["lines"]


async def test_who_reads_a_conversation_is_noted_once_an_hour(client: Client, stage: Stage) -> None:
    await stage.says("greet")
    for _ in range(3):
        await shown(client, stage)
    assert [(one.what, one.about) for one in await stage.deeds()] == [
        ("person.looked_at", (await stage.at()).profile_id)
    ]
    stage.clock.forward(timedelta(hours=1))
    await shown(client, stage)
    assert len(await stage.deeds()) == 2


async def test_a_rep_takes_it_answers_and_gives_it_back(client: Client, stage: Stage) -> None:
    await stage.says("greet")
    status, told = await does(client, stage, "take_up")
    assert (status, told["is_done"], told["handoff"]["rep"], told["may_write"]) == (200, True, "Ana Rep", True)
    for _ in range(2):
        status, told = await does(client, stage, "say", "Hello, how can I help?", key="once")
        assert status == 200
    assert [one["text"] for one in told["lines"] if one["by"] == "colleague"] == ["Hello, how can I help?"]
    assert stage.sms.texts()[-1] == "Hello, how can I help?"
    status, told = await does(client, stage, "hand_back")
    assert (told["handoff"]["state"], told["standing"]) == ("closed", "Handed back by Ana Rep")
    status, told = await does(client, stage, "say", "One more thing")
    assert (status, told["error"]) == (409, "nobody has this conversation any more: take it first")


@pytest.mark.parametrize("do", ["hand_back", "resolve", "take_over", "meet"])
async def test_what_a_rep_presses_just_after_a_colleague_took_over_is_refused_and_says_why(
    client: Client, stage: Stage, do: str
) -> None:
    handoff = await requested(stage)
    await stage.click(handoff, DeskVerb.CLAIM, "Ana Rep")
    await stage.click(handoff, DeskVerb.TAKE_OVER, "Ben Rep")
    name = "Carl Rep" if do == "take_over" else "Ana Rep"
    status, told = await does(client, stage, do, name=name, held_by="Ana Rep")
    assert (status, told["error"][:40]) == (409, "Ben Rep has this conversation by now, so")
    assert (await stage.handoff_by_id(handoff.id)).rep == "Ben Rep"
    status, told = await does(client, stage, "hand_back", name="Ben Rep", held_by="Ben Rep")
    assert (status, told["standing"]) == (200, "Handed back by Ben Rep")


@pytest.mark.parametrize(
    ("do", "words", "complaint"),
    [
        ("dance", "", '"do" is one of'),
        ("say", "  ", '"words" of say has 1 to 4000 characters'),
        ("say", "x" * 4001, '"words" of say has 1 to 4000 characters'),
        ("say", "// wants a discount", "what begins with // is for colleagues"),
        ("resolve", "now", '"words" of resolve has nothing'),
        ("snooze", "5y", '"words" of snooze is one of 1h'),
    ],
)
async def test_what_cannot_be_done_is_refused_in_a_sentence(
    client: Client, stage: Stage, do: str, words: str, complaint: str
) -> None:
    await requested(stage)
    status, told = await does(client, stage, do, words)
    assert status == 400
    assert told["error"].startswith(complaint)


async def test_nobody_acts_without_a_name(client: Client, stage: Stage) -> None:
    await requested(stage)
    status, told = await does(client, stage, "claim", name=" ")
    assert (status, told["error"][:16]) == (400, '"as" is your nam')


async def test_whose_account_the_desks_file_has_is_called_as_there(
    client_of: ClientMaker, service_of: ServiceMaker, stage: Stage
) -> None:
    plan = DeskPlan("slack:#sales", reps={"ana": Rep("ana", "Ana of Sales", member="ana@example.com")})
    stage.library.playbook = replace(stage.library.playbook, desk_plans=(plan,))
    await requested(stage)
    async with stage.store.transaction() as uow:
        key = (await add_key(uow, "ana@example.com", Role.REP, who="test", now=stage.clock.now()))[1]
    async with client_of(service_of(connectors="")) as client:
        client.session.headers["Authorization"] = f"Bearer {key}"
        told = await shown(client, stage)
        assert (told["me"], told["is_known"], told["colleagues"]) == ("Ana of Sales", True, ["Ana of Sales"])
        _, told = await does(client, stage, "claim", name="Somebody Else")
    assert told["handoff"]["rep"] == "Ana of Sales"


@pytest.mark.parametrize(
    ("role", "reads", "writes"),
    [(Role.ADMIN, True, True), (Role.REP, True, True), (Role.COMPLIANCE, True, False), (Role.MARKETER, False, False)],
)
async def test_who_may_read_reads_and_who_may_write_writes(
    client_of: ClientMaker, service_of: ServiceMaker, stage: Stage, role: Role, reads: bool, writes: bool
) -> None:
    handoff = await requested(stage)
    async with stage.store.transaction() as uow:
        key = (await add_key(uow, "a key", role, who="test", now=stage.clock.now()))[1]
    async with client_of(service_of(connectors="")) as client:
        client.session.headers["Authorization"] = f"Bearer {key}"
        talk = f"/conversations/{await of(stage)}"
        for path in ("/conversations", "/conversations.json", f"{talk}.json", f"{talk}/customer.json"):
            assert ((await client.get(path)).status == 200) is reads
        status, _ = await does(client, stage, "resolve")
    assert (status == 200) is writes
    assert ((await stage.handoff_by_id(handoff.id)).state is HandoffState.CLOSED) is writes


async def test_where_there_is_no_desk_it_says_how_there_is_one(
    client_of: ClientMaker, service_of: ServiceMaker, stage: Stage
) -> None:
    await stage.says("greet")
    stage.runtime = replace(stage.runtime, desks=())
    async with client_of(service_of(connectors="")) as client:
        assert (await shown(client, stage))["desk"] == ""
        status, told = await does(client, stage, "take_up")
    assert (status, "OVERTURE_DESK=desk:sales" in told["error"]) == (409, True)


@pytest.mark.parametrize("name", ["Customer", " assistant ", "OVERTURE"])
async def test_nobody_speaks_under_the_name_of_another_side(client: Client, stage: Stage, name: str) -> None:
    await requested(stage)
    status, told = await does(client, stage, "claim", name=name)
    assert (status, "is no colleague's name here" in told["error"]) == (400, True)


async def test_nobody_speaks_under_the_name_of_a_colleague_whose_account_the_desk_knows(
    client_of: ClientMaker, service_of: ServiceMaker, stage: Stage
) -> None:
    """What is offered to Ana, her conversations and her calendar would be theirs."""
    reps = {"ana": Rep("ana", "Ana of Sales", member="ana@example.com"), "ben": Rep("ben", "Ben", member="U030D75628")}
    stage.library.playbook = replace(stage.library.playbook, desk_plans=(DeskPlan("slack:#sales", reps=reps),))
    await requested(stage)
    async with stage.store.transaction() as uow:
        key = (await add_key(uow, "carl@example.com", Role.REP, who="test", now=stage.clock.now()))[1]
    async with client_of(service_of(connectors="")) as client:
        client.session.headers["Authorization"] = f"Bearer {key}"
        status, told = await does(client, stage, "claim", name=" ana of sales")
        assert (status, "another account than yours" in told["error"]) == (400, True)
        _, told = await does(client, stage, "claim", name="Ben")
    assert told["handoff"]["rep"] == "Ben", "by a Slack id nobody can tell whose account it is"


async def test_the_customer_is_shown_as_they_are_by_now_and_only_that_nothing_changed_else(
    client: Client, stage: Stage
) -> None:
    await requested(stage)
    path = f"/conversations/{await of(stage)}/customer.json"
    told = await (await client.get(path)).json()
    assert (told["name"], told["person"], "timeline" in told) == ("Ana Lima", (await stage.at()).profile_id, False)
    assert await (await client.get(path, params={"seen": told["seen"]})).json() == {"seen": told["seen"]}
    async with stage.store.transaction() as uow:
        person = await uow.profiles.fresh(told["person"])
        await uow.profiles.save(replace(person, attributes={"name": "Ana Rosa"}))
    assert (await (await client.get(path, params={"seen": told["seen"]})).json())["name"] == "Ana Rosa"
    assert [one.what for one in await stage.deeds()] == ["person.looked_at"], "once an hour"


async def test_who_does_something_reads_the_conversation_and_is_noted_for_it(client: Client, stage: Stage) -> None:
    await stage.says("greet")
    await does(client, stage, "take_up")
    assert [one.what for one in await stage.deeds()] == ["person.looked_at"]


async def test_of_a_long_conversation_nothing_is_shown_from_before_its_latest_lines(
    client: Client, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    handoff = await requested(stage)
    await stage.click(handoff, DeskVerb.CLAIM)
    await stage.click(handoff, DeskVerb.CLAIM, "Ben Rep")
    await stage.later(minutes=5)
    await stage.says("and for 80 people?")
    monkeypatch.setattr(showing, "MOST_LINES", 1)
    told = await shown(client, stage)
    assert ([one["text"] for one in told["lines"]], told["is_whole"]) == (["and for 80 people?"], False)
