"""The Slack channel: the sales desk, through Slack's Web API."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.domain.chart import Chart
from bot.domain.errors import NotTried, PermanentSendError, SendError, TemporarySendError, WebhookRejected
from bot.domain.message import (
    Attachment,
    DeskChart,
    DeskLead,
    DeskLine,
    DeskMeeting,
    DeskPage,
    HandoffCard,
    OutboundMessage,
    Receipt,
    ReplyForm,
    Suggestion,
    Text,
)
from bot.domain.pace import Pace
from bot.ports import Abilities, Clock, Reply, Webhook, WebhookRequest
from connectors.slack import blocks, events, files, interactions, webhooks
from connectors.slack.calls import Pauses, SlackHttp, call, named
from connectors.slack.installing import Installing
from connectors.slack.members import Members, name_in
from connectors.slack.origin import is_from_outside, origin_of
from connectors.slack.portraits import fetch_picture, picture_in
from connectors.slack.posted import marked, named_for, posted
from connectors.slack.shortcuts import Shortcut
from connectors.slack.signature import check_signature
from connectors.slack.socket_mode import SocketAddress, listen
from connectors.slack.workspaces import Workspaces

PLACE = re.compile(r"(?:([TE][A-Z0-9]{6,})/)?([CGDUW][A-Z0-9]{6,})")
"""The id of a channel or a user, where it matters with that of their workspace (T0123456789/C0123456789), or of the
organisation that has let us in as a whole (E0123456789/C0123456789)."""

USER_ID = re.compile(r"[UW][A-Z0-9]{6,}")
MOST_LINKS = 10_000
NAMELESS_FOR = timedelta(minutes=1)
UNSEEN = {"user_not_found", "user_not_visible", "users_not_found"}
"""Errors that tell of one member, and not of what Slack tells us at all."""

POSTED = HandoffCard | DeskLine | Suggestion | Text | DeskChart
"""What becomes a message that has blocks of ours."""

GONE = {"message_not_found", "thread_not_found"}
"""Errors that say that there is no such message."""

UNDELETABLE = {"cant_delete_message", "compliance_exports_prevent_deletion", "restricted_action"}
"""Errors that say that it may not be deleted; it may still be emptied."""

ERASED = "Erased at this person's request."
CHART = "chart.png"
LONGEST_ALT_TEXT = 1000
LARGEST_FILE = 10_000_000
"""Bytes of what a rep attaches; it is held in memory while it is fetched."""

PACE = Pace(
    per_second=1, burst=5, price=lambda content: 0 if isinstance(content, ReplyForm | DeskPage) else 1, per_address=True
)
"""Slack takes about one message a second in a channel, and short bursts. A form and a page are no messages."""


class SlackChannel:
    """Posts to the desks. `channels` are the ids of channels by their names; one without a name is for all others."""

    name = "slack"
    abilities = Abilities(identity="slack", buttons=True, desk=True, pace=PACE)

    def __init__(
        self,
        *,
        workspaces: Workspaces,
        http: SlackHttp,
        clock: Clock,
        signing_secret: str,
        channels: Mapping[str, str],
        note_marks: tuple[str, ...] = webhooks.NOTE_MARKS,
        reps: frozenset[str] = frozenset(),
        socket: SocketAddress | None = None,
        installing: Installing | None = None,
    ) -> None:
        self._workspaces = workspaces
        self._http = http
        self._pauses = Pauses(clock)
        self._signing_secret = signing_secret
        self._channels = channels
        self._socket = socket
        self._installing = installing
        self._members = Members(self._ask_name)
        self._links: dict[tuple[str, str], str] = {}
        self._desk = webhooks.Desk(self.name, self._members.name_of, note_marks, reps)

    # ------------------------------------------------------------ in

    def parse(self, request: WebhookRequest) -> Webhook:
        if request.tail not in ("events", "interactivity", "commands"):
            raise WebhookRejected(404, "Slack's webhooks are events, interactivity and commands; no other is here.")
        if request.method != "POST":
            raise WebhookRejected(405, "Slack's webhooks are taken by POST only.", headers={"Allow": "POST"})
        self._check_signature(request)
        return self._understand(request.tail, webhooks.payload_of(request))

    async def prepare(self, request: WebhookRequest) -> None:
        """Know which workspaces have let us in, and who somebody is, before we read what comes from there."""
        if request.method == "POST":
            self._check_signature(request)
            await self._get_ready(webhooks.payload_of(request))

    async def listen(self, take: Callable[[Webhook], Awaitable[Reply]]) -> None:
        """Take from Slack over Socket Mode what it would else send us, where there is a token for that."""
        if self._socket is None:
            return

        async def understand(kind: str, payload: Mapping[str, Any]) -> Webhook:
            await self._get_ready(payload)
            return self._understand(kind, payload)

        await listen(self._socket, understand, take)

    async def _get_ready(self, payload: Mapping[str, Any]) -> None:
        await self._workspaces.refresh()
        workspace = self._workspaces.home_of(origin_of(payload))
        if workspace is not None:
            await self._members.meet(payload, workspace)

    async def _ask_name(self, user: str, workspace: str) -> str:
        """Where Slack does not tell, it is left alone for a while: each line in a thread would ask anew."""
        try:
            told = await self._call("users.info", workspace, lambda client: client.users_info(user=user))
        except SendError as error:
            if not isinstance(error, NotTried) and error.code not in UNSEEN:
                self._pauses.ask(workspace, "users.info", NAMELESS_FOR)
            raise
        return name_in(told.data)

    async def visit(self, request: WebhookRequest) -> Reply:
        if self._installing is None:
            raise WebhookRejected(404, "Slack's app is installed by hand here; SLACK_CLIENT_ID would open this page.")
        return await self._installing.visit(request)

    def _check_signature(self, request: WebhookRequest) -> None:
        if not self._signing_secret:
            raise WebhookRejected(404, "Slack's events come by Socket Mode here. SLACK_SIGNING_SECRET opens this door.")
        check_signature(request, self._signing_secret)

    def _understand(self, kind: str, payload: Mapping[str, Any]) -> Webhook:
        """What Slack tells us, by whichever door; `kind` is the door's name: events, interactivity or commands."""
        origin = origin_of(payload)
        workspace = self._workspaces.home_of(origin)
        if payload.get("type") == "url_verification":
            return events.parse_event(payload, self._desk, "")
        if workspace is None:
            return webhooks.not_let_in(kind)
        if not self._desk.reps and is_from_outside(payload, origin):
            return Webhook()
        if kind == "events":
            if over := events.end_of(payload):
                whole = workspace == next(iter(origin.ids), "")  # a workspace does not speak for its organisation
                return Webhook(keep=partial(self._workspaces.end, workspace, *over)) if whole else Webhook()
            return events.parse_event(payload, self._desk, workspace)
        self._learn_name(payload, workspace)
        if kind == "interactivity" and (wanted := interactions.shortcut_of(payload, self._desk)) is not None:
            return Webhook(then=partial(self._show, wanted, workspace))
        parse = interactions.parse_command if kind == "commands" else interactions.parse_interaction
        return parse(payload, self._desk, workspace)

    def _learn_name(self, payload: Mapping[str, Any], workspace: str) -> None:
        """Remember who pressed a button or gave a command, which says so: messages of theirs come with an id only."""
        user = webhooks.user_behind(payload)
        if user is not None:
            self._members.learn(*user, workspace)

    # ------------------------------------------------------------ out

    async def send(self, message: OutboundMessage) -> Receipt:
        """A card that somebody has deleted is posted anew, while there is something to be done with it."""
        workspace, channel = self._place_of(message.address)
        if message.replaces is None and message.attempt > 1 and (earlier := await self.find(message)) is not None:
            return earlier
        to_all = False
        match message.content:
            case DeskPage() as page:
                return await self._publish(page, workspace, channel)
            case ReplyForm() as form:
                return await self._open(form, workspace, channel, message.thread)
            case DeskChart(chart=chart):
                return await self._show_chart(chart, workspace, channel, key=message.key)
            case HandoffCard() as content:
                post = blocks.card(content)
            case DeskLine() as content:
                post, to_all = blocks.line(content), content.to_all
            case Suggestion() as content:
                post = blocks.suggestion(content)
            case Text() as content:
                post = blocks.note(content)
        common: dict[str, Any] = {"channel": channel, "text": post.text, "parse": "none"}
        if message.replaces:
            of = message.replaces
            try:
                answer = await self._call(
                    "chat.update",
                    workspace,
                    lambda client: client.chat_update(ts=of, blocks=list(post.blocks), **common),
                )
            except PermanentSendError as error:
                if error.code not in GONE or not isinstance(message.content, HandoffCard):
                    raise
                if message.content.closed:
                    return Receipt(of)
                return await self.send(replace(message, replaces=None))
        else:
            answer = await self._call(
                "chat.postMessage",
                workspace,
                lambda client: client.chat_postMessage(
                    thread_ts=message.thread,
                    reply_broadcast=to_all and message.thread is not None,
                    blocks=marked(post.blocks, message.key),
                    unfurl_links=False,
                    unfurl_media=False,
                    **common,
                ),
            )
        return Receipt(named(answer.get("ts"), "chat.postMessage"))

    async def take_away(self, address: str, message: str) -> None:
        """Delete what we have posted; where a workspace lets nobody delete, its words go."""
        workspace, channel = self._place_of(address)
        try:
            await self._call("chat.delete", workspace, lambda client: client.chat_delete(channel=channel, ts=message))
        except PermanentSendError as error:
            if error.code in GONE:
                return
            if error.code not in UNDELETABLE:
                raise
            await self._empty(workspace, channel, message)

    async def _empty(self, workspace: str, channel: str, message: str) -> None:
        """Blocks and attachments have to be replaced by name: what an update does not mention stays."""
        try:
            await self._call(
                "chat.update",
                workspace,
                lambda client: client.chat_update(
                    channel=channel, ts=message, text=ERASED, blocks=[], attachments=[], parse="none"
                ),
            )
        except PermanentSendError as error:
            if error.code not in GONE:
                raise

    async def _call(
        self, method: str, workspace: str, ask: Callable[[AsyncWebClient], Awaitable[AsyncSlackResponse]]
    ) -> AsyncSlackResponse:
        """One call in this workspace, unless Slack wants none yet."""
        self._pauses.check(workspace, method)
        client = self._http.client(await self._workspaces.token(workspace))
        try:
            return await call(method, lambda: ask(client))
        except TemporarySendError as error:
            if error.code == "ratelimited":
                self._pauses.ask(workspace, method, error.retry_after)
            raise
        except PermanentSendError as error:
            raise (self._workspaces.kept_out(error) or error) from None

    def _place_of(self, address: str) -> tuple[str, str]:
        """The ids of workspace and channel; that of the workspace is empty where there is only one."""
        place = PLACE.fullmatch(address) or PLACE.fullmatch(self._channels.get(address) or self._channels.get("") or "")
        if place is None:
            raise PermanentSendError(f"SLACK_CHANNEL names no {address}: give its id, {address}=C0123456789")
        return place[1] or "", place[2]

    async def _open(self, form: ReplyForm, workspace: str, channel: str, thread: str | None) -> Receipt:
        if not form.trigger or not thread:
            raise PermanentSendError("a reply form needs the click that asked for it and the thread it belongs to")
        view = blocks.form(form, channel=channel, thread=thread)
        answer = await self._call(
            "views.open", workspace, lambda client: client.views_open(trigger_id=form.trigger, view=view)
        )
        opened = answer.get("view")
        return Receipt(named(opened.get("id") if isinstance(opened, dict) else None, "views.open"))

    async def _show(self, wanted: Shortcut, workspace: str) -> None:
        await self._call(
            "views.open", workspace, lambda client: client.views_open(trigger_id=wanted.trigger, view=wanted.view)
        )

    async def _show_chart(self, chart: Chart, workspace: str, channel: str, *, key: str) -> Receipt:
        """Draw it, give Slack the picture, and have it shown in the channel: only the last of these is seen."""
        from connectors.slack.chart import draw  # not loaded where nobody uses it

        picture = await asyncio.to_thread(draw, chart)
        words = chart.in_words[:LONGEST_ALT_TEXT]
        place = await self._call(
            "files.getUploadURLExternal",
            workspace,
            lambda client: client.files_getUploadURLExternal(
                filename=named_for(key, CHART), length=len(picture), alt_txt=words
            ),
        )
        method = "files.getUploadURLExternal"
        file_id, address = named(place.get("file_id"), method), named(place.get("upload_url"), method)
        await files.upload(self._http.session, address, picture, api_url=self._http.api_url)
        shown: list[dict[str, str | None]] = [{"id": file_id, "title": chart.title}]
        await self._call(
            "files.completeUploadExternal",
            workspace,
            lambda client: client.files_completeUploadExternal(
                files=shown, channel_id=channel, initial_comment=blocks.escape(chart.title)
            ),
        )
        return Receipt(file_id)

    async def _publish(self, page: DeskPage, workspace: str, user: str) -> Receipt:
        shown_there: list[DeskLead | DeskMeeting] = [*page.leads, *page.meetings]
        links = {one.card: await self._link_to(one) for one in shown_there if one.card}
        view = blocks.page(page, links)
        answer = await self._call(
            "views.publish", workspace, lambda client: client.views_publish(user_id=user, view=view)
        )
        shown = answer.get("view")
        return Receipt(named(shown.get("id") if isinstance(shown, dict) else None, "views.publish"))

    async def _link_to(self, lead: DeskLead | DeskMeeting) -> str:
        """The address of the card's thread; empty where Slack knows of none, since the rest of the page is of use."""
        workspace, channel = self._place_of(lead.desk_address)
        if found := self._links.get((channel, lead.card)):
            return found
        try:
            answer = await self._call(
                "chat.getPermalink",
                workspace,
                lambda client: client.chat_getPermalink(channel=channel, message_ts=lead.card),
            )
        except PermanentSendError:
            return ""
        link = named(answer.get("permalink"), "chat.getPermalink")
        if len(self._links) < MOST_LINKS:
            self._links[(channel, lead.card)] = link
        return link

    async def portrait(self, rep: str) -> bytes | None:
        """By their id, or by a name that Slack has told us. Where several workspaces have let us in, of those only who
        has done something here since we started."""
        user = self._members.id_of(rep)
        if user is None and USER_ID.fullmatch(rep):
            user = rep
        if user is None:
            return None
        try:
            workspace = self._members.home_of(user)
            told = await self._call("users.info", workspace, lambda client: client.users_info(user=user))
        except SendError:
            return None
        return await fetch_picture(self._http.session, picture_in(told.data))

    async def fetch(self, attachment: Attachment) -> bytes:
        """A file that a rep has attached, as Slack has it now: nothing where they have deleted it meanwhile."""
        workspace, _, file_id = attachment.url.rpartition("/")
        answer = await self._call("files.info", workspace, lambda client: client.files_info(file=file_id))
        match answer.get("file"):
            case {"url_private_download": str(address), "size": int(size)} if size <= LARGEST_FILE:
                token = await self._workspaces.token(workspace)
                return await files.download(
                    self._http.session, address, token, largest=LARGEST_FILE, api_url=self._http.api_url
                )
            case {"size": int()}:
                raise PermanentSendError(f"it is larger than {LARGEST_FILE / 1_000_000:.0f} MB")
        raise PermanentSendError("Slack does not have it")

    async def find(self, message: OutboundMessage) -> Receipt | None:
        """Where it is in its channel or thread already: Slack itself knows no key that makes a second try harmless."""
        if message.replaces is not None or message.first_tried_at is None or not isinstance(message.content, POSTED):
            return None
        workspace, channel = self._place_of(message.address)

        async def ask(
            method: str, asked: Callable[[AsyncWebClient], Awaitable[AsyncSlackResponse]]
        ) -> AsyncSlackResponse:
            return await self._call(method, workspace, asked)

        ts = await posted(ask, channel, message.thread, message.key, message.first_tried_at)
        return Receipt(ts) if ts is not None else None

    async def close(self) -> None:
        await self._http.close()
