"""Files of visitors: taken as they come, kept once, looked at, shown to the desk, and opened by nobody else."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from aiohttp.test_utils import TestServer
from yarl import URL

import connectors.webchat
from bot.adapters.attachments import FolderAttachments
from bot.adapters.rasa.rasa_events import event_as_rasa_has_it
from bot.domain.conversation import UserUttered
from bot.domain.effects import RequestHandoff
from bot.domain.errors import FileRefused, NotTried, WebhookRejected
from bot.domain.files import FileState
from bot.domain.message import DeskLine
from bot.entrypoints.serving.http import Server
from bot.entrypoints.web.limits import UPLOADS_OF_A_VISITOR
from bot.entrypoints.web.sent_files import file_link
from bot.services.erase_person import erase_person
from bot.services.receive import receive
from connectors.visitor_tokens import VisitorTokens
from tests.bot.entrypoints.conftest import SECRET, ServiceMaker
from tests.bot.services.stage import Stage
from tests.connectors.vendor_server import SECRET as INSTALLATION
from tests.connectors.vendor_server import settings_for

VISITOR = UUID("5f2c1a44-6d0e-4f0a-9c59-0b7c3d2e1f00")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(300_000)
OURS = "https://chat.example.com"


class FakeScanner:
    """Says what it is told to say."""

    def __init__(self) -> None:
        self.finds: Exception | None = None
        self.looked_at: list[Path] = []

    async def scan(self, path: Path) -> None:
        self.looked_at.append(path)
        if self.finds is not None:
            raise self.finds


class Front:
    """A visitor at the front door, with a file in hand."""

    def __init__(self, http: ClientSession, server: TestServer, stage: Stage, folder: Path) -> None:
        self.http, self.server, self.stage, self.folder = http, server, stage, folder
        self.token = VisitorTokens(INSTALLATION).issue(VISITOR, "", stage.clock.now())
        self.scanner = FakeScanner()

    def address(self, path: str) -> URL:
        return URL(f"{self.server.make_url('/')}{path.lstrip('/')}", encoded=True)

    async def send(
        self, content: bytes, media_type: str = "image/png", *, name: str = "plan.png", sent: str = "", **headers: str
    ) -> tuple[int, dict[str, Any]]:
        where = self.address("/channels/webchat/files").with_query(id=sent or str(uuid4()), name=name)
        told = {"Authorization": f"Bearer {self.token}", "Content-Type": media_type, **headers}
        async with self.http.post(where, data=content, headers=told) as response:
            return response.status, json.loads(await response.text())

    async def fetch(self, link: str) -> tuple[int, bytes, dict[str, str]]:
        parts = urlsplit(link)
        async with self.http.get(self.address(f"{parts.path}?{parts.query}")) as response:
            return response.status, await response.read(), dict(response.headers)

    def kept(self) -> list[Path]:
        return list(self.folder.glob("*"))


@pytest_asyncio.fixture
async def front(stage: Stage, service_of: ServiceMaker, tmp_path: Path) -> AsyncIterator[Front]:
    given = settings_for(connectors.webchat, values={"WEBCHAT_LARGEST_FILE": "0.5"})
    webchat = connectors.webchat.build(given)
    playbook = stage.library.playbook
    intents = {**playbook.assistant.intents, "send_file": None}
    stage.library.playbook = replace(playbook, assistant=replace(playbook.assistant, intents=intents))
    stage.runtime = replace(
        stage.runtime,
        channels={**stage.runtime.channels, "webchat": webchat},
        attachments=FolderAttachments(tmp_path / "media"),
        links=replace(stage.runtime.links, file=partial(file_link, OURS, SECRET)),
    )
    server = TestServer(Server(service_of(public_url=OURS)).application())
    async with server, ClientSession() as http:
        front = Front(http, server, stage, tmp_path / "media")
        yield front


def shown_to_desk(stage: Stage) -> list[str]:
    contents = [one.content for one in stage.slack.taken]
    return [one.text for one in contents if isinstance(one, DeskLine) and one.speaker == "Customer"]


# ---------------------------------------------------------------- taken


async def test_a_file_is_kept_and_is_a_message_of_the_visitors(front: Front, stage: Stage) -> None:
    assert await front.send(PNG, name="../../my plan.png") == (202, {"accepted": True})
    [kept] = front.kept()
    assert kept.read_bytes() == PNG
    async with stage.store.transaction() as uow:
        conversation = await uow.conversations.at("webchat", str(VISITOR))
        assert conversation is not None
        [file] = await uow.files.of(conversation.profile_id)
        items = await uow.feeds.read([f"webchat:{VISITOR}"], after=0)
    assert (file.name, file.media_type, file.size, file.state) == ("my plan.png", "image/png", len(PNG), FileState.HELD)
    assert [item.item["files"] for item in items] == [[{"name": "my plan.png", "type": "image/png", "size": len(PNG)}]]
    await stage.settle()
    async with stage.store.transaction() as uow:
        events = await uow.conversations.events(conversation.id)
    [said] = [event for event in events if isinstance(event, UserUttered)]
    assert said.understood.intent.name == "send_file"
    assert event_as_rasa_has_it(said)["metadata"]["attachments"] == [
        {
            "type": "image",
            "payload": {"src": file_link(OURS, SECRET, kept.stem), "title": "my plan.png", "media_type": "image/png"},
        }
    ]


async def test_a_second_try_of_the_same_message_changes_nothing(front: Front) -> None:
    sent = str(uuid4())
    assert (await front.send(PNG, sent=sent))[0] == 202
    before = front.kept()
    assert (await front.send(PNG + b"more", sent=sent))[0] == 202
    assert front.kept() == before
    assert before[0].read_bytes() == PNG


async def test_two_tries_at_once_keep_one_file(front: Front) -> None:
    sent = str(uuid4())
    answers = await asyncio.gather(*[front.send(PNG, sent=sent) for _ in range(4)])
    assert {status for status, _ in answers} == {202}
    assert len(front.kept()) == 1


# ---------------------------------------------------------------- refused


@pytest.mark.parametrize(
    ("content", "media_type", "status", "why"),
    [
        (b"<svg onload='alert(1)'/>", "image/svg+xml", 415, "not taken"),
        (b"<html>", "text/html", 415, "not taken"),
        (b"PK\x03\x04", "application/zip", 415, "not taken"),
        (b"<svg onload='alert(1)'/>", "image/png", 415, "does not begin like image/png"),
        (b"<html><script>", "text/plain", 415, "does not begin like text/plain"),
        (b"GIF89a/*" + b"a" * 9000, "image/jpeg", 415, "does not begin like image/jpeg"),
        (b"", "image/png", 400, "empty"),
        (PNG + bytes(300_000), "image/png", 413, "at most 500,000"),
    ],
)
async def test_what_is_not_taken_is_refused_and_leaves_nothing(
    front: Front, stage: Stage, content: bytes, media_type: str, status: int, why: str
) -> None:
    answered, body = await front.send(content, media_type)
    assert (answered, why in body["error"]) == (status, True)
    assert front.kept() == []
    async with stage.store.transaction() as uow:
        assert await uow.conversations.at("webchat", str(VISITOR)) is None


async def test_only_a_visitor_may_send_one_and_only_with_an_id(front: Front) -> None:
    assert (await front.send(PNG, Authorization="Bearer none"))[0] == 401
    assert (await front.send(PNG, Origin="https://evil.example"))[0] == 403
    assert (await front.send(PNG, sent="../../x"))[0] == 400
    assert front.kept() == []


async def raw(front: Front, body: bytes, *headers: str) -> bytes:
    """The answer to a request as no client would send it, hung up after its body."""
    reader, writer = await asyncio.open_connection(front.server.host, front.server.port)
    head = [f"POST /channels/webchat/files?id={uuid4()} HTTP/1.1", "Host: x", f"Authorization: Bearer {front.token}"]
    writer.write("\r\n".join([*head, "Content-Type: image/png", *headers, "", ""]).encode() + body)
    await writer.drain()
    try:
        return await asyncio.wait_for(reader.read(65536), 0.3)
    except TimeoutError:
        return b""  # it waits for the rest, which does not come
    finally:
        writer.close()


async def test_an_upload_that_breaks_off_leaves_nothing(front: Front, stage: Stage) -> None:
    await raw(front, PNG[:100_000], f"Content-Length: {len(PNG)}", "Connection: close")
    for _ in range(100):
        if front.kept():
            await asyncio.sleep(0.02)
    assert front.kept() == []
    async with stage.store.transaction() as uow:
        assert await uow.conversations.at("webchat", str(VISITOR)) is None


async def test_a_length_has_to_be_said(front: Front) -> None:
    chunked = b"8\r\n" + PNG[:8] + b"\r\n0\r\n\r\n"
    assert b"411" in await raw(front, chunked, "Transfer-Encoding: chunked", "Connection: close")
    assert front.kept() == []


async def test_a_visitor_may_send_so_many_and_no_more(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.entrypoints.web.limits.caller_of", lambda *_: "192.0.2.7")
    answers = [(await front.send(PNG[:100]))[0] for _ in range(UPLOADS_OF_A_VISITOR.burst + 1)]
    assert answers == [202] * UPLOADS_OF_A_VISITOR.burst + [429]
    assert len(front.kept()) == UPLOADS_OF_A_VISITOR.burst


async def test_what_cannot_be_received_is_not_kept(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(*_: Any) -> int:
        raise WebhookRejected(503, "no")

    monkeypatch.setattr("bot.entrypoints.web.uploads.receive", refuse)
    assert (await front.send(PNG))[0] == 503
    assert front.kept() == []


async def test_what_was_received_is_kept_although_nobody_could_be_told_of_it(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message is in the inbox: without its file it would be told that the file is not there any more."""

    async def break_off_after_the_commit(*told: Any) -> int:
        await receive(*told)
        raise ConnectionError("a wake-up")

    with monkeypatch.context() as broken:
        broken.setattr("bot.entrypoints.web.uploads.receive", break_off_after_the_commit)
        message = str(uuid4())
        assert (await front.send(PNG, sent=message))[0] == 503
    assert (await front.send(PNG, sent=message))[0] == 202
    await front.stage.settle()
    status, content, _ = await front.fetch(await link_of(front))
    assert (status, content) == (200, PNG)


# ---------------------------------------------------------------- looked at, and shown


async def link_of(front: Front) -> str:
    [kept] = front.kept()
    return file_link(OURS, SECRET, kept.stem)


async def test_the_desk_gets_a_link_that_downloads_it_and_shows_nothing(front: Front, stage: Stage) -> None:
    stage.actions.effects["action_lead"] = (RequestHandoff("Asked for a person"),)
    await front.send(PNG, name="früher.png")
    await stage.settle()
    await stage.hear("lead", channel="webchat", address=str(VISITOR))
    await stage.settle()
    await front.send(PNG, name='a"b.png')
    await stage.settle()
    first, second = [line for line in shown_to_desk(stage) if "sent a file" in line]
    assert first.startswith("sent a file (früher.png, 300 kB): https://chat.example.com/files/")
    assert second.startswith("sent a file (ab.png, 300 kB): ")
    status, content, headers = await front.fetch(first.rpartition(": ")[2])
    assert (status, content) == (200, PNG)
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"] == "attachment; filename*=UTF-8''fr%C3%BCher.png"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert headers["Cache-Control"] == "no-store"


async def test_nobody_opens_a_file_without_the_link(front: Front, stage: Stage) -> None:
    await front.send(PNG)
    await stage.settle()
    link = await link_of(front)
    assert (await front.fetch(link))[0] == 200
    assert (await front.fetch(link[:-1]))[0] == 403
    assert (await front.fetch(link.partition("?")[0]))[0] == 403
    assert (await front.fetch(file_link(OURS, "another secret", "x")))[0] == 403
    assert (await front.fetch(file_link(OURS, SECRET, "..%2f..%2fsecret")))[0] in (403, 404)
    assert (await front.fetch(file_link(OURS, SECRET, "0" * 32)))[0] == 404


async def test_a_file_is_held_until_the_scanner_has_said_that_it_is_clean(front: Front, stage: Stage) -> None:
    stage.runtime = replace(stage.runtime, scanner=front.scanner)
    front.scanner.finds = NotTried("the virus scanner did not look at it in time")
    await front.send(PNG)
    await stage.settle()
    link = await link_of(front)
    assert (await front.fetch(link))[0] == 409
    await stage.later(minutes=1)
    assert (await front.fetch(link))[0] == 409
    front.scanner.finds = None
    await stage.later(minutes=1)
    assert (await front.fetch(link))[0] == 200
    assert len(front.scanner.looked_at) == 3


async def test_an_infected_file_is_deleted_told_and_on_record(front: Front, stage: Stage) -> None:
    stage.runtime = replace(stage.runtime, scanner=front.scanner)
    front.scanner.finds = FileRefused("the virus scanner found Eicar-Signature")
    await front.send(PNG, name="bad.png")
    link = await link_of(front)
    await stage.settle()
    assert front.kept() == []
    status, content, _ = await front.fetch(link)
    assert (status, b"Eicar" in content) == (410, True)
    async with stage.store.transaction() as uow:
        conversation = await uow.conversations.at("webchat", str(VISITOR))
        assert conversation is not None
        rows = (await uow.personal_data.of(conversation.profile_id))["decision"]
        [file] = await uow.files.of(conversation.profile_id)
    assert ("withhold", "a file was refused: the virus scanner found Eicar-Signature") in [
        (row["outcome"], row["why"]) for row in rows
    ]
    assert file.state is FileState.REFUSED


async def test_erasing_somebody_deletes_their_files(front: Front, stage: Stage) -> None:
    await front.send(PNG)
    await stage.settle()
    link = await link_of(front)
    async with stage.store.transaction() as uow:
        conversation = await uow.conversations.at("webchat", str(VISITOR))
        assert conversation is not None
        await erase_person(uow, stage.runtime, conversation.profile_id, who="a test", now=stage.clock.now())
    assert front.kept() == []
    assert (await front.fetch(link))[0] == 404
