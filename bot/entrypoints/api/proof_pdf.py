"""The proof of consent as a PDF: for people to read, with the same as JSON attached, letter by letter."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTLibError
from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.errors import FPDFException

from bot.domain.errors import SettingsError

FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
    "/usr/share/fonts/TTF/DejaVuSans.ttf",
    "/Library/Fonts/Arial Unicode.ttf",
    "C:/Windows/Fonts/arial.ttf",
)
BEGINNINGS = (b"\x00\x01\x00\x00", b"OTTO", b"true")
BUILT_IN, FAMILY = "Helvetica", "proof"
LABEL_WIDTH, LINE = 42, 5
MISSING = (
    "Letters that the font of this document has not are told by their number, such as [U+6797]. "
    "The attached file proof.json has every letter as it is."
)
NAMES = {
    "at": "when", "purpose": "purpose", "channel": "channel", "granted": "agreed", "how": "how",
    "words_shown": "words shown", "message_id": "their message", "words_answered": "words answered",
    "basis": "legal basis",
    "confirmed_from": "confirmed from", "ip": "sent from",
    "expires_at": "ends", "asked_at": "asked", "address": "address", "for": "for",
    "about_message": "about their message", "asked": "asked about",
    "ended_at": "ended", "outcome": "outcome", "reason": "why", "why": "why", "key": "message",
}  # fmt: skip


class _Proof(FPDF):  # type: ignore[misc]  # fpdf2 is not typed
    """A page with its number, in one font."""

    def __init__(self, told: Mapping[str, Any], font: Path | None) -> None:
        super().__init__(format="A4")
        self._has: frozenset[int] | None = None
        self.family = BUILT_IN
        self.lacking = False
        self._person = str(told["person"])
        self._take_font(font)
        self.set_auto_page_break(True, margin=18)
        self.set_title(f"Proof of consent: {self._person}")
        self.set_creator("Overture")

    def _take_font(self, font: Path | None) -> None:
        """The font that is named; else the first that is installed here; else one that knows western letters only."""
        found = font or next((Path(name) for name in FONTS if Path(name).is_file()), None)
        if found is None:
            return
        try:
            _check_font(found)
            self.add_font(FAMILY, fname=str(found))
        except (OSError, ValueError, KeyError, FPDFException, TTLibError) as error:
            raise SettingsError(f"{found} is no TrueType font that can be read. Name another: --font FILE") from error
        self.family, self._has = FAMILY, frozenset(self.fonts[FAMILY].cmap)
        self.set_font(FAMILY, size=10)
        self.set_text_shaping(True)

    def footer(self) -> None:
        self.set_y(-12)
        self.set_font(self.family, size=8)
        self.cell(0, 5, self.shown(f"{self._person}, page {self.page_no()} of {{nb}}"), align="C")

    def shown(self, text: str) -> str:
        """The text with what the font lacks told by its number; invisible letters but line breaks are left out."""
        kept = [one for one in text if one == "\n" or unicodedata.category(one) not in ("Cc", "Cs", "Co", "Cn")]
        return "".join(one if one in "\n " or self._knows(one) else self._number(one) for one in kept)

    def _knows(self, letter: str) -> bool:
        if self._has is not None:
            return ord(letter) in self._has or unicodedata.category(letter) == "Cf"
        return letter.encode("latin-1", "ignore") != b""

    def _number(self, letter: str) -> str:
        self.lacking = True
        return f"[U+{ord(letter):04X}]"

    def title_line(self, text: str, size: int) -> None:
        self.set_font(self.family, size=size)
        self.ln(2)
        self.multi_cell(0, size * 0.6, self.shown(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(1)

    def row(self, label: str, value: Any) -> None:
        """A label and what stands for it."""
        self.set_font(self.family, size=9)
        self.set_text_color(90)
        self.cell(LABEL_WIDTH, LINE, self.shown(label))
        self.set_text_color(0)
        self.multi_cell(0, LINE, self.shown(_said(value)) or " ", align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def proof_pdf(told: Mapping[str, Any], *, font: Path | None = None) -> bytes:
    """What `consent_proof` tells, as a document. Raises SettingsError where the font cannot be read."""
    pdf = _Proof(told, font)
    pdf.add_page()
    pdf.title_line("Proof of consent", 18)
    pdf.row("person", told["person"])
    pdf.row("told at", told["told_at"])
    for one in told["identities"]:
        pdf.row(one["kind"], f"{one['value']} ({'proved' if one['proved'] else 'claimed'})")
    for heading, name in (
        ("What was asked and answered", "records"),
        ("Confirmations that were asked for", "confirmations"),
        ("What was asked of an opt-out", "opt_out_questions"),
        ("Addresses that are left alone", "left_alone"),
        ("What was decided of each message", "decisions"),
    ):
        pdf.title_line(f"{heading}: {len(told[name])}", 13)
        for number, row in enumerate(told[name], start=1):
            pdf.row(f"{number}.", "")
            for key, value in row.items():
                if value not in (None, ""):
                    pdf.row(NAMES.get(key, key), value)
    if pdf.lacking:
        pdf.title_line(MISSING, 9)
    attached = json.dumps(told, ensure_ascii=False, indent=2).encode("utf-8", "replace")
    pdf.embed_file(bytes=attached, basename="proof.json", desc="The same, as JSON")
    pdf.set_creation_date(datetime.fromisoformat(told["told_at"]))
    return bytes(pdf.output())


def _check_font(file: Path) -> None:
    """Raises ValueError where it does not begin as a font does: the library leaves such files open."""
    with file.open("rb") as opened:
        if opened.read(4) not in BEGINNINGS:
            raise ValueError(file)


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
