"""How soon, in Chinese, Japanese and Korean, is what it is in English."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu import east_asian_timelines
from bot.nlu.east_asian_timelines import find_east_asian_timelines
from bot.nlu.timelines import SURE, find_timelines

SAID = {
    "now": [
        *("尽快安排吧", "越快越好", "马上要用", "我们比较急", "两周内上线", "几天内"),
        *("できるだけ早くお願いします", "至急導入したい", "急いでいます", "2週間以内に始めたい"),
        *("최대한 빨리 부탁드려요", "급해요", "2주 안에 시작해요"),
    ],
    "this_quarter": [
        *("这个季度内要定下来", "本季度", "下個季度再考慮", "我们希望三个月内上线", "两三个月之内", "6到8周内"),
        *("今期中に決めたい", "今四半期", "来四半期", "3か月以内に始めたい"),
        *(
            "이번 분기 안에 도입하고 싶어요",
            "다음 분기에 검토할게요",
            "이번 분기는 어렵고 다음 분기에 할게요",
            "3개월 안에",
            "두 달 내로",
        ),
    ],
    "later": [
        *("我只是随便看看", "不着急，慢慢来", "不是很急", "明年再说", "以后再说", "半年后", "两年内"),
        *(
            "まだ情報収集の段階です",
            "急いでいません",
            "来年の春ごろを考えています",
            "来期に検討します",
            "半年後くらいに検討します",
        ),
        *("그냥 둘러보는 중이에요", "급하지 않아요", "내년 봄쯤 생각하고 있어요", "6개월 후에 검토할게요"),
    ],
}

ANSWERS = {
    "now": ["现在", "下周", "今すぐ", "来週", "지금", "이번 달"],
    "this_quarter": ["下个月", "来月中に導入したい", "다음 달"],
    "later": [
        "年底前",
        "还没决定",
        "年内に",
        "検討中です",
        "まだ決まっていません",
        "올해 안에",
        "아직 결정 못했어요",
        "봄에",
    ],
}

NO_TIMELINES = [
    *("尽快回复我", "我马上回来", "急诊室在哪里", "过去三个月内换了两次", "保修期三年内免费", "七天内可以退货吗"),
    *("三天前", "明年3月1日", "明年的价格会涨吗？", "现在方便吗", "请稍等"),
    *(
        "できるだけ早く返信ください",
        "いつから使えますか",
        "急いでいる人向けですか",
        "直近3か月以内の購入",
        "3日以内に届きますか",
        "来年3月1日",
        "3年前",
    ),
    *("최대한 빨리 연락 주세요", "최근 3개월 이내 구매", "영업일 기준 3일 이내에 배송되나요", "한 달 후기 보고 왔어요"),
    *("일주일 내내 아팠어요", "국내 배송", "내년 3월 1일부터", "바로 옆 건물이에요", "당장은 아니에요", "不是马上要用"),
]


@pytest.mark.parametrize(("text", "value"), [(text, value) for value, texts in SAID.items() for text in texts])
def test_how_soon_is_sure_in_plain_words(text: str, value: str) -> None:
    assert [(one.value, one.confidence) for one in find_timelines(text)] == [(value, SURE)]


@pytest.mark.parametrize(("text", "value"), [(text, value) for value, texts in ANSWERS.items() for text in texts])
def test_other_answers_count_where_it_was_asked_for(text: str, value: str) -> None:
    assert [one.value for one in find_timelines(text, asked=True)] == [value]
    assert [one for one in find_timelines(text) if one.confidence == SURE] == []


@pytest.mark.parametrize("text", NO_TIMELINES)
def test_other_words_are_none(text: str) -> None:
    assert [one.text for one in find_timelines(text) if one.confidence == SURE] == []


@pytest.mark.parametrize(("language", "text"), [("zh", "3月1日"), ("ja", "3月1日に"), ("ko", "3월 1일이요")])
def test_a_date_is_an_answer(language: str, text: str) -> None:
    assert [one.value for one in find_timelines(text, asked=True, languages={language})] == ["later"]


def test_a_text_in_other_letters_is_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(east_asian_timelines, "_QUESTION")
    assert list(find_east_asian_timelines("within three months, asap; für das nächste Jahr", till_later=100)) == []


@given(
    st.text(alphabet="不很急明年内三个月周天后今期中来四半以随便看まだ検討이번분기안에급하지않내년달 ？3", max_size=30)
)
def test_any_mix_can_be_searched(text: str) -> None:
    for one in find_timelines(text, asked=True, languages={"zh", "ja", "ko"}):
        assert text[one.start : one.end] == one.text != ""
