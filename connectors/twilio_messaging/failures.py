"""What Twilio's error codes mean for a message (www.twilio.com/docs/api/errors), whether the API says them or a
status callback does later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.domain.consent import Consequence
from bot.domain.delivery import Failure

PACE_CODES = frozenset({"20429", "21611", "30001", "63017", "63018"})
"""Of the API's answers: too many requests at once, or a full queue. Nothing was taken, and it is no message's fault."""

TEMPORARY_CODES = frozenset({"20500", "20503"})
"""Of the API's answers: trouble at Twilio's; another try may be taken."""

NOT_ARRIVED = frozenset({"failed", "undelivered", "canceled"})
"""The statuses of messages that nobody got."""

_UNREACHABLE, _STOPPED = Consequence.UNREACHABLE, Consequence.SENDER_STOPPED

FAILURES: Mapping[str, Failure] = {
    "21610": Failure("this number has opted out at Twilio", then=Consequence.OPTED_OUT),
    "21211": Failure("this is no phone number", then=_UNREACHABLE),
    "21265": Failure("a short code takes no messages", then=_UNREACHABLE),
    "21408": Failure("the account may not write to this country: allow it in Twilio's Geo permissions"),
    "21614": Failure("this is no mobile number", then=_UNREACHABLE),
    "21635": Failure("a landline", then=_UNREACHABLE),
    "30001": Failure("the queue was full", most_tries=4, pause=timedelta(minutes=15)),
    "30002": Failure("the account was suspended before it left", most_tries=4, pause=timedelta(minutes=15)),
    "30003": Failure("the phone was off or out of reach", most_tries=4, pause=timedelta(hours=1)),
    "30004": Failure("the phone or its network blocks messages of this sender", then=_UNREACHABLE),
    "30005": Failure("nobody has this number", then=_UNREACHABLE),
    "30006": Failure("a landline, or a network that takes no messages", then=_UNREACHABLE),
    "30007": Failure("the carrier filtered it as spam", then=_STOPPED),
    "30008": Failure("the carrier gave no reason", most_tries=2, pause=timedelta(minutes=5)),
    "30017": Failure("the carrier's network was congested", most_tries=4, pause=timedelta(minutes=15)),
    "30022": Failure(
        "the sender sent more than US carriers let it in a second", most_tries=4, pause=timedelta(minutes=1)
    ),
    "30023": Failure("the sender had its US messages of the day", most_tries=3, pause=timedelta(hours=6)),
    "30027": Failure("the sender had its messages of the day to T-Mobile", most_tries=3, pause=timedelta(hours=6)),
    "30032": Failure("the toll-free sender is not verified", then=_STOPPED),
    "30034": Failure("the sender is not registered for US traffic (A2P 10DLC)", then=_STOPPED),
    "30036": Failure("it was not delivered within its validity period"),
    "63003": Failure("nobody has this number there any more", then=_UNREACHABLE),
    "63014": Failure("the customer has blocked this sender", then=_UNREACHABLE),
    "63016": Failure("WhatsApp's 24 hours after the customer's last message are over, and it was no template"),
    "63017": Failure("the account sent more than it may in a second", most_tries=4, pause=timedelta(minutes=1)),
    "63018": Failure("the sender sent more than it may in a second", most_tries=4, pause=timedelta(minutes=1)),
    "63024": Failure("nobody has WhatsApp on this number", then=_UNREACHABLE),
    "63032": Failure("WhatsApp does not let this customer get it"),
    "63038": Failure("the account had its messages of the day", most_tries=3, pause=timedelta(hours=6)),
    "63049": Failure("Meta chose not to deliver this marketing to this customer, who gets enough of it"),
}
"""By code. One that is not here is for good."""


def reason_for(code: str) -> str:
    """The error in words, with where Twilio explains it."""
    known = FAILURES.get(code)
    told = f" ({known.what})" if known is not None else ""
    return f"error {code}{told}: see https://www.twilio.com/docs/api/errors/{code}"
