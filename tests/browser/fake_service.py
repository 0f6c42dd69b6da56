"""A stand-in for the service: it serves the real pages, and plays their endpoints from a script.

    python -m tests.browser.fake_service --port 8099 [--state file.json]

Tests start it as a process, so that they can kill and restart it: with `--state` it remembers everything. The routes
under /fake are the test's own: GET /fake/log says what pages posted; POST /fake/say, /fake/item and /fake/refuse
put words into a widget, items on a feed, or errors into the answers to the next messages; /fake/forget starts afresh.
"""

from __future__ import annotations

import argparse
import contextlib
import json
from pathlib import Path
from typing import Any
from uuid import uuid4

from aiohttp import web

from bot.entrypoints.console.framing import page_of
from bot.entrypoints.serving.http import HEADERS
from tests.browser.fake_dialogue import FakeService

ENTRYPOINTS = Path(__file__).resolve().parents[2] / "bot" / "entrypoints"
STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "require-trusted-types-for 'script'"
)
PAGES = f"{STRICT}; frame-src 'self'"
FILES = {"types": {"image/png": [".png"], "application/pdf": [".pdf"], "text/plain": [".txt"]}, "largest": 1_000_000}

SERVICE = web.AppKey("service", FakeService)


def visitor_of(request: web.Request) -> str:
    service, token = request.app[SERVICE], request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token.startswith("token-") or token.removeprefix("token-") not in service.answers:
        raise web.HTTPUnauthorized(text="This session is unknown.")
    return token.removeprefix("token-")


async def session(request: web.Request) -> web.Response:
    service, body = request.app[SERVICE], await request.json()
    service.log.append({"session": body})
    visitor = uuid4().hex
    with contextlib.suppress(web.HTTPUnauthorized):
        visitor = visitor_of(request)
    known = visitor in service.answers
    service.answers.setdefault(visitor, [])
    if body.get("opened", not known) and visitor not in service.greeted:
        await service.opened(visitor)
    told = {"token": f"token-{visitor}", "visitor": visitor, "ticket": f"ticket-{visitor}", "files": FILES}
    return web.json_response(told)


async def message(request: web.Request) -> web.Response:
    service, visitor, body = request.app[SERVICE], visitor_of(request), await request.json()
    service.log.append({"message": body})
    if service.refusals:
        return web.Response(status=service.refusals.pop(0), text=json.dumps({"error": "The message is too long."}))
    key = f"{visitor}:{body['id']}"
    if any(item.get("id") == key for item in service.items):
        return web.json_response({"accepted": True}, status=202)
    await service.say(visitor, body["text"], **{"from": "visitor", "id": key})
    await service.heard(visitor, body["text"], body.get("payload", ""))
    return web.json_response({"accepted": True}, status=202)


async def upload(request: web.Request) -> web.Response:
    service, visitor, content = request.app[SERVICE], visitor_of(request), await request.read()
    file = {"name": request.query["name"], "type": request.content_type, "size": len(content)}
    service.log.append({"file": file, "id": request.query["id"], "begins": content[:8].decode("latin-1")})
    if service.refusals:
        return web.Response(status=service.refusals.pop(0), text=json.dumps({"error": "The file is not taken."}))
    key = f"{visitor}:{request.query['id']}"
    if not any(item.get("id") == key for item in service.items):
        await service.say(visitor, "", files=[file], **{"from": "visitor", "id": key})
        await service.say(visitor, "Thank you, I have your file.")
    return web.json_response({"accepted": True}, status=202)


async def stream(request: web.Request, visitor: str | None) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store"})
    await response.prepare(request)
    await response.write(b": ping\n\n")
    with contextlib.suppress(ConnectionResetError):
        async for item in request.app[SERVICE].follow(int(request.query.get("after", 0)), visitor):
            await response.write(f"id: {item['position']}\nevent: item\ndata: {json.dumps(item)}\n\n".encode())
    return response


async def chat_events(request: web.Request) -> web.StreamResponse:
    visitor = request.query.get("ticket", "").removeprefix("ticket-")
    if visitor not in request.app[SERVICE].answers:
        raise web.HTTPUnauthorized(text="This ticket is unknown.")
    return await stream(request, visitor)


async def report(request: web.Request) -> web.Response:
    """What the page tells of the visitor, or which messages they have read."""
    service, visitor, body = request.app[SERVICE], visitor_of(request), await request.json()
    service.log.append({"visitor": visitor, request.path.rpartition("/")[2]: body})
    if service.refusals:
        return web.Response(status=service.refusals.pop(0), text=json.dumps({"error": "Not on the list."}))
    return web.json_response({"accepted": True}, status=202)


async def portrait(request: web.Request) -> web.Response:
    """A picture for the rep: a green square, as SVG, which a browser draws as it would a photograph."""
    square = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><rect width="8" height="8" fill="#2a7"/></svg>'
    return web.Response(text=square, content_type="image/svg+xml")


async def no_portrait(request: web.Request) -> web.Response:
    return web.Response(status=204)


async def playground_events(request: web.Request) -> web.StreamResponse:
    return await stream(request, None)


async def act(request: web.Request) -> web.Response:
    await request.app[SERVICE].act(request.match_info["vendor"], await request.json())
    return web.json_response({"ok": True})


async def clock(request: web.Request) -> web.Response:
    service = request.app[SERVICE]
    if request.method == "POST":
        body = await request.json()
        service.log.append({"clock": body})
        await service.move(body.get("forward_seconds", 90_000))
    return web.json_response(service.clock())


async def status(_: web.Request) -> web.Response:
    return web.json_response({"content": "ok"})


async def fake(request: web.Request) -> web.Response:
    service, body = request.app[SERVICE], await request.json() if request.can_read_body else {}
    match request.match_info["verb"]:
        case "say":
            for visitor in service.answers:
                await service.say(visitor, **body)
        case "item":
            await service.append(body.pop("feed"), body)
        case "forget":
            service.forget()
        case "refuse":
            service.refusals = body["statuses"]
    return web.json_response(service.log)


async def nobody(_: web.Request) -> web.Response:
    """The list of people, for tests that are about one of them."""
    return web.json_response({"people": [], "more_before": None, "segments": {}, "count": 0, "at_least": False})


def file(path: Path) -> Any:
    async def answer(_: web.Request) -> web.FileResponse:
        return web.FileResponse(path, headers={"Content-Security-Policy": STRICT, "Cache-Control": "no-store"})

    return answer


async def framed(request: web.Request) -> web.Response:
    """A page of ours as somebody sees it for whom there are no others."""
    text = page_of(f"{request.match_info.get('page', 'playground')}.html").render()
    policy = PAGES if request.path == "/" else HEADERS["Content-Security-Policy"]
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    return web.Response(text=text, content_type="text/html", headers=headers)


def application(state: Path | None) -> web.Application:
    app = web.Application(client_max_size=4 * 1024 * 1024)
    app[SERVICE] = FakeService(state)
    playground = ENTRYPOINTS / "console" / "static"
    app.add_routes(
        [
            web.get("/", framed),
            web.get("/pages/{page}", framed),
            web.get("/site", file(playground / "site.html")),
            web.get("/widget.js", file(ENTRYPOINTS / "web" / "widget" / "widget.js")),
            web.static("/widget", ENTRYPOINTS / "web" / "widget"),
            web.post("/channels/webchat/session", session),
            web.post("/channels/webchat/messages", message),
            web.post("/channels/webchat/files", upload),
            web.post("/channels/webchat/report", report),
            web.post("/channels/webchat/read", report),
            web.get("/channels/webchat/events", chat_events),
            web.get("/portrait", portrait),
            web.get("/no-portrait", no_portrait),
            web.get("/playground/events", playground_events),
            web.post("/playground/act/{vendor}", act),
            web.get("/playground/clock", clock),
            web.post("/playground/clock", clock),
            web.get("/playground/status", status),
            web.get("/people/newest.json", nobody),
            web.route("*", "/fake/{verb}", fake),
            web.static("/playground", playground),
        ]
    )
    return app


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path)
    options = parser.parse_args()
    web.run_app(
        application(options.state), host="127.0.0.1", port=options.port, shutdown_timeout=0.1, handler_cancellation=True
    )


if __name__ == "__main__":
    main()
