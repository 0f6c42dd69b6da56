"""Files that customers send are fetched from Twilio, within limits, and from nowhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

import connectors.twilio_messaging
from bot.domain.errors import CredentialRefused, PermanentSendError, TemporarySendError
from bot.domain.message import Attachment, CustomerMessage
from bot.ports import Reply
from connectors import received_files
from connectors.phone_panel import PICTURE
from connectors.twilio_messaging.channel import SmsChannel
from connectors.twilio_messaging.media import MOST_REDIRECTS
from tests.connectors.twilio_document import as_openapi, twilio_document
from tests.connectors.vendor_server import NOW, Fault, MemoryFeed, StillClock, VendorServer, built, serve, settings_for


@dataclass
class Stage:
    channel: SmsChannel
    server: VendorServer
    picture: Attachment


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    feed, clock, module = MemoryFeed(), StillClock(), connectors.twilio_messaging
    vendor = module.build_sandbox(settings_for(module, feed=feed, clock=clock))
    async with serve(VendorServer(vendor, clock)) as server:
        channel = built(module, "sms", feed=feed, clock=clock, sandbox_url=server.url)
        server.vendor = module.build_sandbox(settings_for(module, feed=feed, clock=clock, sandbox_url=server.url))
        deed = {"deed": "text", "from": "+447700900123", "body": "", "picture": True}
        [message] = channel.parse(await server.vendor.act(deed, NOW)).inbound
        assert isinstance(message, CustomerMessage)
        yield Stage(channel, server, message.attachments[0])
        await channel.close()


def moved(to: str) -> Reply:
    return Reply(302, b"", headers={"Location": to})


async def test_a_picture_is_fetched_with_our_credentials(stage: Stage) -> None:
    assert stage.picture.media_type == "image/png"
    assert await stage.channel.fetch(stage.picture) == PICTURE
    assert stage.server.asked[0].headers["authorization"].startswith("Basic ")


async def test_it_is_asked_for_where_twilios_openapi_document_has_media(stage: Stage) -> None:
    """The document has the resource as JSON; the file itself is at the same address without the ending."""
    await stage.channel.fetch(stage.picture)
    document = twilio_document("/Messages/{MessageSid}/Media/{Sid}.json")
    asked = as_openapi(stage.server.asked[0], suffix=".json")
    document.unmarshal_request(asked).raise_for_errors()


async def test_a_redirect_within_twilio_is_followed(stage: Stage) -> None:
    stage.server.faults.append(moved(stage.picture.url))
    assert await stage.channel.fetch(stage.picture) == PICTURE


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/a.png",
        "http://169.254.169.254/latest/meta-data",
        "https://twiliocdn.com.evil.example/a",
        "http://media.twiliocdn.com/a",
        "https://user@evil.example#.twiliocdn.com",
        "file:///etc/passwd",
        "",
    ],
)
async def test_a_redirect_to_elsewhere_is_not(stage: Stage, target: str) -> None:
    stage.server.faults += [moved(target)] * (MOST_REDIRECTS + 1)
    with pytest.raises(PermanentSendError):
        await stage.channel.fetch(stage.picture)


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/2010-04-01/Accounts/AC0/Messages/MM0/Media/ME0",
        "http://127.0.0.1:9/2010-04-01/Accounts/AC0/Messages/MM0/Media/ME0",
        "",
        "not an address",
    ],
)
async def test_an_address_that_is_not_twilios_is_never_asked(stage: Stage, url: str) -> None:
    with pytest.raises(PermanentSendError, match="not at Twilio"):
        await stage.channel.fetch(Attachment(url, "image/png"))
    assert stage.server.asked == []


async def test_another_accounts_media_are_never_asked_for(stage: Stage) -> None:
    other = f"{stage.server.url}/2010-04-01/Accounts/AC{'9' * 32}/Messages/MM0/Media/ME0"
    with pytest.raises(PermanentSendError, match="not at Twilio"):
        await stage.channel.fetch(Attachment(other, "image/png"))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Reply(200, b"<script>", "text/html"), PermanentSendError),
        (Reply(200, b"x" * 101, "image/png"), PermanentSendError),
        (Reply(404, b"", "text/plain"), PermanentSendError),
        (Reply(401, b"", "text/plain"), CredentialRefused),
        (Reply(503, b"", "text/plain"), TemporarySendError),
        ("hang up", TemporarySendError),
    ],
)
async def test_what_is_no_picture_of_a_decent_size_is_refused(
    stage: Stage, answer: Fault, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(received_files, "LARGEST_FILE", 100)
    stage.server.faults += [answer, answer]  # aiohttp asks once more where a connection was closed
    with pytest.raises(error):
        await stage.channel.fetch(stage.picture)
