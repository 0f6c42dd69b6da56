from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.meeting_wish import MeetingWish, meeting_wish


@pytest.mark.parametrize(
    "text",
    [
        "can we move our meeting?",
        "Can we reschedule?",
        "could you move the demo to Friday?",
        "something came up, can we find another time?",
        "I need to change the time of our call, sorry",
        "let's postpone the call to next week",
    ],
)
def test_a_meeting_is_to_be_moved(text: str) -> None:
    assert meeting_wish(text) is MeetingWish.MOVE


@pytest.mark.parametrize(
    "text",
    [
        "cancel my demo",
        "please cancel the meeting",
        "how do I cancel my appointment?",
        "I can’t make Tuesday any more",
        "Hi, I'm afraid I won't be able to attend the call on Wednesday.",
    ],
)
def test_somebody_cannot_come(text: str) -> None:
    assert meeting_wish(text) is MeetingWish.GIVE_UP


@pytest.mark.parametrize(
    "text",
    [
        "cancel",
        "stop",
        "cancel my subscription",
        "cancel the meeting and stop texting me",
        "cancel the meeting at 5 and stop texting me",
        "cancel my meeting reminders",
        "I can't make it cheaper",
        "can I reschedule shifts?",
        "change the team size to 90",
        "can we meet on Tuesday?",
    ],
)
def test_what_says_something_else_or_more_is_none(text: str) -> None:
    assert meeting_wish(text) is None


@given(st.text(max_size=200))
def test_any_text_can_be_looked_at(text: str) -> None:
    assert meeting_wish(text) in {None, *MeetingWish}
