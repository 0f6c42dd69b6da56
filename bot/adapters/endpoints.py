"""Endpoints of other systems, which journeys tell something: JSON by POST, signed so that they know it is from us."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

import aiohttp

from bot.domain.errors import PermanentSendError, TemporarySendError
from bot.ports import Clock
from bot.ports.tracing import trace_headers
from bot.retry_after import pause_asked_for

TIMEOUT = aiohttp.ClientTimeout(total=20, connect=5)
TRY_AGAIN = frozenset({408, 409, 423, 425, 429})
"""Answers below 500 after which another try may succeed."""

METADATA = tuple(map(ip_address, ("fd00:ec2::254", "fd20:ce::254", "100.100.100.200", "168.63.129.16")))
"""Where AWS (IPv6), Google Cloud (IPv6), Alibaba and Azure (WireServer) keep a machine's credentials; others are
link-local."""

NAT64 = tuple(map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48")))
"""Addresses that a network without IPv4 translates: the last four bytes are what is reached (RFC 6052, RFC 8215)."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where it is, and the secret that only it and we know."""

    url: str
    secret: str


class NoServerThere(OSError):
    """The name of an endpoint leads to an address where a cloud keeps its machine's own credentials, or to nobody."""


class SignedEndpoints:
    """The endpoints by their names.

    `Overture-Signature: t=<seconds since 1970>,v1=<hex>` carries the HMAC-SHA256 of `<t>.<body>` under the endpoint's
    secret: whoever checks it, and that `t` is not minutes old, knows that this very body came from us just now.
    `Idempotency-Key` is the same for each try of one call.
    """

    def __init__(self, endpoints: Mapping[str, Endpoint], clock: Clock) -> None:
        self._endpoints = dict(endpoints)
        self._clock = clock
        self._http: aiohttp.ClientSession | None = None

    @property
    def names(self) -> Collection[str]:
        return self._endpoints.keys()

    async def call(self, name: str, body: Mapping[str, Any], *, key: str) -> None:
        endpoint = self._endpoints.get(name)
        if endpoint is None:
            raise PermanentSendError(f'there is no endpoint "{name}"')
        written = _written(body)
        headers = {
            **trace_headers(),
            "Content-Type": "application/json",
            "Idempotency-Key": key,
            "Overture-Signature": signature(endpoint.secret, written, int(self._clock.now().timestamp())),
        }
        try:
            # A redirect could lead the data anywhere, so none is followed.
            async with self._session().post(
                endpoint.url, data=written, headers=headers, allow_redirects=False
            ) as response:
                status = response.status
                pause = pause_asked_for(response.headers.get("Retry-After"), response.headers.get("Date"))
        except TimeoutError as error:
            raise TemporarySendError(f'the endpoint "{name}" did not answer in time') from error
        except aiohttp.ClientConnectorError as error:
            why = error.os_error if isinstance(error.os_error, NoServerThere) else type(error).__name__
            raise TemporarySendError(f'the endpoint "{name}" cannot be reached: {why}') from error
        except (aiohttp.ClientError, OSError) as error:
            raise TemporarySendError(f'the endpoint "{name}" cannot be reached: {type(error).__name__}') from error
        if 200 <= status < 300:
            return
        refused = f'the endpoint "{name}" answered {status}'
        if status >= 500 or status in TRY_AGAIN:
            raise TemporarySendError(refused, retry_after=pause)
        raise PermanentSendError(refused)

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()
            self._http = None

    def _session(self) -> aiohttp.ClientSession:
        if self._http is None or self._http.closed:
            # The caller knows how much may be under way; at one that is slow no other endpoint's calls wait for a line.
            line = aiohttp.TCPConnector(limit=0, socket_factory=socket_to_a_server)
            self._http = aiohttp.ClientSession(timeout=TIMEOUT, connector=line)
        return self._http


def socket_to_a_server(address: aiohttp.AddrInfoType) -> socket.socket:
    """For the very address that is connected to, however it was written and whatever its name led to a moment ago.

    Other networks of yours stay open: an endpoint may well be one of your own systems.
    """
    family, kind, protocol, _, (host, *_) = address
    found = _reached(ip_address(str(host).partition("%")[0]))
    if found.is_link_local or found.is_unspecified or found.is_multicast or found in METADATA:
        raise NoServerThere(f"its name leads to {found}, where no endpoint can be")
    return socket.socket(family=family, type=kind, proto=protocol)


def _reached(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Who is reached at it, where IPv4 is written as IPv6."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return IPv4Address(address.packed[-4:]) if any(address in network for network in NAT64) else address


def _written(body: Mapping[str, Any]) -> bytes:
    try:
        text = json.dumps(body, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=str)
        return text.encode()
    except (ValueError, RecursionError) as error:  # a number or a character that JSON does not have
        raise PermanentSendError(f"what it is to be told cannot be written as JSON: {error}") from error


def signature(secret: str, body: bytes, at: int) -> str:
    """The value of `Overture-Signature` for this body at this moment, in seconds since 1970."""
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"
