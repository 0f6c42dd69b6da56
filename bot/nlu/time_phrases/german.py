"""How German says when."""

from __future__ import annotations

from bot.nlu.time_phrases.rows import CLOCK, DATE, DAY, DAY_PART, OVER, PART, Row

_ABOUT = "(?: (?:etwa|ungefähr|circa|ca\\.|rund))?"
_UNCOUNTED = "(?! (?-i:[A-ZÄÖÜ])| (?:leute|person|gäst|mitarbeit|plätz|teilnehm))"
"""Nothing is counted by the word before: not "um neun Uhr zehn Personen"."""

ROWS: tuple[Row, ...] = (
    (OVER, "gestern|vorgestern", ""),
    (DAY, "(?:am|dieses) wochenende", "this weekend"),
    (DAY, "(?:am )?nächste[ns] wochenende", "next weekend"),
    (CLOCK, "(?:zwischen|von) {first} (?:uhr )?(?:und|bis) {last} uhr", "between {first} and {last}"),
    (OVER, "(?:am |den )?(?:letzte[rn]?|vergangene[rn]?|vorige[rn]?) {weekday}", ""),
    (DAY_PART, "heute (?:morgen|früh)", "today, morning"),
    (DATE, "(?:an |am )?(?:heiligabend|heiligen abend)(?: {year})?", "24 december {year}"),
    (DATE, "(?:an )?silvester(?: {year})?", "31 december {year}"),
    (DATE, "(?:am |den )?{date}\\.? {month}(?: {year})?", "{date} {month} {year}"),
    (DATE, "(?:am |den )?{date}\\.{numbered}\\.(?:{yy})?|(?:am|den) {date}\\.{numbered}", "{date} {numbered} {yy}"),
    (DATE, "(?:am|den) {nth}\\.", "the {nth}"),
    (DAY, "(?:am )?{weekday} in {amount} wochen?", "{amount} weeks on {weekday}"),
    (DAY, "(?:am )?{weekday} in (?:acht|8) tagen", "1 weeks on {weekday}"),
    (DAY, "heute in (?:acht|8) tagen", "in 1 weeks"),
    (DAY, "heute in {amount} wochen?", "in {amount} weeks"),
    (DAY, "{weekday}(?: in der)? nächste[rn]? woche|nächste woche(?: am)? {weekday}", "{weekday} next week"),
    (DAY_PART, "(?:am )?{weekday}(?:vormittag|morgen)", "{weekday}, morning"),
    (DAY_PART, "(?:am )?{weekday}nachmittag", "{weekday}, afternoon"),
    (DAY_PART, "(?:am )?{weekday}abend", "{weekday}, evening"),
    (DAY, "(?:am )?nächste[rn]? {weekday}", "next {weekday}"),
    (DAY, "(?:am )?(?:kommende[rn]? |diese[rn]? )?{weekday}", "{weekday}"),
    (DAY, "(?:am )?{short}\\.?(?=,? (?:\\d|um|den|früh|vor|nach))", "{short}"),
    (DAY, "(?:am )?fr\\.?(?=,? (?:um|den|früh))", "friday"),  # else it may be francs, or Frau
    (DAY, "(?:in|binnen|innerhalb von) {amount} (?:werk|arbeits)tag(?:en)?", "in {amount} working days"),
    (DAY, "(?:am )?nächste[rn]? (?:werk|arbeits)tag", "next working day"),
    (DAY, "in (?:anderthalb|eineinhalb) stunden", "in 90 minutes"),
    (DAY, "in einer halben stunde", "in 30 minutes"),
    (DAY, "in einer viertelstunde", "in 15 minutes"),
    (DAY, "in {amount} (?:stunden?)", "in {amount} hours"),
    (DAY, "in {amount} (?:minuten?)", "in {amount} minutes"),
    (DAY, "(?:in|binnen|innerhalb(?: von)?) {amount} tag(?:en|es)?", "in {amount} days"),
    (DAY, f"(?:in|binnen|innerhalb(?: von)?){_ABOUT} {{amount}} wochen?", "in {amount} weeks"),
    (DAY, "(?:in|innerhalb) de[nr] (?:nächsten|kommenden) {amount} wochen", "within {amount} weeks"),
    (DAY, f"(?:in|binnen|innerhalb(?: von)?){_ABOUT} {{amount}} monat(?:en|s)?", "in {amount} months"),
    (DAY, f"(?:in|binnen|innerhalb(?: von)?){_ABOUT} (?:einem|nem) halben jahr", "in 6 months"),
    (DAY, "(?:anfang|mitte|ende) (?:der )?(?:nächste[rn]|kommende[rn]) woche", "next week"),
    (DAY, "(?:anfang|mitte|ende) (?:des )?(?:nächste[ns]|kommende[ns]) monats", "next month"),
    (DAY, "(?:anfang|mitte|ende) (?:des )?(?:nächste[ns]|kommende[ns]) jahre?s", "next year"),
    (DAY, "(?:in|innerhalb) de[nr] (?:nächsten|kommenden) {amount} monaten?", "within {amount} months"),
    (DAY, "(?:in der )?(?:nächste[rn]?|kommende[rn]?) woche", "next week"),
    (DAY, "(?:im )?(?:nächste[rn]?|kommende[rn]?) monat", "next month"),
    (DAY, "(?:in )?diese[rn]? woche", "this week"),
    (DAY, "übermorgen", "day after tomorrow"),
    (DAY, "heute", "today"),
    (DAY, "(?<!guten )(?<!am )(?<!jeden )(?<!heute )morgen", "tomorrow"),
    (CLOCK, "(?:um |gegen )?halb {hour}", "{hour-1}:30"),
    (CLOCK, "(?:um |gegen )?viertel nach {hour}", "quarter past {hour}"),
    (CLOCK, "(?:um |gegen )?viertel vor {hour}", "quarter to {hour}"),
    (CLOCK, "(?:um |gegen |ab )?{hour}(?::| uhr ){minute}(?: uhr)?", "at {hour}:{minute}"),
    (CLOCK, f"(?:um |gegen |ab )?{{hour}} uhr {{said}}{_UNCOUNTED}", "at {hour}:{said}"),
    (CLOCK, "(?:um|gegen|ab) {hour}\\.{minute}|{hour}\\.{minute} uhr", "at {hour}:{minute}"),
    (CLOCK, "(?:um |gegen |ab )?(?:{hour} uhr|(?=\\d){hour} ?h)", "{hour} o'clock"),
    (CLOCK, "(?:um|gegen) {hour}(?! (?-i:[A-ZÄÖÜ]))", "at {hour}"),  # nouns have a capital: what is counted
    (CLOCK, "(?:um |gegen |am )?mittags?", "noon"),
    (PART, "(?:am )?vormittags?|früh|morgens|am morgen", "morning"),
    (PART, "(?:am )?nachmittags?", "afternoon"),
    (PART, "(?:am )?abends?", "evening"),
)  # fmt: skip
