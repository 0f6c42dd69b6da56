"""Hands one message to the mail server: the whole of SMTP that we speak."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from bot.domain.errors import CredentialRefused, NotTried, PermanentSendError, SendError, TemporarySendError
from connectors.email.account import EmailAccount
from connectors.email.failures import NOT_LOGGED_IN, PACE_CODES, SENDER_CODES, enhanced_code, reason_for
from connectors.email.oauth import Tokens

TIMEOUT_SECONDS = 20.0
GOODBYE_SECONDS = 2.0
MOST_CONNECTIONS = 40
"""At once, of a process. Postfix turns away what is more than 50 from one address, unless told otherwise."""

FREE_WITHIN_SECONDS = 5.0
"""So long a message waits until one of them is free; then it comes again, for the mail server has not heard of it."""

Session = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
"""A server's end of a connection."""


class MailServer:
    """The server of the settings; with a `stand_in`, that is at the other end of each connection instead.

    Where there are `tokens`, one is shown in the password's place.
    """

    def __init__(self, account: EmailAccount, stand_in: Session | None = None, tokens: Tokens | None = None) -> None:
        self._account = account
        self._stand_in = stand_in
        self._tokens = tokens
        self._connections = asyncio.Semaphore(MOST_CONNECTIONS)

    async def take(self, to: str, message: bytes) -> None:
        """One try. Raises a SendError, or TimeoutError where nobody knows whether the server took it.

        What servers say is left out, with the errors that repeat it: it may name the address.
        """
        handing_over = False
        token = await self._tokens.get() if self._tokens is not None else ""
        try:
            async with self._one_of_few(), self._connected(token) as client, asyncio.timeout(TIMEOUT_SECONDS):
                await client.connect()
                await client.mail(self._account.sender)
                await client.rcpt(to)
                handing_over = True
                await client.data(message)
        except (SMTPSenderRefused, SMTPRecipientRefused, SMTPDataError) as error:
            raise _refusal(error) from None
        except SMTPResponseException as error:
            if self._tokens is not None:
                self._tokens.forget(token)
            raise _turned_away(error) from None
        except (SMTPException, OSError, ValueError) as error:  # a TimeoutError is an OSError
            way = self._account.security
            what = f"the mail server cannot be reached (EMAIL_SMTP_SECURITY is {way}): {type(error).__name__}"
            raise (TimeoutError("no answer to the message") if handing_over else TemporarySendError(what)) from None

    @asynccontextmanager
    async def _one_of_few(self) -> AsyncIterator[None]:
        """Raises NotTried where the mail server is so slow that none gets free."""
        try:
            async with asyncio.timeout(FREE_WITHIN_SECONDS):
                await self._connections.acquire()
        except TimeoutError:
            raise NotTried(f"the mail server is slow with the {MOST_CONNECTIONS} before this one") from None
        try:
            yield
        finally:
            self._connections.release()

    @asynccontextmanager
    async def _connected(self, token: str) -> AsyncIterator[SMTP]:
        """A client of the server."""

        async def shown() -> str:
            return token

        account = self._account
        if self._stand_in is not None:
            async with _to(self._stand_in) as near, _parting(SMTP(sock=near, start_tls=False)) as client:
                yield client
            return
        client = SMTP(
            hostname=account.host,
            port=account.port,
            username=account.user or None,
            password=account.password or None,
            oauth_token_generator=shown if token else None,
            use_tls=account.security == "tls",
            start_tls=account.security == "starttls",
            local_hostname=account.domain,
            timeout=TIMEOUT_SECONDS,
        )
        async with _parting(client):
            yield client


@asynccontextmanager
async def _parting(client: SMTP) -> AsyncIterator[SMTP]:
    """The client, which says goodbye in the end; what the server makes of that concerns nobody."""
    try:
        yield client
    finally:
        with suppress(SMTPException, OSError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                if client.is_connected:
                    await client.quit()
        client.close()


@asynccontextmanager
async def _to(stand_in: Session) -> AsyncIterator[socket.socket]:
    """Our end of a connection whose other end the stand-in has."""
    near, far = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=far)
    serving = asyncio.create_task(_serve(stand_in, reader, writer), name="the sandbox's mail server")
    try:
        yield near
    finally:
        near.close()
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)  # how it ended concerns nobody


async def _serve(stand_in: Session, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        await stand_in(reader, writer)
    finally:
        writer.close()


def _turned_away(error: SMTPResponseException) -> TemporarySendError:
    """Before it has heard of any message."""
    kind = CredentialRefused if error.code >= 500 else TemporarySendError
    return kind(
        f"the mail server turns us away with status {error.code}: check EMAIL_SMTP_USER, EMAIL_SMTP_PASSWORD (or "
        "EMAIL_OAUTH_CLIENT_ID and what it may do) and EMAIL_SMTP_SECURITY",
        code=str(error.code),
    )


def _refusal(error: SMTPResponseException) -> SendError:
    """RFC 5321, 4.2.1: what begins with 4 may be tried again, what begins with 5 never will work.

    A sender who is refused before anybody was named to send to is refused every message, and so is one of whom the code
    says it, as servers do that refuse nobody before they know for whom it is.
    """
    code = enhanced_code(error.message) or str(error.code)
    reason = f"the mail server refused with status {error.code}"
    if code != str(error.code):
        reason += f", {reason_for(code)}"
    of_sender = isinstance(error, SMTPSenderRefused) or code in SENDER_CODES or error.code in NOT_LOGGED_IN
    if error.code >= 500 and of_sender:
        return CredentialRefused(f"{reason}: check EMAIL_FROM, and that this account may send as it", code=code)
    if error.code >= 500:
        return PermanentSendError(reason, code=code)
    if error.code == 421 or code in PACE_CODES:
        return NotTried(reason, code=code)
    return TemporarySendError(reason, code=code, of_message=not isinstance(error, SMTPSenderRefused))
