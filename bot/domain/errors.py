"""Every error that Overture raises on purpose.

OvertureError
├── ContentError            faults in journeys/ or nlu_data/, each with file, line, column and a suggestion
├── SettingsError           a setting is missing or unusable
├── ModelError              a trained model is missing, broken or of another version
├── WebhookRejected         a request from outside is refused, with its HTTP status
├── SendError
│   ├── TemporarySendError  try again later
│   │   └── NotTried            the vendor takes nothing just now, whatever it is
│   │       └── CredentialRefused   it does not let us in, until somebody has mended that
│   └── PermanentSendError  trying again will not help
│       ├── TooLittleKnown      a CRM keeps nobody who can be reached nowhere yet: no fault, and nothing to mend
│       └── FieldsRefused       a CRM does not take what some fields are to have; it may take the rest
├── ActionError             a custom action raised, timed out or answered nonsense
├── DialogueError           the dialogue engine is away, too slow or answered nonsense
├── LanguageModelError      a language model gave no answer that can be used
│   ├── LanguageModelAway       it cannot be reached, is too slow or too busy
│   ├── LanguageModelRefused    it does not take the request: its key, name or dialect is wrong
│   └── LanguageModelNonsense   it answered, but what it said is cut off, empty or declined
├── CannotOpen              what is sealed in the database does not open: a key is missing, or it was tampered with
├── CannotMerge             two people cannot be made one, or one cannot be made two again
├── CannotPublish           a journey does not stand so that this can be done; the message says what to do
├── UnreadableJourney       a journey's version was written by another release, in a way that this one does not know
├── ConversationGone        the conversation was deleted, with the person or by a retention rule
└── Conflict                somebody else changed the row since it was read
    └── PersonGone              the person was merged into another, or erased
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta


class OvertureError(Exception):
    """The root of the tree above."""


@dataclass(frozen=True, slots=True)
class Place:
    """A spot in a content file; line and column count from 1."""

    path: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"


NOWHERE = Place("")
"""Of a fault that is in no file: something is missing in all of them."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in content: where, what, and what to do."""

    place: Place
    message: str
    suggestion: str = ""

    def __str__(self) -> str:
        said = f"{self.message} {self.suggestion}".rstrip()
        return said if self.place == NOWHERE else f"{self.place}: {said}"


class ContentError(OvertureError):
    """All faults that one reading of content found, in file order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


class SettingsError(OvertureError):
    """A sentence that names the setting and says what to do."""


class ModelError(OvertureError):
    """A trained model cannot be used; the message says why and how to make a new one."""


class WebhookRejected(OvertureError):
    """A webhook is refused and nothing of it is stored. `headers` go with the answer."""

    def __init__(self, status: int, reason: str, *, headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.reason = reason
        self.headers = dict(headers or {})
        super().__init__(reason)


class SendError(OvertureError):
    """A message could not be handed to its vendor."""

    def __init__(self, reason: str, *, code: str = "") -> None:
        self.reason = reason
        self.code = code
        super().__init__(reason)


class TemporarySendError(SendError):
    """Worth another try, after `retry_after` where the vendor named a time.

    `of_message`: it tells of this message or its recipient, and not of how the vendor is.
    """

    def __init__(
        self, reason: str, *, code: str = "", retry_after: timedelta | None = None, of_message: bool = False
    ) -> None:
        super().__init__(reason, code=code)
        self.retry_after = retry_after
        self.of_message = of_message


class NotTried(TemporarySendError):
    """The vendor is in trouble or takes no more just now, whatever one asks of it: this counts as no try.

    `may_have_left`: it was called all the same, and may have taken it; then the next try asks first.
    """

    def __init__(
        self, reason: str, *, code: str = "", retry_after: timedelta | None = None, may_have_left: bool = False
    ) -> None:
        super().__init__(reason, code=code, retry_after=retry_after)
        self.may_have_left = may_have_left

    def behind_others(self) -> NotTried:
        """The same of a part that came behind others, which have left."""
        return type(self)(self.reason, code=self.code, retry_after=self.retry_after, may_have_left=True)


class CredentialRefused(NotTried):
    """The vendor does not let us in, or not do this. What is to go there waits until it does: a record however long
    that is, a message no longer than through any other outage."""


class PermanentSendError(SendError):
    """Not worth another try."""


class TooLittleKnown(PermanentSendError):
    """A CRM gets no record of somebody of whom no address is known yet that it would need; what it should have of them
    waits for that."""

    NO_ADDRESS = "this lead has neither an e-mail address nor a phone number yet"

    def __init__(self, reason: str = NO_ADDRESS) -> None:
        super().__init__(reason)


class FieldsRefused(PermanentSendError):
    """A CRM does not take the values of these `fields`: too long, none of a list, of another type. It names them by
    its own names, and wrote nothing."""

    def __init__(self, reason: str, fields: Iterable[str], *, code: str = "") -> None:
        super().__init__(reason, code=code)
        self.fields = frozenset(fields)


class FileRefused(PermanentSendError):
    """A file that a customer sent is not kept: what was found in it."""


class ActionError(OvertureError):
    """A custom action failed; the conversation goes on without it."""


class DialogueError(OvertureError):
    """The dialogue engine gave no answer; the customer is told so, and the conversation goes on with their next one."""


class LanguageModelError(OvertureError):
    """A language model gave no answer that can be used; the conversation goes on as if there were none."""


class LanguageModelAway(LanguageModelError):
    """Worth another try later; after `retry_after` where the server named a time. `asked`: it cost a call."""

    def __init__(self, reason: str, *, retry_after: timedelta | None = None, asked: bool = True) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.asked = asked


class LanguageModelRefused(LanguageModelError):
    """The server does not take the request; somebody has to correct a setting."""


class LanguageModelNonsense(LanguageModelError):
    """It answered in a form that says nothing; the tokens are spent all the same."""

    def __init__(self, reason: str, *, tokens_in: int = 0, tokens_out: int = 0) -> None:
        super().__init__(reason)
        self.tokens_in = tokens_in
        self.tokens_out = tokens_out


class Conflict(OvertureError):
    """The row changed since it was read; read again and decide again."""


class UnreadableJourney(OvertureError, LookupError):
    """There is such a version of the journey, and another release of Overture wrote it in a way that this one does not
    know: nobody on it moves until one that does is in force."""


class ConversationGone(OvertureError, LookupError):
    """There is no conversation of this id, or no more: with whom it was has been erased, or it was kept long enough."""


class PersonGone(Conflict, LookupError):
    """Nobody has this id, or no more: told anew who they are, one finds whom they were merged into."""


class CannotOpen(OvertureError):
    """What is sealed in the database does not open with our keys; the message says which column."""


class CannotMerge(OvertureError):
    """Two profiles cannot be made one, or parted; the message says why."""


class CannotPublish(OvertureError):
    """What was asked for does not go with how the journey stands; the message says what to do."""
