"""Where the REST channel is not set up, its conversations cannot be written into, and whoever tries is told so."""

from __future__ import annotations

import pytest
from aiohttp.test_utils import TestClient, TestServer

from bot.entrypoints.serving.http import Server
from tests.bot.entrypoints.conftest import ServiceMaker


@pytest.mark.parametrize(
    ("method", "what", "body"),
    [
        ("POST", "tracker/events", {"event": "slot", "name": "team_size", "value": "5"}),
        ("PUT", "tracker/events", []),
        ("POST", "messages", {"text": "hello", "sender": "user"}),
        ("POST", "execute", {"name": "utter_greet"}),
        ("POST", "trigger_intent", {"name": "greet"}),
    ],
)
async def test_nothing_is_written_where_nobody_would_read_it(
    service_of: ServiceMaker, method: str, what: str, body: object
) -> None:
    application = Server(service_of(connectors="")).application()
    async with TestClient(TestServer(application, host="127.0.0.1")) as client:
        answer = await client.request(method, f"/conversations/ana/{what}", json=body)
        assert (answer.status, "OVERTURE_CONNECTORS" in (await answer.json())["message"]) == (404, True)
        assert (await client.get("/conversations/ana/tracker")).status == 200
