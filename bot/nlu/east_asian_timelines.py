"""How soon somebody wants to buy, in Chinese, Japanese and Korean: "三个月内", "今期中に", "이번 분기 안에"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from bot.nlu.east_asian_durations import find_east_asian_durations
from bot.nlu.east_asian_writing import is_refused
from bot.nlu.timeline_phrases import LATER, NOW, THIS_QUARTER

_SCRIPTS = re.compile("[\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7a3]")
_QUESTION = re.compile(r"[?？吗嗎呢么]|か(?:[。、\s]|$)|(?:나요|까요|가요|니까|을까|는지)")
_A_DATE_FOLLOWS = r"(?!\s?の?\s?(?:\d|[〇一二三四五六七八九十]+\s?月|[삼사오육칠팔구십일이시유]+월))"
_REPLY_FOLLOWS = (
    r"(?!.{0,6}?(?:回[复復覆电電答信]|答[复復覆]|[联聯][系繫絡络]|[处處]理|解[决決]|[发發][货貨送]|退[款货貨]|告[诉訴]"
    r"|[连連]絡|[返回][信事答]|電話|発送|返金|対応|届|修理|연락|답변|답장|회신|전화|배송|환불|처리|해결|알려))"
)
"""What is wanted soon is an answer, and no purchase."""

_SURE_PHRASES: tuple[tuple[str, str], ...] = (
    (rf"(?:[尽盡儘]可能?(?:快|早)|[尽盡儘](?:快|早|速)|越快越好){_REPLY_FOLLOWS}", NOW),
    (
        r"(?:[马馬]上|立刻|立即)就?(?:想|要|需要)?(?:[开開]始|上[线線]|[购購][买買]|[买買]|用|[采採][购購]|下[单單])",
        NOW,
    ),
    (r"(?<!不)(?<!不是)(?:很|非常|特[别別]|比[较較])急|急着?[用需]", NOW),
    (rf"(?:できるだけ|なるべく|可能な限り|一刻も)早く{_REPLY_FOLLOWS}|(?:至急|早急に|大至急){_REPLY_FOLLOWS}", NOW),
    (r"急いで(?:い?ます|いる(?![人方]))|急ぎです", NOW),
    (
        rf"(?:최대한|가능한 ?한?) ?빨리{_REPLY_FOLLOWS}|(?:즉시|당장){_REPLY_FOLLOWS}",
        NOW,
    ),
    (r"(?<![가-힣])급(?:해요|합니다|한데)", NOW),
    (r"(?:本|[这這][个個]?)季度|本季[内內底末]", THIS_QUARTER),
    (r"(?:今|当|この)四半期(?:中|内|末)?|今期(?:中|内|末|のうち)", THIS_QUARTER),
    (r"(?:이번|당|금) ?분기(?: ?(?:안|내|중|말))?", THIS_QUARTER),
    (r"下(?:一?[个個])?季度|(?:次の?|来)四半期|다음 ?분기", THIS_QUARTER),
    (r"[几幾数數][个個ヶかカ]月(?:[之以]?[内內])|몇 ?(?:달|개월) ?(?:안|이?내)에?", THIS_QUARTER),
    (r"[几幾数數](?:[个個]?(?:周|週|星期|礼拜|禮拜|週間)|[天日])[之以]?[内內]|(?:몇 ?주|며칠) ?(?:안|이?내)에?", NOW),
    (r"[随隨]便(?:看看|逛逛|了解|[问問][问問])|(?:只是|就是|先)(?:看看|了解一下|[问問][问問])", LATER),
    (r"不(?:是)?(?:很|太|怎[么麼]|那[么麼]|特[别別]|用)?(?:[着著])?急|不[赶趕][时時][间間]", LATER),
    (r"[以之][后後]再[说說看]|[将將][来來]再|[过過](?:一?段[时時][间間]|一[阵陣]子)再", LATER),
    (
        r"見て(?:い)?るだけ|情報収集(?:の段階|中|です|をして|だけ)|(?:まだ|もう少し|ずっと)先(?:です|の(?:話|こと|予定))",
        LATER,
    ),
    (
        r"急(?:いで(?:は)?い?(?:ません|ない)|ぎません|がない|ぎ(?:では|じゃ)(?:ない|ありません))|いつか(?![らのは])",
        LATER,
    ),
    (
        r"(?:그냥|그저|단순히) ?(?:둘러보|구경|보는|보고)|둘러보(?:는 중|고 있|기만)|구경(?:만|하는 중|하고 있|중)",
        LATER,
    ),
    (r"급하(?:지(?:는|진)? ?않|진 ?않)|급한 ?(?:건|것은|거는?) ?아니|서두르(?:지|진) ?않|(?<![가-힣])언젠가", LATER),
    (r"来期", LATER),
)
_YEAR_PHRASES: tuple[tuple[str, str], ...] = (
    (rf"(?:明年|[后後]年|来年|再来年){_A_DATE_FOLLOWS}", LATER),
    (rf"(?<![가-힣])(?:내년|내후년){_A_DATE_FOLLOWS}", LATER),
)
"""Sure, but not in questions: "来年も続きますか"."""

_POSSIBLE_PHRASES: tuple[tuple[str, str], ...] = (
    (
        r"[现現]在|今天|明天|[马馬]上|立刻|立即|很快|近期|[这這本][个個]?(?:周|週|星期|月)|下[个個]?(?:周|週|星期|礼拜|禮拜)",
        NOW,
    ),
    (r"今すぐ|すぐに?|近いうち|(?<![一再])今[日週月](?!中旬)|本日|明日|来週|早め", NOW),
    (r"(?<![가-힣])(?:지금|바로|당장|오늘|내일|이번 ?[주달]|다음 ?주|곧|빨리)(?![가-힣]{3})", NOW),
    (r"下[个個]?月|来月|(?<![가-힣])다음 ?달", THIS_QUARTER),
    (r"(?<![\d一二三四五六七八九十两兩几幾数數半])年[内內]|[年今]年?底|年末|年度末|올해|연내|연말", LATER),
    (r"[春夏秋冬](?:天|季|頃|ごろ|に|まで)|(?<![가-힣])(?:봄|여름|가을|겨울)(?:에|쯤|까지)?", LATER),
    (
        r"[还還]?[没沒未]有?(?:[决決]定|定下|想好|[计計][划劃]|打算)|未定|不(?:[确確]定|知道|清楚)|再[说說看]|考[虑慮]",
        LATER,
    ),
    (
        r"決(?:まって|めて)い?(?:ない|ません)|[わ分]か(?:らない|りません)|検討|考え中|そのうち|いずれ|特に(?:ない|ありません)",
        LATER,
    ),
    (r"미정|아직|정해지지|모르겠|계획이? ?없|생각 ?중|검토|고민|나중에?|천천히", LATER),
)


def _compiled(phrases: tuple[tuple[str, str], ...]) -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(pattern), value) for pattern, value in phrases)


_SURE_RULES, _YEAR_RULES, _POSSIBLE_RULES = map(_compiled, (_SURE_PHRASES, _YEAR_PHRASES, _POSSIBLE_PHRASES))
_TILL_THEN = re.compile(r"(?:[之以]?[内內后後]|のうち|\s?(?:안|이?내|후|뒤|이후)(?:에|로|쯤|정도)?(?![가-힣]))")
_WARRANTY = re.compile(r"保[修証證]|[质質]保|보증|무상")
_OVER = re.compile(r"(?:[过過]去|最近|近|直近|ここ|この|以前|최근|지난)(?:の)?\s?$")
_DAYS = {"day": 1, "week": 7, "month": 30, "quarter": 90, "year": 365}
_LOOK_BACK = 4


class Timeline(NamedTuple):
    """How soon, said in `start` to `end`; what is not `sure` takes that it was asked for."""

    value: str
    start: int
    end: int
    sure: bool


def find_east_asian_timelines(text: str, *, till_later: int) -> Iterator[Timeline]:
    """All that may be one. From `till_later` days on it is later; a look says that a text in other scripts has none."""
    if not _SCRIPTS.search(text):
        return
    question = _QUESTION.search(text) is not None
    for rules, sure in ((_SURE_RULES, True), (_YEAR_RULES, not question), (_POSSIBLE_RULES, False)):
        for pattern, value in rules if sure or not question else ():
            wanted = (match for match in pattern.finditer(text) if not is_refused(text, *match.span()))
            if match := next(wanted, None):
                yield Timeline(value, *match.span(), sure)
    for length in () if _WARRANTY.search(text) else find_east_asian_durations(text):
        after = _TILL_THEN.match(text, length.end)
        if after and length.unit in _DAYS and not _OVER.search(text[max(0, length.start - _LOOK_BACK) : length.start]):
            days = length.ends.get("to", length.amount) * _DAYS[length.unit]
            value = NOW if days <= 31 else THIS_QUARTER if days < till_later else LATER
            yield Timeline(value, length.start, after.end(), not question)
