"""Looks at every line that is logged in any test: no log tells the number or the address of a person.

What is looked for are the numbers and addresses that are set aside for examples, which the tests use for people.
"""

from __future__ import annotations

import logging
import re
from collections.abc import MutableMapping
from typing import Any

from bot.entrypoints.serving.logs import tell_exception

PLANTED = re.compile(
    r"447700900\d{3}|07700 ?900\d{3}|\+1[2-9]\d{2}55501\d{2}|[\w.+-]+@(?:[\w-]+\.)*example\.(?:com|org|net)"
)


class LogScan(logging.Handler):
    """Both a processor of structlog and a handler of the standard library's logging."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.leaks: list[str] = []

    def __call__(self, _logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        told = {key: value for key, value in event.items() if key != "exc_info"}
        error = event.get("exc_info")
        self._look(f"{told}" + (tell_exception(error) if isinstance(error, BaseException) else ""))
        return event

    def emit(self, record: logging.LogRecord) -> None:
        self._look(f"{record.name}: {record.getMessage()}")

    def _look(self, line: str) -> None:
        if PLANTED.search(line):
            self.leaks.append(line)
