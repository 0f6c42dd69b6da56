"""Text messages (SMS, MMS, RCS) and WhatsApp through Twilio's Programmable Messaging."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping, Sequence

from bot.ports import ConnectorSettings, SandboxVendor
from connectors.twilio_messaging.account import API_URL, SETTINGS, account_of
from connectors.twilio_messaging.api import MessagesApi
from connectors.twilio_messaging.channel import SmsChannel, WhatsAppChannel, preview
from connectors.twilio_messaging.sandbox import TwilioSandbox

__all__ = [
    "CHANNELS",
    "SETTINGS",
    "SmsChannel",
    "WhatsAppChannel",
    "build",
    "build_sandbox",
    "not_set_up",
    "preview",
    "sandbox_values",
]

CHANNELS: tuple[str, ...] = ("sms", "whatsapp")


def build(settings: ConnectorSettings) -> Sequence[SmsChannel | WhatsAppChannel]:
    """The channels that the account has senders for. Raises SettingsError where a setting is missing."""
    account = account_of(settings)

    def api() -> MessagesApi:
        sandbox = settings.sandbox_url
        return MessagesApi(account, sandbox or API_URL, trust_proxy_settings=sandbox is None)

    channels: list[SmsChannel | WhatsAppChannel] = []
    if account.texts:
        channels.append(SmsChannel(account, api(), settings.service_url, settings.clock))
    if account.whatsapp_sender:
        channels.append(WhatsAppChannel(account, api(), settings.service_url, settings.clock))
    return channels


def not_set_up(values: Mapping[str, str]) -> dict[str, str]:
    """The channels that there is no sender for, each with the setting that names one."""
    texts = values.get("TWILIO_FROM") or values.get("TWILIO_MESSAGING_SERVICE_SID")
    missing = {} if texts else {"sms": "TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID"}
    return missing if values.get("TWILIO_WHATSAPP_FROM") else {**missing, "whatsapp": "TWILIO_WHATSAPP_FROM"}


def sandbox_values(secret: str) -> dict[str, str]:
    """Made-up credentials. The numbers are of those that Ofcom keeps for drama."""
    return {
        "TWILIO_ACCOUNT_SID": "AC" + _derive(secret, "account sid"),
        "TWILIO_AUTH_TOKEN": _derive(secret, "auth token"),
        "TWILIO_FROM": "+447700900100",
        "TWILIO_WHATSAPP_FROM": "+447700900101",
        "TWILIO_ANSWERS_KEYWORDS": "no",
    }


def build_sandbox(settings: ConnectorSettings) -> SandboxVendor:
    account, api_url = account_of(settings), settings.sandbox_url or API_URL
    return TwilioSandbox(account, settings.service_url, settings.feed, settings.clock, api_url=api_url)


def _derive(secret: str, what: str) -> str:
    return hmac.new(secret.encode(), f"twilio sandbox {what}".encode(), hashlib.sha256).hexdigest()[:32]
