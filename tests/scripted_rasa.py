"""A server that speaks Rasa's protocol from a script: what is understood, said and remembered at each text."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

from aiohttp import web

Trouble = Literal["hang up", "say nothing", "500", "nonsense"]


@dataclass(frozen=True)
class Line:
    """What Rasa does on one text (or on `execute <action>`): `form` is the one that is open afterwards."""

    intent: str = ""
    entities: Sequence[Mapping[str, Any]] = ()
    says: Sequence[Mapping[str, Any]] = ()
    slots: Mapping[str, Any] = field(default_factory=dict)
    emptied: Sequence[str] = ()
    form: str | None = None


@dataclass
class Dialogue:
    slots: dict[str, Any] = field(default_factory=dict)
    form: str | None = None
    events: list[dict[str, Any]] = field(default_factory=list)

    def set(self, name: str, value: Any) -> None:
        self.slots[name] = value
        self.events.append({"event": "slot", "name": name, "value": value})

    def play(self, line: Line) -> None:
        for name, value in line.slots.items():
            self.set(name, value)
        for name in line.emptied:
            self.set(name, None)
        self.form = line.form
        self.set("requested_slot", None if line.form is None else self.slots.get("requested_slot"))


@dataclass
class ScriptedRasa:
    """`script` may depend on a slot: `text if slot` is looked up first where that slot is set."""

    script: Mapping[str, Line]
    token: str = ""
    trouble: Trouble | None = None
    url: str = ""
    asked: list[tuple[str, str, Any]] = field(default_factory=list)
    dialogues: dict[str, Dialogue] = field(default_factory=dict)

    def _line(self, text: str, sender: str = "") -> Line:
        known = [name for name, value in self._dialogue(sender).slots.items() if value is not None]
        keys = [*(f"{text} if {name}" for name in known), text]
        return next((self.script[key] for key in keys if key in self.script), Line())

    def _dialogue(self, sender: str) -> Dialogue:
        return self.dialogues.setdefault(sender, Dialogue())

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json() if request.can_read_body else None
        self.asked.append((request.method, request.path, body))
        match self.trouble:
            case "hang up":
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            case "say nothing":
                await asyncio.sleep(3600)
            case "500":
                return web.json_response({"status": "failure"}, status=500)
            case "nonsense":
                return web.json_response([1])
            case None:
                pass
        # As in Rasa, the token is for the API, and the channels are open to all.
        if not request.path.startswith("/webhooks/") and request.query.get("token", "") != self.token:
            return web.json_response({"status": "failure", "reason": "NotAuthenticated"}, status=401)
        return web.json_response(self._answer(request, body))

    def _answer(self, request: web.Request, body: Any) -> Any:
        sender = request.match_info.get("sender", "")
        match request.path.rpartition("/")[2]:
            case "parse":
                line = self._line(body["text"])
                intent = {"name": line.intent or None, "confidence": 0.9 if line.intent else 0.0}
                return {"text": body["text"], "intent": intent, "entities": list(line.entities), "intent_ranking": []}
            case "webhook":
                line, dialogue = self._line(body["message"], body["sender"]), self._dialogue(body["sender"])
                dialogue.events.append({"event": "user", "text": body["message"]})
                dialogue.play(line)
                return [{"recipient_id": body["sender"], **message} for message in line.says]
            case "execute":
                if sender not in self.dialogues:
                    raise web.HTTPNotFound
                line = self._line(f"execute {body['name']}", sender)
                self._dialogue(sender).play(line)
                return {"tracker": self._tracker(sender, "NONE"), "messages": list(line.says)}
            case "events":
                for event in body if isinstance(body, list) else [body]:
                    if event["event"] == "slot":
                        self._dialogue(sender).set(event["name"], event["value"])
                    if event["event"] == "active_loop":
                        self._dialogue(sender).form = event["name"]
                return self._tracker(sender, "NONE")
            case "tracker":
                return self._tracker(sender, request.query["include_events"])
        raise web.HTTPNotFound

    def _tracker(self, sender: str, include: str) -> dict[str, Any]:
        dialogue = self._dialogue(sender)
        return {
            "sender_id": sender,
            "slots": dict(dialogue.slots),
            "active_loop": {"name": dialogue.form} if dialogue.form else {},
            "events": None if include == "NONE" else dialogue.events,
        }


@asynccontextmanager
async def running_rasa(rasa: ScriptedRasa) -> AsyncIterator[ScriptedRasa]:
    app = web.Application()
    app.router.add_post("/model/parse", rasa.answer)
    app.router.add_post("/webhooks/rest/webhook", rasa.answer)
    app.router.add_route("*", "/conversations/{sender}/tracker", rasa.answer)
    app.router.add_route("*", "/conversations/{sender}/tracker/events", rasa.answer)
    app.router.add_route("*", "/conversations/{sender}/execute", rasa.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        host, port = runner.addresses[0][:2]
        rasa.url = f"http://{host}:{port}"
        yield rasa
    finally:
        await runner.cleanup()
