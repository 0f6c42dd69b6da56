"""The review queue: what is in it, and what an author's verdicts do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from bot.domain.conversation import UserUttered
from bot.domain.errors import Conflict, ContentError, Fault, Place
from bot.domain.ids import MessageId
from bot.domain.understanding import IntentScore, Understood
from bot.services.review import ReviewDesk, dismiss, label, refuse, unclear
from tests.bot.services.stage import Stage
from tests.contracts.samples import CHAT, NOON, add_chat


@dataclass
class FakeFiles:
    """Examples in memory."""

    taught: dict[str, str] = field(default_factory=lambda: {"hello": "greet"})

    def intents(self) -> Sequence[str]:
        return sorted(set(self.taught.values()))

    def examples(self) -> Sequence[str]:
        return list(self.taught)

    def add(self, text: str, intent: str) -> Place:
        if text in self.taught:
            raise ContentError([Fault(Place("nlu.yml"), "this is an example already.")])
        self.taught[text] = intent
        return Place("nlu.yml", len(self.taught))


@pytest.fixture
def files() -> FakeFiles:
    return FakeFiles()


def desk_of(stage: Stage, files: FakeFiles) -> ReviewDesk:
    return ReviewDesk(stage.store, stage.clock, files, "GB")


async def hear(stage: Stage, *texts: str) -> None:
    """Customers say what is not understood."""
    said = [
        UserUttered(
            text, Understood(text, IntentScore("nlu_fallback", 0.9), stage="fallback"), MessageId(text), None, "sms"
        )
        for text in texts
    ]
    async with stage.store.transaction() as uow:
        await add_chat(uow)
        await uow.conversations.log(CHAT, said, NOON)


async def queue(stage: Stage, files: FakeFiles) -> dict[str, str]:
    return {one.text: one.key for one in await unclear(desk_of(stage, files))}


async def test_what_became_an_example_or_was_handled_is_not_in_the_queue(stage: Stage, files: FakeFiles) -> None:
    await hear(stage, "Hello!", "hello", "what is this", "and that")
    open_ones = await queue(stage, files)
    assert set(open_ones) == {"Hello!", "what is this", "and that"}
    await dismiss(desk_of(stage, files), open_ones["and that"])
    await label(desk_of(stage, files), open_ones["what is this"], "what is this thing?", "help")
    assert files.taught["what is this thing?"] == "help"
    assert set(await queue(stage, files)) == {"Hello!"}


async def test_what_an_author_writes_is_masked_once_more(stage: Stage, files: FakeFiles) -> None:
    await hear(stage, "ring me")
    (key,) = (await queue(stage, files)).values()
    await label(desk_of(stage, files), key, "ring [me](x) on 07700 900123", "help")
    assert files.taught["ring (me)(x) on 00000 000000"] == "help"


async def test_out_of_scope_is_an_example_where_there_is_an_intent_for_it(stage: Stage, files: FakeFiles) -> None:
    await hear(stage, "do cats fly", "is it raining")
    keys = await queue(stage, files)
    assert await refuse(desk_of(stage, files), keys["do cats fly"], "do cats fly") is None
    assert "do cats fly" not in files.taught
    files.taught["sing a song"] = "out_of_scope"
    assert await refuse(desk_of(stage, files), keys["is it raining"], "is it raining") == Place("nlu.yml", 3)
    assert files.taught["is it raining"] == "out_of_scope"
    assert await queue(stage, files) == {}


async def test_a_message_is_handled_once(stage: Stage, files: FakeFiles) -> None:
    await hear(stage, "what is this")
    (key,) = (await queue(stage, files)).values()
    await dismiss(desk_of(stage, files), key)
    with pytest.raises(Conflict, match="somebody else has handled this message"):
        await dismiss(desk_of(stage, files), key)
    with pytest.raises(Conflict):
        await label(desk_of(stage, files), key, "what is this", "help")
    assert "what is this" not in files.taught


async def test_what_cannot_be_written_stays_in_the_queue(stage: Stage, files: FakeFiles) -> None:
    await hear(stage, "what is this")
    (key,) = (await queue(stage, files)).values()
    with pytest.raises(ContentError):
        await label(desk_of(stage, files), key, "hello", "help")
    assert list(await queue(stage, files)) == ["what is this"]
