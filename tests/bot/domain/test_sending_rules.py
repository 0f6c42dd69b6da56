from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.consent import Purpose
from bot.domain.send_window import SendWindow
from bot.domain.sending_rules import FrequencyCap, Keywords, Meaning, OptOutWords, SendingHours, SendingRules

OLD, NEW, HOUSE = SendWindow(time(9), time(21)), SendWindow(time(8), time(21)), SendWindow(time(9), time(20))
STATE = SendWindow(time(8), time(20))
TEXTS = frozenset({"sms", "whatsapp"})
SINCE = date(2026, 1, 1)


def hours(name: str, where: str, starts: date, ends: date | None, window: SendWindow) -> SendingHours:
    return SendingHours(name, where, starts, ends, "a law", channels=TEXTS, window=window)


def words(name: str, meaning: Meaning, *of: str, ends: date | None = None) -> Keywords:
    return Keywords(name, "default", SINCE, ends, "a law", meaning=meaning, language="en", words=of)


RULES = SendingRules(
    hours=(
        hours("us-old", "US", date(2000, 1, 1), date(2025, 12, 31), OLD),
        hours("us-new", "US", date(2026, 1, 1), None, NEW),
        hours("us-more", "US", date(2027, 1, 1), None, STATE),
        hours("house", "default", date(2000, 1, 1), None, HOUSE),
    ),
    caps=(
        FrequencyCap(
            "weekly", "default", SINCE, None, "house", purpose=Purpose.MARKETING, channels=frozenset({"sms"}),
            at_most=3, within=timedelta(days=7),
        ),
        FrequencyCap(
            "daily", "US", date(2026, 7, 1), date(2026, 12, 31), "a law", purpose=Purpose.MARKETING,
            channels=frozenset({"sms"}), at_most=1, within=timedelta(days=1),
        ),
    ),
    keywords=(
        words("stop", "stop", "stop", "quit", "opt out", "arrêt", "kündigen"),
        words("start", "start", "start"),
        words("help", "help", "help", "info"),
        words("over", "stop", "halt", ends=date(2026, 6, 1)),
        words("both", "help", "stop"),
    ),
)  # fmt: skip


def on(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(tzinfo=UTC)


def windows_of(rows: tuple[SendingHours, ...]) -> tuple[SendWindow, ...]:
    return tuple(row.window for row in rows)


@pytest.mark.parametrize(
    ("country", "day", "windows"),
    [
        ("US", "2025-12-31", (OLD,)),
        ("US", "2026-01-01", (NEW,)),
        ("US", "2027-01-01", (NEW, STATE)),
        ("GB", "2026-01-01", (HOUSE,)),
        ("", "2026-01-01", (HOUSE,)),
    ],
)
def test_the_hours_are_those_of_the_country_on_that_day(
    country: str, day: str, windows: tuple[SendWindow, ...]
) -> None:
    assert windows_of(RULES.hours_for(country, "sms", on(day))) == windows


def test_a_country_whose_rows_are_over_has_the_hours_of_everywhere_else() -> None:
    assert RULES.hours_for("US", "sms", on("1999-12-31")) == ()
    only_old = SendingRules(hours=(RULES.hours[0], RULES.hours[3]))
    assert windows_of(only_old.hours_for("US", "sms", on("2026-01-01"))) == (HOUSE,)


def test_a_channel_without_rules_has_no_hours() -> None:
    assert RULES.hours_for("US", "webchat", on("2026-01-01")) == ()


def test_a_cap_holds_for_its_purpose_and_channel_only() -> None:
    (cap,) = RULES.caps_for(Purpose.MARKETING, "GB", "sms")
    assert (cap.at_most, cap.within) == (3, timedelta(days=7))
    assert RULES.caps_for(Purpose.SERVICE, "GB", "sms") == ()
    assert RULES.caps_for(Purpose.MARKETING, "GB", "webchat") == ()
    assert RULES.caps_for(Purpose.MARKETING, "GB", "sms", on("2025-12-31")) == ()


@pytest.mark.parametrize(
    ("country", "day", "cap"),
    [
        ("US", "2026-06-30", "weekly"),
        ("US", "2026-07-01", "daily"),
        ("US", "2027-01-01", "weekly"),
        ("GB", "2026-07-01", "weekly"),
    ],
)
def test_a_countrys_own_cap_takes_the_place_of_the_one_for_everywhere_else(country: str, day: str, cap: str) -> None:
    (found,) = RULES.caps_for(Purpose.MARKETING, country, "sms", on(day))
    assert found.id == cap


def test_the_rows_of_a_state_hold_beside_those_of_its_country() -> None:
    [weekly, daily] = RULES.caps
    rules = replace(
        RULES,
        hours=(*RULES.hours, hours("florida", "US-FL", SINCE, None, STATE)),
        caps=(weekly, replace(daily, id="florida", jurisdiction="US-FL")),
    )
    there, day = {"US-FL"}, on("2026-08-01")
    assert windows_of(rules.hours_for("US", "sms", day, states=there)) == (NEW, STATE)
    assert windows_of(rules.hours_for("US", "sms", day, states={"US-TX"})) == (NEW,)
    assert [cap.id for cap in rules.caps_for(Purpose.MARKETING, "US", "sms", day, states=there)] == [
        "weekly",
        "florida",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "stop", "STOP", "Stop.", " stop! ", "s t o p", "S.T.O.P", "«stop»", "🛑 STOP 🛑", "stop\n", "stop\u200b",
        "ＳＴＯＰ", "Ⓢⓣⓞⓟ", "stop stop STOP", "stop, quit!", "opt out", "OPT-OUT", "optout", "opt\nout", "Arrêt",
        "ARRET", "Kündigen", "kündigen", "ST0P", "5TOP!", "S\u0422\u041eP", "0pt 0ut",
    ],
)  # fmt: skip
def test_a_stop_word_is_known_in_any_dress(text: str) -> None:
    assert RULES.keyword(text) == "stop"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "🛑",
        "!!!",
        "stopping by",
        "don't stop",
        "stop by at noon",
        "nonstop",
        "help stop",
        "opt",
        "halt",
        "yes",
    ],
)
def test_a_message_that_says_more_or_less_is_no_keyword(text: str) -> None:
    assert RULES.keyword(text) is None


@pytest.mark.parametrize(
    ("text", "meaning"),
    [("🛑", "stop"), ("🛑🛑 !!", "stop"), ("🛑\ufe0f", "stop"), ("🙂", None), ("🛑🙂", None), ("🛑 help", "help")],
)
def test_a_sign_is_a_word_where_nothing_else_is_said(text: str, meaning: Meaning | None) -> None:
    rules = replace(RULES, keywords=(*RULES.keywords, words("sign", "stop", "🛑")))
    assert rules.keyword(text) == meaning


def test_start_and_help_are_known_too() -> None:
    assert RULES.keyword("Start!") == "start"
    assert RULES.keyword("INFO?") == "help"


def test_where_two_rows_disagree_stopping_wins() -> None:
    assert RULES.keyword("stop") == "stop"
    reversed_rows = SendingRules(keywords=tuple(reversed(RULES.keywords)))
    assert reversed_rows.keyword("stop") == "stop"


def test_a_number_is_no_stop_word_that_looks_like_it() -> None:
    """TD stops in Chinese, and 7d is a week."""
    assert replace(RULES, keywords=(replace(RULES.keywords[0], words=("td",)),)).keyword("7d") is None


def test_a_very_long_message_is_no_keyword() -> None:
    assert RULES.keyword("stop " * 30) == "stop"
    assert RULES.keyword("stop " * 100) is None
    assert RULES.keyword("stop" + " " * 100_000) is None


@given(
    word=st.sampled_from(["stop", "quit", "opt out"]),
    upper=st.lists(st.booleans(), min_size=7, max_size=7),
    before=st.text(alphabet=" .,!?*-_'\"()🛑😡\n\t\u200d\ufe0f", max_size=6),
    between=st.sampled_from(["", " ", ".", "-"]),
    after=st.text(alphabet=" .,!?*-_'\"()🛑😡\n\t\u200d\ufe0f", max_size=6),
)
def test_case_spacing_punctuation_and_emoji_never_hide_a_stop(
    word: str, upper: list[bool], before: str, between: str, after: str
) -> None:
    dressed = between.join(letter.upper() if big else letter for letter, big in zip(word, upper, strict=False))
    assert RULES.keyword(before + dressed + after) == "stop"


@given(st.text())
def test_any_text_has_an_answer(text: str) -> None:
    assert RULES.keyword(text) in (None, "stop", "start", "help")


@pytest.mark.parametrize(
    ("text", "stops"),
    [
        ("por favor quiero darme de baja", True),
        ("STOP", True),
        ("DARME DE BAJA!!!", True),
        ("пожалуйста, отпишите меня", True),
        ("¿cómo darme de baja?", False),
        ("¿puedo darme de baja?", True),
        ("Gracias. ¿Y mi pedido? Quiero darme de baja.", True),
        ("no más de sus ofertas", True),
        ("de sus ofertas no más", True),
        ("no más preguntas sobre sus ofertas", False),
        ("quiero cancelar mi cita", False),
        ("la temporada baja", False),
        ("", False),
    ],
)
def test_a_sentence_that_nothing_else_reads_is_searched_for_phrases_that_stop(text: str, stops: bool) -> None:
    row = OptOutWords(
        "es",
        "default",
        date(2026, 1, 1),
        None,
        "a test",
        "es",
        say=("no más",),
        of=("sus ofertas",),
        words=("darme de baja", "отпишите"),
        unless=("preguntas",),
        asked=("puedo",),
    )
    whole = Keywords("en", "default", date(2026, 1, 1), None, "a test", "stop", "en", ("stop", "cancelar", "baja"))
    assert SendingRules(keywords=(whole,), opt_out_words=(row,)).asks_to_stop(text) is stops
