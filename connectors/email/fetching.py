"""A mailbox by IMAP: what is unread there is taken, and marked as read once it is kept.

The library blocks, so each connection has a thread of its own. Between messages it waits for the server to tell of new
ones (IDLE, RFC 2177), or looks again where the server tells nothing.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from datetime import date, timedelta
from typing import Any, Final, ParamSpec, TypeVar

import structlog
from imapclient import SEEN, IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from bot.domain.errors import SendError, WebhookRejected
from bot.domain.message import CustomerMessage, SpareAddress
from bot.ports import Clock, Reply, Webhook
from connectors.email.mailbox import Mailbox
from connectors.email.oauth import Tokens
from connectors.email.raw_mail import LARGEST_READ

log = structlog.get_logger()
logging.getLogger("imapclient").setLevel(logging.WARNING)  # it tells what it was told, names and addresses too

FLAGGED: Final = b"\\Flagged"
OLDEST: Final = timedelta(days=7)
"""What was unread before that stays so: nobody wants an answer to it from a machine."""

MOST_AT_ONCE: Final = 50
TIMEOUT_SECONDS: Final = 15.0
WAIT_SECONDS: Final = 60
"""For the server to tell of something new, before it is asked."""

LOOK_EVERY: Final = 30.0
"""Seconds, where the server tells nothing, and where something could not be kept."""

TRY_AGAIN_AFTER: Final = 10.0
REFUSED_PAUSE: Final = 60.0
"""Seconds. A password that is refused is refused again, until somebody mends it."""

Understand = Callable[[bytes], Webhook]
Take = Callable[[Webhook], Awaitable[Reply]]
_Given = ParamSpec("_Given")
_Found = TypeVar("_Found")


async def fetch(
    mailbox: Mailbox, clock: Clock, understand: Understand, take: Take, tokens: Tokens | None = None
) -> None:
    """Take what comes into the mailbox, until cancelled. Where that is away, it is tried again."""
    while True:
        pause, token = TRY_AGAIN_AFTER, ""
        try:
            token = await tokens.get() if tokens is not None else ""
            async with _opened(mailbox, token) as reader:
                log.info("fetching mail by IMAP", folder=mailbox.folder)
                await reader.follow(clock, understand, take)
        except LoginError:
            pause, why = REFUSED_PAUSE, f"it refuses us: check EMAIL_IMAP_USER and {_by_what(token)}"
            if tokens is not None:
                tokens.forget(token)
        except SendError as error:
            pause, why = REFUSED_PAUSE, error.reason
        except _NoFolderError as error:
            pause, why = REFUSED_PAUSE, str(error)
        except (IMAPClientError, OSError, ssl.SSLError) as error:
            why = f"it cannot be reached (EMAIL_IMAP_SECURITY is {mailbox.security}): {type(error).__name__}"
        log.warning("the mailbox gives no mail", reason=why, again_in_seconds=pause)
        await asyncio.sleep(pause)


def _day(clock: Clock) -> date:
    """What came before it is left alone. Servers know only the day on which they took something (RFC 3501, 6.4.4)."""
    return (clock.now() - OLDEST).date()


def _by_what(token: str) -> str:
    return "what EMAIL_OAUTH_CLIENT_ID may do" if token else "EMAIL_IMAP_PASSWORD"


class _NoFolderError(Exception):
    """The folder is not there, or what is taken from it could not be marked."""


@asynccontextmanager
async def _opened(mailbox: Mailbox, token: str) -> AsyncIterator[_Reader]:
    """The folder, open; raises IMAPClientError, OSError or _NoFolderError."""
    thread = ThreadPoolExecutor(1, thread_name_prefix="imap")
    reader = _Reader(thread)
    try:
        await reader.do(reader.open, mailbox, token)
        yield reader
    finally:
        reader.close()
        thread.shutdown(wait=False)


class _Reader:
    """One connection, used by one thread."""

    def __init__(self, thread: ThreadPoolExecutor) -> None:
        self._thread = thread
        self._client: Any = None

    async def do(self, verb: Callable[_Given, _Found], *args: _Given.args, **_: _Given.kwargs) -> _Found:
        """Have the thread do it."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, verb, *args)

    async def follow(self, clock: Clock, understand: Understand, take: Take) -> None:
        """Take all that is unread, and then what comes; raises what says that the connection is lost."""
        if older := await self.do(self._count_before, _day(clock)):
            log.info("older mail that is unread is left to people", count=older, older_than_days=OLDEST.days)
        while True:
            uids, held = await self.do(self._unread, _day(clock)), set[str]()
            for uid in uids[:MOST_AT_ONCE]:
                raw = await self.do(self._read, uid)
                flags = await self._take(uid, raw, understand, take, held) if raw else ()
                if flags:
                    await self.do(self._mark, uid, flags)
            if held or (len(uids) <= MOST_AT_ONCE and not await self.do(self._hear)):
                await asyncio.sleep(LOOK_EVERY)

    async def _take(self, uid: int, raw: bytes, understand: Understand, take: Take, held: set[str]) -> Sequence[bytes]:
        """The flags that it gets: as taken, or for people, where it is no e-mail or refused.

        None where it could not be kept: it stays unread, and so does what the same address, which is then `held`,
        wrote after it.
        """
        try:
            webhook = await self.do(understand, raw)
        except WebhookRejected as error:
            log.warning("an e-mail is not taken; it is flagged in the mailbox", uid=uid, reason=error.reason)
            return SEEN, FLAGGED
        addresses = {one.address for one in webhook.inbound if isinstance(one, CustomerMessage | SpareAddress)} or {""}
        if addresses & held:
            return ()
        try:
            await take(webhook)
        except Exception:
            log.exception("an e-mail could not be kept; it stays unread and is fetched again", uid=uid)
            held |= addresses
            return ()
        return (SEEN,)

    # ------------------------------------------------------------ in the thread

    def open(self, mailbox: Mailbox, token: str) -> None:
        context = ssl.create_default_context()
        direct = mailbox.security == "tls"
        self._client = client = IMAPClient(
            mailbox.host, mailbox.port, ssl=direct, ssl_context=context if direct else None, timeout=TIMEOUT_SECONDS
        )
        if mailbox.security == "starttls":
            client.starttls(context)
        if token:
            client.oauth2_login(mailbox.user, token)
        else:
            client.login(mailbox.user, mailbox.password)
        try:
            found = client.select_folder(mailbox.folder)
        except IMAPClientError:
            raise _NoFolderError(f'it has no folder "{mailbox.folder}": check EMAIL_IMAP_FOLDER') from None
        if b"READ-ONLY" in found:
            raise _NoFolderError(f'"{mailbox.folder}" may only be read, so nothing could be marked as taken')

    def close(self) -> None:
        """Whatever the thread waits for ends."""
        if self._client is not None:
            with suppress(IMAPClientError, OSError):
                self._client.socket().shutdown(socket.SHUT_RDWR)  # before its file, which the thread may be reading
            with suppress(IMAPClientError, OSError):
                self._client.shutdown()

    def _count_before(self, day: date) -> int:
        return len(self._client.search(["UNSEEN", "UNDELETED", "BEFORE", day]))

    def _unread(self, since: date) -> Sequence[int]:
        self._told_of_new()
        return sorted(self._client.search(["UNSEEN", "UNDELETED", "SINCE", since]))

    def _read(self, uid: int) -> bytes:
        """Its first bytes, and no flag is set by that; empty where it is gone meanwhile."""
        found = self._client.fetch([uid], [f"BODY.PEEK[]<0.{LARGEST_READ}>"]).get(uid, {})
        return bytes(found.get(b"BODY[]<0>") or b"")

    def _mark(self, uid: int, flags: Sequence[bytes]) -> None:
        self._client.add_flags([uid], flags, silent=True)

    def _hear(self) -> bool:
        """Wait until the server tells something; False where it never does. Raises what a lost connection raises."""
        if not self._client.has_capability("IDLE"):
            self._client.noop()
            return False
        self._client.idle()
        if not self._told_of_new():
            self._client.idle_check(timeout=WAIT_SECONDS)
        self._client.idle_done()
        return True

    def _told_of_new(self) -> bool:
        """Whether an answer since this was last asked told of new mail: a server tells of it once, with any answer
        (RFC 3501, 7.3.1), so with that to the search, or to a flag, as well as within the wait."""
        told: list[bytes | None] = self._client._imap.response("EXISTS")[1]  # IMAPClient itself shows it of idle only
        return told != [None]
