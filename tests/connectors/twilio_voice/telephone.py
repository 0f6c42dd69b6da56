"""A telephone in tests: it plays the stand-in's customer, and carries out the TwiML that it is answered with."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

Post = Callable[[dict[str, Any]], Awaitable[str]]
"""Does a deed at the stand-in, and gives back the TwiML of the answer."""


@dataclass
class Telephone:
    """`heard` is all that was said since one last spoke; `listening` where Twilio takes what is said next."""

    post: Post
    number: str = "+447700900123"
    sid: str = "CA" + "0" * 31 + "1"
    heard: list[str] = field(default_factory=list)
    listening: str = ""
    gathers: dict[str, str] = field(default_factory=dict)
    dials: dict[str, str] = field(default_factory=dict)
    ended: bool = False
    moments: int = 0

    @property
    def words(self) -> str:
        return " ".join(self.heard)

    async def call(self) -> str:
        return await self._deed({"deed": "call", "call": self.sid, "from": self.number})

    async def say(self, text: str, **fields: str) -> str:
        return await self.fields(SpeechResult=text, Confidence="0.9", **fields)

    async def press(self, digits: str) -> str:
        return await self.fields(Digits=digits)

    async def say_nothing(self) -> str:
        return await self.fields()

    async def fields(self, **fields: str) -> str:
        return await self.post_to(self.listening, **fields)

    async def post_to(self, address: str, **fields: str) -> str:
        deed = {"deed": "post", "call": self.sid, "from": self.number, "to": address, "fields": fields}
        return await self._deed(deed)

    async def _deed(self, deed: dict[str, Any]) -> str:
        self.heard, self.listening, self.dials = [], "", {}
        await self._carry_out(await self.post(deed))
        return self.words

    async def _carry_out(self, twiml: str) -> None:
        for verb in ElementTree.fromstring(twiml):
            match verb.tag:
                case "Say":
                    self.heard.append("".join(verb.itertext()))
                case "Redirect":
                    self.moments += 1
                    deed: dict[str, Any] = {"deed": "post", "call": self.sid, "from": self.number, "to": verb.text}
                    await self._carry_out(await self.post(deed))
                case "Gather":
                    self.gathers = dict(verb.attrib)
                    self.heard += ["".join(say.itertext()) for say in verb]
                    self.listening = verb.attrib["action"]
                case "Dial":
                    self.dials = {**verb.attrib, "number": verb[0].text or "", "whisper": verb[0].attrib["url"]}
                case "Hangup":
                    self.ended = True
            if verb.tag != "Say":
                break
