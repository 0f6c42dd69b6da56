"""Bounces and complaints that mail servers send as e-mails, in the shapes of those that do."""

from __future__ import annotations

import pytest

from bot.domain.consent import Consequence
from bot.domain.errors import WebhookRejected
from bot.domain.message import CustomerMessage, DeliveryState, DeliveryStatus, SpareAddress
from connectors.email.unsubscribe import UnsubscribeLinks
from tests.connectors.email.mail_service import post
from tests.connectors.vendor_server import SECRET, SERVICE_URL

OURS = "<0123456789abcdef0123456789abcdef01234567@harbourline.example>"
LINK = UnsubscribeLinks(SECRET, SERVICE_URL).link_for("ana@example.com")
SENT = f"From: hello@harbourline.example\nTo: ana@example.com\nSubject: A tip\nMessage-ID: {OURS}\n"


def told(raw: str) -> list[object]:
    return list(post("inbound", "message/rfc822", raw.replace("\n", "\r\n").encode()).inbound)


def dsn(fields: str, *, returned: str = SENT, kind: str = "message/rfc822", head: str = "") -> str:
    return (
        "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.net (Mail Delivery System)\nAuto-Submitted: auto-replied\n"
        f"Message-ID: <1@mx.example.net>\n{head}"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b/1"\n\n'
        "This is a MIME-encapsulated message.\n\n--b/1\nContent-Type: text/plain\n\nI am sorry to have to tell you.\n\n"
        "--b/1\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n"
        f"Arrival-Date: Fri, 13 Nov 2026 09:47:59 +0900\n\n{fields}\n--b/1\n"
        f"Content-Type: {kind}\n\n{returned}\nHello.\n--b/1--\n"
    )


def failed(status: str, diagnosis: str = "") -> str:
    fields = f"Final-Recipient: rfc822; ana@example.com\nAction: failed\nStatus: {status}\n"
    return fields + (f"Diagnostic-Code: {diagnosis}\n" if diagnosis else "")


def code_of(raw: str) -> str:
    (status,) = told(raw)
    assert isinstance(status, DeliveryStatus)
    assert (status.sent_id, status.state) == (OURS, DeliveryState.FAILED)
    return status.error


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        (failed("5.1.1", "smtp; 550 5.1.1 <ana@example.com>: Recipient address rejected"), "5.1.1"),
        (failed("5.2.2", "smtp;550 5.2.2 <ana@example.com>... Mailbox Full"), "5.2.2"),
        (failed("5.0.0", "smtp; 550-5.1.1 The email account that you tried to reach does not exist."), "5.1.1"),
        (
            failed("5.7.9", "smtp; 554 5.7.9 Message not accepted for policy reasons. See\n    https://x.example"),
            "5.7.9",
        ),
        (failed("4.4.7", "smtp; 421 4.4.0 connection timed out"), "soft_bounce"),
        (failed("5.0.0"), "hard_bounce"),
        (
            "Original-Recipient: rfc822;ana@example.com\nAction: Failed (given up)\nStatus: 5.1.1 (no such user)\n",
            "5.1.1",
        ),
    ],
)
def test_a_bounce_tells_which_e_mail_it_was_and_why(fields: str, code: str) -> None:
    assert code_of(dsn(fields)) == code


@pytest.mark.parametrize("kind", ["text/rfc822-headers", "message/rfc822-headers", "message/global-headers"])
def test_the_headers_alone_are_enough(kind: str) -> None:
    assert code_of(dsn(failed("5.1.1"), kind=kind)) == "5.1.1"


def test_a_bounce_in_international_form_is_read_like_any() -> None:
    international = dsn(failed("5.1.1"), kind="message/global")
    assert code_of(international.replace("message/delivery-status", "message/global-delivery-status")) == "5.1.1"


def test_our_own_id_is_found_where_a_server_gave_the_e_mail_another() -> None:
    renamed = SENT.replace("Message-ID", "Message-ID: <other@mail.example>\nX-Google-Original-Message-ID")
    assert code_of(dsn(failed("5.1.1"), returned=renamed)) == "5.1.1"


def test_a_delay_changes_nothing_and_is_no_message_of_a_customer() -> None:
    assert told(dsn("Final-Recipient: rfc822; ana@example.com\nAction: delayed\nStatus: 4.4.1\n")) == []


def test_word_that_it_was_read_changes_nothing() -> None:
    report = dsn("").replace("message/delivery-status", "message/disposition-notification")
    assert told(report.replace("report-type=delivery-status", "report-type=disposition-notification")) == []


@pytest.mark.parametrize("returned", ["Subject: x\n", SENT.replace("harbourline.example>", "attacker.example>")])
def test_a_bounce_of_no_e_mail_of_ours_is_believed_by_nobody(returned: str) -> None:
    with pytest.raises(WebhookRejected, match="which of our e-mails"):
        told(dsn(failed("5.1.1"), returned=returned))


def test_the_same_report_is_known_again() -> None:
    assert told(dsn(failed("5.1.1"))) == told(dsn(failed("5.1.1")))
    assert told(dsn(failed("5.1.1"))) != told(dsn(failed("5.1.1")).replace("<1@mx", "<2@mx"))


OLDER = f"""From: MAILER-DAEMON <>
To: hello@harbourline.example
Subject: failure notice
Message-Id: <e0720@mx.example.net>

Hi. This is the mail program at mx.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.

<ana@example.com>:
203.0.113.7 does not like recipient.
Remote host said: 550 5.1.1 User unknown
Giving up on 203.0.113.7.

--- Below this line is a copy of the message.

{SENT}
Hello.
"""


def test_a_server_that_tells_it_in_words_of_its_own_is_understood_by_the_code() -> None:
    assert code_of(OLDER) == "5.1.1"
    assert code_of(OLDER.replace("550 5.1.1 User", "550 User")) == "hard_bounce"


@pytest.mark.parametrize(
    "before", ["Return-Path: <hello@harbourline.example>\n", "Reply-To: <a.b@harbourline.example>\n"]
)
def test_an_address_of_ours_in_the_repeated_e_mail_is_not_taken_for_its_id(before: str) -> None:
    assert code_of(OLDER.replace(SENT, before + SENT)) == "5.1.1"


def attached(told: str, *, head: str = "") -> str:
    """A bounce in a server's own words, with our e-mail as a file."""
    return (
        f"From: Mail Delivery System <Mailer-Daemon@mx.example.net>\nMessage-ID: <4@mx.example.net>\n{head}"
        f"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\n{told}\n--b\n"
        f"Content-Type: message/rfc822\n\n{SENT}\nHello.\n--b--\n"
    )


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("The e-mail account does not exist at the organisation.\n<mx.example.net #5.1.1>", "5.1.1"),
        ("RCPT TO, host mx.example.com (192.0.2.9) reason: 550 Requested\naction not taken", "hard_bounce"),
    ],
)
def test_an_e_mail_of_ours_that_is_attached_is_found_as_well_as_one_that_is_repeated(words: str, code: str) -> None:
    assert code_of(attached(words)) == code


def test_a_server_that_names_whom_it_failed_and_no_code_has_given_up_without_blaming_the_address() -> None:
    words = "This is a permanent error. The following address(es) failed:\n\n  ana@example.com\n    Unrouteable address"
    assert code_of(attached(words, head="X-Failed-Recipients: ana@example.com\n")) == "soft_bounce"
    (kept,) = told(attached("This message has not been delivered yet. Delivery attempts will continue."))
    assert isinstance(kept, CustomerMessage)
    assert kept.automatic


def test_a_server_that_will_try_again_has_not_given_up() -> None:
    (kept,) = told(
        OLDER.replace("550 5.1.1 User unknown", "451 4.3.0 try later").replace(
            "MAILER-DAEMON <>", "Mailer-Daemon@mx.example.net"
        )
    )
    assert isinstance(kept, CustomerMessage)
    assert kept.automatic


def test_a_customer_who_writes_such_a_code_is_a_customer() -> None:
    (kept,) = told(OLDER.replace("MAILER-DAEMON <>", "Ana <ana@example.com>"))
    assert isinstance(kept, CustomerMessage)


def arf(kind: str = "abuse", *, returned: str = f"{SENT}List-Unsubscribe: <{LINK}>\n") -> str:
    return (
        "From: <complaints@feedback.example>\nMessage-ID: <2@feedback.example>\nSubject: FW: A tip\n"
        "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\nContent-Type: text/plain\n\n"
        f"This is an abuse report.\n--b\nContent-Type: message/feedback-report\n\nFeedback-Type: {kind}\n"
        f"User-Agent: SomeGenerator/1.0\nVersion: 1\n\n--b\nContent-Type: message/rfc822\n\n{returned}\nHello.\n--b--\n"
    )


def test_a_complaint_is_an_opt_out_of_whom_the_link_in_our_e_mail_names() -> None:
    (word,) = told(arf())
    assert isinstance(word, SpareAddress)
    assert (word.address, word.cause, word.how) == (
        "ana@example.com",
        Consequence.COMPLAINED,
        "marked our e-mail as spam",
    )


def test_a_link_that_is_folded_is_read_whole() -> None:
    folded = f"{SENT}List-Unsubscribe:\n <{LINK}>\n"
    (word,) = told(arf(returned=folded))
    assert isinstance(word, SpareAddress)


def test_word_that_it_was_no_spam_changes_nothing() -> None:
    assert told(arf("not-spam")) == []


@pytest.mark.parametrize(
    "link", ["", "List-Unsubscribe: <https://chat.example.com/channels/email/unsubscribe?a=YQ&s=x>\n"]
)
def test_a_complaint_without_a_link_of_ours_names_nobody(link: str) -> None:
    with pytest.raises(WebhookRejected, match="names nobody"):
        told(arf(returned=SENT + link))


def test_microsofts_own_kind_of_complaint_is_understood() -> None:
    returned = f"X-HmXmrOriginalRecipient: ana@example.com\n{SENT}List-Unsubscribe: <{LINK}>\n"
    (word,) = told(
        "From: staff@hotmail.com\nSubject: complaint about message from 192.0.2.222\nMessage-ID: <3@hotmail.example>\n"
        f"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n{returned}\nHello.\n--b--\n"
    )
    assert isinstance(word, SpareAddress)
