"""What the Cloud API's error codes mean, whether an answer says them or a status does later
(developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from bot.domain.consent import Consequence
from bot.domain.delivery import Failure

CODES_PAGE = "https://developers.facebook.com/documentation/business-messaging/whatsapp/support/error-codes"

PACE_CODES = frozenset({"4", "80007", "130429"})
"""Of the API's answers: too many calls or messages at once. Nothing was taken, and it is no message's fault."""

PAIR_CODE = "131056"
"""Too many messages to this one person at once."""

PAIR_PAUSE = timedelta(seconds=6)
"""One message to a person in six seconds is what Meta lets last."""

TEMPORARY_CODES = frozenset({"1", "2", "131000", "131016", "131057", "133004", "135000"})
"""Of the API's answers: trouble at Meta's, or the account is being moved; another try may be taken."""

NOT_LET_IN_CODES = frozenset({"0", "3", "10", "190", "368", "131005", "131031", "131042", "131045", "133010"})
"""Of the API's answers: a token that is over, a right that it lacks, or a locked, unpaid or unregistered account."""

UNKNOWN, OBJECT_UNKNOWN = "100", "33"
"""The code and its subcode where there is no such phone number ID or file, or the token may not see it."""

_UNREACHABLE, _STOPPED = Consequence.UNREACHABLE, Consequence.SENDER_STOPPED

FAILURES: Mapping[str, Failure] = {
    "368": Failure("Meta has restricted the account for what it sent", then=_STOPPED),
    "130429": Failure("the number sent more than it may in a second", most_tries=4, pause=timedelta(minutes=1)),
    "130472": Failure("Meta held it back for an experiment that this customer is part of"),
    "130497": Failure("the account may not write to people of this country"),
    "131000": Failure("Meta gave no reason", most_tries=3, pause=timedelta(minutes=5)),
    "131009": Failure("a value of it is none that Meta takes"),
    "131016": Failure("a service of Meta's was overloaded", most_tries=4, pause=timedelta(minutes=15)),
    "131021": Failure("it was to the number that sends it", then=_UNREACHABLE),
    "131026": Failure("nobody has WhatsApp on this number, or in a version that can read it", then=_UNREACHABLE),
    "131030": Failure("a test number writes only to the numbers that are listed for it under API Setup"),
    "131031": Failure("Meta has locked the account", then=_STOPPED),
    "131037": Failure("the number's display name is not approved", then=_STOPPED),
    "131042": Failure("the account has no valid way to pay", then=_STOPPED),
    "131047": Failure("WhatsApp's 24 hours after the customer's last message are over, and it was no template"),
    "131048": Failure("too many customers blocked this number or called what it sent spam", then=_STOPPED),
    "131049": Failure("Meta chose not to deliver this marketing to this customer, who gets enough of it"),
    "131050": Failure("the customer has stopped marketing messages in WhatsApp", then=Consequence.OPTED_OUT),
    "131051": Failure("WhatsApp knows no such kind of message"),
    "131053": Failure("the picture or file could not be fetched, or is none that WhatsApp shows"),
    "131056": Failure("too many messages to this customer at once", most_tries=4, pause=timedelta(minutes=1)),
    "131057": Failure("the account was being moved", most_tries=4, pause=timedelta(minutes=15)),
    "132000": Failure("the template has another number of variables"),
    "132001": Failure("there is no such template in this language, or it is not approved"),
    "132005": Failure("the template is too long with these values"),
    "132007": Failure("the template is against WhatsApp's policy"),
    "132012": Failure("a variable of the template wants another kind of value"),
    "132015": Failure("the template is paused, because customers marked it down"),
    "132016": Failure("the template is disabled for good, because it was paused too often"),
    "133010": Failure("the number is not registered at the Cloud API", then=_STOPPED),
}
"""By code. One that is not here is for good."""


def reason_for(code: str) -> str:
    """The error in words, with where Meta explains it."""
    known = FAILURES.get(code)
    told = f" ({known.what})" if known is not None else ""
    return f"error {code}{told}: see {CODES_PAGE}"
