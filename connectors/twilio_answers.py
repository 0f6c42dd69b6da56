"""What Twilio's API answers, as all of its products do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any


def made_at(entry: Mapping[str, Any]) -> datetime:
    """When the message or the call was made; long ago where Twilio does not say."""
    try:
        made = parsedate_to_datetime(str(entry.get("date_created")))
    except ValueError:
        return datetime.min.replace(tzinfo=UTC) + timedelta(days=1)
    return made if made.tzinfo is not None else made.replace(tzinfo=UTC)
