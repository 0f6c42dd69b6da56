"""What a rep attaches reaches the customer once it is clean: shown where the channel can, else as a link."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.attachments import FolderAttachments
from bot.domain.effects import RequestHandoff
from bot.domain.errors import FileRefused, PermanentSendError, TemporarySendError
from bot.domain.files import FileState, SentFile
from bot.domain.handoff import HandoffState
from bot.domain.message import Attachment, Author, DeskReply, DeskRevision, DeskVerb, Text
from bot.services.erase_person import erase_person
from bot.services.receive import receive
from tests.bot.services.fakes import FakeChannel
from tests.bot.services.stage import ANA, Stage

PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"
PLAN = Attachment("T0/F0PLAN", "image/png", "plan.png", len(PNG))
OFFER = Attachment("T0/F0OFFER", "application/pdf", "offer.pdf", 9)
CONTENTS = {PLAN.url: PNG, OFFER.url: b"%PDF-1.7."}


class DeskWithFiles(FakeChannel):
    """A desk whose reps can attach files."""

    def __init__(self, of: FakeChannel) -> None:
        super().__init__(of.name, of.abilities)
        self.contents = dict(CONTENTS)
        self.trouble: list[Exception] = []

    async def fetch(self, attachment: Attachment) -> bytes:
        if self.trouble:
            raise self.trouble.pop(0)
        return self.contents[attachment.url]


class Suspicious:
    async def scan(self, path: Path) -> None:
        raise FileRefused("the virus scanner found Eicar-Signature")


@pytest.fixture
async def desk(stage: Stage, tmp_path: Path) -> Stage:
    """A hand-off of Ana's by text message; the files are in `media`."""
    stage.slack = DeskWithFiles(stage.slack)
    stage.runtime = replace(
        stage.runtime,
        channels={**stage.runtime.channels, "slack": stage.slack},
        attachments=FolderAttachments(tmp_path / "media"),
        links=replace(stage.runtime.links, media="https://chat.example.com/media/{}".format),
    )
    stage.actions.effects["action_lead"] = (RequestHandoff("Asked for a person"),)
    await stage.meet()
    await stage.says("lead")
    return stage


def vendor(stage: Stage) -> DeskWithFiles:
    assert isinstance(stage.slack, DeskWithFiles)
    return stage.slack


def shows(stage: Stage, *media: str) -> None:
    """The customer's channel shows such files."""
    stage.sms.abilities = replace(stage.sms.abilities, media=frozenset(media))


async def attaches(
    stage: Stage, *files: Attachment, text: str = "", key: str = "C0:1.1", others: tuple[str, ...] = ()
) -> None:
    thread = f"slack-{stage.cards()[0]}"
    reply = DeskReply("slack", key, thread, text, "Ana Rep", files=others, attachments=files)
    await receive(stage.runtime, stage.slack, [reply])
    await stage.settle()


async def deletes(stage: Stage, *files: Attachment, of: str = "C0:1.1") -> None:
    thread = f"slack-{stage.cards()[0]}"
    withdrawn = tuple(one.url for one in files)
    gone = DeskRevision("slack", f"revision:{of}", thread, "", "Ana Rep", of=of, withdrawn=withdrawn)
    await receive(stage.runtime, stage.slack, [gone])
    await stage.settle()


def kept(folder: Path) -> list[str]:
    """The endings of the files that are there."""
    return [one.suffix for one in (folder / "media").glob("*")]


def last(stage: Stage) -> Text:
    content = stage.sms.taken[-1].content
    assert isinstance(content, Text)
    return content


async def files(stage: Stage) -> list[SentFile]:
    async with stage.store.transaction() as uow:
        return list(await uow.files.of(ANA))


async def test_a_picture_is_shown_where_the_channel_shows_such(desk: Stage) -> None:
    shows(desk, "image/png")
    await attaches(desk, PLAN, text="Here it is")
    [file] = await files(desk)
    assert desk.sms.texts()[-2] == "Here it is"
    assert (last(desk).image, last(desk).image_alt) == (f"https://chat.example.com/media/{file.id}", "plan.png")
    assert (last(desk).text, last(desk).author, last(desk).author_name) == ("", Author.PERSON, "Ana Rep")
    assert (file.sender, file.state, file.name, file.size) == ("Ana Rep", FileState.CLEAN, "plan.png", len(PNG))


async def test_our_own_chat_fetches_it_from_where_the_chat_came(desk: Stage) -> None:
    shows(desk, "image/png")
    desk.sms.abilities = replace(desk.sms.abilities, own_lines=True)
    await attaches(desk, PLAN)
    [file] = await files(desk)
    assert last(desk).image == f"/media/{file.id}"


@pytest.mark.parametrize("file", [PLAN, OFFER])
async def test_elsewhere_it_is_a_link(desk: Stage, file: Attachment) -> None:
    await attaches(desk, file)
    [kept] = await files(desk)
    assert last(desk).text == f"{file.name} ({file.size} bytes): /files/{kept.id}"
    assert last(desk).image is None


async def test_our_own_chat_shows_its_name_as_the_link(desk: Stage) -> None:
    desk.sms.abilities = replace(desk.sms.abilities, own_lines=True, extras=True)
    await attaches(desk, OFFER)
    [kept] = await files(desk)
    payload = {"src": f"/files/{kept.id}", "title": f"{kept.name} ({kept.size} bytes)"}
    assert (last(desk).text, last(desk).extras) == ("", {"attachment": {"type": "file", "payload": payload}})


async def test_a_picture_that_is_too_large_for_a_text_is_a_link(desk: Stage) -> None:
    shows(desk, "image/png")
    vendor(desk).contents[PLAN.url] = PNG + bytes(5_000_000)
    await attaches(desk, PLAN)
    assert last(desk).text.startswith("plan.png (5.0 MB): ")


async def test_it_takes_the_floor_and_the_transcript_says_who_sent_it(desk: Stage) -> None:
    await attaches(desk, PLAN)
    handoff = await desk.handoff()
    assert (handoff.state, handoff.rep) == (HandoffState.CLAIMED, "Ana Rep")
    async with desk.store.transaction() as uow:
        said = (await uow.conversations.transcript(handoff.conversation_id, last=1))[0]
    assert (said.speaker, said.text) == ("Ana Rep", f"sent a file (plan.png, {len(PNG)} bytes)")


async def test_it_goes_once_though_told_twice_and_tried_twice(desk: Stage) -> None:
    vendor(desk).trouble.append(TemporarySendError("busy"))
    await attaches(desk, PLAN)
    await attaches(desk, PLAN)
    await desk.later(minutes=1)
    assert sum("plan.png" in text for text in desk.sms.texts()) == 1


async def test_what_cannot_be_passed_on_is_told_at_once(desk: Stage) -> None:
    sheet = Attachment("T0/F0SHEET", "application/vnd.ms-excel", "prices.xls", 9)
    before = len(desk.sms.taken)
    await attaches(desk, sheet, others=("drive.doc",))
    assert desk.desk_texts()[-1] == (
        "The customer did not get prices.xls, drive.doc: what can be sent is a picture (JPEG, PNG, GIF, WebP), a PDF "
        "or plain text. Send a link that they can open."
    )
    assert not any("prices" in text for text in desk.sms.texts()[before:])


async def test_what_is_not_what_it_is_said_to_be_is_not_kept(desk: Stage, tmp_path: Path) -> None:
    vendor(desk).contents[PLAN.url] = b"<script>"
    await attaches(desk, PLAN)
    assert desk.desk_texts()[-1] == (
        "The customer did not get plan.png: it does not begin like image/png, which it is said to be."
    )
    assert await files(desk) == []
    assert kept(tmp_path) == []


async def test_what_the_scanner_finds_something_in_goes_to_nobody(desk: Stage, tmp_path: Path) -> None:
    desk.runtime = replace(desk.runtime, scanner=Suspicious())
    await attaches(desk, PLAN)
    assert desk.desk_texts()[-1] == "The customer did not get plan.png: the virus scanner found Eicar-Signature."
    assert kept(tmp_path) == []


async def test_what_slack_does_not_give_is_told(desk: Stage) -> None:
    vendor(desk).trouble.append(PermanentSendError("it is larger than 10 MB"))
    await attaches(desk, PLAN)
    assert desk.desk_texts()[-1] == "The customer did not get plan.png: it is larger than 10 MB."


async def test_what_is_deleted_at_the_desk_is_deleted_here(desk: Stage, tmp_path: Path) -> None:
    await attaches(desk, PLAN, OFFER)
    await deletes(desk, PLAN)
    state = {one.name: one.state for one in await files(desk)}
    assert state == {"plan.png": FileState.REFUSED, "offer.pdf": FileState.CLEAN}
    assert kept(tmp_path) == [".pdf"]
    assert desk.desk_texts()[-1].startswith("The customer cannot open the file any more")


async def test_what_is_deleted_while_it_is_being_fetched_goes_to_nobody(desk: Stage, tmp_path: Path) -> None:
    vendor(desk).trouble.append(TemporarySendError("busy"))
    await attaches(desk, PLAN)
    await deletes(desk, PLAN)
    await desk.later(minutes=1)
    assert not any("plan.png" in text for text in desk.sms.texts())
    assert kept(tmp_path) == []


async def test_what_comes_when_the_hand_off_is_over_goes_to_nobody_and_the_rep_reads_so(desk: Stage) -> None:
    vendor(desk).trouble.append(TemporarySendError("busy"))
    await attaches(desk, PLAN)
    await desk.click(await desk.handoff(), DeskVerb.RESOLVE)
    await desk.later(minutes=1)
    assert desk.desk_texts()[-1].startswith("The conversation was closed before plan.png was here")
    assert not any("plan.png" in text for text in desk.sms.texts())


async def test_the_next_hand_off_does_not_call_it_the_customers(desk: Stage) -> None:
    await attaches(desk, PLAN)
    await desk.click(await desk.handoff(), DeskVerb.RESOLVE)
    await desk.says("lead")
    assert not any("sent a file" in line and "/files/" in line for line in desk.desk_texts())


async def test_it_is_erased_with_the_person(desk: Stage, tmp_path: Path) -> None:
    await attaches(desk, PLAN)
    async with desk.store.transaction() as uow:
        await erase_person(uow, desk.runtime, ANA, who="a test", now=desk.clock.now())
    assert kept(tmp_path) == []
