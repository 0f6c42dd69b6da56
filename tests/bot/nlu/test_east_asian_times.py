"""Times in Chinese, Japanese and Korean mean what they mean in English."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.domain.time_expressions import resolve_expression
from bot.nlu import translated_times
from bot.nlu.translated_times import find_translated_times

TIMES = {
    "zh": {
        "5个工作日内": "in 5 working days",
        "三個工作日後": "in 3 working days",
        "下一个工作日上午": "next working day morning",
        "十月三日": "3 october",
        "三月份": "in march",
        "明年三月底": "end of march next year",
        "2028年5月": "in may 2028",
        "年底": "end of the year",
        "10月3日": "3 october",
        "１０月３号": "3 october",
        "2027年10月3日（周日）下午3点": "3 october 2027 at 3 in the afternoon",
        "二〇二七年十二月二十五日": "25 december 2027",
        "2027-10-03下午3:30": "3 october 2027 at 3:30 in the afternoon",
        "10/3下午": "3 october afternoon",
        "下个月15号上午10点": "the 15th of next month at 10 in the morning",
        "明天下午三点": "tomorrow at 3 in the afternoon",
        "明早 9 点半": "tomorrow half past 9 in the morning",
        "后天": "day after tomorrow",
        "大後天": "in 3 days",
        "下周二": "tuesday next week",
        "這個禮拜天": "this sunday",
        "下下周三上午": "next wednesday week morning",
        "星期五上午十点半": "friday half past 10 in the morning",
        "週六下午三點鐘": "saturday 3 o'clock in the afternoon",
        "下個星期三下午兩點": "wednesday next week at 2 in the afternoon",
        "星期二十点": "tuesday at 10",
        "下午一点": "at 1 in the afternoon",
        "明天一点": "tomorrow at 1",
        "一点半": "half past 1",
        "三点一刻": "quarter past 3",
        "三点五分": "at 3:05",
        "三点十五": "at 3:15",
        "15时30分": "at 15:30",
        "今晚七点": "today at 7 in the evening",
        "晚上12点": "at 12 in the late night",
        "今晚12点": "today at 12 in the late night",
        "今晚12点之前": "today before midnight",
        "明天24点前": "tomorrow before midnight",
        "凌晨12点半": "half past 12 in the night",
        "晚上10点到12点": "between 10pm and midnight",
        "明年3月1日": "1 march next year",
        "后年三月一号上午十点": "1 march the year after next at 10 in the morning",
        "今年12月31日": "31 december this year",
        "民國116年3月1日": "1 march 2027",
        "中午11点半": "half past 11 in the morning",
        "中午12点": "at 12 in the afternoon",
        "凌晨两点": "at 2 in the night",
        "早9点": "at 9 in the morning",
        "上午九点到十一点": "between 9am and 11am",
        "上午10点到2点": "between 10am and 2",
        "明晚七點到九點": "tomorrow between 7pm and 9pm",
        "明天中午之前": "tomorrow before noon",
        "二月二十八号下午两点一刻": "28 february quarter past 2 in the afternoon",
        "上午10点半至下午3点": "between 10:30am and 3pm",
        "9:00-18:00": "between 9 and 18",
        "明天下午三点以后": "tomorrow after 3pm",
        "下午五点之前": "before 5pm",
        "半小时后": "in half an hour",
        "一个半小时后": "in an hour and a half",
        "三天之后": "in 3 days",
        "两个星期后": "in 2 weeks",
        "下周初": "early next week",
        "本周末": "this weekend",
        "月底": "end of the month",
    },
    "ja": {
        "4月中旬": "mid april",
        "来年の5月": "in may next year",
        "来年": "next year",
        "5営業日以内": "in 5 working days",
        "翌営業日": "next working day",
        "十月三日": "3 october",
        "2027年10月3日(日)の15時30分": "3 october 2027 at 15:30",
        "10/3の15時": "3 october 15 o'clock",
        "来月の3日": "the 3rd of next month",
        "3日の午後": "the 3rd afternoon",
        "明日の午後3時": "tomorrow 3 o'clock in the afternoon",
        "明後日": "day after tomorrow",
        "しあさって": "in 3 days",
        "来週の火曜日": "tuesday next week",
        "来週火曜の10時": "tuesday next week 10 o'clock",
        "再来週の月曜": "next monday week",
        "今度の金曜": "friday",
        "木曜の午前中": "thursday morning",
        "10時半": "half past 10",
        "１０時１５分": "at 10:15",
        "午後一時": "1 o'clock in the afternoon",
        "夜の12時": "12 o'clock in the late night",
        "今晩12時まで": "today before midnight",
        "明日の24時": "tomorrow at midnight",
        "夜中の2時": "2 o'clock in the night",
        "来年3月1日": "1 march next year",
        "来年の3月1日": "1 march next year",
        "再来年3月1日": "1 march the year after next",
        "今年の12月31日": "31 december this year",
        "令和9年4月1日": "1 april 2027",
        "令和九年四月一日": "1 april 2027",
        "令和元年5月1日": "1 may 2019",
        "昭和60年1月8日": "8 january 1985",
        "今夜7時": "today 7 o'clock in the evening",
        "昼12時": "12 o'clock in the afternoon",
        "明日の正午": "tomorrow noon",
        "朝9時から夕方6時まで": "between 9am and 6pm",
        "9時〜18時": "between 9 and 18",
        "明日は17時以降": "tomorrow after 17",
        "午後5時まで": "before 5pm",
        "明日の夜7時から9時まで": "tomorrow between 7pm and 9pm",
        "明日の正午まで": "tomorrow before noon",
        "2月28日の午後2時15分": "28 february at 2:15 in the afternoon",
        "30分後": "in half an hour",
        "1時間半後": "in an hour and a half",
        "2週間後": "in 2 weeks",
        "3か月後": "in 3 months",
        "今週末": "this weekend",
        "来週中": "next week",
        "来月上旬": "early next month",
        "月末": "end of the month",
    },
    "ko": {
        "2월 말": "end of february",
        "내년 3월": "in march next year",
        "연말": "end of the year",
        "3영업일 이내": "in 3 working days",
        "5영업일 후": "in 5 working days",
        "10월 3일 오후 두 시": "3 october 2 o'clock in the afternoon",
        "시월 삼일": "3 october",
        "2027년 10월 3일(일) 15:30": "3 october 2027 at 15:30",
        "다음 달 15일": "the 15th of next month",
        "내일오후3시": "tomorrow 3 o'clock in the afternoon",
        "내일 오전 10시 반": "tomorrow half past 10 in the morning",
        "모레": "day after tomorrow",
        "글피": "in 3 days",
        "다음 주 화요일 오후 3시": "tuesday next week 3 o'clock in the afternoon",
        "다음주 월요일": "monday next week",
        "다다음 주 수요일": "next wednesday week",
        "이번 주 금요일": "this friday",
        "화요일에 오후 3시": "tuesday 3 o'clock in the afternoon",
        "토요일 아침": "saturday morning",
        "열한 시 십오 분": "at 11:15",
        "세시 반": "half past 3",
        "오늘 저녁 7시": "today 7 o'clock in the evening",
        "밤 12시": "12 o'clock in the late night",
        "오늘 밤 12시까지": "today before midnight",
        "내일 자정": "tomorrow at midnight",
        "내년 3월 1일": "1 march next year",
        "내후년 삼월 일일": "1 march the year after next",
        "올해 12월 31일": "31 december this year",
        "정오": "noon",
        "오전 9시부터 오후 6시까지": "between 9am and 6pm",
        "오후 3시 이후": "after 3pm",
        "내일 정오까지": "tomorrow before noon",
        "이번 주 토요일 저녁 7시에서 9시": "this saturday between 7pm and 9pm",
        "30분 후": "in half an hour",
        "두 시간 뒤": "in 2 hours",
        "사흘 뒤": "in 3 days",
        "3주 후": "in 3 weeks",
        "이번 주말": "this weekend",
        "다음 달 초": "early next month",
    },
}

NO_TIMES = {
    "zh": [
        *("便宜一点", "快一点", "有一点贵", "一点儿", "早一点可以吗", "今天一点都不忙", "每天一点点"),
        *("我有三点建议", "第三点不明白", "这三点可以", "百分之三点五", "三点五万", "三十五点", "3.5"),
        *("生日", "日本", "月亮", "周日程安排", "周六福", "一周三次", "每周一开会"),
        *("3号楼", "解放路3号", "三号线", "今日头条", "明日方舟"),
        *("不要明天", "明天不行", "除了周一都可以", "周五没空"),
        *("昨天下午三点", "上周五", "上个月3号", "去年10月3日", "下午好，我想预约演示", "早上好，可以预约吗", "10分享"),
    ],
    "ja": [
        *("3時間", "3日間", "1日に3回", "一日", "一時停止", "一時的に", "3分の1", "1/3の確率", "24時間対応"),
        *("金と銀", "日本の月", "火災", "土地", "木製", "朝食を予約したい", "夜分に失礼します", "昼食"),
        *("火曜以外なら大丈夫です", "明日は都合が悪いです", "日曜大工"),
        *("昨日の3時", "先週の金曜日", "去年の10月3日", "毎週月曜日", "今晩は", "明日香です"),
    ],
    "ko": [
        *("두 시간", "3시간", "다시 전화할게요", "한시적으로", "일시불", "네, 감사합니다", "3시리즈", "일이 많아요"),
        *("화요일 말고", "내일은 안 돼요"),
        *("어제 3시", "지난주 화요일", "지난달 3일", "작년 10월 3일", "매주 월요일", "내일채움공제", "3일 동안"),
    ],
}

_DIGITS = "〇一二三四五六七八九"
SURROUNDED = {"zh": ("我想约", "，可以吗？"), "ja": ("では、", "でお願いします。"), "ko": ("그럼 ", "에 뵐게요.")}


@pytest.mark.parametrize(
    ("language", "text", "english"),
    [(language, text, english) for language, rows in TIMES.items() for text, english in rows.items()],
)
def test_a_time_in_an_east_asian_language_is_one_in_english(language: str, text: str, english: str) -> None:
    before, after = SURROUNDED[language]
    for said, start in ((text, 0), (f"{before}{text}{after}", len(before))):
        found = [(one.start, one.end, one.phrase) for one in find_translated_times(said, {language}) if one.certain]
        if text == "9:00-18:00" and said == text:
            assert not found  # no letter says which language it is in
        else:
            assert found == [(start, start + len(text), english)]


@pytest.mark.parametrize(
    ("language", "text"), [(language, text) for language, rows in NO_TIMES.items() for text in rows]
)
def test_other_words_are_no_times(language: str, text: str) -> None:
    assert [one.phrase for one in find_translated_times(text, {language}) if one.certain] == []


@pytest.mark.parametrize(
    ("language", "text", "english"),
    [
        ("zh", "三点可以见面吗？", "at 3"),
        ("zh", "上午方便的话打给我", "morning"),
        ("zh", "今天有空吗", "today"),
        ("ja", "午後は空いていますか", "afternoon"),
        ("ja", "本日ご来店の方", "today"),
        ("ja", "今日中に連絡ください", "today"),
        ("ko", "오늘 통화 가능하세요?", "today"),
        ("ko", "오전에 방문할게요", "morning"),
        ("ko", "오늘 몇 시까지 하세요?", "today"),
        ("ja", "今日は何時までですか", "today"),
        ("zh", "今天几点关门", "today"),
    ],
)
def test_beside_words_for_meeting_an_hour_or_a_part_of_a_day_is_a_time(language: str, text: str, english: str) -> None:
    assert [one.phrase for one in find_translated_times(text, {language}) if one.certain] == [english]


@pytest.mark.parametrize(
    ("language", "text", "phrase"),
    [
        ("zh", "三", "at 3"),
        ("zh", "一点", "at 1"),
        ("zh", "十五", "at 15:00"),
        ("ja", "三", "at 3"),
        ("ko", "세", "at 3"),
    ],
)
def test_a_bare_hour_is_a_time_where_one_was_asked_for(language: str, text: str, phrase: str) -> None:
    (found,) = find_translated_times(text, {language}, asked=True)
    assert (found.phrase, found.certain) == (phrase, False)


@pytest.mark.parametrize(
    ("language", "text", "english"),
    [
        ("zh", "不要明天，后天可以", "day after tomorrow"),
        ("ja", "明日ではなく明後日で", "day after tomorrow"),
        ("ko", "화요일 말고 수요일이요", "wednesday"),
        ("ko", "내일은 안 되고 모레요", "day after tomorrow"),
        ("zh", "明天不可以吗？", "tomorrow"),
        ("zh", "是不是明天开会", "tomorrow"),
        ("zh", "要不要周五见", "friday"),
        ("zh", "会议分别在周五", "friday"),
        ("ko", "내일은 안 되나요?", "tomorrow"),
    ],
)
def test_a_time_that_is_refused_is_not_the_one_that_is_meant(language: str, text: str, english: str) -> None:
    assert [one.phrase for one in find_translated_times(text, {language})] == [english]


def test_a_text_in_other_letters_is_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(translated_times, "_language", asked.append)
    text = "Could we meet next Tuesday at half past 3, or on 10/3 from 9:00-18:00? " * 20
    assert list(find_translated_times(text, TIMES.keys(), asked=True)) == []
    assert asked == []


def _in_characters(number: int) -> str:
    tens, units = divmod(number, 10)
    return ("" if tens < 2 else _DIGITS[tens]) + "十" * (tens > 0) + (_DIGITS[units] if units else "")


def _written(day: date, today: date) -> Iterator[tuple[str, str]]:
    """The date in the forms of each language, with the language."""
    year, month, number = day.year, day.month, day.day
    years = {0: ("今年", "今年", "올해 "), 1: ("明年", "来年", "내년 "), 2: ("后年", "再来年", "내후년 ")}
    chinese = f"{_in_characters(month)}月{_in_characters(number)}日"
    for zh, ja, ko in ((f"{year}年", f"{year}年", f"{year}년 "), *filter(None, [years.get(year - today.year)])):
        yield from (("zh", f"{zh}{month}月{number}号"), ("zh", zh + chinese), ("ja", f"{ja}{month}月{number}日"))
        yield from (("ja", ja + chinese), ("ko", f"{ko}{month}월 {number}일"))
    yield from (("ja", f"令和{year - 2018}年{chinese}"), ("zh", f"民國{year - 1911}年{month}月{number}日"))
    yield "ko", f"{year}. {month}. {number}.까지"


@given(st.dates(date(2026, 11, 25), date(2060, 12, 31)))
def test_a_date_that_is_written_in_any_form_is_read_as_that_date(day: date) -> None:
    now = datetime(2026, 11, 25, 3, tzinfo=UTC)
    for language, text in _written(day, now.date()):
        (found,) = find_translated_times(text, {language})
        span = resolve_expression(found, now, UTC)
        assert span is not None
        assert (text, span[1]) == (text, datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1))


_PIECES = sorted(
    {text for rows in TIMES.values() for text in rows} | {text for rows in NO_TIMES.values() for text in rows}
)


@example("二〇〇〇年十二月三十一日一点一刻")
@example("三十九点六十分")
@example("三" * 400)
@given(
    st.lists(st.sampled_from(_PIECES)).map("".join)
    | st.text(
        alphabet="一二三十百〇两0159０３月日号時点點半分周週曜火上下午后後天明今年の 에시분오전:/-~，（)", max_size=40
    )
)
def test_any_mix_can_be_searched_in_all_languages(text: str) -> None:
    read_to = dict.fromkeys(TIMES, 0)
    for language in TIMES:
        for found in find_translated_times(text, {language}, asked=True):
            assert read_to[language] <= found.start < found.end <= len(text)
            assert found.phrase.isascii()
            read_to[language] = found.end
