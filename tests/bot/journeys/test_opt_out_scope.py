"""How far an opt-out goes by its own words, with the words that come with Overture."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.documents import parse
from bot.domain.errors import ContentError
from bot.domain.sending_rules import SendingRules
from bot.journeys.rules import read_rules
from tests.bot.journeys.test_rules import STOP

SHIPPED = Path(__file__).parents[3] / "journeys" / "rules"


@pytest.fixture(scope="module")
def shipped() -> SendingRules:
    return read_rules(parse(str(path), path.read_text(encoding="utf-8")) for path in sorted(SHIPPED.glob("*.yml")))


KEEPS_SMS = """
No more emails please but texting is ok
Quit emailing me. Texts are fine.
no emails. texts ok
could you stop the whatsapp messages? sms is fine
unsubscribe from e-mail, keep sms
Don't send emails, send texts instead
I'd prefer texts, no more emails
Bitte nicht mehr anrufen, SMS ist ok
No más llamadas, SMS está bien
No quiero que me escriban por correo, pero por SMS sí
Ya no me manden correos, prefiero SMS
Basta chiamate, va bene SMS
Sem e-mails, só SMS
Żadnych maili, SMS są ok
Unsubscribe me from e-mails but keep texting me
unsubscribe me from emails but keep texting me
Keep texting me but unsubscribe me from e-mails
Stop the emails, but texts are fine
Stop emailing me, text me instead
please stop emailing me, texts are ok
no more emails please, just text me
No more calls, but you can still text me
Don't call me anymore, just text
STOP WHATSAPP BUT KEEP SMS
Stop sending me whatsapp messages, sms is ok
I want to keep getting texts but please take me off the email list
opt out of email, stay in for sms
Cancel the emails but continue the text messages
Don't email me any more, but feel free to keep texting
Texts are fine, but stop the e-mails
can you stop the emails? texts are still welcome
quit calling me, texting is okay though
please remove my email address from the mailing list but keep sending me texts
I only want texts, not emails
Bitte keine E-Mails mehr, aber SMS sind okay
Melden Sie mich von den E-Mails ab, aber schreiben Sie mir weiter per SMS
Keine Anrufe mehr, nur noch SMS bitte
SMS dürfen weiter kommen, aber keine E-Mails mehr
Arrêtez les e-mails mais continuez les SMS
Plus d'e-mails s'il vous plaît, mais les SMS c'est bon
Désinscrivez-moi des e-mails mais gardez les SMS
Merci de ne plus m'écrire par e-mail mais de continuer par SMS
No me manden más correos, pero sigan con los SMS
Dejen de enviarme correos, pero los mensajes de texto están bien
Basta email, ma gli SMS vanno bene
Stop met e-mailen, maar sms mag nog wel
Geen e-mails meer, maar sms is prima
Parem de mandar e-mails, mas podem continuar com os SMS
"""

KEEPS_EMAIL = """
I don't want calls any more, email is fine
please end the phone calls but keep the emails
Keine SMS mehr bitte, E-Mail ist in Ordnung
Plus de SMS, les e-mails c'est bon
Geen sms meer, e-mail mag
Stop calling me. Email me instead.
stop texting me, email is fine
Stop texting me but keep sending the emails
I'd rather get emails, stop the text messages
"""

KEEPS_WHATSAPP = """
stop sms, keep whatsapp
"""

ENDS_ALL = """
stop sending emails to my wife but text me
no emails or calls but texts ok
Email me about why you keep texting me and stop
texts ok until friday then stop the emails too
stop the emails but texts can stop as well
stop the emails and texts but calls are fine?
I said stop the emails not keep the texts
stop, keep your texts
Keep out of my texts and stop the emails
stop texting and calling. just stop. emails also
keep calling and I'll stop answering emails
no texts no emails no calls just stop
keep the emails off, stop the texts
keep emails away, stop texts
stop texts, keep emails to a minimum
Keine E-Mails, keine SMS, nur stoppen
Bitte keine Mails. SMS gut? Nein.
Arrêtez les SMS et gardez mes e-mails confidentiels
just keep emails, texts and calls out, stop
stop texts to me. good emails only to others
Stop
STOP!!!
Stop emailing me and stop texting me
stop texting and emailing me
Stop texting me. Don't email me either.
No more emails and no more texts
no emails, no texts, no calls
stop the emails, and don't you dare keep texting me
Don't keep texting me
stop, don't keep emailing me
Unsubscribe me from emails, texts and everything else
unsubscribe me from emails but also stop texting me
Stop the emails but not only the emails, the texts too
Stop sending texts, I already unsubscribed from your emails
I unsubscribed from emails but you keep texting me. Stop.
I told you to stop emailing but you keep texting me
I opted out of email but you still text me, stop it
Unsubscribe me from e-mails but you keep texting me anyway, stop it all
stop everything, emails, sms, whatsapp
why do you keep texting me? unsubscribe me from the emails too
stop emailing me, and if you keep texting me I'll sue
Stop emailing. If you text me I will report you.
stop calling me, and texting me is not ok either
stop emails, texts are not ok
Stop the emails. Texts aren't fine either
stop emailing me, nor do I want texts
Stop texting me, email me to confirm
Stop texting me, email me a confirmation that you deleted my number
Do not email me, do not text me, do not call me
please stop all texts and email me confirmation
Don't email or text me
neither emails nor texts please
take me off your email and text lists
no more texts but also no emails
stop texting me but don't email me instead
stop emailing me, don't text me instead
Stop both: the emails and the texts
stop the texts, the emails can stop too
stop texting me, keep your emails to yourself
stop emailing me and keep your texts
stop the emails, the texts are fine for others but not for me
stop texting me and delete my email
stop. email keeps coming, texts keep coming
stop emailing me, texting me, calling me
leave me alone, stop texting, stop emailing
Stop emails. Texts fine? No, stop them too.
stop the emails, i dont want to keep getting texts
I want no emails and I don't want to keep getting texts
unsubscribe me from emails and dont keep texting me
unsubscribe emails, never text me again
Keine E-Mails und keine SMS mehr
Keine E-Mails mehr, auch keine SMS
Hören Sie auf mir E-Mails und SMS zu schicken
Keine E-Mails mehr und SMS auch nicht
Plus d'e-mails ni de SMS
Arrêtez les e-mails et les SMS
Arrêtez les e-mails, les SMS aussi
No me manden más correos ni SMS
Basta email e basta SMS
Geen e-mails en geen sms meer
Geen e-mails meer, en sms ook niet
Parem de mandar e-mails e SMS
Ni correos ni SMS, paren ya
stop emails and texts only
stop the emails and the texts only
you can keep the emails, stop the texts
you can keep your emails, stop the texts
keep the texts, stop
stop texts. emails fine. stop
stop emails and texts just stop
I want out of the texts, stop the emails
I want off the text list, stop the emails
I want to leave the text list, stop the emails
I want texts to end, no emails
just email me, don't just text me
keep texts? no. stop emails
stop the welcome texts, emails fine
Stop e-mails, calls and texts, thanks
no emails, calls or texts
no emails calls texts
no emails, calls, texts, whatsapp ok
stop emails; all texts, calls fine
stop the emails, and the texts, and whatsapp is fine?
Unsubscribed from emails but keep texting me
stop the emails. keep getting texts
stop emailing me. texts keep coming
stop emailing me, texts continue
stop emails, texts are no better
stop emails, texts aren't good
Texts are not welcome, stop the emails
stop the emails, not just the texts
stop the texts, nobody likes emails
don't stop texting me, stop the emails
never keep texting me, no emails
Keine E-Mails mehr, Sie schicken mir weiter SMS
Keine E-Mails mehr und SMS nur nervig
Keine E-Mails mehr, weiterhin SMS von Ihnen
Arrêtez les e-mails, vous continuez les SMS
Arrêtez les e-mails, gardez vos SMS
Plus d'e-mails, les SMS ça suffit
No más correos, siguen con los SMS
Basta email, continuate con gli SMS!
Parem com os e-mails, continuam os SMS
Geen e-mails, jullie gaan door met sms
Geen e-mails meer en sms alleen
stop emails,texts ok? no
"""
"""Each sounds as if it kept something, or names several channels."""

UNSURE = """
stop calling me and email me instead
Stop the emails
stop texting me
unsubscribe me from the emails
stop texting me, but my assistant Emailia can stay
stop but keep me posted
stop texting me so much, but keep emailing me
unsubscribe me but not from everything
keep texting me?? stop emailing
stop messaging me, but keep the messages about my order
Stop one of them, emails or texts
stop the emails or the texts, whichever
stop emailing me at work, text me at home
stop texting me, keep my email on file
stop the emails but maybe keep the texts, not sure
stop texting me, email my wife instead
stop emailing me, text my husband
stop the texts, my email is jane@example.com
my email is jane@example.com, stop texting me
stop texting this number, text 0770 instead
stop emailing jane@example.com, keep emailing joe@example.com
stop sms for now but keep sms later
stop texting me but keep texting me
Unsubscribe from email only, I still want texts
Non mandatemi più email ma continuate con gli SMS
"""
"""What may keep something, or may not, ends all."""

NO_OPT_OUT = """
don't stop texting me
keep texting me
text me instead
email me instead please
I'd rather you emailed me than called me
can you email me the price?
please keep sending the emails, i like them
do you send texts or emails?
i didn't get your email but your text came
how do I stop the emails of my customers but keep the texts
does your product stop emails but keep texts?
halt and catch fire is a show
is there a DNC check in your product?
what is a do not call list?
can I cancel my subscription at any time?
how do i cancel my subscription?
remove my number from the quote and use 5
Ich hätte lieber E-Mails als SMS
don't call me before nine, text me
call me, don't email me the offer yet
"""


def lines(*texts: str) -> list[str]:
    return [line for text in texts for line in text.strip().splitlines()]


PREFERS_EMAIL = """
please only email me
just email me from now on pls
email me instead
can you just email me instead?
e-mails instead of texts please
email only please
prefer email tbh
I'd rather get emails
unsubscribe me from everything except email
no texts, but email is ok
please dont text me, email is better
bitte nur noch per E-Mail
E-Mail statt SMS
lieber per Mail
kein SMS mehr, lieber per Mail
alles abbestellen außer E-Mail
keine SMS, E-Mail reicht
uniquement par mail svp
pas de sms, par mail c'est ok
désinscrivez-moi de tout sauf des mails
solo por correo por favor
correo en vez de sms
prefiero el correo
nada de sms, mejor por correo
denme de baja de todo menos del correo
"""
"""In answer to marketing each ends all of it but by e-mail."""

PREFERS_NOTHING = """
email
email me
text me instead of calling, emailing
only text my husband
just stop
not just email
only if email
only email me once a month
plutôt des mails que des sms
no texts instead of emails
"""


@pytest.mark.parametrize("text", lines(PREFERS_EMAIL))
def test_a_message_may_prefer_a_channel_to_all_others(shipped: SendingRules, text: str) -> None:
    assert shipped.preferred_in(text) == {"email"}


@pytest.mark.parametrize("text", lines(PREFERS_NOTHING))
def test_what_names_a_channel_and_says_more_or_less_prefers_none(shipped: SendingRules, text: str) -> None:
    assert shipped.preferred_in(text) == frozenset()


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (text, channel)
        for channel, texts in {"sms": KEEPS_SMS, "email": KEEPS_EMAIL, "whatsapp": KEEPS_WHATSAPP}.items()
        for text in lines(texts)
    ],
)
def test_what_an_opt_out_plainly_keeps_is_kept(shipped: SendingRules, text: str, kept: str) -> None:
    assert shipped.kept_in(text) == {kept}


@pytest.mark.parametrize("text", lines(ENDS_ALL, UNSURE))
def test_nothing_is_kept_by_what_does_not_plainly_say_so(shipped: SendingRules, text: str) -> None:
    assert shipped.kept_in(text) == frozenset()


@pytest.mark.parametrize("text", lines(NO_OPT_OUT))
def test_what_ends_nothing_is_no_opt_out_that_keeps_something(shipped: SendingRules, text: str) -> None:
    assert shipped.kept_in(text) == frozenset()
    assert not shipped.ends_several(text)


@given(
    word=st.sampled_from(["or", "either", "if", "you", "sue", "why", "lawyer", "wife", "too", "also"]),
    at=st.integers(0, 8),
)
def test_one_word_more_and_nothing_is_kept(shipped: SendingRules, word: str, at: int) -> None:
    words = ["Stop", "the", "emails", "but", "keep", "sending", "me", "texts"]
    assert shipped.kept_in(" ".join(words)) == {"sms"}
    assert shipped.kept_in(" ".join([*words[:at], word, *words[at:]])) == frozenset()


@pytest.mark.parametrize(
    "text",
    ["Stop the emails, keep texting me 🛑", "🖕 stop the emails, texts are fine", "Keep the texts 🙄 stop the emails"],
)
def test_an_emoji_may_turn_it_round(shipped: SendingRules, text: str) -> None:
    assert shipped.kept_in(text) == frozenset()


def test_of_a_text_that_is_too_long_to_be_looked_at_nothing_is_kept(shipped: SendingRules) -> None:
    assert shipped.kept_in("Stop the emails, keep the texts" + " please" * 200) == frozenset()


@pytest.mark.parametrize(
    "text",
    [
        "neither emails nor texts please",
        "no emails, no texts, no calls",
        "No e-mails and no texts!",
        "Keine E-Mails, keine SMS",
    ],
)
def test_what_ends_several_channels_and_says_nothing_else_is_an_opt_out(shipped: SendingRules, text: str) -> None:
    assert shipped.ends_several(text)


@pytest.mark.parametrize(
    "text",
    [
        "no texts please",
        "no emails or texts?",
        "no emails, texts are fine",
        "no emails and no texts before nine",
        "emails and texts",
        "keep the emails and texts",
    ],
)
def test_one_channel_a_question_or_a_condition_is_none_by_that(shipped: SendingRules, text: str) -> None:
    assert not shipped.ends_several(text)


def test_the_channels_that_a_message_names_are_found_in_any_language(shipped: SendingRules) -> None:
    assert shipped.channels_in("please stop the e-mails at once") == {"email"}
    assert shipped.channels_in("Keine Anrufe und keine SMS") == {"voice", "sms"}
    assert shipped.channels_in("stop") == frozenset()


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("end: [stop], keep: [fine]", "the names of channels"),
        ("channels: {sms: [texts]}, keep: [fine]", '"end"'),
        ("channels: {sms: [texts]}, end: [stop]", '"keep"'),
        ("channels: {sms: ['!']}, end: [stop], keep: [fine]", "has no letter"),
        ("channels: {sms: [texts]}, end: [stop], keep: [fine], unless: [x]", '"unless"'),
    ],
)
def test_a_row_that_lacks_something_is_a_fault(row: str, fault: str) -> None:
    head = "id: a, jurisdiction: default, language: en, from: 2026-01-01, source: a law"
    text = f"opt_out_scope:\n  - {{{head}, {row}}}\n"
    with pytest.raises(ContentError) as caught:
        read_rules([parse("journeys/rules/a.yml", text), parse("journeys/rules/opt_out.yml", STOP)])
    assert any(fault in str(one) for one in caught.value.faults)
