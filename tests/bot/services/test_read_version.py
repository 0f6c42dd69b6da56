"""Read version: the journey that a run goes by, where this release can read what wrote it."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs

from bot.domain.effects import SetAttribute
from bot.domain.journey import Journey
from bot.services.read_version import read_version
from tests.bot.services.enrolments import unreadable
from tests.bot.services.stage import ANA, Stage, journey_of

LEAVES = """exit: {when: "profile.stage == 'customer'"}"""
WAITS = "- wait: {until: profile.renewal - 3d at 09:00}\n- wait: 30d"


async def test_of_a_version_of_another_release_the_log_says_what_comes_of_it(stage: Stage, sqlite_url: str) -> None:
    await stage.meet()
    await unreadable(stage, sqlite_url, of=ANA)
    [run] = await stage.enrolments()
    async with stage.store.transaction() as uow:
        with capture_logs() as lines:
            assert await read_version(uow, run.journey, run.version, otherwise="its end is not noticed") is None
    [line] = lines
    assert line["event"] == "a version of a journey cannot be read; its end is not noticed"
    assert f'version "{run.version}" of journey "unreadable" was written by another release' in line["error"]
    assert line["why"], "which field of it is odd"


@pytest.mark.parametrize("known", [SetAttribute("stage", "customer"), SetAttribute("renewal", "2026-12-24")])
async def test_what_was_not_read_because_the_database_was_away_is_still_to_be_done(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, known: SetAttribute
) -> None:
    await stage.meet(attributes={"renewal": "2026-12-14"}, time_zone="UTC")
    stage.play(journey_of(WAITS, LEAVES))
    await stage.happens("demo.requested")
    await stage.settle()

    async def away(*_: object) -> Journey:
        raise ConnectionError("the server closed the connection")

    async with stage.store.transaction() as uow:
        monkeypatch.setattr(type(uow.enrolments), "version", away)
    with pytest.raises(ConnectionError):
        await stage.do(known)
    async with stage.store.transaction() as uow:
        assert (await uow.profiles.get(ANA)).attributes == {"renewal": "2026-12-14"}
