"""Who may do what: roles, the rights of each, and whoever calls us."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal, NewType

AccountId = NewType("AccountId", str)


class Role(StrEnum):
    ADMIN = "admin"
    MARKETER = "marketer"
    REP = "rep"
    COMPLIANCE = "compliance"
    READ_ONLY = "read-only"


class Right(StrEnum):
    """Something that not everybody may do; the value says it as a sentence wants it ("may not ...")."""

    ADMINISTER = "run actions and use what only an admin may"
    SEE_JOURNEYS = "see journeys, segments, scores, rules, responses, pages and desks"
    EDIT_JOURNEYS = "change the files of journeys, segments, scores, rules, responses, pages and desks"
    PUBLISH_JOURNEYS = "publish, roll back, pause or stop journeys"
    ENROL = "let people into journeys"
    TELL_EVENTS = "tell events of people"
    TAKE_PEOPLE = "take in people, with what they agreed to elsewhere"
    SEE_UNDERSTANDING = "see how messages are understood"
    LABEL_MESSAGES = "label messages"
    SEE_CONVERSATIONS = "read conversations"
    CONVERSE = "write into conversations"
    SEE_PEOPLE = "look at people"
    EXPORT_PEOPLE = "take out all that is kept of a person"
    HONOUR_WISHES = "erase people, or note what they object to"
    MERGE_PEOPLE = "make two profiles one"
    WATCH = "see how the service does"


_LOOKING = frozenset({Right.SEE_JOURNEYS, Right.SEE_UNDERSTANDING, Right.SEE_PEOPLE, Right.WATCH})

RIGHTS: Final[Mapping[Role, frozenset[Right]]] = {
    Role.ADMIN: frozenset(Right),
    Role.MARKETER: _LOOKING
    | {
        *(Right.EDIT_JOURNEYS, Right.PUBLISH_JOURNEYS, Right.ENROL),
        *(Right.TELL_EVENTS, Right.TAKE_PEOPLE, Right.LABEL_MESSAGES),
    },
    Role.REP: _LOOKING | {Right.SEE_CONVERSATIONS, Right.CONVERSE},
    Role.COMPLIANCE: _LOOKING | {Right.SEE_CONVERSATIONS, Right.EXPORT_PEOPLE, Right.HONOUR_WISHES, Right.MERGE_PEOPLE},
    Role.READ_ONLY: _LOOKING,
}
"""The one table of who may do what; docs/access.md shows it, and a test holds the two together."""


class Sensitivity(StrEnum):
    """How much it tells of a person, and so who sees it; see `SEES`."""

    OPEN = "open"
    PERSONAL = "personal"
    SENSITIVE = "sensitive"


SEES: Final[Mapping[Role, frozenset[Sensitivity]]] = {
    Role.ADMIN: frozenset(Sensitivity),
    Role.MARKETER: frozenset({Sensitivity.OPEN}),
    Role.REP: frozenset({Sensitivity.OPEN, Sensitivity.PERSONAL}),
    Role.COMPLIANCE: frozenset(Sensitivity),
    Role.READ_ONLY: frozenset({Sensitivity.OPEN}),
}
"""Which attributes each role sees as they are; others are shown masked."""

MASKED: Final = "•••"

CallerKind = Literal["user", "key", "jwt", "token", "machine"]


@dataclass(frozen=True, slots=True)
class Caller:
    """Whoever asks for something. `id` is of the account or key; `name` is for people to read, where it is known."""

    kind: CallerKind
    role: Role
    id: str = ""
    name: str | None = None

    def may(self, right: Right) -> bool:
        return right in RIGHTS[self.role]

    @property
    def reference(self) -> str:
        """How records name them: without anything that says who they are to whoever cannot look it up."""
        return f"{self.kind}:{self.id}" if self.id else self.kind


@dataclass(frozen=True, slots=True)
class Account:
    """A user. `password` is what theirs is checked by, empty where there is none; `subject` is theirs at a provider.

    Who is disabled cannot log in, and has no session.
    """

    id: AccountId
    email: str
    role: Role
    created_at: datetime
    password: str = ""
    subject: str | None = None
    disabled_at: datetime | None = None

    @property
    def caller(self) -> Caller:
        return Caller("user", self.role, self.id, self.email)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key of another system. Only a digest of it is kept; `prefix` is its beginning, by which it is found."""

    prefix: str
    digest: str
    name: str
    role: Role
    created_at: datetime
    revoked_at: datetime | None = None

    @property
    def caller(self) -> Caller:
        return Caller("key", self.role, self.prefix, self.name)


@dataclass(frozen=True, slots=True)
class LoginSession:
    """Somebody who is logged in in one browser; `digest` is of the word that the browser has."""

    digest: str
    account: AccountId
    begun_at: datetime
    seen_at: datetime
