"""What a column means is told, else guessed; consent is never guessed without its proof."""

from __future__ import annotations

import pytest

from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.errors import ContentError, SettingsError
from bot.entrypoints.importing.mapping import (
    PROOF,
    ColumnMapping,
    complete,
    guess,
    named_apart,
    read_mapping,
    read_options,
    told,
)

SCHEMA = ProfileSchema({"team_size": Attribute("team_size", AttributeType.NUMBER)})


@pytest.mark.parametrize(
    ("column", "target"),
    [
        ("E-Mail Address", "email"),
        ("Mobile Phone", "phone"),
        ("TimeZone", "time_zone"),
        ("Team Size", "profile.team_size"),
        ("teamSize", "profile.team_size"),
        ("Unsubscribed", "opted_out"),
        ("Newsletter", "ignore"),
        ("consent", "ignore"),
        ("overture_why", "ignore"),
    ],
)
def test_a_name_says_what_a_column_means(column: str, target: str) -> None:
    assert guess(column, SCHEMA) == target


def test_a_first_name_is_the_name_or_its_first_half_where_there_is_such_an_attribute() -> None:
    """People are called by their first name: of a last name alone, and of halves beside the whole, nothing is taken."""
    named = ProfileSchema({"name": Attribute("name", AttributeType.TEXT)})
    both = complete(ColumnMapping(), ["Email", "First name", "Surname"], named)
    assert both.columns == {"Email": "email", "First name": "first_name", "Surname": "last_name"}
    alone = complete(ColumnMapping(), ["Email", "First name"], named)
    assert alone.columns == {"Email": "email", "First name": "first_name"}
    for columns, schema in ((["Email", "Surname"], named), (["Email", "First name", "Surname"], SCHEMA)):
        assert set(complete(ColumnMapping(), columns, schema).columns.values()) == {"email", "ignore"}
    beside_whole = complete(ColumnMapping(), ["Email", "First name", "Full name"], named)
    assert list(beside_whole.columns.values()) == ["email", "ignore", "profile.name"]
    told_so = complete(ColumnMapping({"Surname": "last_name"}), ["Email", "Surname"], named)
    assert told_so.columns["Surname"] == "last_name"


NAMED = ProfileSchema(
    {
        "name": Attribute("name", AttributeType.TEXT, label="Name"),
        "team_size": Attribute("team_size", AttributeType.NUMBER, label="Mitarbeitende"),
    }
)


@pytest.mark.parametrize(
    ("columns", "targets"),
    [
        (["Vorname", "Name", "E-Mail-Adresse", "Mobilnummer"], ["first_name", "last_name", "email", "phone"]),
        (["Prénom", "Nom", "Courriel", "Désabonné"], ["first_name", "last_name", "email", "opted_out"]),
        (["Nombre", "Apellidos", "Correo electrónico"], ["first_name", "last_name", "email"]),
        (["NOME", "Sobrenome", "Telemóvel"], ["first_name", "last_name", "phone"]),
        (["姓", "名", "メールアドレス", "電話番号"], ["last_name", "first_name", "email", "phone"]),
        (["氏名", "携帯電話", "配信停止"], ["profile.name", "phone", "opted_out"]),
        (["Nom", "Adresse e-mail", "Langue"], ["profile.name", "email", "locale"]),
        (["FNAME", "LNAME", "Email Address", "UNSUB_TIME"], ["first_name", "last_name", "email", "opted_out"]),
        (["Given Name", "Family Name", "E-mail 1 - Value"], ["first_name", "last_name", "email"]),
        (["Person - Name", "Person - Email - Work", "Person - Phone - Mobile"], ["profile.name", "email", "phone"]),
        (["Email", "Unsubscribed from all email", "HasOptedOutOfEmail"], ["email", "opted_out", "opted_out"]),
        (["Phone", "Mobile Phone", "Email"], ["ignore", "phone", "email"]),
        (["SMS", "EMAIL", "FIRSTNAME", "LASTNAME"], ["phone", "email", "first_name", "last_name"]),
        (["SMS", "Phone", "Email"], ["ignore", "phone", "email"]),
        (["E-Mail", "Mitarbeitende"], ["email", "profile.team_size"]),
        (["Name", "First Name", "Last Name", "Email"], ["profile.name", "first_name", "last_name", "email"]),
    ],
)
def test_columns_are_understood_as_real_systems_name_them(columns: list[str], targets: list[str]) -> None:
    assert list(complete(ColumnMapping(), columns, NAMED).columns.values()) == targets


def test_where_nothing_is_declared_a_column_is_an_attribute() -> None:
    assert guess("Favourite Colour", None) == "profile.favourite_colour"
    assert guess("2024", None) == "ignore"


def test_what_is_told_counts_and_the_rest_is_guessed() -> None:
    mapping = complete(ColumnMapping({"Contact": "email"}), ["Contact", "Email", "Team size"], SCHEMA)
    assert mapping.columns == {"Contact": "email", "Email": "ignore", "Team size": "profile.team_size"}
    assert list(told(mapping))[1] == "  Email      left out"


def test_a_column_of_subscriptions_is_told_to_be_no_consent() -> None:
    [_, texts, opted_out] = told(ColumnMapping({"Phone": "phone", "SMS": "subscribed.sms", "Left": "opted_out"}))
    assert texts.startswith("  SMS    subscribed.sms: a no is a refusal; a yes is no consent")
    assert opted_out == "  Left   opted_out"


def test_options_are_laid_over_a_file() -> None:
    file = read_mapping("m.yml", "region: DE\ncolumns: {A: email}\nvalues: {tags: fair}", "GB")
    both = file.joined(read_options(["B=C=profile.team_size"], ["consent.purpose=marketing"], file.region))
    assert both.columns == {"A": "email", "B=C": "profile.team_size"}
    assert both.values == {"tags": "fair", "consent.purpose": "marketing"}
    assert both.region == "DE"


def test_a_mapping_that_is_wrong_says_where() -> None:
    with pytest.raises(ContentError) as raised:
        read_mapping("m.yml", "columns:\n  A: emial\n  B: profile.Team\n", "GB")
    assert [fault.place.line for fault in raised.value.faults] == [2, 3]
    assert 'Did you mean "email"?' in str(raised.value)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"Name": "profile.team_size"}, "no column says who it is"),
        ({"Name": "email", "Nmae": "phone"}, 'there is no column "Nmae"'),
        ({"Name": "email", "Yes": "consent.granted"}, "consent.purpose, consent.channel, consent.how"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(columns: dict[str, str], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        complete(ColumnMapping(columns), ["Name", "Yes"], SCHEMA)


def test_where_no_column_says_who_it_is_the_columns_are_named() -> None:
    with pytest.raises(SettingsError, match=r"names these columns: ana@example\.com, Ana\.$"):
        complete(ColumnMapping(), ["ana@example.com", "Ana"], SCHEMA)


def test_nobody_says_for_everybody_that_they_consented() -> None:
    values = {f"consent.{part}": "yes" for part in PROOF}
    with pytest.raises(SettingsError, match="must be a column"):
        complete(ColumnMapping({"A": "email"}, values), ["A"], SCHEMA)


def test_of_columns_of_one_name_the_first_is_taken_unless_they_tell_of_an_opt_out() -> None:
    names = named_apart(["Email", "Email", "Unsubscribed", "Unsubscribed", ""])
    assert complete(ColumnMapping(), names, SCHEMA).columns == {
        "Email": "email", "Email (column 2)": "ignore", "Unsubscribed": "opted_out",
        "Unsubscribed (column 4)": "opted_out", "(column 5)": "ignore",
    }  # fmt: skip


def test_a_region_is_a_country_in_a_file_and_as_an_option() -> None:
    assert read_options([], [], " de ").region == "DE"
    assert read_mapping("m.yml", "region: no", "GB").region == "NO"
    with pytest.raises(SettingsError, match='--region "XX" is no country: write its two letters, such as GB'):
        read_options([], [], "XX")
    with pytest.raises(ContentError) as refused:
        read_mapping("m.yml", "columns: {A: email}\nregion: Germany", "GB")
    assert 'm.yml:2:1: "Germany" is no country' in str(refused.value)


def test_a_target_that_is_near_to_none_is_told_what_there_is() -> None:
    with pytest.raises(SettingsError, match=r'a column cannot be "Z"\. It is one of user_id, email'):
        read_options(["X=Y=Z"], [], "GB")
