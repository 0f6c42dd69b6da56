from __future__ import annotations

from bot.domain.folding import close_up, fold


def test_case_accents_and_signs_do_not_count() -> None:
    assert fold(" Vor- und Nachname ") == "vor_und_nachname"
    assert fold("IMIĘ") == "imie"
    assert fold("firstName") == "first_name"
    assert fold("✓") == "✓"


def test_a_name_is_the_same_written_as_one_word() -> None:
    assert close_up("HAS OPTED OUT") == close_up("hasOptedOut") == close_up("HASOPTEDOUT")
