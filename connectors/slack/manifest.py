"""The manifest of our Slack app: what it may do, what it is told of, and where."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from bot.domain.errors import SettingsError
from connectors.slack.webhooks import COMMAND

METHODS: Mapping[str, str | None] = {
    "chat.postMessage": "chat:write",
    "chat.update": "chat:write",
    "views.open": None,
    "users.info": "users:read",
}
"""The methods of the Web API that we call, each with the scope that it needs."""

EVENTS: Mapping[str, str] = {"message.channels": "channels:history", "message.groups": "groups:history"}
"""What we are told of, each with the scope that it needs: messages in public and in private channels that we are in."""


def manifest(public_url: str) -> Mapping[str, Any]:
    """The manifest for a service at this address; raises SettingsError where Slack could not reach that."""
    if urlsplit(public_url).scheme != "https":
        raise SettingsError(
            f'OVERTURE_PUBLIC_URL is "{public_url}": Slack sends its requests to an https:// address only. '
            "Set it to where the service is reached from outside, such as https://chat.example.com."
        )
    webhooks = f"{public_url.rstrip('/')}/channels/slack"
    return {
        "display_information": {
            "name": "Overture",
            "description": "Leads for sales, and the conversations with them",
        },
        "features": {
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
        },
        "oauth_config": {"scopes": {"bot": _scopes()}},
        "settings": {
            "event_subscriptions": {"request_url": f"{webhooks}/events", "bot_events": sorted(EVENTS)},
            "interactivity": {"is_enabled": True, "request_url": f"{webhooks}/interactivity"},
            "org_deploy_enabled": False,
            "socket_mode_enabled": False,
            "token_rotation_enabled": False,
        },
    }


def _scopes() -> list[str]:
    return sorted({scope for scope in (*METHODS.values(), *EVENTS.values(), "commands") if scope is not None})
