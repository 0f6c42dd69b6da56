"""The preference centre: who has the link says what they want, and it holds at once."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import FormData
from aiohttp.test_utils import TestClient, TestServer

from bot.domain.consent import ConsentRecord, Purpose
from bot.domain.ids import ProfileId
from bot.domain.person import Identity, Profile
from bot.entrypoints.serving.http import Server
from bot.entrypoints.web.preferences.links import LASTS, sign
from bot.entrypoints.web.preferences.page import masked
from bot.entrypoints.web.preferences.words import words_in
from bot.services.erase_person import erase_person
from bot.services.respect_wishes import note_objection
from tests.bot.entrypoints.conftest import SECRET, ServiceMaker
from tests.bot.services.stage import ANA, PHONE, Stage, journey_of

Client = TestClient[Any, Any]
SMS_TEXT = "Send me offers and news by text message to +44•••••••123. I can change this at any time."


@pytest_asyncio.fixture
async def client(service_of: ServiceMaker, stage: Stage) -> AsyncIterator[Client]:
    """Ana, who has consented by text message, and has the website's chat too."""
    await stage.meet()
    await stage.consent()
    async with stage.store.transaction() as uow:
        await uow.profiles.claim(ANA, Identity("webchat", "visitor-of-a-browser", verified=True), stage.clock.now())
    async with TestClient(TestServer(Server(service_of()).application(), host="127.0.0.1")) as client:
        yield client


def link(stage: Stage, person: ProfileId = ANA) -> str:
    return f"/preferences/{sign(SECRET, person, stage.clock.now() + LASTS)}"


async def change(client: Client, stage: Stage, *fields: tuple[str, str]) -> str:
    answer = await client.post(link(stage), data=list(fields))
    assert answer.status == 200, await answer.text()
    return await answer.text()


async def records(stage: Stage) -> list[ConsentRecord]:
    async with stage.store.transaction() as uow:
        return list(await uow.consents.of(ANA))


async def test_it_shows_what_stands_with_addresses_masked_and_keeps_its_policy(client: Client, stage: Stage) -> None:
    answer = await client.get(link(stage))
    text = await answer.text()
    assert SMS_TEXT in text
    assert PHONE not in text
    assert "visitor-of-a-browser" not in text
    assert re.search(r'value="sms" checked', text)
    assert re.search(r'value="webchat">', text)
    assert "slack" not in text
    assert "<script" not in text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "form-action 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"


async def test_looking_at_it_changes_nothing(client: Client, stage: Stage) -> None:
    before = await records(stage)
    await client.get(link(stage))
    await client.head(link(stage))
    assert await records(stage) == before


async def test_turning_one_channel_on_is_recorded_with_the_words_that_were_shown(client: Client, stage: Stage) -> None:
    text = await change(client, stage, ("do", "save"), ("shown", "sms"), ("want", "sms"), ("want", "webchat"))
    assert "Saved." in text
    latest = (await records(stage))[-1]
    assert (latest.channel, latest.granted, latest.purpose) == ("webchat", True, Purpose.MARKETING)
    assert latest.text == (
        "Send me offers and news by the website's chat to this browser. I can change this at any time."
    )
    assert latest.how == f"preference page, wording {words_in('en').version}"


async def test_turning_one_off_withholds_what_waits_there_and_leaves_the_others(client: Client, stage: Stage) -> None:
    await stage.consent(channel="webchat")
    await stage.queue("offer")
    await change(client, stage, ("do", "save"), ("shown", "sms"), ("shown", "webchat"), ("want", "webchat"))
    latest = (await records(stage))[-1]
    assert (latest.channel, latest.granted, latest.text) == ("sms", False, SMS_TEXT)
    assert not await stage.may_send()
    assert await stage.may_send(channel="webchat", address="visitor-of-a-browser")
    async with stage.store.transaction() as uow:
        decisions = await uow.consents.decisions(ANA)
        assert await uow.consents.suppression("sms", PHONE) is None
    assert [(one.outcome, one.why) for one in decisions] == [
        ("withhold", "the customer wants no marketing on this channel")
    ]
    await stage.settle()
    assert stage.sms.taken == []


@pytest.mark.parametrize(
    "fields",
    [[("do", "stop")], [("List-Unsubscribe", "One-Click")], [("do", "save"), ("shown", "sms")]],
    ids=["the button", "RFC 8058", "the last box"],
)
async def test_stopping_is_what_stop_is(client: Client, stage: Stage, fields: list[tuple[str, str]]) -> None:
    stage.play(journey_of("- wait: {for: link.clicked, at_most: 9d}\n- send: {response: utter_tip, channels: [sms]}"))
    await stage.happens("demo.requested")
    await stage.queue("offer")
    await change(client, stage, *fields)
    async with stage.store.transaction() as uow:
        assert await uow.consents.suppression("sms", PHONE) is not None
        assert await uow.enrolments.waiting(ANA) == []
        assert [one.outcome for one in await uow.consents.decisions(ANA)] == ["withhold"]
    latest = (await records(stage))[-1]
    assert latest.granted is False
    assert latest.text == (SMS_TEXT if ("shown", "sms") in fields else words_in("en")["stop_text"])


async def test_what_was_stopped_can_be_turned_on_again(client: Client, stage: Stage) -> None:
    await change(client, stage, ("do", "stop"))
    stage.clock.forward(timedelta(minutes=1))
    await change(client, stage, ("do", "save"), ("want", "sms"))
    assert await stage.may_send()


async def test_the_ledger_has_from_where_the_form_was_sent_but_not_of_a_mail_services_click(
    service_of: ServiceMaker, stage: Stage
) -> None:
    await stage.meet()
    service = service_of(proxies=1)
    async with TestClient(TestServer(Server(service).application(), host="127.0.0.1")) as client:
        for fields in ({"do": "save", "want": "sms"}, {"do": "stop"}, {"List-Unsubscribe": "One-Click"}):
            answer = await client.post(link(stage), data=fields, headers={"X-Forwarded-For": "203.0.113.5"})
            assert answer.status == 200
            stage.clock.forward(timedelta(minutes=1))
    found = [(one.granted, one.ip) for one in await records(stage) if one.channel == "sms"]
    assert found == [(True, "203.0.113.5"), (False, "203.0.113.5"), (False, None)]


async def test_a_consent_that_has_ended_is_shown_as_none_and_can_be_given_anew(client: Client, stage: Stage) -> None:
    stage.clock.forward(timedelta(minutes=1))
    async with stage.store.transaction() as uow:
        now = stage.clock.now()
        ended = ConsentRecord(ANA, Purpose.MARKETING, "sms", True, now, "form", "May we?", expires_at=now)
        await uow.consents.add(ended)
    text = await (await client.get(link(stage))).text()
    assert 'value="sms">' in text
    assert 'value="sms" checked' not in text
    await change(client, stage, ("do", "save"), ("want", "sms"))
    assert (await records(stage))[-1].expires_at is None


async def test_an_old_page_takes_back_no_stop(client: Client, stage: Stage) -> None:
    """The box was ticked when it was shown; since then they wrote STOP."""
    await stage.says("stop")
    await change(client, stage, ("do", "save"), ("shown", "sms"), ("want", "sms"))
    assert not await stage.may_send()


async def test_nobody_consents_for_an_address_that_they_only_typed(client: Client, stage: Stage) -> None:
    bea = ProfileId("bea")
    async with stage.store.transaction() as uow:
        await uow.profiles.add(Profile(bea, stage.clock.now()))
        await uow.profiles.claim(bea, Identity("phone", "+447700900456"), stage.clock.now())
    answer = await client.post(link(stage, bea), data=[("do", "save"), ("want", "sms"), ("want", "slack")])
    assert "Write to us from there to turn it on." in await answer.text()
    async with stage.store.transaction() as uow:
        assert await uow.consents.of(bea) == []


async def test_an_objection_outranks_the_boxes(client: Client, stage: Stage) -> None:
    async with stage.store.transaction() as uow:
        await note_objection(uow, stage.runtime, ANA, how="a test", now=stage.clock.now())
    text = await change(client, stage, ("do", "save"), ("want", "sms"))
    assert "You have objected to marketing" in text
    assert not await stage.may_send()


async def test_global_privacy_control_is_noted_once_and_shown(client: Client, stage: Stage) -> None:
    for _ in range(2):
        text = await (await client.get(link(stage), headers={"Sec-GPC": "1"})).text()
        assert "Opt-out signal honoured." in text
    async with stage.store.transaction() as uow:
        assert [one.event for one in await uow.timeline.of(ANA, limit=9)] == ["privacy.opt_out_signal"]
    assert "Opt-out signal honoured." not in await (await client.get(link(stage))).text()
    answer = await client.get("/.well-known/gpc.json")
    assert (await answer.json())["gpc"] is True


async def test_links_that_are_not_ours_or_over_show_nothing_and_change_nothing(client: Client, stage: Stage) -> None:
    for token, status in ((sign("other", ANA, stage.clock.now()), 403), ("x", 403), (link(stage)[13:-1], 403)):
        assert (await client.post(f"/preferences/{token}", data={"do": "stop"})).status == status
    old = link(stage)
    stage.clock.forward(LASTS + timedelta(days=1))
    answer = await client.post(old, data={"do": "stop"})
    assert answer.status == 410
    assert "write STOP" in await answer.text()
    assert len(await records(stage)) == 1


async def test_a_form_without_its_button_changes_nothing(client: Client, stage: Stage) -> None:
    assert (await client.post(link(stage), data={"want": "webchat"})).status == 400
    assert len(await records(stage)) == 1


async def test_whoever_was_erased_is_told_so(client: Client, stage: Stage) -> None:
    async with stage.store.transaction() as uow:
        await erase_person(uow, stage.runtime, ANA, who="a test", now=stage.clock.now())
    answer = await client.get(link(stage))
    assert answer.status == 410
    assert "erased" in await answer.text()


@pytest.mark.parametrize(
    ("address", "shown"),
    [("ana@example.com", "a•••@example.com"), (PHONE, "+44•••••••123"), ("+1234567", "+12•••567"), ("v1", "•••")],
)
def test_an_address_is_masked(address: str, shown: str) -> None:
    assert masked(address) == shown


async def pause_of(stage: Stage) -> timedelta | None:
    async with stage.store.transaction() as uow:
        return (await uow.profiles.fresh(ANA)).marketing_pause


async def test_how_often_is_chosen_and_shown_and_told_on_the_timeline(client: Client, stage: Stage) -> None:
    text = await change(
        client, stage, ("do", "save"), ("want", "sms"), ("shown", "sms"), ("pause", "7"), ("pause_shown", "0")
    )
    assert re.search(r'value="7" checked', text)
    assert "At most once in 30 days, on all channels together" in text
    assert await pause_of(stage) == timedelta(days=7)
    assert await stage.may_send(), "they have had nothing yet"
    async with stage.store.transaction() as uow:
        (told,) = [one for one in await uow.timeline.of(ANA, limit=9) if one.event == "privacy.pause_chosen"]
    assert told.data["days"] == 7
    await change(client, stage, ("do", "save"), ("want", "sms"), ("shown", "sms"), ("pause", "0"), ("pause_shown", "7"))
    assert await pause_of(stage) is None


async def test_a_pause_until_a_day_is_shown_until_then_and_ended_by_its_box(client: Client, stage: Stage) -> None:
    until = stage.clock.now() + timedelta(days=39)

    async def paused() -> datetime | None:
        async with stage.store.transaction() as uow:
            return (await uow.profiles.fresh(ANA)).paused_until

    async with stage.store.transaction() as uow:
        await uow.profiles.save(replace(await uow.profiles.fresh(ANA), paused_until=until))
    shown = [("do", "save"), ("want", "sms"), ("shown", "sms"), ("paused_shown", until.isoformat())]
    text = await change(client, stage, *shown, ("paused", until.isoformat()))
    assert "Nothing before 1 January 2027" in text
    await change(client, stage, *shown[:3], ("paused_shown", "2026-12-24T00:00:00+00:00"))
    assert await paused() == until, "an old page ends nothing"
    text = await change(client, stage, *shown)
    assert "Nothing before" not in text
    assert await paused() is None


@pytest.mark.parametrize("pause", ["0", "1", "-7", "often", ""])
async def test_an_old_or_odd_page_changes_no_pause(client: Client, stage: Stage, pause: str) -> None:
    await change(
        client, stage, ("do", "save"), ("want", "sms"), ("shown", "sms"), ("pause", "30"), ("pause_shown", "0")
    )
    await change(
        client, stage, ("do", "save"), ("want", "sms"), ("shown", "sms"), ("pause", pause), ("pause_shown", "0")
    )
    assert await pause_of(stage) == timedelta(days=30)


async def test_one_click_is_answered_without_a_redirect(client: Client, stage: Stage) -> None:
    answer = await client.post(link(stage), data={"List-Unsubscribe": "One-Click"}, allow_redirects=False)
    assert answer.status == 200
    assert words_in("en")["saved"] in await answer.text()


URLENCODED, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (f"{URLENCODED}; charset=nonsense", b"do=save"),
        (URLENCODED, b"do=\xff\xfe"),
        (MULTIPART, b"--a\r\n"),
        (f"{MULTIPART}; boundary=a", b"no part at all"),
        (f"{MULTIPART}; boundary=a", b"--a\r\n\r\na part without a name\r\n--a--\r\n"),
        (
            f"{MULTIPART}; boundary=a",
            b'--a\r\nContent-Disposition: form-data; name="do"\r\nContent-Transfer-Encoding: x\r\n\r\ny\r\n--a--',
        ),
    ],
)
@pytest.mark.parametrize("page", ["preferences", "asking", "consent"])
async def test_what_is_no_form_is_refused(
    client: Client, stage: Stage, page: str, content_type: str, body: bytes
) -> None:
    path = {"preferences": link(stage), "asking": "/preferences", "consent": "/consent/x.y"}[page]
    answer = await client.post(path, data=body, headers={"Content-Type": content_type})
    assert (answer.status, await answer.json()) == (400, {"error": "the body is not the form that its headers say"})


async def test_one_click_counts_in_whichever_form_a_mail_service_sends_it(client: Client, stage: Stage) -> None:
    form = FormData({"List-Unsubscribe": "One-Click"}, default_to_multipart=True)
    assert (await client.post(link(stage), data=form)).status == 200
    assert not await stage.may_send()


async def test_half_of_a_character_in_a_form_is_left_out(client: Client, stage: Stage) -> None:
    headers = {"Content-Type": f"{URLENCODED}; charset=utf-7"}
    answer = await client.post("/preferences", data=b"address=+2AA-me@example.com", headers=headers)
    assert answer.status == 200
