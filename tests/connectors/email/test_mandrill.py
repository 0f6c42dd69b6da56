"""What Mandrill (Mailchimp Transactional) tells and receives, as it documents it: a form with one field."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.consent import Consequence
from bot.domain.errors import WebhookRejected
from bot.domain.message import CustomerMessage, SpareAddress
from tests.connectors.email.mail_service import FORM, post

RAW = (
    "From: Ana Example <ana@example.com>\nMessage-ID: <m1@mail.example.com>\nSubject: Your demo\n"
    "MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: quoted-printable\n\n"
    "Tuesday at the caf=C3=A9.\n"
)
MAIL: dict[str, Any] = {
    "event": "inbound",
    "ts": 1796126722,
    "msg": {
        "raw_msg": RAW,
        "email": "hello@harbourline.example",
        "spf": {"result": "pass", "detail": "…"},
        "dkim": {"signed": True, "valid": True},
        "spam_report": {"score": 1.7},
    },
}


def heard(*told: Any, tail: str = "events") -> list[object]:
    body = urlencode({"mandrill_events": json.dumps(told)}).encode()
    return list(post(tail, f"{FORM}; charset=utf-8", body).inbound)


def message(kind: str, **more: Any) -> dict[str, Any]:
    about = {"ts": 1, "subject": "Your demo", "email": "Ana@example.com", "_id": "abcdef01", **more}
    return {"event": kind, "msg": about, "_id": "abcdef01", "ts": 1796126700}


def spared(*told: Any) -> list[tuple[str, Consequence]]:
    return [(one.address, one.cause) for one in heard(*told) if isinstance(one, SpareAddress)]


@pytest.mark.parametrize(
    ("event", "cause"),
    [
        (message("hard_bounce", diag="smtp;550 5.1.1 The email account does not exist."), Consequence.UNREACHABLE),
        (message("hard_bounce", bounce_description="bad_mailbox"), Consequence.UNREACHABLE),
        (message("hard_bounce", diag="smtp;550 5.7.1 blocked"), None),
        (message("soft_bounce", diag="smtp;452 4.2.2 full"), None),
        (message("spam"), Consequence.COMPLAINED),
        (message("unsub"), Consequence.OPTED_OUT),
        (message("send"), None),
        (message("reject"), None),
        (message("deferral"), None),
    ],
)
def test_it_tells_of_addresses(event: dict[str, Any], cause: Consequence | None) -> None:
    assert spared(event) == ([("ana@example.com", cause)] if cause else [])


@pytest.mark.parametrize(
    ("list_", "action", "reason", "cause"),
    [
        ("blacklist", "add", "hard-bounce", Consequence.UNREACHABLE),
        ("denylist", "change", "spam", Consequence.COMPLAINED),
        ("denylist", "add", "unsub", Consequence.OPTED_OUT),
        ("denylist", "add", "custom", Consequence.OPTED_OUT),
        ("denylist", "add", "soft-bounce", None),
        ("denylist", "remove", "unsub", None),
        ("whitelist", "add", "unsub", None),
    ],
)
def test_an_address_on_its_list_is_left_alone_for_the_same_reason(
    list_: str, action: str, reason: str, cause: Consequence | None
) -> None:
    entry = {"email": "ana@example.com", "reason": reason, "last_event_at": "2026-11-24 12:00:00"}
    event = {"type": list_, "action": action, "reject": entry, "ts": 1796126700}
    assert spared(event) == ([("ana@example.com", cause)] if cause else [])


@pytest.mark.parametrize("tail", ["inbound", "events"])
def test_e_mails_and_events_may_come_together_and_to_either_address(tail: str) -> None:
    mail, complaint = heard(message("spam"), MAIL, tail=tail)
    assert isinstance(mail, CustomerMessage)
    assert (mail.address, mail.text, mail.vendor_id) == (
        "ana@example.com",
        "Tuesday at the café.",
        "<m1@mail.example.com>",
    )
    assert isinstance(complaint, SpareAddress)


def with_message(**more: Any) -> dict[str, Any]:
    return {**MAIL, "msg": {**MAIL["msg"], **more}}


@pytest.mark.parametrize(
    "bad",
    [
        with_message(spf={"result": "fail"}, dkim={"signed": False, "valid": False}),
        with_message(raw_msg=""),
        with_message(raw_msg=None),
        {"event": "inbound", "msg": []},
        {"event": "inbound"},
    ],
)
def test_an_e_mail_that_cannot_be_taken_costs_none_of_the_others(bad: dict[str, Any]) -> None:
    """A refusal would have the whole list posted again, and again."""
    (mail,) = heard(bad, MAIL)
    assert isinstance(mail, CustomerMessage)
    assert heard(bad) == []


@pytest.mark.parametrize(("spf", "dkim"), [("fail", {"valid": True}), (None, None), ([], "x"), ({"result": []}, {})])
def test_a_verdict_of_another_shape_costs_no_message(spf: Any, dkim: Any) -> None:
    told = {"result": "fail"} if spf == "fail" else spf
    assert len(heard(with_message(spf=told, dkim=dkim))) == 1


@pytest.mark.parametrize("written", ["", "{", "{}", "[1]", "null", "[" * 5000, json.dumps([{}] * 1001)])
def test_what_is_no_list_of_events_is_refused(written: str) -> None:
    with pytest.raises(WebhookRejected) as refused:
        post("events", FORM, urlencode({"mandrill_events": written}).encode())
    assert refused.value.status == 400


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
ANY = JUNK | st.sampled_from(["inbound", "hard_bounce", "spam", "denylist", "add", "ana@example.com", "email.bounced"])
NAMES = "event msg type action reject email raw_msg spf dkim diag reason data to bounce recipient subscription mail"
SHAPED = st.recursive(
    ANY, lambda inner: st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES.split(), inner)), max_leaves=8
)


@given(st.lists(SHAPED.filter(lambda one: isinstance(one, dict)), max_size=3))
def test_whatever_its_events_have_in_them_is_read_or_refused(told: list[Any]) -> None:
    with suppress(WebhookRejected):
        heard(*told)
    with suppress(WebhookRejected):
        post("events", "application/json", json.dumps(told).encode())
