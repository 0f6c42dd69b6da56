"""The sales desk in Slack: hand-off cards, threads, and reps who answer customers from there."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime

from bot.domain.errors import SettingsError
from bot.ports import ConnectorSettings, SandboxVendor
from connectors.slack.blocks import preview
from connectors.slack.calls import API_URL, SlackHttp
from connectors.slack.channel import PLACE, SlackChannel
from connectors.slack.installing import AUTHORIZE_URL, Installing, Links
from connectors.slack.manifest import manifest
from connectors.slack.sandbox import SlackSandbox
from connectors.slack.sandbox_oauth import SandboxOAuth
from connectors.slack.sandbox_workspace import BOT_USER, TEAM
from connectors.slack.socket_mode import SocketAddress
from connectors.slack.vault import Vault, read_keys
from connectors.slack.webhooks import NOTE_MARKS
from connectors.slack.workspaces import Credentials, InstalledWorkspaces, OneWorkspace

__all__ = ["CHANNELS", "SETTINGS", "build", "build_sandbox", "install_link", "manifest", "preview", "sandbox_values"]

CHANNELS: tuple[str, ...] = ("slack",)
SETTINGS: tuple[str, ...] = (
    "SLACK_BOT_TOKEN",
    "SLACK_SIGNING_SECRET",
    "SLACK_CHANNEL",
    "SLACK_APP_TOKEN",
    "SLACK_CLIENT_ID",
    "SLACK_CLIENT_SECRET",
    "SLACK_TOKEN_KEY",
)


def build(settings: ConnectorSettings) -> SlackChannel:
    """Raises SettingsError where a setting is missing."""
    sandbox, app_token = settings.sandbox_url, settings.get("SLACK_APP_TOKEN")
    if app_token and not app_token.startswith("xapp-"):
        raise SettingsError(
            "SLACK_APP_TOKEN is no app-level token: it would begin with xapp-. See connectors/slack/README.md."
        )
    api_url = f"{sandbox.rstrip('/')}/api/" if sandbox else API_URL
    http = SlackHttp(api_url, trust_proxy_settings=sandbox is None)
    installing = _installing(settings, http)
    return SlackChannel(
        workspaces=installing.workspaces if installing else OneWorkspace(settings.require("SLACK_BOT_TOKEN")),
        http=http,
        clock=settings.clock,
        signing_secret=settings.get("SLACK_SIGNING_SECRET") if app_token else settings.require("SLACK_SIGNING_SECRET"),
        channels=_channels(settings.require("SLACK_CHANNEL")),
        note_marks=_listed(settings.get("SLACK_NOTE_MARKS")) or NOTE_MARKS,
        reps=frozenset(_listed(settings.get("SLACK_REPS"))),
        socket=SocketAddress(app_token, api_url, trust_proxy_settings=sandbox is None) if app_token else None,
        installing=installing,
    )


def _installing(settings: ConnectorSettings, http: SlackHttp) -> Installing | None:
    """How workspaces let us in; None where there is one, whose token the settings have."""
    if not settings.get("SLACK_CLIENT_ID"):
        return None
    if settings.get("SLACK_BOT_TOKEN"):
        raise SettingsError(
            "SLACK_BOT_TOKEN and SLACK_CLIENT_ID are both set. With the second each workspace installs the app by a "
            "link, and has a token of its own: unset SLACK_BOT_TOKEN."
        )
    if settings.installations is None:
        raise SettingsError("SLACK_CLIENT_ID is set, but there is no store here that keeps installations.")
    credentials = Credentials(settings.require("SLACK_CLIENT_ID"), settings.require("SLACK_CLIENT_SECRET"))
    vault, sandbox = Vault(read_keys(settings.get("SLACK_TOKEN_KEY"))), settings.sandbox_url
    return Installing(
        links=Links(settings.require("OVERTURE_SECRET"), settings.service_url),
        workspaces=InstalledWorkspaces(settings.installations, vault, http, credentials, settings.clock),
        installations=settings.installations,
        credentials=credentials,
        http=http,
        clock=settings.clock,
        authorize_url=f"{sandbox.rstrip('/')}/oauth/v2/authorize" if sandbox else AUTHORIZE_URL,
    )


def install_link(values: Mapping[str, str], service_url: str, secret: str, now: datetime) -> str:
    """A link for whoever is to let us into their workspace; raises SettingsError where they could not."""
    if not values.get("SLACK_CLIENT_ID"):
        raise SettingsError(
            "SLACK_CLIENT_ID is not set, so the app is installed by hand, in one workspace. "
            'connectors/slack/README.md says how there can be several, under "Several workspaces".'
        )
    read_keys(values.get("SLACK_TOKEN_KEY", ""))
    if not service_url.startswith("https://"):
        raise SettingsError(
            f'Slack sends browsers back to an https:// address only, and we are at "{service_url}". '
            "Set OVERTURE_PUBLIC_URL to where a browser reaches us."
        )
    return Links(secret, service_url).install(now)


def sandbox_values(secret: str) -> dict[str, str]:
    """Made-up credentials."""
    return {
        "SLACK_BOT_TOKEN": "xoxb-" + _derive(secret, "bot token"),
        "SLACK_SIGNING_SECRET": _derive(secret, "signing secret"),
        "SLACK_CHANNEL": "C0000SALES,#support=C0000SUPPORT",
    }


def build_sandbox(settings: ConnectorSettings) -> SandboxVendor:
    client_id, client_secret = settings.get("SLACK_CLIENT_ID"), settings.get("SLACK_CLIENT_SECRET")
    return SlackSandbox(
        token=settings.get("SLACK_BOT_TOKEN"),
        oauth=SandboxOAuth(client_id, client_secret, TEAM, BOT_USER, settings.clock) if client_id else None,
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
        if not PLACE.fullmatch(channel.strip()):
            raise SettingsError(
                f'SLACK_CHANNEL has "{one}", which is no id of a channel: it would be such as C0123456789, which is '
                "at the bottom of the channel's About tab in Slack, or #support=C0123456789."
            )
        found[name.strip()] = channel.strip()
    return found


def _listed(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(",") if one.strip())


def _derive(secret: str, what: str) -> str:
    return hmac.new(secret.encode(), f"slack sandbox {what}".encode(), hashlib.sha256).hexdigest()[:32]
