"""The HTTP server: webhooks in, feeds out, and the pages."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import replace
from functools import cache, partial
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any

import structlog
from aiohttp import ClientError, hdrs, web
from aiohttp.typedefs import Middleware

from bot.adapters.database.trouble import is_trouble
from bot.adapters.passwords import Argon2Passwords
from bot.domain.errors import Conflict, WebhookRejected
from bot.entrypoints.api.events_api import EventsApi
from bot.entrypoints.api.journeys_api import JourneysApi
from bot.entrypoints.api.openapi import ApiDocument
from bot.entrypoints.api.people_api import PeopleApi
from bot.entrypoints.api.rasa_api import RasaApi
from bot.entrypoints.api.take_people_api import TakePeopleApi
from bot.entrypoints.console.access_page import AccessPage
from bot.entrypoints.console.attributes_page import AttributesPage
from bot.entrypoints.console.conversations_page import ConversationsPage
from bot.entrypoints.console.desk_page import DeskPage
from bot.entrypoints.console.import_page import ImportPage
from bot.entrypoints.console.journeys_page import JourneysPage
from bot.entrypoints.console.knowledge_page import KnowledgePage
from bot.entrypoints.console.login import LoginPages
from bot.entrypoints.console.people_page import PeoplePage
from bot.entrypoints.console.playground import Playground
from bot.entrypoints.console.queues_page import QueuesPage
from bot.entrypoints.console.report_page import ReportPage
from bot.entrypoints.console.responses_page import ResponsesPage
from bot.entrypoints.console.rules_page import RulesPage
from bot.entrypoints.console.scores_page import ScoresPage
from bot.entrypoints.console.segments_page import SegmentsPage
from bot.entrypoints.console.understanding import Understanding
from bot.entrypoints.serving.siblings import Siblings
from bot.entrypoints.serving.watching import Watching
from bot.entrypoints.web.crm_webhooks import CrmWebhooks
from bot.entrypoints.web.doorkeeper import Doorkeeper
from bot.entrypoints.web.followed_links import FollowedLinks
from bot.entrypoints.web.front_door import listen_to_vendors, take
from bot.entrypoints.web.limits import AtOnce, Limits
from bot.entrypoints.web.portraits import Portraits
from bot.entrypoints.web.preferences.routes import PreferencePage
from bot.entrypoints.web.refusing import refused
from bot.entrypoints.web.request_guards import hurrying, refuse_other_names
from bot.entrypoints.web.sent_files import SentFiles
from bot.entrypoints.web.streams import Streams
from bot.entrypoints.web.talks import OpenTalks
from bot.entrypoints.web.transcripts import Transcripts
from bot.entrypoints.web.translate import lower_case, problem, to_response, to_webhook_request
from bot.entrypoints.web.uploads import Uploads
from bot.entrypoints.wiring.service import Service
from bot.ports import Channel, Installs, Prepares, TakesSockets, TakesUploads, Talks, WebhookRequest

if TYPE_CHECKING:
    from bot.entrypoints.web.sockets import Sockets

log = structlog.get_logger()

LARGEST_BODY = 64 * 1024
ENTRYPOINTS = Path(__file__).parents[1]
WIDGET = ENTRYPOINTS / "web" / "widget"
STATIC = ENTRYPOINTS / "console" / "static"

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",  # a browser asks each time whether a script is still the same
}
"""Of every answer that does not set its own."""

NOTHING_HERE = "there is nothing at this address; look whether it is written as it should be"

OF_THE_API = ("rest",)
"""Channels whose callers are those of our own API, and so may have a key of ours."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def for_watchers(service: Service) -> web.Application:
    """The server of a process that only works."""
    watching = Watching(service)
    app = web.Application(middlewares=[know_requests, watching.time_requests, _add_headers, answering_for_errors()])
    watching.add_routes(app)
    return app


class Server:
    """Routes requests of one service."""

    def __init__(self, service: Service, siblings: Siblings | None = None) -> None:
        self._service = service
        self._siblings = siblings
        self._runtime = service.runtime
        self._streams = Streams(service.runtime)
        self._talks = OpenTalks(service.runtime, self._streams)
        self._limits = Limits(service.settings.proxies)
        self._open = AtOnce(service.settings.streams_of_an_address, service.settings.proxies)
        self._uploads = Uploads(service.runtime, service.settings.proxies)
        self._sockets: list[Sockets] = []

    def application(self) -> web.Application:
        watching = Watching(self._service, self._siblings)
        middlewares = [
            know_requests,
            watching.time_requests,
            _add_headers,
            watching.trace_requests,
            answering_for_errors(self._service.doors),
            hurrying(),
        ]
        if self._service.settings.is_private:
            middlewares.append(refuse_other_names)
        app = web.Application(client_max_size=LARGEST_BODY, middlewares=middlewares)
        app.cleanup_ctx.append(self._run_streams)
        app.cleanup_ctx.append(self._listen_to_vendors)
        app.on_shutdown.append(self._end_streams)
        app.router.add_route("*", "/channels/{channel}/{tail:.*}", self._webhook)
        for name, channel in self._runtime.channels.items():
            if isinstance(channel, Installs):
                app.router.add_get(f"/{name}/{{page:install|oauth}}", partial(self._visit, channel))
            if isinstance(channel, TakesSockets):
                self._take_sockets(app, channel, channel)
        watching.add_routes(app)
        ApiDocument(self._service).add_routes(app)
        app.router.add_get("/widget.js", _widget())
        app.router.add_get("/widget/{file:.*}", _widget())
        app.router.add_static("/playground/", STATIC)
        transcripts = Transcripts(self._runtime.store, self._service.secret)
        app.router.add_get("/transcripts/{conversation}", transcripts.page)
        files = SentFiles(self._runtime, self._service.secret)
        app.router.add_get("/files/{file}", files.send)
        app.router.add_get("/media/{file}", files.show)
        portraits = Portraits(self._runtime, self._service.secret, self._service.settings.data / "portraits")
        app.router.add_get("/portraits/{desk}/{rep}", portraits.send)
        PreferencePage(self._service).add_routes(app)
        FollowedLinks(self._runtime, self._service.settings.proxies).add_routes(app)
        if self._service.sandbox is not None:
            Playground(self._service, self._service.sandbox, self._streams).add_routes(app)
        RasaApi(self._service, self._take_webhook).add_routes(app)
        Understanding(self._service).add_routes(app)
        JourneysApi(self._service).add_routes(app)
        CrmWebhooks(self._service).add_routes(app)
        EventsApi(self._service).add_routes(app)
        PeopleApi(self._service).add_routes(app)
        TakePeopleApi(self._service).add_routes(app)
        JourneysPage(self._service).add_routes(app)
        KnowledgePage(self._service).add_routes(app)
        SegmentsPage(self._service).add_routes(app)
        ScoresPage(self._service).add_routes(app)
        RulesPage(self._service).add_routes(app)
        ResponsesPage(self._service).add_routes(app)
        DeskPage(self._service).add_routes(app)
        ConversationsPage(self._service).add_routes(app)
        passwords = Argon2Passwords()
        LoginPages(self._service, passwords).add_routes(app)
        AccessPage(self._service, passwords).add_routes(app)
        QueuesPage(self._service).add_routes(app)
        AttributesPage(self._service).add_routes(app)
        PeoplePage(self._service).add_routes(app)
        ImportPage(self._service).add_routes(app)
        ReportPage(self._service).add_routes(app)
        return app

    async def _webhook(self, request: web.Request) -> web.StreamResponse:
        return await self._take_webhook(request, request.match_info["channel"], request.raw_path)

    async def _take_webhook(self, request: web.Request, name: str, path: str) -> web.StreamResponse:
        channel = self._runtime.channels.get(name)
        if channel is None:
            raise WebhookRejected(404, "there is no such channel here")
        if channel.abilities.public:
            self._limits.check(request)
        url = self._service.settings.service_url + path
        seams = _seams_of(type(channel))
        if TakesUploads in seams and isinstance(channel, TakesUploads):
            head = WebhookRequest(request.method, url, lower_case(request), b"", self._runtime.clock.now())
            if (upload := channel.upload(head)) is not None:
                return await self._uploads.take(request, channel, upload)
        roomy = request.clone(client_max_size=channel.abilities.largest_webhook)
        caller = await self._service.doors.key_holder(request) if name in OF_THE_API else None
        asked = await to_webhook_request(roomy, url, self._runtime.clock.now(), caller)
        if Prepares in seams and isinstance(channel, Prepares):
            await channel.prepare(asked)
        if Talks in seams and isinstance(channel, Talks) and request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._talks.hold(request, channel, channel.talk(asked))
        webhook = channel.parse(asked)
        if webhook.follow is not None:
            follow = webhook.follow
            headers = webhook.reply.headers
            admit = partial(self._ask_again, request, channel, asked) if name in OF_THE_API else None
            with self._open.one_of(request):
                return await self._streams.follow(
                    request, [follow.feed], after=follow.after, headers=headers, admit=admit
                )
        return to_response(await take(self._runtime, channel, webhook))

    async def _ask_again(self, request: web.Request, channel: Channel, asked: WebhookRequest) -> None:
        """Raises WebhookRejected where the channel would not let the same caller in any more."""
        caller = await self._service.doors.key_holder(request)
        channel.parse(replace(asked, caller=caller, received_at=self._runtime.clock.now()))

    async def _visit(self, channel: Installs, request: web.Request) -> web.StreamResponse:
        self._limits.check(request)
        url = self._service.settings.service_url + request.raw_path
        return to_response(await channel.visit(await to_webhook_request(request, url, self._runtime.clock.now())))

    def _take_sockets(self, app: web.Application, channel: Channel, taker: TakesSockets) -> None:
        from bot.entrypoints.web.sockets import Sockets  # its library takes a fifth of a second, and few need it

        together = self._siblings is not None
        sockets = Sockets(
            self._runtime, self._streams, self._service.settings, self._open, channel, taker, together=together
        )
        sockets.add_routes(app)
        self._sockets.append(sockets)

    async def _end_streams(self, _app: web.Application) -> None:
        await self._talks.end()  # before their feeds end: nobody has gone silent
        for sockets in self._sockets:
            await sockets.end()
        self._streams.end()

    async def _run_streams(self, _app: web.Application) -> AsyncIterator[None]:
        async with _beside(self._streams.run(), "streams"):
            yield

    async def _listen_to_vendors(self, _app: web.Application) -> AsyncIterator[None]:
        async with _beside(listen_to_vendors(self._runtime), "vendors"):
            yield


@contextlib.asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None], name: str) -> AsyncIterator[None]:
    """While the body lasts this runs; then it is called off, and has ended."""
    running = asyncio.create_task(work, name=name)
    yield
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


@cache
def _seams_of(kind: type[Channel]) -> frozenset[type]:
    """What else a channel of this kind can do. Each request asks, and asking a protocol takes long."""
    return frozenset(seam for seam in (TakesUploads, Prepares, Talks) if issubclass(kind, seam))


def _widget() -> Handler:
    """The widget's modules; other websites embed them, and browsers load modules from elsewhere only with CORS."""
    files = {file.relative_to(WIDGET).as_posix(): file for file in WIDGET.rglob("*.js")}

    async def serve(request: web.Request) -> web.StreamResponse:
        file = files.get(request.match_info.get("file", "widget.js"))
        if file is None:
            raise web.HTTPNotFound
        response = _Module(file, headers={"Access-Control-Allow-Origin": "*", "Vary": "Accept-Encoding"})
        if request.method == hdrs.METH_GET:
            response.enable_compression()
        return response

    return serve


class _Module(web.FileResponse):
    """Compressed only where it is sent whole. aiohttp ends even an answer without a body as a compressed one, by bytes
    that a browser takes for the beginning of the next answer on that connection, which is then broken."""

    def set_status(self, status: int, reason: str | None = None) -> None:
        super().set_status(status, reason)
        if status != HTTPStatus.OK:
            self.enable_compression(web.ContentCoding.identity)


def answering_for_errors(doors: Doorkeeper | None = None) -> Middleware:
    """Say what is wrong, in JSON or as a page; never a traceback, and never what the message said."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except WebhookRejected as rejected:
            _log_refusal(request, rejected)
            return await refused(request, rejected.status, rejected.reason, rejected.headers, doors=doors)
        except web.HTTPRequestEntityTooLarge:
            return await refused(request, 413, "the request is larger than any message needs to be")
        except web.HTTPRequestTimeout:
            return await refused(request, 408, "the request did not come whole in time; send it again")
        except web.HTTPNotFound:
            return await refused(request, 404, NOTHING_HERE, doors=doors)
        except web.HTTPMethodNotAllowed as error:
            allowed = ", ".join(sorted(error.allowed_methods))
            return await refused(request, 405, f"this address takes {allowed}", {"Allow": allowed})
        except web.HTTPException as error:
            return await refused(request, error.status, error.reason.lower())
        except (ClientError, web.RequestPayloadError):
            return await refused(request, 400, "the request's body is not what its headers say")
        except Conflict:
            log.info("a request met others that change the same, each time")
            return await refused(
                request, 503, "somebody else is changing the same at this moment; try again", {"Retry-After": "1"}
            )
        except Exception as error:
            if isinstance(error, ConnectionError) and request.transport is None:
                log.info("who sent a request hung up before it was here whole")
                return problem(400, "the request did not come whole")  # which nobody reads
            if isinstance(error, ConnectionError) or is_trouble(error):
                # Whoever sent it is to send it again: what cannot be stored is refused, and not taken and lost.
                log.error("a request was refused, for nothing can be stored", error=type(error).__name__)
                return await refused(
                    request, 503, "nothing can be stored at the moment; try again later", {"Retry-After": "10"}
                )
            log.exception("a request failed")
            return await refused(request, 500, "something went wrong on our side; it is in the log")

    return answer


def _log_refusal(request: web.Request, rejected: WebhookRejected) -> None:
    """A connector's reason is for whoever sets it up. What the API answers may repeat whom it was asked about."""
    if _connector_of(request):
        log.info("webhook refused", status=rejected.status, reason=rejected.reason)
    else:
        log.info("request refused", status=rejected.status)


@web.middleware
async def know_requests(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Each line that is logged for a request has its id, and its address as a pattern: the path may name somebody."""
    resource = request.match_info.route.resource
    route = resource.canonical if resource is not None else ""
    known = {"request": secrets.token_hex(8), "route": route, **_connector_of(request)}
    with structlog.contextvars.bound_contextvars(**known):
        return await handler(request)


def _connector_of(request: web.Request) -> dict[str, str]:
    return {name: request.match_info[name][:40] for name in ("channel", "crm") if name in request.match_info}


@web.middleware
async def _add_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Streams have sent theirs already."""
    response = await handler(request)
    if not response.prepared:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
    return response
