"""The chat widget on a website: JSON over HTTP in, server-sent events out."""

from __future__ import annotations

from bot.ports import ConnectorSettings
from connectors.origins import allowed_origins
from connectors.visitor_tokens import VisitorTokens
from connectors.webchat.channel import WebchatChannel, preview
from connectors.webchat.files import file_rules
from connectors.webchat.identities import IdentityProofs
from connectors.webchat.reports import Reports, names_of

__all__ = ["CHANNELS", "SETTINGS", "build", "preview"]

CHANNELS: tuple[str, ...] = ("webchat",)
SETTINGS: tuple[str, ...] = (
    "WEBCHAT_ORIGINS",
    "WEBCHAT_IDENTITY_SECRET",
    "WEBCHAT_ATTRIBUTES",
    "WEBCHAT_EVENTS",
    "WEBCHAT_JOURNEYS",
    "WEBCHAT_FILES",
    "WEBCHAT_LARGEST_FILE",
)


def build(settings: ConnectorSettings) -> WebchatChannel:
    """Raises SettingsError for an origin that is none, a secret that is short, or without the installation's own."""
    return WebchatChannel(
        tokens=VisitorTokens(settings.require("OVERTURE_SECRET")),
        origins=allowed_origins("WEBCHAT_ORIGINS", settings.get("WEBCHAT_ORIGINS"), settings.service_url),
        reports=Reports(
            IdentityProofs(settings.get("WEBCHAT_IDENTITY_SECRET")),
            attributes=names_of(settings.get("WEBCHAT_ATTRIBUTES")),
            events=names_of(settings.get("WEBCHAT_EVENTS")),
            journeys=names_of(settings.get("WEBCHAT_JOURNEYS")),
        ),
        files=file_rules(settings.get("WEBCHAT_FILES"), settings.get("WEBCHAT_LARGEST_FILE")),
        feed=settings.feed,
    )
