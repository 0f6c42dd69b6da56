"""Hand-off cards, thread lines and the reply form in Slack's Block Kit.

Whatever a customer wrote goes out as `plain_text`, in which Slack reads no mentions, links or markup; where only markup
is possible, it is escaped. Limits are those of docs.slack.dev/reference/block-kit.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.message import (
    DeskLead,
    DeskLine,
    DeskMeeting,
    DeskPage,
    DeskVerb,
    HandoffCard,
    ReplyForm,
    Suggestion,
    Text,
)
from bot.domain.preview import Preview
from bot.domain.routing import EVERYBODY

Block = dict[str, Any]

LONGEST_HEADER = 150
LONGEST_TITLE = 1000
"""Of one that a header cannot hold; it stands beneath, too."""

LONGEST_SECTION = 3000
LONGEST_FACT = 300
"""Slack would take 2,000 a field, but not ten of those in one message."""

MOST_FIELDS = 10
LONGEST_STANDING = 400
LONGEST_FALLBACK = 3000
LONGEST_NAME = 200
LONGEST_LINE = 12_000
"""Characters of a thread line: Slack refuses a message whose blocks are longer in sum (msg_blocks_too_long)."""

ACTION_PREFIX = "handoff_"
ASSIGN_BLOCK = "assign:"
MEMBER = re.compile(r"[UW][A-Z0-9]{5,}")
PAGE_ACTION = "page_show"
REPLY_CALLBACK = "handoff_reply"
REPLY_BLOCK = "reply"
REPLY_INPUT = "text"

DISQUALIFY_CALLBACK = "handoff_disqualify"
LONGEST_REASON = 300

LABELS = {
    DeskVerb.CLAIM: "Claim",
    DeskVerb.TAKE_OVER: "Take over",
    DeskVerb.ASSIGN: "Give to a colleague",
    DeskVerb.REPLY: "Reply",
    DeskVerb.MEET: "Offer a meeting",
    DeskVerb.HAND_BACK: "Hand back",
    DeskVerb.RESOLVE: "Resolve",
    DeskVerb.DISQUALIFY: "Disqualify",
    DeskVerb.SNOOZE: "Snooze",
}
PAUSES = {"1h": "1 hour", "4h": "4 hours", "1d": "1 day", "3d": "3 days", "7d": "1 week"}
TELL_WHO_HAS_IT = (DeskVerb.TAKE_OVER, DeskVerb.HAND_BACK, DeskVerb.RESOLVE, DeskVerb.DISQUALIFY)
"""Buttons that come back with the name of who had the hand-off, since by then it may be another's."""

ENDS = (DeskVerb.HAND_BACK, DeskVerb.RESOLVE, DeskVerb.DISQUALIFY, DeskVerb.SNOOZE)

_AT_THE_MARGIN = re.compile("\n(?!\u00a0)")


@dataclass(frozen=True, slots=True)
class Post:
    """A message's blocks, and the text that notifications show in their place."""

    text: str
    blocks: Sequence[Block]


def card(content: HandoffCard) -> Post:
    """The lead as a rep first sees it: who, why, what is known, the score with its reasons, and the buttons."""
    blocks: list[Block] = [{"type": "header", "text": _plain(content.title, LONGEST_HEADER)}]
    if len(content.title) > LONGEST_HEADER:
        blocks.append(_section(_cut(content.title, LONGEST_TITLE)))
    if content.summary.strip():
        blocks.append(_section(content.summary))
    facts = [f"{name}\n{value}" for name, value in content.facts[:MOST_FIELDS]]
    if facts:
        blocks.append({"type": "section", "fields": [_plain(fact, LONGEST_FACT) for fact in facts]})
    score = [f"Score {content.score} · Grade {content.grade}", *(f"• {reason}" for reason in content.reasons)]
    blocks.append(_section("\n".join(score)))
    blocks.append({"type": "context", "elements": _context(content)})
    if content.offered_why and not content.claimed_by and not content.closed:
        blocks.append({"type": "context", "elements": _offered(content)})
    buttons = [_element(verb, content) for verb in _verbs(content)]
    if buttons:
        blocks.append({"type": "actions", "block_id": "handoff", "elements": buttons})
        blocks.append(
            {"type": "actions", "block_id": f"{ASSIGN_BLOCK}{content.handoff_id}", "elements": [_colleagues()]}
        )
    words = escape(_cut(f"{content.title}: {content.summary}", LONGEST_FALLBACK))
    called = mention(content.member) if content.offered_to and not content.claimed_by and not content.closed else ""
    return Post(f"{called} {words}".strip(), blocks)


def _offered(content: HandoffCard) -> list[Block]:
    """Who is asked to take it, by a mention that tells them so, and why it is they."""
    if not content.offered_to:
        return [_plain(f"For everybody: {content.offered_why}", LONGEST_STANDING)]
    who = mention(content.member) or escape(content.offered_to)
    return [{"type": "mrkdwn", "text": f"Offered to {who}"}, _plain(content.offered_why, LONGEST_STANDING)]


def mention(member: str) -> str:
    """What calls this member of the workspace, or everybody; empty for what is no member's id."""
    if member == EVERYBODY:
        return "<!here>"
    return f"<@{member}>" if MEMBER.fullmatch(member) else ""


def _colleagues() -> Block:
    """A menu of the workspace's members, which Slack fills. What it is about stands in the id of its block."""
    return {
        "type": "users_select",
        "action_id": f"{ACTION_PREFIX}{DeskVerb.ASSIGN.value}",
        "placeholder": _plain(LABELS[DeskVerb.ASSIGN], 75),
    }


def _verbs(content: HandoffCard) -> Sequence[DeskVerb]:
    if content.closed:
        return ()
    if content.claimed_by:
        return (DeskVerb.REPLY, DeskVerb.MEET, DeskVerb.TAKE_OVER, *ENDS)
    return (DeskVerb.CLAIM, DeskVerb.REPLY, DeskVerb.MEET, *ENDS)


def _element(verb: DeskVerb, content: HandoffCard) -> Block:
    if verb is DeskVerb.SNOOZE:
        return _snoozing(content.handoff_id)
    button: Block = {
        "type": "button",
        "action_id": f"{ACTION_PREFIX}{verb.value}",
        "text": _plain(LABELS[verb], 75),
        "value": _held(content.handoff_id, content.claimed_by) if verb in TELL_WHO_HAS_IT else content.handoff_id,
    }
    if verb is DeskVerb.CLAIM or (verb is DeskVerb.REPLY and content.claimed_by):
        button["style"] = "primary"
    return button


def _held(handoff_id: str, rep: str) -> str:
    """A hand-off and who has it, as a button's value, in which a name that is no name has no room."""
    return f"{handoff_id}:{rep}" if len(rep) <= LONGEST_NAME else handoff_id


def _context(content: HandoffCard) -> list[Block]:
    if content.standing:
        standing = content.standing
    elif content.closed:
        standing = f"Handed back by {content.claimed_by}" if content.claimed_by else "Handed back"
    elif content.claimed_by:
        standing = f"Claimed by {content.claimed_by}"
    else:
        standing = "Waiting for somebody to claim it; the bot is answering meanwhile"
    link = f"<{escape(content.transcript_url)}|Transcript>"
    return [_plain(standing, LONGEST_STANDING), {"type": "mrkdwn", "text": link}]


def line(content: DeskLine) -> Post:
    """A line of the conversation, for the thread; words of several lines begin on one of their own, unless those are
    set in."""
    break_or_space = "\n" if _AT_THE_MARGIN.search(content.text) else " "
    post = plain_post(f"{content.speaker}:{break_or_space}{content.text}")
    called = " ".join(filter(None, map(mention, content.mentions)))
    if not called:
        return post
    return Post(
        f"{called} {post.text}", [{"type": "section", "text": {"type": "mrkdwn", "text": called}}, *post.blocks]
    )


def plain_post(text: str) -> Post:
    """Plain words, in as many blocks as they take."""
    text = _cut(text, LONGEST_LINE)
    parts = [text[start : start + LONGEST_SECTION] for start in range(0, len(text), LONGEST_SECTION)]
    return Post(escape(_cut(text, LONGEST_FALLBACK)), [_section(part) for part in parts if part.strip()])


def suggestion(content: Suggestion) -> Post:
    """What could be answered, and the button that sends it."""
    post = plain_post(f"Suggested reply: {content.text}")
    where = f"From the page {content.source_title}" if content.source_title else "From the knowledge pages"
    standing = f"{where}; sent by {content.sent_by}" if content.sent_by else f"{where}; only colleagues see this"
    below: list[Block] = [{"type": "context", "elements": [_plain(standing, LONGEST_STANDING)]}]
    if not content.sent_by:
        button: Block = {
            "type": "button",
            "action_id": f"{ACTION_PREFIX}{DeskVerb.SEND.value}",
            "text": _plain("Send", 75),
            "value": f"{content.handoff_id}:{content.key}",
        }
        below.append({"type": "actions", "block_id": "suggestion", "elements": [button]})
    return Post(post.text, [*post.blocks, *below])


def note(content: Text) -> Post:
    """A plain message to the channel."""
    text = "\n".join([content.text, *(f"{one.title}: {one.payload}" for one in content.buttons if one.is_link)])
    if choices := [button.title for button in content.buttons if not button.is_link]:
        text += "\n" + " / ".join(choices)
    return line(DeskLine(content.author_name or "Overture", text))


def preview(content: Text) -> Preview:
    """The plain message to the channel."""
    post = note(content)
    return Preview("blocks", post.text, blocks=post.blocks)


def page(content: DeskPage, links: Mapping[str, str]) -> Block:
    """App Home: a rep's own leads and meetings, in the order in which they come. `links` lead to threads, by cards."""
    if not content.rep:
        words = "Slack tells Overture who you are when you press a button. Press this one, and your leads are here."
        intro = [_section(words), _actions("who", [_button(PAGE_ACTION, "Show my leads", "me", primary=True)])]
        return _home([_header("Your leads"), *intro])
    refresh = _actions("page", [_button(PAGE_ACTION, "Refresh", "me")])
    return _home([*_leads(content, links), *_meetings(content, links), {"type": "divider"}, refresh])


def _leads(content: DeskPage, links: Mapping[str, str]) -> list[Block]:
    if not content.leads:
        none = "You have no lead that is open. Claim one in a sales channel, and it is here."
        return [_header("Your leads"), _section(none)]
    blocks = [_header(f"Your leads ({len(content.leads)}{' and more' if content.more else ''})")]
    for lead in content.leads:
        blocks += [{"type": "divider"}, *_lead(lead, content.rep, links.get(lead.card, ""))]
    return blocks


def _meetings(content: DeskPage, links: Mapping[str, str]) -> list[Block]:
    if not content.meetings:
        return []
    blocks: list[Block] = [{"type": "divider"}, _header("Your next meetings")]
    for meeting in content.meetings:
        blocks += _meeting(meeting, links.get(meeting.card, ""))
    return blocks


def _meeting(meeting: DeskMeeting, link: str) -> list[Block]:
    of = f"{meeting.handoff_id}:{meeting.meeting_id}"
    here = meeting.starts_at.astimezone(ZoneInfo(meeting.zone))
    when = f"<!date^{int(meeting.starts_at.timestamp())}^{{date_short_pretty}}, {{time}}|{here:%a %d %b, %H:%M}>"
    about = [_plain(f"With {meeting.customer}", LONGEST_STANDING)]
    transcript = f"*{when}* · <{escape(meeting.transcript_url)}|Transcript>"
    opening = [_button("handoff_open", "Open thread", "thread") | {"url": link}] if link else []
    moving = [_moving(meeting, of)] if meeting.times else []
    calling_off = _button(f"{ACTION_PREFIX}{DeskVerb.CANCEL_MEETING.value}", "Cancel the meeting", of) | {
        "style": "danger",
        "confirm": _confirmation(f"{_cut(meeting.customer, 100)} is told at once, and the time is free again."),
    }
    return [
        {"type": "context", "elements": [*about, {"type": "mrkdwn", "text": transcript}]},
        _actions(f"meeting:{meeting.meeting_id}", [*opening, *moving, calling_off]),
    ]


def _moving(meeting: DeskMeeting, of: str) -> Block:
    """A menu of the rep's free times, by their own clock; the customer is told of the one that they choose."""
    zone = ZoneInfo(meeting.zone)
    options = [
        {"text": _plain(f"{at.astimezone(zone):%a %d %b, %H:%M}", 75), "value": f"{of} {at.isoformat()}"}
        for at in meeting.times
    ]
    return {
        "type": "static_select",
        "action_id": f"{ACTION_PREFIX}{DeskVerb.MOVE_MEETING.value}",
        "placeholder": _plain("Move it to…", 75),
        "options": options,
    }


def _confirmation(words: str) -> Block:
    return {
        "title": _plain("Cancel this meeting?", 100),
        "text": _plain(words, 300),
        "confirm": _plain("Cancel the meeting", 30),
        "deny": _plain("Keep it", 30),
        "style": "danger",
    }


def _lead(lead: DeskLead, rep: str, link: str) -> list[Block]:
    """Slack shows the times by the reader's own clock, and how long ago they were when they look."""
    offered = "" if lead.claimed else "*Offered to you* · "
    waits = f"*Waiting*, wrote {_ago(lead.waiting_since)}" if lead.waiting_since else "Answered"
    standing = (
        f"{offered}{waits} · handed over {_ago(lead.handed_over_at)} · <{escape(lead.transcript_url)}|Transcript>"
    )
    opening = [_button("handoff_open", "Open thread", "thread") | {"url": link}] if link else []
    verb = DeskVerb.RESOLVE if lead.claimed else DeskVerb.CLAIM
    of = _held(lead.handoff_id, rep) if lead.claimed else lead.handoff_id
    deciding = _button(f"{ACTION_PREFIX}{verb.value}", LABELS[verb], of, primary=not lead.claimed)
    return [
        _section(_cut(f"{lead.customer} — {lead.reason}", LONGEST_STANDING)),
        {
            "type": "context",
            "elements": [
                _plain(f"Score {lead.score} · Grade {lead.grade}", LONGEST_STANDING),
                {"type": "mrkdwn", "text": standing},
            ],
        },
        _actions(f"lead:{lead.handoff_id}", [*opening, deciding, _snoozing(lead.handoff_id)]),
    ]


def _ago(moment: datetime) -> str:
    return f"<!date^{int(moment.timestamp())}^{{ago}}|{moment:%d %b, %H:%M} UTC>"


def _home(blocks: Sequence[Block]) -> Block:
    return {"type": "home", "callback_id": "leads", "blocks": list(blocks)}


def _header(text: str) -> Block:
    return {"type": "header", "text": _plain(text, LONGEST_HEADER)}


def _actions(block_id: str, elements: Sequence[Block]) -> Block:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def _button(action_id: str, title: str, value: str, *, primary: bool = False) -> Block:
    button: Block = {"type": "button", "action_id": action_id, "text": _plain(title, 75), "value": value}
    return button | ({"style": "primary"} if primary else {})


def _snoozing(handoff_id: str) -> Block:
    return {
        "type": "static_select",
        "action_id": f"{ACTION_PREFIX}{DeskVerb.SNOOZE.value}",
        "placeholder": _plain(LABELS[DeskVerb.SNOOZE], 75),
        "options": [{"text": _plain(title, 75), "value": f"{handoff_id}:{pause}"} for pause, title in PAUSES.items()],
    }


def form(content: ReplyForm, *, channel: str, thread: str) -> Block:
    """The modal in which a rep writes; what it belongs to travels in `private_metadata`."""
    reply = content.asks == "reply"
    return {
        "type": "modal",
        "callback_id": REPLY_CALLBACK if reply else DISQUALIFY_CALLBACK,
        "private_metadata": json.dumps(
            {"handoff": content.handoff_id, "channel": channel, "thread": thread, "held_by": content.held_by}
        ),
        "title": _plain("Reply to the customer" if reply else "No lead", 24),
        "submit": _plain("Send" if reply else "Disqualify", 24),
        "close": _plain("Cancel", 24),
        "blocks": [
            {
                "type": "input",
                "block_id": REPLY_BLOCK,
                "label": _plain(f"To {content.customer}" if reply else f"Why is {content.customer} no lead?", 150),
                "element": {
                    "type": "plain_text_input",
                    "action_id": REPLY_INPUT,
                    "multiline": reply,
                    "min_length": 1,
                    "max_length": LONGEST_SECTION if reply else LONGEST_REASON,
                },
            }
        ],
    }


def escape(text: str) -> str:
    """`text` for Slack's mrkdwn, where these three characters are all that is special."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _section(text: str) -> Block:
    return {"type": "section", "text": _plain(text, LONGEST_SECTION)}


def _plain(text: str, longest: int) -> Block:
    """Slack refuses an empty text, so a blank one becomes a dash."""
    return {"type": "plain_text", "text": _cut(text, longest) if text.strip() else "–", "emoji": False}


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"
