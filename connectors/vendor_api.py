"""One vendor's HTTP API, as the CRM connectors call it: one address and no other, one try, our errors."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from yarl import URL

from bot.domain.errors import NotTried, PermanentSendError, SettingsError, TemporarySendError
from bot.ports import Clock, ConnectorSettings, at_once
from bot.ports.tracing import trace_headers
from bot.retry_after import pause_asked_for

TIMEOUT = aiohttp.ClientTimeout(total=12, connect=4)
LARGEST_ANSWER = 4 * 1024 * 1024
EXPIRES_EARLY = timedelta(seconds=60)
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a vendor answered. `body` is its JSON, None where it is none; `retry_after` the pause that it asks for."""

    status: int
    body: Any
    text: str = ""
    retry_after: timedelta | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_trouble(self) -> bool:
        """Whether the vendor is busy or broken, so that the same call may work later, whatever its body says.

        So may one that got into the way of another (409).
        """
        return self.tells_of_record or self.status in (408, 425, 429) or self.status >= 500

    @property
    def tells_of_record(self) -> bool:
        """Whether it is this record alone that cannot be written just now: another call got into the way, or has it."""
        return self.status in (409, 423)


class VendorApi:
    """Calls paths below `url`, and nothing else: this is the whole allow-list of a connector.

    No redirect is followed, for it could lead the data anywhere, and what is put together from a path and a record's
    id is held against the address before it leaves.
    """

    def __init__(self, vendor: str, url: str, settings: ConnectorSettings | None = None) -> None:
        self._vendor = vendor
        self._url = url.rstrip("/")
        self._trust_proxy_settings = settings is None or settings.sandbox_url is None
        self._turn = at_once if settings is None else settings.turn
        self._http: aiohttp.ClientSession | None = None

    async def call(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        form: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        data: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One try, with `body` as JSON, a `form`, or `data` as it is. Raises TemporarySendError without an answer."""
        url = self._below(path)
        await self._turn()
        try:
            async with self._session().request(
                method,
                url,
                json=body,
                data=form if data is None else data,
                params=params,
                headers={**trace_headers(), **(headers or {})},
                allow_redirects=False,
            ) as response:
                text = (await read_answer(response)).decode(errors="replace")
                return Answer(
                    response.status,
                    _json(text),
                    text,
                    pause_asked_for(response.headers.get("Retry-After"), response.headers.get("Date")),
                    response.headers,
                )
        except TimeoutError as error:
            raise TemporarySendError(f"{self._vendor} did not answer in time") from error
        except (aiohttp.ClientError, OSError) as error:
            raise TemporarySendError(f"{self._vendor} cannot be reached: {type(error).__name__}") from None

    def _below(self, path: str) -> URL:
        """Raises PermanentSendError where the path leads out of the address."""
        try:
            url = URL(f"{self._url}{path}")
        except ValueError:
            raise PermanentSendError(f"this is no path at {self._vendor}") from None
        ours = URL(self._url)
        inside = url.raw_path == ours.raw_path or url.raw_path.startswith(f"{ours.raw_path.rstrip('/')}/")
        if not inside or url.origin() != ours.origin():
            raise PermanentSendError(f"this path leads out of {self._vendor}'s address")
        return url

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()
            self._http = None

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None or self._http.closed:
            self._http = aiohttp.ClientSession(
                timeout=TIMEOUT,
                headers={"Accept": "application/json"},
                trust_env=self._trust_proxy_settings,
                connector=aiohttp.TCPConnector(limit=0),  # the caller knows how much may be under way
            )
        return self._http


class AccessToken:
    """A token that `fetch` gets, with how long it holds; kept until shortly before it ends, or until it is refused."""

    def __init__(self, fetch: Callable[[], Awaitable[tuple[str, timedelta]]], clock: Clock) -> None:
        self._fetch = fetch
        self._clock = clock
        self._token = ""
        self._ends: datetime | None = None

    async def get(self) -> str:
        if self._ends is None or self._clock.now() >= self._ends:
            self._token, holds = await self._fetch()
            self._ends = self._clock.now() + max(holds - EXPIRES_EARLY, timedelta())
        return self._token

    def forget(self, token: str) -> None:
        """The vendor has refused this one; a newer one stays."""
        if token == self._token:
            self._ends = None


async def call_with(
    token: AccessToken,
    api: VendorApi,
    method: str,
    path: str,
    *,
    body: Any = None,
    params: Mapping[str, str] | None = None,
) -> Answer:
    """One call with the token. Where that has ended before its time, one more with a new one."""
    word = await token.get()
    answer = await api.call(method, path, body=body, params=params, headers={"Authorization": f"Bearer {word}"})
    if answer.status != 401:
        return answer
    token.forget(word)
    headers = {"Authorization": f"Bearer {await token.get()}"}
    return await api.call(method, path, body=body, params=params, headers=headers)


@contextmanager
def found_after(lag: timedelta) -> Iterator[None]:
    """Around a call that makes what a later try looks for, in a search that lags behind by so long.

    Where it is unknown whether it was made, that try comes when it would be found.
    """
    try:
        yield
    except NotTried:
        raise
    except TemporarySendError as error:
        pause, of_message = max(error.retry_after or lag, lag), error.of_message
        raise TemporarySendError(error.reason, code=error.code, retry_after=pause, of_message=of_message) from error


def marker(key: str) -> str:
    """One word that finds a note of this key again, and that tells nothing."""
    return "overture" + hashlib.sha256(key.encode()).hexdigest()[:24]


_LABELLED = re.compile(r"\b(?:field|column|property|attribute)s?\b\W{0,3}([\w.-]+)", re.IGNORECASE)


def fields_named(words: str, fields: Iterable[str]) -> Sequence[str]:
    """Those of the written `fields` that a vendor's words about a refusal name: behind "field" and the like; else in
    quotes or brackets, where a value may stand, too; else anywhere, for a field's name may be a plain word."""
    labelled = "\n".join(_LABELLED.findall(words))
    quoted = "\n".join(re.findall(r"['\"‘“`\[({]([^'\"’”`\])}]*)['\"’”`\])}]", words))
    named = ([one for one in fields if _stands_in(text, one)] for text in (labelled, quoted, words))
    return next((found for found in named if found), [])


def _stands_in(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w.@-]){re.escape(name)}(?![\w@-])", text, re.IGNORECASE) is not None


def ids_of(settings: ConnectorSettings, name: str, what: str) -> tuple[int, ...]:
    """The numbers of a setting; raises SettingsError where one is none."""
    given = [one.strip() for one in settings.get(name).split(",") if one.strip()]
    if not all(one.isascii() and one.isdecimal() and len(one) <= 9 for one in given):
        raise SettingsError(f"{name} should be ids of {what} with commas between, such as 1,17.")
    return tuple(int(one) for one in given)


def checked_url(name: str, url: str) -> str:
    """The address that a setting names; raises SettingsError unless it is https, or on this machine."""
    parts = urlsplit(url)
    if parts.scheme == "http" and parts.hostname in LOOPBACK:
        return url.rstrip("/")
    if parts.scheme != "https" or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise SettingsError(f'{name} is "{url}": it should be an address such as https://crm.example.com.')
    return url.rstrip("/")


async def read_answer(response: aiohttp.ClientResponse) -> bytes:
    """The answer's body; what is too large to be an answer to us is cut off, and then no JSON."""
    read = bytearray()
    async for chunk in response.content.iter_any():
        read += chunk
        if len(read) > LARGEST_ANSWER:
            break
    return bytes(read[:LARGEST_ANSWER])


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
