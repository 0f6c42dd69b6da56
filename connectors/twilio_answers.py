"""What Twilio's API answers, as all of its products do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

NOT_LET_IN = frozenset({"10001", "20003", "20005", "20006", "20403", "70051", "90010"})
"""Twilio's codes for a credential that is wrong or was revoked, or lacks a right, and for an account that is suspended,
closed or out of funds."""

MEND_ACCOUNT = "check TWILIO_ACCOUNT_SID and TWILIO_AUTH_TOKEN, and in Twilio's Console that the account is active"

CLOCKS_DIFFER = timedelta(seconds=70)
"""What was made so long before our first try may still be of it: our processes work by clocks that are up to half a
minute from the database's, which may be as far from Twilio's; and Twilio's times have no fractions of a second."""


def lets_us_in(status: int, code: str) -> bool:
    """Whether a refusal is of what was asked, and not of whoever asks; a proxy's 403 has no code."""
    return status != 401 and code not in NOT_LET_IN and (status != 403 or bool(code))


def made_at(entry: Mapping[str, Any]) -> datetime:
    """When the message or the call was made; long ago where Twilio does not say."""
    try:
        made = parsedate_to_datetime(str(entry.get("date_created")))
    except ValueError:
        return datetime.min.replace(tzinfo=UTC) + timedelta(days=1)
    return made if made.tzinfo is not None else made.replace(tzinfo=UTC)
