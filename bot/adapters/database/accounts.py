"""Users, their sessions, keys of other systems, and tries to log in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, case, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from bot.adapters.database.repository import Repository, insert_once
from bot.adapters.tables import account, api_key, login_session, login_try
from bot.domain.access import Account, AccountId, ApiKey, LoginSession, Role

ALL = select(account).order_by(account.c.email)
GET = select(account).where(account.c.id == bindparam("account"))
BY_EMAIL = select(account).where(account.c.email == bindparam("address"))
BY_SUBJECT = select(account).where(account.c.subject == bindparam("theirs"))
ADD = insert_once(account).returning(account.c.id)
PUT = update(account).where(account.c.id == bindparam("account"))
ANY = select(account.c.id).union_all(select(api_key.c.prefix)).limit(1)

BEGIN = insert(login_session)
SESSION = select(login_session).where(login_session.c.digest == bindparam("of"))
SESSIONS = select(login_session).order_by(login_session.c.seen_at.desc(), login_session.c.digest)
SEE = update(login_session).where(login_session.c.digest == bindparam("of")).values(seen_at=bindparam("now"))
END = delete(login_session).where(login_session.c.digest == bindparam("of"))
END_ALL = delete(login_session).where(login_session.c.account == bindparam("whose"))
FORGET = delete(login_session).where(
    or_(login_session.c.begun_at < bindparam("begun"), login_session.c.seen_at < bindparam("seen"))
)

KEYS = select(api_key).order_by(api_key.c.created_at)
KEY = select(api_key).where(api_key.c.prefix == bindparam("of"))
_put_key = insert(api_key)
PUT_KEY = _put_key.on_conflict_do_update(
    index_elements=[api_key.c.prefix],
    set_={name: _put_key.excluded[name] for name in ("name", "role", "revoked_at")},
)

TRIES = select(login_try).where(login_try.c.key == bindparam("of"), login_try.c.last_at >= bindparam("since"))
_count = insert(login_try)
COUNT = _count.on_conflict_do_update(
    index_elements=[login_try.c.key],
    set_={
        "times": case((login_try.c.last_at >= bindparam("since"), login_try.c.times + 1), else_=1),
        "last_at": _count.excluded.last_at,
    },
)
FORGET_TRIES = delete(login_try).where(login_try.c.last_at < bindparam("since"))
FORGIVE = delete(login_try).where(login_try.c.key == bindparam("of"))


class StoredAccounts(Repository):
    # ------------------------------------------------------------ users

    async def any(self) -> bool:
        return (await self._session.execute(ANY)).first() is not None

    async def all(self) -> Sequence[Account]:
        return [_account(row) for row in await self._session.execute(ALL)]

    async def get(self, account: AccountId) -> Account | None:
        return _account_or_none((await self._session.execute(GET, {"account": account})).first())

    async def by_email(self, email: str) -> Account | None:
        return _account_or_none((await self._session.execute(BY_EMAIL, {"address": email})).first())

    async def by_subject(self, subject: str) -> Account | None:
        return _account_or_none((await self._session.execute(BY_SUBJECT, {"theirs": subject})).first())

    async def add(self, account: Account) -> bool:
        row = {"id": account.id, "created_at": account.created_at, **_changing(account)}
        return (await self._session.execute(ADD, row)).first() is not None

    async def put(self, account: Account) -> None:
        await self._session.execute(PUT.values(_changing(account)), {"account": account.id})

    # ------------------------------------------------------------ sessions

    async def begin_session(self, session: LoginSession) -> None:
        row = {
            "digest": session.digest,
            "account": session.account,
            "begun_at": session.begun_at,
            "seen_at": session.seen_at,
        }
        await self._session.execute(BEGIN, row)

    async def session(self, digest: str) -> LoginSession | None:
        row = (await self._session.execute(SESSION, {"of": digest})).first()
        return None if row is None else LoginSession(row.digest, row.account, row.begun_at, row.seen_at)

    async def sessions(self) -> Sequence[LoginSession]:
        rows = await self._session.execute(SESSIONS)
        return [LoginSession(row.digest, row.account, row.begun_at, row.seen_at) for row in rows]

    async def see_session(self, digest: str, at: datetime) -> None:
        await self._session.execute(SEE, {"of": digest, "now": at})

    async def end_session(self, digest: str) -> None:
        await self._session.execute(END, {"of": digest})

    async def end_sessions(self, account: AccountId) -> int:
        return int((await self._session.execute(END_ALL, {"whose": account})).rowcount)

    async def forget_sessions(self, *, begun_before: datetime, seen_before: datetime) -> None:
        await self._session.execute(FORGET, {"begun": begun_before, "seen": seen_before})

    # ------------------------------------------------------------ keys

    async def keys(self) -> Sequence[ApiKey]:
        return [_key(row) for row in await self._session.execute(KEYS)]

    async def key(self, prefix: str) -> ApiKey | None:
        row = (await self._session.execute(KEY, {"of": prefix})).first()
        return None if row is None else _key(row)

    async def put_key(self, key: ApiKey) -> None:
        row = {
            "prefix": key.prefix,
            "digest": key.digest,
            "name": key.name,
            "role": key.role.value,
            "created_at": key.created_at,
            "revoked_at": key.revoked_at,
        }
        await self._session.execute(PUT_KEY, row)

    # ------------------------------------------------------------ tries

    async def tries(self, key: str, since: datetime) -> tuple[int, datetime | None]:
        row = (await self._session.execute(TRIES, {"of": key, "since": since})).first()
        return (0, None) if row is None else (row.times, row.last_at)

    async def count_try(self, key: str, at: datetime, since: datetime) -> None:
        await self._session.execute(FORGET_TRIES, {"since": since})
        await self._session.execute(COUNT, {"key": key, "times": 1, "last_at": at, "since": since})

    async def forgive(self, key: str) -> None:
        await self._session.execute(FORGIVE, {"of": key})


def _changing(account: Account) -> dict[str, Any]:
    return {
        "email": account.email,
        "role": account.role.value,
        "password": account.password,
        "subject": account.subject,
        "disabled_at": account.disabled_at,
    }


def _account_or_none(row: Any) -> Account | None:
    return None if row is None else _account(row)


def _account(row: Any) -> Account:
    return Account(row.id, row.email, Role(row.role), row.created_at, row.password, row.subject, row.disabled_at)


def _key(row: Any) -> ApiKey:
    return ApiKey(row.prefix, row.digest, row.name, Role(row.role), row.created_at, row.revoked_at)
