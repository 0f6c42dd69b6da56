"""The audit log: who did what, in a chain in which each entry holds the digest of the one before.

Whoever changes, deletes, inserts or moves an entry breaks the chain there. Who cuts off its end, or writes all of it
anew, is found by a head that was kept elsewhere.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

BEGINNING = "0" * 64
"""What stands for the entry before the first."""

Detail = str | int | bool | None


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was done: `what` by whom, to what, and from which address. Ids only, never names.

    `what` is a noun and a verb: `login.failed`, `person.erased`.
    """

    what: str
    who: str
    about: str = ""
    origin: str = ""
    detail: Mapping[str, Detail] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A deed in the chain. `position` counts from 1 without gaps."""

    position: int
    at: datetime
    deed: Deed
    previous: str
    digest: str


@dataclass(frozen=True, slots=True)
class AuditHead:
    """Up to where the log went at some time."""

    position: int = 0
    digest: str = BEGINNING


def chained(deed: Deed, at: datetime, after: AuditHead) -> AuditEntry:
    """The entry that comes after this head."""
    position = after.position + 1
    return AuditEntry(position, at, deed, after.digest, _digest(position, at, deed, after.digest))


def head_of(entry: AuditEntry | None) -> AuditHead:
    return AuditHead() if entry is None else AuditHead(entry.position, entry.digest)


class Walk:
    """Goes along the chain, entry by entry, and says what is wrong first."""

    def __init__(self, kept: AuditHead | None = None) -> None:
        self._kept = kept
        self.head = AuditHead()

    def step(self, entry: AuditEntry) -> str | None:
        expected = self.head.position + 1
        if entry.position != expected:
            return f"entry {expected} is missing: entry {entry.position} comes next. It was deleted, or never written."
        if entry.previous != self.head.digest:
            return (
                f"entry {entry.position} does not follow entry {self.head.position}: the digest that it holds of the "
                "one before is another. One of the two was exchanged or moved."
            )
        if entry.digest != _digest(entry.position, entry.at, entry.deed, entry.previous):
            return f"entry {entry.position} is not what was written: its digest is another. It was changed."
        self.head = head_of(entry)
        if self._kept is not None and entry.position == self._kept.position and entry.digest != self._kept.digest:
            return f"entry {entry.position} is not the one that the kept head names. The log was written anew."
        return None

    def end(self) -> str | None:
        if self._kept is not None and self._kept.position > self.head.position:
            return (
                f"entry {self.head.position + 1} is missing: the log ends at entry {self.head.position}, and went up "
                f"to {self._kept.position} before. Its end was cut off."
            )
        return None


def written_head(head: AuditHead, secret: str) -> str:
    """The head as a line to be kept elsewhere: position, digest, and a signature with the installation's secret."""
    return f"{head.position}:{head.digest}:{_signature(head, secret)}"


def read_head(line: str, secret: str) -> AuditHead:
    """Raises ValueError, with a sentence, where the line is no head or was not signed with this secret."""
    position, _, rest = line.strip().partition(":")
    digest, _, signature = rest.partition(":")
    if not position.isdecimal() or not position.isascii() or len(position) > 18 or len(digest) != len(BEGINNING):
        raise ValueError("it is no head of an audit log, which reads POSITION:DIGEST:SIGNATURE")
    head = AuditHead(int(position), digest)
    if not hmac.compare_digest(signature.encode(), _signature(head, secret).encode()):
        raise ValueError("its signature is not ours: it was changed, or is of another installation")
    return head


def _signature(head: AuditHead, secret: str) -> str:
    return hmac.new(secret.encode(), f"audit-head:{head.position}:{head.digest}".encode(), sha256).hexdigest()


def _digest(position: int, at: datetime, deed: Deed, previous: str) -> str:
    """Of everything in the entry, written in one way only."""
    microseconds = (at - _EPOCH) // timedelta(microseconds=1)
    told = [position, microseconds, deed.who, deed.origin, deed.what, deed.about, dict(deed.detail), previous]
    return sha256(json.dumps(told, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
