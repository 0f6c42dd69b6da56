"""The signed link to one person's preferences. Whoever has it may change them, until it ends."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta

from bot.domain.challenge import ChallengeId
from bot.domain.ids import ProfileId

CONFIRMATION = "confirmation"

LASTS = timedelta(days=90)
"""A way to opt out has to work for 30 days after the message that names it (15 U.S.C. 7704(a)(3)); this is longer."""

_TOKEN = re.compile(r"(.{1,255})\.([0-9a-f]{1,6})\.([\w-]{22})", re.ASCII)


class LinkNotOurs(ValueError):
    """It was not signed here, or was cut short."""


class LinkEnded(ValueError):
    """It was ours, and its time is over."""


def preferences_link(service_url: str, secret: str, person: ProfileId, now: datetime) -> str:
    return f"{service_url}/preferences/{sign(secret, person, now + LASTS)}"


def sign(secret: str, person: ProfileId, until: datetime) -> str:
    """The token: whose it is, the last day on which it holds, and an HMAC-SHA256 of both, shortened to 128 bits."""
    day = f"{until.astimezone(UTC).date().toordinal():x}"
    return f"{person}.{day}.{_signature(secret, person, day)}"


def read(secret: str, token: str, now: datetime) -> ProfileId:
    """Whose token it is; raises LinkNotOurs and LinkEnded."""
    found = _TOKEN.fullmatch(token)
    if found is None or not hmac.compare_digest(_signature(secret, found[1], found[2]), found[3]):
        raise LinkNotOurs
    if int(found[2], 16) < now.astimezone(UTC).date().toordinal():
        raise LinkEnded
    return ProfileId(found[1])


def confirmation_link(service_url: str, secret: str, challenge: ChallengeId) -> str:
    """Whoever opens it and presses its button confirms their consent. The challenge itself says until when."""
    return f"{service_url}/consent/{challenge}.{_signature(secret, challenge, CONFIRMATION)}"


def read_confirmation(secret: str, token: str) -> ChallengeId:
    """Which challenge it is of; raises LinkNotOurs."""
    found, dot, signature = token.rpartition(".")
    if not dot or not hmac.compare_digest(_signature(secret, found, CONFIRMATION).encode(), signature.encode()):
        raise LinkNotOurs
    return ChallengeId(found)


def seal(secret: str, text: str) -> str:
    """A digest of the text that nobody can work out without the secret."""
    return hmac.new(secret.encode(), f"seal:{text}".encode(), hashlib.sha256).hexdigest()


def _signature(secret: str, person: str, day: str) -> str:
    digest = hmac.new(secret.encode(), f"preferences:{person}:{day}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:16]).decode().rstrip("=")
