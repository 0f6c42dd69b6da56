"""Text messages (SMS) through Twilio's Programmable Messaging."""

from __future__ import annotations

import hashlib
import hmac

from bot.domain.errors import SettingsError
from bot.ports import ConnectorSettings, SandboxVendor
from connectors.twilio_messaging.account import API_URL, TwilioAccount
from connectors.twilio_messaging.channel import TwilioMessagingChannel, preview
from connectors.twilio_messaging.sandbox import TwilioSandbox

__all__ = ["CHANNELS", "SETTINGS", "build", "build_sandbox", "preview", "sandbox_values"]

CHANNELS: tuple[str, ...] = ("sms",)
SETTINGS: tuple[str, ...] = (
    "TWILIO_ACCOUNT_SID",
    "TWILIO_AUTH_TOKEN",
    "TWILIO_FROM",
    "TWILIO_MESSAGING_SERVICE_SID",
    "TWILIO_SECONDARY_AUTH_TOKEN",
)


def build(settings: ConnectorSettings) -> TwilioMessagingChannel:
    """Raises SettingsError where a setting is missing."""
    return TwilioMessagingChannel(
        _account(settings),
        api_url=settings.sandbox_url or API_URL,
        service_url=settings.service_url,
        trust_proxy_settings=settings.sandbox_url is None,
    )


def sandbox_values(secret: str) -> dict[str, str]:
    """Made-up credentials. The number is one of those that Ofcom keeps for drama."""
    return {
        "TWILIO_ACCOUNT_SID": "AC" + _derive(secret, "account sid"),
        "TWILIO_AUTH_TOKEN": _derive(secret, "auth token"),
        "TWILIO_FROM": "+447700900100",
    }


def build_sandbox(settings: ConnectorSettings) -> SandboxVendor:
    return TwilioSandbox(_account(settings), settings.service_url, settings.feed, settings.clock)


def _account(settings: ConnectorSettings) -> TwilioAccount:
    sender, service = settings.get("TWILIO_FROM"), settings.get("TWILIO_MESSAGING_SERVICE_SID")
    if not sender and not service:
        raise SettingsError(
            "Neither TWILIO_FROM nor TWILIO_MESSAGING_SERVICE_SID is set. Set one in the environment or in .env: "
            "the number to send from, such as +447700900100, or the SID of a Messaging Service (MG...)."
        )
    return TwilioAccount(
        sid=settings.require("TWILIO_ACCOUNT_SID"),
        auth_token=settings.require("TWILIO_AUTH_TOKEN"),
        secondary_auth_token=settings.get("TWILIO_SECONDARY_AUTH_TOKEN"),
        sender=sender,
        messaging_service_sid=service,
    )


def _derive(secret: str, what: str) -> str:
    return hmac.new(secret.encode(), f"twilio sandbox {what}".encode(), hashlib.sha256).hexdigest()[:32]
