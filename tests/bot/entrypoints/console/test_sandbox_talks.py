"""Talks in the playground: who may open one, and what becomes of one that cannot be."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, WSServerHandshakeError

from bot.entrypoints.wiring.connectors import connector_module, is_sandboxed
from tests.scenarios.stage import set_stage

REFUSED = 4000


async def test_a_talk_is_opened_by_the_playgrounds_own_page_and_of_a_call_that_can_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TWILIO_VOICE_SPEECH", "relay")
    async with set_stage(tmp_path) as stage, ClientSession() as http:
        address = f"{stage.address}/playground/talk"
        for name, status in (("voice", 426), ("sms", 404), ("nobody", 404)):
            async with http.get(f"{address}/{name}") as answer:
                assert answer.status == status
        with pytest.raises(WSServerHandshakeError, match="403"):
            await http.ws_connect(f"{address}/voice", headers={"Origin": "https://elsewhere.example"})
        for first, why in (
            ("[]", "no JSON object"),
            ("{", "Expecting"),
            ("{}", 'A talk is of a "call"'),
            (deed(stage.address, sid="CA1"), 'A talk is of a "call"'),
            (json.dumps({**json.loads(deed(stage.address)), "to": "wss://elsewhere.example"}), 'A talk is of a "call"'),
        ):
            socket = await http.ws_connect(f"{address}/voice")
            await socket.send_str(first)
            closed = await socket.receive(timeout=5)
            assert (closed.data, why in str(closed.extra)) == (REFUSED, True), closed
        socket = await http.ws_connect(f"{address}/voice")
        await socket.send_str(deed(stage.address))
        await socket.send_str(json.dumps({"type": "prompt", "voicePrompt": "hello", "lang": "en-GB", "last": True}))
        await socket.close()


def deed(address: str, sid: str = "CA" + "0" * 32) -> str:
    socket = f"{address}/channels/voice/relay/{sid}".replace("http", "ws", 1)
    return json.dumps({"call": sid, "from": "+447700900123", "to": socket, "parameters": {"place": "t=1"}})


@pytest.mark.parametrize(
    ("connector", "values", "sandboxed"),
    [
        ("twilio_voice", {}, True),
        ("twilio_voice", {"TWILIO_VOICE_SPEECH": "relay", "TWILIO_VOICE_LANGUAGE": "de-DE"}, True),
        ("twilio_voice", {"TWILIO_AUTH_TOKEN": "1"}, False),
        ("dialogflow", {"DIALOGFLOW_SLOTS": "team_size"}, True),
        ("dialogflow", {"DIALOGFLOW_SECRET": "1"}, False),
        ("alexa", {"ALEXA_SKILL_ID": "amzn1.ask.skill.1"}, False),
    ],
)
def test_a_setting_that_says_how_and_not_with_whom_leaves_the_sandbox_as_it_is(
    connector: str, values: Mapping[str, Any], sandboxed: bool
) -> None:
    assert is_sandboxed(connector_module(connector), values) is sandboxed
