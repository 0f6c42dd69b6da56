"""The Slack channel: the sales desk, through Slack's Web API."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.errors import PermanentSendError, TemporarySendError, WebhookRejected
from bot.domain.message import DeskLine, HandoffCard, OutboundMessage, Receipt, ReplyForm, Suggestion, Text
from bot.domain.pace import Pace
from bot.ports import Abilities, Webhook, WebhookRequest
from connectors.slack import blocks, webhooks
from connectors.slack.portraits import portrait_of
from connectors.slack.signature import check_signature

API_URL = "https://slack.com/api/"
TIMEOUT_SECONDS = 15
CHANNEL_ID = re.compile(r"[CGD][A-Z0-9]{6,}")
USER_ID = re.compile(r"[UW][A-Z0-9]{6,}")
MOST_NAMES = 1000

PACE = Pace(per_second=1, burst=5, price=lambda content: 0 if isinstance(content, ReplyForm) else 1, per_address=True)
"""Slack takes about one message a second in a channel, and short bursts. A form is no message, and cannot wait."""

TEMPORARY_ERRORS = {
    "ratelimited",
    "rate_limited",
    "message_limit_exceeded",
    "internal_error",
    "fatal_error",
    "service_unavailable",
    "request_timeout",
    "team_added_to_org",
}
"""Errors after which Slack may take the same call later; any other will be the same again."""


class SlackChannel:
    """Posts to the desks. `channels` are the ids of channels by their names; one without a name is for all others."""

    name = "slack"
    abilities = Abilities(identity="slack", buttons=True, desk=True, pace=PACE)

    def __init__(
        self,
        *,
        token: str,
        signing_secret: str,
        channels: Mapping[str, str],
        api_url: str,
        note_marks: tuple[str, ...] = webhooks.NOTE_MARKS,
        reps: frozenset[str] = frozenset(),
        trust_proxy_settings: bool = True,
    ) -> None:
        self._token = token
        self._signing_secret = signing_secret
        self._channels = channels
        self._api_url = api_url
        self._trust_proxy_settings = trust_proxy_settings
        self._http: aiohttp.ClientSession | None = None
        self._names: dict[str, str] = {}
        self._desk = webhooks.Desk(self.name, self._name_of, note_marks, reps)

    # ------------------------------------------------------------ in

    def parse(self, request: WebhookRequest) -> Webhook:
        if request.tail not in ("events", "interactivity", "commands"):
            raise WebhookRejected(404, "Slack's webhooks are events, interactivity and commands; no other is here.")
        if request.method != "POST":
            raise WebhookRejected(405, "Slack's webhooks are taken by POST only.", headers={"Allow": "POST"})
        check_signature(request, self._signing_secret)
        if request.tail == "events":
            return webhooks.parse_event(request, self._desk)
        self._learn_name(request)
        parse = webhooks.parse_command if request.tail == "commands" else webhooks.parse_interaction
        return parse(request, self._desk)

    def _learn_name(self, request: WebhookRequest) -> None:
        """Remember who pressed a button or gave a command: messages of theirs come with an id only."""
        user = webhooks.user_behind(request)
        if user is not None and len(self._names) < MOST_NAMES:
            self._names[user[0]] = user[1]

    def _name_of(self, user_id: str) -> str:
        return self._names.get(user_id, user_id)

    # ------------------------------------------------------------ out

    async def send(self, message: OutboundMessage) -> Receipt:
        channel = self._channel_at(message.address)
        client, to_all = self._client(), False
        match message.content:
            case ReplyForm() as form:
                return await self._open(client, form, channel, message.thread)
            case HandoffCard() as content:
                post = blocks.card(content)
            case DeskLine() as content:
                post, to_all = blocks.line(content), content.to_all
            case Suggestion() as content:
                post = blocks.suggestion(content)
            case Text() as content:
                post = blocks.note(content)
        common: dict[str, Any] = {"channel": channel, "text": post.text, "blocks": list(post.blocks), "parse": "none"}
        if message.replaces:
            answer = await _call("chat.update", lambda: client.chat_update(ts=message.replaces or "", **common))
        else:
            answer = await _call(
                "chat.postMessage",
                lambda: client.chat_postMessage(
                    thread_ts=message.thread,
                    reply_broadcast=to_all and message.thread is not None,
                    unfurl_links=False,
                    unfurl_media=False,
                    **common,
                ),
            )
        return Receipt(_named(answer.get("ts"), "chat.postMessage"))

    def _channel_at(self, address: str) -> str:
        if CHANNEL_ID.fullmatch(address):
            return address
        channel = self._channels.get(address) or self._channels.get("")
        if channel is None:
            raise PermanentSendError(f"SLACK_CHANNEL names no {address}: give its id, {address}=C0123456789")
        return channel

    async def _open(self, client: AsyncWebClient, form: ReplyForm, channel: str, thread: str | None) -> Receipt:
        if not form.trigger or not thread:
            raise PermanentSendError("a reply form needs the click that asked for it and the thread it belongs to")
        view = blocks.form(form, channel=channel, thread=thread)
        answer = await _call("views.open", lambda: client.views_open(trigger_id=form.trigger, view=view))
        opened = answer.get("view")
        return Receipt(_named(opened.get("id") if isinstance(opened, dict) else None, "views.open"))

    async def portrait(self, rep: str) -> bytes | None:
        user = next((known for known, name in self._names.items() if rep in (known, name)), None)
        if user is None and USER_ID.fullmatch(rep):
            user = rep
        if user is None:
            return None
        client = self._client()
        return await portrait_of(client, self._http, user) if self._http is not None else None

    async def find(self, message: OutboundMessage) -> Receipt | None:
        return None

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()
            self._http = None

    def _client(self) -> AsyncWebClient:
        if self._http is None or self._http.closed:
            timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
            self._http = aiohttp.ClientSession(timeout=timeout, trust_env=self._trust_proxy_settings)
        client = AsyncWebClient(token=self._token, base_url=self._api_url, session=self._http, retry_handlers=[])
        if not self._trust_proxy_settings:
            client.proxy = None  # the SDK takes it from the environment unasked
        return client


async def _call(method: str, call: Callable[[], Awaitable[AsyncSlackResponse]]) -> AsyncSlackResponse:
    """One call of Slack's; what goes wrong as TemporarySendError or PermanentSendError, without Slack's own words."""
    try:
        return await call()
    except SlackApiError as error:
        raise _refusal(method, error) from None  # its text repeats the answer, and the answer our message
    except TimeoutError as error:
        raise TemporarySendError(f"Slack did not answer {method} in time") from error
    except aiohttp.ClientError as error:
        raise TemporarySendError(f"Slack cannot be reached: {type(error).__name__}") from error
    except (SlackClientError, AttributeError, ValueError) as error:
        # An answer that is no JSON object trips the SDK; such answers come from what stands before Slack.
        raise TemporarySendError(f"Slack's answer to {method} makes no sense: {type(error).__name__}") from None


def _refusal(method: str, error: SlackApiError) -> TemporarySendError | PermanentSendError:
    response: Any = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
    data = getattr(response, "data", None)
    code = str(data.get("error") or "") if isinstance(data, dict) else ""
    reason = f"Slack refused {method} with status {status}" + (f": {code}" if code else "")
    if status == 429 or status >= 500 or status == 408 or code in TEMPORARY_ERRORS:
        given = (getattr(response, "headers", None) or {}).get("Retry-After", "")
        wait = timedelta(seconds=int(given)) if str(given).isdecimal() else None
        return TemporarySendError(reason, code=code, retry_after=wait)
    return PermanentSendError(reason, code=code)


def _named(value: object, method: str) -> str:
    if not isinstance(value, str):
        raise TemporarySendError(f"Slack took {method} but its answer names nothing")
    return value
