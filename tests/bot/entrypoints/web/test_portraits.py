"""Pictures of reps: fetched once, kept, and shown to whoever has the signed address."""

from __future__ import annotations

import errno
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from yarl import URL

from bot.domain.effects import RequestHandoff
from bot.domain.message import Text
from bot.entrypoints.serving.http import Server
from bot.entrypoints.web.portraits import keep, portrait_path
from tests.bot.entrypoints.conftest import SECRET, ServiceMaker
from tests.bot.services.fakes import FakeChannel
from tests.bot.services.stage import Stage

PNG = b"\x89PNG\r\n\x1a\n" + bytes(500)


class PictureDesk(FakeChannel):
    """A desk that knows what Ana looks like."""

    asked = 0

    async def portrait(self, rep: str) -> bytes | None:
        self.asked += 1
        return PNG if rep == "Ana Rep" else None


@pytest.fixture
def desk(stage: Stage) -> PictureDesk:
    stage.slack = desk = PictureDesk("slack", stage.slack.abilities)
    stage.runtime = replace(
        stage.runtime,
        channels={**stage.runtime.channels, "slack": desk},
        links=replace(stage.runtime.links, portrait=partial(portrait_path, SECRET)),
    )
    return desk


@pytest_asyncio.fixture
async def server(desk: PictureDesk, service_of: ServiceMaker) -> AsyncIterator[TestServer]:
    running = TestServer(Server(service_of()).application())
    async with running:
        yield running


async def fetch(server: TestServer, path: str) -> tuple[int, bytes, str]:
    address = URL(f"{server.make_url('/')}{path.lstrip('/')}", encoded=True)
    async with ClientSession() as http, http.get(address) as response:
        return response.status, await response.read(), response.content_type


async def test_a_reps_words_come_with_their_picture(stage: Stage, desk: PictureDesk, server: TestServer) -> None:
    stage.actions.effects["action_lead"] = (RequestHandoff("Asked for a person"),)
    await stage.says("lead", channel="webchat")
    await stage.reply("Hello, Ana here.")
    said = stage.webchat.taken[-1].content
    assert isinstance(said, Text)
    assert said.author_picture == portrait_path(SECRET, "slack", "Ana Rep")
    for _ in range(3):
        assert await fetch(server, said.author_picture) == (200, PNG, "image/png")
    assert desk.asked == 1


async def test_where_there_is_none_the_answer_is_empty_and_nobody_asks_again(
    desk: PictureDesk, server: TestServer
) -> None:
    for _ in range(2):
        assert (await fetch(server, portrait_path(SECRET, "slack", "Ben/../Rep")))[:2] == (204, b"")
    assert desk.asked == 1


async def test_an_address_that_we_did_not_sign_fetches_nothing(desk: PictureDesk, server: TestServer) -> None:
    ours = portrait_path(SECRET, "slack", "Ana Rep")
    for path in (ours[:-1], ours.partition("?")[0], portrait_path("another", "slack", "Ana Rep")):
        assert (await fetch(server, path))[0] == 403
    assert desk.asked == 0


async def test_two_processes_may_keep_the_same_picture_at_the_same_time(
    service_of: ServiceMaker, desk: PictureDesk, server: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_file, beside = Path.replace, iter([PNG + b"of the other process"])

    def while_another_writes(draft: Path, target: Path) -> Path:
        for content in beside:
            keep(target, content)
        return replace_file(draft, target)

    monkeypatch.setattr(Path, "replace", while_another_writes)
    path = portrait_path(SECRET, "slack", "Ana Rep")
    assert (await fetch(server, path))[:2] == (200, PNG)
    assert (await fetch(server, path))[:2] == (200, PNG), "whole, and the last one"
    assert [one.suffix for one in (service_of().settings.data / "portraits").iterdir()] == [""]


async def test_a_picture_that_cannot_be_kept_is_shown_all_the_same(
    desk: PictureDesk, server: TestServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(draft: Path, target: Path) -> Path:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    assert (await fetch(server, portrait_path(SECRET, "slack", "Ana Rep")))[:2] == (200, PNG)
