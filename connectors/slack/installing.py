"""How a workspace lets us in: OAuth, begun by a link that we sign, and bound to the browser that follows it."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from bot.domain.errors import SendError, WebhookRejected
from bot.domain.message import storable
from bot.ports import Clock, Installations, Reply, WebhookRequest
from connectors.slack.calls import SlackHttp
from connectors.slack.manifest import scopes
from connectors.slack.workspaces import Credentials, InstalledWorkspaces, ask_for_tokens, tokens_of

AUTHORIZE_URL = "https://slack.com/oauth/v2/authorize"
COOKIE: Final = "overture_slack_install"
LINK_LASTS: Final = timedelta(hours=1)
STATE_LASTS: Final = timedelta(minutes=10)

ERRORS: Final = {
    "access_denied": "You did not let Overture in, so nothing was installed.",
    "invalid_team_for_non_distributed_app": "Slack lets this app into its own workspace only. For others, open "
    "Manage Distribution in the app's settings and activate public distribution.",
}


@dataclass(frozen=True, slots=True)
class Links:
    """The addresses at which somebody installs us, and the signatures in them."""

    secret: str
    service_url: str

    def install(self, now: datetime) -> str:
        """A link to hand to whoever may install us; it works for an hour."""
        until = str(int((now + LINK_LASTS).timestamp()))
        return f"{self._at('install')}?{urlencode({'until': until, 'sig': self._sign('link', until)})}"

    def check(self, asked: Mapping[str, str], now: datetime) -> None:
        """Raises WebhookRejected unless we made this link, an hour ago at the most."""
        until, given = asked.get("until", ""), asked.get("sig", "")
        if not _same(given, self._sign("link", until)):
            raise WebhookRejected(403, "This is not the whole of a link of ours. `overture slack install` makes one.")
        if now.timestamp() > int(until):
            raise WebhookRejected(403, "This link is older than an hour. `overture slack install` makes a new one.")

    @property
    def redirect(self) -> str:
        return self._at("oauth")

    @property
    def cookie_path(self) -> str:
        return urlsplit(self._at("")).path

    @property
    def secure(self) -> bool:
        return self.service_url.startswith("https://")

    def new_state(self, browser: str, now: datetime) -> str:
        """What Slack hands back to us: good once, for ten minutes, in the browser that has this cookie."""
        body = f"{int(now.timestamp())}.{secrets.token_urlsafe(18)}"
        return f"{body}.{self._sign('state', body, browser)}"

    def issued(self, state: str, browser: str) -> datetime | None:
        """When we made this state for this browser; None where we did not."""
        body, _, signature = state.rpartition(".")
        if not body or not browser or not _same(signature, self._sign("state", body, browser)):
            return None
        return datetime.fromtimestamp(int(body.partition(".")[0]), UTC)

    def _at(self, page: str) -> str:
        return f"{self.service_url}/slack/{page}"

    def _sign(self, *what: str) -> str:
        signed = "\n".join(("slack", *what)).encode("utf-8", "replace")
        return hmac.new(self.secret.encode(), signed, hashlib.sha256).hexdigest()


class Installing:
    """The two pages."""

    def __init__(
        self,
        *,
        links: Links,
        workspaces: InstalledWorkspaces,
        installations: Installations,
        credentials: Credentials,
        http: SlackHttp,
        clock: Clock,
        authorize_url: str,
    ) -> None:
        self._links = links
        self.workspaces = workspaces
        self._installations = installations
        self._credentials = credentials
        self._http = http
        self._clock = clock
        self._authorize_url = authorize_url

    async def visit(self, request: WebhookRequest) -> Reply:
        parts = urlsplit(request.url)
        try:
            asked = {name: values[0] for name, values in parse_qs(parts.query, max_num_fields=20).items()}
        except ValueError as error:
            raise WebhookRejected(400, "There is too much in this link.") from error
        if parts.path.endswith("/install"):
            try:
                return self._begin(asked)
            except WebhookRejected as rejected:
                return self._page(rejected.status, "Not installed", rejected.reason)
        return await self._end(asked, _cookie(request))

    def _begin(self, asked: Mapping[str, str]) -> Reply:
        """To Slack, which asks whoever it is whether they want that."""
        now = self._clock.now()
        self._links.check(asked, now)
        browser = secrets.token_urlsafe(32)
        query = {
            "client_id": self._credentials.client_id,
            "scope": ",".join(scopes()),
            "redirect_uri": self._links.redirect,
            "state": self._links.new_state(browser, now),
        }
        headers = {"Location": f"{self._authorize_url}?{urlencode(query)}", "Set-Cookie": self._set_cookie(browser)}
        return Reply(302, headers={**headers, "Cache-Control": "no-store"})

    async def _end(self, asked: Mapping[str, str], browser: str) -> Reply:
        """Back from Slack, with a code for the tokens."""
        state, now = asked.get("state", ""), self._clock.now()
        issued = self._links.issued(state, browser)
        if issued is None:
            return self._page(403, "Not installed", "This did not begin in this browser. Follow the link once more.")
        if now - issued > STATE_LASTS:
            return self._page(403, "Not installed", "That took longer than ten minutes. Follow the link once more.")
        if not await self._installations.use_once(_digest(state), now, issued + STATE_LASTS):
            return self._page(403, "Not installed", "This was used before. Follow the link once more.")
        if refusal := asked.get("error"):
            return self._page(200, "Not installed", ERRORS.get(refusal, f"Slack says: {refusal[:100]}."))
        if not asked.get("code"):
            return self._page(400, "Not installed", "Slack sent no code. Follow the link once more.")
        try:
            exchanged = {"code": asked["code"], "redirect_uri": self._links.redirect}
            return await self._keep(await ask_for_tokens(self._http, self._credentials, exchanged))
        except SendError as error:
            return self._page(502, "Not installed", f"{error.reason}. Follow the link once more.")

    async def _keep(self, answer: Mapping[str, Any]) -> Reply:
        match answer:
            case {"is_enterprise_install": True, "enterprise": {"id": str(workspace), **named}} if workspace:
                where = "It is in all workspaces of the organisation to which its administrators add it. "
            case {"team": {"id": str(workspace), **named}} if workspace:
                where = ""
            case _:
                return self._page(502, "Not installed", "Slack's answer names no workspace. Follow the link once more.")
        name = storable(str(named.get("name") or workspace))[:200]
        await self.workspaces.put(workspace, name, tokens_of(answer, self._clock.now()))
        words = f"Invite it to the sales channel (/invite @Overture). SLACK_CHANNEL={workspace}/C0123456789 names that."
        if lacking := sorted(set(scopes()) - set(str(answer.get("scope") or "").split(","))):
            words += f" It lacks {', '.join(lacking)}: bring the app's manifest up to date, and install it again."
        return self._page(200, f"Installed in {name}", where + words)

    def _page(self, status: int, title: str, words: str) -> Reply:
        page = PAGE.format(title=escape(title), words=escape(words))
        headers = {"Cache-Control": "no-store", "Set-Cookie": self._set_cookie("")}
        return Reply(status, page.encode("utf-8", "replace"), "text/html; charset=utf-8", headers)

    def _set_cookie(self, value: str) -> str:
        """Lax: the browser comes back to us from Slack, and must bring it along."""
        lasts = int(STATE_LASTS.total_seconds()) if value else 0
        secure = "; Secure" if self._links.secure else ""
        return f"{COOKIE}={value}; Max-Age={lasts}; Path={self._links.cookie_path}; HttpOnly; SameSite=Lax{secure}"


def _cookie(request: WebhookRequest) -> str:
    try:
        found = SimpleCookie(request.headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return ""
    return found.value if found is not None else ""


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode())


def _digest(state: str) -> str:
    return f"slack:{hashlib.sha256(state.encode('utf-8', 'replace')).hexdigest()}"


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · Overture</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/playground/login.css">
</head>
<body>
<header><svg viewBox="0 0 24 24" width="32" height="32" aria-hidden="true"><rect width="24" height="24" rx="7"/>\
<circle cx="12" cy="12" r="5.5"/></svg><span>Overture</span></header>
<main><h1>{title}</h1><p>{words}</p></main>
</body>
</html>
"""
