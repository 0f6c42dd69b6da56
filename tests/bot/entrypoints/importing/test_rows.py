"""A row is taken whole, or refused with everything that is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.importing import Arrival
from bot.domain.person import Identity
from bot.entrypoints.importing.mapping import ColumnMapping
from bot.entrypoints.importing.rows import RowReader, RowRefused
from bot.journeys.told.addresses import normal_phone
from tests.contracts.samples import NOON

SCHEMA = ProfileSchema(
    {
        name: Attribute(name, kind)
        for name, kind in {
            "team_size": AttributeType.NUMBER,
            "customer": AttributeType.YES_NO,
            "renews_on": AttributeType.DATE,
            "name": AttributeType.TEXT,
            "plans": AttributeType.LIST,
        }.items()
    }
)
COLUMNS = {
    "Email": "email", "Phone": "phone", "Zone": "time_zone", "Tags": "tags", "Gone": "opted_out", "Id": "user_id",
    **{name: f"profile.{name}" for name in SCHEMA.attributes},
    **{part: f"consent.{part}" for part in ("purpose", "channel", "granted", "how", "at", "text", "ip")},
}  # fmt: skip
CONSENT = {
    "purpose": "marketing", "channel": "sms", "granted": "yes", "how": "form", "at": "2026-03-01", "text": "May we?",
}  # fmt: skip


def reader(*, in_part: bool) -> RowReader:
    mapping = ColumnMapping(COLUMNS, {"tags": "fair"}, "GB")
    return RowReader(mapping, SCHEMA, ["sms"], source="people.csv", now=lambda: NOON, in_part=in_part)


def read(**values: Any) -> Arrival:
    return reader(in_part=False).read(7, values)


def read_in_part(**values: Any) -> Arrival:
    return reader(in_part=True).read(7, values)


def test_cells_become_what_their_attributes_are_declared_to_be() -> None:
    told = {"team_size": "50", "customer": "Yes", "renews_on": "2027-01-31", "name": " Ana ", "plans": "a; b"}
    found = read(Email="Ana@Example.COM", Phone="07700 900 123", Zone="Europe/London", Tags="vip, new", Id="17", **told)
    assert found.identities == (
        Identity("user_id", "17"), Identity("email", "ana@example.com"), Identity("phone", "+447700900123"),
    )  # fmt: skip
    assert found.attributes == {
        "team_size": 50, "customer": True, "renews_on": "2027-01-31", "name": "Ana", "plans": ["a", "b"],
    }  # fmt: skip
    assert (found.row, found.time_zone) == (7, "Europe/London")
    assert found.tags == {"fair", "vip", "new"}
    assert (found.consents, found.opted_out) == ((), "")


def test_a_zone_may_have_the_name_that_windows_gives_it() -> None:
    assert read(Id="17", Zone="W. Europe Standard Time").time_zone == "Europe/Berlin"


@pytest.mark.parametrize(
    ("told", "name"),
    [
        ({"First": " Ana ", "Last": "Weaver"}, "Ana Weaver"),
        ({"Last": "Weaver"}, "Weaver"),
        ({"First": "Ana", "name": "Dr Ana Weaver"}, "Dr Ana Weaver"),
        ({"First": " "}, None),
    ],
)
def test_a_first_and_a_last_name_are_the_name_unless_a_column_says_it(told: dict[str, str], name: str | None) -> None:
    columns = {"Email": "email", "First": "first_name", "Last": "last_name", "name": "profile.name"}
    reader = RowReader(ColumnMapping(columns), SCHEMA, ["sms"], source="people.csv", now=lambda: NOON)
    assert reader.read(1, {"Email": "ana@example.com", **told}).attributes.get("name") == name


def test_a_date_is_kept_as_journeys_read_it() -> None:
    assert read(Email="ana@example.com", renews_on="31.1.2027").attributes == {"renews_on": "2027-01-31"}
    assert read(Email="ana@example.com", renews_on="1/31/2027 5:30 PM").attributes == {
        "renews_on": "2027-01-31T17:30:00"
    }


def test_empty_cells_say_nothing() -> None:
    found = read(Email="ana@example.com", team_size="", Gone=" ", granted="", channel="sms")
    assert (found.attributes, found.consents, found.opted_out) == ({}, (), "")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"Email": "nobody"}, "the e-mail address is not valid"),
        ({"Phone": "12"}, "Phone: "),
        ({"Phone": "4.47701E+11"}, "Phone: a spreadsheet has shortened the number to 4.47701E.11; format its column"),
        ({"Phone": "4.47701e+11"}, "Phone: a spreadsheet has shortened the number to 4.47701e.11; format its column"),
        ({"Phone": "4,47701E+11"}, "^Phone: a spreadsheet has shortened the number to 4,47701E.11; [^;]*$"),
        ({"Id": "1,00003E+14"}, "Id: a spreadsheet has shortened the number"),
        ({"Phone": "+44 20 7946 0018 ext. 5"}, "an extension"),
        ({"Zone": "Mars/Base"}, "the name of a time zone"),
        ({"team_size": "many"}, "it must be a number"),
        ({"team_size": "nan"}, "it must be a number"),
        ({"customer": "maybe"}, "it must be yes or no"),
        ({"renews_on": "soon"}, "it must be a date"),
        ({"Gone": "perhaps"}, "it must be yes or no"),
        ({"name": "x" * 1_000_000}, "longer than 10000 characters"),
        ({"plans": ["x" * 1_000_000]}, "longer than 10000 characters"),
        ({"Tags": "★"}, "cannot be a tag"),
        ({"Id": "x" * 300}, "an id of yours"),
    ],
)
def test_a_row_with_a_fault_is_refused_whole(values: dict[str, Any], words: str) -> None:
    with pytest.raises(RowRefused, match=words):
        read(**{"Email": "ana@example.com", **values})


@pytest.mark.parametrize("told", ["ana@example.com;+447700900123", ["ana@example.com", "+447700900123"]])
def test_addresses_that_are_left_alone_elsewhere_are_told_as_an_export_writes_them(told: object) -> None:
    reader = RowReader(
        ColumnMapping({"id": "user_id", "gone": "opted_out_addresses"}), SCHEMA, [], source="x", now=lambda: NOON
    )
    silent = reader.read(1, {"id": "17", "gone": told}).silent
    assert silent == (Identity("email", "ana@example.com"), Identity("phone", "+447700900123"))


@pytest.mark.parametrize(
    ("target", "told", "refused", "opted_out"),
    [
        ("subscribed", "no", ["email", "sms", "voice", "whatsapp"], False),
        ("subscribed", "unsubscribed", [], True),
        ("subscribed", "yes", [], False),
        ("subscribed", "2026-03-01", [], False),
        ("subscribed.email", False, ["email"], False),
        ("subscribed.email", "UNSUBSCRIBED", [], True),
        ("subscribed.email", "pending", [], False),
        ("opted_out.voice", "yes", ["voice"], False),
        ("opted_out.voice", "2026-03-01", ["voice"], False),
        ("opted_out.voice", "no", [], False),
    ],
)
def test_a_mere_yes_or_no_is_of_its_channel_and_what_somebody_did_of_all(
    target: str, told: object, refused: list[str], opted_out: bool
) -> None:
    reader = RowReader(ColumnMapping({"e": "email", "x": target}), SCHEMA, ["sms"], source="x", now=lambda: NOON)
    found = reader.read(1, {"e": "ana@example.com", "x": told})
    assert [one.channel for one in found.consents] == refused
    assert not any(one.granted for one in found.consents)
    assert bool(found.opted_out) == opted_out


@pytest.mark.parametrize(
    "told", [{"Email": "ana@example.com; bob@"}, {"Email": "ana@example.com", "Phone": "+447700900123;12"}]
)
def test_who_wants_no_more_is_known_by_one_address_though_another_is_none(told: dict[str, str]) -> None:
    found = read(**told, Gone="yes", name="Ana")
    assert (found.opted_out, found.identities[0].value) == ("opted out in people.csv", "ana@example.com")
    assert found.attributes == {}
    assert "is not valid" in found.left_out[0] or "too short" in found.left_out[0]


@pytest.mark.parametrize("told", ["Ana Weaver <ana@example.com>", "<ana@example.com>", "mailto:ana@example.com"])
def test_an_address_may_stand_behind_the_name_of_its_owner(told: str) -> None:
    assert read(Email=told).identities == (Identity("email", "ana@example.com"),)


def test_a_wish_of_a_channel_that_is_none_is_told() -> None:
    reader = RowReader(
        ColumnMapping({"e": "email", "x": "subscribed.post"}), SCHEMA, ["sms"], source="x", now=lambda: NOON
    )
    with pytest.raises(RowRefused, match='no channel "post"'):
        reader.read(1, {"e": "ana@example.com", "x": "no"})


def test_somebody_has_consented_on_a_day_as_a_list_has_it() -> None:
    (found,) = read(Email="ana@example.com", **CONSENT | {"at": "3.4.26"}).consents
    assert f"{found.at:%Y-%m-%d}" == "2026-04-03"


def test_every_fault_is_told() -> None:
    with pytest.raises(RowRefused) as raised:
        read(Email="nobody", Zone="Mars/Base", team_size="many")
    assert str(raised.value).count(";") == 2


@pytest.mark.parametrize("dash", ["-", "--", "–", "?"])
def test_a_dash_in_place_of_an_address_is_none(dash: str) -> None:
    assert read(Email=dash, Phone="07700 900 123").identities == (Identity("phone", "+447700900123"),)
    with pytest.raises(RowRefused, match="it names nobody"):
        read(Email=dash)


def test_a_row_that_names_nobody_is_refused() -> None:
    with pytest.raises(RowRefused, match="it names nobody"):
        read(name="Ana")


def test_a_consent_comes_with_its_proof() -> None:
    (consent,) = read(Email="ana@example.com", **CONSENT).consents
    assert consent.granted
    assert consent.at.isoformat() == "2026-03-01T00:00:00+00:00"
    assert (consent.how, consent.text, consent.ip) == ("form", "May we?", None)
    (consent,) = read(Email="ana@example.com", **CONSENT, ip="203.0.113.5").consents
    assert consent.ip == "203.0.113.5"
    with pytest.raises(RowRefused, match=r"must be a network address such as 203\.0\.113\.5"):
        read(Email="ana@example.com", **CONSENT, ip="my house")


@pytest.mark.parametrize("written", ["1.3.2026", "01.03.2026 09:12", "2026-03-01 09:12:44"])
def test_the_day_of_a_consent_is_read_where_it_can_be_no_other(written: str) -> None:
    (consent,) = read(Email="ana@example.com", **{**CONSENT, "at": written}).consents
    assert f"{consent.at:%Y-%m-%d}" == "2026-03-01"
    with pytest.raises(RowRefused, match="may be 3 April or 4 March"):
        read(Email="ana@example.com", **{**CONSENT, "at": "03/04/2026"})
    with pytest.raises(RowRefused, match="must be a time such as"):
        read(Email="ana@example.com", **{**CONSENT, "at": "in March"})


@pytest.mark.parametrize("part", ["purpose", "channel", "how", "at", "text"])
def test_a_consent_without_a_part_of_its_proof_is_refused(part: str) -> None:
    with pytest.raises(RowRefused, match=f"{part} is empty, and a consent is only taken with its proof"):
        read(Email="ana@example.com", **{**CONSENT, part: ""})


@pytest.mark.parametrize(
    "values",
    [{"channel": "fax"}, {"purpose": "profiling"}, {"at": "2999-01-01"}, {"at": "yesterday"}, {"granted": "?"}],
)
def test_a_consent_that_cannot_be_is_refused(values: dict[str, str]) -> None:
    with pytest.raises(RowRefused, match="consent: "):
        read(Email="ana@example.com", **{**CONSENT, **values})


def test_a_refusal_counts_without_proof() -> None:
    (consent,) = read(Email="ana@example.com", purpose="marketing", channel="sms", granted="no").consents
    assert (consent.granted, consent.how, consent.at) == (False, "refused in people.csv", NOON)


def test_a_channel_that_is_not_set_up_may_be_refused_but_not_agreed_to() -> None:
    (consent,) = read(Email="ana@example.com", **{**CONSENT, "channel": "email", "granted": "no"}).consents
    assert (consent.channel, consent.granted) == ("email", False)
    with pytest.raises(RowRefused, match='there is no channel "email"'):
        read(Email="ana@example.com", **{**CONSENT, "channel": "email"})


@pytest.mark.parametrize(
    ("given", "region", "found"),
    [("(415) 555-0123", "US", "+14155550123"), ("0049 151 12345678", "DE", "+4915112345678"), (447700900123, "GB", "")],
)
def test_a_number_is_written_as_the_world_writes_it(given: Any, region: str, found: str) -> None:
    assert normal_phone(given, region) == (found or "+447700900123")


@pytest.mark.parametrize("written", ["7911123456.0", "447911123456.0", "+447911123456.00", 447911123456.0])
def test_a_number_that_was_taken_for_an_amount_has_no_nought_at_its_end(written: Any) -> None:
    assert read(Phone=written).identities == (Identity("phone", "+447911123456"),)


@pytest.mark.parametrize(
    ("given", "region"), [("12345", "GB"), ("12345", "DE"), ("110", "DE"), ("253 0000", "US"), ("+49 12345", "GB")]
)
def test_a_number_that_is_too_short_to_be_somebodys_is_refused(given: str, region: str) -> None:
    with pytest.raises(ValueError, match="too short to be somebody's in"):
        normal_phone(given, region)


def test_a_short_number_of_a_small_island_is_somebodys() -> None:
    assert normal_phone("4321", "NU") == "+6834321"


def test_a_reader_for_other_columns_keeps_the_country_of_numbers() -> None:
    reader = RowReader(ColumnMapping(region="DE"), None, (), source="the API", now=lambda: NOON)
    found = reader.by(ColumnMapping({"phone": "phone"})).read(1, {"phone": "0151 23456789"})
    assert found.identities == (Identity("phone", "+4915123456789"),)


@pytest.mark.parametrize(
    ("state", "gone"),
    [
        ("unsubscribed", True), ("Opted-Out", True), ("DND", True), ("abgemeldet", True), ("désabonnée", True),
        ("配信停止", True), ("oui", True), ("Ja", True), ("2026-03-01 09:12:44", True), ("01.03.2026", True),
        ("subscribed", False), ("Non-Subscribed", False), ("never subscribed", False), ("nein", False),
    ],
)  # fmt: skip
def test_a_state_of_a_subscription_says_whether_they_opted_out(state: str, gone: bool) -> None:
    assert bool(read(Email="ana@example.com", Gone=state).opted_out) is gone


@pytest.mark.parametrize("state", ["cleaned", "Bounced", "Hard bounce"])
def test_where_nothing_arrives_they_have_not_opted_out(state: str) -> None:
    found = read(Email="ana@example.com", Gone=state, team_size="many")
    assert (found.opted_out, found.unreachable) == ("", "nothing arrives there, by people.csv")


@pytest.mark.parametrize(("state", "granted"), [("SUBSCRIBED", True), ("unsubscribed", False), ("sí", True)])
def test_a_consent_may_be_told_as_a_state(state: str, granted: bool) -> None:
    (consent,) = read(Email="ana@example.com", **{**CONSENT, "granted": state}).consents
    assert consent.granted is granted


def test_a_cell_may_have_several_addresses_of_which_the_first_is_the_main_one() -> None:
    found = read(Email="Ana@example.com; ana@example.org", Phone="07700 900123 ::: +49 151 23456789")
    assert [one.value for one in found.identities] == [
        "ana@example.com", "ana@example.org", "+447700900123", "+4915123456789",
    ]  # fmt: skip
    with pytest.raises(RowRefused, match="the e-mail address is not valid"):
        read(Email="ana@example.com; nobody")


def test_half_a_name_beside_the_whole_says_nothing_more() -> None:
    columns = {"Email": "email", "First": "first_name", "Last": "last_name"}
    reader = RowReader(ColumnMapping(columns), SCHEMA, ["sms"], source="people.csv", now=lambda: NOON)
    told = {"Email": "ana@example.com", "First": "Ana", "Last": "Ana Weaver"}
    assert reader.read(1, told).attributes["name"] == "Ana Weaver"


def test_one_half_of_a_name_is_told_to_be_one() -> None:
    columns = {"Email": "email", "First": "first_name", "Last": "last_name"}
    reader = RowReader(ColumnMapping(columns), SCHEMA, ["sms"], source="people.csv", now=lambda: NOON)
    assert reader.read(1, {"Email": "ana@example.com", "First": "Ana"}).halves == {"name"}
    assert not reader.read(1, {"Email": "ana@example.com", "First": "Ana", "Last": "Weaver"}).halves


def test_an_opt_out_is_taken_though_the_rest_of_its_row_is_wrong() -> None:
    found = read(Email="ana@example.com", Gone="yes", team_size="many", **CONSENT)
    assert (found.opted_out, found.attributes, found.consents) == ("opted out in people.csv", {}, ())
    assert "it must be a number" in found.left_out[0]
    refusal = read(Email="ana@example.com", Zone="Mars/Base", **{**CONSENT, "granted": "no"})
    assert [one.granted for one in refusal.consents] == [False]
    with pytest.raises(RowRefused):
        read(Email="nobody", Gone="yes")


def test_a_row_is_taken_in_part_where_that_is_wanted() -> None:
    told = {"Email": "ana@example.com", "Phone": "call us", "team_size": "about 20", "name": "Ana", **CONSENT}
    with pytest.raises(RowRefused):
        read(**told)
    found = read_in_part(**told)
    assert (found.attributes, [one.granted for one in found.consents]) == ({"name": "Ana"}, [True])
    assert [one.partition(": ")[2].partition(":")[0] for one in found.left_out] == ["Phone", "team_size"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"granted": "maybe"},
        {"at": ""},
        {"at": "03/04/2026"},
        {"Gone": "perhaps"},
        {"Id": "x" * 1_000},
        {"Email": ""},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_somebody_wants_or_who_they_are_is_never_left_out(wrong: dict[str, str]) -> None:
    told = {"Email": "ana@example.com", "team_size": "about 20", **CONSENT}
    assert read_in_part(**told).consents
    with pytest.raises(RowRefused):
        read_in_part(**(told | wrong))
