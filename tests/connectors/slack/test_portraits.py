"""A rep's picture comes from Slack, through us, and from nowhere else."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer

import connectors.slack
from connectors.slack import portraits
from connectors.slack.channel import SlackChannel
from connectors.slack.portraits import LARGEST, may_be_fetched
from tests.connectors.vendor_server import settings_for

PNG = b"\x89PNG\r\n\x1a\n" + bytes(500)


@dataclass
class Slack:
    """Slack's `users.info`, and its pictures."""

    answer: Any = None
    picture: bytes = PNG
    status: int = 200
    asked: list[str] = field(default_factory=list)

    async def info(self, request: web.Request) -> web.Response:
        self.asked.append(request.query["user"])
        if self.answer is not None:
            return web.Response(text=self.answer, content_type="application/json")
        address = str(request.url.with_path("/picture").with_query(None))
        told = {"ok": True, "user": {"id": "U0ALICE00", "profile": {"image_72": address}}}
        return web.Response(text=json.dumps(told), content_type="application/json")

    async def show(self, _: web.Request) -> web.Response:
        return web.Response(body=self.picture, status=self.status, headers={"Location": "/elsewhere"})


@pytest.fixture
def slack() -> Slack:
    return Slack()


@pytest_asyncio.fixture
async def channel(slack: Slack, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[SlackChannel]:
    monkeypatch.setattr(portraits, "may_be_fetched", lambda address: address.startswith("http://127.0.0.1"))
    app = web.Application()
    app.router.add_route("*", "/api/users.info", slack.info)
    app.router.add_get("/picture", slack.show)
    async with TestServer(app) as server:
        given = settings_for(connectors.slack, sandbox_url=str(server.make_url("")).rstrip("/"))
        made = connectors.slack.build(given)
        yield made
        await made.close()


async def test_a_rep_whom_slack_knows_has_a_picture(channel: SlackChannel, slack: Slack) -> None:
    channel._members.learn("U0ALICE00", "Alice", "")
    assert await channel.portrait("Alice") == PNG
    assert await channel.portrait("U0BEN0000") == PNG
    assert slack.asked == ["U0ALICE00", "U0BEN0000"]


async def test_who_is_not_known_is_not_asked_for(channel: SlackChannel, slack: Slack) -> None:
    assert await channel.portrait("Nobody") is None
    assert await channel.portrait("../../x") is None
    assert slack.asked == []


@pytest.mark.parametrize(
    "answer",
    ['{"ok": false, "error": "missing_scope"}', "no JSON", '{"ok": true}', '{"ok": true, "user": {"profile": {}}}'],
)
async def test_what_slack_does_not_tell_is_no_picture(channel: SlackChannel, slack: Slack, answer: str) -> None:
    slack.answer = answer
    assert await channel.portrait("U0ALICE00") is None


@pytest.mark.parametrize(
    ("picture", "status"), [(b"<svg/>", 200), (PNG + bytes(LARGEST), 200), (PNG, 302), (PNG, 404), (b"", 200)]
)
async def test_what_is_no_small_picture_is_none(
    channel: SlackChannel, slack: Slack, picture: bytes, status: int
) -> None:
    slack.picture, slack.status = picture, status
    assert await channel.portrait("U0ALICE00") is None


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("https://avatars.slack-edge.com/2026-01-01/1_72.png", True),
        ("https://secure.gravatar.com/avatar/1.jpg?s=72", True),
        ("http://avatars.slack-edge.com/1.png", False),
        ("https://slack-edge.com.evil.example/1.png", False),
        ("https://evilslack-edge.com/1.png", False),
        ("https://a@avatars.slack-edge.com/1.png", False),
        ("https://avatars.slack-edge.com:8443/1.png", False),
        ("https://169.254.169.254/latest", False),
        ("https://[bad", False),
        ("", False),
    ],
)
def test_only_slacks_own_addresses_are_asked(address: str, may: bool) -> None:
    assert may_be_fetched(address) is may
