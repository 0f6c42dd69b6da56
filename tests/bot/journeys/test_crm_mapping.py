from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.documents import Faults, parse
from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.crm import CrmMapping, MappedField
from bot.domain.errors import ContentError
from bot.journeys.crm_mapping import field_values, read_crm_mapping

SCHEMA = ProfileSchema({"team_size": Attribute("team_size", AttributeType.NUMBER)})
OWN = sorted(Path("connectors").glob("*/fields.yml"))


def read(text: str, path: str = "journeys/crm/hubspot.yml") -> CrmMapping:
    return read_crm_mapping(parse(path, text), SCHEMA, frozenset({"hubspot"}))


NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def faults(text: str, path: str = "journeys/crm/hubspot.yml") -> list[str]:
    with pytest.raises(ContentError) as failed:
        read(text, path)
    return [str(fault) for fault in failed.value.faults]


def test_a_field_comes_from_an_expression_and_may_be_overwritten() -> None:
    text = "crm: hubspot\nfields:\n  size: profile.team_size\n  grade: {from: lead.grade, overwrite: true}\n"
    assert read(text) == CrmMapping(
        "hubspot", (MappedField("size", "profile.team_size"), MappedField("grade", "lead.grade", True))
    )


def test_values_are_worked_out_from_the_profile_and_the_lead() -> None:
    mapping = read("crm: hubspot\nfields:\n  size: text(profile.team_size) + ' people'\n  who: lead.first_name\n")
    values = field_values(mapping, {"team_size": 50}, {"first_name": "Ana"}, NOON)
    assert values == {"size": "50 people", "who": "Ana"}
    assert field_values(mapping, {}, {}, NOON) == {"size": None, "who": None}


def test_days_are_counted_to_the_present_one() -> None:
    mapping = read("crm: hubspot\nfields:\n  age: days_since(profile.created_on)\n  on: today()\n")
    assert field_values(mapping, {"created_on": "2026-11-20"}, {}, NOON) == {"age": 4, "on": "2026-11-24"}


FAULTY: dict[str, tuple[str, str]] = {
    "an attribute that nobody declared": (
        "crm: hubspot\nfields:\n  size: profile.team_sise\n",
        'journeys/crm/hubspot.yml:3:3: the field "size" cannot be worked out by "profile.team_sise": there is no '
        '"profile.team_sise". Did you mean "team_size"?',
    ),
    "a misspelt entry": (
        "crm: hubspot\nfields:\n  size: {from: profile.team_size, overwite: true}\n",
        'journeys/crm/hubspot.yml:3:35: the field "size" has no "overwite". Did you mean "overwrite"?',
    ),
    "no truth value": (
        "crm: hubspot\nfields:\n  size: {from: profile.team_size, overwrite: maybe}\n",
        'journeys/crm/hubspot.yml:3:35: "overwrite" must be true or false, not "maybe".',
    ),
    "a CRM that is none": (
        "crm: hubspt\nfields:\n  size: profile.team_size\n",
        'journeys/crm/hubspot.yml:1:1: the CRM "hubspt" stands in a file of another name. Name it hubspt.yml.',
    ),
    "nothing to write": (
        "crm: hubspot\n",
        'journeys/crm/hubspot.yml:1:1: a CRM\'s file lacks "fields". Say what is written: fields: {company: '
        "profile.company}.",
    ),
    "a list": (
        "- hubspot\n",
        "journeys/crm/hubspot.yml:1:1: a CRM's file must be a mapping of names to values, not a list.",
    ),
}


@pytest.mark.parametrize(("text", "fault"), FAULTY.values(), ids=FAULTY)
def test_a_fault_is_told_with_its_place_and_what_to_do(text: str, fault: str) -> None:
    assert faults(text) == [fault]


def test_a_file_for_a_crm_without_a_connector_is_a_fault() -> None:
    [fault] = faults("crm: mautic\nfields: {a: lead.id}\n", "journeys/crm/mautic.yml")
    assert 'there is no CRM "mautic" among the connectors' in fault


@pytest.mark.parametrize("path", OWN, ids=[path.parent.name for path in OWN])
def test_what_a_connector_brings_along_can_be_copied_and_has_our_id(path: Path) -> None:
    mapping = read_crm_mapping(parse(str(path), path.read_text(encoding="utf-8")), None, None)
    assert mapping.crm == path.parent.name
    assert [one.overwrite for one in mapping.fields if one.source == "lead.id"] == [True]


def test_what_becomes_of_the_record_of_whoever_is_erased_can_be_said() -> None:
    assert read("crm: hubspot\nfields: {grade: lead.grade}").on_erasure == "delete"
    assert read("crm: hubspot\non_erasure: anonymise\nfields: {grade: lead.grade}").on_erasure == "anonymise"


def test_any_other_word_for_it_is_a_fault() -> None:
    with pytest.raises(ContentError, match='"on_erasure" must be one of delete, anonymise, leave, not "burn"'):
        read("crm: hubspot\non_erasure: burn\nfields: {grade: lead.grade}")


@pytest.mark.parametrize(
    ("line", "warned"), [("", True), ("  overture_lead: {from: lead.id, overwrite: true}\n", False)]
)
def test_a_mapping_by_which_no_record_is_found_again_is_warned_of(line: str, warned: bool) -> None:
    warnings = Faults()
    text = f"crm: hubspot\nfields:\n  size: profile.team_size\n{line}"
    read_crm_mapping(parse("journeys/crm/hubspot.yml", text), SCHEMA, frozenset({"hubspot"}), warnings)
    assert [str(one).partition(": each")[0] for one in warnings.in_order()] == [
        "journeys/crm/hubspot.yml:2:1: no field gets lead.id, by which a record is found again"
    ] * warned
