"""Who may ask as an agent of Dialogflow's."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.errors import WebhookRejected
from connectors.dialogflow.access import Access, Credentials
from tests.connectors.dialogflow.agent import AGENT, BASIC, SECRET, asked, channel, cx_request, google, id_token
from tests.connectors.vendor_server import NOW


def basic(pair: str) -> dict[str, str]:
    return {"authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def refusal(headers: Mapping[str, str], credentials: Credentials | None = None) -> tuple[int, str]:
    with pytest.raises(WebhookRejected) as refused:
        channel(credentials=credentials).parse(asked(cx_request("hi"), headers=headers))
    return refused.value.status, refused.value.reason


@pytest.mark.parametrize(
    "headers", [{"x-overture-secret": SECRET}, basic(BASIC), bearer(id_token())], ids=["secret", "basic", "token"]
)
def test_each_credential_opens(headers: dict[str, str]) -> None:
    assert channel().parse(asked(cx_request("hi"), headers=headers)).inbound


@pytest.mark.parametrize("headers", [{"x-overture-secret": SECRET + "!"}, basic("dialogflow:another"), bearer("a.b.c")])
def test_a_wrong_credential_is_refused(headers: dict[str, str]) -> None:
    assert refusal(headers)[0] == 403


def test_a_request_without_any_is_told_what_is_asked_for() -> None:
    assert refusal({}) == (
        401,
        "The request has none of what is asked for here: the header X-Overture-Secret or Basic authentication "
        "or an ID token of the agent's service agent.",
    )
    assert refusal({}, Credentials(SECRET))[1].endswith("asked for here: the header X-Overture-Secret.")


def test_a_credential_that_is_not_set_opens_nothing() -> None:
    only_secret = Credentials(SECRET)
    for headers in ({"x-overture-secret": ""}, basic(":"), bearer(id_token())):
        assert refusal(headers, only_secret)[0] == 401


@pytest.mark.parametrize(
    ("claims", "why"),
    [
        ({"aud": "https://other.example.com/channels/dialogflow/cx"}, "for another address"),
        ({"aud": None}, "for another address"),
        ({"iss": "https://accounts.example.com"}, "issuer"),
        ({"exp": int(NOW.timestamp()) - 61}, "expired"),
        ({"iat": int(NOW.timestamp()) + 61}, "of the future"),
        ({"exp": None}, "lacks iat or exp"),
        ({"email": "somebody@example.iam.gserviceaccount.com"}, "not of the service agent"),
        ({"email_verified": False}, "not of the service agent"),
    ],
)
def test_a_token_of_googles_that_is_not_for_us_is_refused(claims: dict[str, Any], why: str) -> None:
    status, reason = refusal(bearer(id_token(**claims)))
    assert status == 403
    assert why in reason


def test_a_token_that_somebody_else_has_signed_is_refused() -> None:
    assert refusal(bearer(id_token(key=google("somebody else's"))))[0] == 403


@given(
    token=st.text(max_size=60) | st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode() + ".")
)
@settings(max_examples=100, deadline=None)
def test_whatever_stands_for_a_token_is_refused(token: str) -> None:
    assert refusal(bearer(token))[0] in (401, 403)


# ---------------------------------------------------------------- Google's keys


@pytest.fixture
async def keys() -> AsyncIterator[tuple[Access, list[int], ClientSession]]:
    """An access whose keys come from a server; the list counts the calls, and its first item is the server's status."""
    calls = [200]

    async def serve(request: web.Request) -> web.StreamResponse:
        """In two parts, as what is longer than a packet comes."""
        calls.append(1)
        key = google().as_dict(private=False, kid="google 1")
        told = json.dumps({"keys": [key, {"kty": "EC", "kid": "x"}, 7]}).encode()
        response = web.StreamResponse(status=calls[0])
        await response.prepare(request)
        for part in (told[:100], told[100:]):
            await response.write(part)
            await asyncio.sleep(0.02)
        return response

    app = web.Application()
    app.router.add_get("/certs", serve)
    async with TestServer(app) as server, ClientSession() as http:
        yield Access(Credentials(service_agent=AGENT), str(server.make_url("/certs"))), calls, http


async def test_googles_keys_are_fetched_once_an_hour(keys: tuple[Access, list[int], ClientSession]) -> None:
    access, calls, http = keys
    for minutes in (0, 1, 59):
        request = asked(cx_request("hi"), headers=bearer(id_token()), at=NOW + timedelta(minutes=minutes))
        await access.prepare(request, http)
        access.check(request)
    assert calls == [200, 1]
    await access.prepare(asked(cx_request("hi"), headers=bearer(id_token()), at=NOW + timedelta(hours=2)), http)
    assert calls == [200, 1, 1]


async def test_made_up_keys_do_not_make_us_ask_google_again_and_again(
    keys: tuple[Access, list[int], ClientSession],
) -> None:
    access, calls, http = keys
    await access.prepare(asked(cx_request("hi"), headers=bearer(id_token())), http)
    made_up = base64.urlsafe_b64encode(b'{"kid": "made up"}').decode() + ".e30.x"
    for seconds in range(61, 71):
        at = NOW + timedelta(seconds=seconds)
        await access.prepare(asked(cx_request("hi"), headers=bearer(made_up), at=at), http)
    assert calls == [200, 1, 1]


async def test_keys_that_cannot_be_fetched_leave_those_that_are_here(
    keys: tuple[Access, list[int], ClientSession],
) -> None:
    access, calls, http = keys
    request = asked(cx_request("hi"), headers=bearer(id_token()))
    await access.prepare(request, http)
    calls[0] = 500
    late = asked(
        cx_request("hi"), headers=bearer(id_token(exp=int(NOW.timestamp()) + 9000)), at=NOW + timedelta(hours=2)
    )
    await access.prepare(late, http)
    access.check(late)


async def test_a_request_without_a_token_fetches_nothing(keys: tuple[Access, list[int], ClientSession]) -> None:
    access, calls, http = keys
    await access.prepare(asked(cx_request("hi"), headers={}), http)
    assert calls == [200]
