"""E-mails as they were sent: from a mailbox, or posted by a mail server of one's own."""

from __future__ import annotations

from contextlib import suppress
from email.message import EmailMessage
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import WebhookRejected
from bot.domain.message import CustomerMessage
from connectors.email.raw_mail import LARGEST_READ, LONGEST_HEADER, MOST_PARTS
from tests.connectors.email.mail_service import post

HEAD = "From: Ana Example <Ana@Example.com>\r\nSubject: Your demo\r\nMessage-ID: <m1@mail.example.com>\r\n"


def mail(raw: str | bytes) -> CustomerMessage:
    content = raw if isinstance(raw, bytes) else raw.encode()
    (message,) = post("inbound", "message/rfc822", content).inbound
    assert isinstance(message, CustomerMessage)
    return message


def test_it_is_read_as_what_a_mail_service_makes_of_it() -> None:
    thread = "In-Reply-To: <k@harbourline.example>\r\nReferences: <0@x.example>\r\n <k@harbourline.example>\r\n"
    text = "Tuesday.\r\n\r\nOn Mon, 23 Nov 2026, Harbourline wrote:\r\n> When?\r\n"
    assert mail(HEAD + thread + "\r\n" + text) == CustomerMessage(
        "email",
        "<m1@mail.example.com>",
        "ana@example.com",
        "Tuesday.",
        metadata={"subject": "Your demo", "references": "<0@x.example> <k@harbourline.example>"},
        quotes="<k@harbourline.example>",
    )


def test_of_a_text_its_html_and_a_file_the_text_is_read() -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "ana@example.com", "Your demo"
    message.set_content("The text.")
    message.add_alternative("<p>The page.</p>", subtype="html")
    message.add_attachment("A file.", filename="notes.txt")
    assert mail(message.as_bytes()).text == "The text."


def test_html_alone_is_read_too() -> None:
    assert mail(HEAD + "Content-Type: text/html\r\n\r\n<p>Tuesday &amp; Friday</p>").text == "Tuesday & Friday"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ("Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: 8bit", b"Gr\xfc\xdfe"),
        ("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64", b"R3LDvMOfZQ=="),
        ("Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable", b"Gr=C3=BC=C3=9Fe"),
        ("Content-Type: text/plain; charset=no-such\r\nContent-Transfer-Encoding: 8bit", "Grüße".encode()),
        ("Content-Type: text/plain", "Grüße".encode()),
    ],
)
def test_the_letters_are_right_however_they_travelled(headers: str, body: bytes) -> None:
    assert mail((HEAD + headers + "\r\n\r\n").encode() + body).text == "Grüße"


def test_a_subject_and_a_name_in_other_letters_are_decoded() -> None:
    head = "From: =?utf-8?q?M=C3=BCller=2C_Ana?= <ana@example.com>\r\nSubject: =?utf-8?b?TcO8bGxlcg==?=\r\n\r\n"
    message = mail(head)
    assert (message.address, message.text) == ("ana@example.com", "Müller")


def test_a_subject_that_claims_a_charset_that_there_is_not_is_kept_as_it_is() -> None:
    assert mail("From: ana@example.com\r\nSubject: =?no-such?q?x?=\r\n\r\n").text == "=?no-such?q?x?="


def test_an_empty_answer_does_not_say_what_our_own_subject_says() -> None:
    reply = "From: ana@example.com\r\nSubject: {}\r\nIn-Reply-To: <k@harbourline.example>\r\n\r\n"
    assert mail(reply.format("Re: Your demo")).text == ""
    assert mail(reply.format("Odp.: Your demo")).text == ""
    assert mail(reply.format("Please stop writing to me")).text == "Please stop writing to me"
    assert mail("From: ana@example.com\r\nSubject: Re: prices?\r\n\r\n").text == "Re: prices?"


@pytest.mark.parametrize(("note", "automatic"), [("", True), ("Sorry, Thursday?", False)])
def test_that_an_invitation_was_declined_is_a_programs_word_unless_somebody_adds_theirs(
    note: str, automatic: bool
) -> None:
    message = EmailMessage()
    message["From"], message["Subject"] = "ana@example.com", "Declined: Harbourline demo"
    message.set_content(note)
    message.add_alternative("BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR", subtype="calendar")
    assert mail(message.as_bytes()).automatic is automatic


def test_what_googles_calendar_writes_for_somebody_is_by_a_program() -> None:
    by = "Sender: Google Calendar <calendar-notification@google.com>\r\n\r\n"
    assert mail(HEAD + by + "ana@example.com has declined this invitation.").automatic
    assert not mail(HEAD + "Sender: Ben <ben@example.com>\r\n\r\nTuesday?").automatic


def test_one_whose_sender_disowns_it_is_refused() -> None:
    with pytest.raises(WebhookRejected, match="SPF"):
        mail("Authentication-Results: mx.example.com; spf=fail smtp.mailfrom=x; dkim=none\r\n" + HEAD + "\r\nStop.")


def test_a_signature_that_holds_outweighs_a_forwarder_that_may_not_send_for_the_domain() -> None:
    verdict = (
        "Authentication-Results: mx.example.com;\r\n\tspf=fail smtp.mailfrom=x; dkim=pass header.d=example.com\r\n"
    )
    assert mail(verdict + HEAD + "\r\nStop.").text == "Stop."


def test_only_what_our_own_server_says_of_it_counts_which_stands_first() -> None:
    ours = "Authentication-Results: mx.harbourline.example; spf=fail; dkim=none\r\n"
    theirs = "Authentication-Results: mx.harbourline.example; spf=pass; dkim=pass\r\n"
    with pytest.raises(WebhookRejected, match="SPF"):
        mail(ours + theirs + HEAD + "\r\nStop.")


def test_what_a_machine_wrote_is_marked_as_such() -> None:
    assert mail(HEAD + "Auto-Submitted: auto-replied\r\n\r\nI am away.").automatic


def test_of_a_long_one_only_the_beginning_is_read() -> None:
    raw = HEAD + "\r\nTuesday.\r\n" + "x\r\n" * LARGEST_READ
    began = process_time()
    assert mail(raw).text.startswith("Tuesday.")
    assert process_time() - began < 5


PARTS = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=punycode\r\n\r\n"


def test_what_has_more_parts_than_anybody_sends_is_none() -> None:
    with pytest.raises(WebhookRejected, match="no e-mail that can be read"):
        mail(HEAD + PARTS + "--b\n\n" * MOST_PARTS)
    assert mail(HEAD + PARTS + "Tuesday.\n" + "--b\n\n" * (MOST_PARTS // 2)).text == "Tuesday."


@pytest.mark.parametrize(
    "rest",
    [
        "Content-Type: text/plain" + ";" * 400_000 + "\r\n\r\nTuesday.",
        "Content-Type: text/plain; " + "a*0=b;" * 60_000 + "\r\n\r\nTuesday.",
        "Content-Type: text/plain; charset=punycode\r\n\r\na-" + "b" * 200_000,
        "Subject: =?punycode?q?a-" + "b" * 400_000 + "?=\r\n\r\nTuesday.",
        PARTS + "é-" + "b" * 200_000,
        PARTS.replace("mixed", "report").replace("text/plain", "text/rfc822-headers") + "é-" + "b" * 200_000,
        PARTS.replace("text/plain", "message/delivery-status") + "\n" * 200_000,
        PARTS + "--b\n\n" * 90_000,
        PARTS.replace("mixed", "report").replace("text/plain", "message/feedback-report") + "a\n\n" * 150_000,
    ],
)
def test_none_that_was_made_to_be_slow_is(rest: str) -> None:
    begun = process_time()
    for head in (HEAD, "From: mailer-daemon@example.com\r\n"):
        with suppress(WebhookRejected):
            post("inbound", "message/rfc822", (head + rest).encode())
    assert process_time() - begun < 2


def test_of_a_subject_that_nobody_has_written_the_beginning_is_read() -> None:
    assert len(mail("From: ana@example.com\r\nSubject: " + "x" * 400_000 + "\r\n\r\n").text) <= LONGEST_HEADER


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x00\xff\xfe" * 50,
        b"Subject: nobody wrote this\r\n\r\nx",
        b"From: nobody\r\n\r\nx",
        b"Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n" * 5_000,
    ],
)
def test_what_is_no_e_mail_from_anybody_is_refused(raw: bytes) -> None:
    with pytest.raises(WebhookRejected):
        mail(raw)


@given(head=st.binary(max_size=300), body=st.binary(max_size=300))
def test_nothing_that_is_sent_breaks_it(head: bytes, body: bytes) -> None:
    raw = b"From: ana@example.com\r\nContent-Type: multipart/report; boundary=b\r\n" + head + b"\r\n\r\n--b\r\n" + body
    with suppress(WebhookRejected):
        post("inbound", "message/rfc822", raw)
