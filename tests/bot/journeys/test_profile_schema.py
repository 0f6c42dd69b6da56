from __future__ import annotations

import textwrap

import pytest

from bot.documents import parse
from bot.domain.access import Sensitivity
from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.errors import ContentError
from bot.domain.journey import Journey
from bot.domain.provenance import Source
from bot.journeys.content import Known, read_journey
from bot.journeys.profile_schema import read_profile_schema

SCHEMA = """\
attributes:
  team_size: number
  stage: {type: text, one_of: [lead, customer], label: Stage}
  renews_on: date
  illness: {type: text, sensitivity: sensitive}
"""


def schema(text: str = SCHEMA) -> ProfileSchema:
    return read_profile_schema(parse("journeys/profile.yml", text))


def journey(condition: str, steps: str = "- end") -> Journey:
    text = f'journey: j\npurpose: service\nenter: {{event: a.b, if: "{condition}"}}\nsteps:\n  {steps}\n'
    return read_journey(parse("journeys/j.yml", text), Known(profile=schema()))


def test_attributes_are_declared_with_their_type_values_and_label() -> None:
    assert schema().attributes == {
        "team_size": Attribute("team_size", AttributeType.NUMBER),
        "stage": Attribute("stage", AttributeType.TEXT, ("lead", "customer"), "Stage"),
        "renews_on": Attribute("renews_on", AttributeType.DATE),
        "illness": Attribute("illness", AttributeType.TEXT, sensitivity=Sensitivity.SENSITIVE),
    }


def test_values_are_told_in_the_words_that_are_declared_for_them() -> None:
    begins = schema("""\
attributes:
  begins: {type: text, one_of: {now: right away, this_quarter: this quarter}}
""").attributes["begins"]
    assert begins.one_of == ("now", "this_quarter")
    assert [begins.takes(one) for one in ("now", "right away")] == [True, False]
    assert [begins.in_words(one) for one in ("this_quarter", "never", 5)] == ["this quarter", "never", 5]


def test_whose_word_counts_is_declared_for_all_attributes_and_for_one() -> None:
    read = schema("""\
trust: [[correction, conversation], crm]
attributes:
  team_size: number
  stage: {type: text, trust: [correction, crm]}
""")
    said = frozenset({Source.CORRECTION, Source.CONVERSATION})
    assert read.trust_in("team_size") == read.trust_in("undeclared") == (said, frozenset({Source.CRM}))
    assert read.trust_in("stage") == (frozenset({Source.CORRECTION}), frozenset({Source.CRM}))
    assert schema().trust_in("team_size") == (said,)


@pytest.mark.parametrize(
    ("written", "fault"),
    [
        ("[crm, correction]", '"trust" must begin with what people had put right'),
        ("crm", '"trust" must be a list of sources'),
        ("[]", '"trust" must be a list of sources'),
        ("[correction, hubspot]", 'no such source: "hubspot"|source "hubspot"'),
        ("[correction, [crm, correction]]", "names a source twice"),
    ],
)
def test_a_faulty_trust_is_told(written: str, fault: str) -> None:
    with pytest.raises(ContentError, match=fault):
        schema(f"trust: {written}\nattributes:\n  team_size: number\n")


@pytest.mark.parametrize(("written", "meant"), [("sensitive", True), ("personal", False), ("open", False)])
def test_an_attribute_may_be_sensitive(written: str, meant: bool) -> None:
    read = schema(f"attributes:\n  faith: {{type: text, sensitivity: {written}}}")
    assert read.attributes["faith"].sensitive is meant


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("name: text", True),
        ("email: {type: text, label: Work e-mail}", True),
        ("email: {type: text, contact: false}", False),
        ("phone: number", False),
        ("badge: text", False),
        ("badge: {type: text, contact: true}", True),
    ],
)
def test_contact_data_is_known_by_its_name_or_declared(written: str, meant: bool) -> None:
    read = schema(f"attributes:\n  {written}")
    (name,) = read.attributes
    assert (name in read.contact) is read.attributes[name].contact is meant
    assert "first_name" in read.contact


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "attributes:\n  size: {type: number, sensitivity: secret}",
            'journeys/profile.yml:2:24: there is no sensitivity "secret". Known: open, personal, sensitive.',
        ),
        ("attributes:\n  size: numbr", 'journeys/profile.yml:2:3: there is no type "numbr". Did you mean "number"?'),
        ("attributes:\n  size: {one_of: [1]}", 'journeys/profile.yml:2:3: the attribute "size" lacks "type".'),
        ("attributes:\n  Size: number", 'journeys/profile.yml:2:3: "Size" cannot be an attribute.'),
        ("attributes:\n  tags: list", 'journeys/profile.yml:2:3: "tags" belongs to the profile itself'),
        ("attributes:\n  a: {type: yes_no, one_of: [1]}", '"one_of" is for texts and numbers'),
        ("attributes:\n  a: {type: text, one_of: [x, 5]}", "one of these values is no text: 5. Put it in"),
        ("attributes:\n  a: {type: text, one_of: x}", '"one_of" must be a list of values. Write one_of:'),
        ("attributes:\n  a: {type: text, one_of: {x: 5}}", '2:28: "x" needs words in which it is told. Write x:'),
        ("attributes:\n  a: {type: number, one_of: {1: one}}", "words of values are for texts. Write one_of: [1, 2]."),
        ("attributes:\n  a: {type: text, kind: x}", 'the attribute "a" has no "kind".'),
        ("attributes:\n  a: {type: number, contact: true}", '2:21: contact data is a text, and "a" is none.'),
        ("attributes:\n  a: {type: text, contact: maybe}", '"contact" must be true or false.'),
        ("attributes: 5", '"attributes" must be a mapping of names to values, not "5".'),
        ("{}", 'the profile lacks "attributes".'),
        ("- a", "the profile must be a mapping"),
    ],
)
def test_a_faulty_declaration_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(ContentError) as failure:
        schema(text)
    assert told in str(failure.value)


@pytest.mark.parametrize(
    "condition",
    [
        "profile.team_size > 20 and profile.stage in ['lead', 'customer']",
        "days_until(profile.renews_on) < 30 or profile.renews_on > '2026-12-31'",
        "'vip' in profile.tags and lead.grade == 'A1' and days_since(profile.created_on) < 30",
    ],
)
def test_a_condition_on_declared_attributes_is_taken(condition: str) -> None:
    assert [entry.condition for entry in journey(condition).entries] == [condition]


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("profile.teamsize > 20", 'there is no "profile.teamsize". Did you mean "team_size"?'),
        ("profile.team_size == 'big'", "profile.team_size is a number and 'big' is a text: that is never true."),
        ("profile.team_size > '20'", "Leave out the quotation marks."),
        ("profile.stage == 'custmer'", 'profile.stage is never "custmer". Did you mean "customer"?'),
        ("profile.stage in ['lead', 'prospect']", 'profile.stage is never "prospect".'),
        ("profile.renews_on > 'May'", "profile.renews_on is a date, and 'May' is none. Write '2026-11-24'."),
        ("lead.grade == 'A4'", 'lead.grade is never "A4". Known: A1, A2'),
    ],
)
def test_a_condition_that_can_never_be_true_is_told_with_its_place(condition: str, told: str) -> None:
    with pytest.raises(ContentError) as failure:
        journey(condition)
    assert "journeys/j.yml:3:21: " in str(failure.value)
    assert told in str(failure.value)


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("- set: {teem_size: 5}", 'j.yml:5:5: there is no attribute "teem_size". Did you mean "team_size"?'),
        ("- set: {team_size: big}", 'the attribute "team_size" cannot be "big": its type is number.'),
        ("- set: {stage: gone}", 'the attribute "stage" cannot be "gone": it is one of lead, customer.'),
        ("- set: {team_size: .nan}", 'the attribute "team_size" cannot be "nan": its type is number.'),
        ("- set: {team_size: '= lower(profile.stage)'}", 'the attribute "team_size" is never "= lower(profile.stage)"'),
        ("- set: {renews_on: '= profile.team_size + 1'}", 'is never "= profile.team_size + 1": its type is date.'),
    ],
)
def test_a_step_sets_what_is_declared(step: str, told: str) -> None:
    with pytest.raises(ContentError) as failure:
        journey("true", step)
    assert told in str(failure.value)


def test_a_step_may_set_what_it_computes_and_take_a_value_away() -> None:
    assert journey("true", "- set: {team_size: '= event.size', stage: null}").steps
    assert journey("true", "- set: {team_size: '= profile.team_size + 1', stage: '= text(profile.team_size)'}").steps
    assert journey("true", "- set: {renews_on: '= lower(event.day)', illness: '= profile.renews_on'}").steps


@pytest.mark.parametrize("step", ["- wait: {{until: profile.{} - 3d}}", "- wait: {{until: profile.{} at 09:00}}"])
def test_a_step_waits_for_a_day_that_is_declared(step: str) -> None:
    assert journey("true", step.format("renews_on")).steps
    assert journey("true", step.format("stage")).steps  # a text may be a day with a time
    with pytest.raises(ContentError, match=r'j\.yml:5:12: there is no attribute "renewal"\.'):
        journey("true", step.format("renewal"))
    with pytest.raises(ContentError, match=r"profile\.team_size is a number, and names no day\. Name an attribute"):
        journey("true", step.format("team_size"))


def test_people_enter_on_a_day_that_is_declared() -> None:
    text = "journey: j\npurpose: service\nenter: {{schedule: {{date: profile.{}, before: 14d}}}}\nsteps: [end]\n"

    def read(attribute: str, known: Known) -> Journey:
        return read_journey(parse("journeys/j.yml", text.format(attribute)), known)

    assert read("renews_on", Known(profile=schema())).entries
    assert read("renewed_on", Known()).entries  # where nothing is declared, people may have anything
    with pytest.raises(ContentError, match=r'j\.yml:3:20: there is no attribute "renewed_on"\. Did you mean'):
        read("renewed_on", Known(profile=schema()))
    with pytest.raises(ContentError, match=r"profile\.team_size is a number, and names no day"):
        read("team_size", Known(profile=schema()))


def test_what_an_attribute_is_kept_for_is_said_of_all_or_of_one() -> None:
    text = """
    purpose: to sell
    attributes:
      team_size: number
      renews_on: {type: date, purpose: to fulfil the contract}
    """
    schema = read_profile_schema(parse("journeys/profile.yml", textwrap.dedent(text)))
    purposes = {name: one.purpose for name, one in schema.attributes.items()}
    assert purposes == {"team_size": "to sell", "renews_on": "to fulfil the contract"}


def test_the_legal_basis_goes_with_the_purpose_that_it_is_said_of() -> None:
    text = """
    purpose: to sell
    basis: consent
    attributes:
      team_size: number
      country: {type: text, basis: legal_obligation}
      renews_on: {type: date, purpose: to fulfil the contract}
    """
    schema = read_profile_schema(parse("journeys/profile.yml", textwrap.dedent(text)))
    bases = {name: one.basis for name, one in schema.attributes.items()}
    assert bases == {"team_size": "consent", "country": "legal_obligation", "renews_on": None}


def test_a_legal_basis_that_there_is_not_is_told() -> None:
    with pytest.raises(ContentError, match='no legal basis "contrct"'):
        read_profile_schema(parse("journeys/profile.yml", "basis: contrct\nattributes: {team_size: number}"))
