"""What mail servers mean by their enhanced status codes (RFC 3463, RFC 5248), whether they say them at once or in a
bounce."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.domain.consent import Consequence
from bot.domain.delivery import Failure

HARD = "hard_bounce"
"""The code of a bounce for good that has none of its own."""

SOFT = "soft_bounce"
UNSUBSCRIBED = "unsubscribed"
"""The code of what the mail service did not send because its recipient had ended it there."""

NOT_SENT = "not_sent"
"""The code of what the mail service did not send for reasons of its own."""

PACE_CODES = frozenset({"4.3.1", "4.3.2", "4.4.5", "4.7.28"})
"""The server is full or congested, takes no mail just now, or has had too much of ours: it is no message's fault."""

SENDER_CODES = frozenset({"5.1.7", "5.1.8", "5.7.8"})
"""The sender's address is none, is not taken, or has not logged in rightly (RFC 3463, RFC 4954): whatever it sends."""

NOT_LOGGED_IN = frozenset({530, 535})
"""Statuses by which a server that hears of a message says the same of the login (RFC 4954)."""

NOT_OF_THE_ADDRESS = frozenset({"3", "5", "6", "7"})
_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})\b")
_REPLY_CODE = re.compile(r"\s*[245]\d\d[ -]")
_UNREACHABLE = Consequence.UNREACHABLE

FAILURES: Mapping[str, Failure] = {
    "5.1.1": Failure("nobody has this address", then=_UNREACHABLE),
    "5.1.2": Failure("there is no such domain", then=_UNREACHABLE),
    "5.1.3": Failure("this is no e-mail address", then=_UNREACHABLE),
    "5.1.6": Failure("whoever had this address has moved", then=_UNREACHABLE),
    "5.1.10": Failure("this domain takes no mail", then=_UNREACHABLE),
    "5.2.1": Failure("this mailbox is closed", then=_UNREACHABLE),
    "5.2.2": Failure("this mailbox is full"),
    "5.3.4": Failure("the message is too large for this mailbox"),
    "5.4.7": Failure("its server gave up trying"),
    "5.7.1": Failure("the server refuses it by its rules: look at SPF, DKIM and the sender's reputation"),
    "5.7.26": Failure("the message is not authenticated: set up SPF and DKIM for the domain of EMAIL_FROM"),
    HARD: Failure("it bounced for good", then=_UNREACHABLE),
    SOFT: Failure("its server gave up trying"),
    UNSUBSCRIBED: Failure("had unsubscribed or complained at the mail service", then=Consequence.OPTED_OUT),
    NOT_SENT: Failure("the mail service did not send it"),
}
"""By code. One that is not here is for good, and nothing else follows from it."""


def enhanced_code(text: str) -> str:
    """The enhanced status code at the beginning of what a server says; empty where there is none."""
    found = _ENHANCED.match(text)
    return found[1] if found else ""


def code_of_bounce(status: str, reason: str, *, passing: bool) -> str:
    """What a bounce says of the address, by the enhanced code where there is one.

    By RFC 3463 the first number 4 means that it may pass, and the middle one is the subject: servers, the protocol,
    the message or its sender are no fault of the address. Microsoft has its 5.4.1 for addresses that nobody has.
    """
    written = (status, _REPLY_CODE.sub("", reason), reason)
    codes = [code for said in written if (code := enhanced_code(said))]
    if known := next((code for code in codes if code in FAILURES), None):
        return known
    if passing or any(code.startswith("4") for code in codes):
        return SOFT
    return next((code for code in codes if code.split(".")[1] in NOT_OF_THE_ADDRESS), HARD)


def reason_for(code: str) -> str:
    known = FAILURES.get(code)
    return f"code {code} ({known.what})" if known is not None else f"code {code}"
