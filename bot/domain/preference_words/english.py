"""How people ask for all this in English."""

from __future__ import annotations

from typing import Final

from bot.domain.preference_words.words import PreferenceWords

ENGLISH: Final = PreferenceWords(
    kinds={
        "OFTEN": (
            "(?:(?:once|twice|an?|one|two|three|four|[1-4])(?: (?:times?|texts?|sms|messages?|e ?mails?|newsletters?))?"
            " (?:an?|per|every|each|in an?) (?:day|week|fortnight|month|quarter|year)"
            "|(?:once )?every (?:other|second|two|three|six|[236]|couple of) (?:days?|weeks?|months?)"
            "|daily|weekly|fortnightly|monthly|quarterly|yearly)"
        ),
        "AT_MOST": "(?:only|just|at (?:the )?most|(?:no|not) more(?: often)? than|max(?:imum)?|a maximum of|tops)",
        "ENOUGH": (
            "(?:(?:s|is|would be|will be|seems) (?:\\w+ )?(?:enough|plenty|sufficient|fine|ok|okay|good)|will do"
            "|would do)"
            "(?: for (?:me|us|SENT))?"
        ),
        "SENT": (
            "(?:(?:your|the|these|those|any|all|of|more|marketing|automated|promotional|text|sms|advertising) ){0,4}"
            "(?:texts?|sms|messages?|msgs?|marketing|e ?mails?|newsletters?|mailings?|promotions|promos|offers|ads"
            "|advertising|whatsapps?|calls)(?: from you)?"
        ),
        "TO_ME": (
            "(?:text(?:ing)?|txt|messag(?:e|ing)|msg|contact(?:ing)?|writ(?:e|ing)(?: to)?|e ?mail(?:ing)?|call(?:ing)?"
            "|send(?:ing)?) (?:to )?(?:me|us)(?: SENT)?"
        ),
        "WHAT": (
            "(?:SENT|(?:get|getting|receiv(?:e|ing)|be(?:ing)? (?:sent|texted|contacted|called|e ?mailed))(?: SENT)?"
            "|TO_ME|it|this|that|these|them|anything|any of (?:it|this|that))"
        ),
        "CONSENT": "(?:consent|permission|ok|okay|agreement|approval|authori[sz]ation)",
        "EVER": "(?: (?:ever|already|actually|really|even|still|currently|just|now|once|all|exactly)){0,4}",
        "ASKING": (
            "(?:(?:i|we)(?: d| would)? (?:want|like|need|prefer)|(?:id|wed) (?:like|prefer)"
            "|(?:can|could|may|how (?:can|do)) (?:i|we)(?: please)? (?:get|have|receive)"
            "|(?:(?:can|could|would|will) you(?: please)? |please )?send(?: me| us)?) "
        ),
        "YOU_DO": "(?:(?:can|could|would|will) (?:you|i|we)(?: please)?|how (?:can|do) i|please|id like to|i want to)",
        "TOO": "(?:(?:far|way|much|a bit|just|really) ){0,4}",
    },
    beside=(
        "hi|hello|hey|there|please|pls|plz|ok|okay|well|so|and|but|also|um|oh|no|sorry|thanks|thx|thank you|honestly"
        "|actually|wait|look|listen|then|anyway|by the way|btw|again|or not|if possible|from now on|in future"
        "|quick question|(?:can|could) i ask|(?:can|could|would) you (?:please )?tell me|tell me"
        "|(?:i )?just want to know"
        "|id like to know|im wondering|i wonder"
    ),
    standing=(
        "(?:who gave you|who told you|where(?: \\w+)? did you get|how (?:did|do) you(?: even)? (?:get|have|know)"
        "|how come you have|why do you have)EVER (?:my|this) (?:(?:phone|mobile|cell|contact) )?(?:number|phone|details"
        "|e ?mail(?: address)?)(?: from| anyway)?",
        "(?:(?:when |where |since when )?(?:did|have|had|didnt|havent) (?:i|we)EVER|(?:if|whether) (?:i|we)(?: have"
        "| had)?EVER) "
        "(?:(?:consent(?:ed)?|opt(?:ed)? (?:in|out)|(?:un)?subscribed?|giv(?:e|en)(?: you)?(?: my| any)? CONSENT)"
        "(?: (?:in |out )?(?:to|for|of|from) WHAT)?"
        "|(?:agreed?|sa(?:y|id) yes|sign(?:ed)? up|allow(?:ed)? you) (?:(?:to|for|in) )?WHAT)",
        "(?:(?:am|are|was|were) (?:i|we)|(?:if|whether) (?:i am|im|we are|i was))EVER "
        "(?:(?:(?:un)?subscribed|opted (?:in|out))(?: (?:to|for|from|of) WHAT)?"
        "|(?:signed up|registered|down) (?:to|for) WHAT|on (?:your|the|a|any) (?:(?:mailing|text|texting|sms"
        "|marketing|e ?mail) )?list|getting SENT)",
        "(?:(?:since when )?(?:do|did|dont) you|(?:if|whether) you)EVER have (?:(?:my|our) CONSENT(?: (?:to"
        "|for) WHAT| to do (?:that"
        "|so|this))?"
        "|(?:any |a |the )?CONSENT(?: from (?:me|us))? (?:to TO_ME|for SENT))",
        "(?:did|have) iEVER (?:say|said|tell you|told you) (?:that )?you (?:can|could|may|might) TO_ME",
        "(?:did|have) iEVER (?:tick|check|ticked|checked) (?:the|a|your) box(?: for SENT)?",
        "do iEVER get (?:your SENT|SENT from you)",
        "i (?:dont|do not|cant|cannot) (?:remember|recall)(?: ever)? (?:agreeing|consenting|subscribing|signing up"
        "|opting in)"
        "(?: (?:to|for) WHAT)?",
        "(?:are|were) youEVER (?:allowed|permitted|entitled|authori[sz]ed) to TO_ME",
        "(?:what|(?:which|what) SENT) (?:exactly |else )?(?:(?:did|have|had|am|are) (?:i|we)EVER|i(?: have| had)?EVER) "
        "(?:agreed?|consent(?:ed)?|subscribed?|opt(?:ed)? in|sign(?:ed)? up|sa(?:y|id) yes|giv(?:e"
        "|en)(?: you)?(?: my)? CONSENT)"
        "(?: to| for| into)(?: exactly| here| anyway| with you){0,4}",
        "who gave youEVER (?:my |the |any )?CONSENT(?: to TO_ME)?",
        "who (?:said|told you)(?: that)? (?:you (?:can|could|may|were allowed to)) TO_ME",
        "(?:is|are) (?:my|our) (?:marketing )?(?:consents?|permission)EVER (?:valid|on file|recorded|active|in force)",
        "(?:(?:what|show me|whats)(?: is| are)? )?my (?:consents?(?: status)?|marketing (?:preferences|settings"
        "|permissions))",
    ),
    fewer=(
        "(?:(?:is there (?:a|any) way (?:to|i can)|(?:can|could) i|how (?:do|can) i|(?:id|i would) like to|i want to)"
        " (?:get|receive|have) )?(?:less|fewer) of (?:these|those|them)",
        "(?:(?:great|joy|wonderful|lovely|fantastic|brilliant|super|yay|perfect|nice|oh (?:great|joy|look|good)"
        "|seriously|just what i (?:needed|wanted)) (?:yet )?another|not(?: yet)? another)"
        " (?:one(?: of (?:these|those|your SENT))?|SENT)",
        "(?:ASKING)?(?:fewer|less|not (?:so|that|quite so|as) many|not (?:so|that|quite so|as) much) SENT"
        "(?: (?:would be (?:nice|good|better|great)|would do|if you can))?",
        "SENT (?:a (?:bit|little) )?less (?:often|frequently)",
        "(?:can|could|would) you(?: please)? (?:text|message|write|e ?mail|call|send SENT) less(?: often| frequently)?",
        "(?:YOU_DO )?(?:only )?TO_ME (?:(?:a (?:bit|little|lot) )?less(?: often| frequently)?"
        "|not (?:so|that|as|quite so) (?:often|much|frequently))",
        "(?:dont|do not|you dont (?:have|need) to|you neednt|(?:there is |theres )?no need to|(?:can"
        "|could) you not) TO_ME "
        "(?:(?:so|that|quite so|this|as) (?:often|much|frequently)|all the time|constantly|every (?:single )?(?:day"
        "|hour|week))",
        "(?:you|u|youre|you are|you guys|you keep)(?: just| really)? TO_ME TOO(?:too (?:much|often|many times"
        "|frequently)"
        "|(?:so|that|this) (?:much|often)|a lot|all the time|every (?:single )?day)",
        "(?:you|u|youre|you are|you guys|you keep)(?: just| really)? send(?:ing)?(?: me| us)? TOO(?:too|so|this"
        "|that) (?:many|much) SENT",
        "(?:you|u|youre|you are|you keep)(?: just| really)? send(?:ing)?(?: me| us) TOO(?:too|so|this"
        "|that) much(?: stuff)?",
        "i (?:dont|do not) (?:need|want) (?:(?:an? )?SENT (?:every (?:single )?(?:day|week|hour)|so often)|(?:so"
        "|this|that|as) many SENT)",
        "(?:id|i would|i)(?: only)? (?:rather|prefer to|like to|want to) hear from you"
        " (?:(?:AT_MOST )?OFTEN(?: AT_MOST)?"
        "|less(?: often)?)",
        "(?:(?:thats|that is|this is|its|these are|i(?:m| am)? get(?:ting)?|i receive|ive had) )?TOO(?:too|so"
        "|this) (?:many|much) "
        "(?:(?:your )?(?:texts|sms|messages|text messages|marketing|newsletters)(?: from you)?|SENT from you)",
        "(?:YOU_DO )?(?:reduce|cut(?: down| back)?(?: on)?|limit|slow down(?: on| with)?|tone down|go easy (?:on"
        "|with)|pause|snooze)"
        " (?:the (?:number|amount|frequency) of )?SENT(?: (?:a bit|for (?:a|one|some|\\w+) (?:while|bit|time|weeks?"
        "|months?|days?)))?",
        "(?:can|could|how (?:can|do)) i (?:change|set|choose|limit|decide) how (?:often|many|much)(?: (?:you TO_ME"
        "|SENT(?: i get)?|i (?:get|hear)(?: \\w+){0,4}))",
        "(?:YOU_DO )?(?:AT_MOST )?TO_ME (?:AT_MOST )?OFTEN(?: AT_MOST)?(?: ENOUGH)?",
        "(?:dont|do not) TO_ME more(?: often)? than OFTEN",
        "ASKING(?:AT_MOST )?(?:OFTEN|SENT OFTEN|one SENT OFTEN)(?: AT_MOST)?",
        "(?:AT_MOST )?OFTEN ENOUGH for SENT",
        "SENT (?:AT_MOST )?OFTEN(?: (?:AT_MOST|ENOUGH))?",
    ),
    bare=(
        "(?:a (?:bit|little) )?less (?:often|frequently|frequent)", "not (?:so|that|quite so|as) (?:often|frequently)",
        "(?:(?:thats|that is|this is|its) TOOtoo (?:many|much|often) )?(?:AT_MOST )?OFTEN ENOUGH",
        "AT_MOST OFTEN", "OFTEN AT_MOST",
    ),
    often=(
        "(?P<count>once|twice|an?|one|two|three|four|[1-4])(?: \\w+){0,2}? (?:an?|per|every|each|in an?) "
        "(?P<unit>day|week|fortnight|month|quarter|year)"
        "|every (?P<each>other|second|two|three|six|[236]|couple of) (?P<of>day|week|month)s?"
        "|(?P<said>daily|weekly|fortnightly|monthly|quarterly|yearly)"
    ),
    numbers={
        "once": 1, "twice": 2, "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "six": 6,
        "other": 2, "second": 2, "couple of": 2,
    },
    days={
        "day": 1, "week": 7, "fortnight": 14, "month": 30, "quarter": 90, "year": 365,
        "daily": 1, "weekly": 7, "fortnightly": 14, "monthly": 30, "quarterly": 90, "yearly": 365,
    },
)  # fmt: skip
