"""Log in: by password, slowly for whoever guesses; and the session of a browser that comes of it."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from bot.domain.access import Account, ApiKey, LoginSession
from bot.domain.audit import Deed
from bot.domain.message import storable
from bot.ports import Passwords, Store, UnitOfWork

IDLE = timedelta(hours=2)
"""A session ends that was not used for so long,"""

LONGEST = timedelta(hours=12)
"""and each one after this."""

SEEN_EVERY = timedelta(minutes=1)

FREE_TRIES_FROM_HERE = 5
"""From one address at one account; then each try waits, twice as long as the one before."""

FREE_TRIES = 50
"""At one account, from all addresses together."""

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)
LONGEST_PASSWORD = 1024


@dataclass(frozen=True, slots=True)
class LoggedIn:
    """`token` is for the browser, and nobody else has it."""

    account: Account
    token: str


def digest_of(word: str) -> str:
    """Of a word that was drawn by chance: nobody finds it by trying, so it needs no slow hash."""
    return sha256(word.encode("utf-8", "replace")).hexdigest()


def plain_email(email: str) -> str:
    """As accounts have it: letters are not told apart by their size."""
    return storable(email).strip().casefold()[:320]


async def log_in(
    store: Store, passwords: Passwords, email: str, password: str, *, origin: str, now: datetime
) -> LoggedIn | None:
    """A session where the password is theirs.

    None for whatever else: no such account, another password, a disabled account, or too many tries. Each takes as
    long and is answered alike, so that nobody learns who has an account. A try is counted before it is made: many at
    once are no way around the count.
    """
    email = plain_email(email)
    here, anywhere = digest_of(f"{email}|{origin}"), digest_of(email)
    async with store.transaction() as uow:
        limits = ((here, FREE_TRIES_FROM_HERE), (anywhere, FREE_TRIES))
        may_try = all([await _may_try(uow, key, free, now) for key, free in limits])
        for key, _ in limits if may_try else ():
            await uow.accounts.count_try(key, now, now - FORGOTTEN_AFTER)
        account = await uow.accounts.by_email(email)
    kept = account.password if account is not None and account.disabled_at is None and may_try else ""
    right = await passwords.verify(kept, password[:LONGEST_PASSWORD])
    async with store.transaction() as uow:
        again = await uow.accounts.get(account.id) if account is not None and right else None
        if again is None or not hmac.compare_digest(again.password, kept) or again.disabled_at is not None:
            about = account.id if account is not None else ""
            await uow.audit.note(Deed("login.failed", "", about, origin, {"waits": not may_try}), now)
            return None
        await uow.accounts.forgive(here)
        return LoggedIn(again, await begin_session(uow, again, how="password", origin=origin, now=now))


async def _may_try(uow: UnitOfWork, key: str, free: int, now: datetime) -> bool:
    times, last = await uow.accounts.tries(key, now - FORGOTTEN_AFTER)
    if last is None or times < free:
        return True
    wait = min(FIRST_WAIT * (1 << min(times - free, 10)), LONGEST_WAIT)
    return now >= last + wait


async def begin_session(uow: UnitOfWork, account: Account, *, how: str, origin: str, now: datetime) -> str:
    """A new word for the browser; whichever it had before means nothing to this session."""
    token = secrets.token_urlsafe(32)
    await uow.accounts.forget_sessions(begun_before=now - LONGEST, seen_before=now - IDLE)
    await uow.accounts.begin_session(LoginSession(digest_of(token), account.id, now, now))
    await uow.audit.note(Deed("login.succeeded", account.caller.reference, account.id, origin, {"how": how}), now)
    return token


async def account_of(uow: UnitOfWork, token: str, now: datetime) -> Account | None:
    """Whose session it is, where it is one that goes on."""
    session = await uow.accounts.session(digest_of(token))
    if session is None or not goes_on(session, now):
        return None
    account = await uow.accounts.get(session.account)
    if account is None or account.disabled_at is not None:
        return None
    if now >= session.seen_at + SEEN_EVERY:
        await uow.accounts.see_session(session.digest, now)
    return account


def goes_on(session: LoginSession, now: datetime) -> bool:
    """Whether it opens anything still."""
    return now < session.begun_at + LONGEST and now < session.seen_at + IDLE


async def log_out(
    uow: UnitOfWork, account: Account, token: str, *, everywhere: bool, origin: str, now: datetime
) -> None:
    await uow.accounts.end_session(digest_of(token))
    ended = await uow.accounts.end_sessions(account.id) if everywhere else 0
    what = "logout.everywhere" if everywhere else "logout.here"
    await uow.audit.note(Deed(what, account.caller.reference, account.id, origin, {"others": ended}), now)


KEY_MARK = "ovt_"
PREFIX_LENGTH = 8


async def key_of(uow: UnitOfWork, word: str) -> ApiKey | None:
    """The key that this word is, where it is one that holds."""
    prefix, _, secret = word.removeprefix(KEY_MARK).partition("_")
    if not word.startswith(KEY_MARK) or not secret or not word.isascii():
        return None
    key = await uow.accounts.key(prefix)
    if not secrets.compare_digest(key.digest if key is not None else digest_of(""), digest_of(word)):
        return None
    return key if key is not None and key.revoked_at is None else None
