"""A telephone call over ConversationRelay: signed webhooks and a real WebSocket, on a real server."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, WSCloseCode, WSMsgType, WSServerHandshakeError

from tests.connectors.twilio_voice.relay_telephone import RelayTelephone
from tests.end_to_end.test_a_call import hanging_actions
from tests.running import RunningServer, running

ACCOUNT, TOKEN = "AC" + "a" * 32, "the token of an account in a test"
DESK = "+447700900102"
PUBLIC = "https://chat.example.com"
ENV = {
    "OVERTURE_PUBLIC_URL": PUBLIC,
    "TWILIO_ACCOUNT_SID": ACCOUNT,
    "TWILIO_AUTH_TOKEN": TOKEN,
    "TWILIO_FROM": "+447700900101",
    "TWILIO_VOICE_DESK_NUMBER": DESK,
    "TWILIO_VOICE_SPEECH": "relay",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with running(tmp_path_factory.mktemp("server"), ENV) as one:
        yield one


@asynccontextmanager
async def telephone(server: RunningServer, call: int) -> AsyncIterator[RelayTelephone]:
    async with ClientSession() as http:
        number = f"+4477009001{call:02}"
        phone = RelayTelephone(http, server.address, PUBLIC, ACCOUNT, TOKEN, number, f"CA{call:032}")
        yield phone
        await phone.close()


async def test_a_caller_is_told_what_it_is_and_talks(server: RunningServer) -> None:
    async with telephone(server, 1) as phone:
        assert (await phone.call()).startswith("I'm Harbourline's automated assistant, not a person.")
        assert phone.relay["welcomeGreetingInterruptible"] == "none"
        await phone.say("How much does it cost?")
        assert "https://" not in await phone.hears("£3 per person")
        await phone.until(lambda _: phone.frames[-1]["last"])
        tokens = [frame for frame in phone.frames if frame["type"] == "text"]
        assert [frame["last"] for frame in tokens] == [*[False] * (len(tokens) - 1), True]
        await phone.press("9")
        await phone.hears("sent you the link")


async def test_a_demo_is_booked_by_keys_and_speech(server: RunningServer) -> None:
    async with telephone(server, 2) as phone:
        await phone.call()
        await phone.press("1")
        await phone.hears("name")
        await phone.say("Ana Weaver")
        await phone.hears("mail")
        await phone.say("ana at weaver dot example")
        await phone.hears("people")
        for digit in "50#":
            await phone.press(digit)
        await phone.hears("start")


async def test_who_asks_for_a_person_is_put_through_and_the_person_hears_who_it_is(server: RunningServer) -> None:
    async with telephone(server, 3) as phone:
        await phone.call()
        await phone.say("I'd like to talk to a person")
        await phone.until(lambda _: bool(phone.dials))
        assert phone.dials["number"] == DESK
        dialled = phone.dials["action"]
        assert "Asked for a person" in await phone.post(phone.dials["whisper"])
        phone.heard = []
        await phone.post(dialled, DialCallStatus="no-answer")
        assert "nobody is free" in phone.words
        await phone.say("How much does it cost?")
        await phone.hears("£3 per person")


async def test_an_interruption_cuts_what_was_said_and_what_follows_is_answered(server: RunningServer) -> None:
    async with telephone(server, 4) as phone:
        await phone.call()
        await phone.say("How much does it cost?")
        answer = await phone.hears("£3 per person")
        beginning = " ".join(answer.split()[:3])
        await phone.interrupt(beginning)
        await phone.say("I'd like a demo")
        await phone.hears("name")
    [cut] = cuts(server)
    assert (cut["heard"], cut["text"][: len(beginning)]) == (beginning, beginning)


def cuts(server: RunningServer) -> list[dict[str, Any]]:
    """What the conversations of this server have not heard to its end."""
    with contextlib.closing(sqlite3.connect(server.log_file.parent / "overture.db")) as database:
        found = database.execute("SELECT body FROM event WHERE kind = 'reply_cut_short'").fetchall()
    return [json.loads(body) for (body,) in found]


async def test_a_line_that_breaks_off_goes_on_where_it_was(server: RunningServer) -> None:
    async with telephone(server, 5) as phone:
        await phone.call()
        await phone.press("1")
        question = await phone.hears("name")
        phone.heard = []
        await phone.drop()
        assert question in phone.words
        assert "automated assistant" not in phone.words
        await phone.say("Ana Weaver")
        await phone.hears("mail")


async def test_an_answer_that_came_while_the_line_was_broken_is_said_afterwards(server: RunningServer) -> None:
    async with telephone(server, 6) as phone:
        await phone.call()
        await phone.say("How much does it cost?")
        await phone.drop()  # it may be answered by now, or not
        await phone.hears("£3 per person")


async def test_a_forged_upgrade_is_refused_before_a_word(server: RunningServer) -> None:
    async with telephone(server, 7) as phone:
        with pytest.raises(WSServerHandshakeError) as refused:
            await phone.open("t=1", token="another token", setup=False)
        assert refused.value.status == 403
        async with phone.http.get(f"{server.address}/channels/voice/relay/{phone.sid}") as response:
            assert response.status == 404


@pytest.mark.parametrize(
    "frame", ["", "{", "[]", "null", '{"type": "prompt"}', '{"type": "dtmf", "digit": 1}', "x" * 9999]
)
async def test_a_frame_that_is_none_does_not_end_the_call(server: RunningServer, frame: str) -> None:
    async with telephone(server, 8) as phone:
        await phone.call()
        await phone.raw(frame)
        await phone.say("How much does it cost?")
        await phone.hears("£3 per person")


async def test_bytes_and_frames_beyond_all_measure_end_the_websocket_and_not_the_call(server: RunningServer) -> None:
    for call, broken in ((20, b"\x00\xff"), (21, b"x" * 100_000)):
        async with telephone(server, call) as phone:
            await phone.call()
            socket = await phone.open(phone.place)
            await (socket.send_bytes(broken) if len(broken) < 10 else socket.send_str(broken.decode()))
            assert await _closed(socket)
            await phone.drop()
            await phone.say("How much does it cost?")
            await phone.hears("£3 per person")


async def _closed(socket: Any) -> bool:
    async with asyncio.timeout(10):
        while True:
            message = await socket.receive()
            if message.type is not WSMsgType.TEXT:
                return True


async def test_a_setup_of_another_call_is_shown_the_door(server: RunningServer) -> None:
    async with telephone(server, 10) as phone:
        socket = await phone.open("t=1", setup=False)
        await socket.send_str(json.dumps({"type": "setup", "callSid": "CA" + "9" * 32, "customParameters": {}}))
        assert await _closed(socket)


async def test_a_slow_action_is_announced_and_its_answer_said_once(tmp_path: Path) -> None:
    async with hanging_actions() as (address, asked):
        with running(tmp_path, {**ENV, "OVERTURE_ACTIONS": address}) as server:
            async with telephone(server, 11) as phone:
                await phone.call()
                await phone.say("I'd like to talk to a person")
                await phone.hears("One moment, please.")
                words = await phone.hears("I've asked a colleague")
                assert words.count("I've asked a colleague") == 1
                assert asked == ["action_hand_off"]


async def test_a_restart_sends_the_caller_to_the_next_process_and_nothing_is_forgotten(server: RunningServer) -> None:
    async with telephone(server, 12) as phone:
        await phone.call()
        await phone.press("1")
        await phone.hears("name")
        await asyncio.to_thread(server.stop)
        await phone.gone()
        assert phone.socket is not None
        assert phone.socket.close_code == WSCloseCode.SERVICE_RESTART
        await asyncio.to_thread(server.start)
        await phone.drop()
        await phone.say("Ana Weaver")
        await phone.hears("mail")
