"""How a message reads as an e-mail."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import connectors.email
from bot.domain.message import Author, Button, CustomerMessage, Text
from connectors.email.account import EmailAccount, account_of
from connectors.email.letters import Envelope, letter, subject_of
from tests.connectors.vendor_server import NOW, settings_for

ACCOUNT: EmailAccount = account_of(settings_for(connectors.email))
ENVELOPE = Envelope("ana@example.com", "<1@harbourline.example>", NOW)
LINK = "https://chat.example.com/channels/email/unsubscribe?a=" + "x" * 120 + "&s=y"
OUTLOOK_ID = f"<{'A' * 60}@{'b' * 40}.prod.outlook.com>"
HEADERS = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type"}


def read(content: Text, envelope: Envelope = ENVELOPE) -> EmailMessage:
    return message_from_bytes(letter(content, envelope, ACCOUNT), _class=EmailMessage, policy=default)


def part(message: EmailMessage, kind: str) -> str:
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n").strip()


def asked(**metadata: str) -> CustomerMessage:
    return CustomerMessage("email", OUTLOOK_ID, "ana@example.com", "Hello", metadata=metadata)


def test_it_has_plain_text_and_the_same_in_html() -> None:
    message = read(Text("Hello Zoë,\n\nshall we meet? 😀", subject="Grüße aus Bristol"))
    assert message.get_content_type() == "multipart/alternative"
    assert [one.get_content_type() for one in message.iter_parts()] == ["text/plain", "text/html"]
    assert part(message, "plain") == "Hello Zoë,\n\nshall we meet? 😀"
    assert '<p dir="auto">Hello Zoë,</p>\n<p dir="auto">shall we meet? 😀</p>' in part(message, "html")
    assert message["Subject"] == "Grüße aus Bristol"
    assert message["From"] == "Harbourline <hello@harbourline.example>"
    assert (message["To"], message["Message-ID"]) == ("ana@example.com", "<1@harbourline.example>")
    assert message["Auto-Submitted"] == "auto-generated"


def test_what_a_colleague_wrote_is_not_said_to_be_automatic() -> None:
    assert read(Text("Hello", author=Author.PERSON))["Auto-Submitted"] is None


def test_nothing_in_the_words_is_markup() -> None:
    html = part(read(Text("<script>1</script> & <b>you</b>", (Button('"><i>', "/x"),))), "html")
    assert "<script>" not in html
    assert "<i>" not in html
    assert "&lt;b&gt;you&lt;/b&gt;" in html


def test_buttons_are_links_or_replies_that_are_written_already() -> None:
    buttons = (Button("Pricing", "https://harbourline.example/p?a=1&b=2"), Button("Yes, please", "/affirm"))
    message = read(Text("Shall we?", buttons, subject="Your demo"))
    assert part(message, "plain") == (
        "Shall we?\n\nPricing: https://harbourline.example/p?a=1&b=2\n\nReply: Yes, please"
    )
    html = part(message, "html")
    assert 'href="https://harbourline.example/p?a=1&amp;b=2"' in html
    assert 'href="mailto:hello@harbourline.example?subject=Re%3A%20Your%20demo&amp;body=Yes%2C%20please"' in html


def test_a_link_in_the_text_can_be_pressed_and_nothing_else_becomes_one() -> None:
    html = part(read(Text("See https://a.example/x?y=1. Or javascript:alert(1)")), "html")
    assert '<a href="https://a.example/x?y=1">https://a.example/x?y=1</a>. Or javascript:alert(1)' in html


def test_marketing_names_the_sender_and_the_ways_out() -> None:
    message = read(Text("An offer."), Envelope("ana@example.com", "<1@x.example>", NOW, unsubscribe=LINK))
    assert message["List-Unsubscribe"] == f"<{LINK}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert part(message, "plain").endswith(f"-- \n{ACCOUNT.postal_address}\nUnsubscribe: {LINK}")
    assert ACCOUNT.postal_address in part(message, "html")
    assert LINK.replace("&", "&amp;") in part(message, "html")
    assert "List-Unsubscribe" not in read(Text("Your booking."))


def test_long_ids_and_links_are_not_taken_apart() -> None:
    envelope = Envelope("ana@example.com", OUTLOOK_ID, NOW, answers=asked(subject="Demo"), unsubscribe=LINK)
    raw = letter(Text("Hello"), envelope, ACCOUNT)
    assert f"List-Unsubscribe: <{LINK}>\r\n".encode() in raw
    assert f"In-Reply-To: {OUTLOOK_ID}\r\n".encode() in raw
    assert b"=?utf-8?" not in raw


def test_a_reply_stays_in_its_thread() -> None:
    answers = asked(subject="Your demo", references="<0@x.example> <1@x.example>")
    message = read(
        Text("At three.", subject="Something else"), Envelope("a@example.com", "<2@x.example>", NOW, answers)
    )
    assert message["Subject"] == "Re: Your demo"
    assert message["In-Reply-To"] == OUTLOOK_ID
    assert str(message["References"]).split() == ["<0@x.example>", "<1@x.example>", OUTLOOK_ID]
    assert message["Auto-Submitted"] == "auto-replied"


@pytest.mark.parametrize(
    ("own", "theirs", "subject"),
    [
        ("", None, "A message from Harbourline"),
        ("Your demo", None, "Your demo"),
        ("Your demo", "", "Your demo"),
        ("Your demo", "A question", "Re: A question"),
        ("", "RE: A question", "RE: A question"),
        ("", "AW: Eine Frage", "AW: Eine Frage"),
        ("Two\r\nBcc: all@example.com", None, "Two Bcc: all@example.com"),
        ("", "x\r\nBcc: all@example.com", "Re: x Bcc: all@example.com"),
    ],
)
def test_the_subject_is_the_threads_or_its_own_or_the_settings(own: str, theirs: str | None, subject: str) -> None:
    answers = asked(subject=theirs) if theirs is not None else None
    assert subject_of(Text("Hello", subject=own), answers, ACCOUNT) == subject


@given(
    text=st.text(max_size=300),
    subject=st.text(max_size=300),
    title=st.text(max_size=40),
    payload=st.sampled_from(["/affirm", "https://a.example/", "javascript:1", "\r\nBcc: x@y.example"]),
    theirs=st.text(max_size=60),
    references=st.text(max_size=60),
    message_id=st.text(max_size=40),
)
@settings(max_examples=50, deadline=None)
def test_no_words_add_a_header_or_a_part(
    text: str, subject: str, title: str, payload: str, theirs: str, references: str, message_id: str
) -> None:
    told = {"subject": theirs, "references": references}
    answers = CustomerMessage("email", message_id, "ana@example.com", "Hello", metadata=told)
    content = Text(text, (Button(title, payload),), subject=subject, image=payload)
    for envelope in (ENVELOPE, Envelope("ana@example.com", "<1@x.example>", NOW, answers)):
        raw = letter(content, envelope, ACCOUNT)
        raw.decode("ascii")
        assert max(map(len, raw.split(b"\r\n"))) <= 998
        assert b"\n" not in raw.replace(b"\r\n", b"")
        message = message_from_bytes(raw, _class=EmailMessage, policy=default)
        assert set(message.keys()) <= HEADERS | {"In-Reply-To", "References"}
        assert len(message.get_all("Subject", [])) == 1
        assert len(list(message.iter_parts())) == 2
        part(message, "plain")
        part(message, "html")


def test_a_meeting_comes_with_a_file_that_calendars_read() -> None:
    calendar = "BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nSUMMARY:Zoë\r\nEND:VCALENDAR\r\n"
    message = read(Text("Cancelled", extras={"calendar": calendar}))
    [file] = message.iter_attachments()
    assert (file.get_content_type(), file.get_filename()) == ("text/calendar", "meeting.ics")
    assert (file.get_param("method"), file.get_param("charset")) == ("CANCEL", "utf-8")
    assert str(file.get_content()).replace("\r\n", "\n") == calendar.replace("\r\n", "\n")
    assert part(message, "plain") == "Cancelled"
