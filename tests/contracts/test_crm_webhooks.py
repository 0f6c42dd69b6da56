"""What every CRM that tells us of its records must do: only what is signed is read, and the same event has one id."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.crm import CrmEvent, CrmMerge
from bot.domain.errors import WebhookRejected
from bot.domain.message import storable
from bot.ports import Crm, WebhookRequest
from connectors.crm_webhooks import SECRET_HEADER
from connectors.hubspot.webhooks import SIGNATURE as HUBSPOT_SIGNATURE
from connectors.hubspot.webhooks import TIMESTAMP
from connectors.hubspot.webhooks import signature as hubspot_signature
from connectors.mautic.webhooks import SIGNATURE as MAUTIC_SIGNATURE
from connectors.mautic.webhooks import SUBSCRIPTION
from connectors.mautic.webhooks import signature as mautic_signature
from connectors.webhook.crm import signature as own_signature
from tests.connectors.crms import CRMS, CrmUnderTest
from tests.connectors.vendor_server import NOW, SERVICE_URL, MemoryFeed, StillClock, settings_for
from tests.contracts.test_crm import Stage, staged

TELLING = {"hubspot": 3, "marketo": 3, "mautic": 1, "salesforce": 3, "webhook": 3}
"""The CRMs that tell us something, and how many kinds of news."""

STAGE = {"event": "stage_changed", "stage": "customer"}
OWNER = {"event": "owner_changed", "owner": "77"}
UNSUBSCRIBED = {"event": "unsubscribed"}


@pytest.fixture(params=TELLING)
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    async with AsyncExitStack() as stack:
        yield await staged(request.param, stack)


async def told(stage: Stage, deed: dict[str, Any]) -> WebhookRequest:
    return await stage.server.vendor.act({"record": await stage.sync(), **deed}, NOW)


def heard(crm: Crm, request: WebhookRequest) -> list[CrmEvent]:
    return [one for one in crm.parse(request) if isinstance(one, CrmEvent)]


async def test_who_unsubscribes_there_is_told_by_the_id_of_their_record(stage: Stage) -> None:
    [event] = heard(stage.crm, await told(stage, UNSUBSCRIBED))
    assert (event.news, event.name, event.data) == ("unsubscribed", "crm.unsubscribed", {})
    assert [event.record] == list(stage.records())
    assert abs(event.at - NOW) < timedelta(seconds=1)


@pytest.mark.parametrize(("deed", "name"), [(STAGE, "stage"), (OWNER, "owner")], ids=["stage", "owner"])
async def test_a_new_stage_and_a_new_owner_are_told(stage: Stage, deed: dict[str, Any], name: str) -> None:
    if TELLING[stage.crm.name] == 1:
        with pytest.raises(WebhookRejected):
            await told(stage, deed)
        return
    [event] = heard(stage.crm, await told(stage, deed))
    assert (event.name, event.data[name]) == (f"crm.{name}_changed", deed[name])


async def test_who_is_erased_there_is_told_by_the_id_of_their_record(stage: Stage) -> None:
    record = await stage.sync()
    deed = {"record": record, "event": "erased"}
    if TELLING[stage.crm.name] == 1:
        with pytest.raises(WebhookRejected):
            await stage.server.vendor.act(deed, NOW)
        return
    [event] = heard(stage.crm, await stage.server.vendor.act(deed, NOW))
    assert (event.news, event.record, event.data) == ("erased", record, {})
    assert abs(event.at - NOW) < timedelta(seconds=1)


async def test_the_same_webhook_again_has_the_same_id_and_another_has_another(stage: Stage) -> None:
    first = await told(stage, UNSUBSCRIBED)
    other = await stage.server.vendor.act(
        {"record": next(iter(stage.records())), **UNSUBSCRIBED}, NOW + timedelta(minutes=1)
    )
    ids = [heard(stage.crm, one)[0].id for one in (first, replace(first, received_at=NOW + timedelta(seconds=5)))]
    later = replace(other, received_at=NOW + timedelta(minutes=1))
    assert ids[0] == ids[1] != heard(stage.crm, later)[0].id


async def test_what_is_not_signed_or_not_as_it_was_signed_is_refused(stage: Stage) -> None:
    request = await told(stage, UNSUBSCRIBED)
    proof = next(name for name in request.headers if "signature" in name or "secret" in name)
    unsigned = {name: value for name, value in request.headers.items() if name != proof}
    cases = [
        (401, replace(request, headers=unsigned)),
        (403, replace(request, headers={**request.headers, proof: request.headers[proof][:-4] + "AAA="})),
        (405, replace(request, method="GET")),
    ]
    if proof != SECRET_HEADER:
        cases.append((403, replace(request, body=request.body + b" ")))
    for status, one in cases:
        with pytest.raises(WebhookRejected) as refused:
            stage.crm.parse(one)
        assert refused.value.status == status


async def test_one_that_is_old_is_refused_where_the_time_is_signed(stage: Stage) -> None:
    request = replace(await told(stage, UNSUBSCRIBED), received_at=NOW + timedelta(minutes=6))
    if stage.crm.name in ("hubspot", "webhook"):
        with pytest.raises(WebhookRejected, match="5 minutes"):
            stage.crm.parse(request)
    else:
        assert len(stage.crm.parse(request)) == 1, "nothing says when it was sent; it is taken once by its id"


@pytest.mark.parametrize("name", ["hubspot", "marketo", "mautic", "salesforce"])
def test_without_its_secret_nothing_is_taken(name: str) -> None:
    setting = "HUBSPOT_CLIENT_SECRET" if name == "hubspot" else f"{name.upper()}_WEBHOOK_SECRET"
    crm = CrmUnderTest(name, {setting: ""}).build(sandbox_url="http://127.0.0.1:1")
    with pytest.raises(WebhookRejected, match=setting) as refused:
        crm.parse(WebhookRequest("POST", f"{SERVICE_URL}/crms/{name}", {}, b"[]", NOW))
    assert refused.value.status == 404


@pytest.mark.parametrize(
    ("told", "records", "into"),
    [
        ({"primaryObjectId": 1, "mergedObjectIds": [2, 3]}, ("2", "3"), "1"),
        ({"primaryObjectId": 1, "mergedObjectIds": [2], "newObjectId": 9}, ("1", "2"), "9"),
    ],
)
def test_hubspot_tells_what_merged_contacts_have_become(told: dict[str, Any], records: tuple[str], into: str) -> None:
    for kind in ({"subscriptionType": "contact.merge"}, {"subscriptionType": "object.merge", "objectTypeId": "0-1"}):
        body = [{**kind, **told, "occurredAt": int(NOW.timestamp() * 1000)}]
        assert BUILT["hubspot"].parse(signed("hubspot", json.dumps(body).encode())) == [CrmMerge(records, into, NOW)]


def test_hubspot_tells_of_a_contact_that_was_deleted_for_good_and_not_of_one_that_can_be_restored() -> None:
    """Both events come of the first. Some fields are not in every event of this kind."""
    deleted = {"subscriptionType": "contact.deletion", "objectId": 101, "eventId": 7, "changeFlag": "DELETED"}
    for_good = {"subscriptionType": "contact.privacyDeletion", "objectId": 101, "eventId": 8}
    body = json.dumps([deleted, for_good, {**for_good, "objectId": None}]).encode()
    [event] = BUILT["hubspot"].parse(signed("hubspot", body))
    assert isinstance(event, CrmEvent)
    assert (event.news, event.record, event.at) == ("erased", "101", NOW)


@pytest.mark.parametrize(
    ("value", "told"), [("true", 1), ("True", 1), (True, 1), ("false", 0), (False, 0), ("", 0), (None, 0)]
)
def test_hubspot_tells_of_an_opt_out_in_words_or_as_json_has_it(value: Any, told: int) -> None:
    ids = {"eventId": 1, "subscriptionId": 2, "occurredAt": int(NOW.timestamp() * 1000)}
    change = {"objectId": 101, "propertyName": "hs_email_optout", "propertyValue": value}
    body = [{**ids, **change, "subscriptionType": "contact.propertyChange"}]
    assert len(BUILT["hubspot"].parse(signed("hubspot", json.dumps(body).encode()))) == told


def subscription(name: str, value: Any = "true") -> bytes:
    ids = {"eventId": 1, "subscriptionId": 2, "occurredAt": int(NOW.timestamp() * 1000)}
    change = {"objectId": 101, "propertyName": name, "propertyValue": value}
    return json.dumps([{**ids, **change, "subscriptionType": "contact.propertyChange"}]).encode()


@pytest.mark.parametrize(
    ("ours", "name", "told"),
    [
        ("", "hs_email_optout_6125111", True),
        ("", "hs_email_optout_timestamp", False),
        ("6125111, 6125161", "hs_email_optout_6125161", True),
        ("6125111", "hs_email_optout_6125161", False),
        ("newsletter_stopped", "newsletter_stopped", True),
    ],
)
def test_hubspot_tells_of_an_opt_out_of_one_subscription_as_one_of_e_mail(ours: str, name: str, told: bool) -> None:
    crm = CrmUnderTest("hubspot", {"HUBSPOT_SUBSCRIPTIONS": ours}).build(sandbox_url="http://127.0.0.1:1")
    events = crm.parse(signed("hubspot", subscription(name)))
    assert bool(events) is told
    for event in events:
        assert isinstance(event, CrmEvent)
        assert (event.news, event.channel, event.only_there) == ("unsubscribed", "email", True)
        assert event.data == {"channel": "email", "field": name}
    assert crm.parse(signed("hubspot", subscription(name, "false"))) == []


@pytest.mark.parametrize("ours", ["", "6125111", "hs_email_optout"])
def test_of_who_opts_out_of_all_at_hubspot_nothing_is_said_of_a_channel(ours: str) -> None:
    crm = CrmUnderTest("hubspot", {"HUBSPOT_SUBSCRIPTIONS": ours}).build(sandbox_url="http://127.0.0.1:1")
    [event] = crm.parse(signed("hubspot", subscription("hs_email_optout")))
    assert isinstance(event, CrmEvent)
    assert (event.channel, event.only_there) == ("", False)


# ---------------------------------------------------------------- whatever comes, signed


def signed(name: str, body: bytes) -> WebhookRequest:
    """As whoever has the secret may send it."""
    values = settings_for(CRMS[name].module).values
    url = f"{SERVICE_URL}/crms/{name}"
    headers: dict[str, str] = {}
    match name:
        case "hubspot":
            headers = {TIMESTAMP: str(int(NOW.timestamp() * 1000))}
            bare = WebhookRequest("POST", url, headers, body, NOW)
            headers[HUBSPOT_SIGNATURE] = hubspot_signature(bare, values["HUBSPOT_CLIENT_SECRET"])
        case "mautic":
            headers = {MAUTIC_SIGNATURE: mautic_signature(body, values["MAUTIC_WEBHOOK_SECRET"])}
        case "salesforce" | "marketo":
            headers = {SECRET_HEADER: values[f"{name.upper()}_WEBHOOK_SECRET"]}
        case _:
            at = int(NOW.timestamp())
            headers = {"overture-signature": own_signature(values["CRM_WEBHOOK_SECRET"], body, at)}
    return WebhookRequest("POST", url, headers, body, NOW)


BUILT: dict[str, Crm] = {
    name: CRMS[name].build(feed=MemoryFeed(), clock=StillClock(), sandbox_url="http://127.0.0.1:1") for name in TELLING
}
JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=8,
)
ANY = JUNK | st.sampled_from(
    [
        "stage_changed",
        "unsubscribed",
        "erased",
        "contact.propertyChange",
        "contact.merge",
        "contact.privacyDeletion",
        "hs_email_optout",
        "hs_email_optout_17",
        "true",
        17,
    ]
)
NAMES = (
    "id event record lead at stage owner eventId subscriptionId occurredAt subscriptionType objectId propertyName "
    "propertyValue contact channel new_status timestamp primaryObjectId mergedObjectIds newObjectId"
)
NEARLY = st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES.split(), ANY))
BODIES = (JUNK | NEARLY | st.lists(NEARLY, max_size=3)).map(lambda one: json.dumps(one).encode()) | st.binary()


@pytest.mark.parametrize("name", TELLING)
@given(body=BODIES | NEARLY.map(lambda one: json.dumps({SUBSCRIPTION: [one]}).encode()))
def test_whatever_comes_is_read_or_refused(name: str, body: bytes) -> None:
    with suppress(WebhookRejected):
        for event in BUILT[name].parse(signed(name, body)):
            if isinstance(event, CrmMerge):
                assert all(one and storable(one) == one for one in (*event.records, event.into))
                continue
            assert event.id
            assert event.record or event.lead
            said = json.dumps([event.id, event.record, event.lead, dict(event.data)], ensure_ascii=False)
            assert said.encode(), "a database takes it"
            assert "\x00" not in event.id + event.record + event.lead + "".join(event.data.values())
            assert event.at.tzinfo is not None
