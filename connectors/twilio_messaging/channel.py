"""The channels of a Twilio account: text messages (SMS, MMS, RCS) and WhatsApp."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote

from bot.domain.errors import NotTried, PermanentSendError
from bot.domain.message import Attachment, Content, DeliveryState, OutboundMessage, Receipt, Template, Text
from bot.domain.pace import Pace
from bot.domain.phone_forms import dialled
from bot.domain.preview import Preview
from bot.domain.sms_segments import in_gsm_7, segments_of
from bot.ports import Abilities, Clock, Webhook, WebhookRequest
from connectors import whatsapp
from connectors.plain_texts import body_of, divided
from connectors.twilio_messaging import webhooks
from connectors.twilio_messaging.account import LONGEST_BODY, LONGEST_VALIDITY, TwilioAccount
from connectors.twilio_messaging.api import MessagesApi
from connectors.twilio_messaging.failures import FAILURES
from connectors.twilio_messaging.listed import as_listed

CONTENT_SID = re.compile(r"HX[0-9a-fA-F]{32}")
MMS_MEDIA = frozenset({"image/jpeg", "image/png", "image/gif"})


class _TwilioChannel:
    """What the two have in common; `_scheme` stands before each number where the vendor's form names one."""

    name: str
    _scheme = ""
    _sends_pictures = False

    def __init__(self, account: TwilioAccount, api: MessagesApi, service_url: str, clock: Clock) -> None:
        self._account = account
        self._api = api
        self._status_url = f"{service_url.rstrip('/')}/channels/{self.name}/status"
        self._clock = clock

    @staticmethod
    def template_fault(template: Template) -> str:
        return template_fault(template)

    def parse(self, request: WebhookRequest) -> Webhook:
        return webhooks.parse(request, self.name, self._account)

    async def send(self, message: OutboundMessage) -> Receipt:
        """Each part in turn. On a second try, those that Twilio's list has are not sent again."""
        parts = self._parts(message.content)
        # Twilio knows no idempotency key, so a second try asks first which parts of the one before got through.
        sids: list[str | None] = [None] * len(parts)
        if message.attempt > 1:
            sids = await self._sent_before(message, parts)
        for number, part in enumerate(parts):
            if sids[number] is None:
                last = number == len(parts) - 1
                form = {**self._envelope(message, last=last), **part}
                try:
                    sids[number] = await self._api.create(form)
                except NotTried as error:
                    raise (error.behind_others() if number > 0 else error) from None
        return Receipt(str(sids[-1]))

    async def find(self, message: OutboundMessage) -> Receipt | None:
        """The last part, where Twilio's list has all of them, made since the first try."""
        if not isinstance(message.content, Text):
            return None
        sids = await self._sent_before(message, self._parts(message.content))
        return Receipt(str(sids[-1])) if None not in sids else None

    async def fetch(self, attachment: Attachment) -> bytes:
        return await self._api.fetch(attachment.url)

    async def close(self) -> None:
        await self._api.close()

    async def _sent_before(self, message: OutboundMessage, parts: Sequence[Mapping[str, str]]) -> list[str | None]:
        """The SID of each part in Twilio's list, where it is there; no message of the list stands for two."""
        if message.first_tried_at is None:
            return [None] * len(parts)
        listed = await self._api.arrived(
            to=self._to(message),
            sender=self._sender,
            since=message.first_tried_at,
            but=message.others,
        )
        waiting = list(listed)
        templated = isinstance(message.content, Text) and message.content.template is not None
        sids: list[str | None] = []
        for part in parts:
            words = as_listed(part.get("Body", message.content.text if isinstance(message.content, Text) else ""))
            same = next((one for one in waiting if as_listed(one.body) == words), None)
            if same is None and templated:
                # The words of a template are Twilio's, so for all we know any message may be it.
                same = next(iter(waiting), None)
            if same is not None:
                waiting.remove(same)
            sids.append(same.sid if same is not None else None)
        return sids

    def _parts(self, content: Content) -> Sequence[Mapping[str, str]]:
        """What is sent, as Twilio's form fields; several where the text is too long for one message."""
        if not isinstance(content, Text):
            raise PermanentSendError(f"a text message cannot carry a {content.kind}")
        if content.template is not None:
            return [_template_fields(content.template)]
        parts = [{"Body": part} for part in divided(body_of(content), LONGEST_BODY)]
        if content.image and self._sends_pictures and content.image.startswith("https://"):
            parts[-1]["MediaUrl"] = content.image
        return [{name: value for name, value in part.items() if value} for part in parts]

    def _envelope(self, message: OutboundMessage, *, last: bool) -> Mapping[str, str]:
        """From whom, to whom, and where Twilio tells how it went. Only the last part stands for the message."""
        form = {"To": self._to(message), "StatusCallback": self._status_url}
        if last:
            form["StatusCallback"] += f"?oid={quote(message.key, safe='')}"
        validity = self._account.validity
        if message.expires_at is not None:
            validity = min(validity, message.expires_at - self._clock.now())
        if validity != LONGEST_VALIDITY:
            form["ValidityPeriod"] = str(max(int(validity.total_seconds()), 1))
        return {**form, **self._from}

    def _to(self, message: OutboundMessage) -> str:
        """To whom, as Twilio is told."""
        return self._scheme + message.address

    @property
    def _sender(self) -> str:
        """The sender in Twilio's list; empty where that may be any number of a Messaging Service."""
        return self._from.get("From", "")

    @property
    def _from(self) -> Mapping[str, str]:
        raise NotImplementedError("each channel says from whom it sends")


class SmsChannel(_TwilioChannel):
    """Text messages: SMS, MMS where the account sends pictures, RCS where its Messaging Service does."""

    name = "sms"
    abilities = Abilities(
        identity="phone",
        longest_text=LONGEST_BODY,
        failures=FAILURES,
        receipts=frozenset({DeliveryState.DELIVERED}),
    )

    def __init__(self, account: TwilioAccount, api: MessagesApi, service_url: str, clock: Clock) -> None:
        super().__init__(account, api, service_url, clock)
        self._sends_pictures = account.sends_pictures
        if account.sends_pictures:
            self.abilities = replace(self.abilities, media=MMS_MEDIA)
        a_second = account.segments_per_second
        self.abilities = replace(self.abilities, pace=Pace(a_second, max(10 * a_second, 10), _segments))

    def _to(self, message: OutboundMessage) -> str:
        return dialled(message.address)

    @property
    def _from(self) -> Mapping[str, str]:
        if not self._account.messaging_service_sid:
            return {"From": self._account.sender}
        shortened = {"ShortenUrls": "true"} if self._account.shortens_urls else {}
        return {"MessagingServiceSid": self._account.messaging_service_sid, **shortened}


class WhatsAppChannel(_TwilioChannel):
    """WhatsApp, where only a template may be sent later than 24 hours after the customer's last message."""

    name = "whatsapp"
    abilities = Abilities(
        identity="phone",
        longest_text=LONGEST_BODY,
        failures=FAILURES,
        reply_window=whatsapp.WINDOW,
        media=whatsapp.MEDIA,
        receipts=frozenset({DeliveryState.DELIVERED, DeliveryState.READ}),
    )
    _scheme = "whatsapp:"
    _sends_pictures = True

    def __init__(self, account: TwilioAccount, api: MessagesApi, service_url: str, clock: Clock) -> None:
        super().__init__(account, api, service_url, clock)
        a_second = account.whatsapp_messages_per_second
        self.abilities = replace(self.abilities, pace=Pace(a_second, max(a_second, 1), _messages))

    @property
    def _from(self) -> Mapping[str, str]:
        return {"From": f"whatsapp:{self._account.whatsapp_sender}"}

    @staticmethod
    def preview(content: Text) -> Preview:
        return Preview("chat", body_of(content), image=content.image)


def preview(content: Text) -> Preview:
    """A text message."""
    return Preview("sms", body_of(content))


def _segments(content: Content) -> float:
    """What a text costs of the sender's pace."""
    if not isinstance(content, Text):
        return 1
    body = body_of(content)
    return max(segments_of(in_gsm_7(body) or body).count, 1)


def _messages(content: Content) -> float:
    """What WhatsApp counts: messages, however long each is."""
    if not isinstance(content, Text) or content.template is not None:
        return 1
    return len(divided(body_of(content), LONGEST_BODY))


def template_fault(template: Template) -> str:
    """Why Twilio can have no such template; empty where it may."""
    if CONTENT_SID.fullmatch(template.id):
        return ""
    return f'the template "{template.id}" is no Content SID of Twilio, which is HX and 32 hexadecimal digits'


def _template_fields(template: Template) -> Mapping[str, str]:
    if fault := template_fault(template):
        raise PermanentSendError(fault)
    fields = {"ContentSid": template.id}
    if template.variables:
        variables = {name: _in_one_line(value) for name, value in template.variables.items()}
        if empty := next((name for name, value in variables.items() if not value), None):
            raise PermanentSendError(
                f'the variable "{empty}" of the template {template.id} is empty for this person, and Twilio takes no '
                "empty one (21656). Give it a word for those of whom it is not known, in Liquid: "
                '{{ profile.first_name | default: "there" }}'
            )
        fields["ContentVariables"] = json.dumps(variables, ensure_ascii=False)
    return fields


def _in_one_line(value: str) -> str:
    """Twilio takes no line breaks, tabs and long blanks in a variable (error 21656)."""
    return " ".join(value.split())
