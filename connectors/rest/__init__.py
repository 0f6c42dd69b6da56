"""Rasa's REST channel: a message comes in by HTTP, and what the bot says to it is the answer."""

from __future__ import annotations

from bot.domain.errors import SettingsError
from bot.ports import ConnectorSettings
from connectors.rest.channel import RestChannel, preview

__all__ = ["CHANNELS", "SETTINGS", "build", "preview"]

CHANNELS: tuple[str, ...] = ("rest",)
SETTINGS: tuple[str, ...] = ()


def build(settings: ConnectorSettings) -> RestChannel:
    if settings.access is None:
        raise SettingsError(
            "the REST channel is not told who may use it; bot/entrypoints/wiring/service.py should do so."
        )
    return RestChannel(access=settings.access, feed=settings.feed)
