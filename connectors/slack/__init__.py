"""The sales desk in Slack: hand-off cards, threads, and reps who answer customers from there."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from bot.domain.errors import SettingsError
from bot.ports import ConnectorSettings, SandboxVendor
from connectors.slack.blocks import preview
from connectors.slack.channel import API_URL, SlackChannel
from connectors.slack.manifest import manifest
from connectors.slack.sandbox import SlackSandbox
from connectors.slack.webhooks import NOTE_MARKS

__all__ = ["CHANNELS", "SETTINGS", "build", "build_sandbox", "manifest", "preview", "sandbox_values"]

CHANNELS: tuple[str, ...] = ("slack",)
SETTINGS: tuple[str, ...] = ("SLACK_BOT_TOKEN", "SLACK_SIGNING_SECRET", "SLACK_CHANNEL", "SLACK_APP_TOKEN")


def build(settings: ConnectorSettings) -> SlackChannel:
    """Raises SettingsError where a setting is missing."""
    sandbox, app_token = settings.sandbox_url, settings.get("SLACK_APP_TOKEN")
    if app_token and not app_token.startswith("xapp-"):
        raise SettingsError(
            "SLACK_APP_TOKEN is no app-level token: it would begin with xapp-. See connectors/slack/README.md."
        )
    return SlackChannel(
        token=settings.require("SLACK_BOT_TOKEN"),
        signing_secret=settings.get("SLACK_SIGNING_SECRET") if app_token else settings.require("SLACK_SIGNING_SECRET"),
        app_token=app_token,
        channels=_channels(settings.require("SLACK_CHANNEL")),
        note_marks=_listed(settings.get("SLACK_NOTE_MARKS")) or NOTE_MARKS,
        reps=frozenset(_listed(settings.get("SLACK_REPS"))),
        api_url=f"{sandbox.rstrip('/')}/api/" if sandbox else API_URL,
        trust_proxy_settings=sandbox is None,
    )


def sandbox_values(secret: str) -> dict[str, str]:
    """Made-up credentials."""
    return {
        "SLACK_BOT_TOKEN": "xoxb-" + _derive(secret, "bot token"),
        "SLACK_SIGNING_SECRET": _derive(secret, "signing secret"),
        "SLACK_CHANNEL": "C0000SALES,#support=C0000SUPPORT",
    }


def build_sandbox(settings: ConnectorSettings) -> SandboxVendor:
    return SlackSandbox(
        token=settings.require("SLACK_BOT_TOKEN"),
        signing_secret=settings.require("SLACK_SIGNING_SECRET"),
        channels=_channels(settings.require("SLACK_CHANNEL")),
        service_url=settings.service_url,
        feed=settings.feed,
        clock=settings.clock,
    )


def _channels(text: str) -> Mapping[str, str]:
    """The ids of channels by their names, such as #support; the empty name is for what has none of its own."""
    found = {}
    for one in _listed(text):
        name, _, channel = one.rpartition("=")
        found[name.strip()] = channel.strip()
    return found


def _listed(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(",") if one.strip())


def _derive(secret: str, what: str) -> str:
    return hmac.new(secret.encode(), f"slack sandbox {what}".encode(), hashlib.sha256).hexdigest()[:32]
