"""Each table says where its rows would lie on several servers, and what in its keys stands in the way is known."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, Text

from bot.adapters import distribution
from bot.adapters.distribution import BY_PERSON, CROSSING, EVERYWHERE, ON_ONE_SERVER, SPREAD, crossing
from bot.adapters.tables import metadata, profile

PLAN = Path(__file__).parents[3] / "docs" / "scaling.md"


def test_every_table_has_one_place() -> None:
    placed = [*SPREAD, *EVERYWHERE, *ON_ONE_SERVER]
    assert sorted(table.name for table in placed) == sorted(metadata.tables)


@pytest.mark.parametrize("table", BY_PERSON, ids=lambda table: table.name)
def test_rows_of_a_person_say_whose_they_are(table: Table) -> None:
    column = table.c[BY_PERSON[table]]
    assert column.type.python_type is str
    assert column is profile.c.id or column.name == "profile_id"


def test_what_would_reach_over_several_servers_is_known() -> None:
    """A new key either names whose row it is, or is added to CROSSING, with how it would change in docs/scaling.md."""
    found = {one for table in metadata.sorted_tables for one in crossing(table)}
    assert found - CROSSING == set(), "new: put the column of SPREAD into the key, or say how it would change"
    assert CROSSING - found == set(), "solved: take it out"


def test_the_plan_names_each_of_them() -> None:
    plan = PLAN.read_text(encoding="utf-8")
    assert [one for one in sorted(CROSSING) if f"`{one}`" not in plan] == []


def test_a_key_without_whose_row_it_is_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    person = Table("person", metadata := MetaData(), Column("id", Text, primary_key=True))
    note = Table(
        "note",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("profile_id", Text, ForeignKey("person.id", name="fk_person")),
        Column("about", Text, ForeignKey("person.id", name="fk_about")),
        Column("key", Text, index=True, unique=True),
    )
    note.primary_key.name = "pk_note"
    monkeypatch.setattr(distribution, "SPREAD", {person: "id", note: "profile_id"})
    assert sorted(crossing(note)) == ["note.fk_about", "note.ix_note_key", "note.pk_note", "note.profile_id"]
    assert list(crossing(person)) == []
