"""At every door that is not for everybody: who comes, and whether they may do what they ask for.

Three say who they are to us: a key of ours (`Authorization: Bearer ovt_...`), a session of a browser (a cookie), and
whoever has Rasa's token or a JWT; see `bot/adapters/api_access.py` for those and for a developer's own machine.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from urllib.parse import quote, urlsplit

from aiohttp import web

from bot.domain.access import Account, Caller, Right
from bot.domain.audit import Deed, Detail
from bot.domain.errors import WebhookRejected
from bot.entrypoints.web.limits import Limit, Rate, caller_of, refuse_for
from bot.entrypoints.web.translate import lower_case, to_webhook_request
from bot.ports import ApiAccess, Clock, Store, WebhookRequest
from bot.services.log_in import KEY_MARK, account_of, key_of
from bot.settings import LOOPBACK, Settings

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
WRONG_KEYS = Rate(per_second=0.2, burst=20)
"""Of one address, before it has to wait."""

OF_PEOPLE = Rate(per_second=50, burst=500)
"""Requests of one key or account for what is known of people: a key that was stolen does not carry all of them off in
a minute."""

PEOPLE = frozenset(
    {Right.SEE_PEOPLE, Right.EXPORT_PEOPLE, Right.HONOUR_WISHES, Right.MERGE_PEOPLE, Right.SEE_CONVERSATIONS}
)

THIS_MACHINE = "this machine"
CALLER: web.RequestKey[Caller] = web.RequestKey("caller", Caller)
"""Where a request that was admitted keeps who sent it."""

LOGGED_OUT = (
    "You are logged out. Log in again in another tab, at /login, and repeat it here: what you typed is still there."
)
"""Of a page of ours whose session has ended."""


def looks_for_page(request: web.Request) -> bool:
    """Whether it is a person's browser that asks, and not a program."""
    return request.method == "GET" and "text/html" in request.headers.get("Accept", "")


class Doorkeeper:
    def __init__(self, settings: Settings, access: ApiAccess, store: Store, clock: Clock) -> None:
        self._settings, self._access, self._store, self._clock = settings, access, store, clock
        self._wrong_keys = Limit(WRONG_KEYS)
        self.of_people = Limit(OF_PEOPLE)
        self.secure = urlsplit(settings.service_url).scheme == "https"
        self.cookie = "__Host-overture" if self.secure else "overture"

    @property
    def may_log_in(self) -> bool:
        """A session's cookie goes over HTTPS, or stays on this machine."""
        return self.secure or (self._settings.host in LOOPBACK and not self._settings.public_url)

    async def is_open(self) -> bool:
        """Whether anybody may come in at all. The first user or key may be made while we run."""
        if not self._access.is_open:
            async with self._store.reading() as uow:
                if await uow.accounts.any():
                    self._access.open_to_accounts()
        return self._access.is_open

    async def admit(
        self, request: web.Request, right: Right, conversation: str | None = None, *, unread: bool = False
    ) -> tuple[WebhookRequest, Caller]:
        """The request, and who sent it; raises WebhookRejected where they may not do this. Of one that is `unread` the
        body is left to whoever asks, who may take more of those who may than of others.

        A person who looks for a page and is not known is led to the login first; one whose page asks is told so in
        their words, for what they have typed into it would be lost.
        """
        asked = await self.known(request, unread=unread)
        await self.is_open()
        try:
            request[CALLER] = caller = self._access.check(asked, conversation, right)
        except WebhookRejected as refused:
            looks = looks_for_page(request)
            if refused.status == 401 and not looks and request.headers.get("Sec-Fetch-Site") == "same-origin":
                raise WebhookRejected(401, LOGGED_OUT, headers=refused.headers) from refused
            if refused.status != 401 or not looks:
                raise
            back = quote(request.path_qs, safe="/")
            raise WebhookRejected(303, "log in first", headers={"Location": f"/login?next={back}"}) from refused
        if right in PEOPLE and caller.id:
            refuse_for(self.of_people, caller.reference)
        return asked, caller

    def guarded(self, handler: Handler, right: Right) -> Handler:
        """The handler, for those alone who may do this."""

        async def behind_the_door(request: web.Request) -> web.StreamResponse:
            await self.admit(request, right)
            return await handler(request)

        return behind_the_door

    async def known(self, request: web.Request, url: str | None = None, *, unread: bool = False) -> WebhookRequest:
        """With the caller, where a key or a session of ours says who it is."""
        caller = await self.key_holder(request)
        if caller is None and (found := await self.account(request)):
            self.require_from_here(request)
            caller = found[0].caller
        url = url or str(request.rel_url)  # the whole of it has what `Host` says, which may be no address
        now = self._clock.now()
        if unread:
            return WebhookRequest(request.method, url, lower_case(request), b"", now, caller)
        return await to_webhook_request(request, url, now, caller)

    async def key_holder(self, request: web.Request) -> Caller | None:
        """Whose key the request brings; raises WebhookRejected for one that opens nothing."""
        scheme, _, word = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not word.strip().startswith(KEY_MARK):
            return None
        async with self._store.transaction() as uow:
            key = await key_of(uow, word.strip())
        if key is None:
            refuse_for(self._wrong_keys, self.origin(request))
            raise WebhookRejected(
                401, "this key opens nothing: it was revoked, or is not whole", headers={"WWW-Authenticate": "Bearer"}
            )
        return key.caller

    async def account(self, request: web.Request) -> tuple[Account, str] | None:
        """Who is logged in in this browser, and the word of their session."""
        token = request.cookies.get(self.cookie)
        if not token:
            return None
        async with self._store.transaction() as uow:
            account = await account_of(uow, token, self._clock.now())
        return None if account is None else (account, token)

    def require_from_here(self, request: web.Request) -> None:
        """A change that a browser sends with a session's cookie must come from a page of ours (CSRF)."""
        if request.method in SAFE_METHODS:
            return
        site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
        if site is not None:
            ours = site == "same-origin"
        else:
            ours = origin in (f"{request.scheme}://{request.host}", _origin(self._settings.service_url))
        if not ours:
            raise WebhookRejected(403, "this has to come from a page of this service itself; open it, and try again")

    def origin(self, request: web.Request) -> str:
        """From which address, for limits and records."""
        return caller_of(request, self._settings.proxies) or THIS_MACHINE

    def deed(self, request: web.Request, what: str, about: str = "", **detail: Detail) -> Deed:
        """What whoever sent the admitted request has done, for the audit log."""
        return Deed(what, request[CALLER].reference, about, self.origin(request), detail)

    def set_cookie(self, answer: web.Response, token: str, *, lasts: timedelta) -> None:
        answer.set_cookie(
            self.cookie,
            token,
            max_age=int(lasts.total_seconds()),
            path="/",
            secure=self.secure,
            httponly=True,
            samesite="Lax",
        )

    def drop_cookie(self, answer: web.Response) -> None:
        answer.del_cookie(self.cookie, path="/", secure=self.secure, httponly=True, samesite="Lax")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
