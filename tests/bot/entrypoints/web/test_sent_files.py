"""What a rep has sent is shown as what it is; what a customer has sent never is."""

from __future__ import annotations

import pytest

from bot.domain.files import FileState, SentFile
from bot.entrypoints.web.sent_files import file_link, media_link
from tests.bot.entrypoints.conftest import SECRET
from tests.bot.entrypoints.web.test_uploads import OURS, PNG, Front, front
from tests.bot.services.stage import ANA, Stage

__all__ = ["front"]  # the fixture


async def kept(front: Front, stage: Stage, **changes: str) -> SentFile:
    store = stage.runtime.attachments
    assert store is not None
    conversation = await stage.meet()
    media_type = changes.get("media_type", "image/png")
    place = await store.keep("key", media_type, PNG)
    file = SentFile(
        id=place.partition(".")[0],
        key="key",
        profile_id=ANA,
        conversation_id=conversation.id,
        place=place,
        name="plan.png",
        media_type=media_type,
        size=len(PNG),
        at=stage.clock.now(),
        state=FileState.CLEAN,
        sender=changes.get("sender", "Ana Rep"),
    )
    async with stage.store.transaction() as uow:
        await uow.files.add(file)
    return file


async def test_a_reps_picture_is_shown_on_any_page_and_runs_nothing(front: Front, stage: Stage) -> None:
    file = await kept(front, stage)
    status, content, headers = await front.fetch(media_link(OURS, SECRET, file.id))
    assert (status, content, headers["Content-Type"]) == (200, PNG, "image/png")
    assert headers["Content-Disposition"] == "inline; filename*=UTF-8''plan.png"
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert (await front.fetch(file_link(OURS, SECRET, file.id)))[2]["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize("changes", [{"sender": ""}, {"media_type": "text/plain"}, {"media_type": "image/heic"}])
async def test_a_customers_file_and_what_is_no_picture_are_not_shown(
    front: Front, stage: Stage, changes: dict[str, str]
) -> None:
    file = await kept(front, stage, **changes)
    assert (await front.fetch(media_link(OURS, SECRET, file.id)))[0] == 404


async def test_a_link_is_good_for_what_it_was_made_for(front: Front, stage: Stage) -> None:
    file = await kept(front, stage)
    as_media, as_file = media_link(OURS, SECRET, file.id), file_link(OURS, SECRET, file.id)
    assert (await front.fetch(as_media.replace("/media/", "/files/")))[0] == 403
    assert (await front.fetch(as_file.replace("/files/", "/media/")))[0] == 403


async def test_what_was_taken_back_is_not_shown_any_more(front: Front, stage: Stage) -> None:
    file = await kept(front, stage)
    async with stage.store.transaction() as uow:
        await uow.files.settle(file.key, FileState.REFUSED, "whoever sent it has taken it back")
    status, content, _ = await front.fetch(media_link(OURS, SECRET, file.id))
    assert (status, b"taken it back" in content) == (410, True)
