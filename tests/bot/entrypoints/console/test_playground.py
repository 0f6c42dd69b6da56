"""The playground's addresses: its own page may act in it, other websites may not."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession
from yarl import URL

from bot.domain.consent import Purpose
from bot.domain.delivery import CrmNote, OutboxEntry
from bot.domain.ids import HandoffId, OutboxId
from bot.entrypoints.console.playground import FARTHEST
from tests.lending import ROOT
from tests.scenarios.stage import set_stage

ENTRYPOINTS = ROOT / "bot" / "entrypoints"
TOKEN = "a token of sixteen characters"
DEEDS: dict[str, dict[str, Any]] = {
    "/playground/clock": {"forward_seconds": 60},
    "/playground/act/sms": {"deed": "text", "from": "+447700900123", "body": "hello"},
}


async def test_another_website_may_not_act_in_the_playground(tmp_path: Path) -> None:
    async with set_stage(tmp_path) as stage, ClientSession() as http:
        own = str(URL(stage.address).origin())
        for path, deed in DEEDS.items():
            for origin, refused in (("https://elsewhere.example", True), ("null", True), (own, False)):
                async with http.post(f"{stage.address}{path}", json=deed, headers={"Origin": origin}) as answer:
                    assert (answer.status == 403) == refused, (path, origin, answer.status)


async def test_a_try_at_the_crm_is_not_announced_as_a_message(tmp_path: Path) -> None:
    async with set_stage(tmp_path) as stage, ClientSession() as http:
        runtime = stage.service.runtime
        later = runtime.clock.now() + timedelta(minutes=5)
        entry = OutboxEntry(
            id=OutboxId("id of a note"),
            key="a note",
            dispatch=CrmNote("hubspot", HandoffId("none"), "Handed over."),
            purpose=Purpose.DESK,
            profile_id=None,
            created_at=runtime.clock.now(),
            due_at=later,
        )
        async with runtime.store.transaction() as uow:
            await uow.outbox.add(entry)
        async with http.get(f"{stage.address}/playground/clock") as answer:
            told = await answer.json()
    assert (told["next"], told["next_what"]) == (later.isoformat(), "word to the CRM or another system")


@pytest.mark.parametrize(
    ("moved", "status"),
    [(b'{"forward_seconds": 1%s}' % (b"0" * 400), 200), (b'{"forward_seconds": NaN}', 400), (b"[]", 400)],
    ids=["a number with 400 zeros", "no number", "no object"],
)
async def test_the_clock_moves_by_numbers_only_and_no_further_than_it_may(
    moved: bytes, status: int, tmp_path: Path
) -> None:
    async with set_stage(tmp_path) as stage, ClientSession() as http:
        answer = await http.post(f"{stage.address}/playground/clock", data=moved)
        told = await answer.json()
    assert answer.status == status
    assert (told.get("moved_by_seconds", 0) >= FARTHEST.total_seconds()) == (status == 200)


def test_each_symbol_that_the_playground_draws_is_on_its_page() -> None:
    page = (ENTRYPOINTS / "console" / "pages" / "playground.html").read_text()
    scripts = [script.read_text() for script in (ENTRYPOINTS / "console" / "static").rglob("*.js")]
    drawn = set(re.findall(r'\bicon\("([a-z-]+)"\)', "".join(scripts))) | set(
        re.findall(r'href="#icon-([a-z-]+)"', page)
    )
    assert "tick" in drawn
    assert drawn == set(re.findall(r'<symbol id="icon-([a-z-]+)"', page))


def test_every_channel_that_comes_with_overture_has_a_name_for_people() -> None:
    script = (ENTRYPOINTS / "console" / "static" / "channels.js").read_text()
    named = set(re.findall(r"^  (\w+): \"", script.partition("const NAMES = {")[2].partition("};")[0], re.MULTILINE))
    channels = [file.read_text() for file in (ROOT / "connectors").glob("*/channel.py")]
    names = {name for text in channels for name in re.findall(r'^    name = "(\w+)"', text, re.MULTILINE)}
    assert "whatsapp" in names
    assert names - named == set()


def test_no_script_imports_itself_by_a_detour() -> None:
    scripts = [one for folder in ("console/static", "web/widget") for one in (ENTRYPOINTS / folder).rglob("*.js")]
    imports = {
        script: {
            (script.parent / name).resolve() for name in re.findall(r'^import .*"(\..+)";$', script.read_text(), re.M)
        }
        for script in scripts
    }
    TopologicalSorter(imports).prepare()  # raises CycleError, which names them


GUARDED = ("/", "/speakers", *(f"/playground/{name}" for name in ("events", "status", "people", "clock", "talk/voice")))


@pytest.mark.parametrize(
    ("settings", "refused"), [({"api_token": TOKEN}, 401), ({"login": "always"}, 404)], ids=["a token", "a login"]
)
async def test_where_people_have_to_say_who_they_are_the_playground_is_for_admins(
    tmp_path: Path, settings: dict[str, Any], refused: int
) -> None:
    """It shows what everybody says, and moves the clock of all."""
    async with set_stage(tmp_path, **settings) as stage, ClientSession() as http:
        for path in GUARDED:
            async with http.get(f"{stage.address}{path}") as answer:
                assert answer.status == refused, path
        for path, deed in DEEDS.items():
            async with http.post(f"{stage.address}{path}", json=deed) as answer:
                assert answer.status == refused, path
        async with http.get(f"{stage.address}/site") as answer:
            assert answer.status == 200


async def test_an_admin_uses_the_playground_as_before(tmp_path: Path) -> None:
    async with set_stage(tmp_path, api_token=TOKEN) as stage, ClientSession() as http:
        for path, deed in DEEDS.items():
            async with http.post(f"{stage.address}{path}?token={TOKEN}", json=deed) as answer:
                assert answer.status < 300, path
        async with http.get(f"{stage.address}/playground/events?token={TOKEN}") as answer:
            assert answer.status == 200


async def test_the_playground_tells_by_what_those_are_known_whom_its_feeds_name(tmp_path: Path) -> None:
    async with set_stage(tmp_path) as stage, ClientSession() as http:
        event = {"type": "track", "event": "x.seen", "person": {"phone": "+447700900123"}}
        await (await http.post(f"{stage.address}/v1/events", json=event)).read()
        async with http.get(f"{stage.address}/people/find.json?text=%2B447700900123") as answer:
            (found,) = (await answer.json())["people"]
        asked = [("person", found["person"]), ("person", "nobody")]
        async with http.get(f"{stage.address}/playground/people", params=asked) as answer:
            assert await answer.json() == {"people": {found["person"]: found}}


async def test_its_guide_is_told_what_the_assistant_knows(tmp_path: Path) -> None:
    async with (
        set_stage(tmp_path) as stage,
        ClientSession() as http,
        http.get(f"{stage.address}/playground/status") as answer,
    ):
        told = await answer.json()
    assert ("ask_knowledge" in told["intents"], "sms_consent" in told["slots"]) == (True, True)
    assert told["language"] == "en"


async def test_the_chat_on_its_site_speaks_the_assistants_own_language(tmp_path: Path) -> None:
    async with set_stage(tmp_path) as stage, ClientSession() as http:
        library = stage.service.library
        playbook = library.current()
        configuration = replace(playbook.assistant.configuration, language="de")
        library._playbook = replace(playbook, assistant=replace(playbook.assistant, configuration=configuration))
        async with http.get(f"{stage.address}/site") as answer:
            site = await answer.text()
    assert 'src="/widget.js" data-locale="de"' in site


async def test_before_anybody_has_an_account_it_can_be_tried_at_a_public_address(tmp_path: Path) -> None:
    async with (
        set_stage(tmp_path, public_url="http://demo.example.com") as stage,
        ClientSession() as http,
        http.get(f"{stage.address}/playground/status") as answer,
    ):
        assert answer.status == 200
