"""Files are written as they come: whole or not at all, and only where files are kept."""

# ruff: noqa: ASYNC240  (these tests may look at the disk)
from __future__ import annotations

import errno
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.adapters.attachments import FolderAttachments
from bot.domain.errors import NotTried, SettingsError, WebhookRejected
from tests.bot.adapters.test_camera_metadata import PLACE, picture, seen

PNG = b"\x89PNG\r\n\x1a\n" + bytes(200_000)


async def chunks(content: bytes, size: int = 1000, fail: Exception | None = None) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]
    if fail is not None:
        raise fail


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "media"


@pytest.mark.parametrize("size", [1, 3, 4096, 64_000])
async def test_a_file_is_kept_under_a_name_of_ours(folder: Path, size: int) -> None:
    store = FolderAttachments(folder)
    content = PNG[: 64_000 if size > 3 else 300]
    place = await store.take("image/png", len(content), chunks(content, size))
    path = store.path_of(place)
    assert (path.read_bytes(), path.suffix, path.stat().st_mode & 0o777) == (content, ".png", 0o600)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert len(path.stem) == 32
    assert await store.take("image/png", len(content), chunks(content)) != place


async def test_where_a_picture_was_taken_is_not_kept_however_it_comes(folder: Path) -> None:
    store, photo = FolderAttachments(folder), picture("JPEG")
    places = [await store.keep("a", "image/jpeg", photo), await store.take("image/jpeg", len(photo), chunks(photo))]
    for place in places:
        kept = store.path_of(place)
        assert PLACE not in kept.read_bytes()
        assert seen(kept.read_bytes()) == seen(photo)
        assert kept.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("content", "size", "status"),
    [
        (PNG, len(PNG) - 1, 400),
        (PNG, len(PNG) + 1, 400),
        (b"\x89PNG", 100, 400),
        (b"<svg/>" + PNG, len(PNG) + 6, 415),
        (b"GIF89a" + bytes(9000), 9006, 415),
    ],
)
async def test_a_wrong_length_or_type_leaves_nothing(folder: Path, content: bytes, size: int, status: int) -> None:
    with pytest.raises(WebhookRejected) as refused:
        await FolderAttachments(folder).take("image/png", size, chunks(content))
    assert refused.value.status == status
    assert list(folder.iterdir()) == []


async def test_what_breaks_off_leaves_nothing(folder: Path) -> None:
    with pytest.raises(ConnectionResetError):
        await FolderAttachments(folder).take("image/png", 10**6, chunks(PNG, fail=ConnectionResetError()))
    assert list(folder.iterdir()) == []


async def test_a_folder_that_takes_nothing_is_no_fault_of_who_sends_and_nothing_is_lost(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its disk is full, or may only be read: what a vendor keeps for us waits, and a visitor is told to try again."""
    store = FolderAttachments(folder)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with capture_logs() as logs, pytest.raises(WebhookRejected) as refused:
        await store.take("image/png", len(PNG), chunks(PNG))
    assert (refused.value.status, refused.value.headers) == (503, {"Retry-After": "60"})
    assert [(line["event"], line["reason"]) for line in logs] == [("no file can be kept", "No space left on device")]
    with pytest.raises(NotTried, match=f"no file can be kept in {folder}: No space left on device"):
        await store.keep("a", "image/png", PNG)
    assert list(folder.iterdir()) == []


async def test_a_file_that_cannot_be_deleted_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = FolderAttachments(folder)
    place = await store.keep("a", "image/png", PNG)

    def read_only(*_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "unlink", read_only)
        with pytest.raises(SettingsError, match=f"a file in {folder} cannot be deleted: Read-only file system"):
            await store.drop(place)
    await store.drop(place)
    await store.drop(place)
    assert list(folder.iterdir()) == []


async def test_the_draft_of_a_process_that_died_is_cleared_away(folder: Path) -> None:
    store = FolderAttachments(folder)
    await store.keep("a", "image/png", PNG)
    (folder / "old.png.part").touch()
    (folder / "new.png.part").touch()
    os.utime(folder / "old.png.part", (1, 1))
    await store.keep("b", "image/png", PNG)
    assert sorted(one.name for one in folder.glob("*.part")) == ["new.png.part"]


async def test_two_processes_may_keep_the_same_file_at_the_same_time(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace_file, beside = Path.replace, iter([FolderAttachments(folder)])

    def while_another_writes(draft: Path, target: Path) -> Path:
        for other in beside:
            other._write(target, PNG)
        return replace_file(draft, target)

    monkeypatch.setattr(Path, "replace", while_another_writes)
    place = await FolderAttachments(folder).keep("a", "image/png", PNG)
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == {place: PNG}


@pytest.mark.parametrize("place", ["../secret", "/etc/passwd", "", ".", "..", "sub/x.png", "missing.png"])
async def test_nothing_else_can_be_reached(folder: Path, place: str) -> None:
    folder.mkdir()
    (folder.parent / "secret").write_text("ours")
    store = FolderAttachments(folder)
    with pytest.raises(FileNotFoundError):
        store.path_of(place)
    await store.drop(place)
    assert (folder.parent / "secret").exists()
