from __future__ import annotations

import pytest

from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.journeys.expression import check
from bot.journeys.kinds import kinds_of

DECLARED = {
    "name": AttributeType.TEXT,
    "size": AttributeType.NUMBER,
    "member": AttributeType.YES_NO,
    "since": AttributeType.DATE,
    "plans": AttributeType.LIST,
}
KINDS = kinds_of(ProfileSchema({name: Attribute(name, type_) for name, type_ in DECLARED.items()}))
KNOWN = {"profile": None, "lead": None, "event": None}


@pytest.mark.parametrize(
    "source",
    [
        "profile.name == 'a' and profile.size >= 2.5 and profile.member == true",
        "profile.name < profile.name or profile.since < '2026-11-24T10:00'",
        "'a' in profile.plans and 'a' in profile.name and profile.size in [1, 2]",
        "profile.undeclared == 5 and profile.undeclared == 'a' and event.size == profile.name",
        "profile.size + 1 > profile.size * 2 and profile.name + ' x' == 'a x'",
        "event.size + profile.size > 1 and event.first + event.last == profile.name",
        "lower(profile.name) == 'a' and length(profile.plans) > 1 and text(profile.size) == '1'",
        "default(profile.name, 'you') == 'a' and default(profile.name, 5) == 5",
        "days_since(profile.since) > 30 and days_until('2026-11-24') > 0 and -profile.size < 0",
        "not profile.member and exists(profile.plans) and missing(profile.name)",
        "profile.undeclared.part == 5",
    ],
)
def test_what_fits_together_has_no_fault(source: str) -> None:
    assert check(source, KNOWN, KINDS) is None


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("profile.name == profile.size", "profile.name is a text and profile.size is a number: that is never true."),
        ("profile.name != 5", "is a text and 5 is a number"),
        ("profile.member == 'yes'", "profile.member is yes or no and 'yes' is a text"),
        ("profile.member > false", "Write == true, or == false."),
        ("profile.plans == profile.plans", "profile.plans is a list, which compares with nothing."),
        ("'a' in profile.size", '"in" looks into a list or a text, and profile.size is a number.'),
        ("5 in profile.name", "profile.name is a text, and 5 is a number: never in it."),
        ("profile.size in ['1']", "profile.size is a number and '1' is a text"),
        ("profile.since == 'soon'", "profile.since is a date, and 'soon' is none."),
        ("profile.size + 'a' == 'b'", "profile.size is a number. Write text(...) to put it into a text."),
        ("profile.name * 2 == 4", "profile.name is a text, and only numbers are calculated with."),
        ("-profile.name == 4", "profile.name is a text"),
        ("lower(profile.size) == 'a'", "profile.size is a number, and lower() takes a text."),
        ("length(profile.size) > 1", "length() takes a text or a list."),
        ("starts_with(profile.plans, 'a')", "profile.plans is a list, and starts_with() takes a text."),
        ("days_since(profile.name) > 1", "profile.name is a text, and days_since() takes a date."),
        ("days_since('then') > 1", "'then' is no date. Write '2026-11-24'."),
        ("profile.name.first == 'a'", 'profile.name is a text and has no parts, so there is no "first" in it.'),
        (
            "profile.since > 2027-03-01",
            "profile.since is a date and one side is a number: that is never true. Put quotation marks around a date",
        ),
        ("1 == 'a'", "1 is a number and 'a' is a text: that is never true."),
        ("true and (false or not (profile.name == 1))", "that is never true"),
    ],
)
def test_what_never_fits_together_is_told(source: str, told: str) -> None:
    wrong = check(source, KNOWN, KINDS)
    assert wrong is not None
    assert told in wrong
