"""Logging in and out over HTTP: `/login`, `/account`, `/logout`, and `/login/provider` where there is one.

Every form has a token that is bound to a cookie of this browser, and must come from a page of ours.
"""

from __future__ import annotations

import hmac
import secrets
from hashlib import sha256

from aiohttp import web

from bot.adapters.oidc import Provider
from bot.adapters.passwords import Argon2Passwords
from bot.domain.errors import WebhookRejected
from bot.entrypoints.console.login import page
from bot.entrypoints.console.login.answers import FRONT, HEADERS, NO_HTTPS, safe_path, shown
from bot.entrypoints.console.login.provider import ProviderLogin
from bot.entrypoints.console.navigation import parts_for
from bot.entrypoints.web.limits import Limit, Rate, refuse_for
from bot.entrypoints.web.translate import form_of
from bot.entrypoints.wiring.service import Service
from bot.services.log_in import LONGEST, log_in, log_out

LOGINS = Rate(per_second=0.5, burst=20)
"""Of one address, at all accounts together."""


class LoginPages:
    """There wherever somebody may log in: not on a developer's own machine without accounts, where all is open."""

    def __init__(self, service: Service, passwords: Argon2Passwords) -> None:
        """`passwords` are closed with the server."""
        self._service, self._doors = service, service.doors
        self._store, self._clock = service.runtime.store, service.runtime.clock
        self._passwords = passwords
        self._logins = Limit(LOGINS)
        provider = Provider.of(service.settings)
        self._provider = ProviderLogin(service, provider) if provider is not None else None

    def add_routes(self, app: web.Application) -> None:
        app.router.add_get("/login", self._show)
        app.router.add_post("/login", self._log_in)
        app.router.add_get("/account", self._account)
        app.router.add_post("/logout", self._log_out)
        if self._provider is not None:
            app.router.add_get("/login/provider", self._provider.leave)
            app.router.add_get("/login/back", self._provider.come_back)
        app.on_cleanup.append(self._close)

    async def _close(self, _app: web.Application) -> None:
        self._passwords.close()
        if self._provider is not None:
            await self._provider.close()

    # ------------------------------------------------------------ pages

    async def _show(self, request: web.Request) -> web.StreamResponse:
        next_ = safe_path(request.query.get("next", ""))
        if await self._doors.account(request) is not None:
            raise WebhookRejected(303, "logged in already", headers={"Location": next_})
        if not self._doors.may_log_in:
            return shown(page.refusal("Nobody can log in here", NO_HTTPS), status=403)
        return self._login_page(request, next_)

    def _login_page(
        self, request: web.Request, next_: str, *, email: str = "", problem: str = "", status: int = 200
    ) -> web.Response:
        browser = self._browser(request) or secrets.token_urlsafe(24)
        text = page.login(
            form=self._form_token(browser),
            next_=next_,
            email=email,
            problem=problem,
            provider=self._provider is not None,
        )
        answer = shown(text, status=status)
        answer.set_cookie(
            self._form_cookie, browser, path="/", secure=self._doors.secure, httponly=True, samesite="Strict"
        )
        return answer

    async def _account(self, request: web.Request) -> web.StreamResponse:
        found = await self._doors.account(request)
        if found is None:
            raise WebhookRejected(303, "log in first", headers={"Location": f"/login?next={FRONT}"})
        account, token = found
        parts = parts_for(self._service, account.caller)
        pages = [(path, name) for part in parts for path, name, _ in part.pages if path != FRONT]
        return shown(page.account(account, pages=pages, form=self._form_token(token)))

    # ------------------------------------------------------------ deeds

    async def _log_in(self, request: web.Request) -> web.StreamResponse:
        """A new session, whatever cookie the browser brought: nobody can have put one there that is known to them."""
        self._doors.require_from_here(request)
        if not self._doors.may_log_in:
            return shown(page.refusal("Nobody can log in here", NO_HTTPS), status=403)
        origin = self._doors.origin(request)
        refuse_for(self._logins, origin)
        form = await form_of(request)
        next_ = safe_path(form.get("next", ""))
        browser = self._browser(request)
        if not browser or not hmac.compare_digest(form.get("form", "").encode(), self._form_token(browser).encode()):
            problem = "This page had been open for too long, or cookies are off. Try again."
            return self._login_page(request, next_, email=form.get("email", "")[:320], problem=problem, status=400)
        email, password = form.get("email", ""), form.get("password", "")
        done = await log_in(self._store, self._passwords, email, password, origin=origin, now=self._clock.now())
        if done is None:
            return self._login_page(request, next_, email=email[:320], problem=page.REFUSED, status=401)
        answer = web.Response(status=303, headers={**HEADERS, "Location": next_})
        self._doors.set_cookie(answer, done.token, lasts=LONGEST)
        return answer

    async def _log_out(self, request: web.Request) -> web.StreamResponse:
        self._doors.require_from_here(request)
        found = await self._doors.account(request)
        form = await form_of(request)
        if found is not None:
            account, token = found
            if not hmac.compare_digest(form.get("form", "").encode(), self._form_token(token).encode()):
                raise WebhookRejected(403, "this has to come from the page /account of this service; open it anew")
            async with self._store.transaction() as uow:
                await log_out(
                    uow,
                    account,
                    token,
                    everywhere=form.get("everywhere") == "yes",
                    origin=self._doors.origin(request),
                    now=self._clock.now(),
                )
        answer = web.Response(status=303, headers={**HEADERS, "Location": "/login"})
        answer.headers["Clear-Site-Data"] = '"cache", "storage"'
        self._doors.drop_cookie(answer)
        return answer

    # ------------------------------------------------------------ forms

    @property
    def _form_cookie(self) -> str:
        return f"{self._doors.cookie}-form"

    def _browser(self, request: web.Request) -> str:
        """What this browser's forms are bound to; empty where it has nothing of ours."""
        kept = request.cookies.get(self._form_cookie, "")
        return kept if kept.isascii() else ""

    def _form_token(self, bound_to: str) -> str:
        return hmac.new(self._service.secret.encode(), f"form:{bound_to}".encode(), sha256).hexdigest()
