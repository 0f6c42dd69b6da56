"""The sales desk on our own page, for teams without Slack: reps read and answer on the page Conversations."""

from __future__ import annotations

from bot.ports import ConnectorSettings
from connectors.desk.channel import DeskChannel

__all__ = ["CHANNELS", "SETTINGS", "DeskChannel", "build"]

CHANNELS: tuple[str, ...] = ("desk",)
SETTINGS: tuple[str, ...] = ()


def build(settings: ConnectorSettings) -> DeskChannel:
    return DeskChannel()
