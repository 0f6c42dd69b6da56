"""WhatsApp through Meta's own Cloud API, without another vendor between."""

from __future__ import annotations

import hashlib
import hmac

from bot.ports import ConnectorSettings, SandboxVendor
from connectors.whatsapp_cloud.account import OPTIONS, SETTINGS, number_of
from connectors.whatsapp_cloud.channel import CloudWhatsAppChannel, preview
from connectors.whatsapp_cloud.sandbox import CloudSandbox

__all__ = [
    "CHANNELS",
    "OPTIONS",
    "SETTINGS",
    "CloudWhatsAppChannel",
    "build",
    "build_sandbox",
    "preview",
    "sandbox_values",
]

CHANNELS: tuple[str, ...] = ("whatsapp",)


def build(settings: ConnectorSettings) -> CloudWhatsAppChannel:
    """Raises SettingsError where a setting is missing."""
    return CloudWhatsAppChannel(number_of(settings), settings)


def sandbox_values(secret: str) -> dict[str, str]:
    """Made-up credentials."""
    return {
        "WHATSAPP_PHONE_NUMBER_ID": "106540352242922",
        "WHATSAPP_ACCESS_TOKEN": _derive(secret, "access token"),
        "WHATSAPP_APP_SECRET": _derive(secret, "app secret"),
        "WHATSAPP_VERIFY_TOKEN": _derive(secret, "verify token"),
    }


def build_sandbox(settings: ConnectorSettings) -> SandboxVendor:
    return CloudSandbox(number_of(settings), settings.service_url, settings.feed, settings.clock)


def _derive(secret: str, what: str) -> str:
    return hmac.new(secret.encode(), f"whatsapp sandbox {what}".encode(), hashlib.sha256).hexdigest()[:32]
