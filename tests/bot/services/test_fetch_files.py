"""What customers send with their messages is fetched once, kept, and shown to the desk."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.attachments import FolderAttachments
from bot.domain.delivery import OutboxStatus
from bot.domain.effects import RequestHandoff
from bot.domain.errors import PermanentSendError, TemporarySendError
from bot.domain.message import Attachment
from tests.bot.services.fakes import FakeChannel
from tests.bot.services.stage import FAILURES, Stage

PHOTO = Attachment("https://vendor.example/1", "image/png")


class PictureChannel(FakeChannel):
    """A vendor of texts that has pictures."""

    async def fetch(self, attachment: Attachment) -> bytes:
        if self.faults:
            raise self.faults.popleft()
        return f"the file at {attachment.url}".encode()


@pytest.fixture
def folder(stage: Stage, tmp_path: Path) -> Path:
    stage.sms = PictureChannel("sms", replace(stage.sms.abilities, failures=FAILURES))
    channels = {**stage.runtime.channels, "sms": stage.sms}
    attachments = FolderAttachments(tmp_path / "media")
    stage.runtime = replace(stage.runtime, channels=channels, attachments=attachments)
    return tmp_path / "media"


def files_in(folder: Path) -> list[Path]:
    return list(folder.glob("*"))


async def test_a_picture_is_kept_where_only_we_can_read_it(stage: Stage, folder: Path) -> None:
    await stage.says("greet", attachments=(PHOTO,), vendor_id="MM1")
    [file] = files_in(folder)
    assert (file.read_text(), file.suffix, file.stat().st_mode & 0o777) == (
        "the file at https://vendor.example/1",
        ".png",
        0o600,
    )
    entry = await stage.entry("sms:MM1:file:0")
    assert (entry.status, entry.vendor_id) == (OutboxStatus.SENT, f"media/{file.name}")
    await stage.says("greet", attachments=(PHOTO,), vendor_id="MM1")
    assert files_in(folder) == [file]


async def test_the_desk_is_told_of_it(stage: Stage, folder: Path) -> None:
    stage.actions.effects["action_lead"] = (RequestHandoff("Asked for a person"),)
    await stage.says("lead")
    await stage.says("greet", attachments=(PHOTO,))
    assert any("sent a file (image/png): /files/" in str(one.content) for one in stage.slack.taken)


async def test_trouble_is_tried_again_and_holds_up_no_reply(stage: Stage, folder: Path) -> None:
    await stage.hear("greet", attachments=(PHOTO,), vendor_id="MM1")
    stage.sms.faults.append(TemporarySendError("busy"))
    await stage.settle()
    await stage.later(minutes=1)
    assert (await stage.entry("sms:MM1:file:0")).status is OutboxStatus.SENT
    assert stage.sms.texts() == ["I am a machine. Hello!"]


async def test_a_folder_that_takes_nothing_uses_up_no_tries(
    stage: Stage, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", full)
        await stage.says("greet", attachments=(PHOTO,), vendor_id="MM1")
        entry = await stage.entry("sms:MM1:file:0")
        assert (entry.status, entry.attempts) == (OutboxStatus.WAITING, 0)
        assert entry.reason == f"no file can be kept in {folder}: No space left on device"
    await stage.later(minutes=5)
    assert (await stage.entry("sms:MM1:file:0")).status is OutboxStatus.SENT


async def test_what_is_refused_is_dead_with_the_reason(stage: Stage, folder: Path) -> None:
    await stage.hear("greet", attachments=(PHOTO,), vendor_id="MM1")
    stage.sms.faults.append(PermanentSendError("the file is larger than 16 MB"))
    await stage.settle()
    entry = await stage.entry("sms:MM1:file:0")
    assert (entry.status, entry.reason) == (OutboxStatus.DEAD, "the file is larger than 16 MB")
    assert files_in(folder) == []


async def test_a_channel_that_brings_no_files_has_them_refused(stage: Stage) -> None:
    await stage.says("greet", attachments=(PHOTO,), vendor_id="MM1")
    assert (await stage.entry("sms:MM1:file:0")).reason == "files that come by sms are not kept"
