"""Tokens in a password's place, asked of a server on this machine and shown to mail servers."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from structlog.testing import capture_logs

import connectors.email
from bot.domain.errors import CredentialRefused, SettingsError, TemporarySendError
from bot.domain.message import OutboundMessage, Text
from bot.ports import Reply, Webhook
from connectors.email import fetching
from connectors.email.oauth import app_of
from tests.connectors.email.imap_server import imap_server
from tests.connectors.vendor_server import StillClock, built, settings_for

APP = {
    "EMAIL_OAUTH_TOKEN_URL": "https://login.example.com/token",
    "EMAIL_OAUTH_CLIENT_ID": "our-app",
    "EMAIL_OAUTH_CLIENT_SECRET": "s3cret",
    "EMAIL_SMTP_USER": "hello@harbourline.example",
}
OFFER = OutboundMessage("k:1:0", "email", "ana@example.com", Text("Hello.", subject="A tip"))


@dataclass
class TokenServer:
    """Gives out tokens, one after the other; and tells Dovecot which of them hold."""

    url: str = ""
    asked: list[Mapping[str, Any]] = field(default_factory=list)
    status: int = 200
    answer: Mapping[str, Any] | None = None
    holds: bool = True

    async def give(self, request: web.Request) -> web.Response:
        self.asked.append(dict(await request.post()))
        given = {"access_token": f"token-{len(self.asked)}", "expires_in": 3600, "token_type": "Bearer"}
        return web.json_response(given if self.answer is None else self.answer, status=self.status)

    async def tell(self, request: web.Request) -> web.Response:
        active = self.holds and request.query["token"] == f"token-{len(self.asked)}"
        return web.json_response({"active": active, "username": "sales"})


@asynccontextmanager
async def token_server() -> AsyncIterator[TokenServer]:
    server = TokenServer()
    app = web.Application()
    app.router.add_post("/token", server.give)
    app.router.add_get("/holds", server.tell)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.url = "http://{}:{}".format(*runner.addresses[0][:2])
    try:
        yield server
    finally:
        await runner.cleanup()


@asynccontextmanager
async def mail_server(*, welcomes: bool = True) -> AsyncIterator[tuple[int, list[str]]]:
    """Its port, and what it is shown. It takes tokens alone."""
    shown: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        said = {"EHLO": "250-x\r\n250 AUTH XOAUTH2", "DATA": "354 Go on", "QUIT": "221 Bye"}
        writer.write(b"220 x ESMTP\r\n")
        while line := (await reader.readline()).decode().strip():
            verb = line.partition(" ")[0].upper()
            if verb == "AUTH":
                shown.append(base64.b64decode(line.rpartition(" ")[2]).decode())
                said["AUTH"] = "235 2.7.0 welcome" if welcomes else "535 5.7.3 Authentication unsuccessful"
            writer.write(f"{said.get(verb, '250 OK')}\r\n".encode())
            if verb == "DATA":
                await reader.readuntil(b"\r\n.\r\n")
                writer.write(b"250 2.0.0 Taken\r\n")
        writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield listening.sockets[0].getsockname()[1], shown
    finally:
        listening.close()


@asynccontextmanager
async def channel_to(port: int, tokens: TokenServer, **more: Any) -> AsyncIterator[Any]:
    values = {**APP, "EMAIL_OAUTH_TOKEN_URL": f"{tokens.url}/token", "EMAIL_SMTP_HOST": "127.0.0.1"}
    channel: Any = built(connectors.email, "email", values={**values, "EMAIL_SMTP_PORT": str(port)}, **more)
    try:
        yield channel
    finally:
        await channel.close()


async def test_a_token_is_asked_for_once_and_shown_to_the_mail_server() -> None:
    async with token_server() as tokens, mail_server() as (port, shown), channel_to(port, tokens) as channel:
        await channel.send(OFFER)
        await channel.send(OFFER)
    assert shown == ["user=hello@harbourline.example\1auth=Bearer token-1\1\1"] * 2
    assert [dict(one) for one in tokens.asked] == [
        {
            "grant_type": "client_credentials",
            "client_id": "our-app",
            "client_secret": "s3cret",
            "scope": "https://outlook.office365.com/.default",
        }
    ]


async def test_another_is_asked_for_when_it_ends() -> None:
    clock = StillClock()
    async with (
        token_server() as tokens,
        mail_server() as (port, shown),
        channel_to(port, tokens, clock=clock) as channel,
    ):
        await channel.send(OFFER)
        clock.at += timedelta(hours=1)
        await channel.send(OFFER)
    assert [one.partition("Bearer ")[2].strip("\1") for one in shown] == ["token-1", "token-2"]


async def test_one_that_the_mail_server_refuses_is_for_the_operator_and_not_shown_again() -> None:
    async with (
        token_server() as tokens,
        mail_server(welcomes=False) as (port, _),
        channel_to(port, tokens) as channel,
    ):
        for _again in range(2):
            with pytest.raises(CredentialRefused, match="EMAIL_OAUTH_CLIENT_ID"):
                await channel.send(OFFER)
    assert len(tokens.asked) == 2


@pytest.mark.parametrize(
    ("status", "answer", "kind", "told"),
    [
        (401, {"error": "invalid_client"}, CredentialRefused, "check it, EMAIL_OAUTH_CLIENT_ID"),
        (503, {}, TemporarySendError, "status 503"),
        (200, {"token": "x"}, TemporarySendError, "no access token"),
    ],
)
async def test_without_a_token_nothing_is_sent_and_no_try_is_lost(
    status: int, answer: Mapping[str, Any], kind: type[Exception], told: str
) -> None:
    async with token_server() as tokens, mail_server() as (port, shown), channel_to(port, tokens) as channel:
        tokens.status, tokens.answer = status, answer
        with pytest.raises(TemporarySendError, match=told) as failed:
            await channel.send(OFFER)
    assert type(failed.value) is kind
    assert shown == []


async def test_a_mailbox_is_opened_with_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "REFUSED_PAUSE", 0.05)
    taken = asyncio.Event()

    async def take(webhook: Webhook) -> Reply:
        taken.set()
        return Reply(200)

    async with token_server() as tokens:
        with imap_server(tokens_at=f"{tokens.url}/holds?token=") as server:
            await asyncio.to_thread(
                server.put, b"From: ana@example.com\r\nSubject: x\r\n\r\nHello.\r\n", at=StillClock().now()
            )
            values = {
                **APP,
                "EMAIL_OAUTH_TOKEN_URL": f"{tokens.url}/token",
                "EMAIL_IMAP_HOST": "127.0.0.1",
                "EMAIL_IMAP_PORT": str(server.port),
                "EMAIL_IMAP_SECURITY": "none",
                "EMAIL_IMAP_USER": "sales",
            }
            channel: Any = built(connectors.email, "email", values=values)
            tokens.holds = False
            with capture_logs() as logs:
                listening = asyncio.create_task(channel.listen(take))
                async with asyncio.timeout(20):
                    while not logs:  # noqa: ASYNC110  the log tells nobody
                        await asyncio.sleep(0.02)
                    tokens.holds = True
                    await taken.wait()
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
            await channel.close()
    assert "what EMAIL_OAUTH_CLIENT_ID may do" in logs[0]["reason"]
    assert len(tokens.asked) > 1, "one that is refused is not shown again"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"EMAIL_OAUTH_TOKEN_URL": ""}, "EMAIL_OAUTH_TOKEN_URL is not set"),
        ({"EMAIL_OAUTH_TOKEN_URL": "http://login.example.com"}, "EMAIL_OAUTH_TOKEN_URL"),
        ({"EMAIL_OAUTH_CLIENT_ID": ""}, "EMAIL_OAUTH_CLIENT_ID is not set"),
        ({"EMAIL_OAUTH_CLIENT_SECRET": ""}, "EMAIL_OAUTH_CLIENT_SECRET is not set"),
        ({"EMAIL_SMTP_PASSWORD": "p4ss"}, "takes a password's place"),
        ({"EMAIL_SMTP_USER": ""}, "EMAIL_SMTP_USER is not set"),
    ],
)
def test_what_cannot_be_is_told_with_the_setting(values: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        connectors.email.build(settings_for(connectors.email, values={**APP, **values}))


def test_no_secret_is_shown() -> None:
    assert "s3cret" not in repr(app_of(settings_for(connectors.email, values=APP)))
