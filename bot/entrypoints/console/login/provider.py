"""Logging in at an identity provider: the browser leaves with a state that is signed, short-lived and used once."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import structlog
from aiohttp import web

from bot.adapters.oidc import Attempt, Provider, ProviderError
from bot.domain.provider_login import ProviderRules
from bot.entrypoints.console.login import page
from bot.entrypoints.console.login.answers import HEADERS, NO_HTTPS, safe_path, shown
from bot.entrypoints.wiring.service import Service
from bot.services.log_in import LONGEST
from bot.services.log_in_elsewhere import log_in_elsewhere

log = structlog.get_logger()

AWAY_AT_MOST = timedelta(minutes=10)
BEGIN_ANEW = "Begin anew. Where it happens again, an admin finds the reason in the service's log."


class ProviderLogin:
    def __init__(self, service: Service, provider: Provider) -> None:
        self._service, self._doors, self._provider = service, service.doors, provider
        settings = service.settings
        domains = frozenset(one.strip().casefold() for one in settings.oidc_domains.split(",") if one.strip())
        self._rules = ProviderRules(domains, settings.oidc_roles_of_groups)
        self._back = f"{settings.service_url}/login/back"

    async def close(self) -> None:
        await self._provider.close()

    @property
    def _cookie(self) -> str:
        return f"{self._doors.cookie}-away"

    async def leave(self, request: web.Request) -> web.StreamResponse:
        if not self._doors.may_log_in:
            return shown(page.refusal("Nobody can log in here", NO_HTTPS), status=403)
        attempt, now = Attempt.new(), self._service.runtime.clock.now()
        try:
            address = await self._provider.address(attempt, self._back, now)
        except ProviderError as error:
            return self._failed(error)
        answer = web.Response(status=303, headers={**HEADERS, "Location": address})
        answer.set_cookie(
            self._cookie,
            self._sealed(attempt, safe_path(request.query.get("next", "")), now),
            max_age=int(AWAY_AT_MOST.total_seconds()),
            path="/",
            secure=self._doors.secure,
            httponly=True,
            samesite="Lax",
        )
        return answer

    async def come_back(self, request: web.Request) -> web.StreamResponse:
        now = self._service.runtime.clock.now()
        opened = self._opened(request.cookies.get(self._cookie, ""), now)
        if opened is None:
            return shown(
                page.refusal("This login took too long", "Or it was begun in another browser. Begin anew."), status=400
            )
        attempt, next_ = opened
        async with self._service.runtime.store.transaction() as uow:
            first = await uow.installations.use_once(f"login:{attempt.state}", now, now + AWAY_AT_MOST)
        if not first:
            return shown(page.refusal("This login was used already", BEGIN_ANEW), status=400)
        try:
            identity = await self._provider.identity(dict(request.query), attempt, self._back, now)
        except ProviderError as error:
            return self._failed(error)
        async with self._service.runtime.store.transaction() as uow:
            done = await log_in_elsewhere(uow, identity, self._rules, origin=self._doors.origin(request), now=now)
        if isinstance(done, str):
            return shown(page.refusal("You cannot come in", f"{done[0].upper()}{done[1:]}."), status=403)
        answer = web.Response(status=303, headers={**HEADERS, "Location": next_})
        self._doors.set_cookie(answer, done.token, lasts=LONGEST)
        answer.del_cookie(self._cookie, path="/", secure=self._doors.secure, httponly=True, samesite="Lax")
        return answer

    def _failed(self, error: ProviderError) -> web.Response:
        log.warning("a login at the provider failed", error=str(error))
        return shown(page.refusal("The login did not work", BEGIN_ANEW), status=502)

    # ------------------------------------------------------------ while the browser is away

    def _sealed(self, attempt: Attempt, next_: str, now: datetime) -> str:
        told = {**asdict(attempt), "next": next_, "until": (now + AWAY_AT_MOST).timestamp()}
        body = urlsafe_b64encode(json.dumps(told).encode()).decode()
        return f"{body}.{self._signature(body)}"

    def _opened(self, sealed: str, now: datetime) -> tuple[Attempt, str] | None:
        body, _, signature = sealed.partition(".")
        if (
            not body
            or not sealed.isascii()
            or not hmac.compare_digest(signature.encode(), self._signature(body).encode())
        ):
            return None
        told: dict[str, Any] = json.loads(urlsafe_b64decode(body))
        if now.timestamp() >= told["until"]:
            return None
        return Attempt(told["state"], told["nonce"], told["verifier"]), told["next"]

    def _signature(self, body: str) -> str:
        return hmac.new(self._service.secret.encode(), f"login:{body}".encode(), sha256).hexdigest()
