"""Who may do what."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.access import RIGHTS, SEES, Caller, Right, Role, Sensitivity

ONLY_ADMINS = {Right.ADMINISTER}


def test_an_admin_may_do_everything_and_each_role_has_its_rights() -> None:
    assert set(RIGHTS) == set(SEES) == set(Role)
    assert RIGHTS[Role.ADMIN] == set(Right)
    assert SEES[Role.ADMIN] == set(Sensitivity)


@pytest.mark.parametrize("right", Right)
def test_each_right_is_somebodys_beside_the_admin_but_those_that_are_theirs_alone(right: Right) -> None:
    others = [role for role in Role if role is not Role.ADMIN and right in RIGHTS[role]]
    assert bool(others) is (right not in ONLY_ADMINS)


def test_who_may_only_read_changes_nothing() -> None:
    assert RIGHTS[Role.READ_ONLY] == {Right.SEE_JOURNEYS, Right.SEE_UNDERSTANDING, Right.SEE_PEOPLE, Right.WATCH}


def test_whoever_writes_to_people_does_not_see_what_is_sensitive_of_them() -> None:
    for role in (Role.MARKETER, Role.REP, Role.READ_ONLY):
        assert Sensitivity.SENSITIVE not in SEES[role]


def test_records_name_a_caller_by_an_id() -> None:
    assert Caller("user", Role.REP, "a1", "ada@example.com").reference == "user:a1"
    assert Caller("machine", Role.ADMIN).reference == "machine"


def test_the_documents_table_says_what_holds() -> None:
    told = {}
    for line in (Path(__file__).parents[3] / "docs" / "access.md").read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) == len(Role) + 1:
            told[cells[0]] = cells[1:]
    assert told["right"] == [*Role]
    for right in Right:
        assert told[right] == ["yes" if right in RIGHTS[role] else "" for role in Role]
    for one in Sensitivity:
        assert told[f"see what is {one} of a person"] == ["yes" if one in SEES[role] else "" for role in Role]
