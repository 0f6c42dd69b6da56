"""With field keys, nothing that a person has, said or was told can be read in the database, and all of it works."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.attachments import FolderAttachments
from bot.adapters.database import Database
from bot.adapters.database.sealing import Sealing
from bot.domain.effects import RequestHandoff, SetAttribute
from bot.services.give_data import all_data, consent_proof
from bot.services.rectify import rectify
from tests.bot.services.stage import ANA, PHONE, Stage
from tests.bot.services.test_erase_person import MAIL, NAME, OTHERS, THEIRS, WORDS, erase, found_in, live, rows
from tests.bot.services.test_pass_on_file import PLAN, DeskWithFiles, attaches
from tests.field_keys import SEALED
from tests.manual_clock import ManualClock


@pytest.fixture
def sealing() -> Sealing:
    return SEALED


@pytest.fixture
def stage(store: Database, clock: ManualClock) -> Stage:
    """On SQLite, and on PostgreSQL."""
    return Stage(store, clock)


async def test_nothing_of_people_stands_readable_in_any_column(stage: Stage) -> None:
    await live(stage)
    tables = await rows(stage)
    _, *bens = OTHERS
    assert found_in(tables, *THEIRS, *bens, "Ben's words") == set()


async def test_what_is_given_to_a_person_can_be_read_and_erasing_takes_all_of_it(stage: Stage) -> None:
    await live(stage)
    async with stage.store.transaction() as uow:
        given = await all_data(uow, ANA, stage.clock.now())
    text = str(given)
    assert all(word in text for word in THEIRS)
    assert "sealed" not in text
    assert "blind:" not in text
    assert any(one["body"].get("text") == WORDS for one in given["tables"]["event"])
    receipt = await erase(stage)
    assert receipt.rows == {name: len(found) for name, found in given["tables"].items()}


async def test_a_doubtful_opt_out_a_reps_file_and_what_is_put_right_are_sealed_and_can_be_read(
    stage: Stage, tmp_path: Path
) -> None:
    words = f"{WORDS}, {NAME}"
    stage.doubt(words)
    stage.slack = DeskWithFiles(stage.slack)
    stage.runtime = replace(
        stage.runtime,
        channels={**stage.runtime.channels, "slack": stage.slack},
        attachments=FolderAttachments(tmp_path / "media"),
    )
    await stage.meet()
    await stage.consent()
    await stage.says(words)
    await stage.do(SetAttribute("email", MAIL), RequestHandoff(f"{NAME} wants to talk"))
    await stage.settle()
    await attaches(stage, replace(PLAN, name=f"{NAME}.png"), text=f"For you, {NAME}")
    async with stage.store.transaction() as uow:
        await rectify(uow, stage.runtime, ANA, {"name": NAME, "email": None}, who="a test", now=stage.clock.now())
    await stage.settle()
    assert found_in(await rows(stage), PHONE, MAIL, NAME, WORDS) == set()
    async with stage.store.transaction() as uow:
        [question] = await uow.opt_out_questions.unsettled(ANA)
        [file] = await uow.files.of(ANA)
        proof = await consent_proof(uow, ANA, stage.clock.now())
        assert (await uow.profiles.get(ANA)).attributes["name"] == NAME
        assert await uow.profiles.find("anastasia", limit=2) == [ANA]
        assert not await uow.profiles.find(MAIL, limit=2)
    assert (question.address, proof["opt_out_questions"][0]["words_shown"]) == (PHONE, question.text)
    assert question.text
    assert (file.name, file.sender) == (f"{NAME}.png", "Ana Rep")


async def test_who_has_opted_out_is_left_alone_also_after_erasure(stage: Stage) -> None:
    await live(stage)
    assert not await stage.may_send()
    assert (await erase(stage)).suppressed >= 1
    await stage.says("hello")
    await stage.consent(of=(await stage.at()).profile_id)
    assert not await stage.may_send(of=(await stage.at()).profile_id)
