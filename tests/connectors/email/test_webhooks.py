"""What reaches us over HTTP: e-mails of customers, and links to unsubscribe."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from contextlib import suppress
from time import process_time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.domain.consent import Consequence
from bot.domain.errors import WebhookRejected
from bot.domain.message import CustomerMessage, SpareAddress
from bot.ports import Webhook, WebhookRequest
from connectors.email.unsubscribe import BY_ONE_CLICK, ON_THE_PAGE, UnsubscribeLinks
from tests.connectors.email.mail_service import CHANNEL, FORM, multipart, post
from tests.connectors.vendor_server import NOW, SECRET, SERVICE_URL, request_to

LINKS = UnsubscribeLinks(SECRET, SERVICE_URL)
HEADERS = "Message-ID: <m1@mail.example.com>\r\nDate: Tue, 24 Nov 2026 12:00:00 +0000\r\n"
SENDGRID = {
    "headers": HEADERS,
    "from": "Ana Example <Ana@Example.com>",
    "to": "hello@harbourline.example",
    "subject": "Your demo",
    "text": "Tuesday.\r\n\r\nOn Mon, 23 Nov 2026, Harbourline wrote:\r\n> When?\r\n",
    "html": "<p>Tuesday.</p>",
    "envelope": '{"to":["hello@harbourline.example"],"from":"ana@example.com"}',
    "SPF": "pass",
}


def mail(fields: Mapping[str, bytes | str]) -> CustomerMessage:
    (message,) = post("inbound", *multipart(fields)).inbound
    assert isinstance(message, CustomerMessage)
    return message


# ---------------------------------------------------------------- e-mails of customers


def test_a_reply_is_what_was_written_and_from_whom_in_which_thread() -> None:
    thread = "In-Reply-To: <k@harbourline.example>\r\nReferences: <0@x.example>\r\n <k@harbourline.example>\r\n"
    assert mail({**SENDGRID, "headers": HEADERS + thread}) == CustomerMessage(
        "email",
        "<m1@mail.example.com>",
        "ana@example.com",
        "Tuesday.",
        metadata={"subject": "Your demo", "references": "<0@x.example> <k@harbourline.example>"},
        quotes="<k@harbourline.example>",
    )


RAW = (
    b"From: Ana Example <ana@example.com>\r\nTo: hello@harbourline.example\r\nSubject: Your demo\r\n"
    b"Message-ID: <m2@mail.example.com>\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\r\n"
    b"Tuesday at the caf\xe9.\r\n\r\nOn Mon, 23 Nov 2026, Harbourline wrote:\r\n> When?\r\n"
)


@pytest.mark.parametrize("name", ["email", "body-mime"])
def test_an_e_mail_may_be_posted_whole_in_a_field_of_the_form(name: str) -> None:
    posted = {name: value for name, value in SENDGRID.items() if name not in ("headers", "text", "html")}
    message = mail({**posted, name: RAW})
    assert (message.vendor_id, message.text) == ("<m2@mail.example.com>", "Tuesday at the café.")
    with pytest.raises(WebhookRejected, match="not from whom"):
        mail({**posted, name: RAW, "SPF": "fail"})


def test_a_field_that_only_has_the_name_is_no_e_mail() -> None:
    assert mail({**SENDGRID, "email": "ana@example.com"}).text == "Tuesday."


def test_mailgun_posts_the_same_by_other_names() -> None:
    fields = {
        "sender": "ana@example.com",
        "from": "Ana Example <ana@example.com>",
        "recipient": "hello@harbourline.example",
        "subject": "Your demo",
        "body-plain": "Tuesday.\r\n-- \r\nAna",
        "message-headers": json.dumps([["Message-Id", "<m1@mail.example.com>"], ["Subject", "Your demo"]]),
    }
    (message,) = post("inbound", FORM, urlencode(fields).encode()).inbound
    assert isinstance(message, CustomerMessage)
    assert (message.vendor_id, message.address, message.text) == (
        "<m1@mail.example.com>",
        "ana@example.com",
        "Tuesday.",
    )


POSTMARK: dict[str, Any] = {
    "From": "Ana@Example.com",
    "FromFull": {"Email": "Ana@Example.com", "Name": "Ana", "MailboxHash": ""},
    "Subject": "Your demo",
    "MessageID": "22c74902-a0c1-4511-804f2-341342852c90",
    "TextBody": "Tuesday.\n\nOn Mon, 23 Nov 2026, Harbourline wrote:\n> When?\n",
    "HtmlBody": "<p>Tuesday.</p>",
    "Headers": [
        {"Name": "Received-SPF", "Value": "Pass (sender SPF authorized) identity=mailfrom"},
        {"Name": "Message-ID", "Value": "<m1@mail.example.com>"},
    ],
    "Attachments": [{"Name": "a.txt", "Content": "bm8="}],
}


def by_json(told: Mapping[str, Any]) -> CustomerMessage:
    (message,) = post("inbound", "application/json; charset=utf-8", json.dumps(told).encode()).inbound
    assert isinstance(message, CustomerMessage)
    return message


def test_postmark_posts_the_same_as_json() -> None:
    assert by_json(POSTMARK) == CustomerMessage(
        "email",
        "<m1@mail.example.com>",
        "ana@example.com",
        "Tuesday.",
        metadata={"subject": "Your demo", "references": ""},
    )
    assert by_json({**POSTMARK, "TextBody": ""}).text == "Tuesday."
    assert by_json({**POSTMARK, "Headers": []}).vendor_id == POSTMARK["MessageID"]
    assert by_json({**POSTMARK, "Headers": [{"Name": "Auto-Submitted", "Value": "auto-replied"}]}).automatic
    with pytest.raises(WebhookRejected) as refused:
        by_json({**POSTMARK, "Headers": [{"Name": "Received-SPF", "Value": "Fail (not authorized)"}]})
    assert refused.value.status == 406


@pytest.mark.parametrize("headers", [None, [1], [{"Name": "Message-ID"}], [["Message-ID"]], {}, "x"])
def test_headers_that_are_none_cost_no_message(headers: Any) -> None:
    assert by_json({**POSTMARK, "Headers": headers}).text == "Tuesday."


@pytest.mark.parametrize(
    ("text", "charset", "read"),
    [
        ("Dienstag wäre schön".encode("iso-8859-1"), "iso-8859-1", "Dienstag wäre schön"),
        ("火曜日".encode("shift_jis"), "shift_jis", "火曜日"),
        ("schön".encode(), "utf-8", "schön"),
        ("schön".encode("iso-8859-1"), "utf-8", "schön"),
        ("schön".encode(), "no-such-charset", "schön"),
        ("schön".encode(), "ascii", "schön"),
        (b"\xff\xfe\x00 ok", "utf-8", "ÿþ ok"),
        (b"bcher-kva", "punycode", "bcher-kva"),
        (b"a\\u0062", "Unicode_Escape", "a\\u0062"),
    ],
)
def test_whatever_the_charset_the_message_is_read(text: bytes, charset: str, read: str) -> None:
    charsets = json.dumps({"text": charset})
    assert mail({**SENDGRID, "text": text, "charsets": charsets}).text == read
    body = urlencode({**SENDGRID, "text": text, "charsets": charsets}).encode()
    (message,) = post("inbound", FORM, body).inbound
    assert isinstance(message, CustomerMessage)
    assert message.text == read


@pytest.mark.parametrize(
    "told",
    [
        {"attachments": "1", "attachment-info": '{"attachment1": {"filename": "invite.ics", "type": "text/calendar"}}'},
        {"attachments": '[{"url": "https://x.example/1", "content-type": "text/calendar", "size": 9}]'},
    ],
)
def test_an_answer_to_an_invitation_without_words_is_by_a_program(told: dict[str, str]) -> None:
    fields = {**SENDGRID, "html": "", "subject": "Accepted: Your demo", **told}
    assert mail({**fields, "text": ""}).automatic
    assert not mail({**fields, "text": "Looking forward to it"}).automatic


def test_a_message_in_html_alone_is_read_and_one_with_a_subject_alone_is_its_subject() -> None:
    assert mail({**SENDGRID, "text": "", "html": "<p>Friday &amp; Monday</p>"}).text == "Friday & Monday"
    assert mail({**SENDGRID, "text": "", "html": "", "subject": "unsubscribe"}).text == "unsubscribe"


def test_files_are_left_out() -> None:
    content_type, body = multipart(SENDGRID)
    file = b'--xYzZY\r\nContent-Disposition: form-data; name="text"; filename="a.txt"\r\n\r\nno\r\n'
    (message,) = post("inbound", content_type, file + body).inbound
    assert isinstance(message, CustomerMessage)
    assert message.text == "Tuesday."


def test_a_message_without_an_id_has_the_same_one_when_it_comes_again() -> None:
    without = {**SENDGRID, "headers": "Date: Tue, 24 Nov 2026 12:00:00 +0000\r\n"}
    assert mail(without).vendor_id == mail(without).vendor_id
    assert mail(without).vendor_id != mail({**without, "text": "Friday."}).vendor_id


@pytest.mark.parametrize(
    "header",
    [
        "Auto-Submitted: auto-replied",
        "auto-submitted: auto-generated; x=y",
        "X-Autoreply: yes",
        "Precedence: bulk",
        "Precedence: auto_reply",
        "Precedence: Auto-Reply",
        "X-Auto-Response-Suppress: All",
        "X-Auto-Response-Suppress: DR, OOF, AutoReply",
        "X-Autoreply-From: ana@example.com",
        "X-Mail-Autoreply: yes",
        "X-Autogenerated: Reply",
        "List-Id: <news.example.com>",
        "Return-Path: <>",
    ],
)
def test_what_a_machine_wrote_is_told_from_what_people_write(header: str) -> None:
    assert mail({**SENDGRID, "headers": f"{HEADERS}{header}\r\n"}).automatic
    assert not mail({**SENDGRID, "headers": f"{HEADERS}Auto-Submitted: no\r\n"}).automatic
    assert not mail({**SENDGRID, "headers": f"{HEADERS}X-Auto-Response-Suppress: DR, RN\r\n"}).automatic
    assert not mail({**SENDGRID, "headers": f"{HEADERS}X-Autogenerated: Forward\r\n"}).automatic


def test_an_absence_notice_is_told_by_its_words_too() -> None:
    assert mail({**SENDGRID, "text": "I am away until Monday."}).automatic
    assert not mail({**SENDGRID, "text": "I am away until Monday. Tuesday?"}).automatic


@pytest.mark.parametrize(
    "told",
    [
        {"SPF": "fail", "dkim": "none"},
        {"SPF": "fail", "dkim": "{@example.com : fail}"},
        {"SPF": "", "headers": HEADERS + "X-Mailgun-Spf: Fail\r\n"},
    ],
)
def test_what_the_senders_domain_disowns_is_not_taken(told: dict[str, str]) -> None:
    with pytest.raises(WebhookRejected) as refused:
        mail({**SENDGRID, **told})
    assert refused.value.status == 406
    forwarded = {**SENDGRID, "SPF": "fail", "dkim": "{@example.com : pass}"}
    assert mail(forwarded).text == "Tuesday.", "a forwarder breaks SPF, and the signature says whose it is"


@pytest.mark.parametrize("sender", ["MAILER-DAEMON@mail.example.com", "Harbourline <hello@harbourline.example>"])
def test_machines_and_our_own_mail_are_not_answered(sender: str) -> None:
    assert mail({**SENDGRID, "from": sender}).automatic


@pytest.mark.parametrize("sender", ["", "nobody", "ana@", "<script>@x", "ana@example.com, ben@example.com\n"])
def test_a_message_from_nobody_is_refused(sender: str) -> None:
    fields = {**SENDGRID, "from": sender}
    try:
        message = mail(fields)
    except WebhookRejected as refused:
        assert refused.status == 400  # noqa: PT017
        return
    assert message.address == "ana@example.com"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("", b"x"),
        ("application/json", b"{}"),
        ("multipart/form-data", b"--x\r\n\r\n"),
        ("multipart/form-data; boundary=x", b"nothing of it"),
        ("multipart/form-data; boundary=ü", b"--x"),
        (FORM, b"&".join([b"a=1"] * 600)),
        (FORM, b"text=hello"),
    ],
)
def test_what_is_no_form_with_an_e_mail_is_refused(content_type: str, body: bytes) -> None:
    with pytest.raises(WebhookRejected) as refused:
        post("inbound", content_type, body)
    assert refused.value.status == 400


BIG = 9_000_000


@pytest.mark.parametrize("content", [b"x" * BIG, b"> line\r\n" * (BIG // 8), b"--xYzZ\r\n\r\n" * (BIG // 10)])
@pytest.mark.parametrize("where", ["file", "text", "html"])
def test_a_huge_e_mail_is_read_quickly(where: str, content: bytes) -> None:
    content_type, body = multipart({**SENDGRID, **({where: content} if where != "file" else {})})
    file = b'--xYzZY\r\nContent-Disposition: form-data; name="attachment1"; filename="a.bin"\r\n\r\n'
    body = file + content + b"\r\n" + body if where == "file" else body
    begun = process_time()
    (message,) = post("inbound", content_type, body).inbound
    assert process_time() - begun < 1
    assert isinstance(message, CustomerMessage)
    assert message.vendor_id == "<m1@mail.example.com>"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (FORM, b"from=ana%40example.com&html=" + b"%3Cp%3E" * (BIG // 7)),
        (FORM, b"&" * BIG),
        ("multipart/form-data; boundary=b", b"--b\r\n\r\n" * (BIG // 7)),
        ("multipart/form-data; boundary=b", b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * (BIG // 50)),
    ],
)
def test_a_huge_form_is_read_or_refused_quickly(content_type: str, body: bytes) -> None:
    begun = process_time()
    with suppress(WebhookRejected):
        post("inbound", content_type, body)
    assert process_time() - begun < 1


@given(
    fields=st.dictionaries(
        st.sampled_from(["from", "sender", "subject", "text", "html", "headers", "message-headers", "charsets"]),
        st.binary(max_size=60) | st.text(max_size=60).map(str.encode),
    ),
    sender=st.sampled_from(["ana@example.com", "Ana\r\nBcc: x <ana@example.com>", '"<" <ana@example.com>']),
)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_form_is_a_message_that_can_be_stored_or_refused(fields: dict[str, bytes], sender: str) -> None:
    for known in (fields, {**fields, "from": sender.encode()}):
        for content_type, body in (multipart(known), (FORM, urlencode(known).encode())):
            try:
                (message,) = post("inbound", content_type, body).inbound
            except WebhookRejected as refused:
                assert refused.status in (400, 406)  # noqa: PT017
                continue
            assert isinstance(message, CustomerMessage)
            assert message.vendor_id
            kept = json.dumps([message.text, message.address, dict(message.metadata)], ensure_ascii=False)
            assert "\\u0000" not in kept
            kept.encode()
            assert "\n" not in message.metadata["subject"]


@given(content_type=st.text(max_size=60) | st.just("multipart/form-data; boundary=b"), body=st.binary(max_size=300))
def test_any_body_is_taken_or_refused(content_type: str, body: bytes) -> None:
    for tail in ("inbound", "events"):
        try:
            post(tail, content_type, b"--b\r\n" + body + b"\r\n--b--")
        except WebhookRejected as refused:
            assert refused.status == 400  # noqa: PT017


# ---------------------------------------------------------------- links to unsubscribe


def opened(link: str, method: str, body: bytes = b"") -> Webhook:
    return CHANNEL.parse(WebhookRequest(method, link, {}, body, NOW))


def test_opening_the_link_only_asks() -> None:
    webhook = opened(LINKS.link_for("ana@example.com"), "GET")
    assert webhook.inbound == ()
    assert webhook.reply.status == 200
    assert b'<form method="post">' in webhook.reply.body
    assert b"ana@example.com" in webhook.reply.body
    assert "form-action 'self'" in webhook.reply.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("body", "how"), [(b"List-Unsubscribe=One-Click", BY_ONE_CLICK), (b"confirm=yes", ON_THE_PAGE), (b"", ON_THE_PAGE)]
)
def test_a_post_ends_it_without_any_login(body: bytes, how: str) -> None:
    webhook = opened(LINKS.link_for("ana@example.com"), "POST", body)
    (word,) = webhook.inbound
    assert isinstance(word, SpareAddress)
    assert (word.address, word.cause, word.how) == ("ana@example.com", Consequence.OPTED_OUT, how)
    assert webhook.reply.status == 200


def test_a_link_of_another_address_or_installation_is_refused() -> None:
    good = parse_qs(urlsplit(LINKS.link_for("ana@example.com")).query)
    other = urlsafe_b64encode(b"ben@example.com").decode()
    strange = UnsubscribeLinks("another secret", SERVICE_URL).link_for("ana@example.com")
    page = f"{SERVICE_URL}/channels/email/unsubscribe"
    for link in (f"{page}?{urlencode({'a': other, 's': good['s'][0]})}", strange, f"{page}?a=%ff&s=1"):
        for method in ("GET", "POST"):
            with pytest.raises(WebhookRejected) as refused:
                opened(link, method)
            assert refused.value.status == 403
    with pytest.raises(WebhookRejected) as refused:
        opened(page, "POST")
    assert refused.value.status == 401


@given(st.emails())
def test_every_link_is_read_as_whose_it_is_and_names_nobody_in_the_clear(address: str) -> None:
    link = LINKS.link_for(address)
    assert LINKS.address_of(link) == address
    assert address not in link


@given(st.text(max_size=60), st.text(max_size=60))
def test_nothing_but_our_own_links_is_read(written: str, signature: str) -> None:
    query = urlencode({"a": written, "s": signature})
    with pytest.raises(WebhookRejected):
        opened(f"{SERVICE_URL}/channels/email/unsubscribe?{query}", "POST")


def test_words_in_an_address_are_no_markup() -> None:
    page = opened(LINKS.link_for('"<script>"@example.com'), "GET").reply.body
    assert b"<script>" not in page


# ---------------------------------------------------------------- who may post


def test_a_request_says_how_to_bring_the_password() -> None:
    with pytest.raises(WebhookRejected) as refused:
        CHANNEL.parse(request_to("email/inbound", {"content-type": FORM}, body=urlencode(SENDGRID).encode()))
    assert refused.value.status == 401
    assert refused.value.headers["WWW-Authenticate"].startswith("Basic")
    for header in ("Basic", "Basic !!!", "Bearer x"):
        with pytest.raises(WebhookRejected) as refused:
            CHANNEL.parse(request_to("email/inbound", {"authorization": header}, body=b""))
        assert refused.value.status == 401


def test_another_method_is_refused() -> None:
    for tail, method in (("inbound", "GET"), ("events", "PUT"), ("unsubscribe", "DELETE")):
        with pytest.raises(WebhookRejected) as refused:
            CHANNEL.parse(request_to(f"email/{tail}", method=method))
        assert refused.value.status == 405
