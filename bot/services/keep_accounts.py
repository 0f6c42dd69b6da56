"""Keep accounts and keys: who may come in, in which role. Each change is in the audit log."""

from __future__ import annotations

import secrets
import string
from dataclasses import replace
from datetime import datetime

from bot.domain.access import Account, AccountId, ApiKey, Role
from bot.domain.audit import Deed
from bot.domain.errors import OvertureError
from bot.domain.ids import new_id
from bot.ports import UnitOfWork
from bot.services.log_in import KEY_MARK, LONGEST_PASSWORD, PREFIX_LENGTH, digest_of, plain_email

SHORTEST_PASSWORD = 12
LETTERS = string.ascii_lowercase + string.digits


class AccountRefused(OvertureError):
    """What was asked for does not go; the message says why, and what to do."""


def require_good_password(password: str, email: str) -> None:
    """Long, and not the address: what else a password should have, nobody has shown (NIST SP 800-63B, 3.1.1.2)."""
    if len(password) < SHORTEST_PASSWORD or len(password) > LONGEST_PASSWORD:
        raise AccountRefused(
            f"a password has at least {SHORTEST_PASSWORD} characters, and at most {LONGEST_PASSWORD}. "
            "Several words in a row are easy to remember."
        )
    if plain_email(email) in password.casefold() or len(set(password)) < SHORTEST_PASSWORD // 3:
        raise AccountRefused("that password is easily guessed. Take several words that have nothing to do with you.")


async def add_user(
    uow: UnitOfWork,
    email: str,
    role: Role,
    *,
    password: str,
    who: str,
    now: datetime,
    origin: str = "",
    subject: str | None = None,
) -> Account:
    """A new account; `password` is hashed already, or empty where they log in elsewhere."""
    account = Account(AccountId(new_id(now)), plain_email(email), role, now, password, subject)
    if "@" not in account.email:
        raise AccountRefused(f'"{email}" is no e-mail address, and people log in by one.')
    if not await uow.accounts.add(account):
        raise AccountRefused(f"{account.email} has an account already. See: overture users list")
    await uow.audit.note(Deed("user.added", who, account.id, origin, detail={"role": role.value}), now)
    return account


async def user_named(uow: UnitOfWork, email: str) -> Account:
    account = await uow.accounts.by_email(plain_email(email))
    if account is None:
        raise AccountRefused(f"there is no user {plain_email(email)}. See: overture users list")
    return account


async def set_role(
    uow: UnitOfWork, account: Account, role: Role, *, who: str, now: datetime, origin: str = ""
) -> Account:
    """Holds from their next request on."""
    changed = replace(account, role=role)
    await uow.accounts.put(changed)
    detail = {"role": role.value, "before": account.role.value}
    await uow.audit.note(Deed("user.role", who, account.id, origin, detail=detail), now)
    return changed


async def set_password(
    uow: UnitOfWork, account: Account, password: str, *, who: str, now: datetime, origin: str = ""
) -> Account:
    """Ends their sessions. `password` is hashed already."""
    changed = replace(account, password=password)
    await uow.accounts.put(changed)
    await uow.accounts.end_sessions(account.id)
    await uow.audit.note(Deed("user.password", who, account.id, origin), now)
    return changed


async def disable(uow: UnitOfWork, account: Account, *, who: str, now: datetime, origin: str = "") -> Account:
    """They cannot log in, and their sessions end; what they did stays theirs in the audit log."""
    changed = replace(account, disabled_at=now)
    await uow.accounts.put(changed)
    await uow.accounts.end_sessions(account.id)
    await uow.audit.note(Deed("user.disabled", who, account.id, origin), now)
    return changed


async def enable(uow: UnitOfWork, account: Account, *, who: str, now: datetime, origin: str = "") -> Account:
    changed = replace(account, disabled_at=None)
    await uow.accounts.put(changed)
    await uow.audit.note(Deed("user.enabled", who, account.id, origin), now)
    return changed


async def require_another_admin(uow: UnitOfWork, account: Account) -> None:
    """Raises AccountRefused where nobody but this account could let anybody in any more."""
    others = [one for one in await uow.accounts.all() if one.id != account.id and one.disabled_at is None]
    if account.role is Role.ADMIN and not any(one.role is Role.ADMIN for one in others):
        raise AccountRefused(f"{account.email} is the only admin who can log in. Give somebody else that role first.")


async def end_session(uow: UnitOfWork, digest: str, *, who: str, now: datetime, origin: str = "") -> None:
    """Log somebody out of one browser."""
    session = await uow.accounts.session(digest)
    if session is None:
        raise AccountRefused("there is no such session any more: it has ended.")
    await uow.accounts.end_session(digest)
    await uow.audit.note(Deed("session.ended", who, session.account, origin), now)


async def add_key(
    uow: UnitOfWork, name: str, role: Role, *, who: str, now: datetime, origin: str = ""
) -> tuple[ApiKey, str]:
    """The key, and the word that opens: shown this once, for only its digest is kept."""
    prefix = "".join(secrets.choice(LETTERS) for _ in range(PREFIX_LENGTH))
    word = f"{KEY_MARK}{prefix}_{secrets.token_hex(24)}"
    key = ApiKey(prefix, digest_of(word), name.strip()[:100], role, now)
    if not key.name:
        raise AccountRefused("a key needs a name: which system has it, such as crm")
    await uow.accounts.put_key(key)
    await uow.audit.note(Deed("key.added", who, prefix, origin, detail={"role": role.value}), now)
    return key, word


async def revoke_key(uow: UnitOfWork, prefix: str, *, who: str, now: datetime, origin: str = "") -> ApiKey:
    """`prefix` may be the whole key."""
    key = await uow.accounts.key(prefix.removeprefix(KEY_MARK).partition("_")[0])
    if key is None:
        raise AccountRefused(f'there is no key "{prefix[:20]}". See: overture keys list')
    if key.revoked_at is None:
        key = replace(key, revoked_at=now)
        await uow.accounts.put_key(key)
        await uow.audit.note(Deed("key.revoked", who, key.prefix, origin), now)
    return key
