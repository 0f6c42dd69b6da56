"""OpenEMM: SOAP as its own schema has it, the digest of WS-Security, faults, notes in a field, and opt-outs."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import strategies as st

import connectors.openemm
from bot.domain.crm import CrmRecord, FieldValue
from bot.domain.errors import (
    CredentialRefused,
    FieldsRefused,
    PermanentSendError,
    SendError,
    SettingsError,
    TemporarySendError,
    WebhookRejected,
)
from bot.domain.handoff import Lead
from bot.ports import Reply
from connectors.openemm.crm import LONGEST_NOTES, OpenEmmCrm
from connectors.openemm.envelope import AGN, digest, envelope, map_of, read_body, xml_text
from connectors.openemm.kept import BOUND, OPT_OUTS
from connectors.openemm.recipients import NOTES
from tests.connectors.vendor_server import (
    NOW,
    MemoryFeed,
    StillClock,
    VendorServer,
    request_to,
    serve,
    settings_for,
    shared,
)

LEAD = Lead("0193-profile", "robin@example.com", "+447700900123", "Robin Example", 65, "A1", ())
FIELDS: dict[str, FieldValue] = {"email": "robin@example.com", "overture_team_size": 50}
XS = "{http://www.w3.org/2001/XMLSchema}"


@dataclass
class Stage:
    crm: OpenEmmCrm
    server: VendorServer
    feed: MemoryFeed
    clock: StillClock

    def shown(self, kind: str) -> list[dict[str, Any]]:
        return [dict(one) for one in self.feed.entries.get("sandbox:openemm", {}).values() if one["type"] == kind]

    def recipient(self) -> dict[str, Any]:
        fields: dict[str, Any] = self.shown("contact")[-1]["properties"]
        return fields


async def staged(stack: AsyncExitStack, **values: str) -> Stage:
    feed, clock = MemoryFeed(), StillClock()
    vendor = connectors.openemm.build_sandbox(settings_for(connectors.openemm, feed=feed, clock=clock))
    server = await stack.enter_async_context(serve(VendorServer(vendor, clock)))
    crm = connectors.openemm.build(settings_for(connectors.openemm, clock=clock, sandbox_url=server.url, values=values))
    stack.push_async_callback(crm.close)
    return Stage(crm, server, feed, clock)


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        yield await staged(stack)


async def create(stage: Stage, lead: Lead = LEAD) -> str:
    return await stage.crm.upsert(lead, FIELDS, found=None, key="a")


def fault(code: str, words: str = "robin@example.com") -> Reply:
    body = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
        f"<faultcode>s:{code}</faultcode><faultstring>{words}</faultstring></s:Fault></s:Body></s:Envelope>"
    )
    return Reply(500, body.encode(), "text/xml")


@pytest.mark.parametrize(
    ("code", "kind", "words"),
    [
        ("Client", PermanentSendError, "profile fields"),
        ("FailedAuthentication", CredentialRefused, "OPENEMM_PASSWORD"),
        ("Server", TemporarySendError, "Server"),
    ],
)
async def test_a_fault_says_by_its_code_who_is_to_blame(
    stage: Stage, code: str, kind: type[SendError], words: str
) -> None:
    stage.server.faults.append(fault(code))
    with pytest.raises(kind, match=words) as error:
        await create(stage)
    assert "robin" not in str(error.value)


async def test_a_value_that_a_field_does_not_take_is_told_by_its_name(stage: Stage) -> None:
    words = "Invalid value for profile field: overture_team_size"
    stage.server.faults += [fault("Client", words), None, fault("Client", words)]
    with pytest.raises(FieldsRefused) as failed:
        await create(stage)
    assert failed.value.fields == {"overture_team_size"}
    recipient = await create(stage)
    with pytest.raises(FieldsRefused):
        await stage.crm.upsert(LEAD, FIELDS, found=CrmRecord(recipient), key="b")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
async def test_an_answer_with_a_document_type_is_not_read(stage: Stage, encoding: str) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]>' + fault("Client").body.decode()
    assert read_body(bomb.encode(encoding)) is None
    stage.server.faults.append(Reply(200, bomb.encode(encoding), "text/xml"))
    with pytest.raises(TemporarySendError):
        await create(stage)


async def test_the_password_leaves_as_a_digest_that_holds_once(stage: Stage) -> None:
    await create(stage)
    password = settings_for(connectors.openemm).values["OPENEMM_PASSWORD"]
    asked = stage.server.asked[0]
    assert password not in asked.body.decode()
    again = await stage.server.vendor.answer(asked)
    assert (again.status, b"FailedAuthentication" in again.body) == (500, True)
    late = await stage.server.vendor.answer(replace(asked, received_at=NOW + timedelta(minutes=6)))
    assert late.status == 500


def test_the_digest_is_that_of_the_standard() -> None:
    """Base64(SHA-1(nonce + created + password)), with values that were worked out by another program."""
    assert digest(b"nonce", "2026-11-24T12:00:00Z", "secret") == "EI4XttMaz8RvcVNkcolh+83JMNM="


async def test_a_wrong_password_is_told_by_its_setting() -> None:
    async with AsyncExitStack() as stack:
        stage = await staged(stack, OPENEMM_PASSWORD="wrong")
        with pytest.raises(CredentialRefused, match="OPENEMM_PASSWORD"):
            await create(stage)


async def test_who_opted_out_is_opted_out_of_each_mailing_list_that_is_named() -> None:
    async with AsyncExitStack() as stack:
        stage = await staged(stack, OPENEMM_MAILINGLISTS="1, 17")
        await create(stage)
        assert OPT_OUTS not in stage.recipient()
        await create(stage, replace(LEAD, opted_out=True))
        assert stage.recipient()[OPT_OUTS] == "1 17"


async def test_who_consented_to_mail_is_put_onto_the_lists_that_they_are_not_on(stage: Stage) -> None:
    recipient = await create(stage, replace(LEAD, wants_mail=True))
    assert stage.recipient()[BOUND] == {"1": "1"}
    await stage.crm.upsert(replace(LEAD, opted_out=True), {}, found=CrmRecord(recipient), key="b")
    assert stage.recipient()[BOUND] == {"1": "3"}
    await stage.crm.upsert(replace(LEAD, wants_mail=True), {}, found=CrmRecord(recipient), key="c")
    assert stage.recipient()[BOUND] == {"1": "3"}, "an opt-out was taken back"


async def test_who_wants_no_more_mail_leaves_the_lists_though_they_want_texts(stage: Stage) -> None:
    recipient = await create(stage, replace(LEAD, wants_mail=True, consents=("email", "sms")))
    lead = replace(LEAD, consents=("sms",), refuses=("email",))
    await stage.crm.upsert(lead, {}, found=CrmRecord(recipient), key="b")
    assert stage.recipient()[BOUND] == {"1": "3"}


async def test_who_consented_to_nothing_is_put_onto_no_list(stage: Stage) -> None:
    await create(stage)
    assert BOUND not in stage.recipient()


async def test_the_newest_note_stands_first_and_the_oldest_are_cut_off(stage: Stage) -> None:
    recipient = await create(stage)
    for number in range(6):
        await stage.crm.note(recipient, f"note {number} " + "x" * 1000, key=str(number))
    notes = stage.recipient()[NOTES]
    assert notes.startswith("note 5")
    assert len(notes) <= LONGEST_NOTES
    assert [int(one) for one in re.findall(r"note (\d)", notes)] == [5, 4, 3, 2]


async def test_a_lead_without_an_email_address_is_refused(stage: Stage) -> None:
    with pytest.raises(PermanentSendError, match="e-mail"):
        await create(stage, replace(LEAD, email=None))


async def test_an_import_passes_a_gap_in_the_ids_however_wide(stage: Stage) -> None:
    """Ids grow, and whole ranges of them are deleted."""
    there = (7, 2_500_000, 2_500_001, 2_147_483_647)
    for number in there:
        item = {"type": "contact", "id": str(number), "properties": {"email": f"p{number}@example.com"}}
        await stage.feed.append("sandbox:openemm", f"contact:{number}", item)
    found, after = [], ""
    while page := await stage.crm.page(["email"], after=after):
        found += [int(one.record.id) for one in page.people]
        after = page.after
        if not after:
            break
    assert tuple(found) == there
    assert len(stage.server.asked) < 300


@pytest.mark.parametrize("status", ["3", "4", "6"])
async def test_who_has_left_a_list_there_has_opted_out_for_an_import(status: str) -> None:
    """Of the lists that are named; of any, where none is."""
    for lists, gone in (("1,17", True), ("1", False), ("", True)):
        async with AsyncExitStack() as stack:
            stage = await staged(stack, OPENEMM_MAILINGLISTS=lists)
            item = {"type": "contact", "id": "101", "properties": {"email": "p@example.com", BOUND: {"17": status}}}
            await stage.feed.append("sandbox:openemm", "contact:101", item)
            [person] = (await stage.crm.page(["email"], after="")).people
            assert person.opted_out is gone


def test_it_takes_no_webhooks() -> None:
    crm = connectors.openemm.build(settings_for(connectors.openemm))
    with pytest.raises(WebhookRejected) as refused:
        crm.parse(request_to("openemm"))
    assert refused.value.status == 404


@pytest.mark.parametrize(
    ("name", "value"),
    [("OPENEMM_URL", "http://x.example"), ("OPENEMM_MAILINGLISTS", "1,news"), ("OPENEMM_API", "json")],
)
def test_a_setting_that_cannot_be_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        connectors.openemm.build(settings_for(connectors.openemm, values={name: value}))


@given(text=st.text())
def test_whatever_somebody_is_called_arrives_as_it_is(text: str) -> None:
    body = read_body(envelope("AddSubscriber", {"parameters": {"name": f"<{text}>&"}}, user="u", password="p", now=NOW))
    assert body is not None
    arrived = map_of(body, "parameters")["name"]
    assert arrived == f"<{xml_text(text)}>&".replace("\r\n", "\n").replace("\r", "\n")


# ---------------------------------------------------------------- OpenEMM's own schema


@pytest.fixture(scope="module")
def requests_of_schema() -> Mapping[str, Mapping[str, Xml.Element]]:
    """Of each request of the schema its parts by their names."""
    schema = Xml.fromstring(shared("vendor_specs/openemm/OpenEmm.xsd").read_text().encode())
    return {
        request.attrib["name"]: {
            part.attrib["name"]: part
            for group in ("all/*", f"sequence/{XS}choice/*")
            for part in request.findall(f"{XS}complexType/{XS}{group}")
        }
        for request in schema.findall(f"{XS}element")
    }


SHAPES = {"xs:string": r"(?s).*", "xs:int": r"-?\d{1,10}", "xs:boolean": "true|false|0|1"}


def faults_of(request: Xml.Element, parts: Mapping[str, Xml.Element]) -> list[str]:
    """What the schema has against a request; each part is there once, in any order."""
    names = [part.tag.removeprefix(f"{{{AGN}}}") for part in request]
    wanted = [name for name, part in parts.items() if part.get("minOccurs") != "0"]
    found = [f"{name} is missing" for name in wanted if name not in names]
    found += [f"{name} is unknown or twice" for name in names if name not in parts or names.count(name) > 1]
    for name, part in zip(names, request, strict=True):
        kind = parts[name].get("type", "") if name in parts else ""
        if kind == "agn:Map":
            shape = [f"{{{AGN}}}key", f"{{{AGN}}}value"]
            found += [f"{name} is no Map" for item in part if [one.tag for one in item] != shape]
        elif kind in SHAPES and not re.fullmatch(SHAPES[kind], part.text or ""):
            found.append(f"{name} is no {kind}")
    return found


async def test_our_calls_are_what_openemms_schema_asks_for(
    stage: Stage, requests_of_schema: Mapping[str, Mapping[str, Xml.Element]]
) -> None:
    """OpenEMM's server checks nothing by its schema, and ignores what it does not know."""
    assert (await stage.crm.page(["email"], after="")).people == []
    recipient = await create(stage, replace(LEAD, opted_out=True))
    found = await stage.crm.find(LEAD, FIELDS)
    await stage.crm.upsert(replace(LEAD, wants_mail=True), {"company": "Example & Co"}, found=found, key="b")
    await stage.crm.note(recipient, "wants a demo", key="n")
    bodies = [body for one in stage.server.asked if (body := read_body(one.body)) is not None]
    asked = {body.tag.partition("}")[2]: body for body in bodies}
    assert sorted(asked) == [
        "AddSubscriberRequest",
        "FindSubscriberRequest",
        "GetSubscriberRequest",
        "ListSubscriberBindingRequest",
        "ListSubscribersRequest",
        "SetSubscriberBindingRequest",
        "UpdateSubscriberRequest",
    ]
    for name, body in asked.items():
        assert faults_of(body, requests_of_schema[name]) == []


def test_the_check_against_the_schema_refuses_what_is_wrong(
    requests_of_schema: Mapping[str, Mapping[str, Xml.Element]],
) -> None:
    body = read_body(envelope("GetSubscriber", {"customerId": "17"}, user="u", password="p", now=NOW))
    assert body is not None
    assert faults_of(body, requests_of_schema["GetSubscriberRequest"]) == [
        "customerID is missing",
        "customerId is unknown or twice",
    ]
