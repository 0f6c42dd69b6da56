"""How Chinese, Japanese and Korean say when: rows as those of `bot.nlu.time_phrases.rows`.

A blank in a pattern may be left out in a text. `{first}`, `{last}` and `{time}` are an hour with its minutes, `{nth}` a
day of the month.
"""

from __future__ import annotations

from bot.nlu.east_asian_writing import DIGITS
from bot.nlu.time_phrases.rows import CLOCK, DATE, DAY, DAY_PART, OVER, PART, Row


def _months(month: str, *, early: str, mid: str, late: str, next_year: str, after: str) -> tuple[Row, ...]:
    """A month without a day, or a part of it; `after` is what may come behind the month alone."""
    parts = ((f" (?:{early})", "early"), (f" (?:{mid})", "mid"), (f" (?:{late})", "end of"), (after, "in"))
    years = (("{year} 年 ", " {year}"), (next_year, " next year"), ("", ""))
    return tuple(
        (DAY, f"{before}{{month}} {month}{behind}", f"{part} {{month}}{year}")
        for before, year in years
        for behind, part in parts
    )


_TILL_THE_NEXT = rf"(?![{DIGITS}\d])"
_AT_TWELVE_OR_LATER = r"(?=の? ?(?:12|十二|[0-4〇零一二两兩三四])[点點时時:：](?![间間]))"
_BRACKETED = r"(?: [(（](?:周|週|星期)?[一二三四五六日天月火水木金土](?:曜日?)?[)）])?"

_ZH_DAYS = "(?:星期|礼拜|禮拜|周|週)"
_ZH_WEEK = "(?:星期|礼拜|禮拜|周|週)(?![一二三四五六期年边邊围圍岁歲])"
_ZH_DAY = f"{_ZH_DAYS}{{weekday}}(?![次回个個鸣鳴围圍]|[一两兩三]次|天(?![气氣])|程|期|报|報|记|記|常|历|曆|福)"
_ZH_THIS, _ZH_NEXT, _ZH_LAST = "[这這本] [个個]?", "(?<![一以线線])下 [个個]?", "(?<![早晚以线線一])上 [个個]?"
_ZH_AM, _ZH_PM = "(?:上午|早上|早晨|清晨|凌晨|今早|朝早)", "(?:下午|下[昼晝]|午[后後]|中午|傍晚|晚上|晚[间間])"
_ZH_TO = "(?:到|至|-|–|—|~|～|〜)"
_ZH_HOURS = "[个個]?(?:小时|小時|钟头|鐘頭)"
_ZH_LATER = "[之以]?[后後]"
_ZH_POINTS = (
    "建[议議]|要求|[问問][题題]|意[见見]|原因|理由|需求|好[处處]|[优優][势勢]|[区區][别別]|疑[问問]|想法"
    "|[内內]容|注意|[说說]明"
)

_ZH: tuple[Row, ...] = (
    (OVER, "昨天|昨日|昨晚|大?前天|去年|前年", ""),
    (OVER, f"{_ZH_LAST}(?:{_ZH_DAY}|周末|週末|{_ZH_WEEK}|月(?: {{date}} [日号號])?)|[刚剛]才", ""),
    (DAY, f"(?<![一以线線])下下 [个個]?{_ZH_DAY}", "next {weekday} week"),
    (DAY, f"{_ZH_NEXT}{_ZH_DAY}", "{weekday} next week"),
    (DAY, f"{_ZH_THIS}{_ZH_DAY}", "this {weekday}"),
    (DAY, f"{_ZH_NEXT}[周週]末", "next weekend"),
    (DAY, f"{_ZH_THIS}[周週]末", "this weekend"),
    (DAY, "(?<!每)[周週]末", "the weekend"),
    (DAY, f"(?<!每){_ZH_DAY}", "{weekday}"),
    (DATE, f"{{year}} 年 {{month}} 月 {{date}} [日号號]{_BRACKETED}", "{date} {month} {year}"),
    (DATE, f"[今本]年 {{month}} 月 {{date}} [日号號]{_BRACKETED}", "{date} {month} this year"),
    (DATE, f"明年 {{month}} 月 {{date}} [日号號]{_BRACKETED}", "{date} {month} next year"),
    (DATE, f"[后後]年 {{month}} 月 {{date}} [日号號]{_BRACKETED}", "{date} {month} the year after next"),
    (DATE, f"{{month}} 月 {{date}} [日号號]{_BRACKETED}", "{date} {month}"),
    *_months(
        "月", early="[初头頭]|上旬", mid="中旬?", late="[底末]|下旬", next_year="明年 ", after="(?:份|(?![\\d饼餅]))"
    ),
    (DAY, "(?:今年)?年底|今年[底末]", "end of the year"),
    (DAY, "明年", "next year"),
    (DATE, "{year}(?:-|/|\\.){month}(?:-|/|\\.){date}(?!\\d)", "{date} {month} {year}"),
    (DATE, f"{{month}}/{{date}}(?![\\d/%])(?! [的以左]){_BRACKETED}", "{date} {month}"),
    (DAY, f"{_ZH_NEXT}月(?:的)? {{nth}} [日号號]", "the {nth} of next month"),
    (DAY, f"{_ZH_THIS}月(?:的)? {{nth}} [日号號]", "the {nth} of this month"),
    (
        DAY,
        "(?<![路街巷弄道幢栋棟座区區村楼樓院门門房尾编編型店选選])(?<![A-Za-z]){nth} [号號]"
        "(?![楼樓线線店馆館门門机機柜室厅廳口车車仓倉库庫码碼色院桌位房池井地公员員套产產型款])",
        "the {nth}",
    ),
    (DAY, f"半{_ZH_HOURS}{_ZH_LATER}", "in half an hour"),
    (DAY, f"[1一] [个個]半(?:小时|小時|钟头|鐘頭){_ZH_LATER}", "in an hour and a half"),
    (DAY, f"{{amount}} {_ZH_HOURS}{_ZH_LATER}", "in {amount} hours"),
    (DAY, f"{{amount}} 分[钟鐘]?{_ZH_LATER}", "in {amount} minutes"),
    (DAY, f"{{amount}} [个個]?工作[日天](?:{_ZH_LATER}|[之以]?[内內])", "in {amount} working days"),
    (DAY, "下[一1]?[个個]?工作日", "next working day"),
    (DAY, f"{{amount}} [天日]{_ZH_LATER}", "in {amount} days"),
    (DAY, f"{{amount}} [个個]?(?:星期|礼拜|禮拜|周|週){_ZH_LATER}", "in {amount} weeks"),
    (DAY, f"{{amount}} [个個]月{_ZH_LATER}", "in {amount} months"),
    (DAY, "大[后後][天日]", "in 3 days"),
    (DAY, "[后後][天日](?![台臺])", "day after tomorrow"),
    (DAY_PART, "明早上?|明晨", "tomorrow, morning"),
    (DAY_PART, f"明晚上? {_AT_TWELVE_OR_LATER}", "tomorrow, late night"),
    (DAY_PART, "明晚上?", "tomorrow, evening"),
    (DAY_PART, "今早|今晨", "today, morning"),
    (DAY_PART, f"今晚上? {_AT_TWELVE_OR_LATER}", "today, late night"),
    (DAY_PART, "今晚上?|今夜", "today, evening"),
    (DAY, "明天|明日(?!方舟|香|之星|[黄黃]花)|[听聽]日", "tomorrow"),
    (DAY, "今天|今日(?![头頭])", "today"),
    (DAY, f"(?<![一以线線])下下 [个個]?{_ZH_WEEK}", "the week after next"),
    (DAY, f"{_ZH_NEXT}{_ZH_WEEK}初", "early next week"),
    (DAY, f"{_ZH_NEXT}{_ZH_WEEK}", "next week"),
    (DAY, f"{_ZH_THIS}{_ZH_WEEK}", "this week"),
    (DAY, f"{_ZH_NEXT}月[初头頭]", "early next month"),
    (DAY, f"{_ZH_NEXT}月中", "mid next month"),
    (DAY, f"{_ZH_NEXT}月[底末]", "end of next month"),
    (DAY, f"(?:{_ZH_THIS})?(?<![\\d{DIGITS}])月[底末]", "end of the month"),
    (DAY, f"{_ZH_NEXT}月(?!亮|饼|餅)", "next month"),
    (DAY, f"{_ZH_THIS}月", "this month"),
    (CLOCK, f"{{first}} {_ZH_TO} {_ZH_PM} {{last}}", "between {first} and {last}pm"),
    (CLOCK, f"{{first}} {_ZH_TO} (?:{_ZH_AM} )?{{last}}", "between {first} and {last}"),
    (CLOCK, f"{{time}} {_ZH_LATER}(?![天日])", "after {time}"),
    (CLOCK, "{time} [之以]?前(?![天日])", "before {time}"),
    (CLOCK, "{hour} [点點时時] 半", "half past {hour}"),
    (CLOCK, "{hour} [点點] [一1]刻", "quarter past {hour}"),
    (CLOCK, "{hour} [点點] [三3]刻", "at {hour}:45"),
    (CLOCK, "{hour} [点點时時] {minute} 分(?![之钟鐘])", "at {hour}:{minute}"),
    (
        CLOCK,
        f"{{hour}} [点點时時](?=\\d\\d|[{DIGITS}][{DIGITS}]){{minute}}(?![\\d百千万萬亿億%折倍元块塊{DIGITS}])",
        "at {hour}:{minute}",
    ),
    (CLOCK, "{hour}[:：](?=\\d\\d){minute}(?![\\d:：])", "at {hour}:{minute}"),
    (CLOCK, "{hour} [点點时時] [钟鐘整正]", "{hour} o'clock"),
    (
        CLOCK,
        "(?:(?<=[早晚]上)|(?<=[上下中]午)|(?<=[今明后後]天)|(?<=[早晚]上\\s)|(?<=[上下中]午\\s)|(?<=[今明后後]天\\s)"
        "|(?<=[周週期拜][一二三四五六日天])|(?<=\\d[日号號]))[一1] [点點](?![儿兒都也空点點小多心没沒不])",
        "at 1",
    ),
    (CLOCK, "一[点點](?=[见見]|[开開][会會始]|集合|碰面)|(?<!\\w)一[点點](?=\\W*$)", "at 1"),
    (
        CLOCK,
        "(?<![有这這那几幾下前后後共第说說提讲講])(?!一[点點]){hour} [点點时時]"
        f"(?![间間候段儿兒都也]){_TILL_THE_NEXT}(?! (?:{_ZH_POINTS}))",
        "at {hour}",
    ),
    (CLOCK, f"(?!一[点點]){{hour}} [点點](?=的(?! (?:{_ZH_POINTS})))", "at {hour}"),
    (PART, "中午(?= (?:11|十一))", "morning"),
    (PART, f"中午(?= [\\d{DIGITS}]+[点點时時:：])|上午(?= (?:12|十二)[点點时時:：])", "afternoon"),
    (CLOCK, "(?:中午|正午)[之以]?前", "before noon"),
    (CLOCK, "中午(?![好餐])|正午", "noon"),
    (CLOCK, "(?:午夜|子夜)[之以]?前", "before midnight"),
    (
        PART,
        f"(?:晚上|[晚夜][间間]|夜[里裡]|午夜) {_AT_TWELVE_OR_LATER}|(?:半夜|深夜)(?= (?:12|十二)[点點时時:：])",
        "late night",
    ),
    (PART, "凌晨|半夜|深夜", "night"),
    (PART, "(?:上午|早上|早晨|清晨|清早|一早|朝早)(?![好餐])|早(?= (?:\\d|[二三四五六七八九十]))", "morning"),
    (PART, "(?:下午|下[昼晝]|午[后後])(?![好茶])", "afternoon"),
    (PART, "(?:傍晚|晚上|[晚夜][间間]|夜[里裡])(?!好)|晚(?= (?:\\d|[二三四五六七八九十]))", "evening"),
)

_JA_DAY = "{weekday}曜日?(?!大工)"
_JA_AM, _JA_PM = "(?:午前|朝)", "(?:午後|昼|お昼|夕方|夜)"
_JA_TO = "(?:から|より|-|–|—|~|～|〜|ー)"

_JA: tuple[Row, ...] = (
    (OVER, f"昨日|一昨日|おととい|昨[夜晩]|先週(?: の? {_JA_DAY})?|先月(?: の? {{date}} 日)?|[去昨]年", ""),
    (DAY, f"再来週 の? {_JA_DAY}", "next {weekday} week"),
    (DAY, f"来週 の? {_JA_DAY}", "{weekday} next week"),
    (DAY, f"今週 の? {_JA_DAY}", "this {weekday}"),
    (DAY, f"(?:今度|次) の {_JA_DAY}", "{weekday}"),
    (DAY, f"(?<!毎週)(?<!毎週の){_JA_DAY}", "{weekday}"),
    (DAY, "来週末", "next weekend"),
    (DAY, "今週末|今度の週末", "this weekend"),
    (DAY, "(?<!毎)週末|土日", "the weekend"),
    (DATE, f"{{year}} 年 {{month}} 月 {{date}} 日(?!間){_BRACKETED}", "{date} {month} {year}"),
    (DATE, f"[今本]年 の? {{month}} 月 {{date}} 日(?!間){_BRACKETED}", "{date} {month} this year"),
    (DATE, f"(?:再来年|さ来年) の? {{month}} 月 {{date}} 日(?!間){_BRACKETED}", "{date} {month} the year after next"),
    (DATE, f"(?:来年|明年) の? {{month}} 月 {{date}} 日(?!間){_BRACKETED}", "{date} {month} next year"),
    (DATE, f"{{month}} 月 {{date}} 日(?!間){_BRACKETED}", "{date} {month}"),
    *_months(
        "月",
        early="の?(?:初め|はじめ|初旬|上旬|頭)",
        mid="の?(?:中旬|半ば)",
        late="の?(?:末|下旬|終わり)",
        next_year="(?:来年|明年) の? ",
        after="中?(?![\\d号])",
    ),
    (DAY, "(?:今年の?)?年末|今年の?(?:末|終わり)", "end of the year"),
    (DAY, "来年", "next year"),
    (DATE, "{year}(?:-|/|\\.){month}(?:-|/|\\.){date}(?!\\d)", "{date} {month} {year}"),
    (DATE, f"{{month}}/{{date}}(?![\\d/%])(?! の(?![午朝昼夕夜\\d])|[以程]){_BRACKETED}", "{date} {month}"),
    (DAY, "来月 の? {nth} 日(?!間)", "the {nth} of next month"),
    (DAY, "今月 の? {nth} 日(?!間)", "the {nth} of this month"),
    (
        DAY,
        f"(?!一日){{nth}} 日(?=[(（]){_BRACKETED}|(?!1日の|一日){{nth}} 日"
        "(?= (?:に(?! (?:\\d|[一二三四五六])+[回件人度個本])|の(?![うち間])|は(?!かか)|も|か[らな?？]|まで|で(?=お願)"
        "|[午朝昼夕夜\\d、。])|\\W*$)",
        "the {nth}",
    ),
    (DAY, "半時間後|30 分後", "in half an hour"),
    (DAY, "[1一１] 時間半後", "in an hour and a half"),
    (DAY, "{amount} 時間後", "in {amount} hours"),
    (DAY, "{amount} 分後", "in {amount} minutes"),
    (DAY, "{amount} 営業日(?:後|以?内)", "in {amount} working days"),
    (DAY, "翌営業日", "next working day"),
    (DAY, "{amount} 日後", "in {amount} days"),
    (DAY, "{amount} 週間?後", "in {amount} weeks"),
    (DAY, "{amount} [かヶカヵケ箇個]月後", "in {amount} months"),
    (DAY, "明[々明]後日|しあさって", "in 3 days"),
    (DAY, "明後日|あさって", "day after tomorrow"),
    (DAY_PART, "明朝", "tomorrow, morning"),
    (DAY_PART, "今朝", "today, morning"),
    (DAY_PART, f"(?:今夜|今晩) {_AT_TWELVE_OR_LATER}", "today, late night"),
    (DAY_PART, f"明晩 {_AT_TWELVE_OR_LATER}", "tomorrow, late night"),
    (DAY_PART, "明晩", "tomorrow, evening"),
    (DAY_PART, "今夜|今晩(?!は)|今夕", "today, evening"),
    (DAY, "明日(?!葉|香)|(?<![しがざ])あした(?!ば)|(?<![ぁ-ん])あす(?=[のはにもで、 ]|$)", "tomorrow"),
    (DAY, "今日|本日|(?<![ぁ-ん])きょう(?=[のはにも、 ]|$)", "today"),
    (DAY, "再来週", "the week after next"),
    (DAY, "来週 の?(?:前半|頭|初め|はじめ|あたま)", "early next week"),
    (DAY, "来週 の?後半", "late next week"),
    (DAY, "来週中?", "next week"),
    (DAY, "今週中?", "this week"),
    (DAY, "来月 の?(?:初め|はじめ|初旬|上旬|頭)", "early next month"),
    (DAY, "来月 の?(?:中旬|半ば)", "mid next month"),
    (DAY, "来月 の?(?:下旬|末|終わり)", "end of next month"),
    (DAY, "(?:今月 の?)?(?<![\\d一二三四五六七八九十])月末|今月 の?(?:末|下旬)", "end of the month"),
    (DAY, "来月中?", "next month"),
    (DAY, "今月中?", "this month"),
    (CLOCK, f"{{first}} {_JA_TO} {_JA_PM} の? {{last}}(?:まで)?", "between {first} and {last}pm"),
    (CLOCK, f"{{first}} {_JA_TO} (?:{_JA_AM} の? )?{{last}}(?:まで)?", "between {first} and {last}"),
    (CLOCK, "{time} (?:以降|過ぎ|すぎ)", "after {time}"),
    (CLOCK, "{time} (?:まで|以前|前)", "before {time}"),
    (CLOCK, "{hour} 時 半(?!ば)", "half past {hour}"),
    (CLOCK, "{hour} 時 {minute} 分(?!間)", "at {hour}:{minute}"),
    (CLOCK, "{hour}[:：](?=\\d\\d){minute}(?![\\d:：])", "at {hour}:{minute}"),
    (CLOCK, "(?!一時){hour} 時(?![間給代期刻差的事点])", "{hour} o'clock"),
    (
        CLOCK,
        "(?:(?<=午[前後])|(?<=[日曜]の)|(?<=[夜昼])|(?<=[夜昼]の))一時(?![間給代期刻差的事])|一時(?=頃|ごろ|から|ちょうど)",
        "1 o'clock",
    ),
    (PART, "お?昼(?=の? (?:11|十一))", "morning"),
    (PART, "お?昼(?:過ぎ|すぎ)|お?昼(?=の? (?:\\d|[一二三十])|後)|午後", "afternoon"),
    (CLOCK, "(?:正午|お昼)(?:まで|前)", "before noon"),
    (CLOCK, "正午|お?昼(?![食間夜寝前休ご])", "noon"),
    (PART, "午前中?|早朝|朝(?![食礼刊日鮮陽阳])", "morning"),
    (PART, f"夜 {_AT_TWELVE_OR_LATER}|(?:夜中|真夜中|深夜)(?=の? (?:12|十二)時)", "late night"),
    (PART, "深夜|夜中|未明", "night"),
    (PART, "夕方|夜(?![間分景勤行])", "evening"),
)

_KO_DAY = "{weekday}요일"
_KO_DATE = "{month} 월 {date} 일(?: [(（][월화수목금토일](?:요일)?[)）])?"
_KO_AM, _KO_PM = "(?:오전|아침|새벽)", "(?:오후|낮|저녁|밤)"
_KO_TO = "(?:부터|에서|-|–|—|~|～|〜)"
_KO_LATER = "(?:후|뒤)"
_KO_AT_TWELVE_OR_LATER = "(?= (?:12|열두|[0-4]|한|두|세|네) ?(?:시(?!간)|[:：]))"
_KO_NEXT, _KO_THIS = "(?:다음|담|내) ?", "이번 ?"

_KO: tuple[Row, ...] = (
    (OVER, f"어제|어젯밤|그저께|엊그제|(?:지난|저번) 주(?: {_KO_DAY})?|(?:지난|저번) 달(?: {{date}} 일)?|작년", ""),
    (DAY, f"다다음 주 {_KO_DAY}", "next {weekday} week"),
    (DAY, f"{_KO_NEXT}주 {_KO_DAY}", "{weekday} next week"),
    (DAY, f"{_KO_THIS}주 {_KO_DAY}", "this {weekday}"),
    (DAY, f"(?<!매주)(?<!매주\\s)(?:오는 |돌아오는 )?{_KO_DAY}", "{weekday}"),
    (DAY, f"{_KO_NEXT}주말", "next weekend"),
    (DAY, f"{_KO_THIS}주말", "this weekend"),
    (DAY, "주말", "the weekend"),
    (DATE, f"{{year}} 년 {_KO_DATE}", "{date} {month} {year}"),
    (DATE, f"(?:올해|금년) {_KO_DATE}", "{date} {month} this year"),
    (DATE, f"(?:내년|명년) {_KO_DATE}", "{date} {month} next year"),
    (DATE, f"(?:내후년|후년) {_KO_DATE}", "{date} {month} the year after next"),
    (DATE, _KO_DATE, "{date} {month}"),
    *_months("월", early="초", mid="중순", late="말", next_year="(?:내년|명년) ", after="(?!\\d)"),
    (DAY, "(?:올해 )?연말|올해 말", "end of the year"),
    (DAY, "내년", "next year"),
    (DATE, "{year}(?:-|/|\\. ?){month}(?:-|/|\\. ?){date}\\.?(?!\\d)", "{date} {month} {year}"),
    (DATE, "{month}/{date}(?![\\d/%])", "{date} {month}"),
    (DAY, f"{_KO_NEXT}달 {{nth}} 일", "the {nth} of next month"),
    (DAY, f"{_KO_THIS}달 {{nth}} 일", "the {nth} of this month"),
    (
        DAY,
        "(?=\\d){nth} 일(?=날|에(?! \\d+ ?[회번명개])|은|이 |까지| (?:오전|오후|아침|저녁|[월화수목금토일]요일))날?",
        "the {nth}",
    ),
    (DAY, f"반 ?시간 {_KO_LATER}|30 분 {_KO_LATER}", "in half an hour"),
    (DAY, f"(?:1|한) 시간 반 {_KO_LATER}", "in an hour and a half"),
    (DAY, f"{{amount}} 시간 {_KO_LATER}", "in {amount} hours"),
    (DAY, f"{{amount}} 분 {_KO_LATER}", "in {amount} minutes"),
    (DAY, f"{{amount}} (?:영업|근무)일 (?:{_KO_LATER}|이내|안|내)", "in {amount} working days"),
    (DAY, "다음 ?(?:영업|근무)일", "next working day"),
    (DAY, f"{{amount}} 일 {_KO_LATER}", "in {amount} days"),
    (DAY, f"하루 {_KO_LATER}", "in 1 days"),
    (DAY, f"이틀 {_KO_LATER}", "in 2 days"),
    (DAY, f"사흘 {_KO_LATER}", "in 3 days"),
    (DAY, f"일주일 {_KO_LATER}", "in 1 weeks"),
    (DAY, f"{{amount}} 주일? {_KO_LATER}", "in {amount} weeks"),
    (DAY, f"{{amount}} (?:개월|달) {_KO_LATER}", "in {amount} months"),
    (DAY, "글피", "in 3 days"),
    (DAY, "(?:내일 ?|낼)?모레", "day after tomorrow"),
    (DAY, "내일|낼", "tomorrow"),
    (DAY, "오늘", "today"),
    (DAY, "다다음 주", "the week after next"),
    (DAY, f"{_KO_NEXT}주 초", "early next week"),
    (DAY, f"{_KO_NEXT}주", "next week"),
    (DAY, f"{_KO_THIS}주", "this week"),
    (DAY, f"{_KO_NEXT}달 초", "early next month"),
    (DAY, f"{_KO_NEXT}달 말", "end of next month"),
    (DAY, f"(?:{_KO_THIS}달 )?월말|{_KO_THIS}달 말", "end of the month"),
    (DAY, f"{_KO_NEXT}달", "next month"),
    (DAY, f"{_KO_THIS}달", "this month"),
    (CLOCK, f"{{first}} {_KO_TO} {_KO_PM} {{last}}(?: ?까지)?", "between {first} and {last}pm"),
    (CLOCK, f"{{first}} {_KO_TO} (?:{_KO_AM} )?{{last}}(?: ?까지)?", "between {first} and {last}"),
    (CLOCK, "{time} (?:이후|넘어서|지나서)", "after {time}"),
    (CLOCK, "{time} (?:이전|전|까지)", "before {time}"),
    (CLOCK, "{hour} 시 반", "half past {hour}"),
    (CLOCK, "{hour} 시 {minute} 분", "at {hour}:{minute}"),
    (CLOCK, "{hour}[:：](?=\\d\\d){minute}(?![\\d:：])", "at {hour}:{minute}"),
    (CLOCK, "{hour} 시(?: ?정각)?", "{hour} o'clock"),
    (PART, "낮(?= 11)", "morning"),
    (PART, "한?낮(?= (?:\\d|열두|한|두|세|네))|오후|점심(?= (?:12|열두))", "afternoon"),
    (CLOCK, "정오 (?:이전|전|까지)", "before noon"),
    (CLOCK, "정오", "noon"),
    (CLOCK, "점심 ?(?:시간|때)", "lunchtime"),
    (PART, "오전|아침", "morning"),
    (CLOCK, "자정 (?:이전|전|까지)", "before midnight"),
    (CLOCK, "자정", "at midnight"),
    (PART, f"(?:저녁|한?밤){_KO_AT_TWELVE_OR_LATER}", "late night"),
    (PART, "새벽|한밤", "night"),
    (PART, "저녁|밤", "evening"),
)

PHRASES: dict[str, tuple[Row, ...]] = {"zh": _ZH, "ja": _JA, "ko": _KO}

JOINING = {
    "zh": "的|在|[约約]|大概|大[约約]|差不多|[当當那]天",
    "ja": "の|は|に|も|なら|でしたら|だと",
    "ko": "의|에|은|는|쯤|정각",
}

MEETING = {
    "zh": "[预預][约約订訂]|[约約](?!束)|[见見]|[開开][会會门門]|[会會][议議]|演示|[电電][话話]|通[话話]|打[给給]"
          "|[联聯][系繫絡络]|聊|[谈談]|[沟溝]通|有空|有[时時][间間]|方便|可以|行[吗嗎]|安排|拜[访訪]|[送到][货貨]|配送"
          "|[营營][业業]|[过過][来來]|[回答][复復覆]|[几幾][点點]|[发發][货貨出]",
    "ja": "予約|打ち?合わ?せ|会議|面談|商談|デモ|電話|通話|訪問|相談|連絡|お?話|会[えいう]|ミーティング|空い|都合"
          "|大丈夫|可能|伺|来店|配達|配送|届|お願い|いかが|アポ|営業|開い|返[事信]|回答|何時|発送",
    "ko": "예약|미팅|회의|상담|통화|전화|만나|만날|[뵐뵙]|방문|데모|시연|가능|괜찮|시간|약속|배송|배달|연락|영업"
          "|[문열] ?[여열]|잡|답변|답장|회신|몇 ?시|발송",
}  # fmt: skip
"""Words for meeting and talking, and for being open and delivering."""
