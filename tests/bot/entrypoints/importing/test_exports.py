"""Files as other systems write them: who it is, what they refused, and no row that is refused for its form."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.domain.audience import Attribute, AttributeType, ProfileSchema
from bot.domain.errors import SettingsError
from bot.domain.importing import Arrival
from bot.entrypoints.importing.mapping import ColumnMapping
from bot.entrypoints.importing.rows import RowReader
from bot.entrypoints.importing.running import mapping_for
from bot.entrypoints.importing.sources import FileSource
from tests.contracts.samples import NOON

SCHEMA = ProfileSchema({"name": Attribute("name", AttributeType.TEXT)})


def written(path: Path, text: str) -> FileSource:
    path.write_text(text, encoding="utf-8", newline="")
    return FileSource(path)


async def arrivals(path: Path, text: str) -> list[Arrival]:
    source = written(path, text)
    mapping = mapping_for(source, ColumnMapping(), SCHEMA)
    reader = RowReader(mapping, SCHEMA, ["sms", "email"], source=path.name, now=lambda: NOON)
    return [reader.read(row.number, row.values) async for chunk in source.chunks("", 0) for row in chunk.rows]


def refused_on(found: Arrival) -> list[str]:
    assert not any(one.granted for one in found.consents)
    return [one.channel for one in found.consents]


async def test_shopify(tmp_path: Path) -> None:
    """A no is of somebody who left there, or who never came: the stricter counts, on that channel."""
    both, text_only = await arrivals(
        tmp_path / "customers_export.csv",
        "Customer ID,First Name,Last Name,Email,Accepts Email Marketing,Default Address Phone,Phone,"
        "Accepts SMS Marketing,Tags\n"
        "'101,Ana,Weaver,ana@example.com,yes,'07700 900 999,'+447700900123,yes,\"VIP, Big spender\"\n"
        "'102,Bo,Reed,bo@example.com,no,,'+447700900124,yes,\n",
    )
    assert [one.value for one in both.identities] == ["101", "ana@example.com", "+447700900123"]
    assert both.tags == {"VIP", "Big-spender"}
    assert (refused_on(both), both.opted_out) == ([], "")
    assert (refused_on(text_only), text_only.opted_out) == (["email"], "")


async def test_mailchimp(tmp_path: Path) -> None:
    """Its file of those who left has columns twice."""
    (left,) = await arrivals(
        tmp_path / "unsubscribed.csv",
        '"Email Address",FNAME,LNAME,UNSUB_REASON,OPTIN_TIME,TIMEZONE,UNSUB_TIME,UNSUB_REASON,TAGS\n'
        'ana@example.com,Ana,Weaver,f00,2024-01-01 10:00:00,Europe/London,2026-03-01,NORMAL,"""Fair 2026"",""vip"""\n',
    )
    assert (left.opted_out, left.time_zone) == ("opted out in unsubscribed.csv", "Europe/London")


async def test_hubspot(tmp_path: Path) -> None:
    one, same_label = await arrivals(
        tmp_path / "hubspot.csv",
        "Record ID,First Name,Last Name,Email,Opted out of email: News,Opted out of email: News,"
        "Unsubscribed from all email\n"
        "512,Ana,Weaver,ana@example.com,false,,false\n"
        "513,Bo,Reed,bo@example.com,false,true,\n",
    )
    assert (one.opted_out, bool(same_label.opted_out)) == ("", True)


async def test_salesforce(tmp_path: Path) -> None:
    """Its Data Loader closes names up and writes them in capitals."""
    mailed, called, faxed = await arrivals(
        tmp_path / "extract.csv",
        "ID,FIRSTNAME,LASTNAME,EMAIL,MOBILEPHONE,HASOPTEDOUTOFEMAIL,DONOTCALL,HASOPTEDOUTOFFAX\n"
        "003,Ana,Weaver,ana@example.com,+447700900123,true,false,false\n"
        "004,Bo,Reed,bo@example.com,+447700900124,false,1,false\n"
        "005,Cy,Hill,cy@example.com,+447700900125,false,false,true\n",
    )
    assert mailed.opted_out
    assert mailed.attributes["name"] == "Ana Weaver"
    assert (refused_on(called), called.opted_out) == (["voice"], "")
    assert (refused_on(faxed), faxed.opted_out) == ([], "")


async def test_klaviyo_and_what_writes_a_consent_as_yes_and_no(tmp_path: Path) -> None:
    """A yes under such a name is of somebody who wants to be written to, and no consent by itself."""
    header = "Email,First Name,Last Name,Email Marketing Consent,SMS Marketing Consent\n"
    found = await arrivals(
        tmp_path / "profiles.csv",
        header + "a@example.com,A,A,SUBSCRIBED,NEVER_SUBSCRIBED\nb@example.com,B,B,UNSUBSCRIBED,SUBSCRIBED\n"
        "c@example.com,C,C,Yes,No\nd@example.com,D,D,2026-03-01,\n",
    )
    assert [bool(one.opted_out) for one in found] == [False, True, False, False]
    assert [refused_on(one) for one in found] == [[], [], ["sms"], []]


async def test_google_contacts(tmp_path: Path) -> None:
    (found,) = await arrivals(
        tmp_path / "contacts.csv",
        "First Name,Last Name,Labels,E-mail 1 - Value,Phone 1 - Value\n"
        "Ana,Weaver,Fair 2026 ::: * myContacts,ana@example.com ::: ana@home.example,+44 7700 900123\n",
    )
    assert found.tags == {"Fair-2026", "myContacts"}
    assert [one.value for one in found.identities] == ["ana@example.com", "ana@home.example", "+447700900123"]


@pytest.mark.parametrize(
    ("written", "encoding"),
    [
        ("E-Mail;Name\r\nana@example.com;Jörg\r\n", "windows-1252"),
        ("E-Mail,Name\rana@example.com,Jörg\r", "mac_roman"),
    ],
)
async def test_excel_on_windows_and_on_a_mac(tmp_path: Path, written: str, encoding: str) -> None:
    (tmp_path / "people.csv").write_bytes(written.encode(encoding))
    source = FileSource(tmp_path / "people.csv", encoding)
    assert source.total == 1
    (chunk,) = [one async for one in source.chunks("", 0)]
    assert [dict(row.values) for row in chunk.rows] == [{"E-Mail": "ana@example.com", "Name": "Jörg"}]
    assert chunk.rows[0].flaw == ""


@pytest.mark.parametrize("encoding", ["klingon", "hex", "idna"])
def test_what_is_no_encoding_of_a_file_is_refused(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "people.csv").write_text("E-Mail\nana@example.com\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=f'there is no encoding of letters "{encoding}"'):
        FileSource(tmp_path / "people.csv", encoding)


@pytest.mark.parametrize("before", ["\n\n", ";;\r\n", "\ufeff\n"])
def test_empty_lines_before_the_header_are_passed_over(tmp_path: Path, before: str) -> None:
    source = written(tmp_path / "people.csv", f"{before}E-Mail;Name\nana@example.com;Ana\n")
    assert source.columns == ["E-Mail", "Name"]


def test_what_stands_between_cells_is_not_looked_for_within_quotation_marks(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text('"Name, Vorname, Titel";E-Mail\nx;y\n', encoding="utf-8")
    assert FileSource(tmp_path / "people.csv").columns == ["Name, Vorname, Titel", "E-Mail"]
