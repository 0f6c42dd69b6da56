"""What somebody wrote, told from what they quoted and signed with."""
# ruff: noqa: E501  a message is on one line

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.email.replies import LONGEST_REPLY, reply_of, text_of_html


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("Tuesday is fine.", "Tuesday is fine."),
        ("Tuesday is fine.\r\n\r\nOn Mon, 23 Nov 2026 at 10:00, Harbourline <hello@harbourline.example> wrote:\r\n> When?", "Tuesday is fine."),
        ("Tuesday.\n\nOn Mon, 23 Nov 2026 at 10:00, Harbourline\n<hello@harbourline.example> wrote:\n\n> When?", "Tuesday."),
        ("Dienstag.\n\nAm 23.11.2026 um 10:00 schrieb Harbourline <hello@harbourline.example>:\n> Wann?", "Dienstag."),
        ("Mardi.\n\nLe lun. 23 nov. 2026 à 10:00, Harbourline <h@x.example> a écrit :\n\n> Quand ?", "Mardi."),
        ("El martes.\n\nEl lun, 23 nov 2026 a las 10:00, Harbourline (<h@x.example>) escribió:\n> ¿Cuándo?", "El martes."),
        ("Tuesday.\n\n-----Original Message-----\nFrom: Harbourline\nWhen?", "Tuesday."),
        ("Dienstag.\n\n-----Ursprüngliche Nachricht-----\nVon: Harbourline", "Dienstag."),
        ("Tuesday.\n\n________________________________\nFrom: Harbourline <h@x.example>\nSent: Monday\nTo: Ana\nWhen?", "Tuesday."),
        ("Tuesday.\n\nFrom: Harbourline\nDate: Monday\nTo: Ana\nSubject: Demo\n\nWhen?", "Tuesday."),
        ("Von: Hamburg nach Bremen", "Von: Hamburg nach Bremen"),
        ("From: 50 people\nwe grew to 80.", "From: 50 people\nwe grew to 80."),
        ("Tuesday.\n-- \nAna Example\n+44 7700 900123", "Tuesday."),
        ("Tuesday.\n\nSent from my iPhone", "Tuesday."),
        ("Dienstag.\n\nVon meinem iPhone gesendet", "Dienstag."),
        ("On Mon, 23 Nov 2026, Harbourline wrote:\n> When?\n\nTuesday.", "Tuesday."),
        ("> When?\nTuesday.\n> Where?\nAt yours.", "Tuesday.\nAt yours."),
        ("好的。\n\nHarbourline <h@x.example> 于2026年11月23日周一 12:00写道：\n\n> 周二可以吗？", "好的。"),
        ("はい。\n\n2026年11月23日(月) 12:00 Harbourline <h@x.example>:\n\n> 火曜？", "はい。"),
        ("네.\n\n2026년 11월 23일 (월) 오후 12:00, Harbourline\n<h@x.example>님이 작성:\n\n> 화요일?", "네."),
        ("Ja.\n\nman. 23. nov. 2026 kl. 12:00 skrev Harbourline <h@x.example>:\n\n> Tirsdag?", "Ja."),
        ("Да.\n\nпн, 23 нояб. 2026 г. в 12:00, Harbourline <h@x.example>:\n\n> Вторник?", "Да."),
        ("כן.\n\n\u202bבתאריך 23.11.2026 מאת \u202aHarbourline\u202c <\u202ah@x.example\u202c>:\u202c\n\n> מתי?", "כן."),
        ("Call me at 5:30.\nOn Mon, 23 Nov 2026, Harbourline <h@x.example> wrote:\n> When?", "Call me at 5:30."),
        ("At 12:00, and copy Ben <ben@x.example>:\nhe needs it.", "At 12:00, and copy Ben <ben@x.example>:\nhe needs it."),
        ("好的。\n\n------------------ 原始邮件 ------------------\n发件人: H <h@x.example>\n主题: Re", "好的。"),
        ("はい。\n\niPhoneから送信", "はい。"),
        ("Dienstag.\n\nGesendet: Montag, 23. November\nVon: H <h@x.example>\nAn: ana\nBetreff: Demo\nWann?", "Dienstag."),
        ("Date: Tuesday\nFrom: Paris\nTo: London", "Date: Tuesday\nFrom: Paris\nTo: London"),
        ("She wrote: call me on Monday", "She wrote: call me on Monday"),
        ("On Monday we can talk.\nOn Tuesday, too.", "On Monday we can talk.\nOn Tuesday, too."),
        ("Ja.\n\nFrån: H <h@x.example>\nSkickat: den 23 november 2026 12:00\nTill: Ana\nÄmne: Demo\n\nNär?", "Ja."),
        ("Ja.\n\nFra: H <h@x.example>\nSendt: 23. november 2026 12:00\nTil: Ana\nEmne: Demo\n\nHvornår?", "Ja."),
        ("Tak.\n\nOd: H <h@x.example>\nWysłane: poniedziałek, 23 listopada 2026\nDo: Ana\nTemat: Demo\n\nKiedy?", "Tak."),
        ("Tak.\n\npon., 23 lis 2026 o 12:00 H <h@x.example>\nnapisał(a):\n\n> Kiedy?", "Tak."),
        ("Yes.\n\nFrom:   H <h@x.example>\nTo:     Ana\nDate:   23/11/2026 12:00\nSubject:        Demo\n\nWhen?", "Yes."),
        ("Yes.\n\n---- On Mon, 23 Nov 2026 12:00:00 +0000 H <h@x.example> wrote ---\n\nWhen?", "Yes."),
        ("STOP\n\nSent from Proton Mail Android", "STOP"),
        ("STOP\n\nSent with [Proton Mail](https://proton.me/) secure email.", "STOP"),
        ("Ja.\n\nHolen Sie sich Outlook für Android", "Ja."),
        ("Oui.\n\nEnvoyé à partir de Outlook pour iOS", "Oui."),
        ("Sim.\n\nEnviado do meu iPhone", "Sim."),
        ("Sent from the office: two copies", "Sent from the office: two copies"),
        ("Get Outlook fixed, please", "Get Outlook fixed, please"),
        ("Do: Paris\nOd: Rome", "Do: Paris\nOd: Rome"),
        ("Oui.\n\nLe 23/11/2026 à 10:00, Harbourline a écrit\u00a0:\n> Quand ?", "Oui."),
        ("Oui.\n\nDe\u00a0: H <h@x.example>\nEnvoyé\u00a0: lundi 23 novembre 2026 10:00\nÀ\u00a0: Ana\nObjet\u00a0: Demo\n\nSTOP", "Oui."),
        ("Sim.\n\nDe: H\nEnviada em: segunda-feira, 23 de novembro de 2026 10:00\nPara: Ana\nAssunto: Demo\n\nSTOP", "Sim."),
        ("Да.\n\n23.11.2026 10:00, Harbourline пишет:\n> Когда?", "Да."),
        ("Dne 23. 11. 26 v 10:00 Harbourline napsal(a):\n> Kdy?\n\nV úterý.", "V úterý."),
        ("Evet.\n\nHarbourline <h@x.example>, 23 Kas 2026 Pzt, 10:00\ntarihinde şunu yazdı:\n\n> Ne zaman?", "Evet."),
        ("Ναι.\n\nΣτις Δευ 23 Νοε 2026 στις 10:00 π.μ., ο χρήστης Harbourline <\nh@x.example> έγραψε:\n\n> Πότε;", "Ναι."),
        ("Ja.\n\nAm Montag, 23. November 2026 um 10:00:00 MEZ hat H <h@x.example> Folgendes geschrieben:\n\nSTOP", "Ja."),
        ("好的。\n\n在 2026-11-23 10:00:00，\"H\" <h@x.example> 写道：\nSTOP", "好的。"),
        ("Igen.\n\nFeladó: H <h@x.example>\nElküldve: 2026. november 23., hétfő 10:00\nCímzett: Ana\nTárgy: Demo\n\nSTOP", "Igen."),
        ("Evet.\n\n*Kimden:* H <h@x.example>\n*Gönderildi:* 23 Kasım 2026 Pazartesi 10:00\n*Kime:* Ana\n*Konu:* Demo\n\nSTOP", "Evet."),
        ("כן.\n\n________________________________\nמאת: H <h@x.example>\nנשלח: 23 נובמבר 2026 10:00\nאל: Ana\nנושא: Demo\n\nSTOP", "כן."),
        ("Yes.\n\nQuoting H <h@x.example>:\n\n> When?", "Yes."),
        ("Tak.\n\n-----Wiadomość oryginalna-----\nOd: H\nSTOP", "Tak."),
        ("Yes.\n\n---------- Forwarded message ---------\nFrom: H <h@x.example>\nDate: Mon, Nov 23, 2026\nTo: Ana", "Yes."),
        ("STOP\n\nОтправлено с iPhone", "STOP"),
        ("STOP\n\niPhone’umdan gönderildi", "STOP"),
        ("Merhaba,\nTeklif gönderildi\nmi?", "Merhaba,\nTeklif gönderildi\nmi?"),
        ("STOP\n\nOdesláno z iPhonu", "STOP"),
        ("STOP\n\nGesendet mit der GMX Mail App", "STOP"),
        ("Name: Ana\nE-mail: ana@x.example\nDate: 1.12.2026 10:00", "Name: Ana\nE-mail: ana@x.example\nDate: 1.12.2026 10:00"),
        ("----- Requirements -----\nUsers: 50\nPlan: pro", "----- Requirements -----\nUsers: 50\nPlan: pro"),
        ("The meeting of 30/11/2026 10:00:\nwas great", "The meeting of 30/11/2026 10:00:\nwas great"),
        ("Copy Ben <ben@x.example>, please:\nhe decides on 1/12.", "Copy Ben <ben@x.example>, please:\nhe decides on 1/12."),
        ("> all of it\n> is quoted", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_quotes_and_signatures_are_cut(text: str, reply: str) -> None:
    assert reply_of(text) == reply


def test_html_is_read_as_its_words() -> None:
    html = (
        "<html><head><title>x</title><style>p{}</style></head><body><p>Tuesday &amp; Friday<br>are fine.</p>"
        "<script>alert(1)</script><!-- no --><p>On Mon, 23 Nov 2026, Harbourline wrote:</p>"
        "<blockquote><p>When?</p></blockquote></body>"
    )
    assert reply_of(text_of_html(html)) == "Tuesday & Friday\nare fine."


@given(st.text(alphabet=">-_ \nOnFrom:wrote.", max_size=400) | st.text(max_size=400))
def test_nothing_is_made_up(text: str) -> None:
    reply = reply_of(text)
    assert len(reply) <= LONGEST_REPLY
    assert set(reply.split()) <= set(text.split())
    text_of_html(text)


HUGE_TEXTS = ["On " * 300_000, "From: x\n" * 100_000, "-" * 900_000, "> " * 400_000, "On x\n" * 150_000]
HUGE_PAGES = ["<p>" * 300_000, "<" * 900_000, "<!--" * 200_000, "&" * 900_000, "<a b='" * 100_000, "&#1" * 300_000]


@pytest.mark.parametrize("text", HUGE_TEXTS, ids=lambda text: text[:8])
def test_a_huge_text_is_read_quickly(text: str) -> None:
    begun = process_time()
    assert len(reply_of(text)) <= LONGEST_REPLY
    assert process_time() - begun < 1


@pytest.mark.parametrize("html", HUGE_PAGES, ids=lambda html: html[:8])
def test_a_huge_page_is_read_quickly(html: str) -> None:
    begun = process_time()
    reply_of(text_of_html(html))
    assert process_time() - begun < 2


@pytest.mark.parametrize(
    "text",
    [
        "Here you are:\n\nName: Ana Lima\nEmail: ana@x.com<mailto:ana@x.com>\nTime: 12/05/2026 10:30\nStop the texts.",
        "You can reach me at ana@x.com on 5/12/2026 at 10:30, but note:\nplease stop texting me.",
    ],
)
def test_what_somebody_writes_with_an_address_and_a_time_is_no_quote(text: str) -> None:
    assert reply_of(text) == text
