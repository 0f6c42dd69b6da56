"""How long what is kept of people is kept."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class DataClass(StrEnum):
    """What is kept, in the parts that have a time of their own. What is in none of them goes with its person."""

    CONVERSATIONS = "conversations"
    MESSAGES = "messages"
    TIMELINE = "timeline"
    DECISIONS = "decisions"
    CRM_WRITES = "crm_writes"
    FEEDS = "feeds"
    QUESTIONS = "questions"
    VISITORS = "visitors"
    PEOPLE = "people"


COUNTED_FROM: Final = {
    DataClass.CONVERSATIONS: "the last word in it: what was said, files, hand-offs, meetings",
    DataClass.MESSAGES: "when it was queued: what left, was withheld or given up, and what its vendor told of it",
    DataClass.TIMELINE: "when it was received: what happened to people",
    DataClass.DECISIONS: "the decision: why each message left, or did not",
    DataClass.CRM_WRITES: "the write: what CRMs were given",
    DataClass.FEEDS: "the line: what the panels and open chats show",
    DataClass.QUESTIONS: "the end of the question: proof that was asked for, and what was asked of opt-outs",
    DataClass.VISITORS: "the last sign of somebody of whom only a browser is known: all of them",
    DataClass.PEOPLE: "the last sign of somebody else: all of them, with a receipt; opt-outs of their addresses stay",
}
"""From when the time of each counts, and what goes then."""
