"""Traces: spans of work, and the word by which the next process goes on with one.

The word is W3C's `traceparent`. It is kept with what waits in the inbox and the outbox, and told to whatever is called.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from contextvars import ContextVar
from typing import Literal, Protocol

PRESENT_TRACE: ContextVar[str] = ContextVar("present_trace", default="")
"""That of the span in which we are; empty while nothing is traced."""

SpanKind = Literal["request", "work", "call"]
"""What came in by HTTP, what waited for us, and what we ask of others."""

Fact = str | int


def trace_headers() -> dict[str, str]:
    """The HTTP headers that tell whoever is called which trace it is part of."""
    present = PRESENT_TRACE.get()
    return {"traceparent": present} if present else {}


class Span(Protocol):
    def tell(self, **facts: Fact) -> None:
        """Ids and kinds, never a person's words or addresses."""


class Tracer(Protocol):
    def span(
        self, name: str, kind: SpanKind, *, follows: str | None = None, **facts: Fact
    ) -> AbstractContextManager[Span]:
        """A span that lasts as long as the `with`. It is part of the present one; with `follows`, of that trace."""

    def close(self) -> None:
        """Send what is left; may wait for some seconds."""
