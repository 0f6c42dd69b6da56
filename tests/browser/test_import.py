"""The page "Import" in a real Chromium, on a real server: a file is looked at, put right and imported."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from openpyxl import Workbook
from playwright.sync_api import Browser, Page, ViewportSize, expect

from bot.adapters.database import Database
from bot.domain.access import Role
from bot.services.keep_accounts import add_key
from tests.browser.cut_off import cut_off
from tests.browser.stocked import stock
from tests.running import RunningServer, running

pytestmark = pytest.mark.browser

ROWS = """\
Contact;Employees;Newsletter;Signed up;Standing
ana@example.com;50;yes;31/12/2025;
bo@example.com;many;yes;01/02/2026;
cy@example.com;7;no;;unsubscribed
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    with running(tmp_path) as server:
        yield server


@pytest.fixture
def fair(tmp_path: Path) -> Path:
    path = tmp_path / "fair.csv"
    path.write_text(ROWS, encoding="utf-8")
    return path


def look_again(page: Page) -> None:
    page.get_by_role("button", name="Look again").press("Enter")


def say_what_columns_are(page: Page) -> None:
    for column, target in (
        ("Contact", "email"),
        ("Employees", "profile.team_size"),
        ("Newsletter", "consent.granted"),
        ("Signed up", "consent.at"),
        ("Standing", "opted_out"),
    ):
        page.get_by_label(column, exact=True).select_option(target)
    page.get_by_label("By which channel").select_option("sms")
    page.get_by_label("How they agreed").fill("form at the fair")
    page.get_by_label("To which words").fill("May we text you?")


def test_a_file_is_looked_at_put_right_and_imported(page: Page, server: RunningServer, fair: Path) -> None:
    page.goto(f"{server.address}/people")
    page.get_by_role("link", name="Import…").press("Enter")
    page.get_by_label("The file", exact=True).set_input_files(fair)
    expect(page.locator("#status")).to_contain_text("No column says who it is")
    asked = page.locator(".asked")
    expect(asked).to_have_count(2)
    expect(asked.last).to_contain_text("Row 3 says “unsubscribed”")
    expect(page.locator("#take")).to_be_hidden()

    newsletter = page.get_by_label("Newsletter", exact=True)
    expect(newsletter).to_contain_text("Is subscribed: WhatsApp")
    newsletter.select_option("consent.granted")
    page.get_by_label("Contact", exact=True).select_option("email")
    look_again(page)
    expect(page.locator("#status")).to_contain_text("there is no “Consent: channel”, “Consent: how”")

    say_what_columns_are(page)
    look_again(page)
    expect(page.locator("#status")).to_contain_text("3 rows. Nothing is written yet.")
    expect(page.locator("#columns")).to_contain_text("the day stands first, as its days show")
    expect(page.locator("#few")).to_contain_text("Row 2: Employees: it must be a number")
    expect(page.locator("#few")).to_contain_text("row 1 is the first person")
    page.get_by_label("Tags for everybody in it").fill("fair-2026")
    expect(page.locator("#stale")).to_contain_text("look at it again before you import")
    expect(page.locator("#take")).to_be_disabled()
    look_again(page)
    page.get_by_role("button", name="Import 2 rows").press("Enter")
    expect(page.locator("#outcome-title")).to_have_text("What came of it")
    expect(page.locator("#figures li").first).to_have_text("2new")
    write = page.get_by_role("link", name="write to them once")
    expect(write).to_have_attribute("href", "/journeys?recipe=news&tag=fair-2026")

    with page.expect_download() as taken:
        page.get_by_role("button", name="Refused and in part (CSV)").press("Enter")
    assert taken.value.suggested_filename == "fair.report.csv"
    with Path(taken.value.path()).open(encoding="utf-8", newline="") as file:
        (refused,) = [one for one in csv.DictReader(file) if one["overture_result"] == "refused"]
    assert (refused["Contact"], refused["overture_row"]) == ("bo@example.com", "2")

    look_again(page)
    expect(page.locator("#status")).to_contain_text("This file was imported as it stands here")
    expect(page.locator("#figures")).to_contain_text("2as they were")


def test_a_file_is_called_what_it_is_called(page: Page, server: RunningServer, tmp_path: Path) -> None:
    path = tmp_path / "altes.csv"
    path.write_bytes("Straße;E-Mail\nHafenstraße;ana@example.com\n".encode("cp1252"))
    page.goto(f"{server.address}/people/import")
    page.get_by_label("The file", exact=True).set_input_files(path)
    expect(page.locator("#status")).to_contain_text("altes.csv is no UTF-8")


def test_a_sheet_of_a_file_of_excel_is_chosen_and_imported(page: Page, server: RunningServer, tmp_path: Path) -> None:
    book = Workbook()
    book.create_sheet("Leads").append(["E-mail"])
    for row in (["Mail", "Team size"], ["ana@example.com", 40]):
        book.worksheets[0].append(row)
    book["Leads"].append(["bo@example.com"])
    book.save(tmp_path / "fair.xlsx")
    page.goto(f"{server.address}/people/import")
    page.get_by_label("The file", exact=True).set_input_files(tmp_path / "fair.xlsx")
    expect(page.locator("#columns-about")).to_have_text("2 columns of the sheet “Sheet”")
    expect(page.get_by_label("Its letters are written as")).to_be_hidden()
    page.get_by_label("The sheet").select_option("Leads")
    expect(page.locator("#take")).to_be_disabled()
    look_again(page)
    expect(page.locator("#columns-about")).to_have_text("1 column of the sheet “Leads”")
    page.get_by_role("button", name="Import 1 row").press("Enter")
    expect(page.locator("#outcome-title")).to_have_text("What came of it")
    expect(page.locator("#status")).to_contain_text("1 row of fair.xlsx")


def test_a_file_with_nobody_in_it_is_said_to_be_so(page: Page, server: RunningServer, tmp_path: Path) -> None:
    path = tmp_path / "nobody.csv"
    path.write_text("Email;Consented at\n", encoding="utf-8")
    page.goto(f"{server.address}/people/import")
    page.get_by_label("The file", exact=True).set_input_files(path)
    expect(page.locator("#status")).to_contain_text("There is nobody in nobody.csv")
    expect(page.locator("#columns")).to_contain_text("if it tells of a consent, say which part of its proof it is")


def test_who_may_not_take_people_in_is_not_led_there(browser: Browser, tmp_path: Path) -> None:
    key = stock(tmp_path, key_of_a_rep)
    headers = {"Authorization": f"Bearer {key}"}
    with (
        running(tmp_path, {"OVERTURE_LOGIN": "always"}) as server,
        browser.new_context(extra_http_headers=headers) as one,
    ):
        page = one.new_page()
        page.goto(f"{server.address}/people")
        expect(page.get_by_role("link", name="Import…")).to_be_hidden()
        page.goto(f"{server.address}/people/import")
        expect(page.locator("body")).to_contain_text("The role rep may not take in people")


async def key_of_a_rep(store: Database) -> str:
    async with store.transaction() as uow:
        return (await add_key(uow, "reader", Role.REP, who="test", now=datetime.now(UTC)))[1]


def test_the_page_is_for_everybody(browser: Browser, server: RunningServer, fair: Path) -> None:
    wide, narrow = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=740)
    with (
        browser.new_context(viewport=wide, color_scheme="light") as light,
        browser.new_context(viewport=narrow, color_scheme="dark") as dark,
    ):
        for context, width in ((light, 1280), (dark, 390)):
            page = context.new_page()
            page.goto(f"{server.address}/people/import")
            page.get_by_label("The file", exact=True).set_input_files(fair)
            expect(page.locator(".asked")).to_have_count(2)
            expect_for_everybody(page, width)
            say_what_columns_are(page)
            look_again(page)
            expect(page.locator("#take")).to_be_visible()
            expect_for_everybody(page, width)


def expect_for_everybody(page: Page, width: int) -> None:
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert cut_off(page) == []
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()


def test_a_wrong_file_is_taken_back(page: Page, server: RunningServer, tmp_path: Path) -> None:
    book = Workbook()
    for row in (["E-mail"], ["ana@example.com"], ["bo@example.com"]):
        book.worksheets[0].append(row)
    book.worksheets[0].row_dimensions[3].hidden = True
    book.save(tmp_path / "wrong.xlsx")
    page.goto(f"{server.address}/people/import")
    page.get_by_label("The file", exact=True).set_input_files(tmp_path / "wrong.xlsx")
    expect(page.locator("#status")).to_contain_text("1 row that Excel hides, by a filter or by hand")
    page.get_by_label("Rows that Excel hides are left out").check()
    look_again(page)
    page.get_by_role("button", name="Import 1 row").press("Enter")
    page.get_by_role("button", name="Take back…").press("Enter")
    asked = page.get_by_role("dialog", name="Take back wrong.xlsx?")
    expect(asked).to_contain_text("1 person whom this file made known")
    assert not Axe().run(page).response["violations"]
    asked.get_by_role("button", name="Erase 1 person").press("Enter")
    expect(page.get_by_text("1 person erased.")).to_be_visible()
    page.get_by_role("button", name="Take back…").press("Enter")
    expect(page.get_by_text("Nobody is to be taken back.")).to_be_visible()
