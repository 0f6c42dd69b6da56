"""The stand-in's OAuth: a workspace that lets in whoever asks, with codes that are good once and tokens that end."""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from bot.ports import Clock, Reply, WebhookRequest

TOKEN_LIVES = timedelta(hours=12)
CODE_LIVES = timedelta(minutes=10)


@dataclass
class SandboxOAuth:
    """What Slack does for an app with these credentials, in one workspace.

    With `organisation` that is part of one, which lets the app in as a whole.
    """

    client_id: str
    client_secret: str
    team: Mapping[str, Any]
    bot_user: str
    clock: Clock
    organisation: Mapping[str, Any] | None = None
    _codes: dict[str, tuple[str, str, datetime]] = field(default_factory=dict)
    _access: dict[str, datetime] = field(default_factory=dict)
    _refresh: dict[str, str] = field(default_factory=dict)

    def authorize(self, request: WebhookRequest) -> Reply:
        """The page on which somebody would agree; here everybody does, at once."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(request.url).query).items()}
        if asked.get("client_id") != self.client_id or not asked.get("redirect_uri"):
            return Reply(400, b"invalid_client_id or bad_redirect_uri")
        code = secrets.token_hex(16)
        scope, redirect = asked.get("scope", ""), asked["redirect_uri"]
        self._codes[code] = (scope, redirect, self.clock.now() + CODE_LIVES)
        query = urlencode({"code": code, "state": asked.get("state", "")})
        return Reply(302, headers={"Location": f"{redirect}?{query}"})

    def exchange(self, request: WebhookRequest, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The method oauth.v2.access: its answer."""
        client_id, client_secret = _basic(request.headers.get("authorization", ""))
        if client_id != self.client_id:
            return {"ok": False, "error": "invalid_client_id"}
        if client_secret != self.client_secret:
            return {"ok": False, "error": "bad_client_secret"}
        if arguments.get("grant_type") == "refresh_token":
            scope = self._refresh.pop(str(arguments.get("refresh_token")), None)
            return {"ok": False, "error": "invalid_refresh_token"} if scope is None else self._issue(scope)
        scope, redirect, until = self._codes.pop(str(arguments.get("code")), ("", "", self.clock.now()))
        if until <= self.clock.now():
            return {"ok": False, "error": "invalid_code"}
        if arguments.get("redirect_uri") != redirect:
            return {"ok": False, "error": "bad_redirect_uri"}
        return self._issue(scope)

    def fault_of(self, token: str) -> str:
        """Why a call with this token is refused; empty where it is taken."""
        until = self._access.get(token)
        if until is None:
            return "invalid_auth"
        return "token_expired" if until <= self.clock.now() else ""

    def revoke(self) -> None:
        """The workspace shuts the app out."""
        self._access.clear()
        self._refresh.clear()

    def _issue(self, scope: str) -> dict[str, Any]:
        access, refresh = f"xoxe.xoxb-1-{secrets.token_hex(16)}", f"xoxe-1-{secrets.token_hex(16)}"
        self._access[access] = self.clock.now() + TOKEN_LIVES
        self._refresh[refresh] = scope
        return {
            "ok": True,
            "app_id": "A0OVERTURE",
            "authed_user": {"id": "U0INSTALLER"},
            "scope": scope,
            "token_type": "bot",
            "access_token": access,
            "refresh_token": refresh,
            "expires_in": int(TOKEN_LIVES.total_seconds()),
            "bot_user_id": self.bot_user,
            "team": None if self.organisation else {"id": self.team["id"], "name": "Overture sandbox"},
            "enterprise": self.organisation,
            "is_enterprise_install": self.organisation is not None,
        }


def _basic(header: str) -> tuple[str, str]:
    try:
        name, _, word = base64.b64decode(header.removeprefix("Basic "), validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return "", ""
    return name, word
