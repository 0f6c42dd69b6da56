"""The preference centre: who has the link asks for a copy of their data, or its erasure, and sees by when it is due."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.consent import Purpose
from bot.domain.privacy import PrivacyRequest, RequestKind
from bot.entrypoints.web.preferences.words import words_in
from tests.bot.entrypoints.web.preferences.test_routes import Client, change, client, link, records
from tests.bot.services.stage import ANA, Stage

__all__ = ["client"]
DUE = "21 December 2026"


async def requests(stage: Stage) -> Sequence[PrivacyRequest]:
    async with stage.store.transaction() as uow:
        return await uow.privacy_requests.of(ANA)


async def test_a_copy_is_asked_for_once_and_changes_no_consent(client: Client, stage: Stage) -> None:
    before = await records(stage)
    for _ in range(2):
        text = await change(client, stage, ("do", "access"))
        noted = f"You have asked for a copy of your data, and will get an answer by {DUE}."
        assert f'<p class="saved" role="status">{noted}</p>' in text, "it is said at the head of the page"
        assert f"<title>{noted}" in text
        assert 'value="access"' not in text
        assert "Saved." not in text
        stage.clock.forward(timedelta(minutes=1))
    (request,) = await requests(stage)
    assert (request.kind, request.how) == (RequestKind.ACCESS, f"preference page, wording {words_in('en').version}")
    assert await records(stage) == before


async def test_erasure_ends_marketing_with_the_words_that_were_shown(client: Client, stage: Stage) -> None:
    text = await change(client, stage, ("do", "erasure"))
    noted = f"You have asked for your data to be deleted, and will get an answer by {DUE}."
    assert f'<p class="saved" role="status">{noted}</p>' in text
    assert not await stage.may_send()
    latest = (await records(stage))[-1]
    assert (latest.granted, latest.purpose) == (False, Purpose.MARKETING)
    assert latest.text == "Delete all that you keep of me, and stop all marketing to me at once."
    async with stage.store.transaction() as uow:
        (entry,) = await uow.audit.latest(1)
    assert (entry.deed.what, entry.deed.who, dict(entry.deed.detail)) == (
        "person.requested",
        "person",
        {"kind": "erasure"},
    )


async def test_looking_asks_for_nothing_and_what_is_done_may_be_asked_for_anew(client: Client, stage: Stage) -> None:
    await client.get(link(stage))
    assert await requests(stage) == []
    await change(client, stage, ("do", "access"))
    (request,) = await requests(stage)
    async with stage.store.transaction() as uow:
        await uow.privacy_requests.done(request.id, "sent", stage.clock.now())
    assert 'value="access"' in await (await client.get(link(stage))).text()


async def test_enter_in_the_form_of_the_preferences_asks_for_nothing(client: Client, stage: Stage) -> None:
    text = await (await client.get(link(stage))).text()
    first, second = text.split("</form>")[:2]
    assert 'value="save"' in first
    assert 'value="erasure"' in second
