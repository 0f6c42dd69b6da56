"""The manifest of our Slack app: what it may do, what it is told of, and where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from bot.domain.errors import SettingsError
from connectors.slack.interactions import COMMAND
from connectors.slack.shortcuts import ABOUT, ASK

METHODS: Mapping[str, str | None] = {
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "chat.delete": "chat:write",
    "chat.getPermalink": None,
    "files.getUploadURLExternal": "files:write",
    "files.completeUploadExternal": "files:write",
    "files.info": "files:read",
    "views.open": None,
    "views.publish": None,
    "oauth.v2.access": None,
    "users.info": "users:read",
    "conversations.history": "channels:history",
    "conversations.replies": "channels:history",
}
"""The methods of the Web API that we call, each with the scope that it needs."""

EVENTS: Mapping[str, str | None] = {
    "message.channels": "channels:history",
    "message.groups": "groups:history",
    "app_home_opened": None,
    "app_uninstalled": None,
    "tokens_revoked": None,
}
"""What we are told of, each with the scope that it needs. Messages are those in channels that we were invited to."""


def manifest(
    public_url: str, *, socket_mode: bool = False, oauth: bool = False, organisation: bool = False
) -> Mapping[str, Any]:
    """The manifest for a service at this address, or with Socket Mode for one that Slack cannot reach.

    With `oauth` workspaces install it by our link, and their tokens are renewed every 12 hours; with `organisation`
    also a whole organisation (Enterprise Grid) does. Raises SettingsError where Slack, or with `oauth` a browser, is to
    reach the address and could not.
    """
    by_link = oauth or organisation
    if (by_link or not socket_mode) and urlsplit(public_url).scheme != "https":
        raise SettingsError(
            f'OVERTURE_PUBLIC_URL is "{public_url}": Slack sends its requests to an https:// address only. '
            "Set it to where the service is reached from outside, such as https://chat.example.com, or: "
            "overture slack manifest --socket-mode."
        )
    address = public_url.rstrip("/")
    made = _reached_at(f"{address}/channels/slack")
    if by_link:
        made = _installed_by_link(made, f"{address}/slack/oauth", organisation=organisation)
    return _over_sockets(made) if socket_mode else made


def _reached_at(webhooks: str) -> Mapping[str, Any]:
    return {
        "display_information": {
            "name": "Overture",
            "description": "Leads for sales, and the conversations with them",
        },
        "features": _features(webhooks),
        "oauth_config": {"scopes": {"bot": list(scopes())}},
        "settings": {
            "event_subscriptions": {"request_url": f"{webhooks}/events", "bot_events": sorted(EVENTS)},
            "interactivity": {"is_enabled": True, "request_url": f"{webhooks}/interactivity"},
            "org_deploy_enabled": False,
            "socket_mode_enabled": False,
            "token_rotation_enabled": False,
        },
    }


def _features(webhooks: str) -> Mapping[str, Any]:
    return {
        "app_home": {
            "home_tab_enabled": True,
            "messages_tab_enabled": False,
            "messages_tab_read_only_enabled": True,
        },
        "bot_user": {"display_name": "Overture", "always_online": True},
        "slash_commands": [
            {
                "command": COMMAND,
                "url": f"{webhooks}/commands",
                "description": "Look up leads, start a journey, see or end consent",
                "usage_hint": "leads | search <words> | start <journey> <person> | consent | opt out <person>",
                "should_escape": False,
            }
        ],
        "shortcuts": [
            {
                "name": "Ask Overture",
                "type": "global",
                "callback_id": ASK,
                "description": "Look up leads and people",
            },
            {
                "name": "Who is this?",
                "type": "message",
                "callback_id": ABOUT,
                "description": "Look up whom a message names",
            },
        ],
    }


def _installed_by_link(made: Mapping[str, Any], redirect: str, *, organisation: bool) -> Mapping[str, Any]:
    """The same app, which workspaces install by our link, and with `organisation` a whole organisation does."""
    settings = {**made["settings"], "token_rotation_enabled": True, "org_deploy_enabled": organisation}
    return {**made, "oauth_config": {**made["oauth_config"], "redirect_urls": [redirect]}, "settings": settings}


def _over_sockets(reached: Mapping[str, Any]) -> Mapping[str, Any]:
    """The same app without an address: Slack takes none of those where Socket Mode is on."""
    settings = {**reached["settings"], "socket_mode_enabled": True}
    for door in ("event_subscriptions", "interactivity"):
        settings[door] = {name: value for name, value in settings[door].items() if name != "request_url"}
    features = reached["features"]
    commands = [{name: value for name, value in one.items() if name != "url"} for one in features["slash_commands"]]
    return {**reached, "features": {**features, "slash_commands": commands}, "settings": settings}


def scopes() -> Sequence[str]:
    """All that we ask for."""
    return sorted({scope for scope in (*METHODS.values(), *EVENTS.values(), "commands") if scope is not None})
