from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.database.provenance import StoredProvenance, provenance_text
from bot.domain.provenance import Amended, Known, Origin, Provenance, Source, Statement
from tests.contracts.samples import NOON

origins = st.builds(Origin, st.sampled_from(Source), st.just(NOON), st.text(max_size=9), st.text(max_size=9))
values: st.SearchStrategy[Any] = st.none() | st.integers() | st.text() | st.lists(st.booleans())
statements = st.builds(Statement, st.none() | origins, values, st.booleans())
told = st.builds(Provenance, st.none() | origins, st.none() | statements, st.none() | statements)
characters = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
Changes = dict[str, Provenance | None]
names = st.text(characters) | st.sampled_from(['a":', "a\n", "tag:a,\n", 'b"'])


@given(st.dictionaries(names, told), st.dictionaries(names, st.none() | told))
def test_it_is_read_as_it_was_written_and_as_it_was_changed(known: Known, changes: Changes) -> None:
    text = provenance_text(known)
    if text is None:
        assert known == {}
        return
    read = StoredProvenance(lambda: text)
    assert dict(read) == stored(known)
    assert len(read) == len(json.loads(text))
    changed = provenance_text(Amended(read, changes))
    expected = {name: one for name, one in {**known, **changes}.items() if one is not None}
    assert (dict(StoredProvenance(lambda: changed)) if changed is not None else {}) == stored(expected)


def stored(known: Known) -> dict[str, Provenance]:
    """With what no database keeps replaced."""
    return {name: json_read(one) for name, one in known.items()}


def json_read(one: Provenance) -> Provenance:
    text = provenance_text({"x": one})
    assert text is not None
    assert "\\u0000" not in text
    return StoredProvenance(lambda: text)["x"]


def test_a_profile_that_nobody_asks_of_it_opens_none_of_it() -> None:
    def read() -> str:
        raise AssertionError("it was opened")

    assert Amended(StoredProvenance(read), {"size": Provenance(None)})["size"] == Provenance(None)
