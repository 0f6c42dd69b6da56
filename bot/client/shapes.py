"""What the client tells the service and is told by it, as their JSON is. `/api` tells of each field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict

RequestKind = Literal["access", "portability", "rectification", "erasure", "objection", "restriction"]

Named = Mapping[str, str]
"""Who it is, in one way: {"id": ...}, {"user_id": ...}, {"phone": "+447700900123"} or {"email": ...}."""


class Problem(TypedDict):
    """Why an event, or a part of one, was not taken."""

    index: int
    attribute: NotRequired[str]
    error: NotRequired[str]
    warning: NotRequired[str]


class EventsTaken(TypedDict):
    taken: int
    duplicates: int
    errors: list[Problem]


class GivenConsent(TypedDict):
    """A consent that was given elsewhere. One that is `granted` needs how, when (ISO 8601) and to which words."""

    purpose: Literal["marketing"]
    channel: str
    granted: bool
    how: NotRequired[str]
    at: NotRequired[str]
    text: NotRequired[str]


class ToldPerson(TypedDict, total=False):
    """Somebody by one of the first four at least, and what is known of them."""

    user_id: str
    email: str
    phone: str
    anonymous_id: str
    attributes: Mapping[str, Any]
    time_zone: str
    locale: str
    tags: Sequence[str]
    opted_out: bool
    consents: Sequence[GivenConsent]


class TakenPerson(TypedDict):
    """What became of somebody; `warnings` are what was left out, and `error` why they were refused."""

    result: Literal["new", "changed", "same", "left_alone", "refused"]
    person: NotRequired[str]
    warnings: NotRequired[list[str]]
    error: NotRequired[str]


class PeopleTaken(TypedDict):
    people: list[TakenPerson]


class Admitted(TypedDict):
    outcome: Literal["entered", "held_out", "not_entered"]
    person: str
    enrolment: NotRequired[str]
    error: NotRequired[str]


class PersonData(TypedDict):
    person: str
    given_at: str
    provenance: dict[str, Any]
    tables: dict[str, list[dict[str, Any]]]


class ConsentRecord(TypedDict):
    at: str
    purpose: str
    channel: str
    granted: bool
    how: str
    words_shown: str
    message_id: str | None
    words_answered: str | None
    basis: str
    confirmed_from: str | None
    ip: str | None
    expires_at: str | None


class ConsentProof(TypedDict):
    person: str
    told_at: str
    identities: list[dict[str, Any]]
    records: list[ConsentRecord]
    left_alone: list[dict[str, Any]]


class ErasedPlace(TypedDict):
    place: str
    what: str
    state: Literal["done", "queued", "failed", "not possible"]
    why: str
    held: str


class Erasure(TypedDict):
    id: str
    at: str
    who: str
    rows: dict[str, int]
    suppressed: int
    elsewhere: dict[str, str]
    places: list[ErasedPlace]


class Merge(TypedDict):
    merge: str
    person: str
    merged: str
    conflicts: dict[str, dict[str, Any]]


class Parted(TypedDict):
    merge: str
    person: str
    parted: str


class PrivacyRequest(TypedDict):
    """What a person has asked for under the law; `done_at` is empty until it was done."""

    id: str
    person: str
    kind: RequestKind
    how: str
    received_at: str
    due_at: str
    done_at: str | None
    outcome: str


class Said(TypedDict):
    recipient_id: str
    text: NotRequired[str]
    image: NotRequired[str]
    buttons: NotRequired[list[dict[str, Any]]]
    custom: NotRequired[Any]
    attachment: NotRequired[Any]


class Tracker(TypedDict):
    sender_id: str
    slots: dict[str, Any]
    latest_message: dict[str, Any]
    events: list[dict[str, Any]] | None
    paused: bool
    active_loop: dict[str, Any]
    latest_action_name: str | None


class Acted(TypedDict):
    tracker: Tracker
    messages: NotRequired[list[Said]]


class ParseData(TypedDict):
    text: str
    intent: dict[str, Any]
    entities: list[dict[str, Any]]
    intent_ranking: list[dict[str, Any]]


class Responses(TypedDict):
    """What is said, by file; `languages` are those that some response has words in besides the assistant's own."""

    languages: list[str]
    files: list[dict[str, Any]]
    built_in: list[dict[str, Any]]
    faults: list[dict[str, Any]]
    may_change: bool


class ResponseInFile(TypedDict):
    """`file` has its path, the line, and the digest that goes along with a change; `also_in` are other files that have
    it, and then it is not changed by us. `lacks` are languages that others have words in, `missing` what channels
    want. `faults` are of other content: until they are mended, what is saved is not said yet."""

    response: str
    texts: list[str]
    languages: list[str]
    lacks: list[str]
    missing: list[str]
    channels: list[str]
    file: dict[str, Any]
    also_in: list[str]
    variations: list[dict[str, Any]]
    lines: str
    used: list[dict[str, Any]]
    missed_by: list[dict[str, Any]]
    is_built_in: bool
    required_for: str
    sent_on: list[str]
    notes: list[dict[str, Any]]
    faults: list[dict[str, Any]]
    in_force: bool
    may_change: bool
    offers: dict[str, Any]


class Rewording(TypedDict):
    """What a variation is to say, in Rasa's words, and its number in the file; None for a new one. `more` is YAML of
    what else it says."""

    was: int | None
    says: Mapping[str, Any]
    liquid: NotRequired[bool]
    more: NotRequired[str]


class Reworded(TypedDict):
    """`faults` are what is wrong elsewhere: until that is mended, what was saved is not said yet."""

    saved: str
    file: dict[str, Any]
    faults: list[dict[str, Any]]


class TakenOut(TypedDict):
    taken_out: str
    file: dict[str, Any]


class Queues(TypedDict):
    """`may_change` says whether whoever asks may replay, discard and lift."""

    now: str
    lanes: list[dict[str, Any]]
    waiting: list[dict[str, Any]]
    dead: dict[str, Any]
    untold: list[dict[str, Any]]
    stopped: list[dict[str, Any]]
    resting: list[dict[str, Any]]
    may_change: bool
