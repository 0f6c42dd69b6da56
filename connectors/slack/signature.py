"""Slack's signature over a request: HMAC-SHA256 of version, timestamp and raw body."""

from __future__ import annotations

from datetime import datetime

from slack_sdk.signature import Clock, SignatureVerifier

from bot.domain.errors import WebhookRejected
from bot.ports import WebhookRequest

SIGNATURE_HEADER = "x-slack-signature"
TIMESTAMP_HEADER = "x-slack-request-timestamp"


class _FixedClock(Clock):
    def __init__(self, now: datetime) -> None:
        self._now = now

    def now(self) -> float:
        return self._now.timestamp()


def check_signature(request: WebhookRequest, signing_secret: str) -> None:
    """Raises WebhookRejected (401) unless Slack signed this request within the last five minutes."""
    timestamp, signature = request.headers.get(TIMESTAMP_HEADER, ""), request.headers.get(SIGNATURE_HEADER, "")
    if not timestamp or not signature:
        raise WebhookRejected(401, "The request has no X-Slack-Signature or no X-Slack-Request-Timestamp.")
    verifier = SignatureVerifier(signing_secret, _FixedClock(request.received_at))
    try:
        valid = verifier.is_valid(request.body, timestamp, signature)
    except (ValueError, TypeError, OverflowError):  # a timestamp that is no number, a body or signature not in UTF-8
        valid = False
    if not valid:
        raise WebhookRejected(
            401, "X-Slack-Signature does not fit the request, or is older than 5 minutes. Check SLACK_SIGNING_SECRET."
        )


def sign(body: bytes, signing_secret: str, at: datetime) -> dict[str, str]:
    """The headers with which Slack signs this body."""
    timestamp = str(int(at.timestamp()))
    signature = SignatureVerifier(signing_secret).generate_signature(timestamp=timestamp, body=body)
    return {SIGNATURE_HEADER: signature or "", TIMESTAMP_HEADER: timestamp}
