"""A thin, typed client of the HTTP API, for Python programs beside the service. `/api` tells of each address.

    async with Client("https://chat.example.com", api_key="ovt_...") as overture:
        await overture.track("pricing.viewed", {"email": "ana@example.com"}, {"plan": "team"})

It tries nothing again: `Refused.retry_after` says when that makes sense, and a `key` makes a second try harmless.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Literal, NotRequired, Self, TypedDict, cast
from urllib.parse import quote

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar
from yarl import URL

from bot.retry_after import pause_asked_for

USUAL_TIMEOUT = timedelta(seconds=30)
"""Longer than the REST channel takes to answer."""

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
    now: str
    lanes: list[dict[str, Any]]
    waiting: list[dict[str, Any]]
    dead: dict[str, Any]
    untold: list[dict[str, Any]]
    stopped: list[dict[str, Any]]
    resting: list[dict[str, Any]]


class OvertureClientError(Exception):
    """Something could not be asked of the service."""


class Unreachable(OvertureClientError):
    """It did not answer, or not within the time-out: what was asked may have been done."""


class Refused(OvertureClientError):
    """It answered that it does not do that, and why. `retry_after` is when to try again, where that helps."""

    def __init__(self, status: int, reason: str, retry_after: timedelta | None = None) -> None:
        super().__init__(f"{status}: {reason}")
        self.status, self.reason, self.retry_after = status, reason, retry_after


class Client:
    """`api_key` is one of `overture keys add`; `token` is OVERTURE_API_TOKEN, which stands in addresses, and so in the
    logs of proxies; `jwt` one that is signed with OVERTURE_API_JWT_SECRET. One of them is enough.
    """

    def __init__(
        self,
        address: str,
        *,
        api_key: str = "",
        token: str = "",
        jwt: str = "",
        timeout: timedelta = USUAL_TIMEOUT,
    ) -> None:
        self._address = address.rstrip("/")
        self._query = {"token": token} if token else {}
        self._headers = {"Authorization": f"Bearer {api_key or jwt}"} if api_key or jwt else {}
        self._timeout = ClientTimeout(total=timeout.total_seconds())
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = ClientSession(timeout=self._timeout, headers=self._headers, cookie_jar=DummyCookieJar())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    # ------------------------------------------------------------ people

    async def track(
        self,
        event: str,
        person: Named,
        properties: Mapping[str, Any] | None = None,
        *,
        at: datetime | None = None,
        key: str | None = None,
    ) -> EventsTaken:
        """Tell what somebody did. The same `key` counts once."""
        told = {"type": "track", "event": event, "person": person, "properties": properties or {}}
        return await self.events([told | _when(at, key)])

    async def identify(
        self, person: Named, traits: Mapping[str, Any], *, at: datetime | None = None, key: str | None = None
    ) -> EventsTaken:
        """Tell what somebody is."""
        return await self.events([{"type": "identify", "person": person, "traits": traits} | _when(at, key)])

    async def events(self, events: Sequence[Mapping[str, Any]]) -> EventsTaken:
        """At most 500, each in Segment's shape. `errors` says what is wrong with some; Refused where none was taken."""
        return cast(EventsTaken, await self._ask("POST", "/v1/events", body={"batch": list(events)}))

    async def take_people(self, people: Sequence[ToldPerson], *, fill: bool = False) -> PeopleTaken:
        """Make at most 500 known, or bring them up to date (`fill`: only what is missing), which may be done again.

        What became of each is told in their order; Refused where nobody was taken.
        """
        return cast(PeopleTaken, await self._ask("POST", "/v1/people", body={"people": list(people), "fill": fill}))

    async def enrol(
        self, journey: str, person: Named, data: Mapping[str, Any] | None = None, *, key: str | None = None
    ) -> Admitted:
        """Let somebody into a journey. `not_entered` is an answer, too, and `error` says why."""
        path, body = f"/journeys/{_part(journey)}/enrolments", {"person": person, "data": data or {}}
        return cast(Admitted, await self._ask("POST", path, body=body, key=key, also=(409,)))

    async def person_data(self, person: str) -> PersonData:
        """All that is kept of somebody. `person` is our id, a phone number, an e-mail address, or a user id."""
        return cast(PersonData, await self._ask("GET", f"/v1/people/{_part(person)}/data"))

    async def consent(self, person: str) -> ConsentProof:
        return cast(ConsentProof, await self._ask("GET", f"/v1/people/{_part(person)}/consent"))

    async def consent_as_pdf(self, person: str) -> bytes:
        """The same for people to read."""
        return cast(bytes, await self._ask("GET", f"/v1/people/{_part(person)}/consent.pdf"))

    async def erase(self, person: str) -> Erasure:
        return cast(Erasure, await self._ask("DELETE", f"/v1/people/{_part(person)}"))

    async def erasure(self, receipt: str) -> Erasure:
        """What has become of an erasure by now, by the id on its receipt."""
        return cast(Erasure, await self._ask("GET", f"/v1/erasures/{_part(receipt)}"))

    async def rectify_person(self, person: str, attributes: Mapping[str, Any]) -> Sequence[str]:
        """Put right what is known of them (None deletes); the names of what was."""
        told = await self._ask("PATCH", f"/v1/people/{_part(person)}/attributes", body=attributes)
        return [str(one) for one in told["rectified"]]

    async def note_objection(self, person: str) -> None:
        await self._ask("PUT", f"/v1/people/{_part(person)}/objection")

    async def withdraw_objection(self, person: str) -> None:
        await self._ask("DELETE", f"/v1/people/{_part(person)}/objection")

    async def restrict(self, person: str) -> None:
        await self._ask("PUT", f"/v1/people/{_part(person)}/restriction")

    async def lift_restriction(self, person: str, *, informed: str) -> None:
        """`informed` is how they were told of it beforehand (by letter), as the law wants."""
        await self._ask("DELETE", f"/v1/people/{_part(person)}/restriction", body={"informed": informed})

    async def merge(self, person: str, other: Named) -> Merge:
        """Say that two people are one."""
        return cast(Merge, await self._ask("POST", f"/v1/people/{_part(person)}/merges", body={"with": other}))

    async def part(self, person: str) -> Parted:
        """Take back what was merged last: they are two people again."""
        return cast(Parted, await self._ask("DELETE", f"/v1/people/{_part(person)}/merges/latest"))

    async def note_soft_opt_in(self, person: str, channel: str, *, bought: str, text: str) -> None:
        """A customer may be written to about similar products, where the law knows that: what they bought, and the
        words that they were told, with the way to say no."""
        body = {"channel": channel, "bought": bought, "text": text}
        await self._ask("PUT", f"/v1/people/{_part(person)}/soft-opt-in", body=body)

    async def privacy_requests(self, person: str) -> list[PrivacyRequest]:
        told = await self._ask("GET", f"/v1/people/{_part(person)}/requests")
        return cast(list[PrivacyRequest], told["requests"])

    async def open_privacy_requests(self) -> list[PrivacyRequest]:
        """Everybody's that are still to be done, what is due first first; 500 at most."""
        return cast(list[PrivacyRequest], (await self._ask("GET", "/v1/requests"))["requests"])

    async def note_privacy_request(self, person: str, kind: RequestKind, *, how: str) -> PrivacyRequest:
        """Somebody asks for something, and `how` (by e-mail); the answer says until when it is due."""
        body = {"kind": kind, "how": how}
        return cast(PrivacyRequest, await self._ask("POST", f"/v1/people/{_part(person)}/requests", body=body))

    async def settle_privacy_request(self, person: str, request: str, *, outcome: str) -> None:
        """It was done; `request` is its id."""
        body = {"id": request, "outcome": outcome}
        await self._ask("POST", f"/v1/people/{_part(person)}/requests", body=body)

    # ------------------------------------------------------------ conversations

    async def say(self, sender: str, message: str, *, key: str | None = None) -> list[Said]:
        """Say something on the REST channel, and get the answer; the same `key` gets the same answer again."""
        body = {"sender": sender, "message": message} | ({"message_id": key} if key is not None else {})
        return cast(list[Said], await self._ask("POST", "/webhooks/rest/webhook", body=body))

    async def parse(self, text: str) -> ParseData:
        return cast(ParseData, await self._ask("POST", "/model/parse", body={"text": text}))

    async def tracker(self, conversation: str) -> Tracker:
        return cast(Tracker, await self._ask("GET", f"/conversations/{_part(conversation)}/tracker"))

    async def trigger_intent(
        self, conversation: str, intent: str, entities: Mapping[str, Any] | None = None, *, key: str | None = None
    ) -> Acted:
        """Let the dialogue answer an intent; what it says is in `messages`."""
        path, body = (
            f"/conversations/{_part(conversation)}/trigger_intent",
            {"name": intent, "entities": entities or {}},
        )
        return cast(Acted, await self._ask("POST", path, body=body, key=key))

    # ------------------------------------------------------------ words

    async def responses(self) -> Responses:
        """All responses, with where each is said and what is missing."""
        return cast(Responses, await self._ask("GET", "/responses.json"))

    async def response(self, name: str) -> ResponseInFile:
        return cast(ResponseInFile, await self._ask("GET", f"/responses/{_part(name)}.json"))

    async def begin_response(self, name: str, text: str, *, file: str) -> Reworded:
        """Declare a new response in this file of the list; one that Overture has words for begins with those."""
        body = {"response": name, "file": file, "text": text}
        return cast(Reworded, await self._ask("POST", "/responses", body=body))

    async def reword(self, name: str, variations: Sequence[Rewording], *, digest: str) -> Reworded:
        """Write these variations into the file, in place of those that it has; Refused (409) where it no longer is as
        `digest` says, and (422) where they would make anything wrong."""
        body = {"digest": digest, "variations": list(variations)}
        return cast(Reworded, await self._ask("POST", f"/responses/{_part(name)}", body=body))

    async def take_out_response(self, name: str, *, digest: str) -> TakenOut:
        """Take the response out of its file; Refused (409) where that no longer is as `digest` says or something still
        names the response, and (422) where anything would have a fault."""
        return cast(TakenOut, await self._ask("DELETE", f"/responses/{_part(name)}?digest={_part(digest)}"))

    # ------------------------------------------------------------ the service

    async def queues(self) -> Queues:
        return cast(Queues, await self._ask("GET", "/queues.json"))

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        key: str | None = None,
        also: Sequence[int] = (),
    ) -> Any:
        """The answer's JSON, or the bytes of a PDF; raises Refused and Unreachable. `also` are statuses besides 200
        that are an answer."""
        if self._session is None:
            raise OvertureClientError("open the client first: async with Client(...) as overture")
        headers = {"Idempotency-Key": key} if key is not None else {}
        url = f"{self._address}{path}"
        try:
            async with self._session.request(
                method, URL(url, encoded=True), params=self._query, json=body, headers=headers, allow_redirects=False
            ) as response:
                is_pdf = response.content_type == "application/pdf"
                told = await response.read() if is_pdf else await response.json(content_type=None)
                status = response.status
                pause = pause_asked_for(response.headers.get("Retry-After"), response.headers.get("Date"))
        except (ClientError, TimeoutError) as error:
            raise Unreachable(f"{method} {path}: {type(error).__name__}") from error
        except ValueError as error:
            raise Unreachable(f"{method} {path}: what answered there is no Overture") from error
        if status == 200 or status in also:
            return told
        raise Refused(status, _reason(told), pause)


def _when(at: datetime | None, key: str | None) -> dict[str, str]:
    told = {"timestamp": at.isoformat()} if at is not None else {}
    return told | ({"messageId": key} if key is not None else {})


def _part(name: str) -> str:
    return quote(name, safe="")


def _reason(told: Any) -> str:
    """As we tell it, or as Rasa does."""
    return str(told.get("error") or told.get("message") or "no reason given") if isinstance(told, dict) else "no reason"
