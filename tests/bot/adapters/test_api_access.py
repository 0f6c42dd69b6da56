"""Who may use the HTTP API."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from bot.adapters.api_access import CredentialAccess
from bot.domain.access import Caller, Right, Role
from bot.domain.errors import SettingsError, WebhookRejected
from bot.ports import WebhookRequest
from tests.connectors.vendor_server import NOW

SECRET = "a secret of more than thirty-two bytes"
ADMIN = {"user": {"username": "crm", "role": "admin"}}


def request(query: str = "", **headers: str) -> WebhookRequest:
    return WebhookRequest("GET", f"https://chat.example.com/status?{query}", headers, b"", NOW)


def signed(claims: dict[str, Any], secret: str = SECRET, algorithm: str = "HS256") -> WebhookRequest:
    key = OctKey.import_key(secret.encode())
    token = jwt.encode({"alg": algorithm}, claims, key, algorithms=[algorithm])
    return request(authorization=f"Bearer {token}")


def status_of(access: CredentialAccess, asked: WebhookRequest, conversation: str | None = None) -> int:
    try:
        access.check(asked, conversation)
    except WebhookRejected as refused:
        return refused.status
    return 200


def test_without_a_credential_the_api_is_off() -> None:
    access = CredentialAccess()
    assert not access.is_open
    assert status_of(access, request(host="localhost")) == 404


def test_the_token_opens_everything() -> None:
    access = CredentialAccess(token="s3cret é")
    assert access.is_open
    assert status_of(access, request("token=s3cret%20%C3%A9"), "robin") == 200
    assert status_of(access, request("token=s3cret")) == 401
    assert status_of(access, request()) == 401
    assert status_of(access, signed(ADMIN)) == 401


def test_whoever_sends_the_token_elsewhere_is_told_where_it_goes() -> None:
    with pytest.raises(WebhookRejected, match=r"OVERTURE_API_TOKEN in the address \(\?token="):
        CredentialAccess(token="s3cret").check(request(authorization="Bearer s3cret"))


def test_an_empty_token_is_none() -> None:
    access = CredentialAccess(jwt_secret=SECRET)
    assert status_of(access, request("token=")) == 401


def test_a_jwt_opens_what_its_role_may_do() -> None:
    access = CredentialAccess(jwt_secret=SECRET)
    user = signed({"user": {"username": "robin", "role": "user"}})
    assert status_of(access, signed(ADMIN)) == 200
    assert status_of(access, signed(ADMIN), "robin") == 200
    assert status_of(access, user, "robin") == 200
    assert status_of(access, user, "ana") == 403
    assert status_of(access, user) == 403
    assert status_of(access, signed({"user": {"username": "robin", "role": "guest"}}), "robin") == 403
    assert status_of(access, signed({"user": "robin"}), "robin") == 403
    assert status_of(access, signed({}), "robin") == 403


@pytest.mark.parametrize(
    "asked",
    [
        signed(ADMIN, secret="another secret of more than thirty-two bytes"),
        signed(ADMIN, algorithm="HS512"),
        signed({**ADMIN, "exp": int((NOW - timedelta(seconds=1)).timestamp())}),
        signed({**ADMIN, "exp": "tomorrow"}),
        signed({**ADMIN, "nbf": int((NOW + timedelta(hours=1)).timestamp())}),
        request(authorization="Bearer eyJhbGciOiJub25lIn0.eyJ1c2VyIjp7InJvbGUiOiJhZG1pbiJ9fQ."),
        request(authorization="Bearer"),
        request(authorization="Basic YTpi"),
    ],
    ids=["other secret", "other algorithm", "expired", "bad expiry", "not yet", "unsigned", "empty", "basic"],
)
def test_a_jwt_that_proves_nothing_opens_nothing(asked: WebhookRequest) -> None:
    assert status_of(CredentialAccess(jwt_secret=SECRET), asked, "robin") == 401


def test_a_jwt_is_good_until_it_expires() -> None:
    access = CredentialAccess(jwt_secret=SECRET)
    assert status_of(access, signed({**ADMIN, "exp": int((NOW + timedelta(hours=1)).timestamp())})) == 200


def test_with_both_set_either_will_do() -> None:
    access = CredentialAccess(token="word", jwt_secret=SECRET)
    assert status_of(access, request("token=word")) == 200
    assert status_of(access, signed(ADMIN)) == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "localhost:8080"}, 200),
        ({"host": "[::1]:8080"}, 200),
        ({"host": "127.0.0.1:8080", "origin": "http://127.0.0.1:8080"}, 200),
        ({"host": "127.0.0.1:8080", "origin": "https://evil.example"}, 401),
        ({"host": "evil.example:8080"}, 401),
        ({"host": "["}, 401),
        ({}, 401),
    ],
)
def test_on_a_developers_machine_programs_need_no_credential_and_websites_get_nothing(
    headers: dict[str, str], status: int
) -> None:
    access = CredentialAccess(private=True)
    assert access.is_open
    assert status_of(access, request(**headers), "robin") == status


def test_a_credential_also_holds_on_a_developers_machine() -> None:
    assert status_of(CredentialAccess(token="word", private=True), request(host="localhost:8080")) == 401


def test_a_short_secret_is_refused_and_not_repeated() -> None:
    with pytest.raises(SettingsError, match="OVERTURE_API_JWT_SECRET") as told:
        CredentialAccess(jwt_secret="hunter2")
    assert "hunter2" not in str(told.value)


@pytest.mark.parametrize(
    "access", [CredentialAccess(accounts=True), CredentialAccess(private=True), CredentialAccess()]
)
def test_who_is_known_may_do_what_their_role_may_wherever_that_is(access: CredentialAccess) -> None:
    rep = Caller("key", Role.REP, "ab12", "desk")
    asked = replace(request(), caller=rep)
    assert access.check(asked, None, Right.CONVERSE) == rep
    with pytest.raises(WebhookRejected, match="The role rep may not publish") as refused:
        access.check(asked, None, Right.PUBLISH_JOURNEYS)
    assert refused.value.status == 403
    with pytest.raises(WebhookRejected):
        access.check(asked)  # whoever names no right asks for all of them


def test_with_accounts_the_api_is_there_and_wants_one() -> None:
    access = CredentialAccess(accounts=True)
    assert access.is_open
    with pytest.raises(WebhookRejected, match="/login") as refused:
        access.check(request(host="localhost:8080"))
    assert refused.value.status == 401


def test_a_user_of_rasas_jwt_is_no_admin_elsewhere() -> None:
    caller = CredentialAccess(jwt_secret=SECRET).check(signed({"user": {"username": "robin", "role": "user"}}), "robin")
    assert (caller.kind, caller.role, caller.name) == ("jwt", Role.REP, "robin")
    assert CredentialAccess(jwt_secret=SECRET).check(signed(ADMIN)).role is Role.ADMIN
