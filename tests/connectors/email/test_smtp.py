"""One message, handed to mail servers of all kinds over real connections."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

import connectors.email
import connectors.email.smtp
from bot.domain.consent import Consequence, Purpose
from bot.domain.errors import CredentialRefused, NotTried, PermanentSendError, SendError, TemporarySendError
from bot.domain.message import OutboundMessage, Text
from connectors.email.account import EmailAccount, account_of
from connectors.email.channel import EmailChannel
from connectors.email.failures import FAILURES
from connectors.email.postbox import FEED, Postbox
from connectors.email.smtp import MailServer, Session
from connectors.email.unsubscribe import UnsubscribeLinks
from tests.certificates import certificate_of_nobody
from tests.connectors.vendor_server import SECRET, SERVICE_URL, MemoryFeed, StillClock, settings_for

ACCOUNT = account_of(settings_for(connectors.email))
WORDS = "Is Tuesday at three all right for you?"
ADDRESS = "ana@example.com"
OFFER = OutboundMessage("k:1:0", "email", ADDRESS, Text(WORDS, subject="Your demo"), purpose=Purpose.MARKETING)

Script = Mapping[str, str]
"""What the server says to a verb; HANG UP and SAY NOTHING are what they say."""

HANG_UP, SAY_NOTHING = "HANG UP", "SAY NOTHING"


async def _play(script: Script, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    usual = {"EHLO": "250-x\r\n250 8BITMIME", "DATA": "354 Go on", "QUIT": "221 Bye", "hello": "220 x ESMTP"}
    said = {**usual, **script}

    async def say(verb: str) -> bool:
        answer = said.get(verb, "250 OK")
        if answer == SAY_NOTHING:
            await asyncio.sleep(60)
        if answer == HANG_UP:
            writer.close()
            return False
        writer.write(f"{answer}\r\n".encode())
        await writer.drain()
        return True

    if not await say("hello"):
        return
    while line := (await reader.readline()).decode().strip():
        verb = line.partition(" ")[0].upper()
        if not await say(verb):
            return
        if verb == "DATA" and said["DATA"].startswith("354"):
            while (await reader.readline()) not in (b".\r\n", b""):
                pass
            if not await say("the message"):
                return
    writer.close()


@asynccontextmanager
async def server(script: Script, tls: ssl.SSLContext | None = None) -> AsyncIterator[EmailChannel]:
    """Our channel to a server on this machine that says what the script says."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _play(script, reader, writer)
        finally:
            writer.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    port = listening.sockets[0].getsockname()[1]
    try:
        yield channel_to(replace(ACCOUNT, host="127.0.0.1", port=port))
    finally:
        listening.close()


def channel_to(account: EmailAccount, stand_in: Session | None = None) -> EmailChannel:
    return EmailChannel(account, MailServer(account, stand_in), UnsubscribeLinks(SECRET, SERVICE_URL), StillClock())


async def failure(script: Script) -> SendError:
    async with server(script) as channel:
        with pytest.raises(SendError) as failed:
            await channel.send(OFFER)
    assert "ana" not in str(failed.value)
    assert failed.value.__cause__ is None, "servers repeat addresses"
    return failed.value


async def test_a_message_that_is_taken_has_its_message_id_as_receipt() -> None:
    async with server({}) as channel:
        first, again = await channel.send(OFFER), await channel.send(replace(OFFER, attempt=2))
        other = await channel.send(replace(OFFER, key="k:2:0"))
    assert first == again, "a second try has the same Message-ID"
    assert first != other
    assert first.vendor_id.endswith("@harbourline.example>")


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ({"RCPT": "450 4.2.0 greylisted, ana@example.com"}, "4.2.0"),
        ({"MAIL": "421 too busy"}, "421"),
        ({"the message": "451 4.3.0 later"}, "4.3.0"),
        ({"DATA": "452 4.3.1 disk full"}, "4.3.1"),
        ({"hello": "554 go away, ana@example.com"}, "554"),
    ],
)
async def test_what_passes_is_temporary(script: Script, code: str) -> None:
    error = await failure(script)
    assert isinstance(error, TemporarySendError)
    assert error.code == code


async def test_so_many_connections_are_open_at_once_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        being_served.add(writer)
        at_once.append(len(being_served))
        try:
            await _play({}, reader, writer)
        finally:
            being_served.remove(writer)

    being_served: set[asyncio.StreamWriter] = set()
    at_once: list[int] = []
    monkeypatch.setattr(connectors.email.smtp, "MOST_CONNECTIONS", 3)
    channel = channel_to(ACCOUNT, serve)
    await asyncio.gather(*(channel.send(replace(OFFER, key=f"k:{number}")) for number in range(10)))
    assert max(at_once) == 3


async def test_what_waits_too_long_for_a_connection_is_not_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        await let_on.wait()
        await _play({}, reader, writer)

    connected, let_on = asyncio.Event(), asyncio.Event()
    monkeypatch.setattr(connectors.email.smtp, "MOST_CONNECTIONS", 1)
    monkeypatch.setattr(connectors.email.smtp, "FREE_WITHIN_SECONDS", 0.01)
    channel = channel_to(ACCOUNT, serve)
    first = asyncio.create_task(channel.send(OFFER))
    await connected.wait()
    with pytest.raises(NotTried, match="slow with the 1 before"):
        await channel.send(replace(OFFER, key="k:2"))
    let_on.set()
    assert (await first).vendor_id
    assert (await channel.send(replace(OFFER, key="k:3"))).vendor_id, "and there is room again"


async def test_a_message_that_is_called_off_as_a_connection_gets_free_does_not_leave(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connectors.email.smtp, "MOST_CONNECTIONS", 1)
    mail_server = MailServer(ACCOUNT, partial(_play, {}))
    async with mail_server._one_of_few():
        calling_off = asyncio.create_task(mail_server.take(ADDRESS, b"Subject: x\r\n\r\nx"))
        await asyncio.sleep(0.01)
    calling_off.cancel()
    with pytest.raises(asyncio.CancelledError):
        await calling_off
    await asyncio.wait_for(mail_server.take(ADDRESS, b"Subject: x\r\n\r\nx"), 5)


@pytest.mark.parametrize("where", ["hello", "EHLO", "MAIL", "RCPT"])
async def test_a_connection_that_is_lost_before_the_message_is_temporary(where: str) -> None:
    assert isinstance(await failure({where: HANG_UP, "HELO": HANG_UP}), TemporarySendError)


@pytest.mark.parametrize(
    ("script", "code", "spared"),
    [
        ({"RCPT": "550 5.1.1 no ana@example.com here"}, "5.1.1", True),
        ({"the message": "550 5.1.1 no ana@example.com here"}, "5.1.1", True),
        ({"RCPT": "556 5.1.10 takes no mail"}, "5.1.10", True),
        ({"the message": "554 5.7.1 spam"}, "5.7.1", False),
        ({"RCPT": "550 not them"}, "550", False),
    ],
)
async def test_what_never_will_work_is_permanent_and_spares_addresses_that_are_none(
    script: Script, code: str, spared: bool
) -> None:
    error = await failure(script)
    assert isinstance(error, PermanentSendError)
    assert error.code == code
    then = FAILURES[code].then if code in FAILURES else None
    assert (then is Consequence.UNREACHABLE) is spared


@pytest.mark.parametrize("what", [HANG_UP, SAY_NOTHING])
async def test_after_the_message_nobody_knows_whether_it_was_taken(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connectors.email.smtp, "TIMEOUT_SECONDS", 0.3)
    async with server({"the message": what}) as channel:
        with pytest.raises(TimeoutError):
            await channel.send(OFFER)


async def test_a_server_that_says_nothing_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connectors.email.smtp, "TIMEOUT_SECONDS", 0.3)
    assert isinstance(await failure({"hello": SAY_NOTHING}), TemporarySendError)


async def test_a_server_that_forgets_its_manners_in_the_end_has_taken_the_message() -> None:
    for what in ("500 what?", HANG_UP):
        async with server({"QUIT": what}) as channel:
            assert (await channel.send(OFFER)).vendor_id


def _as_anybody(folder: Path) -> ssl.SSLContext:
    """TLS with a certificate that nobody vouches for."""
    for name, content in certificate_of_nobody().items():
        (folder / name).write_bytes(content)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


async def test_a_server_that_cannot_show_who_it_is_gets_nothing(tmp_path: Path) -> None:
    async with server({}, _as_anybody(tmp_path)) as channel:
        strict = channel_to(replace(channel._account, security="tls", user="u", password="p4ssw0rd"))
        with pytest.raises(TemporarySendError, match="EMAIL_SMTP_SECURITY is tls"):
            await strict.send(OFFER)


@pytest.mark.parametrize(
    "script",
    [
        {"MAIL": "553 5.7.1 not you"},
        {"RCPT": "530 5.7.0 log in first"},
        {"RCPT": "550 5.1.8 no such sender"},
        {"the message": "550 5.1.8 this sender may not send any more"},
    ],
)
async def test_a_sender_whom_the_server_refuses_is_for_the_operator_and_loses_no_message(script: Script) -> None:
    error = await failure(script)
    assert isinstance(error, CredentialRefused)
    assert "check EMAIL_FROM" in str(error)


@pytest.mark.parametrize(
    ("said", "kind"), [("535 5.7.8 wrong password", CredentialRefused), ("454 4.7.0 later", TemporarySendError)]
)
async def test_a_wrong_password_is_for_the_operator_and_loses_no_message(said: str, kind: type[Exception]) -> None:
    async with server({"EHLO": "250-x\r\n250 AUTH PLAIN", "AUTH": said}) as channel:
        account = replace(channel._account, user="u", password="p4ssw0rd")
        with pytest.raises(TemporarySendError, match="check EMAIL_SMTP_USER, EMAIL_SMTP_PASSWORD") as failed:
            await channel_to(account).send(OFFER)
    assert type(failed.value) is kind
    assert "p4ss" not in str(failed.value)


async def test_with_the_right_password_the_message_leaves() -> None:
    async with server({"EHLO": "250-x\r\n250 AUTH PLAIN", "AUTH": "235 2.7.0 welcome"}) as channel:
        account = replace(channel._account, user="u", password="p4ssw0rd")
        assert (await channel_to(account).send(OFFER)).vendor_id


async def test_a_server_that_is_not_there_is_temporary_trouble() -> None:
    with pytest.raises(TemporarySendError):
        await channel_to(replace(ACCOUNT, host="127.0.0.1", port=9)).send(OFFER)


async def test_a_password_never_crosses_without_tls() -> None:
    account = {"security": "starttls", "user": "u", "password": "p"}
    async with server({}) as channel:
        strict = channel_to(replace(channel._account, **account))  # type: ignore[arg-type]
        with pytest.raises(TemporarySendError, match="SMTPException"):
            await strict.send(OFFER)


@pytest.mark.parametrize(
    "address", ["ana", "ana@", "a b@example.com", "ana@example.com\r\nBcc: x@example.com", "ä@example.com"]
)
async def test_what_is_no_address_that_servers_take_is_refused_for_good(address: str) -> None:
    async with server({}) as channel:
        with pytest.raises(PermanentSendError):
            await channel.send(replace(OFFER, address=address))


async def test_a_domain_with_other_letters_is_sent_to_in_ascii() -> None:
    feed = MemoryFeed()
    channel = channel_to(ACCOUNT, Postbox(feed, StillClock()).serve)
    await channel.send(replace(OFFER, address="ana@bücher.example"))
    assert [item["to"] for item in await feed.items(FEED)] == ["ana@xn--bcher-kva.example"]


async def test_the_stand_in_takes_lines_that_begin_with_a_dot_and_refuses_nobody() -> None:
    feed = MemoryFeed()
    channel = channel_to(ACCOUNT, Postbox(feed, StillClock()).serve)
    await channel.send(replace(OFFER, content=Text("One\n.\n..two\nQUIT")))
    assert [item["text"].partition("\n\n--")[0] for item in await feed.items(FEED)] == ["One\n.\n..two\nQUIT"]
    with pytest.raises(PermanentSendError) as refused:
        await channel.send(replace(OFFER, address="nobody@example.com"))
    assert refused.value.code == "5.1.1"
    with pytest.raises(PermanentSendError) as refused:
        await channel.send(replace(OFFER, key="big", content=Text("a" * 1_100_000)))
    assert refused.value.code == "5.3.4"
