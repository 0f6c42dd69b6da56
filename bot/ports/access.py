"""What the store keeps of who may come in, and of what they did."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.access import Account, AccountId, ApiKey, LoginSession
from bot.domain.audit import AuditEntry, AuditHead, Deed


class Accounts(Protocol):
    """Users, their sessions, keys of other systems, and how often somebody tried to log in."""

    async def any(self) -> bool:
        """Whether there is a user or a key at all."""

    async def all(self) -> Sequence[Account]: ...
    async def get(self, account: AccountId) -> Account | None: ...
    async def by_email(self, email: str) -> Account | None: ...
    async def by_subject(self, subject: str) -> Account | None: ...
    async def add(self, account: Account) -> bool:
        """False where there is one of this e-mail address or subject."""

    async def put(self, account: Account) -> None:
        """Write it in place of the one of this id."""

    async def begin_session(self, session: LoginSession) -> None: ...
    async def session(self, digest: str) -> LoginSession | None: ...
    async def sessions(self) -> Sequence[LoginSession]:
        """All that are kept, also those whose time is over; the last used first."""

    async def see_session(self, digest: str, at: datetime) -> None: ...
    async def end_session(self, digest: str) -> None: ...
    async def end_sessions(self, account: AccountId) -> int:
        """All of theirs; how many there were."""

    async def forget_sessions(self, *, begun_before: datetime, seen_before: datetime) -> None: ...

    async def keys(self) -> Sequence[ApiKey]: ...
    async def key(self, prefix: str) -> ApiKey | None: ...
    async def put_key(self, key: ApiKey) -> None: ...

    async def tries(self, key: str, since: datetime) -> tuple[int, datetime | None]:
        """How often in a row somebody failed, and when last, unless that was before `since`."""

    async def count_try(self, key: str, at: datetime, since: datetime) -> None:
        """One more; from one on where the last was before `since`, and what is older is forgotten."""

    async def forgive(self, key: str) -> None: ...


class Audit(Protocol):
    """The audit log: deeds are added, and never changed."""

    async def note(self, deed: Deed, at: datetime) -> None:
        """Add it at the end, when this transaction ends."""

    async def after(self, position: int, limit: int) -> Sequence[AuditEntry]: ...
    async def latest(self, limit: int) -> Sequence[AuditEntry]:
        """The last ones, the latest first."""

    async def head(self) -> AuditHead: ...


class Passwords(Protocol):
    """Makes of a password what it is checked by later, slowly enough that nobody tries many."""

    async def hash(self, password: str) -> str: ...
    async def verify(self, kept: str, password: str) -> bool:
        """Whether it is the one; where `kept` is empty it takes as long, and is not. Raises WebhookRejected (503)."""
