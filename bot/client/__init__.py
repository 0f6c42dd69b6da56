"""A thin, typed client of the HTTP API, for Python programs beside the service. `/api` tells of each address.

    async with Client("https://chat.example.com", api_key="ovt_...") as overture:
        await overture.track("pricing.viewed", {"email": "ana@example.com"}, {"plan": "team"})

It tries nothing again: `Refused.retry_after` says when that makes sense, and a `key` makes a second try harmless.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import quote

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, NonHttpUrlClientError
from yarl import URL

from bot.client.shapes import (
    Acted,
    Admitted,
    ConsentProof,
    Erasure,
    EventsTaken,
    Merge,
    Named,
    ParseData,
    Parted,
    PeopleTaken,
    PersonData,
    PrivacyRequest,
    Queues,
    RequestKind,
    ResponseInFile,
    Responses,
    Reworded,
    Rewording,
    Said,
    TakenOut,
    ToldPerson,
    Tracker,
)
from bot.retry_after import pause_asked_for

USUAL_TIMEOUT = timedelta(seconds=30)
"""Longer than the REST channel takes to answer."""

NO_OVERTURE = "what answered there is no Overture"
CANNOT_BE_ASKED = "this cannot be asked: begin the address with https:// or http://, and leave line breaks out of keys"


class OvertureClientError(Exception):
    """Something could not be asked of the service."""


class Unreachable(OvertureClientError):
    """It did not answer, or not in a way that makes sense, or not within the time-out: what was asked may have been
    done."""


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
        credential = (api_key or jwt).strip()  # as a file of it may end in a line break
        self._headers = {"Authorization": f"Bearer {credential}"} if credential else {}
        self._timeout = ClientTimeout(total=timeout.total_seconds())
        self._session: ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._session = ClientSession(timeout=self._timeout, headers=self._headers, cookie_jar=DummyCookieJar())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

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
        return cast(bytes, await self._ask("GET", f"/v1/people/{_part(person)}/consent.pdf", kind=bytes))

    async def erase(self, person: str) -> Erasure:
        return cast(Erasure, await self._ask("DELETE", f"/v1/people/{_part(person)}"))

    async def erasure(self, receipt: str) -> Erasure:
        """What has become of an erasure by now, by the id on its receipt."""
        return cast(Erasure, await self._ask("GET", f"/v1/erasures/{_part(receipt)}"))

    async def rectify_person(self, person: str, attributes: Mapping[str, Any]) -> Sequence[str]:
        """Put right what is known of them (None deletes); the names of what was."""
        names = await self._listed("PATCH", f"/v1/people/{_part(person)}/attributes", "rectified", attributes)
        return [str(name) for name in names]

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
        return await self._listed("GET", f"/v1/people/{_part(person)}/requests", "requests")

    async def open_privacy_requests(self) -> list[PrivacyRequest]:
        """Everybody's that are still to be done, what is due first first; 500 at most."""
        return await self._listed("GET", "/v1/requests", "requests")

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
        return cast(list[Said], await self._ask("POST", "/webhooks/rest/webhook", body=body, kind=list))

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

    async def _listed(self, method: str, path: str, name: str, body: Mapping[str, Any] | None = None) -> list[Any]:
        """The list of this name in the answer."""
        found = (await self._ask(method, path, body=body)).get(name)
        if not isinstance(found, list):
            raise Unreachable(f"{method} {path}: {NO_OVERTURE}")
        return found

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        key: str | None = None,
        also: Sequence[int] = (),
        kind: type = dict,
    ) -> Any:
        """The answer: of this kind, from its JSON, or the bytes of a PDF. `also` are statuses besides 200 that are one.

        Raises Refused, also where a proxy before the service refuses in its own words, and Unreachable.
        """
        if self._session is None:
            raise OvertureClientError("open the client first: async with Client(...) as overture")
        written = _written(body) if body is not None else None
        headers = {"Content-Type": "application/json"} if written is not None else {}
        if key is not None:
            headers["Idempotency-Key"] = key
        try:
            async with self._session.request(
                method,
                URL(f"{self._address}{path}", encoded=True),
                params=self._query,
                data=written,
                headers=headers,
                allow_redirects=False,
            ) as response:
                told = _read(await response.read(), response.content_type)
                status = response.status
                pause = pause_asked_for(response.headers.get("Retry-After"), response.headers.get("Date"))
        except (ValueError, NonHttpUrlClientError) as error:
            raise OvertureClientError(f"{method} {path}: {CANNOT_BE_ASKED}") from error
        except (ClientError, TimeoutError) as error:
            raise Unreachable(f"{method} {path}: {type(error).__name__}") from error
        if status != 200 and status not in also:
            raise Refused(status, _reason(told, status), pause)
        if not isinstance(told, kind):
            raise Unreachable(f"{method} {path}: {NO_OVERTURE}")
        return told


def _when(at: datetime | None, key: str | None) -> dict[str, str]:
    told = {"timestamp": at.isoformat()} if at is not None else {}
    return told | ({"messageId": key} if key is not None else {})


def _part(name: str) -> str:
    return quote(name, safe="")


def _written(body: Mapping[str, Any]) -> bytes:
    try:
        return json.dumps(body, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise OvertureClientError(f"what is to be told cannot be written as JSON: {error}") from error


def _read(content: bytes, content_type: str) -> Any:
    """None where it makes no sense."""
    if content_type == "application/pdf":
        return content
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None


def _reason(told: Any, status: int) -> str:
    """As we tell it, or as Rasa does."""
    if 300 <= status < 400:
        return "this address leads on to another one; is it the service's own, with https:// where that is wanted?"
    return str(told.get("error") or told.get("message") or "no reason given") if isinstance(told, dict) else "no reason"
