"""The page "People" in a real Chromium, on a real server that knows somebody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, ViewportSize, expect

from bot.adapters.database import Database
from bot.domain.access import Role
from bot.domain.audience import ProfileSchema
from bot.domain.consent import ConsentRecord, Purpose
from bot.domain.ids import ProfileId
from bot.domain.person import Identity, Profile
from bot.domain.privacy import PrivacyRequest, RequestKind
from bot.domain.provenance import Origin, Source
from bot.services.keep_accounts import add_key
from tests.browser.cut_off import cut_off
from tests.browser.scripted import Service
from tests.browser.stocked import stock
from tests.browser.test_quick_people import person
from tests.running import RunningServer, running

pytestmark = pytest.mark.browser

ANA, DAY = ProfileId("ana"), timedelta(days=1)
DECLARED = ProfileSchema().trust_in


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    stock(tmp_path, fill)
    with running(tmp_path) as server:
        yield server


async def fill(store: Database, *, key_for: Role | None = None) -> str:
    """Ana, and a key for somebody in the role; the key."""
    now = datetime.now(UTC)
    async with store.transaction() as uow:
        form = Origin(Source.CONVERSATION, now, "webchat", "slot team_size, message webchat:7f3")
        file, crm = Origin(Source.IMPORT, now, "fair.csv", "row 3"), Origin(Source.CRM, now, "hubspot", "record 512")
        known = Profile(ANA, now).told(
            file,
            DECLARED,
            attributes={"name": "Ana Bell", "team_size": 20, "qualified": True, "timeline": "now"},
            tags=["fair"],
        )
        known = known.told(form, DECLARED, attributes={"team_size": 50}, time_zone="Europe/London")
        await uow.profiles.add(known.told(crm, DECLARED, attributes={"team_size": 40}))
        await uow.profiles.claim(ANA, Identity("email", "ana@example.com", verified=True), now, form)
        await uow.consents.add(ConsentRecord(ANA, Purpose.MARKETING, "sms", True, now, "asked", "May we?"))
        asked = PrivacyRequest("r1", ANA, RequestKind.ERASURE, "by letter", now - 29 * DAY, now - DAY)
        await uow.privacy_requests.add(asked)
        return (await add_key(uow, "reader", key_for, who="test", now=now))[1] if key_for else ""


def find(page: Page, server: RunningServer) -> None:
    page.goto(f"{server.address}/people")
    page.get_by_role("searchbox").fill("ana@")
    page.keyboard.press("Enter")
    page.locator("#people").get_by_role("button", name="Ana Bell").press("Enter")
    expect(page.locator("#person")).to_contain_text("May we?")


def test_what_somebody_asks_for_is_done_by_keyboard(page: Page, server: RunningServer) -> None:
    find(page, server)
    person = page.locator("#person")
    expect(person).to_contain_text("50said by the person on webchat · ")
    expect(person.get_by_title("slot team_size, message webchat:7f3").first).to_be_visible()
    expect(person).to_contain_text("E-mail addressana@example.com")
    expect(person).to_contain_text("Qualifiedyes")
    expect(person.locator(".before")).to_contain_text("before that 20: import of fair.csv: row 3")
    expect(person.locator(".differs")).to_contain_text("differs 40: CRM hubspot: record 512")
    put_right(page, "People in the team", "51")
    expect(page.locator("#done")).to_have_text("People in the team is put right.")
    expect(page.locator("#person")).to_contain_text("51put right by")
    expect(person.locator(".before")).to_contain_text("before that: said by the person on webchat")

    page.get_by_role("button", name="Objects to marketing…").press("Enter")
    expect(page.get_by_role("dialog")).to_contain_text("All consent is withdrawn")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Objects to marketing…")).to_be_focused()
    for button in ("Objects to marketing", "Objection withdrawn"):
        page.get_by_role("button", name=f"{button}…").press("Enter")
        page.get_by_role("dialog").get_by_role("button", name=button).press("Enter")
        expect(page.locator(".state")).to_have_count(1 if button == "Objects to marketing" else 0)
    expect(page.locator(".state")).to_have_count(0)
    with page.expect_download() as taken:
        page.get_by_role("button", name="All that is kept").press("Enter")
    assert taken.value.suggested_filename == "ana.data.json"
    expect(page.locator("#done")).to_contain_text("Exported.")
    expect(page.get_by_role("button", name="All that is kept")).to_be_focused()  # the keyboard is where it was
    with page.expect_download() as taken:
        page.get_by_role("button", name="Proof of consent (PDF)").press("Enter")
    assert taken.value.suggested_filename == "ana.consent.pdf"
    assert Path(taken.value.path()).read_bytes().startswith(b"%PDF-")

    page.get_by_role("button", name="Note a request…").press("Enter")
    page.get_by_role("dialog").get_by_role("combobox").select_option("access")
    page.get_by_label("How it came").fill("by letter")
    page.keyboard.press("Enter")
    expect(page.locator("#done")).to_contain_text("Noted. It is due")
    expect(page.locator("#person")).to_contain_text("a copy of their data, by letter: due")
    page.get_by_role("button", name="Done: a copy of their data, by letter").press("Enter")
    page.get_by_label("What was done").fill("sent by e-mail")
    page.keyboard.press("Enter")
    expect(page.locator("#person")).to_contain_text("a copy of their data, by letter: done, sent by e-mail")

    page.get_by_role("button", name="Erase…").press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator("#person")).to_contain_text("Ana Bell")
    page.get_by_role("button", name="Erase…").press("Enter")
    expect(page.get_by_role("dialog")).to_have_accessible_name("Erase Ana Bell?")
    page.get_by_role("button", name="Erase", exact=True).press("Enter")
    expect(page.locator("#done")).to_contain_text("Receipt")
    expect(page.locator("#person")).to_contain_text("not possible backups")
    expect(page.locator("#found")).to_contain_text("Nobody is known by that.")
    expect(page.locator("#undone")).to_contain_text("Nothing.")


def test_people_are_there_before_anybody_types_and_more_of_them_by_a_button(page: Page, service: Service) -> None:
    def listed(*names: str, **more: object) -> dict[str, object]:
        since = {"identities": [], "known_since": "2026-11-01T10:00:00Z"}
        people = [{"person": one, "name": one, **since} for one in names]
        return {"people": people, "more_before": None, "segments": {"big": "Large teams"}, **more}

    def newest(route: Route) -> None:
        if "before=Ben" in route.request.url:
            route.fulfill(json=listed("Cara"))
        elif "segment=big" in route.request.url:
            route.fulfill(json=listed("Dan", count=1, at_least=False))
        else:
            route.fulfill(json=listed("Ana", "Ben", more_before="Ben", count=100_000, at_least=True))

    page.route("**/people/requests.json", lambda route: route.fulfill(json={"requests": [], "more": False}))
    page.route("**/people/newest.json?*", newest)
    page.route("**/people/find.json?*", lambda route: route.fulfill(json={"people": [], "more": False}))
    page.goto(f"{service.url}/pages/people")
    people, found = page.locator("#people"), page.locator("#found")
    expect(found).to_have_text("More than 100,000 people, newest first.")
    people.get_by_role("button", name="Show more").press("Enter")
    expect(people.get_by_role("button", name="Cara")).to_be_focused()
    expect(people.get_by_role("button")).to_have_count(3)
    page.get_by_label("Segment").select_option("Large teams")
    expect(found).to_have_text("1 person, newest first.")
    page.get_by_role("searchbox").fill("x")
    page.keyboard.press("Enter")
    expect(found).to_have_text("Nobody is known by that.")
    expect(page.get_by_label("Segment")).to_have_value("")
    page.get_by_role("searchbox").clear()
    expect(people.get_by_role("button", name="Ana")).to_be_visible()
    page.goto(f"{service.url}/pages/people?segment=big")
    expect(people.get_by_role("button", name="Dan")).to_be_visible()
    expect(page.get_by_label("Segment")).to_have_value("big")


def test_a_restriction_is_lifted_for_whom_it_was_told_before(page: Page, server: RunningServer) -> None:
    find(page, server)
    page.get_by_role("button", name="Restrict…").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Restrict").press("Enter")
    expect(page.locator(".state")).to_contain_text("Restricted since")
    page.get_by_role("button", name="Lift the restriction…").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("article 18(3)")
    assert Axe().run(page).response["violations"] == []
    dialog.get_by_role("button", name="Lift the restriction").press("Enter")
    expect(dialog.get_by_label("How they were told")).to_be_focused()
    page.keyboard.type("by letter")
    page.keyboard.press("Enter")
    expect(page.locator(".state")).to_have_count(0)
    expect(page.locator("#person")).to_contain_text(
        "restriction, the end of the restriction: done, lifted; they were told before: by letter"
    )


def put_right(page: Page, label: str, value: str) -> None:
    """By keyboard, in the dialog that asks for it."""
    page.get_by_role("button", name=f"Put right: {label}").press("Enter")
    page.get_by_role("dialog").get_by_label(label).fill(value)
    page.keyboard.press("Enter")


def test_what_cannot_be_put_right_so_is_said_and_what_was_typed_stays(page: Page, server: RunningServer) -> None:
    find(page, server)
    dialog, label = page.get_by_role("dialog"), "People in the team"
    put_right(page, label, "many")
    expect(dialog.get_by_role("alert")).to_contain_text("team_size")
    expect(dialog.get_by_label(label)).to_be_focused()
    expect(dialog.get_by_label(label)).to_have_value("many")
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name=f"Put right: {label}")).to_be_focused()
    put_right(page, label, "")
    expect(page.locator("#person").get_by_role("button", name=f"Put right: {label}")).to_have_count(0)


def test_yes_and_no_are_chosen(page: Page, server: RunningServer) -> None:
    find(page, server)
    page.get_by_role("button", name="Put right: Qualified").press("Enter")
    page.get_by_role("dialog").get_by_label("Qualified").select_option("no")
    page.keyboard.press("Tab")
    page.get_by_role("dialog").get_by_role("button", name="Put right").press("Enter")
    expect(page.locator("#person")).to_contain_text("Qualifiedno")


def test_one_of_the_declared_values_is_chosen_in_its_words(page: Page, server: RunningServer) -> None:
    find(page, server)
    page.get_by_role("button", name="Put right: Wants to begin").press("Enter")
    choice = page.get_by_role("dialog").get_by_label("Wants to begin")
    expect(choice.locator("option:checked")).to_have_text("right away")
    choice.select_option("this quarter")
    page.get_by_role("dialog").get_by_role("button", name="Put right").press("Enter")
    expect(page.locator("#done")).to_have_text("Wants to begin is put right.")
    expect(page.locator("#person")).to_contain_text("this quarter")


def test_what_is_still_to_be_done_leads_to_the_person(page: Page, server: RunningServer) -> None:
    page.goto(f"{server.address}/people")
    listed = page.locator("#undone").get_by_role("button", name="Ana Bell")
    expect(listed.locator(".late")).to_contain_text("overdue since")
    listed.press("Enter")
    expect(page.locator("#person")).to_contain_text("erasure, by letter: overdue since")
    page.get_by_role("button", name="Done: erasure, by letter").press("Enter")
    page.get_by_label("What was done").fill("erased in the archive")
    page.keyboard.press("Enter")
    expect(page.locator("#person")).to_contain_text("erasure, by letter: done, erased in the archive")
    expect(listed).to_have_count(0)


def test_who_may_only_look_sees_what_is_for_them_and_no_button(browser: Browser, tmp_path: Path) -> None:
    key = stock(tmp_path, partial(fill, key_for=Role.MARKETER))
    headers = {"Authorization": f"Bearer {key}"}
    with (
        running(tmp_path, {"OVERTURE_LOGIN": "always"}) as server,
        browser.new_context(extra_http_headers=headers) as one,
    ):
        page = one.new_page()
        page.goto(f"{server.address}/people")
        page.get_by_role("searchbox").fill("ana@example.com")
        page.keyboard.press("Enter")
        page.locator("#people").get_by_role("button").press("Enter")
        person = page.locator("#person")
        expect(person).to_contain_text("••• stands for what your role does not see.")
        expect(person).to_contain_text("People in the team50")
        expect(person.get_by_role("button")).to_have_count(0)
        expect(person).not_to_contain_text("Ana Bell")


def test_what_is_done_for_somebody_who_was_merged_is_shown_at_once(page: Page, service: Service) -> None:
    """The address still names who they were: a bookmark, or the link of an older message."""
    kept, restricted = person("Ana"), list[str]()

    def restrict(route: Route) -> None:
        restricted.append(route.request.method)
        route.fulfill(json={})

    def look(route: Route) -> None:
        since = "2026-11-01T10:00:00Z" if restricted else None
        route.fulfill(json={**kept, "restricted_since": since})

    page.route("**/people/requests.json", lambda route: route.fulfill(json={"requests": [], "more": False}))
    page.route(re.compile("/people/(merged|ana).json$"), look)
    page.route("**/v1/people/ana/restriction", restrict)
    page.goto(f"{service.url}/pages/people?person=merged")
    page.get_by_role("button", name="Restrict…").click()
    expect(page).to_have_url(re.compile("person=ana$"))
    page.get_by_role("dialog").get_by_role("button", name="Restrict").click()
    expect(page.locator("#person")).to_contain_text("Restricted since")


def test_where_somebody_cannot_be_shown_nobody_else_is(page: Page, service: Service) -> None:
    """Else the buttons of one person stand there beneath the name of another, which was chosen."""
    found: list[dict[str, Any]] = [{"person": name.lower(), "name": name, "identities": []} for name in ("Ana", "Ben")]
    page.route("**/people/requests.json", lambda route: route.fulfill(json={"requests": [], "more": False}))
    page.route("**/people/find.json?*", lambda route: route.fulfill(json={"people": found, "more": False}))
    page.route("**/people/ana.json", lambda route: route.fulfill(json=person("Ana")))
    gone = {"error": 'there is no person "ben"'}
    page.route("**/people/ben.json", lambda route: route.fulfill(status=404, json=gone))
    page.goto(f"{service.url}/pages/people?person=ana")
    expect(page.get_by_role("button", name="Erase…")).to_be_visible()
    page.get_by_role("searchbox").fill("a")
    page.keyboard.press("Enter")
    page.locator("#people").get_by_role("button", name="Ben").click()
    expect(page.locator("#person")).to_contain_text('There is no person "ben".')
    expect(page.get_by_role("button", name="Erase…")).to_have_count(0)
    expect(page.locator("#person")).not_to_contain_text("Ana")


def test_the_page_is_for_everybody(browser: Browser, server: RunningServer) -> None:
    wide, narrow = ViewportSize(width=1280, height=800), ViewportSize(width=360, height=740)
    with (
        browser.new_context(viewport=wide, color_scheme="light") as light,
        browser.new_context(viewport=narrow, color_scheme="dark") as dark,
    ):
        for context, width in ((light, 1280), (dark, 360)):
            page = context.new_page()
            find(page, server)
            for opens in (None, "Done…", "Put right…", "Note a request…", "Erase…"):
                if opens is not None:
                    page.get_by_text(opens, exact=True).first.click()
                    expect(page.get_by_role("dialog")).to_be_visible()
                assert page.evaluate("document.documentElement.scrollWidth") <= width
                assert cut_off(page) == []
                results = Axe().run(page)
                assert results.violations_count == 0, results.generate_report()
                page.keyboard.press("Escape")
