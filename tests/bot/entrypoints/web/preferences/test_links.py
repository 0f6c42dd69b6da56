"""Links to preferences: of one person, signed, and for a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.ids import ProfileId
from bot.entrypoints.web.preferences.links import LASTS, LinkEnded, LinkNotOurs, preferences_link, read, sign

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
ANA = ProfileId("0193a5c8-7d1e-7c3a-9f64-2b8e0c5d4a17")


def test_a_link_names_its_person_until_its_last_day_is_over() -> None:
    token = preferences_link("https://chat.example.com", "secret", ANA, NOW).rpartition("/")[2]
    assert read("secret", token, NOW) == ANA
    assert read("secret", token, NOW + LASTS) == ANA
    with pytest.raises(LinkEnded):
        read("secret", token, NOW + LASTS + timedelta(days=1))


def test_it_works_for_longer_than_the_30_days_that_the_law_asks_for() -> None:
    assert timedelta(days=30) < LASTS


def test_another_installation_did_not_sign_it() -> None:
    with pytest.raises(LinkNotOurs):
        read("other secret", sign("secret", ANA, NOW), NOW)


@given(st.data())
def test_whatever_is_changed_in_a_token_it_is_ours_no_more(data: st.DataObject) -> None:
    token = sign("secret", ANA, NOW + LASTS)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.text(max_size=3).filter(lambda text: text != token[place]))
    with pytest.raises(LinkNotOurs):
        read("secret", token[:place] + other + token[place + 1 :], NOW)
