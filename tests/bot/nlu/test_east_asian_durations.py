from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu import east_asian_durations
from bot.nlu.east_asian_durations import find_east_asian_durations
from bot.nlu.measures import find_measures
from bot.nlu.numerals import read_numerals

DURATIONS = {
    "30分钟": "PT30M",
    "半小时": "PT30M",
    "半個鐘頭": "PT30M",
    "一刻钟": "PT15M",
    "两个小时": "PT2H",
    "一个半小时": "PT1.5H",
    "两小时三十分钟": "PT150M",
    "二十四小时": "PT24H",
    "三天": "P3D",
    "两三天": "P2.5D",
    "3到5天": "P4D",
    "两个星期": "P2W",
    "三周": "P3W",
    "三个月": "P3M",
    "一个半月": "P1.5M",
    "两个季度": "P6M",
    "一年半": "P1.5Y",
    "半年": "P6M",
    "1時間半": "PT1.5H",
    "2時間30分": "PT150M",
    "２時間": "PT2H",
    "2〜3時間": "PT2.5H",
    "2、3日間": "P2.5D",
    "3日間": "P3D",
    "2週間": "P2W",
    "3か月": "P3M",
    "六ヶ月": "P6M",
    "1年間": "P1Y",
    "두 시간": "PT2H",
    "2시간 30분": "PT150M",
    "1시간 반": "PT1.5H",
    "두세 시간": "PT2.5H",
    "삼십 분": "PT30M",
    "반 시간": "PT30M",
    "2주": "P2W",
    "세 달": "P3M",
    "육 개월": "P6M",
    "1년": "P1Y",
    "일주일": "P7D",
    "이틀": "P2D",
}

WITHIN = {
    "请给我30分钟可以吗": "30分钟",
    "30分左右": "30分",
    "30分のデモをお願いします": "30分",
    "10分ほどお時間いただけますか": "10分",
    "3日以内に届きますか": "3日",
    "三日待っています": "三日",
    "30분짜리 데모": "30분",
    "20분밖에 없어요": "20분",
    "2시간만 주세요": "2시간",
    "3일 동안 써볼게요": "3일",
    "계약은 1년인가요?": "1년",
}

NO_DURATIONS = [
    *("一分钟", "稍等一秒", "十分感谢", "打30分", "10分享", "百分之三十", "三分之一", "分享三点", "部分"),
    *("三天前", "三年前", "第三天", "有一天", "一天两次", "三天两头", "三周年", "三年级", "三星期货"),
    *("上半年", "下半年", "等了半天", "2026年", "85年", "10月3日", "3月", "24小时营业", "今天天气"),
    *("3日", "3時", "10時30分に", "3分の1", "三分の一", "10分割払い", "十分です", "24時間対応", "3時間目", "3年前"),
    *(
        "두 시",
        "3일 전",
        "하루에 두 번",
        "두 분이요",
        "10월 3일",
        "24시간 상담",
        "영업일 기준 3일 이내",
        "시간이 없어요",
        "분위기",
        "이 분",
    ),
]


def found(text: str) -> list[tuple[str, object]]:
    return [(one.text, one.value) for one in find_measures(read_numerals(text)) if one.name == "duration"]


@pytest.mark.parametrize(("text", "value"), DURATIONS.items())
def test_a_duration_is_a_number_of_units(text: str, value: str) -> None:
    assert found(text) == [(text, value)]


@pytest.mark.parametrize(("text", "words"), WITHIN.items())
def test_it_is_found_where_no_blank_is_around_it(text: str, words: str) -> None:
    assert [one for one, _ in found(text)] == [words]


@pytest.mark.parametrize("text", NO_DURATIONS)
def test_points_dates_rates_and_parts_of_words_are_none(text: str) -> None:
    assert found(text) == []


def test_the_ends_of_a_range_are_told() -> None:
    assert [one.ends for one in find_east_asian_durations("两三天，3〜5日間，3~5일 정도")] == [
        {"from": 2, "to": 3},
        {"from": 3, "to": 5},
        {"from": 3, "to": 5},
    ]


def test_a_text_in_other_letters_is_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    for pattern in ("_WITH_NUMBER", "_HALF", "_BARE_MINUTES", "_KOREAN"):
        monkeypatch.delattr(east_asian_durations, pattern)
    assert list(find_east_asian_durations("half an hour on 3 May at 10:30, or 2 weeks; für 30 Minuten " * 20)) == []


@given(
    st.text(
        alphabet="一二三两十百半个個小时間时天日周週月年分钟秒的到〜0159、. 시간분일주년개월두세반하루", max_size=40
    )
)
def test_any_mix_can_be_searched(text: str) -> None:
    lengths = sorted(find_east_asian_durations(text), key=lambda one: one.start)
    for one in lengths:
        assert 0 <= one.start < one.end <= len(text)
        assert one.amount >= 0
    assert all(one.end <= other.start for one, other in pairwise(lengths))
