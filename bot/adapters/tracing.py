"""Traces by OpenTelemetry, sent to a collector by OTLP. Loaded only where the settings name one."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from bot.domain.errors import SettingsError
from bot.ports.tracing import PRESENT_TRACE, Fact, Span, SpanKind

KINDS: Mapping[SpanKind, trace.SpanKind] = {
    "request": trace.SpanKind.SERVER,
    "work": trace.SpanKind.CONSUMER,
    "call": trace.SpanKind.CLIENT,
}
_W3C = TraceContextTextMapPropagator()


def exporter_to(url: str) -> SpanExporter:
    """To the collector at `url`, such as http://localhost:4318. Raises SettingsError where there is no exporter."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError as error:
        raise SettingsError(
            "OVERTURE_TRACES is set, but what sends traces is not installed: pip install 'overture[traces]'."
        ) from error
    return OTLPSpanExporter(endpoint=f"{url.rstrip('/')}/v1/traces")


class OpenTelemetryTracer:
    """The `Tracer` of one process. `share` of the traces that begin here are kept; those of others, as they say."""

    def __init__(self, exporter: SpanExporter, *, share: float = 1.0) -> None:
        about = Resource.create({"service.name": "overture", "service.instance.id": secrets.token_hex(8)})
        self._provider = TracerProvider(
            resource=about, sampler=ParentBased(TraceIdRatioBased(share)), shutdown_on_exit=False
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("overture")

    @contextmanager
    def span(self, name: str, kind: SpanKind, *, follows: str | None = None, **facts: Fact) -> Iterator[Span]:
        """An exception marks it as failed, by its type: the words of one may repeat a customer's."""
        parent = None if follows is None else _W3C.extract({"traceparent": follows}, Context())
        span = self._tracer.start_span(name, context=parent, kind=KINDS[kind], attributes=_named(facts))
        with trace.use_span(span, end_on_exit=True, record_exception=False, set_status_on_exception=False):
            told: dict[str, str] = {}
            _W3C.inject(told)
            before = PRESENT_TRACE.set(told.get("traceparent", ""))
            try:
                yield _Span(span)
            except Exception as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(Status(StatusCode.ERROR))
                raise
            finally:
                PRESENT_TRACE.reset(before)

    def close(self) -> None:
        """Send what is left. It waits for the collector for some seconds at most."""
        self._provider.shutdown()


class _Span:
    def __init__(self, span: trace.Span) -> None:
        self._span = span

    def tell(self, **facts: Fact) -> None:
        self._span.set_attributes(_named(facts))


def _named(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    return {f"overture.{name}": fact for name, fact in facts.items()}
