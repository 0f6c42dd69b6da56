"""The page "Access": who may come in, in which role, and what was done about it.

It does what `overture users` and `overture keys` do, by the same services; each deed is in the audit log.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.domain.access import RIGHTS, SEES, Account, AccountId, ApiKey, LoginSession, Right, Role
from bot.domain.errors import WebhookRejected
from bot.domain.message import storable
from bot.entrypoints.console.audit_entries import told_of
from bot.entrypoints.console.framing import framed
from bot.entrypoints.web.doorkeeper import CALLER
from bot.entrypoints.web.translate import json_object, private_json, problem
from bot.entrypoints.wiring.service import Service
from bot.ports import Passwords, UnitOfWork
from bot.services.keep_accounts import (
    AccountRefused,
    add_key,
    add_user,
    disable,
    enable,
    end_session,
    require_another_admin,
    require_good_password,
    revoke_key,
    set_password,
    set_role,
)
from bot.services.log_in import LONGEST_PASSWORD, goes_on

LONGEST = 320
LOOKED_BACK = 500
"""Entries of the audit log among which those about access are looked for."""

SHOWN = 50
ABOUT_ACCESS = ("user.", "key.", "login.", "logout.", "session.")

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Work = Callable[[UnitOfWork, datetime, Mapping[str, str]], Awaitable[dict[str, Any]]]


class AccessPage:
    """For admins only. A developer's own machine without accounts has it, too: the first account can be made there."""

    def __init__(self, service: Service, passwords: Passwords) -> None:
        self._service, self._runtime, self._passwords = service, service.runtime, passwords

    def add_routes(self, app: web.Application) -> None:
        for method, path, handler in (
            ("GET", "/access", framed(self._service, "access.html")),
            ("GET", "/access.json", self._look),
            ("POST", "/access/users", self._add_user),
            ("POST", "/access/users/{user}/role", self._set_role),
            ("POST", "/access/users/{user}/password", self._set_password),
            ("POST", "/access/users/{user}/disable", self._disable),
            ("POST", "/access/users/{user}/enable", self._enable),
            ("POST", "/access/sessions/{session}/end", self._end_session),
            ("POST", "/access/keys", self._add_key),
            ("POST", "/access/keys/{key}/revoke", self._revoke_key),
        ):
            app.router.add_route(method, path, self._guarded(handler))

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: web.Request) -> web.StreamResponse:
            await self._service.doors.admit(request, Right.ADMINISTER)
            try:
                return await handler(request)
            except AccountRefused as error:
                return problem(409, str(error))

        return guarded

    async def _look(self, request: web.Request) -> web.StreamResponse:
        now = self._runtime.clock.now()
        async with self._runtime.store.transaction() as uow:
            accounts, keys = await uow.accounts.all(), await uow.accounts.keys()
            sessions = [one for one in await uow.accounts.sessions() if goes_on(one, now)]
            entries = await uow.audit.latest(LOOKED_BACK)
        return private_json(
            {
                "you": request[CALLER].id,
                "may_log_in": self._service.doors.may_log_in,
                "users": [_user(one, [each for each in sessions if each.account == one.id]) for one in accounts],
                "keys": [_key(one) for one in keys],
                "roles": [_role(role) for role in Role],
                "deeds": [told_of(one) for one in entries if one.deed.what.startswith(ABOUT_ACCESS)][:SHOWN],
            }
        )

    # ------------------------------------------------------------ users

    async def _add_user(self, request: web.Request) -> web.StreamResponse:
        body = await json_object(request)
        email, role = _text(body, "email", LONGEST), _role_of(body)
        password = _text(body, "password", LONGEST_PASSWORD, required=False)
        hashed = await self._hashed(password, email) if password else ""

        async def adding(uow: UnitOfWork, now: datetime, by: Mapping[str, str]) -> dict[str, Any]:
            return {"user": (await add_user(uow, email, role, password=hashed, now=now, **by)).id}

        return await self._do(request, adding)

    async def _set_role(self, request: web.Request) -> web.StreamResponse:
        role = _role_of(await json_object(request))

        async def changing(uow: UnitOfWork, now: datetime, by: Mapping[str, str]) -> dict[str, Any]:
            account = await _account(uow, request)
            if role is not Role.ADMIN:
                await require_another_admin(uow, account)
            return {"role": (await set_role(uow, account, role, now=now, **by)).role.value}

        return await self._do(request, changing)

    async def _set_password(self, request: web.Request) -> web.StreamResponse:
        password = _text(await json_object(request), "password", LONGEST_PASSWORD)
        async with self._runtime.store.transaction() as uow:
            email = (await _account(uow, request)).email
        hashed = await self._hashed(password, email)

        async def changing(uow: UnitOfWork, now: datetime, by: Mapping[str, str]) -> dict[str, Any]:
            return {"user": (await set_password(uow, await _account(uow, request), hashed, now=now, **by)).id}

        return await self._do(request, changing)

    async def _disable(self, request: web.Request) -> web.StreamResponse:
        async def changing(uow: UnitOfWork, now: datetime, by: Mapping[str, str]) -> dict[str, Any]:
            account = await _account(uow, request)
            await require_another_admin(uow, account)
            return {"user": (await disable(uow, account, now=now, **by)).id}

        return await self._do(request, changing)

    async def _enable(self, request: web.Request) -> web.StreamResponse:
        async def changing(uow: UnitOfWork, now: datetime, by: Mapping[str, str]) -> dict[str, Any]:
            return {"user": (await enable(uow, await _account(uow, request), now=now, **by)).id}

        return await self._do(request, changing)

    async def _end_session(self, request: web.Request) -> web.StreamResponse:
        digest = request.match_info["session"]

        async def ending(uow: UnitOfWork, now: datetime, by: Mapping[str, str]) -> dict[str, Any]:
            await end_session(uow, storable(digest), now=now, **by)
            return {"session": digest}

        return await self._do(request, ending)

    # ------------------------------------------------------------ keys

    async def _add_key(self, request: web.Request) -> web.StreamResponse:
        body = await json_object(request)
        name, role = _text(body, "name", 100), _role_of(body)

        async def adding(uow: UnitOfWork, now: datetime, by: Mapping[str, str]) -> dict[str, Any]:
            key, word = await add_key(uow, name, role, now=now, **by)
            return {"key": key.prefix, "word": word}

        return await self._do(request, adding)

    async def _revoke_key(self, request: web.Request) -> web.StreamResponse:
        async def revoking(uow: UnitOfWork, now: datetime, by: Mapping[str, str]) -> dict[str, Any]:
            return {"key": (await revoke_key(uow, storable(request.match_info["key"]), now=now, **by)).prefix}

        return await self._do(request, revoking)

    # ------------------------------------------------------------ what they share

    async def _do(self, request: web.Request, work: Work) -> web.StreamResponse:
        """In one transaction with its line in the audit log, which says who did it, and from where."""
        by = {"who": request[CALLER].reference, "origin": self._service.doors.origin(request)}
        async with self._runtime.store.transaction() as uow:
            return private_json(await work(uow, self._runtime.clock.now(), by))

    async def _hashed(self, password: str, email: str) -> str:
        require_good_password(password, email)
        return await self._passwords.hash(password)


async def _account(uow: UnitOfWork, request: web.Request) -> Account:
    account = await uow.accounts.get(AccountId(storable(request.match_info["user"])))
    if account is None:
        raise WebhookRejected(404, "there is no such user any more")
    return account


def _text(body: Mapping[str, Any], name: str, longest: int, *, required: bool = True) -> str:
    value = body.get(name)
    if value is None and not required:
        return ""
    if not isinstance(value, str) or len(value) > longest or (required and not value.strip()):
        raise WebhookRejected(400, f'"{name}" wants a text of at most {longest:,} characters')
    return value


def _role_of(body: Mapping[str, Any]) -> Role:
    value = body.get("role")
    if value not in tuple(Role):
        raise WebhookRejected(400, f'"role" wants one of: {", ".join(Role)}')
    return Role(value)


def _user(account: Account, sessions: Sequence[LoginSession]) -> dict[str, Any]:
    return {
        "id": account.id,
        "email": account.email,
        "role": account.role.value,
        "by_password": bool(account.password),
        "by_provider": account.subject is not None,
        "since": account.created_at.isoformat(),
        "disabled_at": _moment(account.disabled_at),
        "sessions": [
            {"id": one.digest, "begun_at": one.begun_at.isoformat(), "seen_at": one.seen_at.isoformat()}
            for one in sessions
        ],
    }


def _key(key: ApiKey) -> dict[str, Any]:
    return {
        "prefix": key.prefix,
        "name": key.name,
        "role": key.role.value,
        "since": key.created_at.isoformat(),
        "revoked_at": _moment(key.revoked_at),
    }


def _role(role: Role) -> dict[str, Any]:
    return {
        "role": role.value,
        "rights": [right.value for right in Right if right in RIGHTS[role]],
        "sees": sorted(SEES[role]),
    }


def _moment(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
