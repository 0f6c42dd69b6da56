"""A channel that prints. The smallest connector there is: copy it to begin your own."""

from __future__ import annotations

import sys

from bot.ports import ConnectorSettings
from connectors.console.channel import ConsoleChannel, preview

__all__ = ["CHANNELS", "SETTINGS", "build", "preview"]

CHANNELS: tuple[str, ...] = ("console",)
SETTINGS: tuple[str, ...] = ()


def build(settings: ConnectorSettings) -> ConsoleChannel:
    return ConsoleChannel(sys.stdout)
