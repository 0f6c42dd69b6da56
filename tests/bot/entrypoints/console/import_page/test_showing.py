"""What the page says of each column of a file, and why."""

from __future__ import annotations

import pytest

from bot.domain.access import Role
from bot.domain.audience import ProfileSchema
from bot.entrypoints.console.import_page.showing import Columns
from bot.entrypoints.importing.mapping import ColumnMapping, guessed
from bot.entrypoints.importing.running import Shown


@pytest.mark.parametrize(
    ("schema", "why"),
    [
        (ProfileSchema(), "Left out: if it tells of a consent, say which part of its proof it is"),
        (None, "By its name, which is new to us"),  # where no attribute is declared any column is one
    ],
)
def test_a_column_that_may_tell_of_a_consent_is_said_to_be_left_out_where_it_is(
    schema: ProfileSchema | None, why: str
) -> None:
    given = ColumnMapping()
    mapping = guessed(given, ["E-mail", "Consented at"], schema)
    columns = Columns(given, mapping, Shown(None, {}), schema, ())
    assert [one["why"] for one in columns.told_to(Role.ADMIN)] == ["By its name", why]
