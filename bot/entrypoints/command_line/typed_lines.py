"""Lines that somebody types, or that a file or a program gives, without waiting for them longer than is wanted."""

from __future__ import annotations

import os
import select
from datetime import timedelta


class TypedLines:
    """The lines of the open file `descriptor`, as they come."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._read = b""
        self._ended = False

    def next(self, within: timedelta) -> str | None:
        """The next line that is not empty; None where there is none yet, or `ended`."""
        while not self._ended or self._read:
            line, end, rest = self._read.partition(b"\n")
            if end or self._ended:
                self._read = rest
                if text := line.decode("utf-8", "replace").strip():
                    return text
            elif not select.select([self._descriptor], [], [], within.total_seconds())[0]:
                return None
            else:
                more = os.read(self._descriptor, 65536)
                self._read += more
                self._ended = not more
        return None

    @property
    def ended(self) -> bool:
        return self._ended and not self._read
