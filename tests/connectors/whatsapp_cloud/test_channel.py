"""What leaves by Meta's Cloud API, and what becomes of its errors."""

from __future__ import annotations

from datetime import timedelta

import pytest

import connectors.whatsapp_cloud
from bot.domain.consent import Consequence
from bot.domain.errors import (
    CredentialRefused,
    NotTried,
    PermanentSendError,
    SendError,
    SettingsError,
    TemporarySendError,
)
from bot.domain.message import Attachment, Button, CustomerMessage, DeliveryStatus, Text
from bot.ports import Reply
from connectors.phone_panel import PICTURE
from tests.connectors.vendor_server import At, built
from tests.connectors.whatsapp_cloud.conftest import NUMBER, TEMPLATE, VALUES, Stage, message, refused


async def test_a_text_leaves_with_our_key(stage: Stage) -> None:
    await stage.write()
    receipt = await stage.channel.send(message(Text("Would Tuesday suit you?")))
    [body] = stage.asked()
    assert body == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "447700900123",
        "type": "text",
        "text": {"body": "Would Tuesday suit you?"},
        "biz_opaque_callback_data": "enrolment 1:step:1",
    }
    assert receipt.vendor_id == stage.sent()[0]["sid"]
    assert stage.server.asked[0].headers["authorization"] == f"Bearer {VALUES['WHATSAPP_ACCESS_TOKEN']}"


async def test_who_hides_their_number_is_written_to_by_metas_id(stage: Stage) -> None:
    await stage.channel.send(message(TEMPLATE, address="GB.1349120865"))
    [body] = stage.asked()
    assert (body["recipient"], "to" in body) == ("GB.1349120865", False)


async def test_a_template_leaves_at_any_time_and_its_button_is_an_answer(stage: Stage) -> None:
    await stage.channel.send(message(TEMPLATE))
    [sent] = stage.sent()
    assert sent["body"] == "Hello Ana, you asked Harbourline for a demo. Shall we find a time?"
    deed = {"deed": "press", "from": NUMBER, "sid": sent["sid"], "title": "Yes, please"}
    [said] = stage.channel.parse(await stage.server.vendor.act(deed, stage.clock.now())).inbound
    assert isinstance(said, CustomerMessage)
    assert (said.text, said.payload) == ("Yes, please", "/affirm")


async def test_a_button_of_ours_is_pressed(stage: Stage) -> None:
    await stage.write()
    await stage.channel.send(message(Text("Shall we?", (Button("Yes", "/affirm"), Button("No", "/deny")))))
    deed = {"deed": "press", "from": NUMBER, "sid": stage.sent()[0]["sid"], "title": "No"}
    [said] = stage.channel.parse(await stage.server.vendor.act(deed, stage.clock.now())).inbound
    assert isinstance(said, CustomerMessage)
    assert (said.text, said.payload, said.pressed_on) == ("No", "/deny", stage.sent()[0]["sid"])


async def test_later_than_a_day_after_they_wrote_a_text_is_refused(stage: Stage) -> None:
    await stage.write()
    stage.clock.at += timedelta(hours=25)
    with pytest.raises(PermanentSendError) as failed:
        await stage.channel.send(message(Text("Still there?")))
    assert failed.value.code == "131047"


async def test_of_a_long_message_only_the_last_part_stands_for_it(stage: Stage) -> None:
    await stage.write()
    receipt = await stage.channel.send(message(Text("A sentence. " * 500)))
    first, last = stage.asked()
    assert "biz_opaque_callback_data" not in first
    assert last["biz_opaque_callback_data"] == "enrolment 1:step:1"
    assert receipt.vendor_id == stage.sent()[1]["sid"]


async def test_a_part_that_was_taken_is_not_sent_again(stage: Stage) -> None:
    await stage.write()
    stage.server.faults += [None, Reply(500, b"oops", "text/html")]
    with pytest.raises(TemporarySendError):
        await stage.channel.send(message(Text("A sentence. " * 500)))
    await stage.channel.send(message(Text("A sentence. " * 500), attempt=2))
    assert [item["body"] for item in stage.sent()] == [*dict.fromkeys(item["body"] for item in stage.sent())]
    assert len(stage.sent()) == 2


async def test_the_customer_sees_that_it_was_read(stage: Stage) -> None:
    request = await stage.server.vendor.act({"deed": "text", "from": NUMBER, "body": "Hi"}, stage.clock.now())
    webhook = stage.channel.parse(request)
    assert webhook.then is not None
    await webhook.then()
    assert stage.asked() == [
        {"messaging_product": "whatsapp", "status": "read", "message_id": webhook.inbound[0].vendor_id}
    ]


async def test_that_it_was_read_is_a_courtesy_which_may_fail(stage: Stage) -> None:
    stage.server.faults.append(refused(131009))
    request = await stage.server.vendor.act({"deed": "text", "from": NUMBER, "body": "Hi"}, stage.clock.now())
    webhook = stage.channel.parse(request)
    assert webhook.then is not None
    await webhook.then()


async def test_it_may_be_left_out(stage: Stage) -> None:
    quiet = built(connectors.whatsapp_cloud, "whatsapp", values={"WHATSAPP_READ_RECEIPTS": "no"})
    request = await stage.server.vendor.act({"deed": "text", "from": NUMBER, "body": "Hi"}, stage.clock.now())
    assert quiet.parse(request).then is None


async def test_metas_own_webhook_is_not_kept_waiting_for_that(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connectors.whatsapp_cloud.channel, "TELL_READ_WITHIN", 0.01)
    stage.server.faults = ["say nothing"]
    request = await stage.server.vendor.act({"deed": "text", "from": NUMBER, "body": "Hi"}, stage.clock.now())
    webhook = stage.channel.parse(request)
    assert webhook.then is not None
    await webhook.then()


async def test_a_status_of_the_stand_in_names_our_key(stage: Stage) -> None:
    await stage.channel.send(message(TEMPLATE))
    deed = {"deed": "status", "sid": stage.sent()[0]["sid"], "status": "failed", "error": "131026"}
    [status] = stage.channel.parse(await stage.server.vendor.act(deed, stage.clock.now())).inbound
    assert isinstance(status, DeliveryStatus)
    assert (status.key, status.error) == ("enrolment 1:step:1", "131026")
    assert stage.channel.abilities.failures["131026"].then is Consequence.UNREACHABLE


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (refused(130429), NotTried),
        (refused(80007), NotTried),
        (refused(4, 403), NotTried),
        (refused(131016, 500), TemporarySendError),
        (refused(131000), TemporarySendError),
        (refused(190, 401), CredentialRefused),
        (refused(10, 403), CredentialRefused),
        (refused(200, 403), CredentialRefused),
        (refused(131042), CredentialRefused),
        (refused(100, 400, error_subcode=33), CredentialRefused),
        (refused(100), PermanentSendError),
        (refused(131026), PermanentSendError),
        (refused(132001, 404), PermanentSendError),
        (Reply(200, b"{}", "application/json"), TemporarySendError),
    ],
)
async def test_each_refusal_means_what_meta_says_that_it_means(
    stage: Stage, reply: Reply, error: type[SendError]
) -> None:
    stage.server.faults.append(reply)
    with pytest.raises(SendError) as failed:
        await stage.channel.send(message(TEMPLATE))
    assert type(failed.value) is error
    assert "words of Meta's" not in str(failed.value)


async def test_too_many_to_one_person_hold_up_nobody_else(stage: Stage) -> None:
    stage.server.faults.append(refused(131056))
    with pytest.raises(TemporarySendError) as failed:
        await stage.channel.send(message(TEMPLATE))
    assert failed.value.of_message
    assert failed.value.retry_after == timedelta(seconds=6)


# ---------------------------------------------------------------- files


async def test_a_file_is_fetched_by_its_id(stage: Stage) -> None:
    said = await stage.write("look", picture=True)
    assert said.text == "look"
    assert await stage.channel.fetch(said.attachments[0]) == PICTURE
    assert all("authorization" in one.headers for one in stage.server.asked)


async def test_a_file_that_meta_has_no_more_is_given_up_and_is_no_fault_of_the_token(stage: Stage) -> None:
    stage.server.faults.append(refused(100, error_subcode=33))
    with pytest.raises(PermanentSendError, match="no such file"):
        await stage.channel.fetch(Attachment("765", "image/png"))
    stage.server.faults.append(refused(190, 401))
    with pytest.raises(CredentialRefused):
        await stage.channel.fetch(Attachment("765", "image/png"))


@pytest.mark.parametrize(
    "address",
    ["https://evil.example/a", "http://lookaside.fbsbx.com/a", "file:///etc/passwd", "https://fbsbx.com.evil"],
)
async def test_a_file_that_is_elsewhere_is_not_fetched_and_nobody_there_is_shown_the_token(
    stage: Stage, address: str
) -> None:
    stage.server.faults.append(At("GET .*/765", Reply(200, f'{{"url": "{address}"}}'.encode(), "application/json")))
    with pytest.raises(PermanentSendError, match="not Meta's"):
        await stage.channel.fetch(Attachment("765", "image/png"))


@pytest.mark.parametrize("identity", ["../106/messages", "a b", "", "https://evil.example"])
async def test_what_is_no_id_of_a_file_is_not_asked_for(stage: Stage, identity: str) -> None:
    with pytest.raises(PermanentSendError):
        await stage.channel.fetch(Attachment(identity, "image/png"))
    assert stage.server.asked == []


# ---------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("WHATSAPP_PHONE_NUMBER_ID", "+447700900101", "digits alone"),
        ("WHATSAPP_PHONE_NUMBER_ID", "", "is not set"),
        ("WHATSAPP_ACCESS_TOKEN", "", "is not set"),
        ("WHATSAPP_VERIFY_TOKEN", "short", "16 characters"),
        ("WHATSAPP_GRAPH_VERSION", "24", "v24.0"),
        ("WHATSAPP_MESSAGES_PER_SECOND", "fast", "above 0"),
        ("WHATSAPP_READ_RECEIPTS", "sometimes", "yes or no"),
    ],
)
def test_a_setting_that_cannot_be_is_told(name: str, value: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as told:
        built(connectors.whatsapp_cloud, "whatsapp", values={name: value})
    assert name in str(told.value)
