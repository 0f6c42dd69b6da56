from __future__ import annotations

import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey

import connectors.webchat
from bot.domain.errors import SettingsError, WebhookRejected
from bot.domain.message import PageReport
from bot.domain.person import Identity
from connectors.visitor_tokens import VisitorTokens
from connectors.webchat.channel import WebchatChannel
from tests.connectors.vendor_server import NOW, SECRET, request_to, settings_for

VISITOR = UUID("5f2c1a44-6d0e-4f0a-9c59-0b7c3d2e1f00")
REPORT = "0b0e7f3c-9f5d-4c8e-8a51-3d2f1f3f7a10"
TOKEN = VisitorTokens(SECRET).issue(VISITOR, "", NOW)
SITE_SECRET = "what only the website and we know, long enough"
ALLOWED = {
    "WEBCHAT_IDENTITY_SECRET": SITE_SECRET,
    "WEBCHAT_ATTRIBUTES": "plan, seats",
    "WEBCHAT_EVENTS": "pricing.viewed",
    "WEBCHAT_JOURNEYS": "trial",
}


def widget(**values: str) -> WebchatChannel:
    return connectors.webchat.build(settings_for(connectors.webchat, values=values))


CHANNEL = widget(**ALLOWED)


def report(channel: WebchatChannel = CHANNEL, **body: Any) -> PageReport:
    raw = json.dumps({"id": REPORT, **body}).encode()
    webhook = channel.parse(request_to("webchat/report", {"authorization": f"Bearer {TOKEN}"}, body=raw))
    [told] = webhook.inbound
    assert webhook.reply.status == 202
    assert isinstance(told, PageReport)
    assert (told.address, told.vendor_id) == (str(VISITOR), f"{VISITOR}:{REPORT}")
    return told


def refusal(channel: WebchatChannel = CHANNEL, **body: Any) -> WebhookRejected:
    with pytest.raises(WebhookRejected) as refused:
        report(channel, **body)
    return refused.value


def proof(name: str, secret: str = SITE_SECRET) -> str:
    return hmac.new(secret.encode(), name.encode(), hashlib.sha256).hexdigest()


def token(secret: str = SITE_SECRET, **claims: Any) -> str:
    whole = {"sub": "42", "exp": int((NOW + timedelta(minutes=5)).timestamp()), **claims}
    return jwt.encode({"alg": "HS256"}, whole, OctKey.import_key(secret))


def test_an_hmac_verifies_the_id_and_not_what_stands_beside_it() -> None:
    told = report(identify={"id": "42", "hash": proof("42"), "email": "Ana@example.com", "phone": "+447700900123"})
    assert told.identities == (
        Identity("user_id", "42", verified=True),
        Identity("email", "ana@example.com"),
        Identity("phone", "+447700900123"),
    )


def test_a_jwt_verifies_all_that_it_says() -> None:
    told = report(identify={"jwt": token(email="ana@example.com", attributes={"tier": "gold"})})
    assert told.identities == (
        Identity("user_id", "42", verified=True),
        Identity("email", "ana@example.com", verified=True),
    )
    assert told.attributes == {"tier": "gold"}


@pytest.mark.parametrize(
    "identify",
    [
        {"id": "42", "hash": proof("43")},
        {"id": "42", "hash": proof("42", "another secret")},
        {"id": "42", "hash": ""},
        {"id": "42", "hash": "é"},
        {"jwt": token("another secret of the right length, as it is")},
        {"jwt": token(exp=int(NOW.timestamp()))},
        {"jwt": token(exp="tomorrow")},
        {"jwt": token(sub="")},
        {"jwt": "eyJhbGciOiJub25lIn0." + token().split(".")[1] + "."},
        {"jwt": "é"},
    ],
)
def test_a_proof_that_is_none_proves_nothing(identify: Any) -> None:
    assert refusal(identify=identify).status == 403


@pytest.mark.parametrize(
    "identify",
    [
        None,
        7,
        {},
        {"id": "42"},
        {"id": "", "hash": proof("")},
        {"id": "x" * 256, "hash": "x"},
        {"id": "4\x002", "hash": proof("4\x002")},
        {"id": "42", "hash": proof("42"), "email": "none"},
        {"id": "42", "hash": proof("42"), "phone": "07700 900123"},
        {"jwt": token(sub="4\x002")},
        {"jwt": token(attributes=["gold"])},
    ],
)
def test_a_malformed_identification_is_told_so(identify: Any) -> None:
    assert refusal(identify=identify).status == 400


def test_the_proof_of_one_id_is_none_of_another_that_is_written_like_it() -> None:
    """Half of a character has no bytes: in its place a `?` was signed, which may well be in the id of somebody else."""
    assert refusal(identify={"id": "a\ud800da", "hash": proof("a?da")}).status == 400


def test_a_jwt_says_nothing_that_no_database_takes() -> None:
    told = report(identify={"jwt": token(attributes={"tier": "go\x00ld", "more": ["\x00x"]})})
    assert told.attributes == {"tier": "gold", "more": ["x"]}


def test_nobody_is_identified_without_a_secret() -> None:
    refused = refusal(widget(), identify={"id": "42", "hash": proof("42", "")})
    assert (refused.status, "WEBCHAT_IDENTITY_SECRET" in refused.reason) == (403, True)


def test_a_secret_that_can_be_guessed_stops_the_start() -> None:
    with pytest.raises(SettingsError, match="32 characters"):
        widget(WEBCHAT_IDENTITY_SECRET="short")


def test_a_page_says_what_the_settings_list() -> None:
    assert report(attributes={"plan": "pro", "seats": 12}).attributes == {"plan": "pro", "seats": 12}
    viewed = report(event="pricing.viewed", data={"page": "/pricing"})
    assert (viewed.event, viewed.data) == ("pricing.viewed", {"page": "/pricing"})
    assert report(journey="trial").journey == "trial"
    assert report(locale="pt-BR").locale == "pt-BR"
    assert report(locale="pt_br").locale == "pt-BR"


@pytest.mark.parametrize(
    ("body", "setting"),
    [
        ({"attributes": {"audience": "partners"}}, "WEBCHAT_ATTRIBUTES"),
        ({"event": "invoice.paid"}, "WEBCHAT_EVENTS"),
        ({"journey": "win-back"}, "WEBCHAT_JOURNEYS"),
    ],
)
def test_a_page_says_nothing_else(body: dict[str, Any], setting: str) -> None:
    refused = refusal(**body)
    assert (refused.status, setting in refused.reason) == (403, True)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"event": "pricing.viewed", "journey": "trial"},
        {"event": 7},
        {"attributes": ["plan"]},
        {"attributes": {"plan": {"deep": 1}}},
        {"attributes": {"plan": "x" * 501}},
        {"attributes": {"seats": 2**60}},
        {"event": "pricing.viewed", "data": {str(number): 1 for number in range(21)}},
        {"event": "pricing.viewed", "data": None},
        {"locale": "<script>"},
        {"contact": {}},
        {"contact": {"email": "ana@"}},
        {"contact": {"phone": "call me"}},
        {"contact": {"email": "ana@example.com\u0000"}},
        {"contact": "ana@example.com"},
        {"locale": None},
    ],
)
def test_a_malformed_report_is_told_so(body: dict[str, Any]) -> None:
    assert refusal(**body).status == 400


@pytest.mark.parametrize(
    ("contact", "claims"),
    [
        ({"email": "Ana@Example.com"}, [("email", "ana@example.com")]),
        ({"phone": "+44 (7700) 900-123", "email": ""}, [("phone", "+447700900123")]),
        ({"phone": "07700 900123"}, []),
    ],
)
def test_how_to_reach_a_visitor_is_what_they_say(contact: dict[str, str], claims: list[tuple[str, str]]) -> None:
    raw = json.dumps({"id": REPORT, "contact": contact}).encode()
    webhook = CHANNEL.parse(request_to("webchat/report", {"authorization": f"Bearer {TOKEN}"}, body=raw))
    [report] = webhook.inbound
    assert isinstance(report, PageReport)
    assert report.left_contact
    assert [(one.kind, one.value, one.verified) for one in report.identities] == [(*one, False) for one in claims]
    assert report.attributes == {name: value for name, value in contact.items() if value}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
)


@given(st.sampled_from(["identify", "attributes", "event", "journey", "locale", "contact"]), ANYTHING, ANYTHING)
def test_whatever_is_told_is_taken_or_refused(kind: str, told: Any, data: Any) -> None:
    raw = json.dumps({"id": REPORT, kind: told, "data": data}).encode()
    try:
        CHANNEL.parse(request_to("webchat/report", {"authorization": f"Bearer {TOKEN}"}, body=raw))
    except WebhookRejected as refused:
        assert refused.status in (400, 403)  # noqa: PT017
