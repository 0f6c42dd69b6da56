"""One trace from a webhook to the vendor's call, across what waits in the inbox and the outbox."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import BaseTestServer, TestServer
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from twilio.request_validator import RequestValidator

from bot.adapters.rasa.actions import ActionServer
from bot.adapters.tracing import OpenTelemetryTracer, exporter_to
from bot.domain.errors import PermanentSendError
from bot.entrypoints.serving.http import Server
from bot.ports.tracing import PRESENT_TRACE, trace_headers
from connectors import twilio_messaging
from tests.bot.entrypoints.conftest import ServiceMaker
from tests.bot.entrypoints.serving.test_worker import at_work, until
from tests.bot.services.stage import PHONE, Stage
from tests.connectors.vendor_server import SECRET, SERVICE_URL, VendorServer, built, serve, settings_for

ACCOUNT = twilio_messaging.sandbox_values(SECRET)
WORDS = "lead"
GZIP = b"\x1f\x8b"


@pytest.fixture
def kept() -> InMemorySpanExporter:
    return InMemorySpanExporter()


async def test_a_message_is_one_trace_from_its_webhook_to_the_vendors_call(
    stage: Stage, service_of: ServiceMaker, kept: InMemorySpanExporter
) -> None:
    tracer = OpenTelemetryTracer(kept)
    vendor = VendorServer(
        twilio_messaging.build_sandbox(settings_for(twilio_messaging, clock=stage.clock)), stage.clock
    )
    async with serve(vendor), action_server() as (url, asked):
        sms = built(twilio_messaging, "sms", clock=stage.clock, sandbox_url=vendor.url)
        actions = ActionServer(url, lambda: stage.library.playbook.assistant)
        channels = {**stage.runtime.channels, "sms": sms}
        stage.runtime = replace(stage.runtime, channels=channels, actions=actions, tracer=tracer)
        async with TestServer(Server(service_of(public_url=SERVICE_URL)).application()) as server:
            await text_to(server)
        async with at_work(stage):  # another process, for all that they share: the store
            await until(lambda: any(one.method == "POST" for one in vendor.asked))
        await actions.close()
        await sms.close()
    tracer.close()
    spans = {span.name: span for span in kept.get_finished_spans()}
    path = ["POST /channels/{channel}/{tail}", "turn sms", "deliver sms", "call sms"]
    assert [parent_of(spans, name) for name in path] == [None, *path[:1], "turn sms", "deliver sms"]
    assert parent_of(spans, "action action_lead") == "turn sms"
    assert len({span.context.trace_id for span in spans.values() if span.context}) == 1
    assert place_in(asked["action_lead"]) == place_of(spans["action action_lead"])
    calls = {place_of(span) for span in kept.get_finished_spans() if span.name == "call sms"}
    assert {place_in(one.headers["traceparent"]) for one in vendor.asked if one.method == "POST"} == calls
    assert_tells_nobody(kept)


async def test_what_failed_is_marked_by_its_kind_and_not_by_its_words(stage: Stage, kept: InMemorySpanExporter) -> None:
    tracer = OpenTelemetryTracer(kept)
    stage.runtime = replace(stage.runtime, tracer=tracer)
    stage.sms.faults.append(PermanentSendError(f"{PHONE} is nobody's"))
    await stage.says("greet")
    tracer.close()
    spans = {span.name: span for span in kept.get_finished_spans()}
    assert dict(spans["call sms"].attributes or {})["error.type"] == "PermanentSendError"
    assert dict(spans["deliver sms"].attributes or {})["overture.outcome"] == "dead"
    assert_tells_nobody(kept)


def test_of_the_traces_that_begin_here_a_share_is_kept_and_others_say_so_themselves(kept: InMemorySpanExporter) -> None:
    tracer = OpenTelemetryTracer(kept, share=0)
    with tracer.span("ours", "work"):
        theirs = PRESENT_TRACE.get()
    with tracer.span("also ours", "work", follows=theirs):
        assert not is_kept(PRESENT_TRACE.get()), "so that whoever is called keeps none of it either"
    with tracer.span("kept", "work", follows=f"{theirs[:-2]}01"):
        pass
    tracer.close()
    assert [span.name for span in kept.get_finished_spans()] == ["kept"]


async def test_a_collector_gets_them() -> None:
    got: list[bytes] = []

    async def collect(request: web.Request) -> web.Response:
        got.append(gzip.decompress(body) if (body := await request.read())[:2] == GZIP else body)
        return web.Response()

    app = web.Application()
    app.router.add_post("/v1/traces", collect)
    async with TestServer(app) as server:
        tracer = OpenTelemetryTracer(exporter_to(str(server.make_url("/"))))
        with tracer.span("turn sms", "work", conversation="conversation-1"):
            pass
        await asyncio.to_thread(tracer.close)
    assert b"turn sms" in got[0]
    assert b"overture.conversation" in got[0]


async def test_without_a_collector_nothing_is_told_to_whoever_is_called(stage: Stage) -> None:
    assert await stage.says("greet") == ["I am a machine. Hello!"]
    assert trace_headers() == {}


def parent_of(spans: dict[str, ReadableSpan], name: str) -> str | None:
    parent = spans[name].parent
    if parent is None:
        return None
    return next(one.name for one in spans.values() if one.context and one.context.span_id == parent.span_id)


def place_of(span: ReadableSpan) -> tuple[int, int]:
    assert span.context is not None
    return span.context.trace_id, span.context.span_id


def place_in(traceparent: str) -> tuple[int, int]:
    _, trace_id, span_id, _ = traceparent.split("-")
    return int(trace_id, 16), int(span_id, 16)


def is_kept(traceparent: str) -> bool:
    return bool(int(traceparent.rpartition("-")[2], 16) & 1)


def assert_tells_nobody(kept: InMemorySpanExporter) -> None:
    for span in kept.get_finished_spans():
        told = span.to_json()
        assert PHONE not in told
        assert PHONE[1:] not in told
        assert f'"{WORDS}"' not in told
        assert not span.events


async def text_to(server: BaseTestServer) -> None:
    fields = {
        "MessageSid": f"SM{hashlib.md5(b'one').hexdigest()}",
        "AccountSid": ACCOUNT["TWILIO_ACCOUNT_SID"],
        "From": PHONE,
        "To": ACCOUNT["TWILIO_FROM"],
        "Body": WORDS,
        "NumMedia": "0",
    }
    path = "/channels/sms/inbound"
    signature = RequestValidator(ACCOUNT["TWILIO_AUTH_TOKEN"]).compute_signature(f"{SERVICE_URL}{path}", fields)
    headers = {"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"}
    async with (
        ClientSession() as http,
        http.post(server.make_url(path), data=urlencode(fields).encode(), headers=headers) as response,
    ):
        assert response.status < 300, await response.text()


@asynccontextmanager
async def action_server() -> AsyncIterator[tuple[str, dict[str, str]]]:
    """One whose actions say a line each, and the trace that the call of each was said to be part of."""
    asked: dict[str, str] = {}

    async def run(request: web.Request) -> web.Response:
        asked[(await request.json())["next_action"]] = request.headers.get("traceparent", "")
        return web.json_response({"events": [], "responses": [{"text": "Done."}]})

    app = web.Application()
    app.router.add_post("/webhook", run)
    async with TestServer(app) as server:
        yield str(server.make_url("/webhook")), asked
