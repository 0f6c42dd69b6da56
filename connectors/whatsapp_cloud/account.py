"""A phone number at Meta's WhatsApp Cloud API, as the settings describe it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from bot.domain.errors import SettingsError
from bot.ports import ConnectorSettings

GRAPH_URL = "https://graph.facebook.com"
GRAPH_VERSION = "v24.0"
SHORTEST_SECRET = 16
MOST_PER_SECOND = 1000
VERSION = re.compile(r"v[1-9][0-9]\.[0-9]")

SETTINGS: tuple[str, ...] = (
    "WHATSAPP_PHONE_NUMBER_ID",
    "WHATSAPP_ACCESS_TOKEN",
    "WHATSAPP_APP_SECRET",
    "WHATSAPP_VERIFY_TOKEN",
    "WHATSAPP_GRAPH_VERSION",
    "WHATSAPP_MESSAGES_PER_SECOND",
    "WHATSAPP_READ_RECEIPTS",
)
OPTIONS: tuple[str, ...] = ("WHATSAPP_GRAPH_VERSION", "WHATSAPP_MESSAGES_PER_SECOND", "WHATSAPP_READ_RECEIPTS")


@dataclass(frozen=True, slots=True)
class CloudNumber:
    """The number that writes. `number` is Meta's id of it, and not the number itself.

    `app_secret` signs the webhooks, `verify_token` is what Meta shows when it is told where to post them.
    """

    number: str
    access_token: str = field(repr=False)
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)
    version: str = GRAPH_VERSION
    messages_per_second: float = 80.0
    tells_read: bool = True


def number_of(settings: ConnectorSettings) -> CloudNumber:
    """The number of these settings; raises SettingsError where one is missing or cannot be."""
    number = settings.require("WHATSAPP_PHONE_NUMBER_ID").strip()
    if not number.isascii() or not number.isdecimal():
        raise SettingsError(
            f'WHATSAPP_PHONE_NUMBER_ID is "{number}". Write the phone number ID that WhatsApp > API Setup shows, which '
            "is digits alone, and not the number itself."
        )
    verify_token = settings.require("WHATSAPP_VERIFY_TOKEN")
    if len(verify_token) < SHORTEST_SECRET:
        raise SettingsError(
            f"WHATSAPP_VERIFY_TOKEN should have {SHORTEST_SECRET} characters or more: make one up, as by "
            "`openssl rand -hex 24`."
        )
    version = settings.get("WHATSAPP_GRAPH_VERSION", GRAPH_VERSION).strip()
    if not VERSION.fullmatch(version):
        raise SettingsError(f'WHATSAPP_GRAPH_VERSION is "{version}". Write it as Meta does: {GRAPH_VERSION}.')
    return CloudNumber(
        number=number,
        access_token=settings.require("WHATSAPP_ACCESS_TOKEN").strip(),
        app_secret=settings.require("WHATSAPP_APP_SECRET").strip(),
        verify_token=verify_token,
        version=version,
        messages_per_second=settings.amount("WHATSAPP_MESSAGES_PER_SECOND", "80", most=MOST_PER_SECOND),
        tells_read=settings.is_yes("WHATSAPP_READ_RECEIPTS", "yes"),
    )
