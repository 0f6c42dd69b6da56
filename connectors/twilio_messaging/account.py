"""A Twilio account, as the settings describe it, and the form fields that both directions share."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta

from bot.domain.errors import SettingsError
from bot.ports import ConnectorSettings

API_URL = "https://api.twilio.com"
LONGEST_BODY = 1600
"""Characters in one message, however many segments it takes (Twilio's error 21617 beyond that)."""

LONGEST_VALIDITY = timedelta(hours=10)
NUMBER = re.compile(r"\+?[0-9]{3,15}")
"""E.164, or a short code."""

SETTINGS: tuple[str, ...] = (
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_SECONDARY_AUTH_TOKEN",
    "TWILIO_WEBHOOK_SHARED_KEY",
    "TWILIO_SECONDARY_WEBHOOK_SHARED_KEY",
    "TWILIO_FROM",
    "TWILIO_MESSAGING_SERVICE_SID",
    "TWILIO_WHATSAPP_FROM",
    "TWILIO_ANSWERS_KEYWORDS",
    "TWILIO_SEGMENTS_PER_SECOND",
    "TWILIO_WHATSAPP_MESSAGES_PER_SECOND",
    "TWILIO_VALIDITY_PERIOD",
    "TWILIO_SHORTEN_URLS",
    "TWILIO_MMS",
)


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """Who sends, and how. Secondary secrets are the other ones while they are being rotated; empty otherwise.

    `answers_keywords`: Twilio itself answers STOP, START and HELP. `validity` is how long Twilio tries to send a text.
    """

    sid: str
    auth_token: str = field(repr=False)
    secondary_auth_token: str = field(default="", repr=False)
    shared_key: str = field(default="", repr=False)
    secondary_shared_key: str = field(default="", repr=False)
    sender: str = ""
    messaging_service_sid: str = ""
    whatsapp_sender: str = ""
    answers_keywords: bool = True
    segments_per_second: float = 1.0
    whatsapp_messages_per_second: float = 80.0
    validity: timedelta = LONGEST_VALIDITY
    shortens_urls: bool = False
    sends_pictures: bool = False

    @property
    def texts(self) -> bool:
        """Whether there is anything to send SMS from."""
        return bool(self.sender or self.messaging_service_sid)


def account_of(settings: ConnectorSettings) -> TwilioAccount:
    """The account of these settings; raises SettingsError where one is missing or cannot be."""
    account = TwilioAccount(
        sid=settings.require("TWILIO_ACCOUNT_SID"),
        auth_token=settings.require("TWILIO_AUTH_TOKEN"),
        secondary_auth_token=settings.get("TWILIO_SECONDARY_AUTH_TOKEN"),
        shared_key=settings.get("TWILIO_WEBHOOK_SHARED_KEY"),
        secondary_shared_key=settings.get("TWILIO_SECONDARY_WEBHOOK_SHARED_KEY"),
        sender=_number(settings, "TWILIO_FROM"),
        messaging_service_sid=settings.get("TWILIO_MESSAGING_SERVICE_SID"),
        whatsapp_sender=_number(settings, "TWILIO_WHATSAPP_FROM"),
        answers_keywords=settings.is_yes("TWILIO_ANSWERS_KEYWORDS", default="yes"),
        segments_per_second=settings.amount("TWILIO_SEGMENTS_PER_SECOND", "1", most=1000),
        whatsapp_messages_per_second=settings.amount("TWILIO_WHATSAPP_MESSAGES_PER_SECOND", "80", most=1000),
        validity=timedelta(seconds=settings.amount("TWILIO_VALIDITY_PERIOD", "36000", most=36000)),
        shortens_urls=settings.is_yes("TWILIO_SHORTEN_URLS"),
        sends_pictures=settings.is_yes("TWILIO_MMS"),
    )
    if not account.texts and not account.whatsapp_sender:
        raise SettingsError(
            "none of TWILIO_FROM, TWILIO_MESSAGING_SERVICE_SID and TWILIO_WHATSAPP_FROM is set. Set one in the "
            "environment or in .env: the number to send from, such as +447700900100, the SID of a Messaging Service "
            "(MG...), or the number of a WhatsApp sender."
        )
    if account.shortens_urls and not account.messaging_service_sid:
        raise SettingsError(
            "TWILIO_SHORTEN_URLS is set, and Twilio shortens links of a Messaging Service only. Set "
            "TWILIO_MESSAGING_SERVICE_SID, too, or unset it."
        )
    return account


def _number(settings: ConnectorSettings, name: str) -> str:
    number = settings.get(name).strip().removeprefix("whatsapp:")
    if number and not NUMBER.fullmatch(number):
        raise SettingsError(f'{name} is "{number}", which is no phone number. Write it in E.164, like +447700900100.')
    return number
