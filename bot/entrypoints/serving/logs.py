"""Logs: events with fields, as text for a person or JSON for a machine. Never a message's text or an address."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from datetime import UTC, datetime
from typing import Any, Literal, TextIO, cast

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.adapters.database.trouble import plain_cause
from bot.domain.errors import OvertureError

log = structlog.get_logger()


def set_up_logs(form: Literal["text", "json"], *, level: int = logging.INFO) -> None:
    """Log to standard error; the libraries' own logs too, from warnings on."""
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer()
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=36)
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _tell_exceptions,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(cast("TextIO", _Lossy(sys.stderr))),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonFormatter() if form == "json" else _Formatter("%(levelname)s %(name)s: %(message)s"))
    handler.addFilter(_is_a_fault)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


class _Lossy(io.TextIOBase):
    """Where our lines go. One that cannot be written, since a disk is full, is lost; what wrote it goes on."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        if not self._stream.closed:  # whoever lets go of this flushes it
            with contextlib.suppress(OSError):
                self._stream.flush()


def _is_a_fault(record: logging.LogRecord) -> bool:
    """Whether somebody has to look at it. What is no HTTP, or no body as its headers say, was refused, and anybody can
    send it: a line tells of it."""
    error = record.exc_info[1] if record.exc_info else None
    if not isinstance(error, HttpProcessingError | web.RequestPayloadError):
        return True
    log.info("what came is no HTTP, and was refused", error=type(error).__name__)
    return False


def tell_exception(error: BaseException) -> str:
    """Where it was raised and through what, without local variables, and without its words unless they are ours.

    What a library says of a value, or a database of a row, may quote what somebody wrote or their address.
    """
    return "\n".join(_tell(error)).rstrip()


def _tell(error: BaseException) -> Iterator[str]:
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None:
        yield from _tell(cause)
        yield "\nand then:\n"
    yield "".join(traceback.format_tb(error.__traceback__)).rstrip()
    yield _in_a_line(error)
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield "\nin it:\n"
            yield from _tell(part)


def _in_a_line(error: BaseException) -> str:
    ours = isinstance(error, OvertureError | OSError)
    return f"{type(error).__module__}.{type(error).__qualname__}" + (f": {error}" if ours else "")


def _tell_exceptions(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else sys.exc_info()[1] if given else None
    if (cause := plain_cause(error)) is not None:
        event.setdefault("error", f"the database takes nothing at the moment: {_in_a_line(cause)}")
    elif error is not None:
        event["exception"] = tell_exception(error)
    return event


class _Formatter(logging.Formatter):
    """Tells the exceptions that libraries log in the same way."""

    def formatException(self, ei: Any) -> str:  # noqa: N802  logging's name
        return tell_exception(ei[1]) if ei[1] is not None else ""


class _JsonFormatter(_Formatter):
    """A library's line as ours are, with the ids of what we were doing."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            **structlog.contextvars.get_contextvars(),
            "event": record.getMessage(),
            "logger": record.name,
            "level": record.levelname.lower(),
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z"),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)
