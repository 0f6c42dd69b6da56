"""How a message reads in Twilio's list, which is asked for what got through."""

from __future__ import annotations

import re

from bot.domain.sms_segments import in_gsm_7

TRIAL_PREFIX = "Sent from your Twilio trial account - "
_LINK = re.compile(r"https?://\S+")


def as_listed(body: str) -> str:
    """The body so that it can be compared with Twilio's list, where typography is made plain, links are shortened, and
    a trial account has said so."""
    plain = in_gsm_7(body) or body
    return _LINK.sub("<link>", plain.removeprefix(TRIAL_PREFIX)).strip()
