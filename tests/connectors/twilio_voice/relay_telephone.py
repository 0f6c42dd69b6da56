"""A telephone in tests that Twilio connects by ConversationRelay: it opens the WebSocket, talks, and hears."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType

from connectors.twilio_requests import signature_of

HEARD_WITHIN = 15.0


@dataclass
class RelayTelephone:
    """`public` is the address that Twilio was told, over which it signs; `address` is where the server really is."""

    http: ClientSession
    address: str
    public: str
    account: str
    token: str
    number: str = "+447700900123"
    sid: str = "CA" + "0" * 31 + "1"
    heard: list[str] = field(default_factory=list)
    frames: list[dict[str, Any]] = field(default_factory=list)
    spoken: list[str] = field(default_factory=list)
    dials: dict[str, str] = field(default_factory=dict)
    relay: dict[str, str] = field(default_factory=dict)
    action: str = ""
    ended: bool = False
    place: str = ""
    socket: ClientWebSocketResponse | None = None
    _listening: asyncio.Task[None] | None = None
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def words(self) -> str:
        return " ".join(self.heard)

    async def call(self) -> str:
        await self.post(f"{self.public}/channels/voice/call")
        return self.words

    async def say(self, text: str) -> None:
        await self.part(text[: len(text) // 2])
        await self.send("prompt", voicePrompt=text, lang="en-GB", last=True)

    async def part(self, text: str) -> None:
        await self.send("prompt", voicePrompt=text, lang="en-GB", last=False)

    async def press(self, digit: str) -> None:
        await self.send("dtmf", digit=digit)

    async def interrupt(self, heard: str) -> None:
        await self.send("interrupt", utteranceUntilInterrupt=heard, durationUntilInterruptMs="460")

    async def send(self, kind: str, **fields: Any) -> None:
        """Says something, and forgets what was heard before."""
        self.heard = []
        await self.raw(json.dumps({"type": kind, **fields}))

    async def raw(self, frame: str) -> None:
        assert self.socket is not None
        await self.socket.send_str(frame)

    async def until(self, heard: Callable[[str], bool]) -> str:
        """What was heard, once that is enough."""
        async with asyncio.timeout(HEARD_WITHIN), self._news:
            try:
                await self._news.wait_for(lambda: heard(self.words))
            except TimeoutError:
                raise AssertionError(f"heard only: {self.words}") from None
        return self.words

    async def hears(self, words: str) -> str:
        return await self.until(lambda heard: words in heard)

    async def drop(self) -> None:
        """The line between Twilio and the server breaks off, and Twilio asks what now."""
        await self.close()
        await self.post(self.action, SessionStatus="failed", ErrorCode="64105", ErrorMessage="WebSocket closed")

    async def gone(self) -> None:
        """The server has closed the WebSocket."""
        assert self._listening is not None
        async with asyncio.timeout(HEARD_WITHIN):
            await self._listening

    async def close(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
        if self.socket is not None:
            await self.socket.close()

    async def open(self, place: str, *, token: str = "", setup: bool = True) -> ClientWebSocketResponse:
        """The WebSocket of this call, signed as Twilio does."""
        signed = f"{self.public}/channels/voice/relay/{self.sid}".replace("http", "ws", 1)
        headers = {"X-Twilio-Signature": signature_of(signed, [], token or self.token)}
        socket = await self.http.ws_connect(f"{self.address}/channels/voice/relay/{self.sid}", headers=headers)
        if setup:
            told = {
                "type": "setup",
                "sessionId": "VX" + "0" * 32,
                "accountSid": self.account,
                "callSid": self.sid,
                "from": self.number,
                "to": "+447700900101",
                "direction": "inbound",
                "callStatus": "RINGING",
                "customParameters": {"place": place},
            }
            await socket.send_str(json.dumps(told))
        return socket

    async def post(self, url: str, **fields: str) -> str:
        """One of Twilio's webhooks; the TwiML that answers it is carried out."""
        form = {
            "AccountSid": self.account,
            "CallSid": self.sid,
            "CallStatus": "in-progress",
            "Direction": "inbound",
            "From": self.number,
            "To": "+447700900101",
            **fields,
        }
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Twilio-Signature": signature_of(url, list(form.items()), self.token),
        }
        parts = urlsplit(url)
        target = f"{self.address}{parts.path}" + (f"?{parts.query}" if parts.query else "")
        async with self.http.post(target, data=urlencode(form), headers=headers) as response:
            twiml = await response.text()
            assert response.status == 200, twiml
        await self._carry_out(ElementTree.fromstring(twiml))
        return twiml

    async def _carry_out(self, twiml: ElementTree.Element) -> None:
        self.dials = {}
        for verb in twiml:
            match verb.tag:
                case "Say":
                    self._hear("".join(verb.itertext()))
                case "Redirect":
                    await self.post(verb.text or "")
                case "Gather":
                    self._hear(*("".join(say.itertext()) for say in verb))
                case "Dial":
                    self.dials = {**verb.attrib, "number": verb[0].text or "", "whisper": verb[0].attrib["url"]}
                case "Hangup":
                    self.ended = True
                case "Connect":
                    await self._connect(verb)
            if verb.tag != "Say":
                break

    async def _connect(self, connect: ElementTree.Element) -> None:
        self.action, self.relay = connect.attrib["action"], dict(connect[0].attrib)
        assert self.relay["url"] == f"{self.public}/channels/voice/relay/{self.sid}".replace("http", "ws", 1)
        if greeting := self.relay.get("welcomeGreeting"):
            self._hear(greeting)
        [parameter] = connect[0]
        self.place = parameter.attrib["value"]
        self.socket = await self.open(self.place)
        self._listening = asyncio.create_task(self._listen(self.socket))

    async def _listen(self, socket: ClientWebSocketResponse) -> None:
        async for message in socket:
            assert message.type is WSMsgType.TEXT
            frame = json.loads(message.data)
            self.frames.append(frame)
            match frame["type"]:
                case "text":
                    self._hear(frame["token"].strip())
                case "end":
                    await socket.close()
                    await self.post(self.action, SessionStatus="ended", HandoffData=frame["handoffData"])
            async with self._news:
                self._news.notify_all()

    def _hear(self, *words: str) -> None:
        self.heard += words
        self.spoken += words
