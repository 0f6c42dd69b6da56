"""The header Retry-After: how long a server asks to be left alone. One reader for whatever we call."""

from __future__ import annotations

import re
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Final

LONGEST_PAUSE: Final = timedelta(days=1)
LONGEST_DATE: Final = 40
SECONDS: Final = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")
"""Whole ones, as HTTP has it, or with the fractions that servers of language models write."""


def pause_asked_for(written: str | None, answered_at: str | None = None) -> timedelta | None:
    """Seconds, or a time, held against the answer's own Date. A day at the most; None where it says neither."""
    if written is None or len(written) > LONGEST_DATE:
        return None
    if SECONDS.fullmatch(written):
        return min(timedelta(seconds=float(written)), LONGEST_PAUSE)
    try:
        wait = parsedate_to_datetime(written) - parsedate_to_datetime(answered_at or "")
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(max(wait, timedelta()), LONGEST_PAUSE)
