"""How letters are written is known by their bytes, without a byte order mark too."""

from __future__ import annotations

import codecs

import pytest

from bot.entrypoints.importing.letters import Utf8Check, utf_16_of

LATIN = "Prénom;E-Mail\r\nZoë;zoe@example.com\r\n"
JAPANESE = "氏名,メールアドレス\r\n山田\u3000花子,hanako@example.com\r\n"


@pytest.mark.parametrize("text", [LATIN, JAPANESE])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_known_by_its_zeros(text: str, encoding: str) -> None:
    assert utf_16_of(text.encode(encoding)) == encoding


def test_utf_16_is_known_by_its_first_bytes() -> None:
    assert utf_16_of(codecs.BOM_UTF16_LE + "姓".encode("utf-16-le")) == "utf-16"


@pytest.mark.parametrize(
    "begins",
    [b"", LATIN.encode(), JAPANESE.encode("shift_jis"), b"Na\0me,E-mail\n", b"a\0\0\0b\0\0\0", b"\0" * 64],
    ids=["nothing", "utf-8", "shift_jis", "a zero", "utf-32", "zeros"],
)
def test_nothing_else_is_taken_for_utf_16(begins: bytes) -> None:
    assert utf_16_of(begins) == ""


def is_something_else(*blocks: bytes) -> bool:
    check = Utf8Check()
    for block in blocks:
        check.see(block)
    check.see(b"", final=True)
    return check.is_something_else


@pytest.mark.parametrize("encoding", ["windows-1252", "windows-1251", "mac_roman", "shift_jis"])
def test_letters_that_are_no_utf_8_throughout_are_known(encoding: str) -> None:
    text = {"windows-1251": "Имя\nЮлия\n", "shift_jis": JAPANESE}.get(encoding, LATIN)
    assert is_something_else(text.encode(encoding))


def test_a_letter_that_is_cut_in_two_between_blocks_is_one() -> None:
    whole = "Zoë".encode()
    assert not is_something_else(whole[:3], whole[3:])


def test_where_most_letters_are_right_the_others_are_of_their_rows() -> None:
    assert not is_something_else("Zoë Weiß\n".encode(), b"J\xf6rg\n")
    assert is_something_else(b"J\xf6rg\n")
