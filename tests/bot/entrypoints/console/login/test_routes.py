"""Logging in and out over HTTP, by password and at a provider."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any

import pytest
from aiohttp import ClientResponse, CookieJar, web
from aiohttp.test_utils import TestClient, TestServer
from argon2 import PasswordHasher
from joserfc.jwk import OctKey, RSAKey

from bot.adapters.api_access import CredentialAccess
from bot.domain.access import Account, Role
from bot.entrypoints.console.login.answers import safe_path
from bot.entrypoints.serving.http import Server
from bot.entrypoints.wiring.service import Service
from bot.services.keep_accounts import add_user, disable
from bot.services.log_in import IDLE
from tests.bot.entrypoints.console.login.provider import CLIENT, SECRET, LocalProvider
from tests.bot.services.stage import Stage

Client = TestClient[Any, Any]
WORD = "correct horse battery"
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}
HASHED = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(WORD)


@pytest.fixture
async def provider(stage: Stage) -> AsyncIterator[LocalProvider]:
    provider = LocalProvider(now=stage.clock.now)
    async with TestServer(provider.application(), host="127.0.0.1") as server:
        provider.url = str(server.make_url("")).rstrip("/")
        yield provider


@pytest.fixture
async def ada(stage: Stage) -> Account:
    async with stage.store.transaction() as uow:
        return await add_user(uow, "ada@example.com", Role.MARKETER, password=HASHED, who="test", now=stage.clock.now())


@pytest.fixture
async def open_door(service_of: Callable[..., Service], stage: Stage) -> AsyncIterator[Callable[..., Any]]:
    clients: list[Client] = []

    async def opened(**settings: Any) -> Client:
        """A service that wants a login, on a port that its own address names."""
        server = TestServer(_nothing(), host="127.0.0.1")
        await server.start_server()
        port = server.port
        await server.close()
        made = service_of(connectors="", login="always", port=port, **settings)
        service = replace(made, access=CredentialAccess(accounts=True))
        served = TestServer(Server(service).application(), host="127.0.0.1", port=port)
        client: Client = TestClient(served, cookie_jar=CookieJar(unsafe=True))
        await client.start_server()
        clients.append(client)
        return client

    yield opened
    for client in clients:
        await client.close()


@pytest.fixture
async def client(open_door: Callable[..., Any], ada: Account) -> Client:
    return await open_door()  # type: ignore[no-any-return]


def _nothing() -> Any:
    return web.Application()


def form_in(text: str) -> str:
    found = re.search(r'name="form" value="([0-9a-f]+)"', text)
    assert found is not None
    return found[1]


async def log_in(client: Client, password: str = WORD, email: str = "ada@example.com", **more: str) -> ClientResponse:
    form = form_in(await (await client.get("/login")).text())
    given = {"form": form, "email": email, "password": password, **more}
    return await client.post("/login", data=given, headers=SAME_ORIGIN, allow_redirects=False)


def cookie_of(answer: ClientResponse, name: str = "overture") -> Any:
    cookies = SimpleCookie()
    for line in answer.headers.getall("Set-Cookie", []):
        cookies.load(line)
    return cookies.get(name)


async def test_who_logs_in_gets_to_where_they_wanted_and_logs_out_again(client: Client) -> None:
    assert (await client.get("/journeys.json")).status == 401
    answer = await log_in(client, next="/journeys?x=1")
    assert (answer.status, answer.headers["Location"]) == (303, "/journeys?x=1")
    assert (await client.get("/journeys.json")).status == 200
    assert (await client.get("/login", allow_redirects=False)).status == 303
    text = await (await client.get("/account")).text()
    assert "ada@example.com" in text
    left = await client.post("/logout", data={"form": form_in(text)}, headers=SAME_ORIGIN, allow_redirects=False)
    assert left.headers["Clear-Site-Data"] == '"cache", "storage"', "what was typed and not sent is gone"
    assert (left.status, left.headers["Location"]) == (303, "/login")
    assert (await client.get("/journeys.json")).status == 401


async def test_a_cookie_that_was_kept_is_worth_nothing_after_logging_out(client: Client) -> None:
    kept = cookie_of(await log_in(client)).value
    text = await (await client.get("/account")).text()
    await client.post("/logout", data={"form": form_in(text)}, headers=SAME_ORIGIN)
    client.session.cookie_jar.clear()
    assert (await client.get("/journeys.json", cookies={"overture": kept})).status == 401


async def test_the_session_has_a_new_word_whatever_the_browser_brought(client: Client) -> None:
    client.session.cookie_jar.update_cookies({"overture": "chosen by somebody else"})
    cookie = cookie_of(await log_in(client))
    assert cookie.value != "chosen by somebody else"
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["path"] == "/"


async def test_over_https_the_cookie_goes_nowhere_else(open_door: Callable[..., Any], ada: Account) -> None:
    client = await open_door(public_url="https://chat.example.com")
    first = await client.get("/login")
    assert cookie_of(first, "__Host-overture-form")["secure"]
    given = {"form": form_in(await first.text()), "email": "ada@example.com", "password": WORD}
    browser = {"__Host-overture-form": cookie_of(first, "__Host-overture-form").value}
    answer = await client.post("/login", data=given, headers=SAME_ORIGIN, cookies=browser, allow_redirects=False)
    cookie = cookie_of(answer, "__Host-overture")
    assert cookie["secure"]
    assert not cookie["domain"]


async def test_where_a_password_would_go_unencrypted_nobody_can_log_in(open_door: Callable[..., Any]) -> None:
    client = await open_door(public_url="http://chat.example.com")
    assert (await client.get("/login")).status == 403
    assert (await client.post("/login", headers=SAME_ORIGIN)).status == 403


async def test_every_refusal_reads_alike(client: Client, stage: Stage, ada: Account) -> None:
    told = set()
    for email, password in (("ada@example.com", "wrong"), ("nobody@example.com", WORD)):
        answer = await log_in(client, password, email)
        assert answer.status == 401
        assert cookie_of(answer) is None
        told.add((await answer.text()).replace(email, ""))
    async with stage.store.transaction() as uow:
        await disable(uow, ada, who="test", now=stage.clock.now())
    told.add((await (await log_in(client)).text()).replace("ada@example.com", ""))
    assert len(told) == 1


async def test_a_form_of_another_website_or_of_another_browser_is_refused(client: Client) -> None:
    form = form_in(await (await client.get("/login")).text())
    given = {"form": form, "email": "ada@example.com", "password": WORD}
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "null"}, {}):
        assert (await client.post("/login", data=given, headers=headers)).status == 403
    other = await client.post("/login", data={**given, "form": "0" * 64}, headers=SAME_ORIGIN)
    assert other.status == 400
    client.session.cookie_jar.clear()
    assert (await client.post("/login", data=given, headers=SAME_ORIGIN)).status == 400


@pytest.mark.parametrize("path", ["/login", "/logout"])
async def test_what_is_no_form_is_refused(client: Client, path: str) -> None:
    await log_in(client)
    for content_type, body in (
        ("application/x-www-form-urlencoded; charset=nonsense", b"form=x"),
        ("application/x-www-form-urlencoded", b"form=\xff"),
        ("multipart/form-data", b"form"),
        (
            "multipart/form-data; boundary=a",
            b'--a\r\nContent-Disposition: form-data; name="\x18"\r\n\r\nx\r\n--a--\r\n',
        ),
    ):
        answer = await client.post(path, data=body, headers={**SAME_ORIGIN, "Content-Type": content_type})
        assert (answer.status, await answer.json()) == (400, {"error": "the body is not the form that its headers say"})


async def test_half_of_a_character_in_the_forms_token_fits_no_browser(client: Client) -> None:
    await client.get("/login")
    headers = {**SAME_ORIGIN, "Content-Type": "application/x-www-form-urlencoded; charset=utf-7"}
    assert (await client.post("/login", data=b"form=+2AA-", headers=headers)).status == 400


@pytest.mark.parametrize("cookie", ["overture", "overture-form"])
async def test_a_cookie_that_is_no_text_is_none_of_ours(client: Client, cookie: str) -> None:
    for method, path, status in (("GET", "/login", 200), ("POST", "/login", 400), ("POST", "/logout", 303)):
        reader, writer = await asyncio.open_connection(client.host, client.port)
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {client.host}\r\nConnection: close\r\nSec-Fetch-Site: same-origin\r\n"
        )
        writer.write(head.encode() + b"Content-Length: 0\r\nCookie: " + cookie.encode() + b"=\xff\r\n\r\n")
        assert (await reader.readline()).startswith(f"HTTP/1.1 {status} ".encode())
        writer.close()


async def test_a_session_changes_nothing_for_another_website(client: Client) -> None:
    await log_in(client)
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "same-site"}, {}):
        answer = await client.post("/journeys/check", json={}, headers=headers)
        assert answer.status == 403, headers
    here = {"Origin": str(client.make_url("")).rstrip("/")}
    assert (await client.post("/journeys/check", json={}, headers=here)).status == 400
    refused = await client.post("/logout", data={"form": "0"}, headers=SAME_ORIGIN)
    assert refused.status == 403
    assert (await client.get("/journeys.json")).status == 200


async def test_a_role_that_may_not_says_so_and_is_not_logged_out(client: Client) -> None:
    await log_in(client)
    answer = await client.get("/v1/people/ana/data")
    assert answer.status == 403
    assert "The role marketer may not" in (await answer.json())["error"]
    assert (await client.get("/account")).status == 200


async def test_a_session_ends_by_itself(client: Client, stage: Stage) -> None:
    await log_in(client)
    stage.clock.forward(IDLE - timedelta(minutes=1))
    assert (await client.get("/journeys.json")).status == 200
    stage.clock.forward(IDLE)
    assert (await client.get("/journeys.json")).status == 401


async def test_logging_out_everywhere_ends_the_sessions_of_other_browsers(client: Client) -> None:
    elsewhere = cookie_of(await log_in(client)).value
    client.session.cookie_jar.clear()
    await log_in(client)
    form = form_in(await (await client.get("/account")).text())
    await client.post("/logout", data={"form": form, "everywhere": "yes"}, headers=SAME_ORIGIN)
    client.session.cookie_jar.clear()
    assert (await client.get("/journeys.json", cookies={"overture": elsewhere})).status == 401


async def test_the_pages_have_no_script_no_frame_and_no_cache(client: Client) -> None:
    answer = await client.get("/login")
    policy = answer.headers["Content-Security-Policy"]
    assert "script-src" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    shown = await log_in(client, "wrong", '"><script>alert(1)</script>')
    assert "<script>" not in await shown.text()


@pytest.mark.parametrize(
    "path",
    ["", "//evil.example", "https://evil.example", "/\\evil.example", "journeys", "/a\n", "/é", "/" + "a" * 1000],
)
def test_a_login_leads_to_no_other_website(path: str) -> None:
    assert safe_path(path) == "/account"


# ---------------------------------------------------------------- at a provider


def at(provider: LocalProvider, **more: Any) -> dict[str, Any]:
    return {
        "oidc_issuer": provider.url,
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SECRET,
        "oidc_domains": "example.com",
        **more,
    }


async def come_back(client: Client, path: str = "/login/provider?next=/journeys") -> ClientResponse:
    """Follow to the provider and back, as a browser does; the last answer of ours."""
    left = await client.get(path, allow_redirects=False)
    assert left.status == 303
    there = await client.session.get(left.headers["Location"], allow_redirects=False)
    return await client.session.get(there.headers["Location"], allow_redirects=False)


async def test_who_logs_in_at_the_provider_is_in(
    open_door: Callable[..., Any], provider: LocalProvider, stage: Stage
) -> None:
    client = await open_door(**at(provider))
    answer = await come_back(client)
    assert (answer.status, answer.headers["Location"]) == (303, "/journeys")
    assert (await client.get("/journeys.json")).status == 200
    async with stage.store.transaction() as uow:
        account = await uow.accounts.by_email("ada@example.com")
    assert account is not None
    assert (account.role, account.password, account.subject) == (Role.READ_ONLY, "", f"{provider.url}|7")


async def test_groups_give_a_role_each_time_anew(
    open_door: Callable[..., Any], provider: LocalProvider, stage: Stage
) -> None:
    client = await open_door(**at(provider, oidc_roles="legal=compliance, sales=rep"))
    for groups, role in ((["sales", "all"], Role.REP), (["sales", "legal"], Role.COMPLIANCE)):
        provider.claims["groups"] = groups
        assert (await come_back(client)).status == 303
        async with stage.store.transaction() as uow:
            assert [one.role for one in await uow.accounts.all()] == [role]
    provider.claims["groups"] = ["all"]
    assert (await come_back(client)).status == 403


async def test_an_account_is_joined_by_a_proved_address_once(
    open_door: Callable[..., Any], provider: LocalProvider, stage: Stage, ada: Account
) -> None:
    client = await open_door(**at(provider, oidc_domains=""))
    assert (await come_back(client)).status == 303
    async with stage.store.transaction() as uow:
        joined = await uow.accounts.get(ada.id)
    assert joined is not None
    assert (joined.role, joined.subject) == (Role.MARKETER, f"{provider.url}|7")
    provider.claims["sub"] = "8"  # the address was given to somebody else
    assert (await come_back(client)).status == 403


@pytest.mark.parametrize(
    "claims",
    [
        {"email_verified": False},
        {"email_verified": "true"},
        {"email_verified": None},
        {"email": None},
        {"email": "ada@evil.example"},
        {"email": "ada@evil.example@"},
        {"email": 7},
    ],
)
async def test_who_is_not_proved_to_be_one_of_us_stays_out(
    open_door: Callable[..., Any], provider: LocalProvider, claims: dict[str, Any]
) -> None:
    client = await open_door(**at(provider))
    provider.spoil = claims
    assert (await come_back(client)).status == 403
    assert (await client.get("/journeys.json")).status == 401


@pytest.mark.parametrize("email", ["\u017fam@example.com", "\u212aim@example.com", "ada@example.\u212aim"])
async def test_an_address_that_only_looks_like_another_opens_no_account(
    open_door: Callable[..., Any], provider: LocalProvider, stage: Stage, email: str
) -> None:
    async with stage.store.transaction() as uow:
        for one in ("sam@example.com", "kim@example.com", "ada@example.kim"):
            await add_user(uow, one, Role.ADMIN, password="", who="test", now=stage.clock.now())
    client = await open_door(**at(provider, oidc_domains=""))
    provider.claims["email"] = email
    assert (await come_back(client)).status == 403


async def test_a_provider_of_everybody_lets_in_only_who_has_an_account(
    open_door: Callable[..., Any], provider: LocalProvider
) -> None:
    client = await open_door(**at(provider, oidc_domains=""))
    answer = await come_back(client)
    assert answer.status == 403
    assert "overture users add" in await answer.text()


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example"},
        {"aud": "another client"},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"exp": 1},
        {"exp": None},
        {"iat": 2**40},
        {"nonce": "another"},
        {"nonce": None},
        {"sub": ""},
        {"sub": 7},
    ],
)
async def test_a_token_that_is_not_for_this_login_opens_nothing(
    open_door: Callable[..., Any], provider: LocalProvider, claims: dict[str, Any]
) -> None:
    client = await open_door(**at(provider))
    provider.spoil = claims
    assert (await come_back(client)).status == 502
    assert (await client.get("/journeys.json")).status == 401


async def test_a_token_that_another_key_signed_opens_nothing(
    open_door: Callable[..., Any], provider: LocalProvider
) -> None:
    client = await open_door(**at(provider))
    provider.sign_with = RSAKey.generate_key(2048, {"kid": "one"})
    assert (await come_back(client)).status == 502
    provider.sign_with, provider.algorithm = OctKey.import_key(SECRET.encode() * 2), "HS256"
    assert (await come_back(client)).status == 502


async def test_new_keys_of_the_provider_are_fetched(
    open_door: Callable[..., Any], provider: LocalProvider, stage: Stage
) -> None:
    client = await open_door(**at(provider))
    assert (await come_back(client)).status == 303
    provider.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
    stage.clock.forward(timedelta(minutes=2))
    assert (await come_back(client)).status == 303


async def test_only_the_browser_that_left_comes_back_and_once(
    open_door: Callable[..., Any], provider: LocalProvider, stage: Stage
) -> None:
    client = await open_door(**at(provider))
    left = await client.get("/login/provider", allow_redirects=False)
    away = cookie_of(left, "overture-away").value
    there = await client.session.get(left.headers["Location"], allow_redirects=False)
    back = there.headers["Location"]
    client.session.cookie_jar.clear()
    assert (await client.session.get(back)).status == 400
    for forged in ("", "x", f"{away}0", away.replace(".", "..", 1)):
        assert (await client.session.get(back, cookies={"overture-away": forged})).status == 400
    assert (await client.session.get(f"{back}0", cookies={"overture-away": away})).status in (400, 502)
    assert (await client.session.get(back, cookies={"overture-away": away})).status == 400
    left = await client.get("/login/provider", allow_redirects=False)
    stage.clock.forward(timedelta(minutes=11))
    there = await client.session.get(left.headers["Location"], allow_redirects=False)
    assert (await client.session.get(there.headers["Location"])).status == 400


async def test_a_provider_that_is_away_is_told_of_plainly(
    open_door: Callable[..., Any], provider: LocalProvider
) -> None:
    client = await open_door(**at(provider, oidc_issuer="http://127.0.0.1:9"))
    answer = await client.get("/login/provider")
    assert answer.status == 502
    assert "log" in await answer.text()
