"""What every CRM must do whose records can be imported: page by page, each record once, with who opted out."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, cast

import pytest

from bot.adapters.bulk_reads import BulkReads
from bot.adapters.sparing_crm import SparingCrm
from bot.domain.crm import CrmPerson
from bot.domain.errors import PermanentSendError, SettingsError
from bot.domain.importing import ImportProgress
from bot.entrypoints.importing.crms import CrmSource, fields_read_back
from bot.entrypoints.importing.mapping import ColumnMapping
from bot.entrypoints.importing.running import Import, begin, mapping_for, run
from bot.ports import Crm, GivesPeople, Reply
from connectors.openemm.kept import BOUND
from connectors.openemm.soap import A_PAGE
from connectors.stand_in import Records
from tests.bot.services.stage import Stage as Service
from tests.connectors.documents import faults_of
from tests.contracts.test_crm import Stage, staged

READ_BY_PAGES = ("hubspot", "marketo", "mautic", "openemm", "salesforce", "webhook")
WITHOUT_A_LOG_IN = ("hubspot", "webhook")
FIELDS: Mapping[str, tuple[str, ...]] = {
    "hubspot": ("email", "phone", "overture_team_size", "firstname", "lastname"),
    "marketo": ("email", "phone", "overtureTeamSize", "firstName", "lastName"),
    "mautic": ("email", "mobile", "overture_team_size", "firstname", "lastname"),
    "openemm": ("email", "phone", "overture_team_size", "firstname", "lastname"),
    "salesforce": ("Email", "MobilePhone", "Overture_Team_Size__c", "FirstName", "LastName"),
    "webhook": ("email", "phone", "team_size", "first_name", "last_name"),
}
AS_TEXT = ("hubspot", "openemm")
"""Those whose numbers are texts."""

BESIDES: Mapping[str, Mapping[str, Any]] = {"marketo": {"lists": [1001]}, "salesforce": {"Company": "Example Ltd"}}
GONE: Mapping[str, Mapping[str, Any]] = {
    "hubspot": {"hs_email_optout": "true"},
    "marketo": {"unsubscribed": True},
    "mautic": {"do_not_contact": "email"},
    "openemm": {BOUND: {"1": "4"}},
    "salesforce": {"HasOptedOutOfEmail": True},
    "webhook": {"opted_out": True},
}
COUNT = 230


def written(crm: str, number: int) -> Mapping[str, Any]:
    """A record of this CRM."""
    size = str(number) if crm in AS_TEXT else number
    values = (f"p{number}@example.com", f"+4477009{number:05}", size, "Ana", f"P{number}")
    return {**dict(zip(FIELDS[crm], values, strict=True)), **BESIDES.get(crm, {})}


@pytest.fixture(params=READ_BY_PAGES)
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        found = await staged(request.param, stack)
        records = Records(found.feed, request.param)
        for number in range(COUNT):
            gone = GONE[request.param] if number == 7 else {}
            await records.write(None, {**written(request.param, number), **gone})
        yield found
        assert faults_of(request.param, found.server.asked) == []


@pytest.fixture
def service(sqlite_store: Any, clock: Any) -> Service:
    return Service(sqlite_store, clock)


async def take(stage: Stage, service: Service, folder: Path, pauses: list[float] | None = None) -> ImportProgress:
    async def pause(seconds: float) -> None:
        if pauses is not None:
            pauses.append(seconds)

    assert isinstance(stage.crm, GivesPeople)
    mapping = fields_read_back(stage.mapping, None, ColumnMapping())
    source = CrmSource(stage.crm.name, stage.crm, mapping, pause=pause)
    told = Import(source, mapping_for(source, mapping, None), folder / "report.csv", stage.crm.name)
    return await run(service.runtime, told, await begin(service.runtime, told))


async def test_every_record_is_read_once_with_who_opted_out(stage: Stage) -> None:
    assert isinstance(stage.crm, GivesPeople)
    found: list[CrmPerson] = []
    after, pages = "", 0
    while pages == 0 or after:
        page = await stage.crm.page([stage.field("lead.email")], after=after)
        found, after, pages = [*found, *page.people], page.after, pages + 1
    assert pages > 1
    assert [one.record.id for one in found] == list(dict.fromkeys(one.record.id for one in found))
    assert [one.record.fields[stage.field("lead.email")] for one in found] == [
        f"p{number}@example.com" for number in range(COUNT)
    ]
    assert [number for number, one in enumerate(found) if one.opted_out] == [7]


async def test_its_people_are_known_afterwards_with_their_records(
    stage: Stage, service: Service, tmp_path: Path
) -> None:
    done = await take(stage, service, tmp_path)
    assert (done.rows, done.new, done.refused) == (COUNT, COUNT, 0)
    async with service.store.transaction() as uow:
        person = await uow.profiles.owner_of("email", "p42@example.com")
        gone = await uow.profiles.owner_of("phone", "+447700900007")
        assert person is not None
        assert gone is not None
        assert str(person.attributes["team_size"]) == "42"
        assert person.attributes.get("name") == (None if stage.crm.name == "salesforce" else "Ana P42")
        link = await uow.crm_links.get(stage.crm.name, person.id)
        assert link is not None
        assert stage.records()[link][stage.field("lead.email")] == "p42@example.com"
        assert await uow.consents.suppression("sms", "+447700900007") is not None
        assert await uow.consents.suppression("sms", "+447700900042") is None


async def test_a_pause_that_is_asked_for_is_kept_and_a_failure_ends_nothing(
    stage: Stage, service: Service, tmp_path: Path
) -> None:
    slow = Reply(429, b"[]", "application/json", {"Retry-After": "7"})
    stage.server.faults = [None, slow] if stage.crm.name not in WITHOUT_A_LOG_IN else [slow]
    pauses: list[float] = []
    assert (await take(stage, service, tmp_path, pauses)).new == COUNT
    assert pauses == [7]


async def test_an_import_goes_on_behind_the_last_page(stage: Stage, service: Service, tmp_path: Path) -> None:
    down = Reply(400, b"{}", "application/json")
    calls = {"hubspot": 1, "openemm": 1 + 2 * A_PAGE, "webhook": 1}.get(stage.crm.name, 2)
    stage.server.faults = [*[None] * calls, down]
    with pytest.raises(SettingsError, match="cannot be read"):
        await take(stage, service, tmp_path)
    done = await take(stage, service, tmp_path)
    assert (done.rows, done.new, done.same) == (COUNT, COUNT, 0)


async def test_an_import_in_bulk_does_not_count_as_a_leak(stage: Stage) -> None:
    assert isinstance(stage.crm, GivesPeople)
    reads = BulkReads(stage.crm.name, most=1)
    sparing = SparingCrm(stage.crm, reads=reads)
    after = ""
    for _ in range(5):
        after = (await sparing.page([], after=after)).after
    assert not reads.stopped


async def test_a_crm_that_gives_no_pages_says_so() -> None:
    class Bare:
        name = "bare"

    with pytest.raises(PermanentSendError, match="page by page"):
        await SparingCrm(cast(Crm, Bare())).page([], after="")
