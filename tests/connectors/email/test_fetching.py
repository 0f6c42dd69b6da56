"""A mailbox on a real server (Dovecot), read by IMAP."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

import connectors.email
from bot.domain.message import CustomerMessage
from bot.ports import Reply, Webhook
from connectors.email import fetching
from tests.certificates import certificate_of_nobody
from tests.connectors.email.imap_server import PASSWORD, ImapServer, imap_server
from tests.connectors.vendor_server import NOW, built

NO_MAIL = "the mailbox gives no mail"
SEEN, FLAGGED = b"\\Seen", b"\\Flagged"


def mail(number: int, text: str = "Tuesday.") -> bytes:
    head = f"From: ana@example.com\r\nSubject: Demo\r\nMessage-ID: <{number}@mail.example.com>\r\n"
    return f"{head}\r\n{text}\r\n".encode()


@pytest.fixture(scope="module")
def shared_server() -> Iterator[ImapServer]:
    with imap_server() as server:
        yield server


@pytest.fixture
def server(shared_server: ImapServer) -> ImapServer:
    with shared_server.reader() as client:
        if everything := client.search():
            client.delete_messages(everything)
            client.expunge()
    return shared_server


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    for pause in ("LOOK_EVERY", "TRY_AGAIN_AFTER", "REFUSED_PAUSE"):
        monkeypatch.setattr(fetching, pause, 0.05)


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():  # noqa: ASYNC110  the server tells us nothing
            await asyncio.sleep(0.02)


@dataclass
class Kept:
    """Takes what comes, unless there is a `fault`."""

    texts: list[str] = field(default_factory=list)
    faults: list[Exception] = field(default_factory=list)

    async def take(self, webhook: Webhook) -> Reply:
        if self.faults:
            raise self.faults.pop()
        self.texts += [one.text for one in webhook.inbound if isinstance(one, CustomerMessage)]
        return Reply(200)

    async def until(self, count: int) -> None:
        await until(lambda: len(self.texts) >= count)


def values_for(server: ImapServer) -> Mapping[str, str]:
    return {
        "EMAIL_IMAP_HOST": "127.0.0.1",
        "EMAIL_IMAP_PORT": str(server.port),
        "EMAIL_IMAP_SECURITY": "none",
        "EMAIL_IMAP_USER": "sales",
        "EMAIL_IMAP_PASSWORD": PASSWORD,
    }


@asynccontextmanager
async def listening(
    server: ImapServer, *, kept: Kept | None = None, values: Mapping[str, str] | None = None
) -> AsyncIterator[Kept]:
    """A service that reads the mailbox; it ends at once when it is told to."""
    kept = kept or Kept()
    channel: Any = built(connectors.email, "email", values={**values_for(server), **(values or {})})
    task = asyncio.create_task(channel.listen(kept.take))
    try:
        yield kept
    finally:
        task.cancel()
        async with asyncio.timeout(5):
            await asyncio.gather(task, return_exceptions=True)


async def put(server: ImapServer, content: bytes, *, at: datetime = NOW, folder: str = "INBOX") -> None:
    await asyncio.to_thread(server.put, content, at=at, folder=folder)


async def until_flagged(server: ImapServer, *wanted: set[bytes]) -> None:
    await asyncio.to_thread(_until_flagged, server, list(wanted))


def _until_flagged(server: ImapServer, wanted: list[set[bytes]]) -> None:
    deadline = time.monotonic() + 20
    while (found := list(server.flags().values())) != wanted:
        assert time.monotonic() < deadline, found
        time.sleep(0.05)


async def test_what_is_unread_is_taken_in_its_order_and_marked_as_read(server: ImapServer) -> None:
    await put(server, mail(1, "One"))
    await put(server, mail(2, "Two"))
    async with listening(server) as kept:
        await kept.until(2)
        await until_flagged(server, {SEEN}, {SEEN})
    assert kept.texts == ["One", "Two"]


async def test_what_comes_while_it_waits_is_taken_as_soon_as_the_server_tells(server: ImapServer) -> None:
    async with listening(server) as kept:
        await put(server, mail(1, "One"))
        await kept.until(1)
        await put(server, mail(2, "Two"))
        await kept.until(2)
    assert kept.texts == ["One", "Two"]


async def test_what_people_have_read_is_left_to_them(server: ImapServer) -> None:
    await put(server, mail(1, "One"))
    with server.reader() as client:
        client.add_flags(client.search(), [SEEN])
    async with listening(server) as kept:
        await put(server, mail(2, "Two"))
        await kept.until(1)
    assert kept.texts == ["Two"]


async def test_what_has_been_unread_for_long_is_left_to_people_and_that_is_told(server: ImapServer) -> None:
    await put(server, mail(1, "Old"), at=NOW - timedelta(days=9))
    await put(server, mail(2, "New"))
    with capture_logs() as logs:
        async with listening(server) as kept:
            await kept.until(1)
            await until_flagged(server, set(), {SEEN})
    assert kept.texts == ["New"]
    assert [line["count"] for line in logs if line["event"].startswith("older mail")] == [1]


async def test_what_could_not_be_kept_stays_unread_and_is_fetched_again_before_what_came_after_it(
    server: ImapServer,
) -> None:
    await put(server, mail(1, "One"))
    await put(server, mail(2, "Two"))
    await put(server, mail(3, "Another's").replace(b"ana@", b"bob@"))
    async with listening(server, kept=Kept(faults=[OSError("the database is away")])) as kept:
        await kept.until(3)
        await until_flagged(server, {SEEN}, {SEEN}, {SEEN})
    assert kept.texts == ["Another's", "One", "Two"]


async def test_what_nobody_can_read_is_flagged_and_the_rest_goes_on(server: ImapServer) -> None:
    await put(server, b"Subject: from nobody\r\n\r\nx\r\n")
    await put(server, mail(2, "Two"))
    async with listening(server) as kept:
        await kept.until(1)
        await until_flagged(server, {SEEN, FLAGGED}, {SEEN})


@dataclass
class KeptSlowly(Kept):
    """Another mail comes while the first is being kept."""

    put: Callable[[], None] = lambda: None

    async def take(self, webhook: Webhook) -> Reply:
        if not self.texts:
            await asyncio.to_thread(self.put)
        return await super().take(webhook)


async def test_what_comes_while_another_is_kept_is_not_waited_for(server: ImapServer) -> None:
    kept = KeptSlowly(put=lambda: server.put(mail(2, "Two"), at=NOW))
    await put(server, mail(1, "One"))
    async with listening(server, kept=kept):
        await kept.until(2)


async def test_another_folder_is_read_where_the_settings_name_it(server: ImapServer) -> None:
    with server.reader() as client:
        client.create_folder("Für uns")
    await put(server, mail(1, "One"), folder="Für uns")
    async with listening(server, values={"EMAIL_IMAP_FOLDER": "Für uns"}) as kept:
        await kept.until(1)


async def test_a_server_that_goes_away_is_asked_again() -> None:
    with imap_server() as server:
        async with listening(server) as kept:
            await put(server, mail(1, "One"))
            await kept.until(1)
            await asyncio.to_thread(server.stop)
            await asyncio.to_thread(server.start)
            await put(server, mail(2, "Two"))
            await kept.until(2)


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"EMAIL_IMAP_PASSWORD": "wrong"}, "check EMAIL_IMAP_USER and EMAIL_IMAP_PASSWORD"),
        ({"EMAIL_IMAP_FOLDER": "Nowhere"}, 'no folder "Nowhere": check EMAIL_IMAP_FOLDER'),
        ({"EMAIL_IMAP_PORT": "1"}, "it cannot be reached"),
        ({"EMAIL_IMAP_SECURITY": "starttls"}, "it cannot be reached (EMAIL_IMAP_SECURITY is starttls)"),
    ],
)
async def test_what_keeps_it_from_the_mailbox_is_told(server: ImapServer, values: dict[str, str], told: str) -> None:
    with capture_logs() as logs:
        async with listening(server, values=values):
            await until(lambda: any(line["event"] == NO_MAIL for line in logs))
    assert told in next(line["reason"] for line in logs if line["event"] == NO_MAIL)


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_the_connection_is_encrypted_and_the_certificate_checked(
    security: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = certificate_of_nobody()
    with imap_server(certificate) as server:
        port = server.tls_port if security == "tls" else server.port
        values = {"EMAIL_IMAP_SECURITY": security, "EMAIL_IMAP_PORT": str(port)}
        await put(server, mail(1, "One"))
        with capture_logs() as logs:
            async with listening(server, values=values) as kept:
                await until(lambda: any("SSLCertVerificationError" in str(line.get("reason")) for line in logs))
        assert kept.texts == []
        (tmp_path / "authority.pem").write_bytes(certificate["cert.pem"])
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
        async with listening(server, values=values) as kept:
            await kept.until(1)
