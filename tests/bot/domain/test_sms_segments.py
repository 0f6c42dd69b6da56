"""SMS segments: the alphabet, the units and the parts of a text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.sms_segments import (
    BASIC,
    EXTENSION,
    SUBSTITUTES,
    Encoding,
    in_gsm_7,
    segments_of,
)

GSM_7 = "".join(sorted(BASIC | EXTENSION))
MIXED = st.text(st.sampled_from(GSM_7) | st.sampled_from("’“–…ç\u00a0世😀👍") | st.characters(), max_size=400)


@pytest.mark.parametrize(
    ("text", "encoding", "units", "count"),
    [
        ("", Encoding.GSM_7, 0, 0),
        ("a" * 160, Encoding.GSM_7, 160, 1),
        ("a" * 161, Encoding.GSM_7, 161, 2),
        ("a" * 306, Encoding.GSM_7, 306, 2),
        ("a" * 307, Encoding.GSM_7, 307, 3),
        ("€" * 80, Encoding.GSM_7, 160, 1),
        ("€" * 81, Encoding.GSM_7, 162, 2),
        ("’" * 70, Encoding.UCS_2, 70, 1),
        ("’" * 71, Encoding.UCS_2, 71, 2),
        ("’" * 134, Encoding.UCS_2, 134, 2),
        ("’" * 135, Encoding.UCS_2, 135, 3),
        ("a" * 159 + "’", Encoding.UCS_2, 160, 3),
        ("😀" * 35, Encoding.UCS_2, 70, 1),
        ("😀" * 36, Encoding.UCS_2, 72, 2),
        ("Grüße, señor: ÄÖÜ ß à é Ç Ω", Encoding.GSM_7, 27, 1),
        ("garçon", Encoding.UCS_2, 6, 1),
        ("a\tb", Encoding.UCS_2, 3, 1),
    ],
)
def test_a_text_is_counted_as_carriers_count_it(text: str, encoding: Encoding, units: int, count: int) -> None:
    segments = segments_of(text)
    assert (segments.encoding, segments.units, segments.count) == (encoding, units, count)


def test_gsm_7_has_127_characters_and_ten_more_behind_an_escape() -> None:
    assert len(BASIC) == 127
    assert len(EXTENSION) == 10
    assert not BASIC & EXTENSION


def test_an_extension_character_is_not_divided_from_its_escape() -> None:
    segments = segments_of("a" * 152 + "€" + "b" * 10)
    assert segments.units == 164
    assert segments.parts == ("a" * 152, "€" + "b" * 10)


def test_the_halves_of_an_emoji_stay_together() -> None:
    assert segments_of("’" * 66 + "😀" + "b" * 10).parts == ("’" * 66, "😀" + "b" * 10)


def test_a_segment_that_ends_early_may_cost_one_more() -> None:
    # 306 units would fill two segments of 153 exactly, were none of them one of a pair at the border.
    segments = segments_of("a" * 152 + "€" + "b" * 152)
    assert segments.units == 306
    assert segments.count == 3


def test_the_characters_that_cost_the_alphabet_are_named_once_and_in_order() -> None:
    assert segments_of("It’s “new” – isn’t it?").beyond_gsm_7 == ("’", "“", "”", "–")


@given(MIXED)
def test_segments_lose_nothing_and_none_is_too_long(text: str) -> None:
    segments = segments_of(text)
    assert "".join(segments.parts) == text
    assert all(segments.parts)
    room = {Encoding.GSM_7: (160, 153), Encoding.UCS_2: (70, 67)}[segments.encoding][segments.count > 1]
    assert all(_units(part, segments.encoding) <= room for part in segments.parts)
    assert segments.units == sum(_units(part, segments.encoding) for part in segments.parts)


@given(MIXED)
def test_no_segment_could_have_taken_one_character_more(text: str) -> None:
    segments = segments_of(text)
    room = 153 if segments.encoding is Encoding.GSM_7 else 67
    for part, following in zip(segments.parts, segments.parts[1:], strict=False):
        assert _units(part + following[0], segments.encoding) > room


@given(MIXED)
def test_ucs_2_is_used_for_what_gsm_7_lacks_and_only_then(text: str) -> None:
    segments = segments_of(text)
    assert set(segments.beyond_gsm_7) == set(text) - BASIC - EXTENSION
    assert (segments.encoding is Encoding.UCS_2) == bool(segments.beyond_gsm_7)


@given(MIXED)
def test_a_substituted_text_is_gsm_7_and_stays_as_it_is(text: str) -> None:
    plain = in_gsm_7(text)
    if plain is not None:
        assert segments_of(plain).encoding is Encoding.GSM_7
        assert in_gsm_7(plain) == plain


@given(st.text(st.sampled_from(GSM_7)))
def test_what_is_gsm_7_needs_no_substitute(text: str) -> None:
    assert in_gsm_7(text) == text


def test_typographic_characters_have_plain_substitutes() -> None:
    assert in_gsm_7("“It’s…\u00a0here” – now\u200b") == '"It\'s... here" - now'
    assert in_gsm_7("cafe\u0301") == "café"


def test_letters_and_emoji_are_not_replaced() -> None:
    assert in_gsm_7("garçon") is None
    assert in_gsm_7("Hi 😀") is None


def test_every_substitute_is_for_a_character_that_gsm_7_lacks() -> None:
    assert not set(SUBSTITUTES) & (BASIC | EXTENSION)
    assert all(set(plain) <= BASIC for plain in SUBSTITUTES.values())


def _units(text: str, encoding: Encoding) -> int:
    if encoding is Encoding.UCS_2:
        return len(text.encode("utf-16-be", "surrogatepass")) // 2
    return sum(2 if character in EXTENSION else 1 for character in text)
