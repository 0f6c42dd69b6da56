"""Absence notices without headers: told by their words, and only where they say nothing else."""

from __future__ import annotations

from time import process_time

import pytest

from connectors.email.absence import is_absence_notice


@pytest.mark.parametrize(
    "text",
    [
        "I am away until Monday.",
        "Hello,\n\nThank you for your e-mail.\nI\u2019m currently out of the office until 7 December 2026.",
        "I will be on holiday from 3 to 10 December",
        "Ich bin bis Montag nicht im Büro.",
        "Vielen Dank für Ihre Nachricht. Ich bin derzeit im Urlaub bis 7. Dezember.",
        "Bonjour, je suis absente jusqu'à lundi.",
        "Estoy de vacaciones hasta el lunes.",
        "Sono in ferie fino a lunedì.",
        "Estou de férias até segunda-feira.",
        "Ik ben met vakantie tot maandag.",
        "Jestem na urlopie do poniedziałku.",
    ],
)
def test_a_text_that_says_only_that_is_a_notice(text: str) -> None:
    assert is_absence_notice("Re: Your demo", text)


@pytest.mark.parametrize(
    "text",
    [
        "I am away until Monday, how about Tuesday at 3?",
        "I'm away until Monday but Tuesday at 3 works",
        "I am away until Monday. Please call me on Wednesday.",
        "I am away on Monday.",
        "I'm away from my desk, send it again",
        "Ich bin bis Montag im Urlaub, danach gern.",
        "Our planner is on holiday until Monday.",
        "stop",
        "",
        "Tuesday.",
    ],
)
def test_whoever_says_more_or_something_else_is_a_customer(text: str) -> None:
    assert not is_absence_notice("Re: Your demo", text)


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Your demo",
        "[Auto-Reply] Your demo",
        "Out of Office",
        "Abwesenheitsnotiz: Ihr Termin",
        "Réponse automatique : Démo",
        "Automatisk svar: Your demo",
        "Автоматический ответ: Your demo",
        "Auto Response: Your demo",
        "Out of Office AutoReply: Your demo",
        "Automatická odpoveď: Your demo",
        "Răspuns automat: Your demo",
        "Αυτόματη απάντηση: Your demo",
        "Автоматична відповідь: Your demo",
        "תשובה אוטומטית: Your demo",
        "自動返信： Your demo",
        "자동 회신: Your demo",
    ],
)
def test_a_subject_that_programs_write_is_enough(subject: str) -> None:
    assert is_absence_notice(subject, "For urgent matters write to my colleague. She knows about everything.")


@pytest.mark.parametrize("subject", ["Out of office planning", "Re: Automatic reply: Your demo", "", "Away days"])
def test_other_subjects_are_not(subject: str) -> None:
    assert not is_absence_notice(subject, "Does the planner do that?")


def test_a_long_text_takes_no_time() -> None:
    began = process_time()
    for text in ("ich bin " * 1_000, "hello " * 1_300, "I am away until " + "x " * 3_900, ", a" * 2_600):
        is_absence_notice(text, text)
    assert process_time() - began < 0.5
