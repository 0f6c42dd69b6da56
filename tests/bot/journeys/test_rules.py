from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bot.documents import Faults, parse
from bot.domain.consent import Purpose
from bot.domain.errors import ContentError
from bot.domain.privacy import RequestKind
from bot.domain.sending_rules import SendingRules
from bot.journeys.rules import REVOCATION_WORDS, read_rules

SHIPPED = Path(__file__).parents[3] / "journeys" / "rules"
NOW = datetime(2026, 11, 24, tzinfo=UTC)

STOP = """\
keywords:
  - {id: stop, jurisdiction: US, means: stop, language: en, from: 2025-04-11, source: a law,
     words: [stop, quit, end, revoke, opt out, cancel, unsubscribe]}
"""


def faults_of(text: str, *, with_stop_words: bool = True) -> list[str]:
    documents = [parse("journeys/rules/a.yml", text)]
    if with_stop_words:
        documents.append(parse("journeys/rules/opt_out.yml", STOP))
    with pytest.raises(ContentError) as caught:
        read_rules(documents)
    return [str(fault) for fault in caught.value.faults]


@pytest.fixture(scope="module")
def shipped() -> SendingRules:
    return read_rules(parse(str(path), path.read_text(encoding="utf-8")) for path in sorted(SHIPPED.glob("*.yml")))


def test_a_wrong_number_needs_a_phrase_with_words_in_it() -> None:
    row = "wrong_number: [{id: a, jurisdiction: default, language: en, from: 2026-01-01, source: x"
    [fault] = faults_of(f"{row}}}]")
    assert "a wrong number is told by phrases for a number, an address or a person. Write number: [wrong" in fault
    assert '"{name}" has no word in it.' in " ".join(faults_of(f'{row}, person: ["{{name}}"]}}]'))


# ---------------------------------------------------------------- the rules that come with Overture


@pytest.mark.parametrize("word", REVOCATION_WORDS)
@pytest.mark.parametrize("dress", ["{}", "{}!", " {} ", "🛑{}🛑", "“{}”."])
def test_each_of_the_seven_revocation_words_stops(shipped: SendingRules, word: str, dress: str) -> None:
    for text in (word, word.upper(), word.title()):
        assert shipped.keyword(dress.format(text)) == "stop"


@pytest.mark.parametrize(
    "text",
    [
        "STOPALL",
        "optout",
        "opt-out",
        "Stopp",
        "Abmelden",
        "ARRÊT",
        "désabonner",
        "Désabonnez-moi !",
        "STOP PUB",
        "BAJA",
        "Alto",
        "cancelar",
    ],
)
def test_the_words_of_carriers_and_other_languages_stop(shipped: SendingRules, text: str) -> None:
    assert shipped.keyword(text) == "stop"


@pytest.mark.parametrize(
    "text",
    [
        "🛑",
        "🖕",
        "⛔️",
        "🚫🚫",
        "🔕",
        "DNC",
        "halt!",
        "Do not call me",
        "don't call me",
        "dont text me",
        "take me off your list",
        "Remove my number.",
    ],
)
def test_plain_refusals_and_signs_stop_whatever_the_assistant_has_learnt(shipped: SendingRules, text: str) -> None:
    assert shipped.keyword(text) == "stop"


@pytest.mark.parametrize("text", ["🙂", "👎", "✋", "don't call me before nine", "remove my number from the quote"])
def test_what_is_no_plain_refusal_is_left_to_who_reads_sentences(shipped: SendingRules, text: str) -> None:
    assert shipped.keyword(text) is None


def test_start_and_help_are_there_and_yes_is_an_answer(shipped: SendingRules) -> None:
    assert shipped.keyword("START") == shipped.keyword("unstop") == "start"
    assert shipped.keyword("help") == shipped.keyword("Hilfe") == "help"
    for answer in ("yes", "no", "ok", "next week works", "now", "please don't text me any more"):
        assert shipped.keyword(answer) is None


def test_spanish_has_a_pair_of_words_for_stopping_and_beginning_again(shipped: SendingRules) -> None:
    for stopping in ("BAJA", "Darme de baja", "denme de baja!", "desuscribirme", "No molestar"):
        assert shipped.keyword(stopping) == "stop"
    assert shipped.keyword("ALTA") == "start"
    assert shipped.keyword("quiero darme de alta") is None


def test_texts_to_the_united_states_keep_the_federal_hours(shipped: SendingRules) -> None:
    for channel in ("sms", "whatsapp", "voice"):
        (row,) = shipped.hours_for("US", channel, NOW)
        window = row.window
        assert (window.opens, window.closes, window.zone) == (time(8), time(21), "person")


def test_states_that_are_stricter_have_hours_of_their_own(shipped: SendingRules) -> None:
    federal, florida = (one.window for one in shipped.hours_for("US", "sms", NOW, states={"US-FL"}))
    assert (federal.closes, florida.opens, florida.closes) == (time(21), time(8), time(20))
    _, texas = (one.window for one in shipped.hours_for("US", "sms", NOW, states={"US-TX"}))
    assert (texas.opens, sorted(texas.days)) == (time(9), [0, 1, 2, 3, 4, 5])
    assert len(shipped.hours_for("US", "sms", NOW, states={"US-CA"})) == 1


def test_a_state_that_there_is_not_is_a_fault() -> None:
    [fault] = faults_of(
        "sending_hours: [{id: a, jurisdiction: US-FA, channels: sms, "
        "hours: '08:00-20:00', from: 2026-01-01, source: x}]"
    )
    assert '"US-FA" is no state of the United States. Write US- and its two letters, such as US-FL.' in fault


def test_other_countries_have_the_house_hours_and_the_web_has_none(shipped: SendingRules) -> None:
    (row,) = shipped.hours_for("GB", "sms", NOW)
    assert (row.window.opens, row.window.closes) == (time(9), time(20))
    assert shipped.hours_for("GB", "webchat", NOW) == ()


def test_marketing_by_text_is_capped(shipped: SendingRules) -> None:
    (cap,) = shipped.caps_for(Purpose.MARKETING, "GB", "sms", NOW)
    assert (cap.at_most, cap.within.days) == (3, 7)


def test_every_shipped_row_says_where_it_comes_from(shipped: SendingRules) -> None:
    for row in (*shipped.hours, *shipped.caps, *shipped.keywords):
        assert row.source
        assert row.starts <= NOW.date()


# ---------------------------------------------------------------- faults


def test_no_installation_does_without_the_revocation_words() -> None:
    (fault,) = faults_of(STOP.replace("quit, ", ""), with_stop_words=False)
    assert '"quit" means stop' in fault


def test_where_there_are_no_words_at_all_it_is_told_once_where_to_begin() -> None:
    assert faults_of("caps: []\n", with_stop_words=False) == [
        "journeys/rules/a.yml:1:1: no rule says which words mean stop. "
        "Begin with Overture's own journeys/rules/opt_out.yml."
    ]


def test_a_revocation_word_may_not_be_retired() -> None:
    assert len(faults_of(STOP.replace("source:", "to: 2026-01-01, source:"), with_stop_words=False)) == 7


def test_all_faults_are_told_at_once_with_their_places() -> None:
    text = """\
sending_hours:
  - id: us
    jurisdiction: usa
    channels: [sms]
    hours: "8-21"
    from: '2025-13-01'
    source: a law
  - id: us
    jurisdiction: US
    channels: sms
    hours: "08:00-21:00"
    days: mon-sut
    from: 2025-01-01
    to: 2024-01-01
caps:
  - id: weekly
    jurisdiction: US
    purpose: marketting
    channels: [sms]
    at_most: many
    within: 7 dys
    from: 2026-01-01
    source: house
hors: []
"""
    places = [fault.split(": ")[0].removeprefix("journeys/rules/a.yml:") for fault in faults_of(text)]
    lines = [int(place.split(":")[0]) for place in places]
    assert lines == [3, 5, 6, 8, 8, 12, 14, 18, 20, 20, 21, 24]


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[]", "must be a mapping"),
        ("caps: 5", '"caps" must be a list'),
        ("caps: [5]", 'must be a mapping of names to values, not "5"'),
        ("hors: []", 'has no "hors"'),
        ("keywords: [{id: a, jurisdiction: US, means: stop, language: en, from: 2026-01-01, source: x, words: ['!']}]",
         "has no letter"),
        ("keywords: [{id: a, jurisdiction: US, means: stopp, language: en, from: 2026-01-01, source: x, words: [a]}]",
         'Did you mean "stop"?'),
        ("caps: [{id: a, jurisdiction: default, purpose: marketing, channels: sms, at_most: 3, within: 7d, source: x}]",
         'lacks "from"'),
        ("caps: [{id: a, jurisdiction: default, purpose: marketing, channels: sms, at_most: 3, within: 7d, "
         "from: 2026-01-01}]", 'lacks "source"'),
    ],
)  # fmt: skip
def test_a_fault_says_what_to_do(text: str, part: str) -> None:
    assert any(part in fault for fault in faults_of(text))


def test_two_caps_on_the_same_messages_are_refused() -> None:
    row = (
        "{{id: {}, jurisdiction: default, purpose: marketing, channels: sms, "
        "at_most: 3, within: 7d, from: {}, source: x}}"
    )
    both = f"caps: [{row.format('a', '2026-01-01')}, {row.format('b', '2026-06-01')}]"
    assert any('"a" hold for the same messages' in fault for fault in faults_of(both))


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [("default", "US", False), ("US", "GB", False), ("US", "US", True), ("default", "default", True)],
)
def test_a_country_may_have_a_cap_of_its_own_beside_the_one_for_everywhere_else(
    first: str, second: str, refused: bool
) -> None:
    rows = ", ".join(
        f"{{id: {name}, jurisdiction: {where}, purpose: marketing, channels: sms, at_most: 3, within: 7d, "
        "from: 2026-01-01, source: x}"
        for name, where in (("a", first), ("b", second))
    )
    if refused:
        (fault,) = faults_of(f"caps: [{rows}]")
        assert '"a" hold for the same messages' in fault
    else:
        rules = read_rules(
            [parse("journeys/rules/a.yml", f"caps: [{rows}]"), parse("journeys/rules/opt_out.yml", STOP)]
        )
        assert [cap.jurisdiction for cap in rules.caps] == [first, second]


def test_a_date_in_quotes_is_a_date() -> None:
    text = STOP.replace("2025-04-11", "'2025-04-11'")
    rules = read_rules([parse("journeys/rules/opt_out.yml", text)])
    assert rules.keywords[0].starts == date(2025, 4, 11)


def test_a_cap_for_a_channel_that_is_not_there_is_refused() -> None:
    text = (
        "caps:\n  - {id: a, jurisdiction: default, purpose: marketing, channels: [webchat, smss], at_most: 3,\n"
        "     within: 7d, from: 2026-01-01, source: ours}\n"
    )
    hours = (
        "sending_hours:\n  - {id: b, jurisdiction: US, channels: [voice], hours: '08:00-21:00', from: 2026-01-01,\n"
        "     source: a law}\n"
    )
    documents = [parse("journeys/rules/a.yml", text + hours), parse("journeys/rules/opt_out.yml", STOP)]
    with pytest.raises(ContentError) as caught:
        read_rules(documents, {"sms", "webchat"})
    assert [str(fault) for fault in caught.value.faults] == [
        'journeys/rules/a.yml:2:76: there is no channel "smss". Did you mean "sms"?'
    ]
    assert read_rules(documents).caps[0].channels == {"webchat", "smss"}


# ---------------------------------------------------------------- how consent comes about


def test_consent_to_mail_is_confirmed_in_germany_and_not_in_the_united_states(shipped: SendingRules) -> None:
    german = shipped.consent_rule(Purpose.MARKETING, "DE", "email", NOW)
    assert german is not None
    assert german.confirm_within == timedelta(days=7)
    assert german.soft_opt_in
    assert shipped.consent_rule(Purpose.MARKETING, "US", "email", NOW) is None
    british = shipped.consent_rule(Purpose.MARKETING, "GB", "sms", NOW)
    assert british is not None
    assert (british.soft_opt_in, british.confirm_within) == (True, None)


@pytest.mark.parametrize("answer", ["Yes!", "JA", "oui", "Sí.", "نعم"])
def test_a_yes_confirms_and_is_no_keyword(shipped: SendingRules, answer: str) -> None:
    assert shipped.confirms(answer)
    assert shipped.keyword(answer) is None
    assert not shipped.confirms(f"{answer} but not today")


def test_rules_of_consent_that_cannot_hold_are_refused() -> None:
    row = "jurisdiction: DE, purpose: marketing, channels: [email], from: 2026-01-01, source: s"
    late = f"consent:\n  - {{id: a, {row}, confirm_within: 1d, remind_after: 2d, soft_opt_in: maybe}}\n"
    reminder, soft = sorted(faults_of(late), key=lambda one: "soft" in one)
    assert "the reminder would come when nothing can be confirmed any more" in reminder
    assert '"soft_opt_in" is no yes or no' in soft
    twice = f"consent:\n  - {{id: a, {row}}}\n  - {{id: b, {row}}}\n"
    assert "hold for the same consent" in faults_of(twice)[0]


def test_what_people_ask_for_is_due_within_a_month_and_by_the_rules_of_their_country(shipped: SendingRules) -> None:
    assert shipped.time_for(RequestKind.ACCESS, "GB", NOW) == timedelta(days=28)
    assert shipped.time_for(RequestKind.ERASURE, "US", NOW) == timedelta(days=45)
    assert shipped.time_for(RequestKind.OBJECTION, "DE", NOW) == timedelta(days=1)
    assert SendingRules().time_for(RequestKind.ACCESS, "GB", NOW) == timedelta(days=28)


# ---------------------------------------------------------------- what is asked of who opts out


def test_what_is_asked_of_who_opts_out_is_a_dated_row(shipped: SendingRules) -> None:
    rule = shipped.opt_out_rule("US", NOW)
    assert rule is not None
    assert (rule.ask_scope_within, rule.hold) == (timedelta(days=1), timedelta(days=3))
    assert shipped.opt_out_rule("US", datetime(2024, 4, 3, tzinfo=UTC)) is None
    assert shipped.answers("No!") == {"deny"}
    assert shipped.answers(" JA ") == {"confirm"}
    assert shipped.answers("1") == {"only_here"}
    assert shipped.answers("no, next week") == frozenset()
    assert shipped.keyword("1") is None


def test_a_faulty_rule_on_opt_outs_is_told_where_it_stands() -> None:
    row = "{{id: {}, jurisdiction: US, from: 2025-01-01, source: a law, {}}}"
    (missing,) = faults_of(f"opt_outs: [{row.format('a', 'ask_scope_within: 1d')}]")
    assert "hold" in missing
    (twice,) = faults_of(f"opt_outs: [{row.format('a', 'hold: 1d')}, {row.format('b', 'hold: 2d')}]")
    assert 'this rule and "a" hold for the same opt-outs' in twice


def test_a_cap_for_a_channel_whose_connector_is_not_loaded_is_no_fault_and_told() -> None:
    text = (
        "caps:\n  - {id: a, jurisdiction: default, purpose: marketing, channels: [whatsapp, smss], at_most: 3,\n"
        "     within: 7d, from: 2026-01-01, source: ours}\n"
    )
    documents = [parse("journeys/rules/a.yml", text), parse("journeys/rules/opt_out.yml", STOP)]
    warnings = Faults()
    with pytest.raises(ContentError) as caught:
        read_rules(documents, {"webchat"}, left_out=lambda: {"sms", "whatsapp"}, warnings=warnings)
    assert [fault.message for fault in caught.value.faults] == ['there is no channel "smss".']
    assert [str(one) for one in warnings.in_order()] == [
        'journeys/rules/a.yml:2:67: this installation has no channel "whatsapp", so the rule does nothing there. '
        "Add its connector to OVERTURE_CONNECTORS, or leave the channel out here."
    ]


def test_links_are_followed_only_where_a_row_of_the_country_says_so(shipped: SendingRules) -> None:
    row = "{{id: {0}, jurisdiction: {1}, channels: [sms], followed: {2}, from: 2026-01-01, source: a house rule}}"
    rows = f"links: [{row.format('all', 'default', 'true')}, {row.format('france', 'FR', 'false')}]"
    read = read_rules([parse("journeys/rules/a.yml", rows), parse("journeys/rules/opt_out.yml", STOP)])
    followed = [read.follows_links(*of, NOW) for of in (("GB", "sms"), ("FR", "sms"), ("GB", "email"))]
    assert followed == [True, False, False]
    (fault,) = faults_of("links: [{id: a, jurisdiction: default, channels: [sms], from: 2026-01-01, source: x}]")
    assert "Write followed: true where it may be noted who opens a link." in fault
    assert not any(map(shipped.may_follow_links, ("sms", "whatsapp", "email"))), "until somebody says so"


def test_a_row_names_the_source_that_pages_are_told_of_followed_links() -> None:
    row = "{{id: {0}, jurisdiction: {1}, channels: [sms], followed: {2}, utm_source: us, from: 2026-01-01, source: x}}"
    read = read_rules([parse("a.yml", f"links: [{row.format('all', 'default', 'true')}]"), parse("b.yml", STOP)])
    assert [read.utm_source("GB", channel, NOW) for channel in ("sms", "email")] == ["us", ""]
    (fault,) = faults_of(f"links: [{row.format('all', 'default', 'false')}]")
    assert "Write followed: true, or leave utm_source out." in fault


def test_a_retention_rule_deletes_only_where_it_says_so() -> None:
    row = "{{id: {}, jurisdiction: default, data: [feeds], keep: 60d, from: 2026-01-01, source: ours{}}}"
    rows = f"retention: [{row.format('a', '')}, {row.format('b', ', deletes: true')}]"
    read = read_rules([parse("journeys/rules/opt_out.yml", STOP), parse("journeys/rules/a.yml", rows)])
    assert [one.deletes for one in read.retention] == [False, True]
    (fault,) = faults_of(f"retention: [{row.format('a', ', deletes: later')}]")
    assert '"deletes" must be true or false' in fault


def test_nothing_that_comes_along_deletes(shipped: SendingRules) -> None:
    assert shipped.retention
    assert not any(one.deletes for one in shipped.retention)


@pytest.mark.parametrize("channel", ["sms", "smss"])
@pytest.mark.parametrize("kind", ['sending_hours: [{hours: "08:00-21:00"', "consent: [{purpose: marketing"])
def test_law_for_a_channel_that_nobody_has_is_warned_of(kind: str, channel: str) -> None:
    row = f"{kind}, id: a, jurisdiction: GB, channels: [{channel}], from: 2026-01-01, source: x}}]"
    documents = [parse("journeys/rules/a.yml", row), parse("journeys/rules/opt_out.yml", STOP)]
    warnings = Faults()
    read_rules(documents, {"webchat"}, left_out=lambda: {"sms"}, warnings=warnings)
    told = [str(one) for one in warnings.in_order() if "channel" in one.message]
    assert bool(told) is (channel == "smss")
    assert all('there is no channel "smss" so far, so the rule does nothing there.' in one for one in told)
