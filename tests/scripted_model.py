"""A server in a language model's place: speaks both dialects, plays a script, and has every kind of trouble."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

Trouble = Literal[
    "429", "500", "302", "400", "401", "404", "hang", "hang up", "break off", "cut off", "declined", "not JSON", "huge"
]
Answer = Mapping[str, Any] | str
"""What the model says: an object, which is said as JSON, or a text as it stands."""

Line = Answer | tuple[Trouble] | tuple[Trouble, Mapping[str, str]]
"""An answer, or a trouble with the headers that go with it."""

NOTHING: Mapping[str, Any] = {"commands": []}


@dataclass(frozen=True)
class Asked:
    """A request in terms of neither dialect: which use it is of, our instructions, and the data of others."""

    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]

    @property
    def instructions(self) -> str:
        return str(self.body["system"] if "system" in self.body else self.body["messages"][0]["content"])

    @property
    def data(self) -> Mapping[str, Any]:
        told: Mapping[str, Any] = json.loads(self.body["messages"][-1]["content"])
        return told

    @property
    def schema(self) -> Mapping[str, Any]:
        anthropic = self.body.get("output_config")
        told = anthropic["format"]["schema"] if anthropic else self.body["response_format"]["json_schema"]["schema"]
        return dict(told)


@dataclass
class ScriptedModel:
    """Plays its `lines` one by one, and then does as `otherwise` says."""

    lines: deque[Line] = field(default_factory=deque)
    otherwise: Callable[[Asked], Answer] = lambda asked: NOTHING
    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    counts_tokens: bool = True

    def play(self, *lines: Line) -> None:
        self.lines.extend(lines)

    @property
    def calls(self) -> int:
        return len(self.asked)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        asked = Asked(request.path, dict(request.headers), await request.json())
        self.asked.append(asked)
        line = self.lines.popleft() if self.lines else self.otherwise(asked)
        if not isinstance(line, tuple):
            return web.json_response(self._told(asked, _text(line)))
        trouble, headers = line[0], line[1] if len(line) > 1 else {}
        match trouble:
            case "hang":
                await asyncio.sleep(3600)
            case "hang up":
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            case "break off":
                broken = web.StreamResponse(headers={"Content-Length": "1000"})
                await broken.prepare(request)
                await broken.write(b'{"choices": [')
                assert request.transport is not None
                request.transport.close()
                return broken
            case "cut off":
                return web.json_response(self._told(asked, '{"commands": [{"comm', cut_off=True))
            case "declined":
                return web.json_response(self._told(asked, ""))
            case "not JSON":
                return web.Response(text="<html>It works!</html>", content_type="text/html")
            case "huge":
                return web.Response(body=b'"' + b"x" * 2_000_000 + b'"', content_type="application/json")
        message = asked.data.get("message", "")
        return web.json_response({"error": {"message": f"no: {message}"}}, status=int(trouble), headers=headers)

    def _told(self, asked: Asked, text: str, *, cut_off: bool = False) -> Mapping[str, Any]:
        if asked.path.endswith("/messages"):
            usage = {"usage": {"input_tokens": 100, "output_tokens": 10}} if self.counts_tokens else {}
            ended = "max_tokens" if cut_off else "end_turn"
            return {"type": "message", "content": [{"type": "text", "text": text}], "stop_reason": ended, **usage}
        usage = {"usage": {"prompt_tokens": 100, "completion_tokens": 10}} if self.counts_tokens else {}
        message = {"role": "assistant", "content": text}
        return {"choices": [{"message": message, "finish_reason": "length" if cut_off else "stop"}], **usage}


def _text(answer: Answer) -> str:
    return answer if isinstance(answer, str) else json.dumps(answer)


@asynccontextmanager
async def running_model(model: ScriptedModel | None = None) -> AsyncIterator[ScriptedModel]:
    """The server at work; `url` is its address with the version, as OVERTURE_MODEL_URL wants it."""
    model = model or ScriptedModel()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", model.answer)
    app.router.add_post("/v1/messages", model.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        model.url = f"http://{host}:{port}/v1"
        yield model
    finally:
        await runner.cleanup()


def commands(*told: Iterable[str]) -> Mapping[str, Any]:
    """An answer with these commands, each given as name, target and value."""
    keys = ("command", "target", "value")
    return {"commands": [dict(zip(keys, [*one, "", ""][:3], strict=True)) for one in told]}
