"""The page "Import": what it shows of a file, that nothing is written before, and what is taken then, by whom."""

from __future__ import annotations

import asyncio
import csv
import gzip
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, FormData, web
from aiohttp.test_utils import TestClient, TestServer
from openpyxl import Workbook

from bot.adapters.api_access import CredentialAccess
from bot.domain.access import MASKED, RIGHTS, Right, Role, Sensitivity
from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.audit import AuditEntry
from bot.domain.consent import Purpose, standing_consent
from bot.entrypoints.console.import_page.receiving import LARGEST_FILE
from bot.entrypoints.serving.http import Server
from bot.services.keep_accounts import add_key
from tests.bot.entrypoints.conftest import ServiceMaker
from tests.bot.services.stage import Stage

Client = TestClient[Any, Any]
Told = dict[str, Any]

SCHEMA = ProfileSchema(
    {
        "name": Attribute("name", AttributeType.TEXT),
        "team_size": Attribute("team_size", AttributeType.NUMBER, label="People", sensitivity=Sensitivity.OPEN),
        "since": Attribute("since", AttributeType.DATE, sensitivity=Sensitivity.OPEN),
    }
)
FAIR = "E-mail,People,Since\nana@example.com,50,31/12/2025\nnobody,7,01/02/2026\nbo@example.com,7,01/02/2026\n"


@pytest_asyncio.fixture
async def client(service_of: ServiceMaker, stage: Stage) -> AsyncIterator[Client]:
    stage.library.playbook = replace(stage.library.playbook, profile=SCHEMA)
    async with TestClient(TestServer(Server(service_of(connectors="")).application(), host="127.0.0.1")) as client:
        yield client


def form(content: str | bytes, name: str = "fair.csv", **told: Any) -> FormData:
    """As the page sends it; `columns` and `values` are of the mapping."""
    data = FormData(quote_fields=False)
    mapping = {part: told.pop(part) for part in ("columns", "values", "dates", "region") if part in told}
    data.add_field("mapping", told.pop("mapping", json.dumps(mapping)))
    for field, value in ({"dry_run": "true"} | told).items():
        data.add_field(field, value)
    data.add_field("file", io.BytesIO(content.encode() if isinstance(content, str) else content), filename=name)
    return data


async def told_of(client: Client, content: str | bytes, headers: Mapping[str, str] | None = None, **told: Any) -> Told:
    """All lines of the answer as one."""
    answer = await client.post("/people/import", data=form(content, **told), headers=headers)
    assert answer.status == 200, await answer.text()
    whole: Told = {"report": ""}
    for line in (await answer.text()).splitlines():
        one = json.loads(line)
        whole["report"] += one.pop("report", "")
        whole |= one
    return whole


async def take(client: Client, content: str | bytes, **told: Any) -> Told:
    """Looked at, and then imported."""
    seen = await told_of(client, content, **told)
    return await told_of(client, content, dry_run="false", seen=seen["id"], **told)


async def count_people(stage: Stage) -> int:
    async with stage.store.transaction() as uow:
        return len((await uow.profiles.page(after="", limit=10_000)).people)


async def imports(stage: Stage) -> list[AuditEntry]:
    async with stage.store.transaction() as uow:
        return [one for one in await uow.audit.latest(50) if one.deed.what == "people.imported"]


async def test_a_look_tells_what_columns_are_and_what_would_come_of_it_and_writes_nothing(
    client: Client, stage: Stage
) -> None:
    told = await told_of(client, FAIR)
    assert [(one["column"], one["target"], one["why"]) for one in told["columns"]] == [
        ("E-mail", "email", "By its name"),
        ("People", "profile.team_size", "By its name"),
        ("Since", "profile.since", "By its name"),
    ]
    assert told["columns"][2]["cells"] == "the day stands first, as its days show"
    assert told["columns"][0]["examples"] == ["ana@example.com", "nobody", "bo@example.com"]
    assert (told["file"], told["encoding"], told["problem"], told["before"]) == ("fair.csv", "UTF-8", "", None)
    assert {name: told["done"][name] for name in ("rows", "new", "refused")} == {"rows": 3, "new": 2, "refused": 1}
    assert [(one["row"], one["result"]) for one in told["few"]] == [(2, "refused")]
    assert (await count_people(stage), await imports(stage)) == (0, [])


async def test_a_column_of_countries_is_left_out_where_no_attribute_is_one(client: Client) -> None:
    told = await told_of(client, "E-mail,Land\nana@example.com,Spanien\n")
    assert (told["columns"][1]["target"], told["columns"][1]["why"]) == (
        "ignore", "Left out: no attribute of people is their country",
    )  # fmt: skip


async def test_what_was_looked_at_is_imported_with_a_report_and_an_entry_in_the_audit_log(
    client: Client, stage: Stage
) -> None:
    told = await take(client, FAIR)
    assert (told["done"]["new"], told["done"]["refused"]) == (2, 1)
    (line,) = csv.DictReader(io.StringIO(told["report"]))
    assert (line["E-mail"], line["overture_row"], line["overture_result"]) == ("nobody", "2", "refused")
    assert "e-mail address is not valid" in line["overture_why"]
    (entry,) = await imports(stage)
    assert (entry.deed.who, entry.deed.about, entry.deed.origin) == ("machine", told["id"], "this machine")
    async with stage.store.transaction() as uow:
        ana = await uow.profiles.owner_of("email", "ana@example.com")
    assert ana is not None
    assert ana.attributes["since"] == "2025-12-31"
    assert (origin := ana.provenance["team_size"].origin) is not None
    assert (origin.by, origin.where) == ("fair.csv", "row 1")


async def test_the_report_names_no_options_of_the_command(client: Client) -> None:
    told = await take(client, "email,since\nana@example.com,03/04/2026\n")
    (line,) = csv.DictReader(io.StringIO(told["report"]))
    assert line["overture_why"] == told["few"][0]["why"]
    assert line["overture_why"].endswith("say for the whole file whether the day stands first or the month")


async def test_rows_are_taken_in_part_where_that_is_wanted(client: Client, stage: Stage) -> None:
    content = "email,People,Since\nana@example.com,about 20,2026-03-01\n"
    whole = await told_of(client, content)
    told = await take(client, content, in_part="true")
    assert (whole["done"]["refused"], told["done"]["refused"], told["done"]["warned"]) == (1, 0, 1)
    assert whole["id"] != told["id"]
    (line,) = csv.DictReader(io.StringIO(told["report"]))
    assert line["overture_why"].startswith("left out: People: it must be a number")
    async with stage.store.transaction() as uow:
        ana = await uow.profiles.owner_of("email", "ana@example.com")
    assert ana is not None
    assert ana.attributes == {"since": "2026-03-01"}


async def test_the_same_file_twice_changes_nothing(client: Client, stage: Stage) -> None:
    first = await take(client, FAIR)
    again = await told_of(client, FAIR)
    assert again["before"] == first["done"]
    assert (again["done"]["new"], again["done"]["same"]) == (0, 2)
    unasked = await told_of(client, FAIR, dry_run="false", seen=again["id"])
    assert (unasked["before"], unasked["done"]) == (first["done"], None)
    asked = await told_of(client, FAIR, dry_run="false", seen=again["id"], again="true")
    assert (asked["done"]["new"], asked["done"]["same"]) == (0, 2)
    assert await count_people(stage) == 2


async def test_nothing_is_taken_but_what_was_looked_at(client: Client, stage: Stage) -> None:
    seen = (await told_of(client, FAIR))["id"]
    for other in (form(FAIR + "x\n", dry_run="false", seen=seen), form(FAIR, dry_run="false")):
        answer = await client.post("/people/import", data=other)
        assert answer.status == 409
        assert "look at it again" in (await answer.json())["error"]
    assert await count_people(stage) == 0


async def test_what_a_column_is_may_be_said_and_a_consent_is_taken_with_its_proof(client: Client, stage: Stage) -> None:
    rows = "Contact,News,When\nana@example.com,yes,2026-03-01\nbo@example.com,no,\n"
    told = await told_of(client, rows, columns={"News": "ignore"})
    assert told["problem"].startswith("no column says who it is")
    assert "--map" not in told["problem"]
    assert "done" not in told
    columns = {"Contact": "email", "News": "consent.granted", "When": "consent.at"}
    told = await told_of(client, rows, columns=columns)
    assert (
        "there is no “Consent: purpose”, “Consent: channel”, “Consent: how”, “Consent: to which words”"
        in told["problem"]
    )
    values = {
        "consent.purpose": "marketing",
        "consent.channel": "sms",
        "consent.how": "fair",
        "consent.text": "May we?",
    }
    told = await take(client, rows, columns=columns, values=values | {"tags": "fair-2026"})
    assert [one["why"] for one in told["columns"]] == ["As you said"] * 3
    async with stage.store.transaction() as uow:
        standing = []
        for address in ("ana@example.com", "bo@example.com"):
            person = await uow.profiles.owner_of("email", address)
            assert person is not None
            assert person.tags == {"fair-2026"}
            standing.append(standing_consent(await uow.consents.of(person.id), Purpose.MARKETING, "sms"))
    assert [(one.granted, one.how) for one in standing if one is not None] == [(True, "fair"), (False, "fair")]


async def test_a_wish_that_would_not_be_heard_is_asked_about_before_a_row_is_read(client: Client, stage: Stage) -> None:
    rows = "E-mail,Standing\nana@example.com,\nbo@example.com,unsubscribed\n"
    told = await told_of(client, rows)
    assert told["columns"][1]["unheard"] == {"says": "unsubscribed", "row": 2}
    assert "Say what it is" in told["problem"]
    refused = await client.post("/people/import", data=form(rows, dry_run="false", seen=told["id"]))
    assert refused.status == 422
    told = await take(client, rows, columns={"Standing": "opted_out"})
    assert told["done"]["new"] == 2


@pytest.mark.parametrize(
    ("file", "status", "words"),
    [
        (form(b"PK\x03\x04", name="fair.xlsx"), 422, "fair.xlsx is no file of Excel, or not all of it."),
        (form(b"PK\x03\x04", name="fair.ods"), 422, "fair.ods is a spreadsheet, of which .xlsx is read."),
        (form("", name="ana/fair.csv"), 422, "there is nobody in fair.csv."),
        (form(b"Pr\xe9nom\nx\n"), 422, "or say how its letters are written."),
        (form(FAIR, encoding="klingon"), 422, 'there is no encoding of letters "klingon"'),
        (form(FAIR, columns={"People": "profil.x"}), 422, 'a column cannot be "profil.x"'),
        (form(FAIR, columns={"Poeple": "tags"}), 422, 'there is no column "Poeple". Did you mean "People"?'),
        (form(FAIR, region="Narnia"), 422, '"Narnia" is no country'),
        (form(FAIR, mapping="x" * 300_000), 400, '"mapping" wants a text of at most'),
        (form(b"x" * (LARGEST_FILE + 1)), 413, "the file is larger than 16 MB; send it in parts"),
        (form(b"x" * (2 * LARGEST_FILE)), 413, "the file is larger than 16 MB; send it in parts"),
        (form(FAIR, mapping="columns: {}"), 400, "the body is not JSON"),
        (form(FAIR, mapping="[" * 60_000), 400, "the body is not JSON"),
        (form(FAIR, mapping="[]"), 400, '"mapping" wants a JSON object'),
        (form(FAIR, encoding="idna"), 422, 'there is no encoding of letters "idna"'),
    ],
)
async def test_what_cannot_be_read_is_refused_in_words_for_people(
    client: Client, file: FormData, status: int, words: str
) -> None:
    answer = await client.post("/people/import", data=file)
    error = (await answer.json())["error"]
    assert (answer.status, words in error) == (status, True), error
    assert "--" not in error
    assert "/tmp" not in error


async def test_rows_that_excel_hides_are_told_and_left_out_where_that_is_wanted(client: Client, stage: Stage) -> None:
    book = Workbook()
    for line in (["E-mail"], ["ana@example.com"], ["bo@example.com"]):
        book.worksheets[0].append(line)
    book.worksheets[0].row_dimensions[3].hidden = True
    book.save(file := io.BytesIO())
    told = await told_of(client, file.getvalue(), name="fair.xlsx")
    assert (told["hidden"], told["done"]["new"]) == ({"rows": 1, "columns": []}, 2)
    told = await take(client, file.getvalue(), name="fair.xlsx", shown_only="true")
    assert (told["hidden"]["rows"], told["done"]["new"], await count_people(stage)) == (1, 1, 1)


async def test_a_form_whose_headers_are_none_is_refused(client: Client) -> None:
    body = b'--a\r\nContent-Disposition: form-data; name="\x18"\r\n\r\nx\r\n--a--\r\n'
    headers = {"Content-Type": "multipart/form-data; boundary=a"}
    assert (await client.post("/people/import", data=body, headers=headers)).status == 400


async def test_a_file_that_grows_when_it_is_unpacked_is_measured_as_it_grows(client: Client) -> None:
    packed = form(b"email\n" + b"a" * (4 * LARGEST_FILE))()
    written = io.BytesIO()
    body = gzip.compress(await _bytes_of(packed, written))
    assert len(body) < 1_000_000
    headers = {"Content-Encoding": "gzip", "Content-Type": packed.content_type}
    answer = await client.post("/people/import", data=body, headers=headers)
    assert answer.status == 413


async def _bytes_of(payload: Any, into: io.BytesIO) -> bytes:
    class Writer:
        async def write(self, chunk: bytes) -> None:
            into.write(chunk)

    await payload.write(Writer())
    return into.getvalue()


async def test_an_import_goes_on_when_whoever_asked_for_it_has_gone(client: Client, stage: Stage) -> None:
    rows = "email\n" + "".join(f"ana{number}@example.com\n" for number in range(1600))
    seen = (await told_of(client, rows))["id"]
    async with as_served(client.app) as address, ClientSession() as browser:
        answer = await browser.post(f"{address}/people/import", data=form(rows, dry_run="false", seen=seen))
        answer.close()
        await until(lambda: finished(stage, seen))
    assert await count_people(stage) == 1600


@asynccontextmanager
async def as_served(app: web.Application | None) -> AsyncIterator[str]:
    """As `overture serve` has it: a TestServer calls off what was asked by somebody who goes away."""
    assert app is not None
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def finished(stage: Stage, import_id: str) -> bool:
    async with stage.store.transaction() as uow:
        kept = await uow.imports.get(import_id)
    return kept is not None and kept.finished_at is not None


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(400):
        if await true():
            return
        await asyncio.sleep(0.05)


async def test_one_that_was_broken_off_begins_anew_with_its_whole_report(
    client: Client, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "email\nnobody\n" + "".join(f"ana{number}@example.com\n" for number in range(700))
    seen = (await told_of(client, rows))["id"]
    commits = 0

    def broken(*_: Any) -> None:
        nonlocal commits
        commits += 1
        if commits == 2:
            raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("bot.entrypoints.importing.running.Report.keep", broken)
        told = await told_of(client, rows, dry_run="false", seen=seen)
    assert told["error"].startswith("It broke off. What was taken until then is whole and stays")
    told = await told_of(client, rows, dry_run="false", seen=seen)
    assert (told["before"], told["done"]["refused"], told["few"][0]["row"]) == (None, 1, 1)
    assert await count_people(stage) == 700


async def with_role(service_of: ServiceMaker, stage: Stage, role: Role) -> tuple[Client, Mapping[str, str]]:
    """A client that is not begun yet, and the headers of one in the role."""
    async with stage.store.transaction() as uow:
        key = (await add_key(uow, role, role, who="test", now=stage.clock.now()))[1]
    made = service_of(connectors="", environment="production", public_url="https://chat.example.com")
    app = Server(replace(made, access=CredentialAccess(accounts=True))).application()
    return TestClient(TestServer(app, host="127.0.0.1")), {"Authorization": f"Bearer {key}"}


@pytest.mark.usefixtures("client")
@pytest.mark.parametrize("role", Role)
async def test_those_alone_import_who_may_take_people_in(service_of: ServiceMaker, stage: Stage, role: Role) -> None:
    looking, key = await with_role(service_of, stage, role)
    async with looking:
        expected = 200 if Right.TAKE_PEOPLE in RIGHTS[role] else 403
        for path in ("/people/import", "/people/import/choices.json"):
            assert (await looking.get(path, headers=key)).status == expected
        assert (await looking.post("/people/import", data=form(FAIR), headers=key)).status == expected


@pytest.mark.usefixtures("client")
async def test_strangers_are_refused_before_their_file_is_read(service_of: ServiceMaker, stage: Stage) -> None:
    looking, _ = await with_role(service_of, stage, Role.ADMIN)
    async with looking:
        answer = await looking.post("/people/import", data=form(b"x" * (2 * LARGEST_FILE)))
        assert answer.status == 401


async def test_another_website_cannot_have_a_file_imported(client: Client) -> None:
    headers = {"Origin": "https://elsewhere.example.com"}
    assert (await client.post("/people/import", data=form(FAIR), headers=headers)).status == 401


@pytest.mark.usefixtures("client")
async def test_a_role_that_sees_nothing_personal_is_shown_no_addresses(service_of: ServiceMaker, stage: Stage) -> None:
    looking, key = await with_role(service_of, stage, Role.MARKETER)
    rows = "E-mail,People,Notes,Name\nana@example.com,50,call +447700900123,Ana\nbo@example..com,7,,Bo\n"
    async with looking:
        told = await told_of(looking, rows, key)
    examples = {one["column"]: one["examples"] for one in told["columns"]}
    assert examples == {"E-mail": [MASKED] * 2, "People": ["50", "7"], "Notes": ["call [phone]"], "Name": [MASKED] * 2}
    shown = json.dumps({name: told[name] for name in ("columns", "few")})
    assert "ana@" not in shown
    assert "bo@example..com" in told["report"], "their own row comes back to them, to be put right"


async def test_the_choices_are_what_a_column_may_be_here(client: Client) -> None:
    told = await (await client.get("/people/import/choices.json")).json()
    names = {one["target"]: one["name"] for group in told["targets"] for one in group["targets"]}
    assert names["profile.team_size"] == "People"
    assert {"email", "ignore", "consent.granted", "subscribed.sms"} <= set(names)
    assert (told["region"], told["largest"]) == ("GB", LARGEST_FILE)
    assert "PT" in told["regions"]
