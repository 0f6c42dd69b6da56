"""Whom a condition on sealed attributes finds: exactly those for whom Python says that it is true."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.adapters.database import Database
from bot.adapters.database.sealing import Sealing
from bot.adapters.database.store import Transaction
from bot.domain.ids import ProfileId
from bot.domain.person import Profile
from bot.domain.reporting import Happening, Period, ReportPlan
from bot.domain.timeline import PersonEvent
from bot.journeys.expression import is_true
from bot.journeys.selection import check_selection
from tests.field_keys import KEYS, SEALED

NOW = datetime(2026, 11, 24, tzinfo=UTC)
EMAILS: dict[str, Any] = {
    "anna": "anna@example.com",
    "ben": "ben@example.com",
    "cleo": "",
    "dora": None,
    "eve": 7,
    "finn": ["anna@example.com"],
    "gus": "blind:anna@example.com",
    "hal": "ä\0 \ud800'",
}
NOBODY = "nobody"
SOURCES = (
    "profile.email == 'anna@example.com'",
    "'anna@example.com' == profile.email",
    "profile.email != 'anna@example.com'",
    "profile.email in ['anna@example.com', '', 'none']",
    "profile.email not in ['anna@example.com', 'ben@example.com']",
    "not (profile.email == 'ben@example.com') and profile.team_size > 2",
    "profile.email == ''",
    "profile.email",
    "not profile.email or profile.email == 'ben@example.com'",
    "exists(profile.email)",
    "missing(profile.email)",
    "exists(profile.email) == false",
    "profile.name == 'Anna' and profile.email == 'anna@example.com'",
)


async def add_people(store: Database, *names: str) -> None:
    async with store.transaction() as uow:
        await add_people_to(uow, *names)


async def add_people_to(uow: Transaction, *names: str) -> None:
    for name in names:
        known = {"email": EMAILS[name], "name": name.title(), "team_size": len(name)} if name != NOBODY else {}
        await uow.profiles.add(Profile(ProfileId(name), NOW, known))


@pytest.fixture
def sealing() -> Sealing:
    return SEALED


@pytest.mark.parametrize("source", SOURCES)
async def test_a_condition_on_contact_data_finds_whom_python_finds(
    store: Database, store_url: str, source: str
) -> None:
    """Also those who were written before there were keys."""
    assert check_selection(source, None) is None
    unsealed = Database(store_url)
    await add_people(unsealed, "ben", "dora")
    await unsealed.close()
    await add_people(store, "anna", *(name for name in EMAILS if name not in ("anna", "ben", "dora")), NOBODY)
    async with store.transaction() as uow:
        people = [await uow.profiles.get(ProfileId(name)) for name in (*EMAILS, NOBODY)]
        meant = {one.id for one in people if is_true(source, {"profile": one.attributes})}
        assert set(await uow.segments.find(source, NOW, limit=20)) == meant
        assert await uow.segments.count(source, NOW) == len(meant)


async def test_attributes_are_sealed_by_what_is_declared(sqlite_url: str) -> None:
    store = Database(sqlite_url, Sealing(KEYS, contact={"badge"}))
    async with store.transaction() as uow:
        await uow.profiles.add(Profile(ProfileId("anna"), NOW, {"badge": "B1", "name": "Anna"}))
        assert await uow.segments.find("profile.badge == 'B1' and starts_with(profile.name, 'An')", NOW, limit=2)
    assert store.sealed_attributes == {"badge"}
    await store.close()


async def test_a_report_counts_events_by_a_field_that_is_sealed(store: Database) -> None:
    """Somebody's `name` is contact data, and a form's is called so, too."""
    plan = ReportPlan(conversion=Happening("form.sent", (("name", "trial"),)))
    async with store.transaction() as uow:
        await add_people_to(uow, "anna")
        for name in ("trial", "newsletter"):
            event = PersonEvent(ProfileId("anna"), "form.sent", NOW, NOW, {"name": name})
            await uow.timeline.add(event)
        assert len(await uow.timeline.of(ProfileId("anna"), limit=3)) == 2
        assert await uow.figures.conversions(plan, Period(NOW, NOW + timedelta(days=1))) == 1
