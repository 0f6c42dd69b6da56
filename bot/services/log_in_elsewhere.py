"""Log in elsewhere: what an identity provider has said becomes a session here, where the rules let it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.domain.access import Account, Role
from bot.domain.audit import Deed
from bot.domain.provider_login import ProviderIdentity, ProviderRules
from bot.ports import UnitOfWork
from bot.services.keep_accounts import AccountRefused, add_user, set_role
from bot.services.log_in import LoggedIn, begin_session, plain_email

BY_PROVIDER = "provider"


async def log_in_elsewhere(
    uow: UnitOfWork, identity: ProviderIdentity, rules: ProviderRules, *, origin: str, now: datetime
) -> LoggedIn | str:
    """A session, or a sentence for the person that says why there is none."""
    found = await _account(uow, identity, rules, now)
    if isinstance(found, str):
        await uow.audit.note(Deed("login.failed", "", "", origin, {"how": BY_PROVIDER}), now)
        return found
    return LoggedIn(found, await begin_session(uow, found, how=BY_PROVIDER, origin=origin, now=now))


async def _account(uow: UnitOfWork, identity: ProviderIdentity, rules: ProviderRules, now: datetime) -> Account | str:
    if refusal := rules.refusal(identity):
        return refusal
    role = rules.role(identity)
    account = await uow.accounts.by_subject(identity.key) or await _linked(uow, identity, now)
    if account is None:
        return await _new(uow, identity, rules, role, now)
    if account.disabled_at is not None or account.subject != identity.key:
        return "your account here is disabled, or belongs to another login. An admin can tell"
    if role is not None and role is not account.role:
        account = await set_role(uow, account, role, who=BY_PROVIDER, now=now)
    return account


async def _linked(uow: UnitOfWork, identity: ProviderIdentity, now: datetime) -> Account | None:
    """The account of their proved address, which from now on is that of their login at the provider."""
    account = await uow.accounts.by_email(plain_email(identity.email))
    if account is None or account.subject is not None or account.disabled_at is not None:
        return account
    linked = replace(account, subject=identity.key)
    await uow.accounts.put(linked)
    await uow.audit.note(Deed("user.linked", BY_PROVIDER, account.id), now)
    return linked


async def _new(
    uow: UnitOfWork, identity: ProviderIdentity, rules: ProviderRules, role: Role | None, now: datetime
) -> Account | str:
    """Only where the rules say whom to expect: a public provider has accounts of everybody."""
    if not rules.domains and role is None:
        return "there is no account of your address here. An admin makes one: overture users add"
    try:
        return await add_user(
            uow,
            identity.email,
            role or Role.READ_ONLY,
            password="",
            who=BY_PROVIDER,
            now=now,
            subject=identity.key,
        )
    except AccountRefused as refused:
        return str(refused)
