"""The chat widget on a website: JSON over HTTP in, server-sent events out."""

from __future__ import annotations

from bot.ports import ConnectorSettings
from connectors.webchat.channel import WebchatChannel, preview
from connectors.webchat.origins import allowed_origins
from connectors.webchat.tokens import VisitorTokens

__all__ = ["CHANNELS", "SETTINGS", "build", "preview"]

CHANNELS: tuple[str, ...] = ("webchat",)
SETTINGS: tuple[str, ...] = ("WEBCHAT_ORIGINS",)


def build(settings: ConnectorSettings) -> WebchatChannel:
    """Raises SettingsError for an origin that is none, or without the installation's secret."""
    return WebchatChannel(
        tokens=VisitorTokens(settings.require("OVERTURE_SECRET")),
        origins=allowed_origins(settings.get("WEBCHAT_ORIGINS"), settings.service_url),
        feed=settings.feed,
    )
