"""Transcripts: whoever has the signed link may read it, and nobody else."""

from __future__ import annotations

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import TestClient, TestServer

from bot.domain.ids import ConversationId
from bot.entrypoints.serving.http import Server
from bot.entrypoints.web.transcripts import sign
from tests.bot.entrypoints.conftest import SECRET, ServiceMaker
from tests.bot.services.stage import Stage


def test_a_signature_is_of_one_conversation_and_one_installation() -> None:
    one = sign(SECRET, ConversationId("chat"))
    assert len(one) == 32
    assert one == sign(SECRET, ConversationId("chat"))
    assert one not in (sign(SECRET, ConversationId("other chat")), sign("other secret", ConversationId("chat")))


async def test_the_signed_link_shows_what_was_said_and_escapes_it(stage: Stage, service_of: ServiceMaker) -> None:
    await stage.says("<script>alert(1)</script>")
    chat = (await stage.at()).id
    server = TestServer(Server(service_of()).application())
    async with (
        server,
        ClientSession() as http,
        http.get(server.make_url(f"/transcripts/{chat}?sig={sign(SECRET, chat)}")) as response,
    ):
        page = await response.text()
        assert response.status == 200
        assert response.headers["Cache-Control"] == "no-store"
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script>" not in page
    assert "Pardon?" in page
    assert "Assistant" in page
    assert '<p dir="auto">' in page, "what is written from right to left stands so"


@pytest.mark.parametrize("signature", ["", "0" * 32, "cut", "%F0%9F%98%80", "of another"])
async def test_a_link_that_we_did_not_sign_shows_nothing(
    stage: Stage, service_of: ServiceMaker, signature: str
) -> None:
    await stage.says("a secret wish")
    chat = (await stage.at()).id
    given = sign(SECRET, ConversationId("other chat")) if signature == "of another" else signature
    given = sign(SECRET, chat)[:-1] if signature == "cut" else given
    server = TestServer(Server(service_of()).application())
    async with (
        server,
        ClientSession() as http,
        http.get(server.make_url(f"/transcripts/{chat}").update_query(sig=given)) as response,
    ):
        assert response.status == 403
        assert "secret wish" not in await response.text()


async def test_a_conversation_without_words_says_so(service_of: ServiceMaker) -> None:
    chat = ConversationId("chat")
    async with TestClient(TestServer(Server(service_of()).application())) as client:
        response = await client.get(f"/transcripts/{chat}?sig={sign(SECRET, chat)}")
        assert "Nothing was said in this conversation" in await response.text()


async def test_a_rep_whose_link_was_cut_short_reads_a_page(service_of: ServiceMaker) -> None:
    async with TestClient(TestServer(Server(service_of()).application())) as client:
        response = await client.get("/transcripts/chat?sig=cut", headers={"Accept": "text/html"})
        assert (response.status, response.content_type) == (403, "text/html")
        assert "copy it whole from the hand-off" in await response.text()
