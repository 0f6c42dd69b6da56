"""What is over, in Chinese, Japanese and Korean; said on Wednesday, 25 November 2026, at ten in Tokyo."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.nlu import east_asian_past_times
from bot.nlu.past_times import find_past_times

SAID_AT = datetime(2026, 11, 25, 1, tzinfo=UTC)
TOKYO = ZoneInfo("Asia/Tokyo")

OVER = {
    "我昨天下午三点打过电话": ("昨天", "2026-11-24", "day"),
    "前天到的": ("前天", "2026-11-23", "day"),
    "大前天": ("大前天", "2026-11-22", "day"),
    "三天前我就提交了": ("三天前", "2026-11-22", "day"),
    "两个星期之前": ("两个星期之前", "2026-11-11", "day"),
    "上个星期花了多少": ("上个星期", "2026-11-16", "week"),
    "上周五已经付款了": ("上周五", "2026-11-20", "day"),
    "上週日": ("上週日", "2026-11-22", "day"),
    "上上周": ("上上周", "2026-11-09", "week"),
    "上个月": ("上个月", "2026-10-01", "month"),
    "上个月3号的账单": ("上个月3号", "2026-10-03", "day"),
    "半年前": ("半年前", "2026-05-01", "month"),
    "今年花了多少": ("今年", "2026-01-01", "year"),
    "去年三月我们买过": ("去年三月", "2025-03-01", "month"),
    "去年10月3日": ("去年10月3日", "2025-10-03", "day"),
    "昨日の午後3時": ("昨日", "2026-11-24", "day"),
    "一昨日": ("一昨日", "2026-11-23", "day"),
    "おととい届きました": ("おととい", "2026-11-23", "day"),
    "3日前に申し込みました": ("3日前", "2026-11-22", "day"),
    "2週間前": ("2週間前", "2026-11-11", "day"),
    "3か月前": ("3か月前", "2026-08-01", "month"),
    "2年前から": ("2年前", "2024-01-01", "year"),
    "先週": ("先週", "2026-11-16", "week"),
    "先週の金曜日に": ("先週の金曜日", "2026-11-20", "day"),
    "先月の3日": ("先月の3日", "2026-10-03", "day"),
    "一昨年": ("一昨年", "2024-01-01", "year"),
    "去年の3月に": ("去年の3月", "2025-03-01", "month"),
    "어제 오후 3시에": ("어제", "2026-11-24", "day"),
    "그저께 도착했어요": ("그저께", "2026-11-23", "day"),
    "3일 전에 신청했어요": ("3일 전", "2026-11-22", "day"),
    "하루 전": ("하루 전", "2026-11-24", "day"),
    "두 달 전에": ("두 달 전", "2026-09-01", "month"),
    "2년 전부터": ("2년 전", "2024-01-01", "year"),
    "지난주 금요일에": ("지난주 금요일", "2026-11-20", "day"),
    "지지난주": ("지지난주", "2026-11-09", "week"),
    "지난달 3일": ("지난달 3일", "2026-10-03", "day"),
    "작년 10월 3일": ("작년 10월 3일", "2025-10-03", "day"),
    "재작년": ("재작년", "2024-01-01", "year"),
}

NOT_OVER = [
    *("早上周五见", "以前天气好", "晚上月亮很圆", "第三天前台说", "三天前后", "今年12月31日", "上个月32号", "上周末"),
    *("3日前までに予約", "予約の3日前", "前年度比", "3時前", "前日", "来週", "駅前"),
    *("이틀 전화했어요", "그제서야 알았어요", "3일 전체", "다음 주", "지난 주말", "전에 샀어요"),
]


def found(text: str) -> list[tuple[str, str, str]]:
    times = find_past_times(text, zone=TOKYO, now=SAID_AT)
    return [(one.text, one.details["from"][:10], one.details["grain"]) for one in times if one.details]


@pytest.mark.parametrize(("text", "expected"), OVER.items())
def test_what_is_over_is_whole_days_weeks_months_and_years(text: str, expected: tuple[str, str, str]) -> None:
    assert found(text) == [expected]


@pytest.mark.parametrize("text", NOT_OVER)
def test_other_words_are_none(text: str) -> None:
    assert found(text) == []


@given(st.integers(2, 300))
def test_so_many_days_ago_are_read_as_they_are_written(days: int) -> None:
    day = (date(2026, 11, 25) - timedelta(days=days)).isoformat()
    for text in (f"{days}天前", f"{days}日前", f"{days}일 전"):
        assert found(text) == [(text, day, "day")]


def test_a_text_in_other_letters_is_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(east_asian_past_times, "_NAMED_RULES")
    assert [one for one, _, _ in found("what did I spend three days ago, or last week?")] == [
        "three days ago",
        "last week",
    ]


@example("先月3日前")
@given(st.text(alphabet="一昨前去今上个周先月年々日天の三3前以五金曜지난주작어제금요일전 에십", max_size=30))
def test_any_mix_can_be_searched(text: str) -> None:
    read_to = 0
    for one in sorted(find_past_times(text, zone=TOKYO, now=SAID_AT), key=lambda time: time.start):
        assert read_to <= one.start < one.end <= len(text)
        read_to = one.end
