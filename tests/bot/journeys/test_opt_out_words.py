"""The words by which people ask to be left alone in languages without examples, as they come with Overture."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.documents import Faults, parse
from bot.domain.errors import ContentError
from bot.domain.sending_rules import SendingRules
from bot.journeys.rules import read_rules
from tests.bot.journeys.test_rules import STOP

SHIPPED = Path(__file__).parents[3] / "journeys" / "rules"
ROW = "id: a, jurisdiction: default, language: de, from: 2026-01-01, source: a law"


def rules_of(row: str, warnings: Faults | None = None) -> SendingRules:
    text = f"opt_out_words:\n  - {{{ROW}, {row}}}\n"
    documents = [parse("journeys/rules/a.yml", text), parse("journeys/rules/opt_out.yml", STOP)]
    return read_rules(documents, warnings=warnings)


@pytest.fixture(scope="module")
def shipped() -> SendingRules:
    return read_rules(parse(str(path), path.read_text(encoding="utf-8")) for path in sorted(SHIPPED.glob("*.yml")))


LEAVING = """
Hört auf mir SMS zu schicken!!
Falsche Nummer, bitte nicht mehr kontaktieren
Können Sie aufhören, mir zu texten?
Ich ziehe meine Zustimmung zurück
Bitte streichen Sie mich von Ihrer Liste
Cessez de m'envoyer vos offres
Je ne veux plus recevoir de SMS
Retirez-moi de votre liste
Comment me désabonner ?
Laissez-moi tranquille
Dejen de molestar
No quiero más mensajes
Quítenme de su lista
¿Pueden dejar de escribirme?
Revoco mi autorización
Smettete di mandarmi messaggi
Non desidero ricevere pubblicità
Toglietemi dalla lista
Potete smettere di scrivermi?
Mi oppongo al marketing
Parem de me mandar mensagens
Não desejo receber publicidade
Poderiam me tirar desta lista?
Quero me descadastrar
Hou op met die berichten
Ik wil geen reclame meer ontvangen
Haal me van de lijst
Kunt u stoppen met mij te sms'en?
Przestańcie do mnie pisać
Nie życzę sobie reklam
Usuńcie mnie z listy
Jak się wypisać?
أوقفوا الرسائل
لا أريد رسائل منكم
احذفوا رقمي من القائمة
هل يمكنكم التوقف عن إرسال الرسائل؟
תפסיקו לשלוח לי הודעות
אל תפנו אליי יותר
תמחקו את המספר שלי מהרשימה
איך מבטלים את ההרשמה?
请不要再给我发信息
我不想再收到广告
请把我从名单中删除
能不能别再给我发消息？
もう連絡しないでください
広告はいりません
リストから削除してください
メッセージをやめてもらえますか？
STOP grazie
""".strip().splitlines()

SOMETHING_ELSE = """
Ich bekomme keine Nachrichten mehr, was ist los?
Ich habe keine SMS erhalten
Bitte schreiben Sie mir nicht vor Montag
Bitte nicht abbestellen, ich will das Produkt
Was passiert, wenn ich STOP schreibe?
Bitte löschen Sie den letzten Termin
Je ne reçois plus de messages, pourquoi
Je voudrais plus de SMS dans mon forfait
Ne m'écrivez pas avant lundi
N'arrêtez pas vos messages, c'est super
Le message dit de répondre STOP pour arrêter, c'est normal
Ya no recibo mensajes
No me escriban antes del lunes
No quiero recibir la factura en papel
¿Cómo doy de baja a un empleado?
Non ricevo più messaggi
Non scrivetemi prima di lunedì
Basta un messaggio
Não recebi nenhum SMS
Não quero receber a fatura em papel
A mensagem diz para responder STOP
Ik krijg geen berichten meer
Stuur me niets voor maandag
Nie dostałem SMS-a
Nie piszcie przed poniedziałkiem
Jak wypisać pracownika?
لم أستلم أي رسالة
لماذا توقفت الرسائل؟
אל תפסיקו, אני אוהב את ההודעות
לא קיבלתי הודעה
我没有收到短信
为什么不再给我发消息了？
メッセージが届いていません
電話しないで、メッセージをください
""".strip().splitlines()


@pytest.mark.parametrize("text", LEAVING)
def test_asking_to_be_left_alone_is_heard_in_many_languages(shipped: SendingRules, text: str) -> None:
    assert shipped.says_to_stop(text)
    assert not shipped.says_to_stop(text, but={row.language for row in shipped.opt_out_words})


@pytest.mark.parametrize("text", SOMETHING_ELSE)
def test_a_report_a_time_or_a_question_about_it_is_something_else(shipped: SendingRules, text: str) -> None:
    assert not shipped.says_to_stop(text)


def test_a_question_asks_to_stop_only_in_words_that_ask(shipped: SendingRules) -> None:
    rules = rules_of('words: [keine werbung], asked: ["können sie"]')
    assert rules.says_to_stop("Bitte keine Werbung. Wer seid ihr?")
    assert rules.says_to_stop("Können Sie mir bitte keine Werbung schicken?")
    assert not rules.says_to_stop("Schicken Sie keine Werbung?")
    assert not rules_of("words: [keine werbung]").says_to_stop("keine Werbung?")


def test_a_row_without_words_is_a_fault() -> None:
    with pytest.raises(ContentError, match='asking to stop is told by "words", or by one of "say" and one of "of"'):
        rules_of("say: [keine]")


def test_a_new_assistant_begins_with_the_same_words() -> None:
    starter = Path(__file__).parents[3] / "bot" / "adapters" / "content" / "starter" / "journeys" / "rules"
    for name in ("opt_out.yml", "opt_out_words.yml"):
        assert (starter / name).read_text(encoding="utf-8") == (SHIPPED / name).read_text(encoding="utf-8")


def test_rules_without_such_words_are_warned_of() -> None:
    warnings = Faults()
    read_rules([parse("journeys/rules/opt_out.yml", STOP)], warnings=warnings)
    told = [one.message for one in warnings.in_order()]
    assert "no rule says by which words people ask to be left alone in a sentence of another language." in told
    warnings = Faults()
    rules_of("words: [keine werbung]", warnings)
    assert not any("left alone" in one.message for one in warnings.in_order())
